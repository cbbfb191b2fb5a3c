"""The publisher's side: chunks in, encrypted segments and playlists on disk out. No database, no await.

One `SegmentWriter` per open stream, in the one live process; never two calls at once. `cut` works in memory alone and may run
on the event loop; `store` waits for the disk and belongs into a thread; `feed` is both. After a restart the same constructor
finds everything on disk.
"""

import logging
import time
from dataclasses import dataclass

from lantian.content.media.engine.crypto import ROTATE_AFTER_MS, encrypt_segment, sequence_iv
from lantian.content.media.engine.cutter import Cutter, open_cutter
from lantian.content.media.engine.fragments import parse_init
from lantian.content.media.engine.model import ChunkGap, Init, Limits, MediaFault, Position, Segment
from lantian.content.media.errors import DiskFull, StaleEpoch, StreamClosed, StreamTaken, StreamTooLong
from lantian.content.media.services.fence import Fence
from lantian.content.media.services.folder import EndRecord, EpochRecord, SegmentRecord, StreamFolder
from lantian.content.media.services.keys import KeyRing
from lantian.content.media.services.masters import write_masters
from lantian.content.media.services.space import room_for_lesson

log = logging.getLogger(__name__)
US = 1_000_000
LONG_GOP_US = 2_500_000


@dataclass(frozen=True, slots=True)
class EpochStart:
    """Answer to a publisher's hello: resend from chunk `next_chunk`, of which the first `skip` bytes are already here."""

    number: int
    next_chunk: int
    skip: int
    acked: int
    resumed: bool


@dataclass(frozen=True, slots=True)
class Fed:
    """Answer to a chunk: every chunk ≤ `acked` is wholly inside segments on disk; `segments` are new."""

    acked: int
    next_chunk: int
    segments: tuple[SegmentRecord, ...]


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Bounds of one stream, beside the engine's bounds of one segment."""

    bytes: int = 8 << 30
    seconds: int = 6 * 3600
    epochs: int = 500
    reserve_bytes: int = 1 << 30


@dataclass(slots=True)
class _Epoch:
    """The epoch that is being received. `record` is written with its initialisation part."""

    client: str
    number: int
    mime: str
    cutter: Cutter
    wall_start_ms: int | None
    start: Position
    record: EpochRecord | None = None
    init: Init | None = None
    failed: bool = False


