"""Recorders: who may set one up, what it shows, and what becomes of what was seen of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.schedule.enums import LessonAccess
from lantian.people.schedule.models import Room
from lantian.people.schedule.services import cancel_lesson, plan_lesson
from lantian.teach.live.tests.world import actor, organization, person
from lantian.teach.recorders import queries, rules, services
from lantian.teach.recorders.consumers.gateway import ticket_of
from lantian.teach.recorders.consumers.relay import Later, Over
from lantian.teach.recorders.enums import Happened, State, Way
from lantian.teach.recorders.errors import BadAddress, RoomTaken
from lantian.teach.recorders.models import Recorder, RecorderLine

pytestmark = pytest.mark.django_db


def head(world):
    return actor(person("校长", world.sending), "school_head", world.sending)


def room_of(world):
    return Room.objects.get_or_create(
        organization=world.sending, class_group=world.group, defaults={"name": "录播教室"}
    )[0]


def box(world, **more):
    facts = {"room": room_of(world), "name": "录播主机", "way": Way.RTMP, "by": SYSTEM} | more
    return services.register_recorder(**facts)


def test_a_box_is_known_by_its_key_alone_and_the_key_is_nowhere(world):
    found, key = box(world, by=head(world))
    assert len(key) == 24
    assert queries.recorder_of_key(key) == found
    assert queries.recorder_of_key(key[:-1] + "0") != found or key.endswith("0")
    assert queries.recorder_of_key("") is None
    entry = JournalEntry.objects.get(action="recorders.recorder_registered")
    assert key not in str(entry.data)
    assert key.encode() not in bytes(Recorder.objects.values_list("key_index", flat=True)[0])


def test_another_key_makes_the_former_one_void(world):
    found, key = box(world)
    other = services.renew_key(found, by=head(world))
    assert other != key
    assert queries.recorder_of_key(key) is None
    assert queries.recorder_of_key(other) == found


def test_a_room_has_one_recorder_and_a_stopped_one_comes_back_only_when_it_is_free(world):
    first, _key = box(world)
    with pytest.raises(RoomTaken):
        box(world, name="第二台")
    services.stop_recorder(first, by=head(world))
    second, _key = box(world, name="第二台")
    with pytest.raises(RoomTaken):
        services.resume_recorder(first, by=head(world))
    services.stop_recorder(second, by=SYSTEM)
    assert services.resume_recorder(first, by=SYSTEM).is_active
    services.resume_recorder(first, by=SYSTEM)
    assert JournalEntry.objects.filter(action="recorders.recorder_resumed").count() == 1


@pytest.mark.parametrize(
    "address", ["", "http://192.0.2.1/", "rtsp://", "rtsp:///ch1", "rtsp://a b/ch1", "rtsp://host:port/x"]
)
def test_a_camera_has_an_address_that_can_be_one(world, address):
    with pytest.raises(BadAddress):
        box(world, way=Way.RTSP, address=address)
    assert not Recorder.objects.exists()


def test_a_cameras_address_is_kept_sealed_and_changed_only_when_a_new_one_is_given(world):
    found, key = box(world, way=Way.RTSP, address="rtsp://user:password@192.0.2.1:554/ch1")
    assert key == ""
    assert b"password" not in bytes(Recorder.objects.values_list("address", flat=True)[0])
    services.change_recorder(found, name="新名", make="某厂", follows=False, by=head(world))
    found.refresh_from_db()
    assert (found.name, found.follows, found.address) == ("新名", False, "rtsp://user:password@192.0.2.1:554/ch1")
    services.change_recorder(found, name="新名", make="", follows=True, address="rtsp://192.0.2.9/ch2", by=SYSTEM)
    found.refresh_from_db()
    assert found.address == "rtsp://192.0.2.9/ch2"
    with pytest.raises(BadAddress):
        services.renew_key(found, by=SYSTEM)


def test_who_may_set_one_up_and_who_may_look(world):
    found, _key = box(world)
    elsewhere = organization("别处中学")
    teacher, other = world.teacher_actor, actor(person("外校", elsewhere), "teacher", elsewhere)
    foreign = actor(person("外校校长", elsewhere), "school_head", elsewhere)
    assert_allowed(rules.may_manage_recorders, head(world))
    assert_allowed(rules.may_manage_recorders, head(world), world.sending)
    for who in (teacher, other, ANONYMOUS):
        assert_refused(rules.may_manage_recorders, who)
    assert_refused(rules.may_manage_recorders, foreign, world.sending)
    for verb in (services.renew_key, services.stop_recorder, services.resume_recorder):
        with pytest.raises(Denied):
            verb(found, by=foreign)
    with pytest.raises(Denied):
        box(world, by=teacher, name="又一台")
    for who in (head(world), teacher):
        assert_allowed(rules.may_view_recorder, who, found)
        assert queries.recorders_visible_to(who).get() == found
    for who in (foreign, other, ANONYMOUS):
        assert_refused(rules.may_view_recorder, who, found)
        assert not queries.recorders_visible_to(who).exists()
    assert_allowed(rules.may_list_recorders, teacher)
    assert_refused(rules.may_list_recorders, world.screen_actor())


def test_lessons_are_due_from_a_minute_before_they_begin_until_they_end(world):
    room, now = room_of(world), timezone.now()
    lesson = world.plan(start=now)
    due = lambda moment: queries.lessons_due([room.pk], moment)  # noqa: E731 - said often
    assert due(now - timedelta(seconds=61)) == {}
    assert due(now - timedelta(seconds=59)) == {room.pk: lesson}
    assert due(now + timedelta(minutes=44)) == {room.pk: lesson}
    assert due(now + timedelta(minutes=45)) == {}
    assert queries.lessons_due([], now) == {}
    assert queries.lessons_due([world.rooms[0].pk], now) == {}  # there it is received
    cancel_lesson(lesson, reason="停电", by=SYSTEM)
    assert due(now) == {}


def test_a_rehearsal_is_not_sent(world):
    room, now = room_of(world), timezone.now()
    facts = {"title": "试讲", "subject": "maths", "stage": "junior", "grade": 8, "teacher": world.teacher, "room": room}
    plan_lesson(
        organization=world.sending,
        starts_at=now,
        ends_at=now + timedelta(minutes=40),
        access=LessonAccess.REHEARSAL,
        by=SYSTEM,
        **facts,
    )
    assert queries.lessons_due([room.pk], now) == {}


def test_of_a_lesson_that_runs_over_and_one_that_begins_the_running_one_is_due(world):
    room, now = room_of(world), timezone.now()
    first = world.plan(start=now, minutes=40)
    second = world.plan(start=now + timedelta(minutes=40), minutes=40)
    type(first).objects.filter(pk=first.pk).update(state="live")
    moment = now + timedelta(minutes=39, seconds=30)
    assert queries.lessons_due([room.pk], moment) == {room.pk: first}
    assert queries.lessons_due([room.pk], now + timedelta(minutes=41)) == {room.pk: second}


def test_what_the_gateway_saw_is_kept_and_the_same_line_not_twice(world):
    found, _key = box(world)
    facts = {"video": "h264", "audio": "aac", "width": 1280, "height": 720, "fps": 25.0, "kbps": 1500, "gop_s": 1.0}
    services.saw(found.pk, state=State.READY, facts=facts)
    services.saw(found.pk, state=State.READY)
    found.refresh_from_db()
    assert (found.state, found.facts) == (State.READY, facts)
    assert queries.picture_words(found) == "1280×720 · 25 fps · 1.5 Mbit/s · H.264 · AAC"
    assert services.note(found.pk, Happened.SECOND, address="192.0.2.7")
    assert not services.note(found.pk, Happened.SECOND, address="192.0.2.7")
    assert services.note(found.pk, Happened.SECOND, address="192.0.2.8")
    seen = found.seen_at
    services.saw(found.pk, state=State.OFFLINE)
    found.refresh_from_db()
    assert (found.state, found.seen_at) == (State.OFFLINE, seen)
    services.stop_recorder(found, by=SYSTEM)
    services.saw(found.pk, state=State.ON_AIR)
    found.refresh_from_db()
    assert found.state == State.OFFLINE


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, []),
        ({"gop_s": 1.0}, []),
        ({"gop_s": 4.0, "encoding": True}, ["I 帧间隔 = 25 帧"]),
        ({"video": "hevc", "encoding": True}, ["hevc"]),
        ({"kbps": 6000}, ["6.0 Mbit/s"]),
        ({"audio": ""}, ["没有声音"]),
    ],
)
def test_what_should_be_set_otherwise_is_said_with_the_setting(world, facts, words):
    found, _key = box(world)
    usual = {"video": "h264", "audio": "aac", "width": 1280, "height": 720, "fps": 25.0, "kbps": 1500, "gop_s": 1.0}
    found.facts = usual | facts if facts else {}
    advice = queries.advice_for(found)
    assert len(advice) == len(words)
    for said, word in zip(advice, words, strict=True):
        assert word in said


def test_old_lines_go(world):
    found, _key = box(world)
    services.note(found.pk, Happened.CAME)
    RecorderLine.objects.update(at=timezone.now() - timedelta(days=200))
    services.note(found.pk, Happened.WENT)
    before = timezone.now() - timedelta(days=180)
    assert [line.words for line in queries.sample_of_lines(before, 5)] == ["录播主机 · 设备连上了"]
    assert services.forget_lines(before) == 1
    assert found.lines.count() == 1


def test_a_full_disk_is_a_fault_of_the_moment_and_a_cancelled_lesson_is_over(world, settings):
    lesson = world.plan()
    settings.LANTIAN_DISK_RESERVE_BYTES = 1 << 60
    with pytest.raises(Later, match="full"):
        ticket_of(lesson)
    settings.LANTIAN_DISK_RESERVE_BYTES = 0
    assert ticket_of(lesson)
    cancel_lesson(lesson, reason="停电", by=SYSTEM)
    with pytest.raises(Over):
        ticket_of(lesson)
