"""Who watched is forgotten; that somebody did, is not."""

from datetime import datetime
from uuid import uuid4

from lantian.kernel.holdings import Subject
from lantian.teach.live import queries
from lantian.teach.live.enums import AttendanceKind


def forget_viewer(subject: Subject) -> int:
    """Turn a person's presence in lessons into a guest's, so that the lessons' figures stay. Asks no rule: for the service that
    erases people (people/privacy), in its transaction. Returns how many lessons it was."""
    rows = list(queries.attendances_of(subject))
    for row in rows:  # each under a mark of its own: two lessons of one guest are not told to be one's
        row.person, row.kind, row.viewer = None, AttendanceKind.GUEST, f"guest:{uuid4().hex}"
        row.save(update_fields=["person", "kind", "viewer"])
    return len(rows)


def forget_quality(before: datetime) -> int:
    """Retention: drop how lessons played for single viewers; the sums stay with their presence. Returns how many."""
    return int(queries.old_quality(before).delete()[0])
