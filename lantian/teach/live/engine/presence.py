"""Who is there, kept as intervals: one is open while signs of life come at most 30 s apart.

All times are Unix milliseconds by the server's clock. A sign is a beat, or the connection itself.
"""

import json
from dataclasses import dataclass, field
from uuid import uuid4

GAP_MS = 30_000  # silence after which a stretch of presence is over
AFTER_MS = 10_000  # presence reaches this far past the last sign: beats are 10 s apart


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
    ) -> None:
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
    ) -> Stretch:
        """The viewer gave a sign of life: the stretch goes on, or after a gap a new one begins."""
        stretch = self.current
        if stretch is None or now_ms - stretch.last_sign_ms > GAP_MS:
            stretch = self.current = Stretch(*self._who, started_ms=now_ms, ended_ms=now_ms, last_sign_ms=now_ms)
        # the clock may have been set back: presence never shrinks
        stretch.last_sign_ms = max(stretch.last_sign_ms, now_ms)
        stretch.ended_ms = max(stretch.ended_ms, now_ms + AFTER_MS)
        if totals is not None:
            more = totals.since(self._totals)
            self._totals = totals
            stretch.stalls = min(MOST.stalls, stretch.stalls + more.stalls)
            stretch.stall_ms = min(MOST.stall_ms, stretch.stall_ms + more.stall_ms)
            stretch.dropped = min(MOST.dropped, stretch.dropped + more.dropped)
        self._report(stretch, pos, lag, error, head_count)
        return stretch

    @staticmethod
    def _report(stretch: Stretch, pos: float | None, lag: float | None, error: str, head_count: int | None) -> None:
        if pos is not None:
            stretch.media_from = pos if stretch.media_from is None else stretch.media_from
            stretch.media_to = pos
        if lag is not None:
            stretch.lag_ms = max(stretch.lag_ms or 0, int(lag * 1000))
        stretch.error = error or stretch.error
        stretch.head_count = stretch.head_count if head_count is None else head_count

    def leave(self, now_ms: int) -> Stretch | None:
        """The connection is gone: presence ends now, or where the last sign let it end if that was earlier."""
        stretch, self.current = self.current, None
        if stretch is not None:
            stretch.ended_ms = max(stretch.last_sign_ms, min(stretch.ended_ms, now_ms))
        return stretch
