"""Sends what streams write to disk into the bucket, beside the process that writes them.

Its queue is the disk: each rendition stands in line once at most, and whoever gets a turn sends what its index has grown by.
While the bucket is away nothing piles up in memory, lessons go on, and when it is back all is sent from where the journal ends;
a process that starts takes up what a former one left (a mark stands in `marks` for each stream until all of it is sent).
"""

import contextlib
import heapq
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lantian.content.media.services.folder import AAC, AV, LADDER, StreamFolder, stream_folder
from lantian.content.media.services.offsite.journal import JournalBroken
from lantian.content.media.services.offsite.sending import Sending
from lantian.content.media.services.offsite.store import Offsite, cut_name, put_file
from lantian.kernel.bucket import BucketError

log = logging.getLogger(__name__)
THREADS = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
LISTS = "lists"  # stands in line like a rendition, once those have nothing more to send
Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Behind:
    """What is on the disk and not in the bucket: seconds of the stream that is worst off, bytes of all, and for how long sending
    has failed (seconds)."""

    seconds: float = 0.0
    bytes: int = 0
    failing_s: float = 0.0


class _Stream:
    """One stream's two renditions, and what is beside them."""

    def __init__(self, kept: Offsite, token: str, folder: StreamFolder) -> None:
        self.token, self.folder = token, folder
        self.sides = {side.path.name: Sending(kept, token, side) for side in (folder.av, folder.aac)}
        self.waiting: set[str] = set()
        self.busy: set[str] = set()  # sides that a thread has in hand
        self.again: set[str] = set()  # and of which something new was heard meanwhile
        self.pauses: dict[str, float] = {}
        self.closing = False
        self.told = -1
        self.failing_since: float | None = None
        self.posters: set[str] = set()

    @property
    def idle(self) -> bool:
        return not (self.busy or self.again or self.waiting)


