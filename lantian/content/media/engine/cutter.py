"""The publisher's bytes, chunk by chunk, into an initialisation part and segments: the fMP4 side and the choice of side."""

from bisect import bisect_right
from typing import Protocol

from lantian.content.media.engine.assembler import Assembler
from lantian.content.media.engine.boxes import header
from lantian.content.media.engine.fragments import parse_fragment, parse_init
from lantian.content.media.engine.model import (
    ChunkGap,
    Init,
    Limits,
    MediaFault,
    Position,
    Resume,
    Run,
    Segment,
)

_DROPPED = {"styp", "sidx", "mfra", "free", "skip", "emsg", "prft", "uuid"}


class Cutter(Protocol):
    """What the live process feeds. After a MediaFault it must not be fed again."""

    @property
    def next_chunk(self) -> int: ...

    def feed(self, number: int, payload: bytes) -> list[Init | Segment]:
        """Take chunk `number`. Repeats of earlier chunks give nothing; raises ChunkGap and MediaFault."""
        ...

    def finish(self) -> list[Init | Segment]:
        """After the last chunk of the epoch: what was held back."""
        ...


class Intake:
    """Bytes not yet cut, and which chunk each of them came in."""

    def __init__(self, limits: Limits, start: Position) -> None:
        self._limits = limits
        self.data = bytearray()
        self._base = start.skip  # offset of data[0], counted from the first byte of chunk start.chunk
        self._starts, self._numbers = [0], [start.chunk]

    @property
    def next_chunk(self) -> int:
        return self._numbers[-1]

    def put(self, number: int, payload: bytes) -> bool:
        """Append a chunk; False when it is a repeat. Raises ChunkGap, MediaFault."""
        if number < self.next_chunk:
            return False
        if number > self.next_chunk:
            raise ChunkGap(self.next_chunk)
        if len(payload) > self._limits.chunk_bytes:
            raise MediaFault("oversize", f"chunk of {len(payload)} bytes")
        begin = self._starts[-1]
        skip = max(0, self._base + len(self.data) - begin)
        if skip > len(payload):
            raise MediaFault("malformed", f"chunk {number} came again, but shorter")
        self.data += payload[skip:]
        self._starts.append(begin + len(payload))
        self._numbers.append(number + 1)
        return True

    def drop(self, count: int) -> None:
        del self.data[:count]
        self._base += count

    def position(self, ahead: int = 0) -> Position:
        """The place of data[ahead] in the publisher's chunks."""
        at = self._base + ahead
        index = bisect_right(self._starts, at) - 1
        if ahead == 0 and index:
            del self._starts[:index], self._numbers[:index]
            index = 0
        return Position(self._numbers[index], at - self._starts[index])


class Fmp4Cutter:
    """Splits fragmented MP4 as browsers record it. `init` and `resume` take up a stream begun before a restart."""

    def __init__(self, limits: Limits | None = None, *, init: Init | None = None, resume: Resume | None = None) -> None:
        self._limits = limits or Limits()
        self._intake = Intake(self._limits, resume.position if resume else Position())
        self._init = init
        self._assembler = Assembler(self._limits, resume) if init else None
        self._head = bytearray()  # ftyp until moov
        self._moof: bytes | None = None

    @property
    def next_chunk(self) -> int:
        return self._intake.next_chunk

    def feed(self, number: int, payload: bytes) -> list[Init | Segment]:
        out: list[Init | Segment] = []
        if self._intake.put(number, payload):
            while (found := self._next_box()) is not None:
                out += self._take(*found)
        return out

    def finish(self) -> list[Init | Segment]:
        return list(self._assembler.flush()) if self._assembler else []

    def _next_box(self) -> tuple[str, bytes] | None:
        """The next whole box, taken off the intake."""
        data = self._intake.data
        found = header(data, 0)
        if found is None:
            return None
        kind, _head, size = found
        if size > self._bound(kind):
            raise MediaFault("oversize", f"box {kind} of {size} bytes")
        if len(data) < size:
            return None
        with memoryview(data) as view:
            whole = bytes(view[:size])  # one copy; a slice of the bytearray would be another
        self._intake.drop(size)
        return kind, whole

    def _bound(self, kind: str) -> int:
        if kind in {"ftyp", "moov"}:
            return self._limits.init_bytes
        if kind == "moof":
            return self._limits.index_bytes
        if kind == "mdat" or kind in _DROPPED:
            return self._limits.segment_bytes
        raise MediaFault("malformed", f"unknown box {kind}")

    def _take(self, kind: str, whole: bytes) -> list[Init | Segment]:
        if kind in _DROPPED:
            return []
        if kind in {"ftyp", "moov"}:
            return self._take_init(kind, whole)
        if kind == "moof":
            if self._init is None or self._moof is not None:
                raise MediaFault("malformed", "moof out of order")
            self._moof = whole
            return []
        return list(self._take_mdat(whole))

    def _take_init(self, kind: str, whole: bytes) -> list[Init | Segment]:
        if self._init is not None or (kind == "ftyp") == bool(self._head):
            raise MediaFault("malformed", f"{kind} out of order")
        self._head += whole
        if kind == "ftyp":
            return []
        self._init = parse_init(bytes(self._head), self._limits)
        self._assembler = Assembler(self._limits, start=self._intake.position())
        return [self._init]

    def _take_mdat(self, whole: bytes) -> list[Segment]:
        if self._moof is None or self._assembler is None or self._init is None:
            raise MediaFault("malformed", "mdat without moof")
        runs: list[Run] = parse_fragment(self._moof, whole, self._init, self._limits)
        self._moof = None
        return self._assembler.add(runs, self._intake.position())


def open_cutter(
    mime: str, limits: Limits | None = None, *, init: Init | None = None, resume: Resume | None = None
) -> Cutter:
    """The cutter for what the page said it records (`MediaRecorder.mimeType`). Raises MediaFault `unsupported_codec`.

    `init` and `resume` come together, from the disk, when an epoch goes on after a restart of the process.
    """
    from lantian.content.media.engine.webm import WebmCutter

    container = mime.split(";", maxsplit=1)[0].strip().lower()
    if container == "video/mp4":
        return Fmp4Cutter(limits, init=init, resume=resume)
    if container in {"video/webm", "video/x-matroska"}:
        if any(name in mime.lower() for name in ("vp8", "vp9", "av01", "vp09")):
            raise MediaFault("unsupported_codec", mime[:80])
        return WebmCutter(limits, init=init, resume=resume)
    raise MediaFault("unsupported_codec", mime[:80])
