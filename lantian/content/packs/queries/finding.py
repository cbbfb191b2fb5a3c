"""Packs in the search: one's own and those that are for one by their reach. Those of one's lessons are found on the lessons."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.commons.search import queries as search
from lantian.content.packs.enums import PackReach
from lantian.content.packs.models import Pack
from lantian.content.packs.queries.reading import packs_meant_for, packs_with, with_figures
from lantian.content.resources import queries as resources
from lantian.content.resources.enums import Audience, Reach, ResourceState
from lantian.kernel.rules import Actor
from lantian.kernel.time.queries import organizations_of


def _see(pack: Pack) -> frozenset[str]:
    """As `packs_meant_for`, in tokens; `si:unit` is for those who teach or run schools there or below."""
    found = {search.token("p", pack.owner_id)}
    if pack.reach != PackReach.PRIVATE:
        found |= search.below(pack.organization.path)
    if pack.reach == PackReach.PUBLIC:
        found.add(search.ALL)
    elif pack.reach == PackReach.SCHOOL:
        found.add(search.token("si", pack.organization_id))
    elif pack.reach == PackReach.REGION and pack.region_id:
        found.add(search.token("si", pack.region_id))
    return frozenset(found)


def _tokens(actor: Actor) -> frozenset[str]:
    found = {search.ALL} | search.roots(actor.paths)
    if actor.person_id is not None:
        found.add(search.token("p", actor.person_id))
    if actor.grant is not None and actor.role in resources.STAFF_ROLES:
        found |= search.tokens("si", organizations_of(actor.grant.path))
    return frozenset(found)


def _titles(pack: Pack) -> Iterable[str]:
    """Of what is in it those that everybody may read: nobody finds a pack by what they do not see in it."""
    for item in pack.items.all():
        one = item.resource
        if one.state == ResourceState.PUBLISHED and one.reach == Reach.PUBLIC and one.audience == Audience.ALL:
            yield one.title


def _documents(ids: Sequence[UUID]) -> Iterable[search.Document]:
    rows = Pack.objects.filter(pk__in=list(ids), deleted_at__isnull=True).select_related("owner", "organization")
    for row in rows.prefetch_related("items__resource"):
        yield search.Document(
            id=row.pk,
            title=row.title,
            see=_see(row),
            body="\n".join([row.words, *_titles(row)]),
            words=(row.organization.name, str(row.get_subject_display()), str(row.get_stage_display())),
            people=(row.owner.name,),
            facets={"stage": (row.stage,), "subject": (row.subject,)},
            at=row.changed_at,
        )


def _ids(after: UUID | None, most: int) -> Sequence[UUID]:
    rows = Pack.objects.filter(deleted_at__isnull=True)
    rows = rows.filter(pk__gt=after) if after else rows
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _hits(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, search.Hit]:
    rows = with_figures(packs_meant_for(actor).filter(pk__in=list(ids)), actor)
    return {
        row.pk: search.Hit(
            row.title, f"{row.organization.name} · {row.owner.name}", reverse("packs_pack", args=[row.pk])
        )
        for row in rows
    }


KIND = search.Indexed(
    title=_("资源包"),
    icon="briefcase",
    documents=_documents,
    ids=_ids,
    tokens=_tokens,
    hits=_hits,
    facets=(search.STAGE, search.SUBJECT),
    total=lambda: Pack.objects.filter(deleted_at__isnull=True).count(),
    follows={"resource": packs_with},
)