class Uploader:
    """One a process. Every method but `stop` returns at once. `told(token, segment)`: up to this segment the recorded rendition
    is safe; called in a thread of ours."""

    def __init__(
        self,
        kept: Offsite,
        root: Path,
        marks: Path,
        *,
        told: Told = lambda _token, _segment: None,
        threads: int = THREADS,
    ) -> None:
        self._kept, self._root, self._marks, self._told = kept, root, marks, told
        marks.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._streams: dict[str, _Stream] = {}
        self._turns: list[tuple[float, int, str, str]] = []
        self._count = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"offsite-{number}", daemon=True) for number in range(threads)
        ]
        self.failures = 0
        for thread in self._threads:
            thread.start()

    # -- orders -----------------------------------------------------------------------------------------------------------

    def take_up(self) -> int:
        """What a former process left unsent of streams that have ended; those that go on come by `follow`. How many."""
        left = [mark.name for mark in self._marks.iterdir()]
        for token in left:
            with contextlib.suppress(ValueError):
                folder = stream_folder(self._root, token)
                if not folder.path.exists():
                    self._unmark(token)
                elif folder.av.load().ended:
                    self.follow(token)
                    self.close(token)
        return len(left)

    def follow(self, token: str) -> None:
        """Begin with a stream, or go on with it. Its folder is this process's to write."""
        with self._changed:
            if token not in self._streams:
                self._streams[token] = _Stream(self._kept, token, stream_folder(self._root, token))
                (self._marks / token).touch()
        self.look(token)

    def look(self, token: str) -> None:
        """There is something new on the disk."""
        with self._changed:
            stream = self._streams.get(token)
            for side in stream.sides if stream else ():
                self._line_up(token, side)

    def close(self, token: str) -> None:
        """No more will come: once all is sent, its lists are, and then it is let go of."""
        with self._changed:
            stream = self._streams.get(token)
            if stream is not None:
                stream.closing = True
        self.look(token)

    def drop(self, token: str) -> None:
        """Send no more of it: another node has the stream by now, or it is deleted."""
        with self._changed:
            stream = self._streams.pop(token, None)
            for sending in stream.sides.values() if stream else ():
                sending.gone.set()
        self._unmark(token)

    def stop(self, patience: float = 2.0) -> None:
        """Let what is in hand come to its end; the rest is for the next process."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        until = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    # -- what is known ------------------------------------------------------------------------------------------------------

    def durable_up_to(self, token: str) -> int:
        """Number of the last segment as recorded that is in the bucket, with all before it; -1: none, or none known yet."""
        stream = self._streams.get(token)
        return stream.sides[AV].up_to if stream is not None else -1

    def behind(self) -> Behind:
        """The worst of all streams (seconds), and all of them (bytes). Reads the disk."""
        seconds, size, failing, now = 0.0, 0, 0.0, time.monotonic()
        for stream in list(self._streams.values()):
            if stream.failing_since is not None:
                failing = max(failing, now - stream.failing_since)
            for sending in stream.sides.values():
                unsent = sending.unsent()
                seconds = max(seconds, sum(row.duration_us for row in unsent) / 1_000_000)
                size += sum(row.bytes for row in unsent)
        return Behind(seconds, size, failing)

    # -- threads ------------------------------------------------------------------------------------------------------------

    def _line_up(self, token: str, side: str, pause: float = 0.0) -> None:
        """With the lock held."""
        stream = self._streams[token]
        if side in stream.busy:
            stream.again.add(side)
        elif side not in stream.waiting:
            stream.waiting.add(side)
            self._count += 1
            heapq.heappush(self._turns, (time.monotonic() + pause, self._count, token, side))
            self._changed.notify()

    def _take(self) -> tuple[_Stream, str] | None:
        """The next whose turn it is; None: it is over."""
        with self._changed:
            while not self._stopping:
                if not self._turns:
                    self._changed.wait()
                    continue
                pause = self._turns[0][0] - time.monotonic()
                if pause > 0:
                    self._changed.wait(pause)
                    continue
                _due, _count, token, side = heapq.heappop(self._turns)
                stream = self._streams.get(token)
                if stream is not None and side in stream.waiting:
                    stream.waiting.discard(side)
                    stream.busy.add(side)
                    return stream, side
            return None

    def _work(self) -> None:
        while (turn := self._take()) is not None:
            stream, side = turn
            pause = self._step(stream, side)
            with self._changed:
                stream.busy.discard(side)
                again = side in stream.again
                stream.again.discard(side)
                if self._streams.get(stream.token) is not stream:
                    continue
                if pause is not None or again:
                    self._line_up(stream.token, side, pause or 0.0)
                elif stream.closing and stream.idle:
                    self._let_go(stream, side)

    def _let_go(self, stream: _Stream, side: str) -> None:
        """With the lock held: nothing is left to send, but the lists, of which nobody knows while the stream runs."""
        if side != LISTS and stream.sides[AV].ended:
            self._line_up(stream.token, LISTS)
            return
        del self._streams[stream.token]
        self._unmark(stream.token)

    def _step(self, stream: _Stream, side: str) -> float | None:
        """One turn. When the next is due (seconds from now), None: when something new is heard."""
        try:
            more = self._send(stream, side)
        except (BucketError, JournalBroken, OSError) as error:
            return self._failed(stream, side, error)
        except Exception as error:
            log.exception("a stream could not be sent")
            return self._failed(stream, side, error)
        stream.pauses.pop(side, None)
        stream.failing_since = None
        return 0.0 if more else None

    def _send(self, stream: _Stream, side: str) -> bool:
        """True when there is more."""
        if side == LISTS:
            send_lists(self._kept, stream.token, stream.folder)
            return False
        sending = stream.sides[side]
        more = sending.step()
        if side == AV and sending.up_to > stream.told:
            stream.told = sending.up_to
            self._told(stream.token, sending.up_to)
        elif side == AAC:
            self._send_poster(stream)
        return more

    def _failed(self, stream: _Stream, side: str, error: Exception) -> float:
        self.failures += 1
        if stream.failing_since is None:
            stream.failing_since = time.monotonic()
            log.warning("%s/%s cannot be sent for now: %s", stream.token[:8], side, error)
        pause = stream.pauses.get(side, FIRST_PAUSE)
        stream.pauses[side] = min(LONGEST_PAUSE, pause * 2)
        return pause * random.uniform(0.7, 1.3)  # noqa: S311 - so that not all come back at once

    def _send_poster(self, stream: _Stream) -> None:
        for path in stream.folder.path.glob("poster-*.jpg"):
            if path.name not in stream.posters:
                with contextlib.suppress(FileNotFoundError):  # the next one has taken its place
                    put_file(self._kept, stream.token, path.name, path.read_bytes())
                stream.posters.add(path.name)

    def _unmark(self, token: str) -> None:
        (self._marks / token).unlink(missing_ok=True)


def send_lists(kept: Offsite, token: str, folder: StreamFolder) -> None:
    """The lists of a stream that has ended, and what is known of its cut. Raises BucketError."""
    for place in (folder.av.path, folder.aac.path, folder.path):  # those that others name come first
        for path in sorted(place.glob("*.m3u8")):
            if path.name != LADDER:
                put_file(kept, token, str(path.relative_to(folder.path)), path.read_bytes())
    cut = folder.path / "cut.json"
    kept.put(cut_name(token), cut.read_bytes() if cut.exists() else b"null", kind="application/json", keep="no-store")
