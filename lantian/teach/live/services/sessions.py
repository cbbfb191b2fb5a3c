"""A live session from its opening to its books being closed."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.media.enums import StreamState
from lantian.content.media.errors import DiskFull
from lantian.content.media.services import close_stream, create_stream, lesson_room
from lantian.content.media.services import save_progress as save_stream_progress
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.roster.queries import actor_of_person
from lantian.people.schedule import services as schedule
from lantian.people.schedule.enums import LessonState
from lantian.people.schedule.errors import Clash, ScheduleError
from lantian.teach.live import queries, rules
from lantian.teach.live.engine.attendance import iso_duration
from lantian.teach.live.enums import OPEN_STATES, EndReason, SessionState
from lantian.teach.live.errors import (
    Busy,
    CannotExtend,
    LessonCancelled,
    LessonOver,
    NoRoom,
    Outdated,
    TooEarly,
    TooLate,
)
from lantian.teach.live.events import LiveSessionEnded, LiveSessionStarted
from lantian.teach.live.models import LiveSession
from lantian.teach.live.services.nodes import choose_node, hold_term
from lantian.teach.live.services.notices import announce
from lantian.teach.live.services.presence import close_attendance

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson

LONGEST_EXTENSION = 30  # minutes at a time


def open_live_session(lesson: "Lesson", *, by: Actor, now: datetime | None = None) -> LiveSession:
    """Make ready to go live; while a session is open, gives that one.

    Raises Denied, TooEarly, TooLate, LessonCancelled, LessonOver, NoRoom, Busy.
    """
    if lesson.state == LessonState.CANCELLED:
        raise LessonCancelled
    if lesson.state == LessonState.ENDED:
        raise LessonOver
    require(rules.may_open_session, by, lesson)
    found = queries.open_session(lesson)
    if found is not None:
        return found
    opens, closes = queries.opening_window(lesson)
    moment = now or timezone.now()
    if moment < opens:
        raise TooEarly
    if moment > closes:
        raise TooLate
    if not lesson_room().enough:
        raise NoRoom
    try:
        return _open(lesson, by, moment)
    except DiskFull as error:
        raise NoRoom from error
    except IntegrityError as error:  # another tab of the same teacher was first
        found = queries.open_session(lesson)
        if found is None:
            raise Busy from error
        return found


@transaction.atomic
def _open(lesson: "Lesson", by: Actor, now: datetime) -> LiveSession:
    session = LiveSession.objects.create(
        lesson=lesson,
        stream=create_stream(by=by),
        publisher_id=by.person_id or lesson.teacher_id,
        planned_end=lesson.ends_at,
        opened_at=now,
        node=choose_node(),
    )
    record("live.session_opened", session, by=by, lesson=str(lesson.pk))
    announce("opened", session=str(session.pk))
    return session


def _locked(session_id: UUID | str, term: int | None = None) -> LiveSession:
    """`term`: of the live process that says something; None for everybody else. Raises Outdated."""
    rows = LiveSession.objects.select_for_update(of=("self",)).select_related("lesson__organization", "stream")
    session = rows.get(pk=session_id)
    if term is not None and term != session.term:
        raise Outdated
    return session


def _teacher(session: LiveSession) -> Actor:
    """The teacher whose hand began and ends this, so that the history does not name the machine between; the system where
    somebody else has the lesson by now."""
    if session.publisher is None or session.publisher_id != session.lesson.teacher_id:
        return SYSTEM
    return actor_of_person(session.publisher)


@transaction.atomic
def mark_live(session_id: UUID | str, *, started_at: datetime, term: int | None = None) -> None:
    """The first picture is on disk: the lesson is on the air. Again does nothing. Raises Outdated."""
    session = _locked(session_id, term)
    if session.started_at is not None or session.state == SessionState.ENDED:
        return
    session.started_at, session.last_chunk_at = started_at, started_at
    session.state = SessionState.LIVE
    session.save(update_fields=["started_at", "last_chunk_at", "state"])
    lesson = session.lesson
    teacher = _teacher(session)
    if lesson.state == LessonState.PLANNED:
        schedule.start_lesson(lesson, by=teacher)
    record("live.session_started", session, by=teacher)
    publish(
        LiveSessionStarted(
            object_id=session.pk,
            lesson_id=lesson.pk,
            actor_id=lesson.teacher_id,
            actor_kind="person",
            organization_id=lesson.organization_id,
            context={
                "lesson": lesson.pk,
                "title": lesson.title,
                "subject": lesson.subject,
                "grade": lesson.grade,
                "receivers": list(lesson.receivers.values_list("class_group_id", flat=True)),
            },
            occurred_at=started_at,
        )
    )
    announce("live", session=str(session.pk))


@transaction.atomic
def note_publisher(session_id: UUID | str, *, person: UUID | str, term: int | None = None) -> None:
    """Somebody else sends the lesson by now: its substitute, or its teacher again. Again does nothing. Raises Outdated."""
    session = _locked(session_id, term)
    if str(session.publisher_id) == str(person):
        return
    session.publisher_id = UUID(str(person))
    session.save(update_fields=["publisher"])
    sender = session.publisher
    assert sender is not None
    record("live.lesson_taken_over", session.lesson, by=actor_of_person(sender), session=str(session.pk))


@transaction.atomic
def save_progress(
    session_id: UUID | str,
    *,
    stream_id: UUID | str,
    state: str,
    last_chunk_at: datetime | None,
    seconds: float,
    segments: int,
    size: int,
    poster: str = "",
    term: int | None = None,
) -> None:
    """Figures of a running session, brought every few seconds by the live process. Never revives an ended one. Raises
    Outdated."""
    values: dict[str, Any] = {"state": state}
    if last_chunk_at is not None:
        values["last_chunk_at"] = last_chunk_at
    hold_term(session_id, term)
    LiveSession.objects.filter(pk=session_id, state__in=OPEN_STATES).update(**values)
    save_stream_progress(UUID(str(stream_id)), seconds=seconds, segments=segments, size=size, poster=poster)


@transaction.atomic
def extend_live_session(session_id: UUID | str, *, minutes: int, by: Actor, now: datetime | None = None) -> LiveSession:
    """Let a running lesson last `minutes` (1–30) longer than planned; once its time is over, than now, in whole minutes.

    The live process hears of it and tells everybody. Raises Denied, and CannotExtend: the lesson does not run yet, or a room,
    the teacher or a class is in another lesson then.
    """
    session = _locked(session_id)
    require(rules.may_extend_session, by, session)
    if not 1 <= minutes <= LONGEST_EXTENSION:
        raise CannotExtend
    moment = (now or timezone.now()).replace(second=0, microsecond=0)
    ends_at = max(session.planned_end, moment) + timedelta(minutes=minutes)
    try:
        lesson = schedule.extend_lesson(session.lesson, ends_at=ends_at, by=by)
    except Clash as clash:
        words = _("不能延长到 %(time)s：%(reason)s")
        raise CannotExtend(words % {"time": f"{timezone.localtime(ends_at):%H:%M}", "reason": clash.message}) from clash
    except ScheduleError as refused:
        raise CannotExtend(refused.message) from refused
    session.planned_end = lesson.ends_at
    session.save(update_fields=["planned_end"])
    record("live.session_extended", session, by=by, ends_at=ends_at)
    announce("changed", session=str(session.pk))
    return session


@transaction.atomic
def end_live_session(
    session_id: UUID | str, *, reason: EndReason, by: Actor, ended_at: datetime | None = None, term: int | None = None
) -> LiveSession:
    """End the session and its lesson; the live process hears of it and finishes the files. Again does nothing. Raises Denied,
    Outdated."""
    session = _locked(session_id, term)
    require(rules.may_end_session, by, session)
    if session.state == SessionState.ENDED:
        return session
    doer = _teacher(session) if by.is_system and reason == EndReason.TEACHER else by
    session.state = SessionState.ENDED
    session.ended_at = max(ended_at or timezone.now(), session.opened_at)
    session.end_reason = reason
    session.save(update_fields=["state", "ended_at", "end_reason"])
    if session.lesson.state in (LessonState.LIVE, LessonState.PLANNED) and session.started_at is not None:
        mine = doer.person_id is not None and doer.person_id == session.lesson.teacher_id
        schedule.end_lesson(session.lesson, by=doer if mine else SYSTEM)
    record("live.session_ended", session, by=doer, reason=str(reason))
    announce("ended", session=str(session.pk))
    return session


@transaction.atomic
def settle_live_session(session_id: UUID | str, *, term: int | None = None) -> None:
    """Close the books of an ended session, whose files are finished: stream totals, attendance, events. Again does nothing.
    Raises Outdated."""
    session = _locked(session_id, term)
    if session.state != SessionState.ENDED or session.stream.state != StreamState.OPEN:
        close_attendance(session)
        return
    stream = close_stream(session.stream, by=SYSTEM)
    close_attendance(session)
    publish(
        LiveSessionEnded(
            object_id=session.pk,
            lesson_id=session.lesson_id,
            organization_id=session.lesson.organization_id,
            result={
                "seconds": round(stream.seconds, 1),
                "duration": iso_duration(stream.seconds),
                "reason": session.end_reason,
            },
            context={"lesson": session.lesson_id, "title": session.lesson.title},
            occurred_at=session.ended_at or timezone.now(),
            **acted_by(SYSTEM),
        )
    )
