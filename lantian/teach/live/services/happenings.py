"""What happened in lessons, as the live process brings it in batches."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, transaction

from lantian.teach.live.engine.happenings import Event, Patch
from lantian.teach.live.models import LessonEvent, LessonPoll, PreparedPoll
from lantian.teach.live.services.nodes import hold_term

log = structlog.get_logger("live")


def save_events(session_id: UUID | str, events: Sequence[tuple[Event, Patch]], *, term: int | None = None) -> None:
    """Write events, each with what it changed for everybody. One that stands already is left as it is, so that a log brought
    again counts nothing twice. Asks no rule: the live process has. Raises Outdated."""
    rows = [_row(session_id, event, patch) for event, patch in events]
    if rows:
        _save(rows, term)


def _save(rows: "list[LessonEvent]", term: int | None) -> None:
    """What the database refuses (somebody who is gone) loses its names and stays; it cannot hold up the others."""
    try:
        with transaction.atomic():  # what a row points to is looked at when this ends
            if hold_term(rows[0].session_id, term):
                LessonEvent.objects.bulk_create(rows, ignore_conflicts=True)
            return
    except (IntegrityError, DataError):
        if len(rows) == 1:
            _save_nameless(rows[0], term)
            return
    middle = len(rows) // 2
    _save(rows[:middle], term)
    _save(rows[middle:], term)


def _save_nameless(row: LessonEvent, term: int | None) -> None:
    row.person_id = row.class_group_id = row.organization_id = None
    try:
        with transaction.atomic():
            if hold_term(row.session_id, term):
                LessonEvent.objects.bulk_create([row], ignore_conflicts=True)
    except (IntegrityError, DataError):
        log.warning("event refused", session=str(row.session_id), seq=row.seq)


def _row(session_id: UUID | str, event: Event, patch: Patch) -> LessonEvent:
    by = event.by
    return LessonEvent(
        session_id=UUID(str(session_id)),
        seq=event.seq,
        kind=event.kind,
        at=event.at,
        happened_at=_moment(event.ms),
        viewer=by.key,
        role=by.role,
        name=by.name[:40],
        school=by.school[:40],
        person_id=_uuid(by.person),
        class_group_id=_uuid(by.group),
        organization_id=_uuid(by.organization),
        data=event.data,
        shown=patch or None,
        mark=event.mark,
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


@transaction.atomic
def save_polls(session_id: UUID | str, polls: Sequence[dict[str, Any]], *, term: int | None = None) -> None:
    """Write polls with their results as they stand (`Poll.summary`); again changes the same rows. Raises Outdated."""
    if not hold_term(session_id, term):
        return
    wanted = {poll["prepared"] for poll in polls if poll["prepared"]}
    known = {str(pk) for pk in PreparedPoll.objects.filter(pk__in=wanted).values_list("pk", flat=True)}
    same = ("type", "question", "options", "opened_at", "votes", "people", "answers", "classes", "schools")
    rows = [
        LessonPoll(
            session_id=UUID(str(session_id)),
            number=poll["number"],
            picture=_uuid(poll["picture"]),
            prepared_id=_uuid(poll["prepared"]) if poll["prepared"] in known else None,
            opened=_moment(poll["opened_ms"]),
            closed=_moment(poll["closed_ms"]) if poll["closed_ms"] else None,
            **{name: poll[name] for name in same},
        )
        for poll in polls
    ]
    LessonPoll.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["session", "number"],
        update_fields=["closed", "votes", "people", "answers", "classes", "schools"],
    )
