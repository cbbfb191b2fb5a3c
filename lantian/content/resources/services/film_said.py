"""What the child that makes renditions may say. It has read a stranger's film: nothing of that is believed unseen."""

import re
from typing import Any

from lantian.content.resources.services.children import Fallen

RUNGS_MOST, SIDE_MOST = 8, 1 << 14
SECONDS_MOST = 1e6
CHAPTERS_MOST, TITLE_MOST = 100, 80
NUMBER_MOST = (1 << 31) - 1
_NAME, _CODECS = re.compile(r"\d{1,5}p"), re.compile(r"[\w.]{1,24}(,[\w.]{1,24})?", re.ASCII)


def _number(value: Any, most: int = NUMBER_MOST) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise Fallen
    return value


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= SECONDS_MOST:  # no number at all is neither
        raise Fallen
    return float(value)


def _listed(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise Fallen
    return value


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Fallen
    return value


def _chapter(value: Any) -> list[Any]:
    if len(_listed(value, 2)) != 2 or not isinstance(value[1], str):
        raise Fallen
    title = value[1].replace("\0", "").encode("utf-8", "replace").decode()
    return [_seconds(value[0]), title[:TITLE_MOST]]


def _rung(value: Any, most: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Fallen
    return {
        "name": _matching(_NAME, value.get("name")),
        "width": _number(value.get("width"), SIDE_MOST),
        "height": _number(value.get("height"), SIDE_MOST),
        "codecs": _matching(_CODECS, value.get("codecs")),
        "bytes": _number(value.get("bytes"), most),
    }


def head_of(said: dict[str, Any], most: int) -> dict[str, Any]:
    """Of the film: `seconds`, `chapters`, `rungs`; `most` bytes that all initialisation parts may have. Raises Fallen."""
    rungs = [_rung(one, most) for one in _listed(said.get("rungs"), RUNGS_MOST)]
    if not rungs or sum(rung["bytes"] for rung in rungs) > most:
        raise Fallen
    chapters = [_chapter(one) for one in _listed(said.get("chapters"), CHAPTERS_MOST)]
    return {"seconds": _seconds(said.get("seconds")), "chapters": chapters, "rungs": rungs}


def part_of(said: dict[str, Any], rungs: int, most: int) -> dict[str, Any]:
    """Of a part of `rungs` renditions: `at`, `span`, `sound`, `bytes`; `most` bytes that all pieces may have. Raises Fallen."""
    sizes = [_number(one, most) for one in _listed(said.get("bytes"), rungs)]
    if len(sizes) != rungs or sum(sizes) > most:
        raise Fallen
    found = {name: _number(said.get(name)) for name in ("at", "span", "sound")}
    if not found["span"] or found["at"] + found["span"] > NUMBER_MOST:
        raise Fallen
    return found | {"bytes": sizes}
