"""The live process for real: granian in a process group of its own, spoken to over websockets, with a page's manners."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx
import websockets
from django.conf import settings

from lantian.content.media.engine.lesson.source import MIME
from lantian.teach.live.engine.protocol import build_chunk

ROOT = Path(__file__).resolve().parents[4]
T = TypeVar("T")


class LiveProcess:
    """`python -m runtime.serve live SOCKET` on a unix socket."""

    def __init__(self, **environment: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lt-live-"))
        self.socket = self.folder / "live.sock"
        self.log = self.folder / "live.log"
        self.environment = {**os.environ, "LANTIAN_TEST_HARNESS": "0", **environment}
        self.process: subprocess.Popen | None = None

    def start(self, *, wait: bool = True) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "runtime.serve", "live", str(self.socket)],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = 90) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError, OSError):
                if self.get("/live/ws/health").status_code == 200:
                    return
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError("live process is not ready\n" + self.log.read_text())

    def get(self, path: str) -> httpx.Response:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(self.socket))) as client:
            return client.get("http://live" + path, timeout=5)

    def kill(self) -> None:
        """kill -9 of the whole group, as a crash would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.returncode

    def connect(self, path: str, ticket: str):
        return websockets.unix_connect(
            str(self.socket),
            f"ws://live{path}?ticket={ticket}",
            max_size=1 << 20,
            compression=None,
            open_timeout=10,
            ping_interval=None,  # browsers send none
        )


class Page:
    """One websocket with what it heard, newest last."""

    def __init__(self, live: LiveProcess, path: str, ticket: str) -> None:
        self.live, self.path, self.ticket = live, path, ticket
        self.heard: list[dict] = []
        self.code: int | None = None

    async def __aenter__(self):
        self.socket = await self.live.connect(self.path, self.ticket).__aenter__()
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_error):
        self._reader.cancel()
        with contextlib.suppress(Exception):
            await self.socket.close()

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                self.heard.append(json.loads(text))
        except websockets.ConnectionClosed:
            pass
        self.code = self.socket.close_code

    async def say(self, **message) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self, kind: str, *, seconds: float = 20, after: int = 0, where=lambda message: True) -> dict:
        """The first message of this kind (from position `after` on) for which `where` holds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in self.heard[after:]:
                if message["t"] == kind and where(message):
                    return message
            if self.code is not None:
                break
            await asyncio.sleep(0.01)
        raise AssertionError(f"no {kind}; heard {self.heard[-6:]}, closed {self.code}")

    async def closed(self, seconds: float = 20) -> int | None:
        await asyncio.wait_for(asyncio.shield(self._reader), seconds)
        return self.code

    def cut(self) -> None:
        """The cable is pulled: no goodbye reaches the server."""
        self.socket.transport.abort()


class Teacher(Page):
    """Publishes chunks as a page does: keeps what is not acked, sends again from where the server asks."""

    def __init__(self, live: LiveProcess, ticket: str, epoch: str | None = None) -> None:
        super().__init__(live, "/live/ws/ingest", ticket)
        self.epoch = epoch or str(uuid4())

    async def hello(self, *, mime: str = MIME, takeover: bool = False, after: str | None = None, **extra) -> dict:
        position = len(self.heard)
        await self.say(
            t="hello", v=1, epoch=self.epoch, mime=mime, width=426, height=240, takeover=takeover, after=after, **extra
        )
        return await self.hear("ready", after=position)

    async def send(self, number: int, data: bytes, *, last: bool = False, client_ms: int | None = None) -> None:
        moment = int(time.time() * 1000) if client_ms is None else client_ms
        await self.socket.send(build_chunk(number, moment, data, last=last))

    async def send_all(self, chunks, start: int = 0, stop: int | None = None, *, last: bool = False) -> None:
        end = len(chunks) if stop is None else stop
        for number in range(start, end):
            await self.send(number, chunks[number], last=last and number == end - 1)

    async def stays_until(self, happened: Awaitable[T]) -> T:
        """Goes on to tell the time, as a page does: who is silent for long is shut out."""

        async def tell() -> None:
            while True:
                await self.say(t="time", c=0)
                await asyncio.sleep(3)

        telling = asyncio.create_task(tell())
        try:
            return await happened
        finally:
            telling.cancel()

    @property
    def acked(self) -> int:
        return max((m["chunk"] for m in self.heard if m["t"] == "ack"), default=-1)


def media_folder(token: str) -> Path:
    return Path(settings.LANTIAN_MEDIA_ROOT) / "streams" / token
