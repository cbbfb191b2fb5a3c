"""The classes and units that somebody can write to, as choices of a form."""

from uuid import UUID

from lantian.kernel.rules import Actor
from lantian.people.messaging.queries.sent import TEACHING
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import REGION_KINDS

PLACE_CLASS, PLACE_UNIT = "class", "unit"
MOST = 300


def places_for(actor: Actor, asked: str = "") -> list[tuple[str, str]]:
    """("class:<id>" or "unit:<id>", its name): a teacher's classes, a school and its classes, a region and what is below it.

    `asked` is offered too when it is in sight, though it be further down. A fixed number of queries.
    """
    if actor.grant is None:
        return []
    if actor.has_role(*TEACHING):
        return _classes(actor, list(actor.class_group_ids))
    found = [(f"{PLACE_UNIT}:{actor.grant.organization_id}", actor.grant.organization_name)]
    if actor.grant.organization_kind in REGION_KINDS:
        own = roster.visible_organization(actor, actor.grant.organization_id)
        if own is not None:
            found += [(f"{PLACE_UNIT}:{unit.pk}", str(unit)) for unit in roster.children_of(actor, own)[:MOST]]
    else:
        groups = roster.class_groups_of_schools([actor.grant.organization_id])[:MOST]
        found += [(f"{PLACE_CLASS}:{group.pk}", group.name) for group in groups]
    return found if not asked or asked in dict(found) else [*_asked(actor, asked), *found]


def _classes(actor: Actor, ids: list[UUID]) -> list[tuple[str, str]]:
    rows = roster.class_groups_known(ids).filter(is_active=True).order_by("grade", "number", "pk")
    return [(f"{PLACE_CLASS}:{group.pk}", group.name) for group in rows]


def _asked(actor: Actor, asked: str) -> list[tuple[str, str]]:
    kind, _sep, text = asked.partition(":")
    try:
        pk = UUID(text)
    except ValueError:
        return []
    found = roster.visible_class_group(actor, pk) if kind == PLACE_CLASS else roster.visible_organization(actor, pk)
    return [(f"{kind}:{pk}", str(found))] if found is not None and kind in (PLACE_CLASS, PLACE_UNIT) else []
