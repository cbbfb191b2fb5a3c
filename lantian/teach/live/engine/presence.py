"""Who is there, kept as intervals: one is open while signs of life come at most 30 s apart.

All times are Unix milliseconds by the server's clock. A sign is a beat, or the connection itself.
"""

import json
from dataclasses import dataclass, field
from uuid import uuid4

GAP_MS = 30_000  # silence after which a stretch of presence is over
AFTER_MS = 10_000  # presence reaches this far past the last sign: beats are 10 s apart
MINUTE_MS = 60_000
MINUTES_KEPT = 120  # of a stretch: two hours are more than anybody looks back

# Unix minute, stalls, milliseconds stood still in stalls, largest lag in ms (None: not said), 1 if no picture ran at its end
Minute = tuple[int, int, int, int | None, int]


@dataclass(slots=True)
class Stretch:
    """One uninterrupted presence of one viewer on one device, with what its player reported in it.

    `kind` class, person, observer or guest; `viewer` names whom the attendance belongs to; the ids are text or None.
    """

    session: str
    kind: str
    viewer: str
    class_group: str | None
    person: str | None
    organization: str | None
    started_ms: int
    ended_ms: int
    last_sign_ms: int
    media_from: float | None = None
    media_to: float | None = None
    stalls: int = 0
    stall_ms: int = 0
    dropped: int = 0
    lag_ms: int | None = None
    error: str = ""
    head_count: int | None = None
    still_since_ms: int | None = None  # no picture runs since then
    lag_now_ms: int | None = None  # as last said
    device: str = ""  # kind of browser and system, of a class
    minutes: tuple[Minute, ...] = ()  # a class's, the newest last
    rendition: str = ""  # that it plays, as last said: full, small or sound
    kbps: int | None = None  # that its line carries, as far as the player can tell
    id: str = field(default_factory=lambda: str(uuid4()))

    def dump(self) -> str:
        facts = {name: getattr(self, name) for name in self.__slots__}  # asdict copies each value as if it were a tree
        return json.dumps(facts, separators=(",", ":"))


def load_stretch(line: str | bytes) -> Stretch:
    """Raises ValueError or TypeError for a torn line."""
    return Stretch(**json.loads(line))


@dataclass(slots=True)
class Totals:
    """A player's counters, which begin at 0 when its page does."""

    stalls: int = 0
    stall_ms: int = 0
    dropped: int = 0

    def since(self, before: "Totals") -> "Totals":
        """What was added; a counter that fell back was started anew."""

        def grown(now: int, then: int) -> int:
            return now - then if now >= then else now

        return Totals(
            grown(self.stalls, before.stalls),
            grown(self.stall_ms, before.stall_ms),
            grown(self.dropped, before.dropped),
        )


MOST = Totals(stalls=100_000, stall_ms=86_400_000, dropped=10_000_000)  # of one stretch: a player may report nonsense


class Presence:
    """One connection's presence. Each call returns the stretch it changed (to be written), or None."""

    def __init__(
        self,
        *,
        session: str,
        kind: str,
        viewer: str,
        class_group: str | None = None,
        person: str | None = None,
        organization: str | None = None,
        device: str = "",
    ) -> None:
        self._device = device
        self._who = (session, kind, viewer, class_group, person, organization)
        self._totals = Totals()
        self.current: Stretch | None = None

    def sign(
        self,
        now_ms: int,
        *,
        totals: Totals | None = None,
        pos: float | None = None,
        lag: float | None = None,
        error: str = "",
        head_count: int | None = None,
        playing: bool | None = None,
        rendition: str = "",
        kbps: int | None = None,
    ) -> Stretch:
        """The viewer gave a sign of life: the stretch goes on, or after a gap a new one begins. `playing`: whether its picture
        runs; None where nothing was said of it."""
        stretch = self.current
        if stretch is None or now_ms - stretch.last_sign_ms > GAP_MS:
            stretch = self.current = Stretch(*self._who, started_ms=now_ms, ended_ms=now_ms, last_sign_ms=now_ms)
            stretch.device = self._device if stretch.kind == "class" else ""  # of a person that is nobody's business
        # the clock may have been set back: presence never shrinks
        stretch.last_sign_ms = max(stretch.last_sign_ms, now_ms)
        stretch.ended_ms = max(stretch.ended_ms, now_ms + AFTER_MS)
        if playing is not None:
            since = stretch.still_since_ms
            stretch.still_since_ms = None if playing else now_ms if since is None else since
        more = Totals()
        if totals is not None:
            more = totals.since(self._totals)
            self._totals = totals
            stretch.stalls = min(MOST.stalls, stretch.stalls + more.stalls)
            stretch.stall_ms = min(MOST.stall_ms, stretch.stall_ms + more.stall_ms)
            stretch.dropped = min(MOST.dropped, stretch.dropped + more.dropped)
        self._report(stretch, pos, lag, error, head_count)
        stretch.rendition = rendition or stretch.rendition
        stretch.kbps = stretch.kbps if kbps is None else kbps
        if stretch.kind == "class" and playing is not None:
            _count_minute(stretch, now_ms, more, lag)
        return stretch

    def begin_anew(self, now_ms: int) -> None:
        """What stood still until now waited for the teacher, and is not the class's own standing still."""
        if self.current is not None and self.current.still_since_ms is not None:
            self.current.still_since_ms = now_ms

    @staticmethod
    def _report(stretch: Stretch, pos: float | None, lag: float | None, error: str, head_count: int | None) -> None:
        if pos is not None:
            stretch.media_from = pos if stretch.media_from is None else stretch.media_from
            stretch.media_to = pos
        if lag is not None:
            stretch.lag_now_ms = int(lag * 1000)
            stretch.lag_ms = max(stretch.lag_ms or 0, stretch.lag_now_ms)
        stretch.error = error or stretch.error
        stretch.head_count = stretch.head_count if head_count is None else head_count

    def leave(self, now_ms: int) -> Stretch | None:
        """The connection is gone: presence ends now, or where the last sign let it end if that was earlier."""
        stretch, self.current = self.current, None
        if stretch is not None:
            stretch.ended_ms = max(stretch.last_sign_ms, min(stretch.ended_ms, now_ms))
        return stretch


def _count_minute(stretch: Stretch, now_ms: int, more: Totals, lag: float | None) -> None:
    """Add to the minute that runs. The row is a new one each time: what is being written meanwhile does not change."""
    minute = now_ms // MINUTE_MS
    rows = stretch.minutes
    last: Minute = rows[-1] if rows and rows[-1][0] >= minute else (minute, 0, 0, None, 0)
    before = rows[:-1] if rows and rows[-1][0] >= minute else rows
    lags = [value for value in (last[3], None if lag is None else int(lag * 1000)) if value is not None]
    now: Minute = (
        last[0],
        min(MOST.stalls, last[1] + more.stalls),
        min(MOST.stall_ms, last[2] + more.stall_ms),
        max(lags, default=None),
        int(stretch.still_since_ms is not None),
    )
    stretch.minutes = (*before[-(MINUTES_KEPT - 1) :], now)
