"""The child that reads a recorder's stream (`services/relay_child`), begun, heard and ended."""

import asyncio
import contextlib
import json
import struct
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from lantian.teach.recorders.services import relay_child

MEMORY = 1 << 30  # bytes of address space of a child
WIDTH, HEIGHT, BITS = 1280, 720, 1_400_000
HEAD = struct.Struct(">cIQ")
MOST_FRAME = 32 << 20


@dataclass
class Source:
    """Where a picture is read, and how. `user`: whom the child becomes when we are root. `look`: say what it is, and end.

    `tap`: held while the child reads; what it gives is read instead of `url`, if it gives something.
    """

    url: str
    encode: bool = True
    user: str = "-"
    look: bool = False
    tap: Callable[[], contextlib.AbstractAsyncContextManager[str | None]] | None = None

    def order(self, tapped: str | None) -> bytes:
        """The line that the child is begun with."""
        order = {
            "url": tapped or self.url,
            "encode": self.encode,
            "width": WIDTH,
            "height": HEIGHT,
            "bits": BITS,
            "look": self.look,
        }
        return json.dumps(order).encode() + b"\n"


@contextlib.asynccontextmanager
async def reading(source: Source) -> AsyncIterator[asyncio.subprocess.Process]:
    """A child at work; ended with the block, whatever it is doing."""
    async with source.tap() if source.tap is not None else contextlib.nullcontext() as tapped:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(Path(relay_child.__file__)), str(MEMORY), source.user),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 20,
            start_new_session=True,
        )
        assert child.stdin is not None
        try:
            with contextlib.suppress(OSError):
                child.stdin.write(source.order(tapped))
                child.stdin.close()
            yield child
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
            await child.wait()


async def frames(child: asyncio.subprocess.Process) -> AsyncIterator[tuple[bytes, int, bytes]]:
    """Letter, Unix ms and content of what it says. Ends without an `X` when it died of what it read."""
    assert child.stdout is not None
    with contextlib.suppress(asyncio.IncompleteReadError):
        while True:
            letter, size, at_ms = HEAD.unpack(await child.stdout.readexactly(HEAD.size))
            if size > MOST_FRAME:
                return
            yield letter, at_ms, await child.stdout.readexactly(size)
