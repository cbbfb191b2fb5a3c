"""Between the ends of the stage: passes on what two browsers must tell one another until they are connected, and notices who is
away. Who is on stage is kept as events (engine/happenings/kinds/stage); here are only the sockets, which come and go."""

import contextlib
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings

from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.eventlog import LogFull
from lantian.teach.live.consumers.outlet import Outlet
from lantian.teach.live.engine.happenings import Refused
from lantian.teach.live.engine.happenings.kinds.stage import End, StageEnds
from lantian.teach.live.engine.ice import ice_servers
from lantian.teach.live.engine.protocol import WireError, dump

if TYPE_CHECKING:
    from lantian.teach.live.consumers.floor import Floor
    from lantian.teach.live.consumers.room import LiveRoom

TEACHER = "teacher"
LOST_S = 30.0  # an end without a connection; a reload or a short cut takes less
UNANSWERED_S = 60.0


class Switchboard:
    """One per floor."""

    def __init__(self, live: "LiveRoom", floor: "Floor") -> None:
        self._live, self._floor = live, floor
        self._sockets: dict[str, Outlet] = {}
        self._away: dict[tuple[str, str], float] = {}  # of an end by its key and line, since when

    @property
    def _ends(self) -> dict[str, End]:
        return self._floor.room.part(StageEnds).all

    def take(self, word: dict[str, Any], key: str, outlet: Outlet) -> None:
        """`{"t":"stage","line":…}`: an end is there (again), and is told of servers that help; `{"t":"signal","to":…,
        "data":{…}}`: to another end. What an end says that is not on stage (any more) goes nowhere. Raises WireError."""
        if word["t"] == "stage":
            self._greet(word, key, outlet)
        else:
            self._pass_on(word, key, outlet)

    def _greet(self, word: dict[str, Any], key: str, outlet: Outlet) -> None:
        end = self._ends.get(key)
        if key != TEACHER:
            if end is None or not end.line or word.get("line") != end.line:
                outlet.send(dump({"t": "stage", "off": True}))
                return
            self._sockets[key] = outlet
        servers = ice_servers(
            settings.LANTIAN_STUN_URLS, settings.LANTIAN_TURN_URLS, settings.LANTIAN_TURN_SECRET, key, time.time()
        )
        outlet.send(dump({"t": "stage", "ice": servers}))

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
        away = [end for end in self._ends.values() if not (end.line and end.key in self._sockets)]
        self._away = {(end.key, end.line): self._away.get((end.key, end.line), now) for end in away}
        for end in away:
            if now - self._away[end.key, end.line] > (LOST_S if end.line else UNANSWERED_S):
                with contextlib.suppress(Refused, LogFull):
                    self._floor.enter("stage.lost", {"key": end.key})
