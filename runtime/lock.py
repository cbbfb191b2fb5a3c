"""Locks that die with their process."""

import fcntl
import os
from pathlib import Path


class Lock:
    """An advisory lock on a file; the kernel drops it when the process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def acquire(self, *, shared: bool = False, wait: bool = False) -> bool:
        """Take (or convert) the lock. False when another process holds it and `wait` is false."""
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(self._file, mode)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def held_elsewhere(self) -> bool:
        """True when some other process holds it now."""
        if not self.path.exists():
            return False
        if self.acquire():
            self.release()
            return False
        self.release()
        return True
