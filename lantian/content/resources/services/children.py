"""Processes without rights that read strangers' files for us: how one is started, heard and ended."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from lantian.kernel.confined import lesser_user

LINE_MOST = 4 << 20


class Fallen(Exception):
    """The child says nothing that can be used."""


@contextlib.contextmanager
def child_reading(
    path: Path, script: Path, *, memory: int, seconds: int, clock_s: int, asked: str
) -> Iterator[IO[bytes]]:
    """What a child writes about a file; it is gone when the block ends, and after `clock_s` in any case."""
    command = [sys.executable, "-I", str(script), str(memory), str(seconds), lesser_user(), asked]
    with path.open("rb") as source:
        child = subprocess.Popen(
            command,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    clock = threading.Timer(clock_s, child.kill)
    clock.start()
    assert child.stdout is not None  # it was asked for
    try:
        yield child.stdout
    finally:
        clock.cancel()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()


def line_of(out: IO[bytes], most: int = LINE_MOST) -> dict[str, Any]:
    """The next line that a child writes. Raises Fallen for what is none."""
    text = out.readline(most)
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Fallen from error
    if not isinstance(found, dict) or not text.endswith(b"\n"):
        raise Fallen
    return found
