"""Processes without rights that read strangers' files for us: how one is started, heard and ended."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from lantian.kernel.confined import lesser_user

LINE_MOST = 4 << 20


KILLED = (-signal.SIGKILL, -signal.SIGTERM)
ENDS_S = 2.0


class Fallen(Exception):
    """The child says nothing that can be used. `killed`: somebody ended it, the kernel that has no memory left or its clock, so
    that the file need not be at fault.
    """

    killed = False


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
    except Fallen as error:
        error.killed = _was_killed(child)
        raise
    finally:
        clock.cancel()
        _end(child)
        child.stdout.close()


def _was_killed(child: "subprocess.Popen[bytes]") -> bool:
    try:
        return child.wait(ENDS_S) in KILLED
    except subprocess.TimeoutExpired:  # it lives, and talks nonsense
        return False


def said_of_each(
    files: Sequence[tuple[Path, str]], script: Path, *, memory: int, seconds: int, clock_s: float, most: int
) -> Generator[bytes, None, None]:
    """What is said of each of these files (with the way it is asked for), in their order: by a process of its own, forked from a
    script that loads once what all of them need (`confined.each_apart`). `most` bytes each. Of one that takes longer than
    `clock_s` nothing is said, and of those after it neither: the answers end there.
    """
    with contextlib.ExitStack() as stack:
        sources = [stack.enter_context(path.open("rb")) for path, _way in files]
        pipes = [os.pipe() for _file in files]
        reads = [stack.enter_context(os.fdopen(read, "rb", buffering=0)) for read, _write in pipes]
        writes = [stack.enter_context(os.fdopen(write, "wb", buffering=0)) for _read, write in pipes]
        given = zip(files, sources, writes, strict=True)
        asked = [f"{way}:{source.fileno()}:{write.fileno()}" for (_path, way), source, write in given]
        child = subprocess.Popen(
            [sys.executable, "-I", str(script), str(memory), str(seconds), lesser_user(), *asked],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[one.fileno() for one in (*sources, *writes)],
            start_new_session=True,
        )
        stack.callback(_end, child)
        for write in writes:
            write.close()
        for read in reads:
            said, whole = _until(read, time.monotonic() + clock_s, most)
            yield said
            if not whole:
                return


def said_of_all(
    files: Sequence[tuple[Path, str]], script: Path, *, memory: int, seconds: int, clock_s: float, most: int
) -> Generator[bytes, None, None]:
    """As `said_of_each`, of every file: nothing where it kills its process, takes too long or says too much.

    Where nothing is said, its process may have suffered by what an earlier file did to both: from there on another is asked, and
    only of one that nothing came before is it believed.
    """
    left = list(files)
    while left:
        told = 0
        bounds: dict[str, Any] = {"memory": memory, "seconds": seconds, "clock_s": clock_s, "most": most}
        with contextlib.closing(said_of_each(left, script, **bounds)) as answers:
            for said in answers:
                if not said and told:
                    break
                yield said
                told += 1
                if not said:
                    break
        left = left[told:]


def _until(read: IO[bytes], deadline: float, most: int) -> tuple[bytes, bool]:
    """All that comes, and whether it was all; of more than `most` bytes nothing."""
    said = b""
    while len(said) <= most:
        ready, _out, _err = select.select([read], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return b"", False
        piece = read.read(1 << 16)
        if not piece:
            return said, True
        said += piece
    read.close()  # whoever goes on writing is told
    return b"", True


def _end(child: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


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
