"""The lists of a film's renditions (HLS, RFC 8216): of each one file, the parts of which are stretches of its bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from lantian.content.media.engine.playlists import Variant, master_playlist

TICKS = 90_000  # a second


@dataclass(frozen=True, slots=True)
class Side:
    """One rendition: its list, and how many bytes each of its parts has."""

    uri: str
    codecs: str
    width: int
    height: int
    sizes: Sequence[int]


def master(sides: Sequence[Side], spans: Sequence[int]) -> str:
    """In the middle of the ladder first: a browser that chooses by itself begins there."""
    rows = [Variant(one.uri, one.codecs, peak(one.sizes, spans), one.width, one.height) for one in sides]
    begin = len(rows) // 2
    return master_playlist([*rows[begin : begin + 1], *rows[:begin], *rows[begin + 1 :]])


def peak(sizes: Sequence[int], spans: Sequence[int]) -> int:
    """The most bits a second that a part has; very short ones count as a second, for nobody waits for them."""
    return max(
        (size * 8 * TICKS // max(TICKS, span) for size, span in zip(sizes, spans, strict=True)),
        default=0,
    )


def parts(uri: str, spans: Sequence[int], head: int, sizes: Sequence[int]) -> str:
    """One rendition's list."""
    target = max(1, *(round(span / TICKS) for span in spans), 1)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{uri}",BYTERANGE="{head}@0"',
    ]
    at = head
    for span, size in zip(spans, sizes, strict=True):
        lines += [f"#EXTINF:{span / TICKS:.6f},", f"#EXT-X-BYTERANGE:{size}@{at}", uri]
        at += size
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"
