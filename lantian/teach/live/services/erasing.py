"""Who watched is forgotten; that somebody did, is not."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from lantian.kernel.holdings import Subject
from lantian.teach.live import queries
from lantian.teach.live.enums import AttendanceKind
from lantian.teach.live.models import LessonEvent


def forget_viewer(subject: Subject) -> int:
    """Turn a person's presence in lessons into a guest's, so that the lessons' figures stay. Asks no rule: for the service that
    erases people (people/privacy), in its transaction. Returns how many lessons it was."""
    rows = list(queries.attendances_of(subject))
    for row in rows:  # each under a mark of its own: two lessons of one guest are not told to be one's
        row.person, row.kind, row.viewer = None, AttendanceKind.GUEST, f"guest:{uuid4().hex}"
        row.save(update_fields=["person", "kind", "viewer"])
    return len(rows)


def forget_events(subject: Subject) -> int:
    """Take a person out of what happened in lessons: their names, what they wrote, and where others named them (a lot that fell
    on them, the word that was given to them). Counts stay. Asks no rule, like `forget_viewer`. Returns how many events it was."""
    marks = {f"person:{pk}": f"guest:{uuid4().hex}" for pk in subject.person_ids}
    rows = list(queries.events_naming(subject))
    _forget_shown(rows, subject)
    for row in rows:
        if row.person_id in subject.person_ids:
            row.person, row.name = None, ""
            row.viewer = marks.get(row.viewer, row.viewer)
            if "text" in row.data:
                row.data["text"], row.shown = "", None
        row.data = _without(row.data, marks, subject)
        row.shown = _without(row.shown, marks, subject)
    LessonEvent.objects.bulk_update(rows, ["person", "name", "viewer", "data", "shown"], batch_size=500)
    return len(rows)


def _forget_shown(rows: list[LessonEvent], subject: Subject) -> None:
    """What they wrote, where the teacher showed it to everybody; it stands there without a name."""
    said: dict[UUID, set[str]] = {}
    for row in rows:
        if row.person_id in subject.person_ids and row.kind == "poll.answer" and row.data.get("text"):
            said.setdefault(row.session_id, set()).add(row.data["text"])
    showing = LessonEvent.objects.filter(session__in=said, kind__in=("poll.show", "poll.close"), shown__isnull=False)
    changed = []
    for row in showing:
        results = ((row.shown or {}).get("poll") or {}).get("results") or {}
        theirs = [each for each in results.get("texts", ()) if each["text"] in said[row.session_id]]
        for each in theirs:
            each["text"] = ""
        if theirs:
            changed.append(row)
    LessonEvent.objects.bulk_update(changed, ["shown"], batch_size=500)


def _without(value: Any, marks: dict[str, str], subject: Subject) -> Any:
    """The same JSON without the person: keys exchanged for marks, names emptied."""
    if isinstance(value, list):
        return [_without(each, marks, subject) for each in value]
    if isinstance(value, dict):
        return {name: _without(each, marks, subject) for name, each in value.items()}
    if isinstance(value, str):
        return "" if value in subject.names else marks.get(value, value)
    return value


def forget_quality(before: datetime) -> int:
    """Retention: drop how lessons played for single viewers; the sums stay with their presence. Returns how many."""
    return int(queries.old_quality(before).delete()[0])
