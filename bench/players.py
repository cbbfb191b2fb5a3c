"""Players without a screen: each holds a class's socket, asks for lists and segments as hls.js does, knows when it stands.

Many in one process on kept connections. A segment's bytes are counted and let go; every `INSPECTED`-th player opens what it gets,
so that what is counted is known to be a picture.
"""

import asyncio
import json
import random
import re
import time
import zlib
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urljoin

BEHIND = 3  # segments before the edge that a player begins with: hls.js with a live delay of 2.2 s
ASK_AGAIN_S = 0.35  # a playlist without news is asked for again after so long
BEAT_SECONDS = 10.0
INSPECTED = 50
PATIENCE_S = 15.0
_SHARED = memoryview(bytearray(1 << 18))
_LENGTH, _TAG = re.compile(rb"(?i)\r\ncontent-length: *(\d+)"), re.compile(rb"(?i)\r\netag: *([^\r]+)")
_ENTRY = re.compile(r"#EXTINF:([\d.]+),\n([^\n#]+)\n")
_WRITTEN = re.compile(r"# written (\d+)")
_KEY = re.compile(r'#EXT-X-KEY:METHOD=AES-128,URI="[^"]*?([0-9a-f-]{36})[^"]*"')


@dataclass
class Answer:
    status: int
    length: int
    body: bytes
    etag: bytes


class Wire(asyncio.BufferedProtocol):
    """One kept HTTP/1.1 connection, one request at a time. Bytes that nobody wants to keep are not copied."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._reset(keep=False)

    def _reset(self, *, keep: bool) -> None:
        self._keep, self._head, self._body = keep, b"", bytearray()
        self._left, self._chunked, self._length = -1, False, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return _SHARED

    def buffer_updated(self, nbytes: int) -> None:
        data = _SHARED[:nbytes]
        if self._left < 0 and not self._chunked:
            self._head += bytes(data)
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            rest, self._head = self._head[end + 4 :], self._head[: end + 4]
            self._begin()
            self._take(rest, len(rest))
        else:
            self._take(data, nbytes)

    def _begin(self) -> None:
        self._chunked = b"chunked" in self._head.lower()
        found = _LENGTH.search(self._head)
        self._length = self._left = int(found[1]) if found else 0

    def _take(self, data: Any, size: int) -> None:
        if self._chunked or self._keep:
            self._body += data
        if self._chunked:
            if self._body.endswith(b"0\r\n\r\n"):
                self._done(_unchunked(bytes(self._body)))
            return
        self._left -= size
        if self._left <= 0:
            self._done(bytes(self._body))

    def _done(self, body: bytes) -> None:
        head, length = self._head, self._length or len(body)
        if b"gzip" in head.lower():
            body = zlib.decompress(body, 31)
        tag = _TAG.search(head)
        answer = Answer(int(head[9:12]), length, body, tag[1] if tag else b"")
        self._reset(keep=False)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(str(error)))

    async def get(self, path: str, *, keep: bool = False, etag: bytes = b"") -> Answer:
        assert self.transport is not None
        self._reset(keep=keep)
        self._waiting = asyncio.get_running_loop().create_future()
        known = b"If-None-Match: %s\r\n" % etag if etag else b""
        self.transport.write(
            b"GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n%s\r\n" % (path.encode(), known)
        )
        return await asyncio.wait_for(self._waiting, PATIENCE_S)


def _unchunked(data: bytes) -> bytes:
    body, at = b"", 0
    while True:
        end = data.index(b"\r\n", at)
        size = int(data[at:end], 16)
        if size == 0:
            return body
        body += data[end + 2 : end + 2 + size]
        at = end + 4 + size


@dataclass
class Clock:
    """What a viewer sees: media that is there, played at its own pace, and every moment without."""

    began: float = 0.0
    there: float = 0.0  # seconds of media
    stood: float = 0.0
    stalls: int = 0

    def arrived(self, seconds: float, now: float) -> None:
        if not self.began:
            self.began = now
        else:
            late = now - self.began - self.stood - self.there
            if late > 0:
                self.stood += late
                self.stalls += 1
        self.there += seconds

    def end(self, now: float) -> None:
        if self.began:
            self.arrived(0.0, now)


@dataclass
class Player:
    """One class. `wrong`: what no viewer may meet (a listed segment that is not there, a key that came after its segment)."""

    port: int
    ticket: str
    number: int
    clock: Clock = field(default_factory=Clock)
    counted: float = 0.0
    stood_before: float = 0.0
    stalls_before: int = 0
    segments: int = 0
    size: int = 0
    playlists: int = 0
    unchanged: int = 0
    wrong: list[str] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)
    master: str = ""
    known: asyncio.Event = field(default_factory=asyncio.Event)

    async def socket(self, over: asyncio.Event) -> None:
        """The class's socket: keys and state in, a report each ten seconds out."""
        import websockets

        address = f"ws://127.0.0.1:{self.port}/live/ws/watch?ticket={self.ticket}"
        async with websockets.connect(address, compression=None, ping_interval=None, open_timeout=60) as wire:

            async def read() -> None:
                async for text in wire:
                    said = json.loads(text)
                    if said.get("master"):
                        self.master = said["master"]
                        self.known.set()
                    for key in said.get("keys") or ():
                        self.keys[key["id"]] = bytes.fromhex(key["key"])

            reader = asyncio.ensure_future(read())
            while not over.is_set():
                await wire.send(
                    f'{{"t":"beat","pos":{self.clock.there:.2f},"buffer":2.1,"lag":2.3,"stalls":{self.clock.stalls},"stall_ms":'
                    f'{int(self.clock.stood * 1000)},"dropped":0,"playing":true,"visible":true,"error":null,"head_count":null}}'
                )
                await asyncio.wait([asyncio.ensure_future(over.wait()), reader], timeout=BEAT_SECONDS)
                if reader.done():
                    self.wrong.append("socket closed")
                    return
            reader.cancel()

    async def play(self, over: asyncio.Event) -> None:
        await self.known.wait()
        loop = asyncio.get_running_loop()
        _transport, wire = await loop.create_connection(Wire, "127.0.0.1", self.port)
        media = urljoin(self.master, "av/live.m3u8")
        last, etag = "", b""
        while not over.is_set():
            answer = await wire.get(media, keep=True, etag=etag)
            self.playlists += 1
            if answer.status == 304:
                self.unchanged += 1
                await asyncio.sleep(ASK_AGAIN_S)
                continue
            if answer.status != 200:
                self.wrong.append(f"playlist {answer.status}")
                await asyncio.sleep(1)
                continue
            etag, text = answer.etag, answer.body.decode()
            new = _after(text, last)
            for seconds, name, key in new:
                await self._segment(wire, urljoin(media, name), seconds, key)
                last = name
            await asyncio.sleep(_until_news(text) if new else ASK_AGAIN_S)

    async def _segment(self, wire: Wire, path: str, seconds: float, key: str) -> None:
        looked_at = self.number % INSPECTED == 0
        answer = await wire.get(path, keep=looked_at)
        if answer.status != 200:
            self.wrong.append(f"segment {answer.status}")
            return
        if key and key not in self.keys:
            self.wrong.append("key too late")
        elif key and looked_at:
            self._look(answer.body, self.keys[key], int(path.rsplit("/", 1)[-1].split("-", maxsplit=1)[0]))
        self.clock.arrived(seconds, time.monotonic())
        self.segments += 1
        self.size += answer.length

    def _look(self, body: bytes, key: bytes, sequence: int) -> None:
        """A segment, opened with its key and its number, begins with the boxes of a movie fragment."""
        from lantian.content.media.engine.crypto import BadCiphertext, decrypt_segment, sequence_iv

        try:
            opened = decrypt_segment(body, key, sequence_iv(sequence))
        except BadCiphertext:
            self.wrong.append("segment does not open")
            return
        if b"moof" not in opened[:64]:
            self.wrong.append("no movie fragment")


