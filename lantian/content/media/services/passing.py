"""A rendition that is there for the moment only: what the live list shows, and nothing of what went by.

It has no index and is in no replay, so it may begin anywhere, leave off and begin again, and a process that died begins it anew.
Segments are numbered, timed and sealed as those of the other renditions, so that a player changes between them in the middle.
"""

import shutil
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

from lantian.content.media.engine.crypto import encrypt_segment, sequence_iv
from lantian.content.media.engine.fragments import write_fragment, write_init
from lantian.content.media.engine.model import Run, Track
from lantian.content.media.engine.playlists import Entry, Window
from lantian.content.media.services.folder import FOLDER_MODE, LIVE, Rendition, SegmentRecord, StreamFolder, write_whole

LINGER = 30  # segments that the list has let go of stay as long for those who are late


class Breaks:
    """Counts discontinuities along a stream's segments, as a list that begins in the middle has to say."""

    def __init__(self) -> None:
        self.count = 0
        self._before: SegmentRecord | None = None

    def pass_by(self, record: SegmentRecord) -> None:
        before, self._before = self._before, record
        self.count += before is not None and (record.jump or record.epoch != before.epoch)


class PassingRendition:
    """Writes one. Not thread-safe; whatever an earlier one left is swept away with the first segment."""

    def __init__(self, folder: StreamFolder, name: str) -> None:
        self._side = Rendition(folder.path / name, folder.key_uri)
        self._window: Window | None = None
        self._init = ""
        self._epoch = -1
        self._late: deque[str] = deque()

    @property
    def begun(self) -> bool:
        return self._window is not None

    def add(
        self, record: SegmentRecord, tracks: tuple[Track, ...], runs: list[Run], secret: bytes, *, breaks: int
    ) -> None:
        """One more segment, the next after the last one; `breaks` discontinuities lie before it in the stream. What the tracks
        of an epoch are is asked of its first segment alone."""
        if self._window is None or record.sequence != self._window.entries[-1].sequence + 1:
            self.remove()
            self._side.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self._window = Window()
            self._window.discontinuities = breaks
        if record.epoch != self._epoch:
            self._init = self._side.add_init(write_init(tracks))
            self._epoch = record.epoch
        sealed = encrypt_segment(write_fragment(record.sequence + 1, runs), secret, sequence_iv(record.sequence))
        name = self._side.add_segment(record.sequence, sealed)
        before = list(self._window.entries)
        self._window.push(self._side.entry(replace(record, name=name), self._init))
        write_whole(self._side.path / LIVE, self._window.text(written_ms=time.time_ns() // 1_000_000).encode())
        self._let_go(before)

    def _let_go(self, before: list[Entry]) -> None:
        assert self._window is not None
        first = self._window.entries[0].sequence
        self._late.extend(entry.name for entry in before if entry.sequence < first)
        while len(self._late) > LINGER:
            (self._side.path / self._late.popleft()).unlink(missing_ok=True)

    def remove(self) -> None:
        """Nobody needs it any more."""
        self._window, self._epoch = None, -1
        self._late.clear()
        remove_passing(self._side.path)


def remove_passing(path: Path) -> None:
    """Take a passing rendition's folder away, whoever wrote it."""
    shutil.rmtree(path, ignore_errors=True)
