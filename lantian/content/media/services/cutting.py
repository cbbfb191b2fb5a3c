"""Cutting a replay: what is before and behind is not listed any more. Nothing is deleted, and the whole can be had back."""

import logging
import secrets

from django.db import transaction

from lantian.content.media.enums import StreamState
from lantian.content.media.errors import CutImpossible
from lantian.content.media.models import Stream
from lantian.content.media.services import offsite
from lantian.content.media.services.folder import Cut, StreamFolder, read_cut, write_cut
from lantian.content.media.services.masters import write_masters
from lantian.content.media.services.streams import folder_at_hand, folder_of
from lantian.kernel import jobs
from lantian.kernel.bucket import BucketError

log = logging.getLogger(__name__)
LEAST_S = 2.0


@transaction.atomic
def cut_stream(stream: Stream, *, start: float, end: float) -> Stream:
    """Show a stream from `start` to `end` (seconds of media time), widened to whole segments; both ends outside: the whole again.

    Asks no rule: for the app above, which knows whose it is. Raises CutImpossible.
    """
    stream = Stream.objects.select_for_update().get(pk=stream.pk)
    if stream.state != StreamState.CLOSED or end - start < LEAST_S:
        raise CutImpossible
    folder = folder_at_hand(stream)
    history = folder.av.load()
    kept: list[int] = []
    at, bounds = 0.0, [0.0, 0.0]
    for record in history.segments:
        until = at + record.duration_us / 1_000_000
        if until > start + 0.01 and at < end - 0.01:
            bounds = [bounds[0] if kept else at, until]
            kept.append(record.sequence)
        at = until
    if not kept:
        raise CutImpossible
    whole = len(kept) == len(history.segments)
    stream.cut_from, stream.cut_until = (None, None) if whole else bounds
    stream.save(update_fields=["cut_from", "cut_until"])
    former = read_cut(folder.path)
    mark = former.mark if former else secrets.token_hex(8)
    _show(stream, folder, None if whole else Cut(kept[0], kept[-1], mark))
    return stream


def _show(stream: Stream, folder: StreamFolder, cut: Cut | None) -> None:
    write_cut(folder.path, cut)
    _rewrite(folder)
    try:
        offsite.send_folder_lists(folder)
    except BucketError:
        log.warning("the lists of stream %s will be sent to the S3 later", stream.pk, exc_info=True)
        first, last, mark = (cut.first, cut.last, cut.mark) if cut else (None, None, "")
        jobs.enqueue("media.show_cut", stream=str(stream.pk), first=first, last=last, mark=mark)


def show_cut(stream_id: str, first: int | None, last: int | None, mark: str) -> None:
    """A cut whose lists could not be sent to the S3 when it was made. Raises BucketError."""
    stream = Stream.objects.filter(pk=stream_id, state=StreamState.CLOSED).first()
    if stream is None:
        return
    folder = folder_at_hand(stream)
    write_cut(folder.path, None if first is None or last is None else Cut(first, last, mark))
    _rewrite(folder)
    offsite.send_folder_lists(folder)


def _rewrite(folder: StreamFolder) -> None:
    for side in (folder.av, folder.aac):
        if side.load().segments and side.history.ended:
            side.write_replay()
            side.write_live(ended=True)
    write_masters(folder)


def withhold_stream(stream: Stream, *, withheld: bool) -> Stream:
    """Show a stream to nobody, or again to those to whom it is shared. Asks no rule, as `cut_stream`."""
    stream.withheld = withheld
    stream.save(update_fields=["withheld"])
    return stream


def hold_stream(stream: Stream, *, held: bool) -> Stream:
    """Let retention leave a stream alone, or have it again. Asks no rule, as `cut_stream`."""
    stream.held = held
    stream.save(update_fields=["held"])
    return stream


def whole_list(stream: Stream) -> str:
    """The name of the list that shows all of an ended stream: for those who cut."""
    cut = read_cut(folder_at_hand(stream).path)
    return cut.whole if cut is not None else "replay.m3u8"


def cut_bounds(stream: Stream) -> tuple[int | None, int | None]:
    """First and last segment (sequence numbers) that are shown; None: no bound."""
    cut = read_cut(folder_at_hand(stream).path)
    return (cut.first, cut.last) if cut is not None else (None, None)


def measure_stream(stream: Stream) -> int:
    """Count the stream's bytes on the disk anew, once something was made of it or taken away. Returns them."""
    size = folder_of(stream).bytes_used()
    Stream.objects.filter(pk=stream.pk, state=StreamState.CLOSED).update(bytes=size)
    return size
