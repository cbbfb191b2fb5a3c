"""The pages of calls: from the coverage to a call, from a call to a resource and back, deciding, ending."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantian.content.wanted.models import Answer, Call
from lantian.content.wanted.tests.desk import Desk, day

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


def text(client: Client, url: str, **more: Any) -> str:
    answer = client.get(url, **more)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def test_gaps_are_chosen_in_the_coverage_and_called_for(desk: Desk, as_: As) -> None:
    officer, coverage = as_("officer"), "/taxonomy/coverage/maths/"
    page, gap = text(officer, coverage), desk.nodes["N1"]
    assert f'name="node" value="{gap.pk}"' in page
    assert 'formaction="/wanted/new/"' in page
    assert 'name="node"' not in text(as_("teacher"), coverage)
    assert "先选知识点" in text(officer, "/wanted/new/")
    asked = f"/wanted/new/?node={gap.pk}&node={desk.nodes['N3'].pk}&node=nonsense"
    assert "数学知识点 › 数与代数 › 退位减法" in text(officer, asked)
    form = {"title": "缺微课", "nodes": [str(gap.pk)], "purposes": ["micro_lesson"], "number": "2", "words": "短一点"}
    late = officer.post(asked, form | {"due_on": str(day(-1))})
    assert late.context["form"].errors["due_on"]
    made_at = officer.post(asked, form | {"due_on": str(day(9))}).headers["Location"]
    made = Call.objects.get()
    assert made_at == f"/wanted/{made.pk}/"
    assert list(made.places.values_list("node", flat=True)) == [gap.pk]
    marked = text(officer, coverage)
    assert "征集中 0/2" in marked
    assert "其中 1 个已经在征集" in marked
    assert "缺微课" in text(as_("teacher"), f"/taxonomy/nodes/{gap.pk}/")
    assert "征集中" not in text(as_("foreign"), coverage)


def test_a_teacher_answers_from_the_call_or_from_the_resource_and_the_office_decides(desk: Desk, as_: As) -> None:
    call, teacher, officer = desk.call(words="短一点"), as_("teacher"), as_("officer")
    page, answer = f"/wanted/{call.pk}/", f"/wanted/{call.pk}/answer/"
    assert "缺微课" in text(teacher, "/today/")
    assert "缺微课" in text(teacher, "/wanted/?state=open&subject=maths")
    taken = b"".join(teacher.get("/wanted/?export=csv").streaming_content).decode()
    assert "缺微课" in taken
    assert "您还没有可以应征的资源" in text(teacher, answer)
    one, foreign = desk.resource("一次函数"), desk.resource("别人的", "colleague")
    assert f"{answer}?resource={one.pk}" in text(teacher, f"/resources/{one.pk}/")
    assert answer not in text(as_("colleague"), f"/resources/{one.pk}/")
    assert "别人的" not in text(teacher, answer)
    refused = teacher.post(answer, {"resource": str(foreign.pk), "words": ""})
    assert refused.context["form"].errors["resource"]
    assert teacher.post(answer, {"resource": str(one.pk), "words": "用过"}).headers["Location"] == page
    given = Answer.objects.get()
    assert "等待答复" in text(teacher, f"/resources/{one.pk}/")
    shown = text(officer, page)
    assert "用过" in shown
    assert "/wanted/?whose=waiting" in text(officer, "/today/") or page in text(officer, "/today/")
    decide = f"/wanted/answers/{given.pk}/act/"
    assert as_("colleague").post(decide, {"act": "accept"}).status_code == 404
    assert "请写明为什么不采用" in officer.post(decide, {"act": "decline"}, follow=True).content.decode()
    officer.post(decide, {"act": "accept"})
    assert "征集到 1/2" in text(as_("colleague"), f"/taxonomy/nodes/{desk.nodes['N1'].pk}/")
    assert "一次函数" in text(as_("colleague"), page), "what was accepted and is out is shown to all who are asked"
    teacher.post(decide, {"act": "back"})
    assert Answer.objects.get().state == "accepted"
    extend = {"due_on": str(day(30)), "number": "5"}
    assert officer.post(f"{page}extend/", extend).headers["Location"] == page
    assert officer.post(f"{page}extend/", extend | {"number": "1"}).context["form"].errors["number"]
    assert "请写明为什么" in officer.post(f"{page}act/", {"act": "close"}, follow=True).content.decode()
    officer.post(f"{page}act/", {"act": "withdraw", "why": "发错了"})
    assert as_("colleague").get(page).status_code == 404
    assert "发错了" in text(teacher, page)


def test_pages_cost_the_same_whatever_is_in_them(desk: Desk, as_: As) -> None:
    call, officer, teacher = desk.call(number=50), as_("officer"), as_("teacher")
    one = desk.answer(call).resource
    asked = {
        (officer, "/wanted/"): 11,
        (officer, f"/wanted/{call.pk}/"): 15,
        (teacher, f"/wanted/{call.pk}/"): 15,
        (teacher, f"/wanted/{call.pk}/answer/"): 12,
        (officer, "/taxonomy/coverage/maths/"): 18,
        (teacher, f"/resources/{one.pk}/"): 25,
    }

    def costs() -> list[int]:
        found = []
        for client, url in asked:
            caches["local"].clear()
            with CaptureQueriesContext(connection) as seen:
                text(client, url)
            found.append(len(seen))
        return found

    desk.resource("还没有应征")
    costs()
    few = costs()
    for n in range(4):
        desk.decide(desk.answer(call, f"第 {n} 个"))
        desk.answer(desk.call("officer", "N3", title=f"又一个 {n}"), f"又 {n}", "colleague")
    assert costs() == few
    over = [(url, n, most) for ((_who, url), most), n in zip(asked.items(), few, strict=True) if n > most]
    assert over == []
