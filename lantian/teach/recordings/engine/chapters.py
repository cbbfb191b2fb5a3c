"""Chapters of a recording: at first where the teacher turned a page, then whatever somebody calls them. Pure.

A chapter is {"at": seconds of media time, "title": text}; a list of them is in order and begins no sooner than the stream.
"""

from collections.abc import Sequence
from typing import Any

LEAST_S = 2.0  # pages shown for less were leafed over, as the player's own list has it (frontend live/board/seen)
CLOSEST_S = 1.0
MOST, LONGEST = 100, 60
Chapter = dict[str, Any]


def chapters_at_turns(
    turns: Sequence[tuple[float, dict[str, Any] | None]], end: float
) -> list[tuple[float, dict[str, Any]]]:
    """Of (when, which page; None: camera or screen) those that are worth a chapter, with what was turned to."""
    found: list[tuple[float, dict[str, Any]]] = []
    for index, (at, turn) in enumerate(turns):
        until = turns[index + 1][0] if index + 1 < len(turns) else end
        if turn is None or until - at < LEAST_S:
            continue
        if found and found[-1][1].get("sheet") == turn.get("sheet") and turns[index - 1][1] is not None:
            continue
        found.append((at, turn))
    return found[:MOST]


def tidy(chapters: Sequence[Chapter], seconds: float) -> list[Chapter]:
    """In order, within the recording, without empty titles and without two at one moment."""
    found: list[Chapter] = []
    for chapter in sorted(chapters, key=lambda each: float(each["at"])):
        at, title = round(float(chapter["at"]), 1), str(chapter["title"]).strip()[:LONGEST]
        if title and 0 <= at < seconds and (not found or at - found[-1]["at"] >= CLOSEST_S):
            found.append({"at": at, "title": title})
    return found[:MOST]


def shown(chapters: Sequence[Chapter], start: float, end: float) -> list[Chapter]:
    """Of a recording that is cut: those inside, counted from where it begins. The one that runs when it begins stands at 0."""
    inside = [
        {"at": round(each["at"] - start, 1), "title": each["title"]} for each in chapters if start <= each["at"] < end
    ]
    before = [each for each in chapters if each["at"] < start]
    if before and (not inside or inside[0]["at"] >= CLOSEST_S):
        inside.insert(0, {"at": 0.0, "title": before[-1]["title"]})
    return inside