def _after(text: str, last: str) -> list[tuple[float, str, str]]:
    """(seconds, name, id of its key) of the segments after `last`; of a list that does not have it any more, the newest few."""
    keys = [(found.end(), found[1]) for found in _KEY.finditer(text)]
    at = text.rfind(last) if last else -1
    entries = [
        (float(found[1]), found[2], next((key for end, key in reversed(keys) if end < found.start()), ""))
        for found in _ENTRY.finditer(text, max(at, 0))
    ]
    return entries if at >= 0 else entries[-BEHIND:]


def _until_news(text: str) -> float:
    """Until the list has one more: a second after it was written, and each player its own moment later."""
    found = _WRITTEN.search(text)
    wait = int(found[1]) / 1000 + 1.0 - time.time() if found else 0.5
    return min(1.0, max(0.02, wait)) + random.random() / 10


async def _play(port: int, tickets: list[str], join: float, settle: float, seconds: float, pipe: Connection) -> None:
    over = asyncio.Event()
    players = [Player(port, ticket, number) for number, ticket in enumerate(tickets)]

    async def one(player: Player) -> None:
        await asyncio.sleep(join * player.number / len(players))
        for each in asyncio.as_completed([player.socket(over), player.play(over)]):
            try:
                await each
            except Exception as error:  # noqa: BLE001 - whatever ends a player is a lost viewer, and the figure
                player.wrong.append(f"{type(error).__name__}: {error}"[:120])

    crowd = [asyncio.ensure_future(one(player)) for player in players]
    lateness: list[float] = []
    pipe.send("begun")
    await asyncio.sleep(join + settle)
    for player in players:
        player.stood_before, player.stalls_before = player.clock.stood, player.clock.stalls
        player.counted, player.segments, player.size, player.playlists = time.monotonic(), 0, 0, 0
        player.wrong.clear()
    pipe.send("counting")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        due = time.monotonic() + 0.1
        await asyncio.sleep(0.1)
        lateness.append(time.monotonic() - due)
    now = time.monotonic()
    for player in players:
        player.clock.end(now)
    pipe.send([_told(player, now) for player in players] + [{"lateness": sorted(lateness)}])
    over.set()
    await asyncio.wait(crowd, timeout=20)


def _told(player: Player, now: float) -> dict[str, Any]:
    return {
        "seconds": now - player.counted,
        "stood": player.clock.stood - player.stood_before,
        "stalls": player.clock.stalls - player.stalls_before,
        "segments": player.segments,
        "bytes": player.size,
        "playlists": player.playlists,
        "unchanged": player.unchanged,
        "wrong": player.wrong,
        "played": bool(player.clock.began),
    }


def main(port: int, tickets: list[str], join: float, settle: float, seconds: float, pipe: Connection) -> None:
    """A process of players. Tells `pipe` "begun", "counting", then what each met and how late its own loop was."""
    asyncio.run(_play(port, tickets, join, settle, seconds, pipe))
