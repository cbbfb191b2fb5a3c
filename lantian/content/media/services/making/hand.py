"""The parent's side of `child`: orders and answers, a clock for each, and a new child when one has died of a segment."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from lantian.kernel.confined import lesser_user

CHILD = Path(__file__).with_name("child.py")  # never imported: it loads all codecs there are
MEMORY = 3 << 30  # bytes of address space, of which the codecs' libraries take a third
SECONDS = 8 * 3600  # of the processor, for all orders of one child
ANSWER_S = 120.0  # of the clock, for one order
LINE, PAYLOAD = 65_536, 64 << 20
PIECE = 1 << 20


class Lost(Exception):
    """The child died, or took too long; it is gone."""


class Unreadable(Exception):
    """The child could not read what it was given, and says so; it goes on."""


class Hand:
    """One child. Use as a context manager; after `Lost` make another."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", str(CHILD), str(MEMORY), str(SECONDS), lesser_user()]
        self._process = subprocess.Popen(
            command,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        self._kept = b""
        self._until = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def end(self) -> None:
        """Whatever it is at: it is over."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def ask(self, do: str, data: bytes = b"", **facts: Any) -> tuple[dict[str, Any], bytes]:
        """One order and its answer. Raises Unreadable, Lost."""
        self._until = time.monotonic() + ANSWER_S
        try:
            self._write(json.dumps({"do": do, "bytes": len(data), **facts}).encode() + b"\n" + data)
            said = json.loads(self._line())
            payload = self._payload(int(said.pop("bytes")))
        except (Lost, OSError, ValueError, KeyError, TypeError) as error:
            self.end()
            raise Lost(str(error)) from error
        if "fault" in said:
            raise Unreadable(str(said["fault"]))
        return said, payload

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            if not select.select([], [self._to], [], max(0.0, self._until - time.monotonic()))[1]:
                raise Lost("takes no more")
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(self._to, left[:PIECE]) :]

    def _line(self) -> bytes:
        while b"\n" not in self._kept:
            if len(self._kept) > LINE:
                raise Lost("no line")
            self._kept += self._more()
        line, self._kept = self._kept.split(b"\n", 1)
        return line

    def _payload(self, size: int) -> bytes:
        if not 0 <= size <= PAYLOAD:
            raise Lost("too much")
        pieces, left = [self._kept[:size]], size - len(self._kept)
        self._kept = self._kept[size:]
        while left > 0:
            piece = self._more()
            pieces.append(piece[:left])
            self._kept = piece[left:]
            left -= len(piece)
        return b"".join(pieces)

    def _more(self) -> bytes:
        if not select.select([self._from], [], [], max(0.0, self._until - time.monotonic()))[0]:
            raise Lost("no answer in time")
        piece = os.read(self._from, PIECE)
        if not piece:
            raise Lost("gone")
        return piece
