"""A film half made, on the disk: a file for each rendition to which pieces are added, and a line for each part that all have.

What the lines say holds: whoever goes on after a crash cuts off what is behind it. A plan of the renditions stands beside it;
where the next one's differs, all is begun anew.
"""

import contextlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lantian.kernel.whole import write_whole

PLAN, LINES, FALLS = "plan.json", "parts", "falls"


@dataclass(slots=True)
class Place:
    """Behind what is made: how many parts, where the next begins (ticks), frames of sound so far."""

    part: int = 0
    at: int = 0
    sound: int = 0


@dataclass(slots=True)
class Work:
    """The folder of one film. `plan`: what the child said of it; `spans` and `sizes` of each part so far."""

    folder: Path
    plan: dict[str, Any] = field(default_factory=dict)
    place: Place = field(default_factory=Place)
    spans: list[int] = field(default_factory=list)
    sizes: list[list[int]] = field(default_factory=list)

    @classmethod
    def found(cls, folder: Path) -> "Work":
        """As far as it is whole; begun where there is none."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        work = cls(folder)
        try:
            work.plan = json.loads((folder / PLAN).read_text())
        except (FileNotFoundError, ValueError):
            work.clear()
            return work
        work._read_lines()
        return work

    def file(self, number: int) -> Path:
        """Of one rendition."""
        return self.folder / f"{number}.mp4"

    def _read_lines(self) -> None:
        heads = [rung["bytes"] for rung in self.plan["rungs"]]
        there = [self.file(n).stat().st_size if self.file(n).exists() else 0 for n in range(len(heads))]
        try:
            lines = (self.folder / LINES).read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            lines = []
        ends, kept = list(heads), 0
        for line in lines:
            try:
                said = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                said = None
            if said is None:
                break
            behind = [end + size for end, size in zip(ends, said["bytes"], strict=True)]
            if any(size < end for size, end in zip(there, behind, strict=True)):
                break
            ends, kept = behind, kept + len(line)
            self._note(said)
        if any(size < end for size, end in zip(there, ends, strict=True)):
            self.clear()
            return
        if lines:
            os.truncate(self.folder / LINES, kept)
        for number, end in enumerate(ends):
            os.truncate(self.file(number), end)

    def _note(self, said: dict[str, Any]) -> None:
        self.spans.append(said["span"])
        self.sizes.append(said["bytes"])
        self.place = Place(len(self.spans), said["at"] + said["span"], said["sound"])

    def clear(self) -> None:
        """From the beginning; how often it fell stays known."""
        for path in self.folder.iterdir():
            if path.name != FALLS:
                path.unlink(missing_ok=True)
        self.plan, self.place, self.spans, self.sizes = {}, Place(), [], []

    def begin(self, plan: dict[str, Any], heads: list[bytes]) -> bool:
        """Whether what is there and what comes fit together. Where nothing is there yet, it is begun."""
        if self.plan:
            same = all(self._begins_with(number, head) for number, head in enumerate(heads))
            return self.plan == plan and same
        for number, head in enumerate(heads):
            self.file(number).write_bytes(head)
        write_whole(self.folder / PLAN, json.dumps(plan))
        self.plan = plan
        return True

    def _begins_with(self, number: int, head: bytes) -> bool:
        with self.file(number).open("rb") as handle:
            return handle.read(len(head)) == head

    def add(self, said: dict[str, Any], pieces: list[bytes]) -> None:
        """One part, of each rendition its piece. Raises OSError."""
        for number, piece in enumerate(pieces):
            with self.file(number).open("ab") as handle:
                handle.write(piece)
                handle.flush()
                os.fsync(handle.fileno())
        with (self.folder / LINES).open("ab") as handle:
            handle.write(json.dumps(said).encode() + b"\n")
        self._note(said)

    def fell(self) -> int:
        """Note that whoever made it was ended. Returns how often that was behind the same part."""
        path, times = self.folder / FALLS, 1
        with contextlib.suppress(OSError, ValueError):
            part, before = json.loads(path.read_text())
            times += before if part == self.place.part else 0
        write_whole(path, json.dumps([self.place.part, times]))
        return times

    def remove(self) -> None:
        """It is made, or nobody wants it any more."""
        shutil.rmtree(self.folder, ignore_errors=True)
