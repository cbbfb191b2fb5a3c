"""Reading ISO base media boxes (ISO/IEC 14496-12): bounds first, meaning second. Nothing here trusts a length field."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from lantian.content.media.engine.model import MediaFault

MAX_CHILDREN = 64


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its four-letter kind, and where its header, payload and end lie in the buffer that was read."""

    kind: str
    start: int
    body: int
    end: int


def header(data: bytes | bytearray | memoryview, at: int) -> tuple[str, int, int] | None:
    """Kind, header length and whole length of the box at `at`; None when too few bytes are there to tell.

    Raises MediaFault for lengths that no box can have. A length of 0 ("to the end of the file") is refused: a live
    stream has no end.
    """
    if len(data) - at < 8:
        return None
    size, kind = struct.unpack_from(">I4s", data, at)
    name = _name(kind)
    head = 8
    if size == 1:
        if len(data) - at < 16:
            return None
        (size,) = struct.unpack_from(">Q", data, at + 8)
        head = 16
    if size < head:
        raise MediaFault("malformed", f"box {name} says {size} bytes")
    return name, head, size


def _name(kind: bytes) -> str:
    if not all(32 <= byte < 127 for byte in kind):
        raise MediaFault("malformed", f"no box kind: {kind.hex()}")
    return kind.decode("ascii")


def children(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes that fill data[start:end] exactly. Raises MediaFault when they do not, or are more than MAX_CHILDREN."""
    count = 0
    while start < end:
        found = header(data[start : min(end, start + 16)], 0)
        count += 1
        if found is None or count > MAX_CHILDREN or start + found[2] > end:
            raise MediaFault("malformed", f"boxes at {start} overrun their parent")
        kind, head, size = found
        yield Box(kind, start, start + head, start + size)
        start += size


def child(data: bytes, parent: Box, path: str, *, skip: int = 0) -> Box | None:
    """The first box under `parent` by a path such as "mdia/minf/stbl". `skip`: bytes of a full box's own fields."""
    for name in path.split("/"):
        found = next((box for box in children(data, parent.body + skip, parent.end) if box.kind == name), None)
        if found is None:
            return None
        parent, skip = found, 0
    return parent


def need(data: bytes, parent: Box, path: str) -> Box:
    """Like `child`, but a missing box is a fault."""
    found = child(data, parent, path)
    if found is None:
        raise MediaFault("malformed", f"no {path} in {parent.kind}")
    return found


class Reader:
    """Big-endian fields of one box, in order, never past its end."""

    def __init__(self, data: bytes, box: Box) -> None:
        self._data, self._at, self._end, self._kind = data, box.body, box.end, box.kind

    @property
    def at(self) -> int:
        return self._at

    @property
    def left(self) -> int:
        return self._end - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise MediaFault("malformed", f"{self._kind} ends early")
        self._at += count
        return self._data[self._at - count : self._at]

    def u(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def i32(self) -> int:
        return int.from_bytes(self.take(4), "big", signed=True)

    def full(self) -> tuple[int, int]:
        """Version and flags of a full box."""
        return self.u(1), self.u(3)


def box(kind: str, *parts: bytes) -> bytes:
    """A box with these parts as its payload."""
    size = 8 + sum(map(len, parts))
    return b"".join((struct.pack(">I4s", size, kind.encode("ascii")), *parts))


def full_box(kind: str, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)