class SegmentWriter:
    """Writes one stream. `folder` is recovered first: what the last process left behind goes on."""

    def __init__(
        self,
        folder: StreamFolder,
        keys: KeyRing,
        *,
        limits: Limits | None = None,
        bounds: StreamLimits | None = None,
        fence: Fence | None = None,
    ) -> None:
        self._folder, self._keys = folder, keys
        self._fence = fence or Fence(folder.path, 0)
        self._limits, self._bounds = limits or Limits(), bounds or StreamLimits()
        self._av = folder.av
        self.history = self._av.history
        self._epoch: _Epoch | None = None
        self.bytes = sum(record.bytes for record in self.history.segments)
        self.media_us = sum(record.duration_us for record in self.history.segments)
        self._key_since_ms = self._recovered_key_start()
        self.long_gop = False  # the publisher's keyframes lie too far apart for a 3-second delay: worth a warning

    # -- state ----------------------------------------------------------------------------------------------------------------

    @property
    def segments(self) -> int:
        return len(self.history.segments)

    @property
    def seconds(self) -> float:
        """Media time written so far."""
        return self.media_us / US

    @property
    def keys(self) -> KeyRing:
        return self._keys

    @property
    def ended(self) -> bool:
        return self.history.ended

    def _recovered_key_start(self) -> int:
        last = self.history.segments[-1].key if self.history.segments else ""
        return next((record.wall_ms for record in self.history.segments if record.key == last), 0)

    # -- epochs ---------------------------------------------------------------------------------------------------------------

    def open_epoch(
        self, client: str, mime: str, *, now_ms: int | None = None, wall_start_ms: int | None = None
    ) -> EpochStart:
        """Begin an epoch, or go on with it when `client` is the one that sent last.

        `wall_start_ms`: server's wall clock (Unix ms) at media time 0, when known; else taken from the first segment's
        arrival. Raises StreamClosed, StaleEpoch, DiskFull, StreamTooLong, NoKey, MediaFault (`unsupported_codec`).
        """
        self._check_open()
        running = self._epoch
        if running is not None and running.client == client:
            if running.failed:
                raise StaleEpoch
            acked = self._acked()
            return EpochStart(running.number, running.cutter.next_chunk, 0, acked, resumed=True)
        known = next((record for record in self.history.epochs.values() if record.client == client), None)
        if known is not None:
            return self._go_on(known)
        if len(self.history.epochs) >= self._bounds.epochs:
            raise StreamTooLong
        self._keys.current()
        cutter = open_cutter(mime, self._limits)
        self.close_epoch()
        number = max(self.history.epochs, default=-1) + 1
        self._epoch = _Epoch(client, number, mime, cutter, wall_start_ms, Position())
        return EpochStart(number, 0, 0, -1, resumed=False)

    def _go_on(self, record: EpochRecord) -> EpochStart:
        """Take up an epoch found on disk; only the last one can go on, and only where its last segment ended."""
        last = self.history.segments[-1]
        if self._epoch is not None or last.epoch != record.number:
            raise StaleEpoch
        data = (self._av.path / record.init).read_bytes()
        init = parse_init(data, self._limits)
        cutter = open_cutter(record.mime, self._limits, init=init, resume=last.resume)
        at = last.resume.position
        self._epoch = _Epoch(record.client, record.number, record.mime, cutter, record.wall_start_ms, at, record, init)
        return EpochStart(record.number, at.chunk, at.skip, at.acked, resumed=True)

    def close_epoch(self) -> tuple[SegmentRecord, ...]:
        """The recorder has stopped (last chunk, takeover, end): write what was held back."""
        epoch, self._epoch = self._epoch, None
        if epoch is None or epoch.failed:
            return ()
        try:
            return self._write_all(epoch, epoch.cutter.finish())
        except (MediaFault, DiskFull, StreamTooLong, StreamTaken) as fault:
            log.info("epoch %s ends badly: %s", epoch.number, fault or type(fault).__name__)
        except Exception:  # what an old recorder left must keep neither the next one nor the end of the lesson away
            log.exception("epoch %s could not be ended", epoch.number)
        return ()

    def finish(self, *, now_ms: int | None = None) -> tuple[SegmentRecord, ...]:
        """End the stream: last segments, ENDLIST, replay. Safe to repeat. Raises StreamTaken."""
        written = self.close_epoch()
        with self._fence.held():
            if not self.history.ended:
                self._av.append(EndRecord(now_ms if now_ms is not None else _now_ms()))
            if self.history.segments:
                self._av.write_replay()
                self._av.write_live(ended=True)
                write_masters(self._folder)
        return written

    # -- chunks ---------------------------------------------------------------------------------------------------------------

    def feed(self, number: int, payload: bytes, *, now_ms: int | None = None) -> Fed:
        """Take one chunk. Raises ChunkGap, MediaFault (the epoch is then dead), DiskFull, StreamTooLong, StaleEpoch.

        A resumed publisher sends the whole of `next_chunk`; the bytes already here are skipped.
        """
        return self.store(self.cut(number, payload), now_ms=now_ms)

    def cut(self, number: int, payload: bytes) -> list[Init | Segment]:
        """Take one chunk into memory; what is now ready to be stored, mostly nothing. Raises ChunkGap, MediaFault, StaleEpoch."""
        epoch = self._running()
        try:
            return epoch.cutter.feed(number, payload)
        except ChunkGap:
            raise
        except MediaFault:
            epoch.failed = True
            raise
        except Exception as error:  # bytes that nobody foresaw: sent again they would do the same
            log.exception("chunk %s could not be cut", number)
            epoch.failed = True
            raise MediaFault("malformed", type(error).__name__) from error

    def store(self, parts: list[Init | Segment], *, now_ms: int | None = None) -> Fed:
        """Write what `cut` gave, before it is called again. Raises DiskFull, StreamTooLong, StaleEpoch, StreamTaken."""
        epoch = self._running()
        try:
            written = self._write_all(epoch, parts, now_ms)
        except (DiskFull, StreamTooLong, StreamTaken):
            epoch.failed = True
            raise
        return Fed(self._acked(), epoch.cutter.next_chunk, written)

    def _running(self) -> _Epoch:
        if self._epoch is None or self._epoch.failed:
            raise StaleEpoch
        return self._epoch

    def _acked(self) -> int:
        last = self.history.segments[-1] if self.history.segments else None
        if self._epoch is None or last is None or last.epoch != self._epoch.number:
            return -1
        return last.chunk - 1

    def _write_all(
        self, epoch: _Epoch, parts: list[Init | Segment], now_ms: int | None = None
    ) -> tuple[SegmentRecord, ...]:
        written = []
        for part in parts:
            if isinstance(part, Init):
                epoch.init = part
            else:
                written.append(self._write(epoch, part, now_ms if now_ms is not None else _now_ms()))
        return tuple(written)

    def _write(self, epoch: _Epoch, segment: Segment, now_ms: int) -> SegmentRecord:
        self._check_room(segment)
        try:
            with self._fence.held():
                return self._store(epoch, segment, now_ms)
        except OSError as error:
            log.exception("segment could not be written")
            raise DiskFull from error

    def _store(self, epoch: _Epoch, segment: Segment, now_ms: int) -> SegmentRecord:
        fresh = epoch.record is None
        facts = epoch.record or self._begin(epoch, segment, now_ms)
        self._turn_key(facts, segment, fresh=fresh)
        sequence = self.history.next_sequence
        key = self._keys.current()
        sealed = encrypt_segment(segment.data, key.secret, sequence_iv(sequence))
        at = segment.resume
        record = SegmentRecord(
            sequence=sequence,
            epoch=facts.number,
            name=self._av.add_segment(sequence, sealed),
            bytes=len(sealed),
            duration_us=self._duration(segment, fresh=fresh),
            start_us=segment.start_us,
            end_us=segment.end_us,
            wall_ms=facts.wall_start_ms + segment.start_us // 1000,
            key=str(key.id),
            independent=segment.independent,
            jump=segment.jump,
            chunk=at.position.chunk,
            skip=at.position.skip,
            last_video=at.last_video,
            last_audio=at.last_audio,
            cluster=at.cluster,
        )
        self._av.append(record)
        self._av.write_live()
        self.bytes += len(sealed)
        self.media_us += record.duration_us
        self.long_gop = segment.duration_us > LONG_GOP_US
        if fresh:
            write_masters(self._folder)
        return record

    def _begin(self, epoch: _Epoch, segment: Segment, now_ms: int) -> EpochRecord:
        """The epoch's first segment is here: now its initialisation part is worth a file and a line."""
        assert epoch.init is not None
        start = epoch.wall_start_ms
        epoch.record = EpochRecord(
            number=epoch.number,
            client=epoch.client,
            mime=epoch.mime[:80],
            codecs=epoch.init.codecs,
            init=self._av.add_init(epoch.init.data),
            width=epoch.init.video.width,
            height=epoch.init.video.height,
            sound=epoch.init.audio.codec if epoch.init.audio else "",
            wall_start_ms=start if start is not None else now_ms - segment.end_us // 1000,
        )
        self._av.append(epoch.record)
        return epoch.record

    def _turn_key(self, facts: EpochRecord, segment: Segment, *, fresh: bool) -> None:
        """One key per epoch, and a new one every ten minutes of media."""
        wall = facts.wall_start_ms + segment.start_us // 1000
        due = wall - self._key_since_ms >= ROTATE_AFTER_MS
        if not self.history.segments:
            self._key_since_ms = wall
        elif fresh or due:
            if self._keys.advance():
                self._key_since_ms = wall
        else:
            self._keys.request()

    def _duration(self, segment: Segment, *, fresh: bool) -> int:
        """What EXTINF says: up to this segment's end, from the end the last one was said to have, so that no error adds up."""
        last = self.history.segments[-1] if self.history.segments else None
        if fresh or segment.jump or last is None:
            return segment.duration_us
        return max(1000, segment.end_us - last.end_us)

    # -- bounds ---------------------------------------------------------------------------------------------------------------

    def _check_open(self) -> None:
        if self.history.ended:
            raise StreamClosed
        if self.bytes > self._bounds.bytes or self.media_us > self._bounds.seconds * US:
            raise StreamTooLong
        if room_for_lesson(self._folder.path, self._bounds.reserve_bytes).full:
            raise DiskFull

    def _check_room(self, segment: Segment) -> None:
        if self.bytes + len(segment.data) > self._bounds.bytes or self.media_us > self._bounds.seconds * US:
            raise StreamTooLong
        if self.segments % 15 == 0 and room_for_lesson(self._folder.path, self._bounds.reserve_bytes).full:
            raise DiskFull


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def open_writer(
    folder: StreamFolder,
    keys: KeyRing,
    *,
    limits: Limits | None = None,
    bounds: StreamLimits | None = None,
    term: int = 0,
) -> SegmentWriter:
    """Recover the folder (it may be new) and return its writer. Only one process may hold it: who comes with a higher `term`
    shuts the one before out. Raises StreamTaken."""
    folder.create()
    fence = Fence(folder.path, term)
    folder.av.recover()
    return SegmentWriter(folder, keys, limits=limits, bounds=bounds, fence=fence)
