"""Live processes, and where a session is."""

import math
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from lantian.teach.live.enums import OPEN_STATES, NodeState
from lantian.teach.live.models import LiveNode, LiveSession

MAIN = "main"
LOBBY_S = 5.0
FORGETTABLE_S = 60.0
_lobby: tuple[float, str] = (-math.inf, "")


def home_path(node: str) -> str:
    """What stands before the addresses of a node's sockets, on this same site; those of the first node stand alone."""
    return "" if node in ("", MAIN) else f"/n/{node}"


def home_of(session_id: UUID | str) -> str | None:
    """Where a session is, as `home_path`; None when there is no such session. One query, for those whose line is cut."""
    node = LiveSession.objects.filter(pk=session_id).values_list("node", flat=True).first()
    return None if node is None else home_path(node)


def address_of(session_id: UUID | str) -> str:
    """Where processes beside it reach the node that has a session; empty when that is not known."""
    rows = LiveNode.objects.filter(name__in=LiveSession.objects.filter(pk=session_id).values("node"))
    return rows.values_list("address", flat=True).first() or ""


def sessions_on(node: str) -> int:
    """How many open sessions a node has."""
    return LiveSession.objects.filter(node=node, state__in=OPEN_STATES).count()


@dataclass(frozen=True, slots=True)
class Node:
    """A live process as it was last seen, `quiet_s` seconds ago."""

    name: str
    state: str
    lessons: int
    sockets: int
    quiet_s: float

    @property
    def state_words(self) -> str:
        return str(NodeState(self.state).label)

    @property
    def is_unseen(self) -> bool:
        """It should be there, and has not said so for long enough to lose its lessons."""
        return self.state != NodeState.GONE and self.quiet_s > LOBBY_S

    @property
    def can_be_drained(self) -> bool:
        """It serves, and is there to hear of it."""
        return self.state == NodeState.SERVING and not self.is_unseen

    @property
    def can_be_forgotten(self) -> bool:
        """It has said goodbye, or was not seen for longer than a restart takes, and has no lesson."""
        return not self.lessons and (self.state == NodeState.GONE or self.quiet_s > FORGETTABLE_S)


def live_nodes() -> list[Node]:
    """All that are on the list. One query."""
    rows = LiveNode.objects.annotate(quiet=Now() - F("seen_at")).order_by("name")
    values = rows.values_list("name", "state", "lessons", "sockets", "quiet")
    return [
        Node(name, state, lessons, sockets, quiet.total_seconds()) for name, state, lessons, sockets, quiet in values
    ]


def lobby_home() -> str:
    """Where class screens wait between lessons, as `home_path`: the first node, or while that does not serve another one. Known
    for some seconds: all screens ask."""
    global _lobby  # noqa: PLW0603 - what this process knows
    known_at, home = _lobby
    if time.monotonic() - known_at > LOBBY_S:
        quiet = Now() - timedelta(seconds=LOBBY_S)
        serving = LiveNode.objects.filter(state=NodeState.SERVING, seen_at__gt=quiet).values_list("name", flat=True)
        names = sorted(serving, key=lambda name: (name != MAIN, name))
        home = home_path(names[0]) if names else ""
        _lobby = time.monotonic(), home
    return home


@dataclass(frozen=True, slots=True)
class Place:
    """Where one session is that is not settled yet. `free`: its node is gone, or was not seen for so long that others may try;
    `address`: where to ask it."""

    session: str
    node: str
    term: int
    free: bool
    address: str


_PLACES = """
    SELECT s.id::text, s.node, s.term,
           s.node = '' OR o.name IS NULL OR o.state = 'gone'
           OR o.seen_at <= clock_timestamp() - make_interval(secs => %(unseen)s),
           CASE WHEN o.state <> 'gone' THEN o.address ELSE '' END
      FROM live_livesession s JOIN media_stream m ON m.id = s.stream_id LEFT JOIN live_livenode o ON o.name = s.node
     WHERE s.state <> 'ended' OR m.state = 'open'
"""


def places(unseen_s: float) -> list[Place]:
    """Every open session, and every ended one whose books are open. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"unseen": unseen_s})
        return [
            Place(session, node, term, free, address or "") for session, node, term, free, address in cursor.fetchall()
        ]
