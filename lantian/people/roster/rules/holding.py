"""Which roles contain which: what the holder of a role may hand out, and where."""

from lantian.kernel.rules import Actor, within
from lantian.people.roster.enums import MAY_STAND_BELOW, REGION_KINDS, SCHOOL_KINDS, Role

# At what kind of unit a role is held.
PLACES: dict[str, tuple[str, ...]] = {
    Role.OFFICER: REGION_KINDS,
    Role.RESEARCHER: REGION_KINDS,
    Role.EXPERT: (*REGION_KINDS, *SCHOOL_KINDS),
    Role.OPERATOR: REGION_KINDS,
    Role.SCHOOL_HEAD: SCHOOL_KINDS,
    Role.SCHOOL_IT: SCHOOL_KINDS,
}
# What an officer hands out strictly below, and what among colleagues at the own bureau: never an equal.
_OFFICER_BELOW = frozenset({Role.OFFICER, Role.RESEARCHER, Role.EXPERT, Role.SCHOOL_HEAD, Role.SCHOOL_IT})
_OFFICER_BESIDE = frozenset({Role.RESEARCHER, Role.EXPERT})


def holds(actor: Actor, role: str, path: str) -> bool:
    """Whether the role acted in contains `role` at the unit with ltree `path`, so that it may be given, taken or reset.

    An officer holds the roles of all units strictly below, and researchers and experts of the own bureau; a head holds the
    school IT role of the own school and within it; an operator holds operators strictly below. The rest hold nothing.
    """
    own = actor.grant
    if own is None or not within(path, own.path):
        return False
    below = path != own.path
    if own.role == Role.OFFICER:
        return role in (_OFFICER_BELOW if below else _OFFICER_BESIDE)
    if own.role == Role.SCHOOL_HEAD:
        return role == Role.SCHOOL_IT
    return own.role == Role.OPERATOR and role == Role.OPERATOR and below


def roles_at(kind: str) -> tuple[str, ...]:
    """The roles that may be held at a unit of this kind."""
    return tuple(role for role, kinds in PLACES.items() if kind in kinds)


def kinds_above(kind: str) -> list[str]:
    """The kinds of units below which a unit of this kind may stand."""
    return [above for above, below in MAY_STAND_BELOW.items() if above and kind in below]
