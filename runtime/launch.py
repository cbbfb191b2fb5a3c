"""A command ready to be started through the exec wrapper."""

import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Launch:
    """A command ready to be started through the exec wrapper. `user` is (uid, gid) or None to stay oneself."""

    argv: list[str]
    env: dict[str, str]
    cwd: Path = Path("/")
    user: tuple[int, int] | None = None
    fds: tuple[int, ...] = ()
    death_signal: int = signal.SIGTERM
    nice: int = 0

    def command(self) -> list[str]:
        options = {
            "parent": os.getpid(),
            "death_signal": int(self.death_signal),
            "uid": self.user[0] if self.user else None,
            "gid": self.user[1] if self.user else None,
            "nice": self.nice,
            "umask": 0o077,
        }
        return [sys.executable, "-I", "-S", str(CHILD), json.dumps(options), *self.argv]
