"""A session from opening to closed books, as the live process brings it to the database."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from lantian.content.media.models import Stream
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.journal.queries import newest_of
from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.schedule import services as schedule
from lantian.teach.live import services
from lantian.teach.live.enums import EndReason, SessionState
from lantian.teach.live.errors import LessonCancelled, LessonOver, TooEarly, TooLate
from lantian.teach.live.models import LiveSession
from lantian.teach.live.templatetags.live import lesson_actor
from lantian.teach.live.tests.support import open_for

pytestmark = pytest.mark.django_db


def events(name):
    return OutboxEvent.objects.filter(name=name)


def test_the_first_picture_starts_the_lesson_once(world):
    lesson, session, _ticket = open_for(world)
    at = timezone.now()
    services.mark_live(session.pk, started_at=at)
    services.mark_live(session.pk, started_at=at + timedelta(seconds=9))
    session.refresh_from_db()
    lesson.refresh_from_db()
    assert (session.state, session.started_at, lesson.state) == ("live", at, "live")
    assert events("live.session_started").count() == 1


def test_figures_of_a_running_session_never_revive_an_ended_one(world):
    _lesson, session, _ticket = open_for(world)
    figures = {"stream_id": session.stream_id, "seconds": 12.5, "segments": 12, "size": 4_000}
    chunk_at = timezone.now()
    services.save_progress(session.pk, state=SessionState.LIVE, last_chunk_at=chunk_at, poster="p.jpg", **figures)
    session.refresh_from_db()
    stream = Stream.objects.get(pk=session.stream_id)
    assert (session.state, session.last_chunk_at) == ("live", chunk_at)
    assert (stream.seconds, stream.segments, stream.bytes, stream.poster) == (12.5, 12, 4_000, "p.jpg")
    services.end_live_session(session.pk, reason=EndReason.TEACHER, by=world.teacher_actor)
    services.save_progress(session.pk, state=SessionState.INTERRUPTED, last_chunk_at=None, **figures)
    assert LiveSession.objects.get(pk=session.pk).state == SessionState.ENDED


def test_the_books_are_closed_once_and_only_of_an_ended_session(world):
    lesson, session, _ticket = open_for(world)
    services.mark_live(session.pk, started_at=timezone.now())
    services.settle_live_session(session.pk)
    assert Stream.objects.get(pk=session.stream_id).state == "open"
    services.end_live_session(session.pk, reason=EndReason.TEACHER, by=world.teacher_actor)
    services.end_live_session(session.pk, reason=EndReason.SILENT, by=world.teacher_actor)
    for _ in range(2):
        services.settle_live_session(session.pk)
    lesson.refresh_from_db()
    assert (lesson.state, LiveSession.objects.get(pk=session.pk).end_reason) == ("ended", "teacher")
    assert Stream.objects.get(pk=session.stream_id).state == "closed"
    assert events("live.session_ended").count() == 1


def test_the_history_names_the_teacher_who_began_and_ended_over_the_wire(world):
    lesson, session, _ticket = open_for(world)
    services.mark_live(session.pk, started_at=timezone.now())
    services.end_live_session(session.pk, reason=EndReason.TEACHER, by=SYSTEM)  # the live process brings it
    told = {entry.action: entry.actor_name for entry in newest_of(lesson)}
    teacher = world.teacher_actor.name
    assert (told["schedule.lesson_started"], told["schedule.lesson_ended"]) == (teacher, teacher)


def test_an_end_that_came_by_the_clock_is_the_systems(world):
    lesson, session, _ticket = open_for(world)
    services.mark_live(session.pk, started_at=timezone.now())
    services.end_live_session(session.pk, reason=EndReason.PLANNED, by=SYSTEM)
    ended = next(entry for entry in newest_of(lesson) if entry.action == "schedule.lesson_ended")
    assert ended.actor_name == SYSTEM.name
    with translation.override("en"):
        assert lesson_actor(ended) == "System"


def test_a_lesson_that_never_went_on_the_air_stays_planned(world):
    lesson, session, _ticket = open_for(world)
    services.end_live_session(session.pk, reason=EndReason.TEACHER, by=world.teacher_actor)
    lesson.refresh_from_db()
    assert lesson.state == "planned"
    assert services.open_live_session(lesson, by=world.teacher_actor).pk != session.pk


def test_opening_has_its_time_and_its_lesson(world):
    lesson = world.plan()
    with pytest.raises(TooEarly):
        services.open_live_session(lesson, by=world.teacher_actor, now=lesson.starts_at - timedelta(hours=1))
    with pytest.raises(TooLate):
        services.open_live_session(lesson, by=world.teacher_actor, now=lesson.ends_at + timedelta(minutes=1))
    with pytest.raises(Denied):
        services.open_live_session(lesson, by=world.screen_actor())
    schedule.start_lesson(lesson, by=SYSTEM)
    over = schedule.end_lesson(lesson, by=SYSTEM)
    with pytest.raises(LessonOver):
        services.open_live_session(over, by=world.teacher_actor)
    off = schedule.cancel_lesson(world.plan(start=lesson.ends_at), reason="停电", by=SYSTEM)
    with pytest.raises(LessonCancelled):
        services.open_live_session(off, by=world.teacher_actor)
    assert not LiveSession.objects.exists()
