"""What the media tests share: real captures, a synthetic lesson, keys in memory, an independent playlist reader."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np

from lantian.content.media.engine.crypto import ContentKey, decrypt_segment, new_secret, sequence_iv
from lantian.content.media.engine.cutter import open_cutter
from lantian.content.media.engine.lesson.source import MIME, Chunk, LessonSource
from lantian.content.media.engine.model import Init, Limits, Segment
from lantian.content.media.services.folder import StreamFolder
from lantian.content.media.services.keys import KeyRing
from lantian.kernel.rules import Actor, Verdict, check

DATA = Path(__file__).parent / "data"


@cache
def capture(name: str) -> tuple[str, tuple[bytes, ...]]:
    """A browser's capture: MIME type and blobs."""
    facts = json.loads((DATA / f"{name}.json").read_text())
    data, at, blobs = (DATA / name).read_bytes(), 0, []
    for size in facts["sizes"]:
        blobs.append(data[at : at + size])
        at += size
    assert at == len(data)
    return facts["mime"], tuple(blobs)


@cache
def lesson(seconds: int = 12, start_ms: int = 1_790_000_000_123) -> tuple[Chunk, ...]:
    """A synthetic lesson's chunks, made faster than real time."""
    source = LessonSource(width=426, height=240, start_ms=start_ms)
    return tuple(source.chunks(seconds, paced=False))


def cut(mime: str, chunks: list[bytes] | tuple[bytes, ...], limits: Limits | None = None) -> tuple[Init, list[Segment]]:
    """Everything a cutter makes of these chunks."""
    cutter = open_cutter(mime, limits)
    parts = [part for number, chunk in enumerate(chunks) for part in cutter.feed(number, chunk)] + cutter.finish()
    assert isinstance(parts[0], Init)
    segments = [part for part in parts[1:] if isinstance(part, Segment)]
    assert len(segments) == len(parts) - 1
    return parts[0], segments


def cut_lesson(seconds: int = 12) -> tuple[Init, list[Segment]]:
    return cut(MIME, [chunk.data for chunk in lesson(seconds)])


def frames(data: bytes) -> int:
    """How many pictures a decoder finds."""
    with av.open(io.BytesIO(data)) as opened:
        return sum(1 for _ in opened.decode(video=0))


def sound(data: bytes) -> tuple[float, np.ndarray]:
    """Start (s) and samples (mono float, 48 kHz, placed by their times) of the sound of a file."""
    with av.open(io.BytesIO(data)) as opened:
        blocks = [(float(frame.pts * frame.time_base), frame.to_ndarray()) for frame in opened.decode(audio=0)]
    start = blocks[0][0]
    end = max(at + block.shape[1] / 48_000 for at, block in blocks)
    out = np.zeros(round((end - start) * 48_000) + 1, np.float32)
    for at, block in blocks:
        first = round((at - start) * 48_000)
        mono = block.mean(axis=0)
        if mono.dtype != np.float32:
            mono = (mono / 32768).astype(np.float32)
        out[first : first + len(mono)] = mono[: len(out) - first]
    return start, out


def ring(count: int = 4) -> KeyRing:
    keys = [ContentKey(uuid4(), number, new_secret()) for number in range(count)]
    return KeyRing(keys)


@dataclass
class Listed:
    """A playlist as an independent reader understands it."""

    target: int = 0
    sequence: int = 0
    discontinuity: int = 0
    ended: bool = False
    durations: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    ivs: list[int | None] = field(default_factory=list)
    maps: list[str] = field(default_factory=list)
    breaks: list[bool] = field(default_factory=list)
    map_keys: list[str] = field(default_factory=list)  # key in force where each MAP stood


_LINE = re.compile(r"^#([A-Z0-9-]+)(?::(.*))?$")
_ATTRIBUTE = re.compile(r'([A-Z-]+)=("[^"]*"|[^,]*)')


def read_playlist(text: str) -> Listed:  # noqa: C901 - one tag after the other
    """Read a media playlist by RFC 8216 and check what the RFC demands of one."""
    lines = text.split("\n")
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == ""
    out = Listed()
    key, iv, init, duration, broken = "", None, "", None, False
    seen: set[str] = set()
    for line in lines[1:-1]:
        assert line
        if not line.startswith("#"):
            assert duration is not None
            assert init
            out.names.append(line)
            out.durations.append(duration)
            out.keys.append(key)
            out.ivs.append(iv)
            out.maps.append(init)
            out.breaks.append(broken)
            duration, broken, iv = None, False, None
            continue
        if not line.startswith("#EXT"):
            continue  # a comment (section 4.1): a live list says when it was written
        match = _LINE.match(line)
        assert match, line
        tag, value = match.group(1), match.group(2) or ""
        once = {"EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE"}
        assert not (tag in once and tag in seen)
        if tag in once:
            assert not out.names
        seen.add(tag)
        attributes = {name: text.strip('"') for name, text in _ATTRIBUTE.findall(value)}
        if tag == "EXT-X-TARGETDURATION":
            out.target = int(value)
        elif tag == "EXT-X-MEDIA-SEQUENCE":
            out.sequence = int(value)
        elif tag == "EXT-X-DISCONTINUITY-SEQUENCE":
            out.discontinuity = int(value)
        elif tag == "EXTINF":
            duration = float(value.rstrip(","))
        elif tag == "EXT-X-KEY":
            key = "" if attributes["METHOD"] == "NONE" else attributes["URI"]
            iv = int(attributes["IV"], 16) if "IV" in attributes else None
        elif tag == "EXT-X-MAP":
            init = attributes["URI"]
            out.map_keys.append(key)
        elif tag == "EXT-X-DISCONTINUITY":
            assert not broken
            broken = True
        elif tag == "EXT-X-ENDLIST":
            out.ended = True
        else:
            assert tag in {"EXT-X-VERSION", "EXT-X-PLAYLIST-TYPE", "EXT-X-PROGRAM-DATE-TIME"}, tag
    assert {"EXT-X-VERSION", "EXT-X-TARGETDURATION"} <= seen
    assert all(int(each + 0.5) <= out.target for each in out.durations)
    assert not any(out.map_keys), "an initialisation part would be taken for encrypted"
    return out


def playable(folder: StreamFolder, rendition: str, keys: KeyRing, playlist: str = "replay.m3u8") -> list[bytes]:
    """What a player would decode: per epoch, the init and all decrypted segments in one piece, by the playlist alone."""
    from uuid import UUID

    path = folder.path / rendition
    listed = read_playlist((path / playlist).read_text())
    pieces: list[bytes] = []
    before = ""
    for index, name in enumerate(listed.names):
        sequence = listed.sequence + index
        secret = keys.secret(UUID(listed.keys[index].rsplit("/", 1)[1]))
        clear = decrypt_segment((path / name).read_bytes(), secret, sequence_iv(sequence))
        if listed.breaks[index] or listed.maps[index] != before:
            pieces.append((path / listed.maps[index]).read_bytes())
            before = listed.maps[index]
        pieces[-1] += clear
    return pieces


def assert_allowed(rule: Callable[..., Verdict], actor: Actor, *objects: Any) -> None:
    verdict = check(rule, actor, *objects)
    assert verdict, str(verdict.reason)


def assert_refused(rule: Callable[..., Verdict], actor: Actor, *objects: Any) -> None:
    verdict = check(rule, actor, *objects)
    assert not verdict
    assert str(verdict.reason), "a refusal says why"
