"""The demonstration's lessons of the past days: made by the services, the same each time, two of them with a replay."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from lantian.content.media import services as media
from lantian.content.media.engine.crypto import decrypt_segment, sequence_iv
from lantian.kernel.demo import DEMO_SETS
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import SYSTEM
from lantian.people.schedule.models import Lesson
from lantian.teach.live import demo, queries
from lantian.teach.live.demo import past
from lantian.teach.live.models import Attendance, LiveSession, QualityReport

pytestmark = pytest.mark.django_db


@pytest.fixture
def regular(monkeypatch):
    """Every lesson of the little world is one of the demonstration's timetable."""
    monkeypatch.setitem(DEMO_SETS._entries, "schedule.regular_lessons", Lesson.objects.all)


def moment(hour=10):
    """A day well in the past, within the little world's alliance."""
    return timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0) - timedelta(days=12)


def told(now):
    demo.hold_lessons(now, record=False)
    rows = Attendance.objects.order_by("session__started_at", "viewer").values_list(
        "viewer", "first_seen", "last_seen", "seconds", "stalls"
    )
    return list(rows)


@pytest.mark.usefixtures("regular")
def test_a_lesson_that_went_by_untaught_was_held_and_its_books_are_closed(world):
    lesson = world.plan(start=moment(), minutes=40)
    assert (
        demo.hold_lessons(moment() + timedelta(minutes=50), record=True) == 0
    )  # somebody may still be about to teach it
    assert demo.hold_lessons(moment(11), record=True) == 1
    assert demo.hold_lessons(moment(12), record=True) == 0
    lesson.refresh_from_db()
    session = LiveSession.objects.select_related("stream").get()
    assert lesson.state == session.state == "ended"
    assert session.opened_at < lesson.starts_at < session.started_at < session.ended_at
    assert session.stream.state == "closed"
    there = Attendance.objects.filter(kind="class")
    assert there.exists()
    assert all(row.attended is not None and 0 < row.seconds <= 2600 for row in there)
    assert QualityReport.objects.filter(lag_ms__range=(2000, 3400)).count() >= there.count()
    assert len(queries.attendance_rows(session, actor=world.teacher_actor, now=moment(12))) == len(world.groups)
    assert set(OutboxEvent.objects.values_list("name", flat=True)) >= {
        "live.session_started", "live.session_ended", "live.attendance_closed",
    }  # fmt: skip


@pytest.mark.usefixtures("regular")
def test_the_same_lesson_has_the_same_attendance_whenever_it_is_made(world):
    for day in range(8):
        world.plan(start=moment() + timedelta(days=day), minutes=40)
    later = moment() + timedelta(days=9)
    with transaction.atomic():
        first = told(later)
        transaction.set_rollback(True)
    with transaction.atomic():
        again = told(later)
        transaction.set_rollback(True)
    assert first == again
    assert len({row[3] for row in first}) > 4


@pytest.mark.usefixtures("regular")
def test_a_lesson_that_somebody_opened_is_left_alone(world):
    from lantian.teach.live import services

    lesson = world.plan(start=timezone.now() - timedelta(minutes=5), minutes=10)
    services.open_live_session(lesson, by=world.teacher_actor)
    assert demo.hold_lessons(timezone.now() + timedelta(hours=2), record=True) == 0
    assert not Attendance.objects.exists()


@pytest.mark.usefixtures("regular")
def test_the_newest_lesson_of_the_title_gets_a_replay_once(world, monkeypatch):
    monkeypatch.setattr(past, "RECORDED_SECONDS", 12)
    for day in range(2):
        world.plan(start=moment() + timedelta(days=day), minutes=40, title=past.RECORDED_TITLE)
    later = moment() + timedelta(days=3)
    assert demo.hold_lessons(later, record=False) == 1
    assert demo.hold_lessons(later, record=True) == 1
    session = LiveSession.objects.select_related("stream", "lesson").latest("started_at")
    assert session.lesson.starts_at == moment() + timedelta(days=1)
    assert 11.5 < session.stream.seconds < 12.5
    assert session.stream.started_at == session.started_at
    folder = media.folder_of(session.stream)
    assert (folder.path / session.stream.poster).read_bytes()[:2] == b"\xff\xd8"
    assert (folder.path / "replay.m3u8").exists()
    for rendition in (folder.av, folder.aac):
        history = rendition.load()
        assert history.ended
        record = history.segments[-1]
        keys, _lost = media.stream_keys(session.stream_id)
        secret = next(key.secret for key in keys if str(key.id) == record.key)
        plain = decrypt_segment((rendition.path / record.name).read_bytes(), secret, sequence_iv(record.sequence))
        assert plain[4:8] in {b"moof", b"styp"}
    started = session.started_at.timestamp() * 1000
    assert folder.av.load().epochs[0].wall_start_ms == pytest.approx(started, abs=1)
    media.delete_stream(session.stream, by=SYSTEM)


def test_the_open_lesson_lies_on_the_last_working_day(world):
    now = timezone.make_aware(timezone.datetime(2026, 11, 23, 9, 0))  # a Monday
    past._open_lesson(now)
    lesson = Lesson.objects.get()
    assert timezone.localdate(lesson.starts_at) == date(2026, 11, 20)
    assert lesson.access == "public"
    assert lesson.teacher == world.teacher
