"""Streams in the database: opening, closing, deleting, and the figures the live process brings in batches."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lantian.content.media import queries
from lantian.content.media.enums import StreamState
from lantian.content.media.errors import DiskFull
from lantian.content.media.models import Epoch, Stream
from lantian.content.media.rules import may_delete_stream, may_open_stream
from lantian.content.media.services import offsite
from lantian.content.media.services.folder import EpochRecord, StreamFolder, is_half_removed, stream_folder
from lantian.content.media.services.keys import make_key
from lantian.content.media.services.space import Room, room_for_lesson
from lantian.kernel import jobs
from lantian.kernel.bucket import BucketError
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

log = logging.getLogger(__name__)


def media_root() -> Path:
    """Folder under which all streams lie."""
    return Path(settings.LANTIAN_MEDIA_ROOT)


def folder_of(stream: Stream) -> StreamFolder:
    """Where the stream lies on disk (it may not exist yet)."""
    return stream_folder(media_root(), stream.token)


def folder_at_hand(stream: Stream) -> StreamFolder:
    """`folder_of`, with index and lists on this disk where only the S3 has them. Segments may still be there alone."""
    folder = folder_of(stream)
    if offsite.configured() and stream.state == StreamState.CLOSED and not folder.av.load().ended:
        try:
            offsite.restore_folder(folder)
        except (BucketError, offsite.JournalBroken):
            log.exception("stream %s could not be had from the S3", stream.pk)
    return folder


def can_be_played(stream: Stream, name: str = "replay.m3u8") -> bool:
    """Whether the front door has this list of an ended stream: on the disk, or from the S3."""
    if (folder_of(stream).path / name).exists():
        return True
    return offsite.configured() and stream.state == StreamState.CLOSED and stream.segments > 0


def lesson_room() -> Room:
    """Room for new lessons beside the open ones; show it before a teacher starts."""
    opened = Stream.objects.filter(state=StreamState.OPEN, created_at__gt=timezone.now() - timedelta(hours=12)).count()
    return room_for_lesson(media_root(), settings.LANTIAN_DISK_RESERVE_BYTES, open_streams=opened)


@transaction.atomic
def create_stream(*, by: Actor) -> Stream:
    """Open a stream with its first two keys. Raises Denied, DiskFull."""
    require(may_open_stream, by)
    if not lesson_room().enough:
        raise DiskFull
    stream = Stream.objects.create()
    make_key(stream.pk)
    make_key(stream.pk)
    journal.record("media.stream_opened", stream, by=by)
    return stream


@transaction.atomic
def save_epochs(stream_id: UUID, epochs: "Iterable[EpochRecord]") -> None:
    """Bring the epochs of a stream's index into the database. Safe to repeat."""
    for record in epochs:
        Epoch.objects.update_or_create(
            stream_id=stream_id,
            number=record.number,
            defaults={
                "client_id": UUID(record.client),
                "mime": record.mime,
                "codecs": record.codecs,
                "init_name": record.init,
                "width": record.width,
                "height": record.height,
                "started_at": datetime.fromtimestamp(record.wall_start_ms / 1000, UTC),
                "wall_start_ms": record.wall_start_ms,
            },
        )


def save_progress(
    stream_id: UUID, *, seconds: float, segments: int, size: int, poster: str = "", started_at: datetime | None = None
) -> None:
    """Figures of a running stream (media seconds, segments, bytes), brought in batches by the live process.

    `started_at` counts the first time; left out, the stream has begun now. One that was closed meanwhile keeps its totals.
    """
    values: dict[str, object] = {"seconds": seconds, "segments": segments, "bytes": size}
    if poster:
        values["poster"] = poster
    Stream.objects.filter(pk=stream_id, state=StreamState.OPEN).update(**values)
    Stream.objects.filter(pk=stream_id, started_at=None).update(started_at=started_at or timezone.now())


