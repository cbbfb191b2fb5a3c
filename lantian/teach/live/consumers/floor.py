"""What happens in one lesson beside its picture: takes events from its people, keeps them, and tells whom they concern.

The live process is the one writer of a session's events, and all of them pass through `Floor.do` on the event loop, so that their
order is the order of the file. An event is in the file before it is acknowledged.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import structlog

from lantian.teach.live import services
from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.database import Database
from lantian.teach.live.consumers.eventlog import EventLog, LogFull
from lantian.teach.live.consumers.outlet import Outlet
from lantian.teach.live.consumers.switchboard import Switchboard
from lantian.teach.live.engine.happenings import (
    By,
    Effects,
    Event,
    HappeningRoom,
    Patch,
    Present,
    Refused,
    Scene,
    patched,
)
from lantian.teach.live.engine.happenings.kinds.hands import page_of_hands
from lantian.teach.live.engine.happenings.kinds.polls import Polls
from lantian.teach.live.engine.happenings.registry import KINDS, VIEWS, Seat
from lantian.teach.live.engine.protocol import WireError, dump
from lantian.teach.live.engine.tickets import Ticket
from lantian.teach.live.services.janus import Janus

if TYPE_CHECKING:
    from lantian.teach.live.consumers.room import LiveRoom, Viewer

log = structlog.get_logger("live")
SOON_S, CROWD_S = 0.1, 0.4  # between two tellings; a crowd is two seconds behind the teacher in any case
CHAT_S = 1.0  # what a crowd says to itself
CROWD = 300
DESK_S = 0.3
DESK_KEYS = 300  # of one message to the desk
RECENT = 512  # events that somebody who comes back is given singly; who missed more gets the whole room
# Whoever comes sees a picture that is some seconds old: what happened since is given singly, to wait for its moment there.
YOUNG_MS = 10_000
BATCH = 1000
RELEASED, RELEASE_S = 10, 0.01  # of a batch at once, and the pause after so many


def by_of(ticket: Ticket) -> By:
    """Whose deeds a ticket's are: a class's screens are one, and so are a person's devices."""
    if ticket.r == "class" and ticket.c:
        key = f"class:{ticket.c}"
    elif ticket.p:
        key = f"person:{ticket.p}"
    else:
        key = f"guest:{ticket.j}"
    return By(key, ticket.r, ticket.n, ticket.on, ticket.p, ticket.c, ticket.o, ticket.d)


PLATFORM = By("system", "system")
TEACHER = Seat("teach")


