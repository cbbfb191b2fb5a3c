"""A stream's fence on disk: whoever takes its folder writes a higher number there, and the one before writes nothing any more.

A process that stood still for long does not know that another one has gone on with its lesson. So the number is read before each
write, under a lock that a taker holds as well: a segment is either in the index before the folder is taken, or never.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from lantian.content.media.errors import StreamTaken

TERM = ".term"  # no address leads to a hidden file
PATIENCE_S = 2.0


class Fence:
    """Of one folder, as whoever took it under number `term`. Term 0 fences nothing: there is one writer by other means."""

    def __init__(self, folder: Path, term: int) -> None:
        """Take the folder. Raises StreamTaken when somebody has a higher number, or does not let go of it."""
        self._path, self._term = folder / TERM, term
        if not term:
            return
        with self._locked() as (descriptor, found):
            if found > term:
                raise StreamTaken
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(term).encode(), 0)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody takes the folder meanwhile. Raises StreamTaken."""
        if not self._term:
            yield
            return
        with self._locked() as (_descriptor, found):
            if found != self._term:
                raise StreamTaken
            yield

    @contextlib.contextmanager
    def _locked(self) -> Iterator[tuple[int, int]]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._lock(descriptor)
            text = os.pread(descriptor, 20, 0)
            yield descriptor, int(text) if text.isdigit() else 0
        finally:
            os.close(descriptor)  # and with it the lock

    @staticmethod
    def _lock(descriptor: int) -> None:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    raise StreamTaken from None
                time.sleep(0.01)
