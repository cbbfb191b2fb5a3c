"""Messages of the wire, checked: what comes from a browser is a stranger's until it has passed through here."""

import json
import math
import struct
from dataclasses import dataclass
from typing import Any
from uuid import UUID

VERSION = 1
HEADER = struct.Struct(">2sBBIQ")
MAGIC = b"LT"
LAST_CHUNK = 0x01
CHUNK_BYTES = 8 << 20
TEXT_BYTES = 16 << 10
MIME_LENGTH = 120
RENDITIONS = ("full", "small", "sound")


class WireError(Exception):
    """The peer does not keep to the protocol. `code` goes back over the wire."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Hello:
    """The publisher's greeting for one recorder. `after`: the epoch this tab used before it was reloaded."""

    epoch: str
    mime: str
    width: int
    height: int
    takeover: bool
    after: str | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """One numbered piece of the recorder's output. `client_ms`: Unix ms by the publisher's clock."""

    number: int
    client_ms: int
    last: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class Beat:
    """A player's report; totals count from the start of its page. Times in seconds, `stall_ms` in ms."""

    pos: float | None
    buffer: float
    lag: float | None
    stalls: int
    stall_ms: int
    dropped: int
    playing: bool
    visible: bool
    error: str
    head_count: int | None
    rendition: str = ""  # full, small or sound; empty: not said
    kbps: int | None = None  # what the line carries, as far as its player can tell
    wants_small: bool = False


def parse_text(text: str) -> dict[str, Any]:
    """A message object with its type in "t". Raises WireError."""
    if len(text) > TEXT_BYTES or len(text.encode()) > TEXT_BYTES:
        raise WireError("oversize", f"text of {len(text)}")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError("bad_json") from error
    if not isinstance(message, dict) or not isinstance(message.get("t"), str):
        raise WireError("bad_json", "no type")
    return message


def parse_hello(message: dict[str, Any]) -> Hello:
    """Raises WireError `bad_hello`."""
    try:
        if message["v"] != VERSION:
            raise WireError("bad_hello", "version")
        epoch = str(UUID(message["epoch"]))
        mime = message["mime"]
        if not isinstance(mime, str) or not 0 < len(mime) <= MIME_LENGTH or not mime.isprintable():
            raise WireError("bad_hello", "mime")
        after = message.get("after")
        return Hello(
            epoch=epoch,
            mime=mime,
            width=_whole(message.get("width"), 16384),
            height=_whole(message.get("height"), 16384),
            takeover=message.get("takeover") is True,
            after=str(UUID(after)) if after else None,
        )
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise WireError("bad_hello", str(error)) from error


def parse_chunk(data: bytes) -> Chunk:
    """Raises WireError: `oversize`, or `bad_chunk` for anything else."""
    if len(data) > CHUNK_BYTES + HEADER.size:
        raise WireError("oversize", f"chunk of {len(data)}")
    if len(data) < HEADER.size:
        raise WireError("bad_chunk", "short header")
    magic, version, flags, number, client_ms = HEADER.unpack_from(data)
    if magic != MAGIC or version != VERSION:
        raise WireError("bad_chunk", "magic")
    return Chunk(number, client_ms, bool(flags & LAST_CHUNK), data[HEADER.size :])


def build_chunk(number: int, client_ms: int, payload: bytes, *, last: bool = False) -> bytes:
    """What a page sends; used by the synthetic teacher and by tests."""
    return HEADER.pack(MAGIC, VERSION, LAST_CHUNK if last else 0, number, client_ms) + payload


def parse_have(text: str | None) -> int:
    """The newest event a page knows, as its socket's address says it; 0 for none and for nonsense."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def parse_beat(message: dict[str, Any]) -> Beat:
    """Never raises: figures that make no sense become nothing, for a player's slip must not cost its class the lesson."""
    head = message.get("head_count")
    kbps = _figure(message.get("kbps"))
    return Beat(
        pos=_seconds(message.get("pos"), 1e6),
        buffer=_seconds(message.get("buffer"), 3600) or 0.0,
        lag=_seconds(message.get("lag"), 86400),
        stalls=_whole(message.get("stalls"), 100_000),
        stall_ms=_whole(message.get("stall_ms"), 86_400_000),
        dropped=_whole(message.get("dropped"), 10_000_000),
        playing=message.get("playing") is True,
        visible=message.get("visible") is not False,
        error=_code(message.get("error")),
        head_count=_whole(head, 500) if isinstance(head, int) and not isinstance(head, bool) else None,
        rendition=rendition if (rendition := message.get("rendition")) in RENDITIONS else "",
        kbps=None if kbps is None else _whole(kbps, 10_000_000),
        wants_small=message.get("want") == "small",
    )


def _figure(value: Any) -> float | None:
    """A finite number; None for anything else, whole numbers too long for a float among them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None


def _whole(value: Any, limit: int) -> int:
    figure = _figure(value)
    return 0 if figure is None else int(min(limit, max(0, figure)))


def _seconds(value: Any, limit: float) -> float | None:
    figure = _figure(value)
    return None if figure is None else float(min(limit, max(0.0, figure)))


def _code(value: Any) -> str:
    """An error code as players give it: short and plain, so that nothing personal or hostile reaches the log."""
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value[:40] if letter.isascii() and (letter.isalnum() or letter in "_-.:"))


def dump(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
