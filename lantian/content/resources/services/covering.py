"""Small pictures of files, for lists: drawn by the worker, once for a file, whatever points to it."""

from pathlib import Path
from uuid import uuid4

import structlog
from django.db import transaction
from django.utils import timezone

from lantian.content.resources import queries
from lantian.content.resources.models import Blob
from lantian.content.resources.services import offsite, storing
from lantian.content.resources.services.children import child_reading
from lantian.kernel import jobs

log = structlog.get_logger("resources")
CHILD = Path(__file__).with_name("cover_child.py")  # a script: never imported
MEMORY, SECONDS, CLOCK_S = 3 << 30, 20, 60
MOST = 300_000  # bytes; 480 × 360 take a tenth of it
AT_ONCE = 20
JOB = "resources.draw_covers"
KIND = "image/webp"


def ask_covers() -> None:
    """Have those drawn that are missing."""
    jobs.enqueue(JOB, once="covers")


def draw_covers() -> int:
    """Draw some of those that are missing, and ask for the rest. Returns how many were tried; safe to repeat."""
    wanted = queries.blobs_without_cover(AT_ONCE)
    for blob in wanted:
        draw_cover(blob)
    if len(wanted) == AT_ONCE:
        ask_covers()
    return len(wanted)


def draw_cover(blob: Blob) -> Blob | None:
    """The picture of one file; None where there can be none, which is not tried again."""
    picture = _drawn(blob)
    made = _kept(picture) if picture else None
    Blob.objects.filter(pk=blob.pk).update(cover=made, covered_at=timezone.now())
    return made


def _drawn(blob: Blob) -> bytes:
    way = queries.COVERED[blob.kind]
    try:
        with child_reading(
            offsite.at_hand(blob.pk), CHILD, memory=MEMORY, seconds=SECONDS, clock_s=CLOCK_S, asked=way
        ) as out:
            drawn = out.read(MOST + 1)
    except OSError as error:  # the file is not here
        log.info("no cover", blob=blob.pk[:12], why=str(error)[:200])
        return b""
    is_webp = drawn[:4] == b"RIFF" and drawn[8:12] == b"WEBP"
    return drawn if is_webp and len(drawn) <= MOST else b""


@transaction.atomic
def _kept(picture: bytes) -> Blob:
    copy = storing.root() / "uploads" / uuid4().hex
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    try:
        copy.write_bytes(picture)
        made = storing.put(copy, kind=KIND, facts={})
    finally:
        copy.unlink(missing_ok=True)
    Blob.objects.filter(pk=made.pk, covered_at=None).update(covered_at=timezone.now())  # of a cover none is drawn
    return made
