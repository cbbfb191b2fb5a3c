"""Which live process has which session. Every taking is one statement, and counts the session's term up: the fence.

All moments are the database's own, so that no two machines' clocks are compared.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.teach.live import rules
from lantian.teach.live.enums import OPEN_STATES, NodeState
from lantian.teach.live.errors import NoSuchNode, Outdated
from lantian.teach.live.models import LiveNode, LiveSession
from lantian.teach.live.services.notices import announce

GAP_S = 2.5  # between two renewals; after a longer one a node is not steady any more
UNSEEN_S = 5.0  # a node not seen for so long may lose its sessions, to one that was steady for as long


@dataclass(frozen=True, slots=True)
class Standing:
    """How a node stands after its renewal: its state, and how many others serve and were seen just now."""

    state: str
    others: int


_RENEW = """
    INSERT INTO live_livenode AS n
           (name, state, address, generation, started_at, seen_at, steady_since, lessons, sockets)
    VALUES (%(name)s, 'serving', %(address)s, %(generation)s, clock_timestamp(), clock_timestamp(), clock_timestamp(),
            %(lessons)s, %(sockets)s)
        ON CONFLICT (name) DO UPDATE SET
           seen_at = EXCLUDED.seen_at, lessons = EXCLUDED.lessons, sockets = EXCLUDED.sockets,
           address = EXCLUDED.address, generation = EXCLUDED.generation,
           state = CASE WHEN n.generation = EXCLUDED.generation THEN n.state ELSE 'serving' END,
           started_at = CASE WHEN n.generation = EXCLUDED.generation THEN n.started_at ELSE EXCLUDED.started_at END,
           steady_since = CASE WHEN n.generation = EXCLUDED.generation
                                AND n.seen_at > EXCLUDED.seen_at - make_interval(secs => %(gap)s)
                               THEN n.steady_since ELSE EXCLUDED.steady_since END
    RETURNING state,
              (SELECT count(*) FROM live_livenode o
                WHERE o.name <> %(name)s AND o.state = 'serving'
                  AND o.seen_at > clock_timestamp() - make_interval(secs => %(unseen)s))
"""


def renew_node(name: str, *, generation: UUID, address: str, lessons: int, sockets: int) -> Standing:
    """A live process says that it is there, every second."""
    given: dict[str, str | int | float | UUID] = {
        "name": name,
        "generation": generation,
        "address": address,
        "lessons": lessons,
        "sockets": sockets,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, given | {"gap": GAP_S, "unseen": UNSEEN_S})
        state, others = cursor.fetchone()
    return Standing(state, others)


# A session is free for a node that has it already (it was started again), or is to take it; when nobody has it; when the one
# that has it said that it is gone; or when that one is not seen any more and this one was there all the time meanwhile: while
# the database itself is away all go unseen together, and nobody may steal.
_CLAIM = """
    UPDATE live_livesession s SET node = %(node)s, term = s.term + 1
     WHERE s.id = %(session)s
       AND (s.node IN ('', %(node)s)
            OR EXISTS (SELECT 1 FROM live_livenode o WHERE o.name = s.node AND o.state = 'gone')
            OR (NOT EXISTS (SELECT 1 FROM live_livenode o WHERE o.name = s.node
                              AND o.seen_at > clock_timestamp() - make_interval(secs => %(unseen)s))
                AND EXISTS (SELECT 1 FROM live_livenode m WHERE m.name = %(node)s AND m.generation = %(generation)s
                              AND m.seen_at - m.steady_since >= make_interval(secs => %(unseen)s)
                              AND m.seen_at > clock_timestamp() - make_interval(secs => %(gap)s))))
    RETURNING s.term
"""


def claim_session(session_id: UUID | str, *, node: str, generation: UUID) -> int | None:
    """Take a session that is free for this node: its new term; None when another one has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {"session": session_id, "node": node, "generation": generation, "unseen": UNSEEN_S, "gap": GAP_S},
        )
        row = cursor.fetchone()
    return row[0] if row else None


def hold_term(session_id: UUID | str, term: int | None) -> bool:
    """In a transaction: nobody takes the session until it ends. False when there is no such session. `term` None holds nothing.
    Raises Outdated when it was taken already."""
    rows = LiveSession.objects.filter(pk=session_id)
    if term is None:
        return rows.exists()
    found = rows.select_for_update(no_key=True).values_list("term", flat=True).first()
    if found is not None and found != term:
        raise Outdated
    return found is not None


def hand_session_on(session_id: UUID | str, *, term: int, to: str) -> bool:
    """Whoever has it lets go of it, for node `to` to take. False when it was taken already."""
    gone = LiveSession.objects.filter(pk=session_id, term=term).update(node=to)
    if gone:
        announce("moved", session=str(session_id), node=to)
    return bool(gone)


_LEAST = """
    SELECT n.name FROM live_livenode n
      LEFT JOIN live_livesession s ON s.node = n.name AND s.state = ANY(%(open)s)
     WHERE n.state = 'serving' AND n.name <> %(but)s
       AND n.seen_at > clock_timestamp() - make_interval(secs => %(unseen)s)
     GROUP BY n.name ORDER BY count(s.id), n.sockets, n.name <> 'main', n.name LIMIT 1
"""


def choose_node(*, but: str = "") -> str:
    """The serving node with the fewest lessons, then the fewest viewers; empty when there is none: whoever comes takes it."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAST, {"open": [str(state) for state in OPEN_STATES], "but": but, "unseen": UNSEEN_S})
        row = cursor.fetchone()
    return row[0] if row else ""


def leave_node(name: str, *, generation: UUID, state: NodeState = NodeState.GONE) -> None:
    """A live process takes no more sessions (`DRAINING`), or says goodbye: what it still has is anybody's."""
    LiveNode.objects.filter(name=name, generation=generation).update(state=state)


def drain_node(name: str, *, by: Actor) -> LiveNode:
    """Tell a node to take no new lesson and to hand on those that it has. Raises Denied, NoSuchNode."""
    require(rules.may_run_nodes, by)
    node = LiveNode.objects.filter(pk=name).first()
    if node is None:
        raise NoSuchNode
    if node.state == NodeState.SERVING:
        LiveNode.objects.filter(pk=name, state=NodeState.SERVING).update(state=NodeState.DRAINING)
        node.state = NodeState.DRAINING
        journal.note("live.node_drained", "live.livenode", node.generation, by=by, node=name)
        announce("drain", node=name)
    return node


def forget_node(name: str, *, by: Actor) -> None:
    """A node that will not come back is taken off the list; a running one writes itself down again. Raises Denied."""
    require(rules.may_run_nodes, by)
    LiveNode.objects.filter(pk=name).delete()
