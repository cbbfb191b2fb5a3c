"""Small pictures of files, for lists: drawn by the worker, once for a file, whatever points to it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import structlog
from django.db import transaction
from django.utils import timezone

from lantian.content.resources import queries
from lantian.content.resources.models import Blob
from lantian.content.resources.services import offsite, storing
from lantian.content.resources.services.children import said_of_each
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
    there = []
    for blob in wanted:
        try:
            there.append((blob, offsite.at_hand(blob.pk)))
        except OSError as error:  # the file is not here
            log.info("no cover", blob=blob.pk[:12], why=str(error)[:200])
            _note(blob, b"")
    done = len(wanted) - len(there)
    pictures = _drawn([(path, queries.COVERED[blob.kind]) for blob, path in there])
    for (blob, _path), picture in zip(there, pictures, strict=False):  # they end where one took too long
        _note(blob, picture)
        done += 1
    if done < len(wanted) or len(wanted) == AT_ONCE:
        ask_covers()
    return done


def _drawn(files: Sequence[tuple[Path, str]]) -> Iterator[bytes]:
    """Pictures of files, as far as they could be drawn; where one took too long they end."""
    bounds = {"memory": MEMORY, "seconds": SECONDS, "most": MOST}
    return said_of_each(files, CHILD, clock_s=CLOCK_S, **bounds) if files else iter(())


def _note(blob: Blob, picture: bytes) -> None:
    """What was drawn of a file; where that is nothing it is not tried again."""
    is_webp = picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
    made = _kept(picture) if is_webp else None
    Blob.objects.filter(pk=blob.pk).update(cover=made, covered_at=timezone.now())


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
