"""A recording is kept for each session that had pictures; what was missed is caught up on."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor
from lantian.teach.recordings import queries
from lantian.teach.recordings.enums import OPEN, Work, WorkState
from lantian.teach.recordings.models import Making, Recording
from lantian.teach.recordings.services.makings import ask_for_making

if TYPE_CHECKING:
    from lantian.teach.live.models import LiveSession

AT_ONCE = 100
FORGOTTEN = timedelta(hours=12)


def keep_recording(session: "LiveSession", *, by: Actor = SYSTEM) -> Recording:
    """The recording of a session that is over, called like its lesson; looking through it is asked for. Again gives the same one.

    Asks no rule: it follows from the lesson's end.
    """
    found = Recording.objects.filter(session=session).first()
    if found is not None:
        return found
    lesson = session.lesson
    try:
        with transaction.atomic():
            made = Recording.objects.create(
                session=session, organization_id=lesson.organization_id, title=lesson.title, taught_at=lesson.starts_at
            )
            record("recordings.kept", made, by=by, lesson=lesson.pk, title=made.title)
            ask_for_making(made, work=Work.LOOK, by=by)
    except IntegrityError:  # another worker was first
        return Recording.objects.get(session=session)
    return made


def catch_up() -> int:
    """Sessions that have no recording yet get one (those from before there were any, too), and what was left half made by a
    worker that died of it too often is given up. Returns how many recordings."""
    stale = Making.objects.filter(state__in=OPEN, created_at__lt=timezone.now() - FORGOTTEN)
    stale.update(state=WorkState.FAILED, error="killed", ended_at=timezone.now())
    rows = list(queries.missing_recordings(AT_ONCE))
    for session in rows:
        keep_recording(session)
    return len(rows)
