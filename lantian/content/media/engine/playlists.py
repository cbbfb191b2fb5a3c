"""HLS playlists (RFC 8216) as text: live window, whole replay, and the master that offers both sounds.

The initialisation part is clear, so EXT-X-MAP stands before EXT-X-KEY: a key tag governs only what follows it, and
METHOD=NONE is written again before a MAP that comes after a key. IVs are the media sequence number unless given, which
is why the live list and the replay must count sequences alike: from 0, in order of writing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

US = 1_000_000
WINDOW_US = 30 * US
VERSION = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """One segment of a playlist. `epoch` names the init; `jump` marks a leap of media time within it.

    `wall_ms` is the wall clock (Unix ms) of its first picture; `key` the key's URI, empty when it is clear.
    """

    sequence: int
    name: str
    duration_us: int
    init: str
    epoch: int
    jump: bool
    wall_ms: int
    key: str
    iv: bytes | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One rendition in a master playlist. `bandwidth`: peak bits a second."""

    uri: str
    codecs: str
    bandwidth: int
    width: int
    height: int


def starts_discontinuity(entry: Entry, before: Entry | None) -> bool:
    """Whether EXT-X-DISCONTINUITY stands before `entry`."""
    return before is not None and (entry.jump or entry.epoch != before.epoch)


def live_playlist(
    entries: Sequence[Entry],
    *,
    discontinuities: int = 0,
    target: int = 1,
    ended: bool = False,
    written_ms: int | None = None,
) -> str:
    """The sliding window. `entries` are those still in it; `discontinuities` how many have left it before its first; `written_ms`
    when it is written (Unix ms), a comment by which our players find the moment to ask for it.

    A DISCONTINUITY tag that stands directly before the first entry belongs to it and is not counted.
    """
    text = _playlist(entries, discontinuities=discontinuities, target=target, ended=ended, kind=None)
    return text if written_ms is None else f"{text}# written {written_ms}\n"


def replay_playlist(entries: Sequence[Entry]) -> str:
    """The whole lesson, with ENDLIST; seekable across epochs."""
    return _playlist(entries, discontinuities=0, target=1, ended=True, kind="VOD")


def _playlist(entries: Sequence[Entry], *, discontinuities: int, target: int, ended: bool, kind: str | None) -> str:
    target = max([target, *(_rounded(entry.duration_us) for entry in entries)])
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", f"#EXT-X-TARGETDURATION:{target}"]
    lines.append(f"#EXT-X-MEDIA-SEQUENCE:{entries[0].sequence if entries else 0}")
    if discontinuities:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuities}")
    if kind:
        lines.append(f"#EXT-X-PLAYLIST-TYPE:{kind}")
    before: Entry | None = None
    key = ""
    for entry in entries:
        fresh = before is None or starts_discontinuity(entry, before)
        if fresh and before is not None:
            lines.append("#EXT-X-DISCONTINUITY")
        if before is None or entry.init != before.init:
            if key:
                lines.append("#EXT-X-KEY:METHOD=NONE")
                key = ""
            lines.append(f'#EXT-X-MAP:URI="{entry.init}"')
        if entry.key != key or entry.iv is not None:
            lines.append(_key_line(entry))
            key = entry.key
        if fresh or entry.sequence % 10 == 0:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_date(entry.wall_ms)}")
        lines += [f"#EXTINF:{entry.duration_us / US:.6f},", entry.name]
        before = entry
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _key_line(entry: Entry) -> str:
    if not entry.key:
        return "#EXT-X-KEY:METHOD=NONE"
    iv = f",IV=0x{entry.iv.hex()}" if entry.iv is not None else ""
    return f'#EXT-X-KEY:METHOD=AES-128,URI="{entry.key}"{iv}'


def _rounded(duration_us: int) -> int:
    """Seconds rounded to the nearest integer, halves up: no EXTINF may round to more than TARGETDURATION."""
    return (duration_us + US // 2) // US


def _date(wall_ms: int) -> str:
    moment = datetime.fromtimestamp(wall_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def master_playlist(variants: Sequence[Variant]) -> str:
    """The variants in order of preference; players take the first whose CODECS they know."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}"]
    for variant in variants:
        size = f",RESOLUTION={variant.width}x{variant.height}" if variant.width else ""
        lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={variant.bandwidth},CODECS="{variant.codecs}"{size}')
        lines.append(variant.uri)
    return "\n".join(lines) + "\n"


class Window:
    """The sliding window: push each new entry, read the playlist.

    Keeps at least 3 entries and `span_us`; counts the discontinuities that slid out, as RFC 8216 section 6.2.2 asks. The
    target duration only ever grows: players set their clocks by it.
    """

    def __init__(self, span_us: int = WINDOW_US) -> None:
        self.entries: list[Entry] = []
        self.discontinuities = 0
        self._span_us = span_us
        self._target = 1

    def push(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._target = max(self._target, _rounded(entry.duration_us))
        total = sum(kept.duration_us for kept in self.entries)
        while len(self.entries) > 3 and total - self.entries[0].duration_us >= self._span_us:
            gone = self.entries.pop(0)
            total -= gone.duration_us
            self.discontinuities += starts_discontinuity(self.entries[0], gone)

    def text(self, *, ended: bool = False, written_ms: int | None = None) -> str:
        return live_playlist(
            self.entries,
            discontinuities=self.discontinuities,
            target=self._target,
            ended=ended,
            written_ms=written_ms,
        )
