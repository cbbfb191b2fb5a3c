"""What happened in one session, in a file: an event is a line, written before anybody hears of it.

The file is what a restart goes on from, and what the database is given. Its end may be torn by kill -9 in mid-write: such a line
was never acknowledged, and is cut off.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import structlog

from lantian.teach.live.engine.happenings.model import Event, load_event

log = structlog.get_logger("live")
MAX_BYTES = 256 << 20


class LogFull(OSError):
    """The file has reached its bound, or the disk takes no more: the event did not happen."""


class EventLog:
    """`<folder>/<session>.jsonl`. `found`: what stood in it when it was opened."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.found, self._bytes = self._read()
        self.in_file = len(self.found)  # what stands beyond came from the database, and need not go there again
        os.ftruncate(self._file, self._bytes)

    def _read(self) -> tuple[list[Event], int]:
        """The events that stand whole and in order at the file's beginning, and how many bytes they take."""
        found: list[Event] = []
        good = 0
        with self.path.open("rb") as lines:
            for line in lines:
                try:
                    if not line.endswith(b"\n"):
                        break
                    event = load_event(line)
                    if event.seq != len(found) + 1:
                        break
                except (ValueError, TypeError, KeyError):
                    break
                found.append(event)
                good += len(line)
        size = self.path.stat().st_size
        if good < size:
            log.warning("the end of an event log was torn", path=self.path.name, bytes=size - good)
        return found, good

    def append(self, *events: Event) -> None:
        """Write events at the end, all or none of them. Raises LogFull."""
        data = b"".join(event.dump().encode() + b"\n" for event in events)
        if self._bytes + len(data) > MAX_BYTES:
            raise LogFull("the log is full")
        try:
            if os.write(self._file, data) == len(data):
                self._bytes += len(data)
                return
        except OSError as error:
            os.ftruncate(self._file, self._bytes)
            raise LogFull(str(error)) from error
        os.ftruncate(self._file, self._bytes)
        raise LogFull("a short write")

    def catch_up(self, events: Iterable[Event]) -> None:
        """Take over what the database knows and this file does not (it stood on another disk). Raises LogFull."""
        wanted = sorted((event for event in events if event.seq > len(self.found)), key=lambda event: event.seq)
        for event in wanted:
            if event.seq != len(self.found) + 1:
                break
            self.append(event)
            self.found.append(event)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def remove(self) -> None:
        """Everything in it is in the database."""
        self.close()
        self.path.unlink(missing_ok=True)
