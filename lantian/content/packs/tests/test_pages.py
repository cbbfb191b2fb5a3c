"""The pages of packs: putting resources in from where they are found, arranging, giving to a lesson, saying what helped."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lantian.content.packs import services
from lantian.content.packs.models import Attachment, Judgement, Pack
from lantian.content.packs.tests.desk import Desk

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
PART = {"HX-Request": "true"}


def text(client: Client, url: str, **more: Any) -> str:
    answer = client.get(url, **more)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def test_a_resource_is_put_into_a_pack_from_its_page_and_from_the_list(desk: Desk, as_: As) -> None:
    one, client = desk.resource("一次函数"), as_("colleague")
    put = f"/packs/put/{one.pk}/"
    for page in ("/resources/", f"/resources/{one.pk}/"):
        assert f'href="{put}" hx-get="{put}"' in text(client, page)
        assert put not in text(as_("pupil"), page)
    whole = text(client, put)
    assert "<html" in whole
    part = text(client, put, headers=PART | {"HX-Current-URL": "http://testserver/resources/?q=x"})
    assert "<html" not in part
    assert 'name="next" value="/resources/?q=x"' in part
    nameless = client.post(put, {"pack": "new", "title": " ", "note": ""})
    assert nameless.context["form"].errors["title"]
    answer = client.post(put, {"pack": "new", "title": "函数一课", "note": "先看", "next": "/resources/?q=x"})
    assert answer.headers["Location"] == "/resources/?q=x"
    made = Pack.objects.get()
    assert (made.title, made.subject, made.grade, made.items.get().note) == ("函数一课", "maths", 8, "先看")
    assert "已经在里面" in text(client, put)
    again = client.post(put, {"pack": str(made.pk), "note": "", "next": "//evil.example/"})
    assert "已经在这个资源包里" in str(again.context["form"].errors)
    two = desk.resource("二次函数")
    answer = client.post(f"/packs/put/{two.pk}/", {"pack": str(made.pk), "note": "", "next": "//evil.example/"})
    assert answer.headers["Location"] == f"/resources/{two.pk}/"
    foreign = desk.pack()
    assert foreign.title not in text(client, put).replace(made.title, "")
    assert client.post(put, {"pack": str(foreign.pk)}).context["form"].errors["pack"]
    hidden = desk.resource("别人自己的", reach="private")
    assert client.get(f"/packs/put/{hidden.pk}/").status_code == 404


def test_a_pack_is_made_found_changed_arranged_and_brought_back(desk: Desk, as_: As) -> None:
    client = as_("teacher")
    assert "您还没有资源包" in text(client, "/packs/mine/")
    form = {
        "title": "函数一课",
        "words": "先看短片",
        "subject": "maths",
        "stage": "primary",
        "grade": "3",
        "reach": "school",
    }
    made_at = client.post("/packs/new/", form).headers["Location"]
    made = Pack.objects.get()
    assert made_at == f"/packs/{made.pk}/"
    assert "里面还没有资源" in text(client, made_at)
    for title in ("甲", "乙"):
        services.put_item(made, desk.resource(title), by=desk.acting("teacher"))
    made.refresh_from_db()
    edit, items = f"{made_at}edit/", f"{made_at}items/"
    stale = client.post(edit, form | {"title": "旧窗口", "edition": str(made.edition - 1)})
    assert "在别处改过" in str(stale.context["form"].errors)
    assert 'value="旧窗口"' in stale.content.decode(), "what was written is kept"
    done = client.post(edit, form | {"title": "新名字", "edition": str(made.edition)})
    assert done.headers["Location"] == made_at
    made.refresh_from_db()
    first, second = made.items.order_by("position")
    notes = {f"note-{first.pk}": "看第二页", f"note-{second.pk}": ""}
    late = client.post(items, notes | {"edition": str(made.edition - 1)})
    assert "在别处改过" in late.content.decode()
    assert 'value="看第二页"' in late.content.decode(), "what was written is kept"
    assert f'name="edition" value="{made.edition}"' in late.content.decode()
    moved = client.post(items, notes | {"edition": str(made.edition), "act": f"down:{first.pk}"}, headers=PART)
    page = moved.content.decode()
    assert page.index("乙</a>") < page.index("甲</a>")
    assert 'value="看第二页"' in page, "moving keeps what was written"
    assert "看第二页" in text(as_("colleague"), made_at)
    assert "新名字" in text(as_("colleague"), "/packs/?q=新名字")
    assert "新名字" not in text(as_("far"), "/packs/")
    assert as_("far").get(made_at).status_code == 404
    assert "新名字" in text(client, "/packs/mine/?subject=maths&reach=school&sort=-size")
    for whose, address in ((client, "/packs/mine/?export=csv"), (as_("colleague"), "/packs/?export=csv")):
        assert "新名字" in b"".join(whose.get(address).streaming_content).decode()
    copied = as_("colleague").post(f"{made_at}act/", {"act": "copy"}).headers["Location"]
    assert f'href="{made_at}"' in text(as_("colleague"), copied), "where it was copied from"
    assert as_("colleague").post(f"{made_at}act/", {"act": "delete"}).headers["Location"] == made_at
    assert Pack.objects.filter(deleted_at__isnull=True).count() == 2
    client.post(f"{made_at}act/", {"act": "delete"})
    assert client.get(made_at).status_code == 404
    mine = text(client, "/packs/mine/")
    assert f"{made_at}restore/" in mine
    assert client.post(f"{made_at}restore/").headers["Location"] == made_at
    answer = as_("head").post(f"{made_at}act/", {"act": "unshare", "words": "有广告"})
    assert answer.headers["Location"] == "/packs/"
    assert as_("colleague").get(made_at).status_code == 404


def test_a_pack_goes_to_a_lesson_and_those_in_it_say_what_helped(desk: Desk, as_: As) -> None:
    open_one, closed = desk.resource("公开的"), desk.resource("给老师的", audience="staff")
    made, lesson, client = desk.pack(open_one, closed, subject="maths", grade=3), desk.lesson(), as_("teacher")
    page = f"/packs/{made.pk}/"
    assert "学科和年级都对得上" in text(client, f"{page}attach/")
    answer = client.post(f"{page}attach/", {"lesson": str(lesson.pk)}, follow=True).content.decode()
    assert "有 1 个资源学生看不到" in answer
    assert "只给老师看" in answer
    given = Attachment.objects.get()
    there = reverse("live_lesson", args=[lesson.pk])
    for who in ("pupil", "guest"):
        pupil = as_(who)
        shown = text(pupil, there)
        assert "公开的" in shown
        assert "给老师的" not in shown
        judge = f"/packs/attachments/{given.pk}/judge/"
        assert judge in shown
        done = pupil.post(judge, {"resource": str(open_one.pk), "helped": "yes", "next": there})
        assert done.headers["Location"] == there
        part = pupil.post(judge, {"resource": str(open_one.pk), "helped": "no"}, headers=PART).content.decode()
        assert 'value="no" aria-pressed="true"' in part
        assert pupil.post(judge, {"resource": "x", "helped": "no"}).status_code == 302
    assert Judgement.objects.filter(helped=False).count() == 2
    mother = text(as_("mother"), there)
    assert "公开的" in mother
    assert "/judge/" not in mother
    assert (
        as_("mother").post(f"/packs/attachments/{given.pk}/judge/", {"resource": str(open_one.pk)}).status_code == 403
    )
    assert "这节课的资源" not in text(as_("colleague"), there)
    assert "学生：2 人里 0 人说有帮助" in text(client, page)
    author = text(client, f"/resources/{open_one.pk}/")
    assert "在 1 个资源包里" in author
    assert "用在 1 节课上" in author
    assert "双板小学" in author
    far = text(as_("far"), f"/resources/{open_one.pk}/")
    assert "在 1 个资源包里" in far
    assert made.title not in far
    assert client.post(f"/packs/attachments/{given.pk}/off/").headers["Location"] == page
    assert as_("pupil").get(page).status_code == 404
    today = timezone.localdate()
    form = {
        "to": "class",
        "class_group": str(desk.group.pk),
        "first": str(today),
        "until": str(today - timedelta(days=1)),
    }
    assert client.post(f"{page}attach/", form).context["class_form"].errors["until"]
    client.post(f"{page}attach/", form | {"until": str(today + timedelta(days=3))})
    assert "班上的资源包" in text(as_("pupil"), f"/classes/{desk.group.pk}/")
    assert "今天用的资源" in text(as_("pupil"), "/today/")
    assert made.title in text(as_("pupil"), page)


def test_pages_cost_the_same_whatever_is_in_them(desk: Desk, as_: As) -> None:
    client, pupil, teacher = as_("teacher"), as_("pupil"), desk.acting("teacher")
    first, lesson = desk.resource(), desk.lesson(hours=0.1)
    made = desk.pack(first, reach="public")
    given = services.attach_to_lesson(made, lesson, by=teacher)
    there = reverse("live_lesson", args=[lesson.pk])
    asked = {
        (client, "/packs/mine/"): 12,
        (Client(), "/packs/"): 5,
        (client, f"/packs/{made.pk}/"): 18,
        (pupil, f"/packs/{made.pk}/"): 15,
        (pupil, there): 15,
        (pupil, "/today/"): 20,
        (client, f"/packs/{made.pk}/items/"): 12,
        (client, f"/packs/{made.pk}/attach/"): 14,
        (Client(), f"/resources/{first.pk}/"): 15,
    }

    def costs() -> list[int]:
        found = []
        for each, url in asked:
            caches["local"].clear()
            with CaptureQueriesContext(connection) as seen:
                text(each, url)
            found.append(len(seen))
        return found

    costs()
    few = costs()
    for n in range(4):
        more = desk.resource(f"第 {n} 个")
        services.put_item(made, more, by=teacher)
        other = desk.pack(first, more, title=f"另一个 {n}", reach="public")
        services.attach_to_lesson(other, lesson, by=teacher)
        services.attach_to_lesson(made, desk.lesson(f"又一节 {n}", hours=2 + n), by=teacher)
        services.judge_item(given, more.pk, helped=True, by=desk.acting("pupil"))
    assert costs() == few
    over = [(url, n, most) for ((_who, url), most), n in zip(asked.items(), few, strict=True) if n > most]
    assert over == []
