"""Who may see a document, in tokens: a document has those of its audience, an actor those of what they are; one in common is
enough.

| token | of a document | of an actor |
|---|---|---|
| `all` | open to everybody | everybody |
| `u:unit` | the unit it belongs to, and every one above | the unit one administers: all below it |
| `s:unit` | the school it belongs to | the school one works at |
| `in:unit` | the region it is published for | one's own unit, and every one above |
| `c:class`, `r:room`, `p:person`, `al:alliance` | concerns it | is in it, is it |
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from lantian.kernel.rules import Actor
from lantian.kernel.time.queries import organizations_of
from lantian.people.schedule.queries import TEACHING_ROLES, alliances_visible_to

ALL = "all"


def token(sort: str, id: UUID | str) -> str:
    return f"{sort}:{id.hex if isinstance(id, UUID) else UUID(id).hex}"


def tokens(sort: str, ids: Iterable[UUID]) -> set[str]:
    return {token(sort, each) for each in ids}


def below(path: str) -> set[str]:
    """Of a document that belongs to the unit at an ltree path: for whoever administers that unit or one above."""
    return tokens("u", organizations_of(str(path)))


def roots(paths: Iterable[str]) -> set[str]:
    """Of an actor: all below the units at these paths."""
    return {token("u", organizations_of(path)[-1]) for path in paths if path}


_known: ContextVar[list[tuple[Actor, set[str]]] | None] = ContextVar("regions of one question", default=None)


@contextmanager
def regions_once() -> Iterator[None]:
    """Within it the region of an actor is read once, whichever kinds ask for it."""
    before = _known.set([])
    try:
        yield
    finally:
        _known.reset(before)


def region(actor: Actor) -> set[str]:
    """Of an actor with a role: what is published for their unit or one above; the alliances they see. One query."""
    if actor.grant is None:
        return set()
    known = _known.get()
    found = next((those for whose, those in known or () if whose is actor), None)
    if found is None:
        found = tokens("in", organizations_of(actor.grant.path))
        found |= tokens("al", alliances_visible_to(actor).order_by().values_list("pk", flat=True))
        if known is not None:
            known.append((actor, found))
    return set(found)


def concerned(actor: Actor) -> set[str]:
    """Of an actor: themselves, their classes, the room of a screen, the school they teach at, what they administer."""
    found = tokens("c", actor.class_group_ids) | roots(actor.paths)
    if actor.person_id:
        found.add(token("p", actor.person_id))
    if actor.room_id:
        found.add(token("r", actor.room_id))
    if actor.grant and actor.has_role(*TEACHING_ROLES):
        found.add(token("s", actor.grant.organization_id))
    return found
