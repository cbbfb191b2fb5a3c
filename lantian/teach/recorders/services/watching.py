"""What the gateway saw of a recorder."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lantian.teach.recorders import queries
from lantian.teach.recorders.enums import Fault, Happened, State
from lantian.teach.recorders.models import Recorder, RecorderLine

SAME = timedelta(minutes=1)  # the same again within this is one line


@transaction.atomic
def saw(
    recorder_id: UUID,
    *,
    state: State,
    facts: dict[str, Any] | None = None,
    fault: Fault | str = "",
    lesson_id: UUID | None = None,
) -> None:
    """How it stands now. Facts of before stay when none are told. Of one that was stopped or is gone nothing is kept."""
    row = Recorder.objects.select_for_update().filter(pk=recorder_id, is_active=True).first()
    if row is None:
        return
    now = timezone.now()
    if row.state != state:
        row.state, row.state_since = state, now
    if state != State.OFFLINE:
        row.seen_at = now
    if facts is not None:
        row.facts = facts
    row.fault, row.lesson_id = str(fault), lesson_id
    row.save(update_fields=["state", "state_since", "seen_at", "facts", "fault", "lesson"])


@transaction.atomic
def note(recorder_id: UUID, what: Happened, *, lesson_id: UUID | None = None, **detail: Any) -> bool:
    """A line for its log; the same again within a minute is none. False for none."""
    row = Recorder.objects.select_for_update().filter(pk=recorder_id).first()
    if row is None:
        return False
    last = row.lines.filter(what=what, at__gt=timezone.now() - SAME).order_by("-at").first()
    if last is not None and last.lesson_id == lesson_id and last.detail == detail:
        return False
    RecorderLine.objects.create(recorder=row, what=what, lesson_id=lesson_id, detail=detail)
    return True


def forget_lines(before: datetime) -> int:
    """Retention: lines older than a moment go. Returns how many."""
    return int(queries.old_lines(before).delete()[0])
