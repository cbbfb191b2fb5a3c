"""The journal of one rendition: the lines of its index, in the bucket, so that its folder can be made anew elsewhere.

    journals/<token>/<side>/<run>-<part>.jsonl

A part has 60 lines; the last one is shorter and put again whole with each line that comes, so that a second of a lesson costs
one small object and not the whole index. Whoever begins to write (a process that starts, another node) begins a *run* whose
first line says behind which line of which run it goes on: what a former writer may still send afterwards counts no more.
Segments are put before the lines that name them.
"""

import json
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from lantian.content.media.services.offsite.store import Offsite, journal_folder

PART = 60  # lines
MOST_RUNS, MOST_PARTS = 1000, 20_000
READERS = 8
_NAME = re.compile(r"(\d{4})-(\d{6})\.jsonl")


class JournalBroken(Exception):
    """What lies there is no journal of ours."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the bucket knows of a rendition: lines of its index (each with its end of line), and the newest run (-1: none)."""

    run: int
    lines: tuple[bytes, ...]


class Journal:
    """Writes one run. Not thread-safe. Nothing of it changes when a put fails: the same lines may be added again."""

    def __init__(
        self, kept: Offsite, token: str, side: str, *, run: int = 0, after: tuple[int, int] | None = None
    ) -> None:
        """`after`: the run before, and how many of its lines hold."""
        self._kept, self._folder, self._run = kept, journal_folder(token, side), run
        self._head = json.dumps({"t": "run", "after": after}).encode() + b"\n"
        self._part, self._lines = 0, list[bytes]()

    def begin(self) -> None:
        """From here on this run counts."""
        self._put(0, [])

    def add(self, lines: Sequence[bytes]) -> None:
        """The files that they name are there already."""
        waiting = list(lines)
        while waiting:
            room = PART - len(self._lines)
            part = self._lines + waiting[:room]
            self._put(self._part, part)
            waiting = waiting[room:]
            self._lines = part
            if len(part) == PART:
                self._part, self._lines = self._part + 1, []

    def _put(self, part: int, lines: Sequence[bytes]) -> None:
        head = self._head if part == 0 else b""
        name = f"{self._folder}{self._run:04d}-{part:06d}.jsonl"
        self._kept.put(name, head + b"".join(lines), kind="application/jsonl", keep="no-store")


def read_journal(kept: Offsite, token: str, side: str) -> Kept:
    """All lines in order, as far as they follow one another. Raises JournalBroken, BucketError."""
    folder = journal_folder(token, side)
    names: dict[tuple[int, int], str] = {}
    for name in kept.names(folder):
        match = _NAME.fullmatch(name.removeprefix(folder))
        if match is None or len(names) >= MOST_PARTS:
            raise JournalBroken(name)
        names[int(match[1]), int(match[2])] = name
    if not names:
        return Kept(-1, ())
    with ThreadPoolExecutor(READERS, "offsite-read") as readers:
        found = dict(zip(names, readers.map(kept.get, names.values()), strict=True))
    runs = sorted({run for run, _part in found})
    return Kept(runs[-1], tuple(_chain(found, runs)))


def _chain(found: dict[tuple[int, int], bytes], runs: list[int]) -> list[bytes]:
    """Runs in their order, each behind as many lines as it says."""
    held: dict[int, list[bytes]] = {}
    for run in runs:
        if (run, 0) not in found:
            raise JournalBroken(f"run {run} has no beginning")
        first = _split(found[run, 0])
        if not first:
            raise JournalBroken(f"run {run} is empty")
        head, *lines = first
        held[run] = [*_before(head, held), *lines]
        part = 1
        while len(lines) == PART and (run, part) in found:
            lines = _split(found[run, part])
            held[run] += lines
            part += 1
    return held[runs[-1]]


def _before(head: bytes, held: dict[int, list[bytes]]) -> list[bytes]:
    try:
        facts: dict[str, Any] = json.loads(head)
        if facts["t"] != "run":
            raise JournalBroken("no run")
        if facts["after"] is None:
            return []
        run, count = facts["after"]
        before = held[run]
    except (ValueError, KeyError, TypeError) as error:
        raise JournalBroken("no run") from error
    if not 0 <= count <= len(before):
        raise JournalBroken("lines are missing before a run")
    return before[:count]


def _split(data: bytes) -> list[bytes]:
    lines = data.splitlines(keepends=True)
    return lines if not lines or lines[-1].endswith(b"\n") else lines[:-1]


def common(ours: Iterable[bytes], theirs: Sequence[bytes]) -> int:
    """How many lines are the same from the beginning."""
    count = 0
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            break
        count += 1
    return count
