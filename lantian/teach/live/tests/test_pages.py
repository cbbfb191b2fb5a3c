"""The pages over HTTP, as the people of the story open them."""

import io
from datetime import date, timedelta
from uuid import uuid4

import pypdfium2
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from lantian.kernel import files
from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM
from lantian.kernel.web.taken import LIST_EXPORTED
from lantian.people.schedule.enums import LessonAccess
from lantian.people.schedule.models import Lesson
from lantian.teach.live import services
from lantian.teach.live.models import LessonPage, LiveSession, PageUpload
from lantian.teach.live.queries.summaries import EXCERPT, SYNTHETIC
from lantian.teach.live.tests.support import config, open_for, sign_in
from lantian.teach.live.tests.world import class_group, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(client, world):
    return sign_in(client, world.teacher)


def test_the_picture_is_as_large_as_the_platform_says(teacher, world, settings):
    lesson = world.plan()
    for said, width, fps in (("720p", 1280, 25), ("360p", 640, 15)):
        settings.LANTIAN_LIVE_PICTURE = said
        given = config(teacher.get(reverse("live_teach", args=[lesson.pk])), "teach-config")["recorder"]
        assert (given["width"], given["fps"]) == (width, fps)


def test_the_teacher_checks_opens_twice_and_ends(teacher, world):
    lesson = world.plan()
    page = teacher.get(reverse("live_lesson", args=[lesson.pk]))
    assert reverse("live_teach", args=[lesson.pk]) in page.content.decode()
    given = config(teacher.get(reverse("live_teach", args=[lesson.pk])), "teach-config")
    assert given["session"] is None
    assert given["may_open"]["allowed"] is True
    assert [row["organization"] for row in given["lesson"]["receivers"]] != []
    first = teacher.post(given["urls"]["open"]).json()["session"]
    again = teacher.post(given["urls"]["open"]).json()["session"]
    assert first["id"] == again["id"]
    ticket = services.verify_ticket(first["ticket"])
    assert (ticket.r, ticket.s, ticket.p) == ("teach", first["id"], str(world.teacher.pk))
    renewed = teacher.post(first["ticket_url"], {"role": "teach"}).json()
    assert services.verify_ticket(renewed["ticket"]).r == "teach"
    assert teacher.post(given["urls"]["end"]).json()["replay"] == reverse("live_watch", args=[lesson.pk])
    assert LiveSession.objects.get().state == "ended"


def test_a_lessons_page_costs_a_fixed_number_of_queries(teacher, world, django_assert_num_queries):
    lesson = world.plan()
    address = reverse("live_lesson", args=[lesson.pk])
    teacher.get(address)
    with django_assert_num_queries(8):  # session, account, roles; lesson, receivers, broadcast, packs, history
        page = teacher.get(address).content.decode()
    for row in lesson.receivers.all():
        assert str(row.class_group.organization) in page


def test_too_early_and_too_late_are_said_in_words(teacher, world):
    early = world.plan(start=timezone.now() + timedelta(hours=2))
    answer = teacher.post(reverse("live_open", args=[early.pk]))
    assert (answer.status_code, answer.json()["error"]) == (409, "too_early")
    assert "课前检查" in teacher.get(reverse("live_lesson", args=[early.pk])).content.decode()
    late = world.plan(start=timezone.now() - timedelta(hours=3))
    assert teacher.post(reverse("live_open", args=[late.pk])).json()["error"] == "too_late"


def test_somebody_elses_room_is_refused_and_somebody_elses_lesson_does_not_exist(client, world):
    lesson = world.plan()
    sign_in(client, person("同事", world.sending))
    assert client.get(reverse("live_teach", args=[lesson.pk])).status_code == 403
    assert client.post(reverse("live_open", args=[lesson.pk])).status_code == 403
    sign_in(client, person("外人"))
    for name in ("live_lesson", "live_watch", "live_attendance"):
        assert client.get(reverse(name, args=[lesson.pk])).status_code == 404


def test_strangers_watch_public_lessons_as_guests_and_sign_in_for_others(client, world):
    closed, _session, _ticket = open_for(world)
    for lesson_id in (closed.pk, uuid4()):
        address = reverse("live_watch", args=[lesson_id])
        for asked in (address, f"{address}?format=json"):
            assert client.get(asked)["Location"] == f"/accounts/login/?next={address}"
    public = world.plan(start=closed.ends_at, access=LessonAccess.PUBLIC, receivers=())
    given = config(client.get(reverse("live_watch", args=[public.pk])), "watch-config")
    assert (given["mode"], given["role"], given["session"]) == ("waiting", "guest", None)
    session = services.open_live_session(public, by=SYSTEM, now=public.starts_at)
    fresh = client.get(reverse("live_watch", args=[public.pk]) + "?format=json").json()
    assert fresh["mode"] == "live"
    assert services.verify_ticket(fresh["session"]["ticket"]).r == "guest"
    key = session.stream.keys.first()
    answer = client.get(reverse("live_key", args=[key.pk]))
    assert (answer.status_code, len(answer.content)) == (200, 16)


