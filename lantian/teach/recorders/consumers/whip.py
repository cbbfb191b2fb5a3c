"""Sources that come by WHIP (OBS, encoders, browsers): each a publisher in a room of Janus, from which its packets are forwarded
to ports of this machine while a child reads them.

A source is there once its picture flows, and gone when it says so, when no picture has come for ten seconds, or when Janus or
this process dies: what there was of it in Janus ends with the line there, and it comes back as it came.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import structlog

from lantian.teach.live.services.janus import Handle, Janus, JanusAway, JanusRefused, Message
from lantian.teach.recorders.consumers.door import Arriving
from lantian.teach.recorders.engine.whip import AUDIO, VIDEO, Fragment, Offer, goodbye, reader_sdp

log = structlog.get_logger("recorders")
ROOMS = "whip-"
WISHES: Message = {
    "publishers": 1,
    "bitrate": 2_500_000,
    "bitrate_cap": True,
    "fir_freq": 1,  # a segment is a GOP: whoever heeds it sends a keyframe a second
    "audiocodec": "opus",
    "videocodec": "h264",
    "notify_joining": False,
}
CONNECT_S = 15.0  # from the answer to the first picture
BACK_S = 11.0  # so long a reader waits for a source that was there
LISTENS_S = 10.0  # a child is up by then
PORTS = 4  # picture and sound, each with its RTCP


class Taken(Exception):
    """Somebody sends with this key already."""


@dataclass(eq=False)
class Coming:
    """A source. `name` stands in its address, `tag` marks its ICE session; of its key there is only a digest."""

    recorder: UUID
    key: bytes
    offer: Offer
    name: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    tag: str = field(default_factory=lambda: secrets.token_hex(8))
    feed: str = field(default_factory=lambda: secrets.token_hex(8))
    began: float = field(default_factory=time.monotonic)
    flows: bool = False
    ended: bool = False
    handle: Handle | None = None
    streams: list[Message] = field(default_factory=list)
    ports: set[int] = field(default_factory=set)  # where children read it

    @property
    def room(self) -> str:
        return f"{ROOMS}{self.recorder.hex}-{self.feed}"

    def is_of(self, key: str) -> bool:
        """Whether this is the key that it came with."""
        return hmac.compare_digest(self.key, digest(key))


def digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


class Whip:
    """All sources. To be used in the loop alone, but for `is_there`."""

    def __init__(self, janus_socket: Path, janus_secrets: Path) -> None:
        self.janus = Janus(janus_socket, janus_secrets, ROOMS)
        self.janus.watchers.add(self._moved)
        self._by_recorder: dict[UUID, Coming] = {}
        self._by_name: dict[str, Coming] = {}
        self._was: set[UUID] = set()  # recorders that came this way the last time
        self._came = asyncio.Event()

    async def run(self) -> None:
        """For ever: the line to Janus."""
        try:
            await self.janus.keep()
        finally:
            for coming in list(self._by_name.values()):
                self._forget(coming, "closing")
            await self.janus.close()

    # -- coming and going ---------------------------------------------------------------------------------------------------

    def is_there(self, recorder: UUID) -> bool:
        """Whether somebody has its place, seen already or not."""
        return recorder in self._by_recorder

    def arriving(self) -> dict[UUID, Arriving]:
        """Every source whose picture flows, as the door for RTMP says it of its own."""
        now = time.monotonic()
        return {pk: Arriving(pk, now - each.began, 0, {}) for pk, each in self._by_recorder.items() if each.flows}

    def named(self, name: str) -> Coming | None:
        return self._by_name.get(name)

    async def publish(self, recorder: UUID, key: str, offer: Offer) -> tuple[Coming, str]:
        """The source, and Janus' answer to its offer. Raises Taken, JanusAway, JanusRefused."""
        if recorder in self._by_recorder:
            raise Taken
        if not self.janus.up:
            raise JanusAway("no line")
        coming = Coming(recorder, digest(key), offer)
        self._by_recorder[recorder] = self._by_name[coming.name] = coming
        try:
            answer = await self._answer(coming)
        except BaseException:
            self._forget(coming, "not taken")
            raise
        if coming.ended:  # meanwhile, with its line
            raise JanusAway("gone")
        asyncio.get_running_loop().call_later(CONNECT_S, self._connected, coming)
        log.info("a WHIP source", recorder=str(recorder), sound=offer.sound)
        return coming, answer

    async def _answer(self, coming: Coming) -> str:
        pin = secrets.token_urlsafe(16)
        await self.janus.make_room(coming.room, pin, **WISHES)
        coming.handle = await self.janus.attach(lambda event: self._hear(coming, event))
        body = {"request": "joinandconfigure", "ptype": "publisher", "room": coming.room, "pin": pin, "id": coming.feed}
        data, answer = await coming.handle.ask(body, {"type": "offer", "sdp": coming.offer.sdp})
        coming.streams = [each for each in data.get("streams", ()) if isinstance(each, dict)]
        if answer is None or not any(each.get("codec") == "h264" for each in coming.streams):
            raise JanusRefused("no picture was taken")
        return str(answer["sdp"])

    async def trickle(self, coming: Coming, fragment: Fragment) -> None:
        """Raises JanusAway, JanusRefused."""
        if coming.handle is not None and fragment.candidates:
            await coming.handle.trickle(fragment.candidates)

    def end(self, recorder: UUID, why: str) -> None:
        """Whoever comes as this recorder is cut off."""
        if (coming := self._by_recorder.get(recorder)) is not None:
            self._forget(coming, why)

    def _connected(self, coming: Coming) -> None:
        if not coming.flows:
            self._forget(coming, "no picture")

    def _hear(self, coming: Coming, event: Message) -> None:
        kind = event.get("janus")
        if kind in ("hangup", "detached"):
            self._forget(coming, str(event.get("reason") or kind))
        elif kind == "media" and event.get("type") == "video" and not coming.ended:
            if not event.get("receiving"):
                self._forget(coming, "silent")
            elif not coming.flows:
                coming.flows = True
                self._was.add(coming.recorder)
                self._came.set()
                self._came = asyncio.Event()

    def _moved(self, up: bool) -> None:
        """Janus has come, or gone, and with it everything there was in it."""
        if not up:
            for coming in list(self._by_name.values()):
                self._forget(coming, "Janus is gone")

    def _forget(self, coming: Coming, why: str) -> None:
        if coming.ended:
            return
        coming.ended = True
        self._by_name.pop(coming.name, None)
        if self._by_recorder.get(coming.recorder) is coming:
            del self._by_recorder[coming.recorder]
        for port in coming.ports:
            _say_goodbye(port, sound=coming.offer.sound)
        log.info("a WHIP source ended", recorder=str(coming.recorder), why=why[:80])
        if self.janus.up:
            self.janus.spawn(self._clear(coming))

    async def _clear(self, coming: Coming) -> None:
        if coming.handle is not None:
            await coming.handle.detach()
        await self.janus.end_room(coming.room)

    # -- reading ------------------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def tap(self, recorder: UUID) -> AsyncIterator[str | None]:
        """What a child is told to read it; None when it does not come this way. Its packets flow from when the child listens
        until the block ends."""
        coming = await self._present(recorder)
        if coming is None:
            yield None
            return
        port = free_ports({port for each in self._by_name.values() for port in each.ports})
        coming.ports.add(port)
        left = asyncio.Event()
        forwarding = asyncio.create_task(self._forward(coming, port, left))
        try:
            yield reader_sdp(port, sound=coming.offer.sound)
        finally:
            coming.ports.discard(port)
            left.set()  # not cancelled: what Janus is about to do could then not be undone
            await self._stop(coming, await forwarding)

    async def _present(self, recorder: UUID) -> Coming | None:
        """The source that flows. For one that was there before it is waited: it may be on its way back."""
        until = time.monotonic() + (BACK_S if recorder in self._was else 0.0)
        while True:
            coming = self._by_recorder.get(recorder)
            if coming is not None and coming.flows:
                return coming
            if (left := until - time.monotonic()) <= 0:
                self._was.discard(recorder)
                return None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), left)

    def _about(self, coming: Coming) -> Message:
        about = {"room": coming.room, "secret": self.janus.room_secret, "admin_key": self.janus.word("janus-rooms")}
        return {**about, "publisher_id": coming.feed}

    async def _forward(self, coming: Coming, port: int, left: asyncio.Event) -> list[int]:
        """Begin once the child listens, so that it gets the keyframe that Janus asks for now."""
        until = time.monotonic() + LISTENS_S
        last = port + 2 if coming.offer.sound else port
        while not listens(last):
            if coming.ended or left.is_set() or time.monotonic() > until:
                return []
            await asyncio.sleep(0.03)
        kinds = {"video": (port, VIDEO), "audio": (port + 2, AUDIO)}
        streams = [
            {"mid": str(each.get("mid")), "port": kinds[each["type"]][0], "pt": kinds[each["type"]][1]}
            for each in coming.streams
            if each.get("type") in kinds
        ]
        body = {"request": "rtp_forward", "host": "127.0.0.1", "host_family": "ipv4", "streams": streams}
        try:
            if self.janus.manager is None:
                return []
            data, _ = await self.janus.manager.ask({**body, **self._about(coming)})
        except (JanusAway, JanusRefused) as error:
            log.warning("a WHIP source is not forwarded", recorder=str(coming.recorder), error=str(error)[:200])
            return []
        return [int(each["stream_id"]) for each in data.get("forwarders", ())]

    async def _stop(self, coming: Coming, forwarders: list[int]) -> None:
        for number in forwarders if not coming.ended else ():
            with contextlib.suppress(JanusAway, JanusRefused):
                if self.janus.manager is not None:
                    body = {"request": "stop_rtp_forward", "stream_id": number}
                    await self.janus.manager.ask({**body, **self._about(coming)})


def free_ports(used: set[int]) -> int:
    """An even port, with the next three free as well, on the loop."""
    for _ in range(50):
        with contextlib.ExitStack() as stack:
            first = _bound(stack, 0)
            base = first // PORTS * PORTS
            if base in used:
                continue
            with contextlib.suppress(OSError):
                for port in range(base, base + PORTS):
                    if port != first:
                        _bound(stack, port)
                return base
    raise OSError("no ports are free")


def _bound(stack: contextlib.ExitStack, port: int) -> int:
    probe = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    probe.bind(("127.0.0.1", port))
    return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody has this UDP port of the loop."""
    wanted = f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}:{port:04X}"
    return any(line.split()[1] == wanted for line in Path("/proc/net/udp").read_text().splitlines()[1:])


def _say_goodbye(port: int, *, sound: bool) -> None:
    """The child's reader comes to the stream's end, and hands over what it holds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out, contextlib.suppress(OSError):
        for rtcp in (port + 1, port + 3) if sound else (port + 1,):
            out.sendto(goodbye(), ("127.0.0.1", rtcp))
