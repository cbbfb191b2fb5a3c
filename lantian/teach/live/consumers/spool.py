"""Presence on its way to the database: every sign is appended to a file first, so that kill -9 or a database that is away
costs nobody a minute."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from lantian.teach.live.consumers.database import Database, DatabaseAway
from lantian.teach.live.engine.presence import Stretch, load_stretch

log = structlog.get_logger("live")
MAX_FILE_BYTES = 512 << 20
MAX_WAITING = 200_000
BATCH = 2000


class Spool:
    """`note` what changed, `flush` now and then. Files `presence-<number>.jsonl`; the last line of an id is the truth."""

    def __init__(self, folder: Path, save: Callable[[list[Stretch]], int]) -> None:
        self._folder, self._save = folder, save
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._waiting: dict[str, Stretch] = {}
        self._bytes = 0
        self._turn = asyncio.Lock()  # two flushes at once would drop the files of each other's rows
        self.lost = 0
        known = self._files()
        self._number = self._number_of(known[-1]) if known else 0
        for path in known:
            self._read(path)
        self._file = self._begin()

    def __len__(self) -> int:
        return len(self._waiting)

    # -- files ------------------------------------------------------------------------------------------------------------

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("presence-*.jsonl"), key=self._number_of)

    @staticmethod
    def _number_of(path: Path) -> int:
        return int(path.stem.removeprefix("presence-"))

    def _begin(self) -> int:
        self._number += 1
        self._bytes = 0
        path = self._folder / f"presence-{self._number:08d}.jsonl"
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _read(self, path: Path) -> None:
        for line in path.read_bytes().splitlines():
            try:
                stretch = load_stretch(line)
            except (ValueError, TypeError):
                continue  # torn by the end of the process
            self._waiting[stretch.id] = stretch

    def _forget_before(self, number: int) -> None:
        for path in self._files():
            if self._number_of(path) < number:
                path.unlink(missing_ok=True)

    # -- use ----------------------------------------------------------------------------------------------------------------

    def note(self, stretch: Stretch) -> None:
        """A stretch is new or has grown. It may go on changing: the newest state is what will be written."""
        if len(self._waiting) < MAX_WAITING or stretch.id in self._waiting:
            self._waiting[stretch.id] = stretch
        else:
            self.lost += 1  # of memory only: the file still has it, and the next start reads it
        line = stretch.dump().encode() + b"\n"
        if self._bytes + len(line) > MAX_FILE_BYTES:
            return
        try:
            os.write(self._file, line)
            self._bytes += len(line)
        except OSError:
            self.lost += 1

    async def flush(self, database: Database) -> bool:
        """Bring what waits into the database, then drop the files it stood in. False when the database is away."""
        async with self._turn:
            return await self._flush(database)

    async def _flush(self, database: Database) -> bool:
        if not self._waiting:
            return True
        before, self._file = self._file, self._begin()
        os.close(before)
        taken = {key: replace(stretch) for key, stretch in self._waiting.items()}
        self._waiting = {}
        number = self._number
        keys = list(taken)
        try:
            for at in range(0, len(keys), BATCH):
                await database.run(self._save, [taken[key] for key in keys[at : at + BATCH]])
        except DatabaseAway:
            self._waiting = {**taken, **self._waiting}
            return False
        except BaseException:
            self._waiting = {**taken, **self._waiting}
            raise
        if not self.lost:
            self._forget_before(number)
        return True

    def close(self) -> None:
        os.close(self._file)