def test_keys_need_the_right_or_a_ticket_of_that_very_session(client, world):
    _lesson, session, _ticket = open_for(world, minutes=10)
    url = reverse("live_key", args=[session.stream.keys.first().pk])
    assert client.get(url).status_code == 404
    screen = world.screen_actor()
    ticket = services.ticket_for_viewer(session, by=screen)
    assert len(client.get(url, {"ticket": ticket}).content) == 16
    _lesson, other, _ticket = open_for(world, start=timezone.now() + timedelta(minutes=20), minutes=5)
    foreign = services.ticket_for_viewer(other, by=screen)
    assert client.get(url, {"ticket": foreign}).status_code == 404
    assert client.get(url, {"ticket": ticket[:-4] + "AAAA"}).status_code == 404
    assert client.get(reverse("live_key", args=[uuid4()]), {"ticket": ticket}).status_code == 404
    apps.get_model("identity", "Account").objects.filter(pk=screen.account_id).update(is_active=False)
    assert client.get(url, {"ticket": ticket}).status_code == 404


def test_the_class_screen_joins_the_lesson_of_its_period(client, world):
    sign_in(client, room=world.rooms[0])
    assert client.get(reverse("live_screen_day")).json()["current"] is None
    lesson = world.plan(start=timezone.now() + timedelta(minutes=5))
    given = config(client.get(reverse("live_screen")), "screen-config")
    assert given["room"]["class_group_id"] == str(world.groups[0].pk)
    assert given["day"]["current"]["lesson"]["id"] == str(lesson.pk)
    assert given["day"]["current"]["session"] is None
    assert services.verify_ticket(given["day"]["lobby_ticket"]).r == "lobby"
    services.open_live_session(lesson, by=world.teacher_actor)
    day = client.get(given["urls"]["day"]).json()
    ticket = services.verify_ticket(day["current"]["session"]["ticket"])
    assert (ticket.r, ticket.c) == ("class", str(world.groups[0].pk))


def test_a_person_is_told_that_the_screen_room_is_not_theirs(teacher):
    assert teacher.get(reverse("live_screen")).status_code == 403


def test_attendance_as_page_and_as_file(teacher, world):
    lesson, session, _ticket = open_for(world)
    services.end_live_session(session.pk, reason="teacher", by=SYSTEM)
    page = teacher.get(reverse("live_attendance", args=[lesson.pk]))
    assert "未到" in page.content.decode()
    answer = teacher.get(reverse("live_attendance", args=[lesson.pk]) + "?format=csv")
    sheet = b"".join(answer.streaming_content).decode()
    assert "梓潼一中" in sheet
    # who took it stands in its last line, and in the journal: names of pupils may be in it
    assert world.teacher.name in sheet.splitlines()[-1]
    assert "仅限工作使用" in sheet.splitlines()[-1]
    assert answer["Cache-Control"] == "no-store"
    entry = JournalEntry.objects.get(action=LIST_EXPORTED)
    assert entry.actor_name == world.teacher.name
    assert entry.data["title"] == f"{lesson.title} 到课"
    assert entry.data["rows"] == len(sheet.splitlines()) - 2


def test_a_lesson_of_three_minutes_says_what_its_shares_are_of(teacher, world):
    lesson, session, _ticket = open_for(world)
    begin = lesson.starts_at
    services.mark_live(session.pk, started_at=begin)
    services.end_live_session(session.pk, reason="teacher", by=SYSTEM, ended_at=begin + timedelta(minutes=3))
    address = reverse("live_attendance", args=[lesson.pk])
    assert "这节课只上了 3 分钟（安排 45 分钟）" in teacher.get(address).content.decode()
    sheet = b"".join(teacher.get(address + "?format=csv").streaming_content).decode()
    assert "0%,3," in sheet.splitlines()[1]
    LiveSession.objects.update(ended_at=begin + timedelta(minutes=44))
    whole = teacher.get(address).content.decode()
    assert "只上了" not in whole
    assert "占比按这节课的 44 分钟算" in whole


def test_what_the_demonstration_says_of_a_lesson_is_in_the_readers_language_a_teachers_words_as_they_are(
    teacher, world
):
    lesson = world.plan()
    for summary, translated in ((SYNTHETIC + EXCERPT, True), (SYNTHETIC, True), ("请带上圆规。", False)):
        Lesson.objects.update(summary=summary)
        page = teacher.get(reverse("live_lesson", args=[lesson.pk]), headers={"accept-language": "en"})
        assert (summary not in page.content.decode()) is translated
        assert summary in teacher.get(reverse("live_lesson", args=[lesson.pk])).content.decode()


