"""Recordings of the demonstration: those of its recorded lessons, looked through by the worker; the alliance's one is published
to its schools and has a file to keep, once that is done."""

import contextlib

from lantian.content.media.enums import StreamState
from lantian.kernel.rules import SYSTEM
from lantian.teach.recordings import queries, services
from lantian.teach.recordings.enums import Audience, Work
from lantian.teach.recordings.errors import RecordingError
from lantian.teach.recordings.models import Recording


def keep() -> int:
    """Once: when the first recording of an alliance's lesson was looked through. Returns how many were changed."""
    if Recording.objects.exclude(published_at=None).exists():
        return 0
    fresh = Recording.objects.filter(published_at=None, session__stream__state=StreamState.CLOSED).exclude(look={})
    changed = 0
    for row in queries.with_names(fresh).filter(session__lesson__alliance__isnull=False)[:1]:
        with contextlib.suppress(RecordingError):
            services.publish_recording(row, audience=Audience.ALLIANCE, by=SYSTEM)
            services.ask_for_making(row, work=Work.FILM, by=SYSTEM)
            changed += 1
    return changed