class Floor:
    """One per room; `room.floor`."""

    def __init__(self, live: "LiveRoom", events: EventLog, janus: Janus | None = None) -> None:
        """`events`: the session's log; what stands in it is taken in. `janus`: the line to the relay of the stage."""
        self._live, self._log = live, events
        self.room = HappeningRoom()
        self.stage = Switchboard(live, self, janus)
        self._recent: deque[tuple[int, str]] = deque(maxlen=RECENT)
        self._untold: list[str] = []
        self._told_at = 0.0
        self._bell: asyncio.TimerHandle | None = None
        self.desks: dict[Outlet, Seat] = {}
        self._views: dict[str, dict[str, Any]] = {}  # what the desks were sent, by view
        self._stale: set[str] = set()
        self._desk_bell: asyncio.TimerHandle | None = None
        # the room as it was before the events that are young yet (seq, ms, patch): the last ones of `_recent`
        self._base: dict[str, Any] = {}
        self._young: deque[tuple[int, int, Patch]] = deque()
        self._base_text = ""
        # for the database: events it has not, and polls that have changed since it was told
        self.waiting: deque[tuple[Event, Patch]] = deque()
        self._saved_polls: dict[int, int] = {}
        self._saving = asyncio.Lock()
        self._held: deque[tuple[int, Callable[[], object]]] = (
            deque()
        )  # what is told once the database has event number …
        for event in events.found:
            self._fold(event)
            if event.seq > events.in_file:
                self.waiting.pop()
        events.found.clear()
        self._views = {name: VIEWS[name](self.room) for name in VIEWS}

    # -- what comes ---------------------------------------------------------------------------------------------------------

    def do(self, word: dict[str, Any], ticket: Ticket, outlet: Outlet) -> None:
        """Somebody wants something to happen: `done` or `not` goes into their outlet. Raises WireError."""
        mark, kind = word.get("id"), word.get("kind")
        if not isinstance(mark, str) or not 0 < len(mark) <= 40 or not isinstance(kind, str):
            raise WireError("bad_do")
        if not (mark.isascii() and mark.isprintable()):  # a NUL would stand in the file, and the database refuse it
            raise WireError("bad_do")
        by = by_of(ticket)
        if self._live.halted:
            return  # whoever has the lesson next is asked again
        before = self.room.known(by, mark)
        if before is not None:  # its answer was lost with the line
            told = dump({"t": "done", "id": mark, "seq": before, "you": self.room.own.get(by.key, {})})
            self._once_kept(before, lambda: outlet.send(told))
            return
        try:
            if self._live.finished:
                raise Refused("ended")
            event = self.room.propose(kind, word.get("data"), by, self._scene(), mark)
            self._log.append(event)
        except Refused as refused:
            figures.HAPPENINGS.labels("refused").inc()
            outlet.send(dump({"t": "not", "id": mark, "code": refused.code, "message": refused.message}))
            return
        except LogFull as error:
            log.warning("event could not be kept", session=self._live.id, error=str(error))
            figures.HAPPENINGS.labels("disk").inc()
            outlet.send(dump({"t": "not", "id": mark, "code": "disk_full", "message": ""}))
            return
        figures.HAPPENINGS.labels("taken").inc()
        effects = self._fold(event)
        done = dump({"t": "done", "id": mark, "seq": event.seq, "you": effects.own.get(by.key, {})})

        def tell() -> None:
            self._tell(event, effects, outlet)
            outlet.send(done)

        self._once_kept(event.seq, tell)

    # -- what must outlive this process -------------------------------------------------------------------------------------

    @property
    def holds(self) -> bool:
        """Something waits for the database to have it before anybody hears of it."""
        return bool(self._held)

    def _once_kept(self, seq: int, tell: Callable[[], object]) -> None:
        """Tell at once, for the file has it; where another process could have to go on without this file, when the database
        has event `seq`. In order in any case."""
        if not self._held and not self._live.careful():
            tell()
            return
        self._held.append((seq, tell))
        self._live.bring()

    async def release(self, upto: int | None = None) -> None:
        """The database has all events up to this number; None: the file alone must do. Not all in one moment: who is told of
        each would count as somebody who does not read."""
        while self._held and (upto is None or self._held[0][0] <= upto):
            for _ in range(RELEASED):
                if self._held and (upto is None or self._held[0][0] <= upto):
                    self._held.popleft()[1]()
            await asyncio.sleep(RELEASE_S)

    def answer(self, word: dict[str, Any], outlet: Outlet) -> None:
        """A desk asks for a part of something long: `{"t":"ask","what":"hands","from":50}`."""
        start = word.get("from")
        if self.desks.get(outlet) != TEACHER or not isinstance(start, int) or isinstance(start, bool) or start < 0:
            return
        if word.get("what") == "hands":
            rows = page_of_hands(self.room, start)
            outlet.send(dump({"t": "told", "what": "hands", "from": start, "rows": rows}))

    def _scene(self) -> Scene:
        ms, at = self._live.moment()
        facts = self._live.facts
        return Scene(ms, at, self._present, secrets.choice, facts.words, facts.public, self.stage.line)

    def enter(self, kind: str, data: dict[str, Any]) -> None:
        """The platform itself says that something happened. Raises Refused, LogFull."""
        event = self.room.propose(kind, data, PLATFORM, self._scene())
        self._log.append(event)
        effects = self._fold(event)
        self._once_kept(event.seq, lambda: self._tell(event, effects, None))

    def _present(self) -> Sequence[Present]:
        there = {}
        for viewer in self._live.viewers:
            ticket = viewer.ticket
            if ticket.r in ("class", "student"):
                by = by_of(ticket)
                there[by.key] = Present(by.key, ticket.r, ticket.n, ticket.on)
        return list(there.values())

    # -- taking it in -------------------------------------------------------------------------------------------------------

    def _fold(self, event: Event) -> Effects:
        effects = self.room.fold(event)
        self.waiting.append((event, effects.public))
        if effects.forget:
            self._forget(effects.forget)
        if effects.public:
            self._recent.append((event.seq, _shown(event, effects.public)))
            self._young.append((event.seq, event.ms, effects.public))
            if len(self._young) > RECENT:
                self._age()
        return effects

    def _forget(self, keys: frozenset[str]) -> None:
        """What was hidden is taken out of what somebody may yet be told."""
        self._recent = deque(((seq, _without(text, keys)) for seq, text in self._recent), maxlen=RECENT)
        self._untold = [_without(text, keys) for text in self._untold]
        for key in keys:
            self._base.pop(key, None)
        self._young = deque((seq, ms, _less(patch, keys)) for seq, ms, patch in self._young)
        self._base_text = ""

    def _tell(self, event: Event, effects: Effects, actor: Outlet | None) -> None:
        if effects.public:
            text = self._text_of(event.seq)
            for desk, seat in self.desks.items():
                if seat == TEACHER:
                    desk.send(_events([text]))
            self._untold.append(text)
            self._ring(CHAT_S if KINDS[event.kind].now else CROWD_S)
        if effects.own:
            self._tell_own(effects, event, actor)
        if effects.stale:
            self._stale |= effects.stale
            self._ring_desk()
        if "stage" in effects.stale:
            self.stage.changed()

    def _text_of(self, seq: int) -> str:
        """What is told of an event for all: almost always the newest."""
        return next((text for known, text in reversed(self._recent) if known == seq), "")

    def _tell_own(self, effects: Effects, event: Event, actor: Outlet | None) -> None:
        """Each viewer concerned, on all devices; the device that did it hears with its `done`."""
        for key, patch in effects.own.items():
            text = ""
            for viewer in self._live.devices.get(key, ()):
                if key == event.by.key and viewer.outlet is actor:
                    continue
                text = text or dump({"t": "you", "set": patch})
                viewer.outlet.send(text)

    def _ring(self, crowd_s: float) -> None:
        """Tell viewers soon; a crowd of them `crowd_s` after the last telling, or earlier when that was asked for."""
        loop = asyncio.get_running_loop()
        crowd = len(self._live.viewers) > CROWD
        at = max(loop.time() + (SOON_S if crowd else 0.0), self._told_at + (crowd_s if crowd else SOON_S))
        if self._bell is not None:
            if self._bell.when() <= at:
                return
            self._bell.cancel()
        self._bell = loop.call_at(at, self._tell_viewers)

    def _tell_viewers(self) -> None:
        """All that has happened since the last telling, in one message for everybody."""
        self._bell = None
        self._told_at = asyncio.get_running_loop().time()
        text = _events(self._untold)
        self._untold = []
        self._live.tell(text)

    # -- who comes ----------------------------------------------------------------------------------------------------------

    def welcome(self, viewer: "Viewer", have: int) -> None:
        """What a viewer has to know: all of it, or what happened since event `have`."""
        own = self.room.own.get(by_of(viewer.ticket).key, {})
        missed = self._since(have)
        if missed is not None:
            if missed:
                viewer.outlet.send(_events(missed))
            # nothing, too: a hand that was lowered meanwhile must not stay up on the page
            viewer.outlet.send(dump({"t": "you", "set": {"*": None, **own}}))
            return
        # this telling may hold what others are told in a moment: who hears it twice knows it by its number
        viewer.outlet.send(f'{{"t":"room",{self._older_state()},"you":{dump(own)}}}')
        if self._young:
            viewer.outlet.send(_events([text for _seq, text in islice(self._recent, self._first_young, None)]))

    def _since(self, have: int) -> list[str] | None:
        """Events for all after number `have`; None when that is nothing to go on from."""
        if have <= 0 or have > self.room.seq:
            return None
        complete = len(self._recent) < RECENT or self._recent[0][0] <= have
        return [text for seq, text in self._recent if seq > have] if complete else None

    @property
    def _first_young(self) -> int:
        return len(self._recent) - len(self._young)

    def _age(self) -> None:
        """Take into the base what every picture has reached by now, and what is not kept singly."""
        reached = self._live.moment()[0] - YOUNG_MS
        while self._young and (self._young[0][1] <= reached or len(self._young) > RECENT):
            patched(self._base, self._young.popleft()[2])
            self._base_text = ""

    def _older_state(self) -> str:
        """The inside of a `room` message as of before the young events; the map made into text once for all who come."""
        self._age()
        seq = self._young[0][0] - 1 if self._young else self.room.seq
        self._base_text = self._base_text or dump(self._base)
        return f'"seq":{seq},"state":{self._base_text}'

    def seat(self, outlet: Outlet) -> None:
        """The teacher sits down at the desk, and is ahead of every picture."""
        self.desks[outlet] = TEACHER
        state = f'"seq":{self.room.seq},"state":{dump(self.room.public)}'
        outlet.send(f'{{"t":"room",{state},"you":{{}},"desk":{dump(_seen(self._views, TEACHER))}}}')

    def seat_beside(self, viewer: "Viewer") -> None:
        """An assistant, who watches as others do, is given that part of the desk which is theirs."""
        seat = Seat(viewer.ticket.d, viewer.ticket.c)
        self.desks[viewer.outlet] = seat
        viewer.outlet.send(dump({"t": "desk", "set": {"*": None, **_seen(self._views, seat)}}))

    def leave(self, outlet: Outlet) -> None:
        self.desks.pop(outlet, None)
        self.stage.left(outlet)

    # -- the desk -----------------------------------------------------------------------------------------------------------

    def _ring_desk(self) -> None:
        if self._desk_bell is None:
            self._desk_bell = asyncio.get_running_loop().call_later(DESK_S, self._tell_desks)

    def _tell_desks(self) -> None:
        """Work out what is not true any more, and send what has changed in it, at most DESK_KEYS at once."""
        self._desk_bell = None
        parts: dict[str, Patch] = {}
        left = DESK_KEYS
        for name in sorted(self._stale):
            told, now = self._views.setdefault(name, {}), VIEWS[name](self.room)
            changed: Patch = {key: None for key in told if key not in now}
            changed |= {key: value for key, value in now.items() if told.get(key) != value}
            parts[name] = dict(islice(changed.items(), left))
            patched(told, parts[name])
            left -= len(parts[name])
            if len(parts[name]) == len(changed):
                self._stale.discard(name)
        texts: dict[Seat, str] = {}
        for desk, seat in self.desks.items():
            if seat not in texts:
                patch = _seen(parts, seat)
                texts[seat] = dump({"t": "desk", "set": patch}) if patch else ""
            if texts[seat]:
                desk.send(texts[seat])
        if self._stale:
            self._ring_desk()

    # -- the database -------------------------------------------------------------------------------------------------------

    async def save(self, database: Database) -> None:
        """Bring what waits into the database. Raises DatabaseAway; what it has not taken waits on."""
        async with self._saving:
            while self.waiting:
                batch = list(islice(self.waiting, BATCH))
                await database.run(services.save_events, self._live.id, batch, term=self._live.facts.term)
                for _ in batch:
                    self.waiting.popleft()
                await self.release(batch[-1][0].seq)
            await self.release(self.room.seq)
            term = self._live.facts.term
            polls = self.room.part(Polls).all.values()
            changed = [poll for poll in polls if poll.revision != self._saved_polls.get(poll.id)]
            if changed:
                marks = {poll.id: poll.revision for poll in changed}
                await database.run(services.save_polls, self._live.id, [poll.summary() for poll in changed], term=term)
                self._saved_polls |= marks

    def close(self) -> None:
        """Let go of the timers and the file."""
        for bell in (self._bell, self._desk_bell):
            if bell is not None:
                bell.cancel()
        self.stage.close()
        self._log.close()

    def forget(self) -> None:
        """The database has it all."""
        self.close()
        self._log.remove()


def _shown(event: Event, patch: Patch) -> str:
    told = {"seq": event.seq, "kind": event.kind, "at": round(event.at, 3), "ms": event.ms, "set": patch}
    declared = KINDS.get(event.kind)
    return dump({**told, "now": True} if declared is not None and declared.now else told)


def _without(text: str, keys: frozenset[str]) -> str:
    """A telling without the values of these keys; that they are gone may be said."""
    if not any(f'"{key}":{{' in text for key in keys):
        return text
    told = json.loads(text)
    told["set"] = _less(told["set"], keys)
    return dump(told)


def _less(patch: Patch, keys: frozenset[str]) -> Patch:
    return {key: value for key, value in patch.items() if value is None or key not in keys}


def _seen(views: dict[str, dict[str, Any]], seat: Seat) -> Patch:
    """What a seat may see of these parts of the desk."""
    return {key: value for name, part in views.items() for key, value in part.items() if VIEWS[name].seen(key, seat)}


def _events(texts: Sequence[str]) -> str:
    return f'{{"t":"events","events":[{",".join(texts)}]}}'