def pdf(pages=3) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def send(client, lesson, data, name="课件.pdf"):
    return client.post(reverse("live_pages", args=[lesson.pk]), {"file": SimpleUploadedFile(name, data)})


def test_a_pdf_becomes_pages(teacher, world, run_jobs):
    lesson = world.plan()
    answer = send(teacher, lesson, pdf(), "../../etc/课件.pdf")
    assert answer.status_code == 201
    assert answer.json()["upload"]["name"] == "课件.pdf"
    run_jobs()
    brought = teacher.get(reverse("live_pages", args=[lesson.pk])).json()
    upload, page = brought["uploads"][0], brought["sheets"][0]
    assert (upload["state"], upload["progress"], len(brought["sheets"])) == ("ready", 100, 3)
    assert (page["upload"], page["number"]) == (upload["id"], 1)
    image = teacher.get(page["url"])
    assert image["Content-Type"] == "image/webp"
    assert "sandbox" in image["Content-Security-Policy"]
    opened = Image.open(io.BytesIO(b"".join(image.streaming_content)))
    assert opened.size == (page["width"], page["height"])
    assert max(opened.size) <= 1920
    stored = files.path_of(PageUpload.objects.get().file)
    assert stored.exists()
    assert teacher.post(upload["remove_url"]).status_code == 204
    assert not PageUpload.objects.exists()


def test_a_picture_becomes_one_page_upright_and_on_white(teacher, world, run_jobs):
    lesson, out = world.plan(), io.BytesIO()
    Image.new("RGBA", (2400, 1200), (0, 0, 0, 0)).save(out, "PNG")
    assert send(teacher, lesson, out.getvalue(), "板书.png").status_code == 201
    run_jobs()
    (page,) = teacher.get(reverse("live_pages", args=[lesson.pk])).json()["sheets"]
    assert (page["width"], page["height"]) == (1920, 960)
    shown = Image.open(io.BytesIO(b"".join(teacher.get(page["url"]).streaming_content)))
    assert shown.convert("RGB").getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["P", "RGB", "I;16"])
def test_a_large_picture_is_made_small_before_it_is_turned_and_laid_on_white(world, monkeypatch, mode):
    """Sixty million pixels in four bytes each, four times over, are more than a small server has."""
    lesson, out, sizes = world.plan(), io.BytesIO(), []
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    Image.new(mode, (4000, 2000)).save(out, "PNG", exif=exif)
    made, name = Image.new, "课件.png"
    row = services.add_page_upload(lesson, upload=io.BytesIO(out.getvalue()), name=name, by=world.teacher_actor)
    monkeypatch.setattr(Image, "new", lambda mode, size, *more: sizes.append(size) or made(mode, size, *more))
    services.render_page_upload(row.pk)
    page = LessonPage.objects.get(upload=row)
    assert (page.width, page.height) == (960, 1920)
    assert max(max(size) for size in sizes) <= 1920


def test_a_lesson_takes_twenty_files_and_forgets_those_removed(
    teacher, world, run_jobs, django_capture_on_commit_callbacks
):
    lesson = world.plan()
    for _ in range(20):
        assert send(teacher, lesson, pdf(1)).status_code == 201
    assert "20" in send(teacher, lesson, pdf(1)).json()["message"]
    run_jobs()
    row = PageUpload.objects.filter(lesson=lesson).first()
    kept = [row.file, *row.pages.values_list("image", flat=True)]
    assert all(files.path_of(name).exists() for name in kept)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_page_upload(row, by=world.teacher_actor)
    assert not any(files.path_of(name).exists() for name in kept)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><script>alert(1)</script>", "只能上传"),
        (b"", "空文件"),
        (b"PK\x03\x04 not a picture", "只能上传"),
    ],
)
def test_what_is_no_pdf_and_no_picture_is_refused(teacher, world, data, words):
    answer = send(teacher, world.plan(), data, "课件.pdf")
    assert answer.status_code == 400
    assert not PageUpload.objects.exists()
    assert words in answer.json()["message"]


def png_bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnonsense" * 50, pdf(301), png_bomb()], ids=["broken", "long", "bomb"])
def test_hostile_files_fail_with_a_reason_and_leave_no_pages(teacher, world, run_jobs, data):
    lesson = world.plan()
    assert send(teacher, lesson, data).status_code == 201
    run_jobs()
    brought = teacher.get(reverse("live_pages", args=[lesson.pk])).json()
    assert brought["uploads"][0]["state"] == "failed"
    assert brought["uploads"][0]["error"]
    assert brought["sheets"] == []


def test_a_cancelled_lesson_closes_its_open_room(world, run_jobs):
    from lantian.people.schedule import services as schedule

    lesson, session, _ticket = open_for(world)
    schedule.cancel_lesson(lesson, reason="停电", by=world.teacher_actor)
    run_jobs()
    assert LiveSession.objects.get(pk=session.pk).end_reason == "cancelled"


