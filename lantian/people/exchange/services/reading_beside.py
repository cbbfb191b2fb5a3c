"""The worker's side of `reading_child`: a file goes in as it is unpacked, lines of COPY come out.

Such a process reads on its own processor while this one reads another file, or waits for the database. It is started afresh
(never forked: a worker has threads and connections) and ends with whoever started it. The keys for sealing go to it over its
standard input, which nobody else can see.
"""

import contextlib
import csv
import dataclasses
import json
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any, BinaryIO

from lantian.kernel import crypto
from lantian.kernel.confined import lesser_user
from lantian.people.exchange.engine.oneroster.staging import Order, Piece

CHILD = Path(__file__).with_name("reading_child.py")  # a script: never imported
MEMORY = 1 << 30  # bytes of address space; it uses 40 MB of memory
UNPACKED = 1 << 16  # bytes handed over at once
LINE = 1 << 24  # the longest line it may answer with: faults of a piece


class Lost(Exception):
    """The child is gone, or says what cannot be: whatever it was, the file can be read here."""


class NotUtf8(Exception):
    """The file is in another encoding."""


class _Feeder:
    """The file on its way in: the child's pipe is filled while its answers are taken."""

    def __init__(self, into: IO[bytes], head: dict[str, Any], content: BinaryIO) -> None:
        self._into, self._head, self._content = into, head, content
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._feed, name="feeder", daemon=True)
        self.thread.start()

    def _feed(self) -> None:
        try:
            with contextlib.closing(self._into):
                self._into.write(json.dumps(self._head).encode() + b"\n")
                while piece := self._content.read(UNPACKED):
                    self._into.write(piece)
        except BrokenPipeError:
            pass  # it wants no more; whether that is as it should be, its last line says
        except BaseException as error:  # noqa: BLE001 - raised where the answers are taken
            self.error = error


def pieces_beside(
    content: BinaryIO, order: Order, contexts: dict[str, str], *, most: int
) -> Generator[Piece, None, None]:
    """As `engine.oneroster.staging.pieces`, by a child. `contexts` of the sealed columns. Raises Lost, csv.Error, NotUtf8, and
    what `content` raises.
    """
    head = {
        "order": dataclasses.asdict(order),
        "most": most,
        "keys": crypto.dump_keys(crypto.sealing_keys()),
        "contexts": contexts,
    }
    process = subprocess.Popen(
        [sys.executable, "-I", str(CHILD), str(MEMORY), lesser_user()],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    feeder = _Feeder(process.stdin, head, content)
    try:
        said = yield from _answers(process.stdout)
        feeder.thread.join()  # it has read to the end, or closed its side
        if feeder.error is not None:
            raise feeder.error
    finally:
        process.kill()
        process.wait()  # and with it the pipe that a feeder may hang on
        process.stdout.close()
        feeder.thread.join()
    if said["end"] == "csv":
        raise csv.Error(str(said.get("what", "")))
    if said["end"] == "encoding":
        raise NotUtf8


def _answers(out: IO[bytes]) -> Generator[Piece, None, dict[str, Any]]:
    """Piece by piece; returns the last line."""
    while True:
        line = out.readline(LINE)
        try:
            said = json.loads(line)
            if "end" in said:
                return dict(said)
            count = said.pop("bytes")
            piece = Piece(**said)
            piece.faults = [(row, tuple(fault)) for row, fault in piece.faults]  # type: ignore[misc]  # four, as they went in
        except (ValueError, TypeError, KeyError) as error:
            raise Lost from error
        piece.data = out.read(count)
        if len(piece.data) < count:
            raise Lost
        yield piece
