"""Chapters of a film, as its author writes them: a line each, "1:02:03 title"."""

import re
from collections.abc import Sequence
from typing import Literal

MOST, TITLE_MOST = 100, 80
_LINE = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})[\s\u3000]+(\S.*)")

Code = Literal["line", "rising", "beyond", "many", "long"]
Chapter = tuple[float, str]  # seconds, title


class ChapterFault(Exception):
    """What is wrong, in which line."""

    def __init__(self, code: Code, line: int) -> None:
        super().__init__(f"{code} in line {line}")
        self.code: Code = code
        self.line = line


def read(text: str, length: float) -> list[Chapter]:
    """`length`: of the film, seconds; 0 where nobody knows. Raises ChapterFault."""
    found: list[Chapter] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.replace("：", ":").strip()
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None or int(match[3]) > 59 or (match[1] and int(match[2]) > 59):
            raise ChapterFault("line", number)
        at = (int(match[1] or 0) * 60 + int(match[2])) * 60 + int(match[3])
        if found and at <= found[-1][0]:
            raise ChapterFault("rising", number)
        if length and at >= length:
            raise ChapterFault("beyond", number)
        title = " ".join(raw.strip().split(maxsplit=1)[1].split())
        if len(title) > TITLE_MOST:
            raise ChapterFault("long", number)
        found.append((float(at), title))
        if len(found) > MOST:
            raise ChapterFault("many", number)
    return found


def written(chapters: Sequence[Chapter]) -> str:
    """As they are to be edited."""
    return "\n".join(f"{_clock(at)} {title}" for at, title in chapters)


def _clock(at: float) -> str:
    whole = int(at)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{whole // 60 % 60:02}:{whole % 60:02}"