def test_the_list_opens_at_todays_lessons_and_keeps_what_is_over_behind_a_choice(teacher, world):
    now = timezone.now()
    for title, start in (
        ("三周后的课", now + timedelta(days=21)),
        ("上个月的课", now - timedelta(days=30)),
        ("数学", now + timedelta(minutes=5)),
    ):
        world.plan(title=title, start=start, receivers=[])
    lessons = reverse("schedule_lessons")

    def found(query: str = "") -> list[str]:
        return [row.object.title for row in teacher.get(lessons + query).context["page"].rows]

    assert found() == ["数学", "三周后的课"]
    assert found("?when=past") == ["上个月的课"]
    assert found("?when=all") == ["三周后的课", "数学", "上个月的课"]
    assert f"数学 · {world.group}" in teacher.get(lessons).content.decode()


def test_a_teacher_plans_for_the_own_subject_and_class_and_takes_whole_schools(teacher, world):
    other = class_group(world.sending, number=9, grade=7)
    membership = apps.get_model("roster", "Membership").objects
    for taught in (world.group, other):
        facts = {"role": "teacher", "subject": "physics", "valid_from": date(2020, 1, 1)}
        membership.create(person=world.teacher, organization=world.sending, class_group=taught, **facts)
    membership.filter(class_group=other).update(valid_to=date(2021, 1, 1))
    plan = reverse("schedule_lesson_plan")
    form = teacher.get(plan).context["form"]
    assert [str(form[name].initial) for name in ("subject", "class_group", "alliance")] == [
        "physics",
        str(world.group.pk),
        str(world.alliance.pk),
    ]
    class_group(world.receiving[0], number=7, grade=7)  # of another grade
    begins = timezone.localtime() + timedelta(hours=3)
    fields = {
        "title": "浮力", "subject": "physics", "class_group": str(world.group.pk), "teacher": str(world.teacher.pk),
        "day": begins.strftime("%Y-%m-%d"), "begins": begins.strftime("%H:%M"), "minutes": "40", "access": "alliance",
        "whole": ["all"],
    }  # fmt: skip
    assert "请选是哪个联盟" in teacher.post(plan, fields).content.decode()
    done = teacher.post(plan, fields | {"alliance": str(world.alliance.pk)})
    assert done.status_code == 302, done.context["form"].errors
    lesson = Lesson.objects.get(title="浮力")
    assert {row.class_group_id for row in lesson.receivers.all()} == {group.pk for group in world.groups}


def test_a_school_without_an_alliance_is_not_asked_for_one(teacher, world):
    world.alliance.members.all().delete()
    assert set(teacher.get(reverse("schedule_lesson_plan")).context["form"].fields) & {"alliance", "receivers"} == set()


def test_planning_pages(teacher, world):
    assert teacher.get(reverse("schedule_lessons")).status_code == 200
    form = teacher.get(reverse("schedule_lesson_plan"))
    assert "梓潼一中" in form.content.decode()
    begins = timezone.localtime() + timedelta(hours=3)
    fields = {
        "title": "圆周角定理", "subject": "maths", "class_group": str(world.group.pk), "teacher": str(world.teacher.pk),
        "day": begins.strftime("%Y-%m-%d"), "begins": begins.strftime("%H:%M"), "minutes": "40",
        "alliance": str(world.alliance.pk), "receivers": [str(world.groups[0].pk)], "access": "alliance",
    }  # fmt: skip
    done = teacher.post(reverse("schedule_lesson_plan"), fields)
    assert done.status_code == 302, done.context["form"].errors
    again = teacher.post(reverse("schedule_lesson_plan"), fields)
    assert "已有别的课" in again.content.decode()
    edit = done["Location"].replace("/live/lessons/", "/lessons/") + "edit/"
    assert teacher.get(edit).status_code == 200
    cancelled = teacher.post(edit.replace("edit/", "cancel/"), {"reason": "停电"}, follow=True)
    assert "课程已取消" in cancelled.content.decode()
    fields["access"] = "rehearsal"
    assert "试讲没有班级接收" in teacher.post(reverse("schedule_lesson_plan"), fields).content.decode()
    rehearsal = teacher.post(reverse("schedule_lesson_plan"), fields | {"receivers": []}, follow=True)
    assert "试讲" in rehearsal.content.decode()
    planned = Lesson.objects.get(access="rehearsal")
    assert (planned.class_group, planned.alliance, planned.grade) == (None, None, 8)
    for name in ("schedule_alliances", "schedule_rooms"):
        assert teacher.get(reverse(name)).status_code == 200
    assert "梓潼一中" in teacher.get(reverse("schedule_alliance", args=[world.alliance.pk])).content.decode()
