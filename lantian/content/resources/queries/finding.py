"""Resources in the search: published ones. Their tokens say what `resources_visible_to` says of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.commons.search.queries import (
    ALL,
    STAGE,
    SUBJECT,
    Document,
    Facet,
    Hit,
    Indexed,
    below,
    concerned,
    region,
    token,
    tokens,
)
from lantian.content.resources.enums import Audience, Reach, ResourceKind, ResourceState
from lantian.content.resources.models import Resource, Subtitle
from lantian.content.resources.queries.reading import STAFF_ROLES, resources_visible_to
from lantian.kernel.rules import Actor
from lantian.kernel.time.queries import organizations_of

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

STAFF = "staff"  # what is for everybody who teaches or runs schools; `si:unit`: for those of a unit
BODY = 20_000  # characters of what is written in the file


def _kind_words(value: str) -> "Text":
    return ResourceKind(value).label if value in ResourceKind.values else value


KIND_FACET = Facet("resource_kind", _("种类"), _kind_words)


def _published() -> QuerySet[Resource]:
    return Resource.objects.filter(state=ResourceState.PUBLISHED)


def audience(resource: Resource) -> frozenset[str]:
    """Who sees it, in tokens; read with its unit."""
    staff = resource.audience == Audience.STAFF
    found = below(resource.organization.path) if resource.submitted_at else set()
    if resource.author_id:
        found.add(token("p", resource.author_id))
    if resource.reach == Reach.PUBLIC:
        found.add(STAFF if staff else ALL)
    elif resource.reach != Reach.PRIVATE:
        unit = resource.region_id if resource.reach == Reach.REGION else resource.organization_id
        if unit is not None:
            found.add(token("si" if staff else "in", unit))
    return frozenset(found)


def _said(rows: Iterable[Resource]) -> dict[UUID | None, str]:
    """What is said in films, and what their chapters are called, by version. One query."""
    found: dict[UUID | None, str] = {}
    for row in rows:
        if row.current is not None and row.current.chapters:
            found[row.current_id] = "\n".join(title for _at, title in row.current.chapters) + "\n"
    written = Subtitle.objects.filter(version__in=[row.current_id for row in rows]).order_by("language")
    for version, words in written.values_list("version", "words"):
        found[version] = found.get(version, "") + words + "\n"
    return found


def _documents(ids: Sequence[UUID]) -> Iterable[Document]:
    rows = _published().filter(pk__in=list(ids)).select_related("organization", "author", "current__blob")
    said = _said(rows)
    for row in rows:
        written = row.current.blob.text[:BODY] if row.current and row.current.blob else ""
        yield Document(
            id=row.pk,
            title=row.title,
            see=audience(row),
            body=f"{row.words}\n{written}{said.get(row.current_id, '')[:BODY]}",
            words=(
                row.organization.name,
                *row.keywords.split(),
                str(row.get_kind_display()),
                str(row.get_purpose_display()),
                str(row.get_subject_display()),
                str(row.get_stage_display()),
            ),
            people=(row.author.name,) if row.author else (),
            facets={"stage": (row.stage,), "subject": (row.subject,), "resource_kind": (row.kind,)},
            at=row.published_at,
            quality=round(20 * row.stars / row.rated) if row.rated else 0,
            used=row.downloads,
        )


def _ids(after: UUID | None, most: int) -> Sequence[UUID]:
    rows = _published().filter(pk__gt=after) if after else _published()
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _tokens(actor: Actor) -> frozenset[str]:
    found = {ALL} | concerned(actor) | region(actor)
    if actor.grant is not None and actor.role in STAFF_ROLES:
        found |= {STAFF} | tokens("si", organizations_of(actor.grant.path))
    return frozenset(found)


def _picture(row: Resource) -> str:
    blob = row.current.blob if row.current else None
    return reverse("resources_cover", args=[row.current_id]) if blob and blob.cover_id_shown else ""


def _hits(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, Hit]:
    rows = resources_visible_to(actor).filter(state=ResourceState.PUBLISHED, pk__in=list(ids))
    return {
        row.pk: Hit(
            row.title,
            " · ".join(
                word
                for word in (
                    str(row.get_kind_display()),
                    str(row.get_subject_display()),
                    row.organization.name,
                    row.mark,
                )
                if word
            ),
            reverse("resources_resource", args=[row.pk]),
            _picture(row),
        )
        for row in rows.select_related("organization", "current__blob__preview")
    }


KIND = Indexed(
    title=_("资源"),
    icon="folder-open",
    documents=_documents,
    ids=_ids,
    tokens=_tokens,
    hits=_hits,
    facets=(STAGE, SUBJECT, KIND_FACET),
    sorts=("new", "quality", "used"),
    total=lambda: _published().count(),
)
