"""The pages of recordings: found, watched, cut, called, published, taken away as a file."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantian.content.media.models import Stream
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.world import actor, person
from lantian.teach.recordings import queries, services
from lantian.teach.recordings.engine.clock import clock, seconds_of
from lantian.teach.recordings.models import Making, Recording
from lantian.teach.recordings.tests.conftest import fresh, keep_of, made, teach
from lantian.teach.recordings.tests.test_recordings import colleague, head, officer

pytestmark = pytest.mark.django_db


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def page_of(recording):
    return f"/recordings/{recording.pk}/"


def test_the_list_finds_by_words_facets_and_audience_in_few_queries(world, recording, enter):
    client = enter(world.teacher_actor)
    for query, there in (
        ("", True),
        ("?q=函数", True),
        ("?q=王芳 涪城", True),
        ("?q=诗词", False),
        ("?subject=maths", True),
        ("?subject=physics", False),
        ("?audience=class", True),
        ("?audience=public", False),
        ("?audience=withdrawn", False),
        ("?sort=title&page=4", True),
    ):
        assert (page_of(recording) in text(client, f"/recordings/{query}")) is there, query
    with CaptureQueriesContext(
        connection,
    ) as seen:
        text(client, "/recordings/")
    assert len(seen) <= 9


def test_an_open_lessons_recording_is_everybodys_from_the_beginning(world, enter):
    row = keep_of(teach(world, access=LessonAccess.PUBLIC))
    assert queries.published_words(row) == "谁都可以看"
    client = Client()
    assert page_of(row) in text(client, "/recordings/?audience=public")
    assert page_of(row) not in text(client, "/recordings/?audience=class")
    assert client.get("/recordings/?export=csv")["Content-Type"].startswith("text/html")  # strangers take no list along


def test_an_empty_list_says_what_comes_and_an_export_says_who_took_it(world, recording, enter):
    client = enter(actor(person("外校"), "teacher", world.county))
    assert "还没有录像" in text(client, "/recordings/")
    answer = enter(world.teacher_actor).get("/recordings/?export=csv")
    table = b"".join(answer.streaming_content).decode()
    assert "一次函数的图象" in table
    assert "王芳" in table.splitlines()[-1]


def test_a_stranger_finds_what_is_open_and_nothing_else(world, recording):
    client = Client()
    assert page_of(recording) not in text(client, "/recordings/")
    assert client.get(page_of(recording)).status_code == 404
    services.publish_recording(recording, audience="public", by=head(world))
    assert page_of(recording) in text(client, "/recordings/")
    page = text(client, page_of(recording))
    assert "recording-config" in page
    assert "剪开头和结尾" not in page
    assert client.get(f"{page_of(recording)}wave/").status_code == 302  # to sign in


def test_a_replay_tells_those_whom_the_lesson_concerned_who_wrote_what_and_strangers_only_the_board(
    world, recording, enter
):
    services.publish_recording(recording, audience="public", by=head(world))
    address = f"/live/lessons/{recording.session.lesson_id}/events.json"

    def kinds(client):
        return {event["kind"] for event in client.get(address).json()["events"]}

    strange = kinds(Client())
    own = kinds(enter(colleague(world, world.receiving[0])))
    assert (strange, own) == ({"page.turn"}, {"page.turn", "chat.say"})


def test_its_teacher_cuts_and_undoes_it(world, recording, enter):
    made(recording)
    client = enter(world.teacher_actor)
    page = text(client, page_of(recording))
    assert "整节 0:12" in page
    client.post(f"{page_of(recording)}cut/", {"start": "0:03", "end": "9"})
    stream = fresh(recording).session.stream
    assert (round(stream.cut_from), round(stream.cut_until)) == (3, 9)
    page = text(client, page_of(recording))
    assert "剪成 0:03–0:09 这一段" in page
    assert "恢复成整节课" in page
    assert "whole-" in page  # the player of those who cut shows the whole
    answer = client.post(f"{page_of(recording)}cut/", {"start": "x", "end": "9"}, follow=True)
    assert "请按“分:秒”" in answer.content.decode()
    answer = client.post(f"{page_of(recording)}cut/", {"start": "9", "end": "3"}, follow=True)
    assert "开头要在结尾之前" in answer.content.decode()
    client.post(f"{page_of(recording)}cut/", {"act": "whole"})
    assert fresh(recording).session.stream.cut_from is None


def test_the_lessons_page_leads_those_who_teach_or_administer_to_its_recording(world, recording, enter):
    lesson = f"/live/lessons/{recording.session.lesson_id}/"
    for who, led in ((world.teacher_actor, True), (head(world), True), (colleague(world, world.receiving[0]), False)):
        assert (page_of(recording) in text(enter(who), lesson)) is led


def test_proposals_are_one_click_each(world, recording, enter):
    made(recording)
    look = fresh(recording).look
    look["tips"] = [
        {"kind": "quiet", "edge": "begin", "start": 0.0, "end": 4.0},
        {"kind": "black", "edge": "end", "start": 10.0, "end": 12.0},
        {"kind": "quiet", "edge": "inner", "start": 5.0, "end": 7.0},
    ]
    Recording.objects.update(look=look)
    client = enter(world.teacher_actor)
    page = text(client, page_of(recording))
    assert all(words in page for words in ("开头没有声音", "从 0:04 开始", "结尾黑屏", "到 0:10 结束", "中间没有声音"))
    client.post(f"{page_of(recording)}cut/", {"start": "0:04", "end": "0:12"})
    assert "从 0:04 开始" not in text(client, page_of(recording))


def test_others_see_the_cut_part_with_its_chapters_and_may_not_change_it(world, recording, enter):
    made(recording)
    services.cut_recording(recording, start=5, end=12, by=world.teacher_actor)
    client = enter(colleague(world, world.receiving[0]))
    page = text(client, page_of(recording))
    assert "replay.m3u8" in page
    assert "whole-" not in page
    assert "导入" in page
    for part, method in (("cut", "post"), ("edit", "get"), ("publish", "get"), ("withdraw", "post"), ("makings", "get"),
                         ("film", "get"), ("wave", "get"), ("stills", "get")):  # fmt: skip
        assert getattr(client, method)(f"{page_of(recording)}{part}/").status_code == 403, part


def test_title_and_chapters_are_written_in_one_form(world, recording, enter):
    made(recording)
    client = enter(world.teacher_actor)
    assert "导入" in text(client, f"{page_of(recording)}edit/")
    facts = {
        "title": "函数",
        "at_0": "0:02",
        "title_0": "",
        "at_1": "0:05",
        "title_1": "例题",
        "at_2": "",
        "title_2": "",
    }
    client.post(f"{page_of(recording)}edit/", facts)
    row = fresh(recording)
    assert (row.title, row.chapters) == ("函数", [{"at": 5.0, "title": "例题"}])
    answer = client.post(f"{page_of(recording)}edit/", {"title": "", "title_0": "没有时间"})
    assert "请填写这一章从哪里开始" in answer.content.decode()


def test_a_head_publishes_to_a_region_and_a_teacher_is_not_offered_it(world, recording, enter):
    page = text(enter(world.teacher_actor), f"{page_of(recording)}publish/")
    assert "联盟里的学校" in page
    assert "谁都可以看" not in page
    client = enter(officer(world))
    answer = client.post(f"{page_of(recording)}publish/", {"audience": "region", "region": ""})
    assert "请选择给哪个地区看" in answer.content.decode()
    client.post(f"{page_of(recording)}publish/", {"audience": "region", "region": world.sending.parent_id})
    assert fresh(recording).region_id == world.sending.parent_id
    assert "绵阳市的师生和家长" in text(client, page_of(recording))
    client.post(f"{page_of(recording)}withdraw/", {"reason": "重录"})
    client.post(f"{page_of(recording)}hold/")
    page = text(client, page_of(recording))
    assert "一直保留" in page
    assert "按期限保留" in page
    assert "发布给绵阳市的师生和家长" in page
    assert "已撤回" in page
    assert "撤回了录像：重录" in page


def test_publishing_an_open_lessons_recording_offers_nothing_that_would_change_nothing(world, enter):
    row = keep_of(teach(world, access=LessonAccess.PUBLIC))
    client = enter(world.teacher_actor)
    client.post(f"{page_of(row)}withdraw/", {"reason": "先看一遍"})
    form = client.get(f"{page_of(row)}publish/").context["form"]
    assert [str(words) for _value, words in form.fields["audience"].choices] == ["谁都可以看"]
    assert "region" not in form.fields
    client.post(f"{page_of(row)}publish/", {"audience": form.initial["audience"]})
    assert queries.published_words(fresh(row)) == "谁都可以看"


def test_the_file_is_handed_out_by_the_front_door_where_there_is_one(world, recording, enter):
    made(recording, "film")
    client = enter(world.teacher_actor)
    assert "下载 MP4" in text(client, page_of(recording))
    answer = client.get(f"{page_of(recording)}film/")
    assert answer["Content-Type"] == "video/mp4"
    assert "filename*=utf-8''%E4%B8%80" in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content)[4:8] == b"ftyp"
    handed = client.get(f"{page_of(recording)}film/", headers={"X-Sendfile-Type": "X-Accel-Redirect"})
    row = fresh(recording)
    assert handed.content == b""
    assert handed["X-Accel-Redirect"] == f"/streams/{row.session.stream.token}/.made/{row.film}"
    assert handed["Cache-Control"] == "private, no-store"
    queries.film_path(row).unlink()
    assert client.get(f"{page_of(recording)}film/").status_code == 404


def test_what_is_being_made_is_shown_and_stopped(world, recording, enter):
    client = enter(world.teacher_actor)
    client.post(f"{page_of(recording)}makings/", {"work": "film"})
    piece = text(client, f"{page_of(recording)}makings/")
    assert "hx-trigger" in piece
    assert "做 MP4 文件" in piece
    making = Making.objects.get(work="film")
    client.post(f"{page_of(recording)}makings/", {"stop": making.pk})
    making.refresh_from_db()
    assert making.state == "stopped"
    assert making.asked_by_id == world.teacher.pk
    assert client.post(f"{page_of(recording)}makings/", {"stop": uuid4()}).status_code == 404


def test_a_file_that_is_done_while_the_page_is_made_can_be_taken_at_once(world, recording, enter, monkeypatch):
    """The page asks a last time when nothing is made any more: what it shows then, stays."""
    usual = queries.makings_of

    def done_meanwhile(row):
        if not row.makings.filter(work="film").exists():
            made(recording, "film")
        return usual(row)

    monkeypatch.setattr(queries, "makings_of", done_meanwhile)
    assert "下载 MP4" in text(enter(world.teacher_actor), f"{page_of(recording)}makings/")


def test_storage_shows_each_school_of_the_subtree(world, recording, enter):
    made(recording)
    page = text(enter(officer(world)), "/recordings/storage/")
    assert "涪城中学" in page
    assert enter(world.teacher_actor).get("/recordings/storage/").status_code == 403


def test_a_chart_compares_the_schools_that_take_most(world, recording, enter):
    lesson = recording.session.lesson
    for number, school in enumerate([*world.receiving, world.county], 1):
        stream = Stream.objects.create(state="closed", bytes=number * 3_000_000_000, seconds=2700)
        over = {"planned_end": lesson.ends_at, "ended_at": lesson.ends_at, "state": "ended"}
        session = LiveSession.objects.create(lesson=lesson, stream=stream, **over)
        Recording.objects.create(session=session, organization=school, title="数学", taught_at=lesson.starts_at)
    page = text(enter(officer(world)), "/recordings/storage/")
    assert "storage-chart" in page
    assert page.index("梓潼县") < page.index("平武中学") < page.index("梓潼一中") < page.index("涪城中学")
    assert "占得最多的三所学校一共占 99%" in page
    assert "18.0 GB" in page


@pytest.mark.parametrize(
    ("written", "seconds"), [("75", 75), ("2:30", 150), ("1:02:03", 3723), ("2：30", 150), ("1:05.5", 65.5)]
)
def test_moments_are_read_as_people_write_them(written, seconds):
    assert seconds_of(written) == seconds
    assert seconds_of(clock(seconds)) == seconds


@pytest.mark.parametrize("written", ["", "一分", "1:75", "1:60:00", "-3", "1:2:3:4"])
def test_what_is_no_moment_is_refused(written):
    with pytest.raises(ValueError, match=r".*"):
        seconds_of(written)
