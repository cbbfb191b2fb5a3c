"""Between the ends of the stage: passes on what two browsers must tell one another until they are connected, and notices who is
away. Who is on stage is kept as events (engine/happenings/kinds/stage); here are only the sockets, which come and go.

Where Janus runs, pictures and voices go through it instead of from browser to browser (`relay`)."""

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.eventlog import LogFull
from lantian.teach.live.consumers.outlet import Outlet
from lantian.teach.live.consumers.relay import Relay
from lantian.teach.live.engine.happenings import Refused
from lantian.teach.live.engine.happenings.kinds.stage import TEACHER, End, StageEnds
from lantian.teach.live.engine.ice import ice_servers
from lantian.teach.live.engine.protocol import WireError, dump
from lantian.teach.live.services.janus import Janus

if TYPE_CHECKING:
    from lantian.teach.live.consumers.floor import Floor
    from lantian.teach.live.consumers.room import LiveRoom

STAGE_WORDS = ("stage", "signal", "relay")
LOST_S = 30.0  # an end without a connection; a reload or a short cut takes less
UNANSWERED_S = 60.0


def line_to_janus(node: str) -> Janus | None:
    """That of this live process, if it is to have one; those beside it have rooms of their own."""
    if not settings.LANTIAN_JANUS_SOCKET or settings.LANTIAN_STAGE == "mesh":
        return None
    janus = Janus(Path(settings.LANTIAN_JANUS_SOCKET), Path(settings.LANTIAN_JANUS_SECRETS), f"stage-{node}-")
    janus.watchers.add(figures.RELAY_UP.set)
    return janus


class Switchboard:
    """One per floor."""

    def __init__(self, live: "LiveRoom", floor: "Floor", janus: Janus | None = None) -> None:
        self._live, self._floor = live, floor
        self._relay = None if janus is None else Relay(janus, live.id, self._say)
        if janus is not None:
            janus.watchers.add(self._relay_moved)
        self._sockets: dict[str, Outlet] = {}
        self._away: dict[tuple[str, str], float] = {}  # of an end by its key and line, since when

    @property
    def _ends(self) -> dict[str, End]:
        return self._floor.room.part(StageEnds).all

    @property
    def line(self) -> str:
        """How classes talk that are called in from now on."""
        if self._relay is None:
            return "none" if settings.LANTIAN_STAGE == "relay" else "mesh"
        return "relay" if settings.LANTIAN_STAGE == "relay" or self._relay.janus.up else "mesh"

    @property
    def _by_relay(self) -> bool:
        return self._floor.room.part(StageEnds).relay

    def take(self, word: dict[str, Any], key: str, outlet: Outlet) -> None:
        """`{"t":"stage","line":…}`: an end is there (again), and is told of servers that help; `{"t":"signal","to":…,
        "data":{…}}`: to another end; `{"t":"relay","of":…,"data":{…}}`: to the relay. What an end says that is not on stage
        (any more) goes nowhere. Raises WireError."""
        if word["t"] == "stage":
            self._greet(word, key, outlet)
        elif word["t"] == "signal":
            self._pass_on(word, key, outlet)
        elif self._relay is not None and self._by_relay and self._socket(key) is outlet and len(self._on) > 1:
            self._relay.take(word, key, self._on)

    def _greet(self, word: dict[str, Any], key: str, outlet: Outlet) -> None:
        end = self._ends.get(key)
        if key != TEACHER:
            if end is None or not end.line or word.get("line") != end.line:
                outlet.send(dump({"t": "stage", "off": True}))
                return
            self._sockets[key] = outlet
        self._help(key, outlet)

    def _help(self, key: str, outlet: Outlet) -> None:
        """Servers that help; and, where the relay is the way, the mark of its room: with another one a page begins anew."""
        servers = ice_servers(
            settings.LANTIAN_STUN_URLS, settings.LANTIAN_TURN_URLS, settings.LANTIAN_TURN_SECRET, key, time.time()
        )
        relay = {"relay": self._relay.mark} if self._relay is not None and self._by_relay else {}
        outlet.send(dump({"t": "stage", "ice": servers, **relay}))

    # -- the relay ----------------------------------------------------------------------------------------------------------

    @property
    def _on(self) -> set[str]:
        return {TEACHER, *(end.key for end in self._ends.values() if end.line)}

    def changed(self) -> None:
        """Somebody came on stage or left it."""
        if self._relay is not None:
            self._relay.keep(self._on if self._by_relay else set())

    def _say(self, key: str, text: str) -> None:
        outlet = self._socket(key)
        if outlet is not None:
            outlet.send(text)

    def _relay_moved(self, up: bool) -> None:
        """Janus is there, or gone: what there was in it is no more, and everybody on stage begins anew when it is back."""
        if self._relay is None:
            return
        self._relay.renew()
        for key in self._on if up and self._by_relay and len(self._on) > 1 else ():
            outlet = self._socket(key)
            if outlet is not None:
                self._help(key, outlet)

    def close(self) -> None:
        """The lesson is over, or this process is."""
        if self._relay is not None:
            self._relay.janus.watchers.discard(self._relay_moved)
            self._relay.keep(set())

    def _pass_on(self, word: dict[str, Any], key: str, outlet: Outlet) -> None:
        to, data = word.get("to"), word.get("data")
        if not isinstance(to, str) or not isinstance(data, dict):
            raise WireError("bad_signal")
        if self._socket(key) is not outlet or to == key:
            return
        other = self._socket(to)
        if other is not None:
            figures.SIGNALS.inc()
            other.send(dump({"t": "signal", "from": key, "data": data}))

    def _socket(self, key: str) -> Outlet | None:
        if key == TEACHER:
            seat = self._live.publisher
            return None if seat is None else seat.outlet
        end = self._ends.get(key)
        return self._sockets.get(key) if end is not None and end.line else None

    def left(self, outlet: Outlet) -> None:
        """A connection is gone."""
        for key in [key for key, mine in self._sockets.items() if mine is outlet]:
            del self._sockets[key]

    def tick(self, now: float) -> None:
        """Take off the stage who has been away for too long. `now`: seconds of the monotonic clock."""
        if self._by_relay and self._relay is None:  # it was switched off since they were called
            for end in list(self._ends.values()):
                self._lose(end)
        away = [end for end in self._ends.values() if not (end.line and end.key in self._sockets)]
        self._away = {(end.key, end.line): self._away.get((end.key, end.line), now) for end in away}
        for end in away:
            if now - self._away[end.key, end.line] > (LOST_S if end.line else UNANSWERED_S):
                self._lose(end)

    def _lose(self, end: End) -> None:
        with contextlib.suppress(Refused, LogFull):
            self._floor.enter("stage.lost", {"key": end.key})
