"""The stage by way of Janus: one room a lesson, in which each end has one publisher and listens to the others.

To a page the relay is one more end of a mesh: it answers the page's offer of its own picture and voice, and offers those of the
others when the page greets ("hello"). A connection of a browser is a `Leg`; whatever goes wrong with one, its page greets or
offers again. When Janus itself was away the room is made anew under another `mark`, and the pages begin anew with it.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from typing import Any

import structlog

from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.outlet import Allowance
from lantian.teach.live.engine.happenings.kinds.stage import MOST_BY_RELAY, TEACHER
from lantian.teach.live.engine.protocol import dump
from lantian.teach.live.engine.relaying import RelayWord, parse_relay
from lantian.teach.live.services.janus import Handle, Janus, JanusAway, JanusRefused, Message

log = structlog.get_logger("live")
WORDS_A_SECOND, WORDS_AT_ONCE = 10.0, 120.0  # each end: two or three for each connection it makes
PICTURE_BITS = {TEACHER: 1_500_000}
CLASS_BITS = 750_000
WISHES: Message = {
    "publishers": MOST_BY_RELAY + 1,
    "bitrate": PICTURE_BITS[TEACHER],
    "bitrate_cap": True,
    "fir_freq": 2,
    "audiocodec": "opus",
    "videocodec": "h264,vp8",
    "h264_profile": "42e01f",
    "notify_joining": False,
}


class Leg:
    """One connection of one browser: what `end` sends (`of` None), or what it gets of another. Words are taken in turn."""

    def __init__(self, relay: "Relay", end: str, of: str | None, attempt: str) -> None:
        self.relay, self.end, self.of, self.attempt = relay, end, of, attempt
        self.words: asyncio.Queue[RelayWord | None] = asyncio.Queue(64)
        self.streams: list[Message] = []  # of a publisher that Janus has taken
        self.flows = False  # its first packet can come: before, Janus has nothing to give others
        self.feed = ""
        self.closing = False
        self.task: asyncio.Task[None] | None = None
        self._handle: Handle | None = None
        self._began = time.monotonic()

    def put(self, word: RelayWord) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self.words.put_nowait(word)

    def close(self) -> None:
        """It ends after what it is at; its handle is let go of."""
        self.closing = True
        with contextlib.suppress(asyncio.QueueFull):
            self.words.put_nowait(None)

    async def run(self, offer: RelayWord | None, before: "Leg | None") -> None:
        """`before`: the leg whose place this one takes; an end publishes once."""
        figures.RELAY_LEGS.inc()
        try:
            if before is not None and before.task is not None:
                await asyncio.wait({before.task})
            await self._talk(offer)
        except JanusAway:
            pass
        except JanusRefused as refused:
            log.info("relay refused", end=self.end, of=self.of, reason=str(refused)[:200])
        finally:
            figures.RELAY_LEGS.dec()
            self.relay.over(self)
            if self._handle is not None:
                await self._handle.detach()

    async def _talk(self, offer: RelayWord | None) -> None:
        await self.relay.ready()
        if self.closing:
            return
        handle = self._handle = await self.relay.janus.attach(self._hear)
        if offer is not None:
            await self._publish(handle, offer)
        else:
            await self._subscribe(handle)
        while not self.closing:
            word = await self.words.get()
            if word is None or self.closing:
                return
            if word.ice:
                await handle.trickle([each.told() for each in word.ice])
            elif word.kind == "answer":
                await handle.ask({"request": "start"}, {"type": "answer", "sdp": word.sdp})

    async def _publish(self, handle: Handle, offer: RelayWord) -> None:
        self.feed = secrets.token_hex(8)
        body = {
            "request": "joinandconfigure",
            "ptype": "publisher",
            "room": self.relay.room,
            "pin": self.relay.pin,
            "id": self.feed,
            "bitrate": PICTURE_BITS.get(self.end, CLASS_BITS),
        }
        data, answer = await handle.ask(body, {"type": "offer", "sdp": offer.sdp})
        if answer is None or self.closing:
            return
        self.streams = [each for each in data.get("streams", ()) if isinstance(each, dict)]
        self.relay.tell(self, {"sdp": answer})

    async def _subscribe(self, handle: Handle) -> None:
        wanted = self.relay.wanted(self)
        if not wanted:
            return
        room = {"room": self.relay.room, "pin": self.relay.pin}
        _, offer = await handle.ask({"request": "join", "ptype": "subscriber", **room, "streams": wanted})
        if offer is not None and not self.closing:
            self.relay.tell(self, {"sdp": offer})

    def _hear(self, event: Message) -> None:
        """Janus says that this connection holds; or is over, which its page notices as well, and tries again."""
        kind = event.get("janus")
        if kind == "webrtcup" and not self.closing:
            log.info("relay connected", end=self.end, of=self.of, seconds=round(time.monotonic() - self._began, 2))
            self.flows = True
            if self.of is None:
                self.relay.published(self)
        elif kind in ("hangup", "detached"):
            self.close()


class Relay:
    """One per floor. `send` says something to the page of an end, if there is one."""

    def __init__(self, janus: Janus, session: str, send: Callable[[str, str], None]) -> None:
        self.janus, self._session, self._send = janus, session, send
        self.mark = self.room = self.pin = ""
        self._made: asyncio.Task[None] | None = None
        self._publishers: dict[str, Leg] = {}
        self._legs: dict[tuple[str, str], Leg] = {}
        self._wishes: set[tuple[str, str]] = set()  # who wants to have whom
        self._allowances: dict[str, Allowance] = {}
        self.renew()

    def renew(self) -> None:
        """Nothing is left of the room, or nothing shall be: the next one has another mark."""
        for leg in [*self._publishers.values(), *self._legs.values()]:
            leg.close()
        if self._made is not None:
            self.janus.spawn(self.janus.end_room(self.room))
        self._publishers, self._legs, self._made = {}, {}, None
        self._wishes.clear()
        self._allowances.clear()
        self.mark, self.pin = secrets.token_hex(6), secrets.token_urlsafe(16)
        self.room = f"{self.janus.rooms}{self._session}-{self.mark}"

    async def ready(self) -> None:
        """The room is there. Raises JanusAway, JanusRefused."""
        if self._made is None:
            self._made = self.janus.spawn(self._make())
        made = self._made
        await asyncio.wait({made})
        if made.cancelled() or made.exception() is not None:
            self._made = None if self._made is made else self._made
            raise JanusAway("no room")

    async def _make(self) -> None:
        await self.janus.make_room(self.room, self.pin, **WISHES)

    # -- words of pages -----------------------------------------------------------------------------------------------------

    def take(self, word: dict[str, Any], key: str, ends: set[str]) -> None:
        """`key` is on stage and says so by its own socket; `ends`: who is on. Raises WireError."""
        said = parse_relay(word)
        now = time.monotonic()
        allowance = self._allowances.setdefault(key, Allowance(WORDS_A_SECOND, WORDS_AT_ONCE, now))
        if (
            not allowance.take(now)
            or not self.janus.up
            or (said.of is not None and (said.of == key or said.of not in ends))
        ):
            return  # the page will try again
        figures.SIGNALS.inc()
        if said.of is None:
            self._own(said, key)
        elif said.hello:
            self._wishes.add((key, said.of))
            self._offer(key, said.of)
        elif (leg := self._legs.get((key, said.of))) is not None and leg.attempt == said.attempt:
            leg.put(said)

    def _own(self, said: RelayWord, key: str) -> None:
        known = self._publishers.get(key)
        same = known is not None and known.attempt == said.attempt and not known.closing
        if same and known is not None and said.ice:
            known.put(said)
        elif not same and said.kind == "offer":
            if known is not None:
                known.close()
            leg = self._publishers[key] = Leg(self, key, None, said.attempt)
            leg.task = self.janus.spawn(leg.run(said, known))

    def _offer(self, end: str, of: str) -> None:
        """Give it the other's voice, and picture, once there is something to give."""
        before = self._legs.pop((end, of), None)
        if before is not None:
            before.close()
        source = self._publishers.get(of)
        if source is None or not source.flows or source.closing:
            return
        leg = self._legs[end, of] = Leg(self, end, of, secrets.token_hex(8))
        leg.task = self.janus.spawn(leg.run(None, None))

    # -- words of legs ------------------------------------------------------------------------------------------------------

    def tell(self, leg: Leg, data: Message) -> None:
        self._send(leg.end, dump({"t": "relay", "of": leg.of, "data": {**data, "try": leg.attempt}}))

    def published(self, leg: Leg) -> None:
        """An end's picture and voice are there (anew): to all who wait for them."""
        if self._publishers.get(leg.end) is leg:
            for end, of in sorted(self._wishes):
                if of == leg.end:
                    self._offer(end, of)

    def wanted(self, leg: Leg) -> list[Message]:
        """What of the other this end is given: pictures go between a class and the teacher alone."""
        source = self._publishers.get(leg.of or "")
        if source is None or source.closing:
            return []
        picture = TEACHER in (leg.end, leg.of)
        kinds = ("audio", "video") if picture else ("audio",)
        return [
            {"feed": source.feed, "mid": str(each.get("mid"))} for each in source.streams if each.get("type") in kinds
        ]

    def over(self, leg: Leg) -> None:
        leg.closing = True
        if leg.of is None:
            if self._publishers.get(leg.end) is leg:
                del self._publishers[leg.end]
        elif self._legs.get((leg.end, leg.of)) is leg:
            del self._legs[leg.end, leg.of]

    # -- who is on ----------------------------------------------------------------------------------------------------------

    def keep(self, ends: set[str]) -> None:
        """These are on stage, and nobody else: who has left is neither heard nor hears. With nobody left the room goes."""
        if not ends - {TEACHER}:
            if self._made is not None:
                self.renew()
            return
        self._wishes = {(end, of) for end, of in self._wishes if end in ends and of in ends}
        gone = [leg for key, leg in self._publishers.items() if key not in ends]
        gone += [leg for pair, leg in self._legs.items() if not ends.issuperset(pair)]
        for leg in gone:
            leg.close()
            self.over(leg)

    @property
    def publishing(self) -> set[str]:
        """Ends whose picture and voice Janus has."""
        return {key for key, leg in self._publishers.items() if leg.flows and not leg.closing}
