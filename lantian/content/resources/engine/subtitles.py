"""Subtitles as people have them (SubRip, WebVTT), read line by line into plain text with its times, and WebVTT of ours.

Nothing of the sender's markup is kept: tags and the braces of other players go, entities become what they mean, and what is
written out is escaped anew.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Literal

BYTES_MOST = 1 << 20
CUES_MOST = 5000
TEXT_MOST = 400  # characters of one
LINES_MOST = 6  # of one
HOURS_MOST = 24

_MARK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_MARK}\s*-->\s*{_MARK}(?:\s.*)?")
_TAG, _BRACES = re.compile(r"<[^<>]*>"), re.compile(r"\{\\[^{}]*\}")
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ASIDE = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")

Code = Literal["large", "encoding", "empty", "many", "times", "number", "backwards", "long"]


class SubtitleFault(Exception):
    """What cannot be taken, and in which line (0: of the whole)."""

    def __init__(self, code: Code, line: int = 0) -> None:
        super().__init__(f"{code} in line {line}")
        self.code: Code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said from one moment to another (ms)."""

    start: int
    end: int
    text: str


def decoded(data: bytes) -> str:
    """As text: UTF-8, UTF-16 or GB 18030. Raises SubtitleFault."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        order = ["utf-16"]
    elif b"\0" in data[:200]:
        order = ["utf-16-le" if data[1:2] == b"\0" else "utf-16-be"]
    else:
        order = ["utf-8-sig", "gb18030"]
    for encoding in order:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SubtitleFault("encoding")


def read(data: bytes) -> list[Cue]:
    """All that is said, in the order of time. Raises SubtitleFault."""
    if len(data) > BYTES_MOST:
        raise SubtitleFault("large")
    lines = re.split(r"\r\n|\r|\n", decoded(data).removeprefix("\ufeff"))
    found: list[Cue] = []
    for first, block in _blocks(lines):
        if first == 1 and re.match(r"WEBVTT(\s|$)", block[0]):
            continue
        if _ASIDE.match(block[0]):
            continue
        cue = _cue(first, block)
        if cue is not None:
            found.append(cue)
        if len(found) > CUES_MOST:
            raise SubtitleFault("many", first)
    if not found:
        raise SubtitleFault("empty")
    return sorted(found, key=lambda cue: (cue.start, cue.end))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines between blank ones, with the number of the first."""
    begun, block = 0, list[str]()
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            begun = begun or number
            block.append(line)
        elif block:
            yield begun, block
            begun, block = 0, []


def _cue(first: int, block: list[str]) -> Cue | None:
    """None where nothing is said."""
    at = 0 if _TIMES.fullmatch(block[0]) else 1
    times = _TIMES.fullmatch(block[at]) if at < len(block) else None
    if times is None:
        # a line that should be a number alone, or the times below it
        raise SubtitleFault(
            "number" if at == len(block) or "-->" not in block[at] else "times", first + min(at, len(block) - 1)
        )
    start, end = _moment(times.groups()[:4], first + at), _moment(times.groups()[4:], first + at)
    if end <= start:
        raise SubtitleFault("backwards", first + at)
    said = [line for each in block[at + 1 :] if (line := _plain(each))]
    text = "\n".join(said)
    if len(said) > LINES_MOST or len(text) > TEXT_MOST:
        raise SubtitleFault("long", first + at)
    return Cue(start, end, text) if text else None


def _moment(parts: Sequence[str | None], line: int) -> int:
    hours, minutes, seconds = int(parts[0] or 0), int(parts[1] or 0), int(parts[2] or 0)
    if minutes > 59 or seconds > 59 or hours >= HOURS_MOST:
        raise SubtitleFault("times", line)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((parts[3] or "0").ljust(3, "0"))


def _plain(line: str) -> str:
    without = _BRACES.sub("", _TAG.sub("", line))
    return " ".join(_HIDDEN.sub("", unescape(without)).split())


def to_vtt(cues: Sequence[Cue]) -> str:
    """As browsers read it."""
    blocks = [f"{_stamp(cue.start)} --> {_stamp(cue.end)}\n{escape(cue.text, quote=False)}" for cue in cues]
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"


def _stamp(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def spoken(cues: Sequence[Cue]) -> str:
    """What is said, for the search."""
    return "\n".join(cue.text for cue in cues)
