"""Schools, offices and classes, as `roster.queries` lets one see them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantian.commons.search.queries.registry import STAGE, Document, Facet, Hit, Indexed
from lantian.commons.search.queries.tokens import below, roots, token, tokens
from lantian.kernel.rules import SHARE_EDGES, Actor
from lantian.kernel.web.addresses import address_of
from lantian.people.roster.enums import OrganizationKind
from lantian.people.roster.queries import (
    class_groups_known,
    class_groups_visible_to,
    every_class_group,
    every_organization,
    organizations_known,
    organizations_shared_with,
    organizations_visible_to,
    roots_of,
)

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


def _kind_words(value: str) -> "Text":
    return OrganizationKind(value).label if value in OrganizationKind.values else value


UNIT = Facet("unit", _("类型"), _kind_words)


def _units(ids: Sequence[UUID]) -> Iterable[Document]:
    for row in organizations_known(ids).filter(is_active=True):
        yield Document(
            id=row.pk,
            title=row.name,
            see=frozenset({token("o", row.pk)} | below(row.path)),
            words=tuple(filter(None, (row.short_name, row.code))),
            facets={"stage": tuple(row.stages), "unit": (row.kind,)},
            at=row.created_at,
        )


def _unit_ids(after: UUID | None, most: int) -> Sequence[UUID]:
    rows = every_organization().filter(pk__gt=after) if after else every_organization()
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _unit_tokens(actor: Actor) -> frozenset[str]:
    """As `organizations_visible_to`: one's subtree or one's own unit, and the shared ones by name."""
    if actor.is_anonymous:
        return frozenset()
    own = [actor.organization_id] if actor.organization_id else []
    if actor.grant and not roots_of(actor):
        own.append(actor.grant.organization_id)
    found = roots(roots_of(actor)) | tokens("o", own)
    if SHARE_EDGES.get("roster.organization"):
        found |= tokens("o", organizations_shared_with(actor))
    return frozenset(found)


def _unit_hits(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, Hit]:
    rows = organizations_visible_to(actor).filter(pk__in=list(ids), is_active=True).select_related("parent")
    return {
        row.pk: Hit(
            row.name,
            " · ".join(filter(None, (str(row.get_kind_display()), str(row.parent or "")))),
            address_of("roster_organization", row.pk),
        )
        for row in rows
    }


def _classes(ids: Sequence[UUID]) -> Iterable[Document]:
    for row in class_groups_known(ids).filter(is_active=True).select_related("organization"):
        yield Document(
            id=row.pk,
            title=row.name,
            see=frozenset({token("c", row.pk)} | below(row.organization.path)),
            words=(row.organization.name, row.organization.short_name),
            facets={"stage": (row.stage,)},
            at=row.created_at,
        )


def _class_ids(after: UUID | None, most: int) -> Sequence[UUID]:
    rows = every_class_group().filter(pk__gt=after) if after else every_class_group()
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _class_tokens(actor: Actor) -> frozenset[str]:
    if actor.is_anonymous:
        return frozenset()
    return frozenset(tokens("c", actor.class_group_ids) | roots(roots_of(actor)))


def _class_hits(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, Hit]:
    rows = class_groups_visible_to(actor).filter(pk__in=list(ids), is_active=True).select_related("organization")
    return {row.pk: Hit(row.name, str(row.organization), address_of("roster_class_group", row.pk)) for row in rows}


ORGANIZATIONS = Indexed(
    title=_("学校和单位"),
    icon="school",
    documents=_units,
    ids=_unit_ids,
    tokens=_unit_tokens,
    hits=_unit_hits,
    facets=(UNIT, STAGE),
    total=lambda: every_organization().count(),
    sorts=(),
)
CLASSES = Indexed(
    title=pgettext_lazy("many", "班级"),
    icon="users-round",
    documents=_classes,
    ids=_class_ids,
    tokens=_class_tokens,
    hits=_class_hits,
    facets=(STAGE,),
    total=lambda: every_class_group().count(),
    sorts=(),
)