@transaction.atomic
def close_stream(stream: Stream, *, by: Actor) -> Stream:
    """The stream has ended. Totals and key ranges are taken from the disk; the files were finished by the writer before."""
    stream = Stream.objects.select_for_update().get(pk=stream.pk)
    if stream.state != StreamState.OPEN:
        return stream
    folder = folder_of(stream)
    history = folder.av.load()
    save_epochs(stream.pk, history.epochs.values())
    _note_key_ranges(stream, [(record.key, record.sequence) for record in history.segments])
    stream.state = StreamState.CLOSED
    stream.closed_at = timezone.now()
    stream.seconds = sum(record.duration_us for record in history.segments) / 1_000_000
    stream.segments = len(history.segments)
    stream.bytes = folder.bytes_used() if folder.path.exists() else 0
    if history.segments and stream.started_at is None:
        stream.started_at = datetime.fromtimestamp(history.segments[0].wall_ms / 1000, UTC)
    stream.save()
    journal.record("media.stream_closed", stream, by=by, seconds=round(stream.seconds, 1), bytes=stream.bytes)
    return stream


def _note_key_ranges(stream: Stream, used: list[tuple[str, int]]) -> None:
    first: dict[str, int] = {}
    for key, sequence in used:
        first.setdefault(key, sequence)
    for key, sequence in first.items():
        stream.keys.filter(pk=key).update(first_segment=sequence)


@transaction.atomic
def delete_stream(stream: Stream, *, by: Actor) -> None:
    """Delete a stream's files and keys for good; its row stays, for what refers to it. Raises Denied."""
    require(may_delete_stream, by, stream)
    stream = Stream.objects.select_for_update().get(pk=stream.pk)
    folder = folder_of(stream)
    stream.keys.all().delete()
    stream.state, stream.bytes, stream.poster = StreamState.DELETED, 0, ""
    stream.closed_at = stream.closed_at or timezone.now()
    stream.save()
    journal.record("media.stream_deleted", stream, by=by)
    transaction.on_commit(folder.remove)
    if offsite.configured():
        jobs.enqueue("media.forget_offsite", token=stream.token)


def expire_streams(*, before: datetime, by: Actor) -> int:
    """Retention: delete streams closed before a moment, each in a transaction of its own. Returns how many.

    One that cannot be deleted keeps no other.
    """
    count = 0
    for stream in queries.streams_closed(before):
        try:
            delete_stream(stream, by=by)
        except Exception:
            log.exception("stream %s could not be deleted", stream.pk)
            continue
        count += 1
    return count


def sweep_deleted() -> int:
    """Remove what a deletion left on the disk and in the S3 (its process was killed before it came to the files). Returns how
    many."""
    return _sweep_folders() + _sweep_offsite()


def _sweep_folders() -> int:
    root = media_root() / "streams"
    here = {path.name: path for path in root.iterdir()} if root.exists() else {}
    gone = set(Stream.objects.filter(token__in=here, state=StreamState.DELETED).values_list("token", flat=True))
    left = [path for name, path in here.items() if name in gone or is_half_removed(name)]
    for path in left:
        StreamFolder(path).remove()
    return len(left)


def sweep_sent(*, keep: timedelta, unsent: "Collection[str]" = ()) -> int:
    """On a machine whose disk only live lessons need: remove folders of streams that were closed longer ago than `keep`, once the
    S3 has all of them, and of deleted ones. `unsent`: tokens that are being sent. Returns how many.
    """
    root = media_root() / "streams"
    here = {path.name for path in root.iterdir()} - {*unsent} if root.exists() else set()
    closed = Stream.objects.filter(token__in=here, state=StreamState.CLOSED, closed_at__lt=timezone.now() - keep)
    count = 0
    for token in closed.values_list("token", flat=True):
        folder = stream_folder(media_root(), token)
        try:
            if not offsite.holds(folder):
                continue
        except (BucketError, offsite.JournalBroken):
            log.exception("stream %s stays on the disk", token[:8])
            continue
        folder.remove()
        count += 1
    return count + _sweep_folders()


def _sweep_offsite() -> int:
    """The same in the S3: what its job did not come to, and what a live process still sent when the deletion was under way."""
    if not offsite.configured():
        return 0
    there = offsite.known()
    gone = Stream.objects.filter(token__in=there, state=StreamState.DELETED).values_list("token", flat=True)
    return sum(offsite.forget(token) > 0 for token in gone)
