"""Resources that come from elsewhere, many at a time and without a review: what another system or region has, brought in on an
office's word. The caller's app keeps where each is from and finds it again; here they are resources with versions like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.resources import queries, rules
from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import OPEN_VERSIONS, Reach, ResourceKind, ResourceState, Scan, VersionState
from lantian.content.resources.errors import FileUnfit
from lantian.content.resources.events import ResourcePublished, ResourceWithdrawn
from lantian.content.resources.models import Blob, Placement, Resource, ResourceVersion
from lantian.content.resources.services import looking, scanning, storing
from lantian.content.resources.services.making import FACTS, locked, show
from lantian.content.resources.services.previewing import ask_views
from lantian.content.resources.services.reviewing import publish_version
from lantian.kernel.events import acted_by, publish_many
from lantian.kernel.journal.services import record, record_many
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization


@dataclass(frozen=True, slots=True)
class Brought:
    """One thing from elsewhere: a file that is kept already, or an address. `resource`: of which it is the next version; None, a
    new one. Where the place that it is from knows them: whose it is of the units below, who made it, since when it is out, how
    often it was taken.
    """

    facts: Mapping[str, Any]
    blob: Blob | None = None
    file_name: str = ""
    url: str = ""
    nodes: Sequence[UUID] = ()
    publish: bool = True
    resource: UUID | None = None
    created_at: datetime | None = None
    changes: str = field(default="")
    id: UUID | None = None
    unit: "Organization | None" = None
    author: UUID | None = None
    published_at: datetime | None = None
    downloads: int = 0


def look_at(path: Path, name: str) -> looking.Seen:
    """What a file is, by its content, as of those that people upload; touches no database. Raises FileUnfit."""
    return looking.look(path, name)


def look_at_each(files: Sequence[tuple[Path, str]]) -> list[looking.Seen | FileUnfit]:
    """As `look_at`, of many files with their names, in their order: they share processes, and take a fraction of the time."""
    return looking.look_at_each(files)


def keep_file(path: Path, seen: looking.Seen) -> Blob:
    """Keep a file that was looked at, by its content; the caller takes `path` away. Raises FileUnfit when it has a virus."""
    (kept,) = keep_files([(path, seen)])
    if isinstance(kept, FileUnfit):
        raise kept
    return kept


def keep_files(files: Sequence[tuple[Path, looking.Seen]]) -> list[Blob | FileUnfit]:
    """As `keep_file`, of many that were looked at, in their order; once in a transaction."""
    laid = [storing.Laid(path, one.kind, one.facts, one.text, one.likeness) for path, one in files]
    return [_sound(blob) for blob in storing.put_files(laid)]


def _sound(blob: Blob) -> Blob | FileUnfit:
    try:
        return sound(blob)
    except FileUnfit as error:
        return error


def keep_made(files: Sequence[storing.Known]) -> list[Blob]:
    """Keep small files that the platform made itself, by their content, many at a time; in their order. Once in a transaction."""
    return storing.put_many(files)


def sound(blob: Blob) -> Blob:
    """The file, once a scanner had a chance. Raises FileUnfit when it has a virus."""
    if scanning.scan_blob(blob) == Scan.INFECTED:
        raise FileUnfit(_("查到病毒，不能使用"))
    return blob


def bring_resources(
    items: Sequence[Brought], *, organization: "Organization", origin: str, by: Actor
) -> list[tuple[UUID, bool]]:
    """Make or change all of these, in one transaction: (id, whether it was free to be changed) of each, in their order. New ones
    take a fixed number of statements, whatever their number. `origin`: in words, for the journal.

    One whose next version somebody here is at work on is not changed. Raises Denied.
    """
    for unit in (organization, *{item.unit.pk: item.unit for item in items if item.unit}.values()):
        require(rules.may_bring, by, unit)
    with transaction.atomic():
        fresh = [one for one in items if one.resource is None]
        made = iter(_make(fresh, organization, origin, by))
        return [(next(made), True) if one.resource is None else _change(one, one.resource, origin, by) for one in items]


def _version(resource: Resource, number: int, item: Brought, by: Actor) -> ResourceVersion:
    facts = {name: item.facts[name] for name in FACTS if name in item.facts}
    name = kinds.proper_name(item.file_name, item.blob.kind)[-150:] if item.blob else ""
    since = item.published_at or timezone.now()
    return ResourceVersion(
        resource=resource,
        number=number,
        state=VersionState.PUBLISHED if item.publish else VersionState.DRAFT,
        blob=item.blob,
        file_name=name,
        url="" if item.blob else item.url,
        changes=item.changes[:300],
        made_by_id=item.author or by.person_id,
        made_at=since,
        published_at=since if item.publish else None,
        **facts,
    )


def _kind_of(item: Brought) -> ResourceKind:
    return ResourceKind(kinds.FORMATS[item.blob.kind].kind) if item.blob else ResourceKind.LINK


def _row(item: Brought, organization: "Organization", now: datetime) -> Resource:
    alone = item.author is not None and item.facts.get("reach") == Reach.PRIVATE
    row = Resource(
        kind=_kind_of(item),
        organization=item.unit or organization,
        author_id=item.author,
        created_at=item.created_at or item.published_at or now,
        downloads=item.downloads,
        submitted_at=None if alone else now,  # an office brought it: whoever administers the unit sees it in any state
    )
    row.pk = item.id or row.pk
    return row


def _make(items: Sequence[Brought], organization: "Organization", origin: str, by: Actor) -> list[UUID]:
    now, rows, versions, placements = timezone.now(), [], [], []
    for item in items:
        version = _version(row := _row(item, organization, now), 1, item, by)
        show(row, version)
        if item.publish:  # written at once: keys to what comes after are looked at when the transaction ends
            row.state, row.current_id, row.published_at = ResourceState.PUBLISHED, version.pk, version.published_at
        rows.append(row)
        versions.append(version)
        placements += [Placement(resource=row, node_id=node) for node in dict.fromkeys(item.nodes)]
    Resource.objects.bulk_create(rows)
    ResourceVersion.objects.bulk_create(versions)
    Placement.objects.bulk_create(placements)
    shown = [row for row, item in zip(rows, items, strict=True) if item.publish]
    record_many("resources.brought", rows, by=by, origin=origin)
    publish_many([_published(row, 1, by) for row in shown])
    ask_views(*{item.blob.pk: item.blob for item in items if item.blob}.values())
    return [row.pk for row in rows]


def _published(row: Resource, number: int, by: Actor) -> ResourcePublished:
    context = {"version": number, "reach": row.reach, "kind": row.kind, "title": row.title}
    return ResourcePublished(object_id=row.pk, organization_id=row.organization_id, context=context, **acted_by(by))


def _change(item: Brought, pk: UUID, origin: str, by: Actor) -> tuple[UUID, bool]:
    """The next version of one that is there. A draft that was brought before is replaced; one that somebody began is left."""
    row = locked(pk)
    opened = row.versions.filter(state__in=OPEN_VERSIONS).first()
    last = row.versions.order_by("-number").values_list("number", flat=True).first() or 0
    if opened is not None:
        if opened.number != 1 or opened.edition != 1 or row.current_id is not None:
            return pk, False
        opened.delete()
        last = 0
    version = _version(row, last + 1, item, by)
    if item.publish:
        row.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.REPLACED)
    version.save(force_insert=True)
    if item.publish or row.current_id is None:
        show(row, version)
        row.kind = _kind_of(item)
    if item.publish:
        row.state, row.current, row.published_at, row.withdrawn_why = (
            ResourceState.PUBLISHED,
            version,
            version.published_at,
            "",
        )
    row.save()
    wanted = set(item.nodes)
    row.placements.exclude(node__in=wanted).delete()
    there = set(row.placements.values_list("node", flat=True))
    Placement.objects.bulk_create(Placement(resource=row, node_id=node) for node in sorted(wanted - there))
    record("resources.brought_again", row, by=by, origin=origin, version=version.number)
    if item.publish:
        publish_many([_published(row, version.number, by)])
    if item.blob:
        ask_views(item.blob)
    return pk, True


@transaction.atomic
def take_down(ids: Sequence[UUID], *, organization: "Organization", words: str, by: Actor) -> int:
    """Take down what is published of these, all at once, and say why. Returns how many. Raises Denied."""
    require(rules.may_bring, by, organization)
    rows = list(
        Resource.objects.select_for_update(of=("self",))
        .filter(pk__in=list(ids), organization=organization, state=ResourceState.PUBLISHED)
        .order_by("pk")
    )
    Resource.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=ResourceState.WITHDRAWN, withdrawn_why=words[:300]
    )
    record_many("resources.withdrawn", rows, by=by, words=words[:300])
    publish_many(
        [
            ResourceWithdrawn(
                object_id=row.pk, organization_id=row.organization_id, context={"words": words[:300]}, **acted_by(by)
            )
            for row in rows
        ]
    )
    return len(rows)


@transaction.atomic
def put_up(ids: Sequence[UUID], *, organization: "Organization", taken_down_as: str = "", by: Actor) -> int:
    """Publish the drafts among what was brought, and what was taken down in these words. Returns how many. Raises Denied."""
    require(rules.may_bring, by, organization)
    now = timezone.now()
    rows = list(
        Resource.objects.select_for_update(of=("self",))
        .filter(pk__in=list(ids), organization=organization)
        .filter(Q(state=ResourceState.DRAFT) | Q(state=ResourceState.WITHDRAWN, withdrawn_why=taken_down_as))
        .order_by("pk")
    )
    changed = ResourceVersion.objects.filter(
        resource__in=[row.pk for row in rows], state=VersionState.DRAFT, number__gt=1
    )
    one_by_one = {publish_version(version, by=by).pk for version in changed}  # what they say has changed meanwhile
    pks = [row.pk for row in rows if row.pk not in one_by_one]
    ResourceVersion.objects.filter(resource__in=pks, state=VersionState.DRAFT).update(
        state=VersionState.PUBLISHED, published_at=now
    )
    newest = ResourceVersion.objects.filter(resource=OuterRef("pk"), state=VersionState.PUBLISHED).order_by("-number")
    Resource.objects.filter(pk__in=pks).update(
        state=ResourceState.PUBLISHED, current=Subquery(newest.values("pk")[:1]), published_at=now, withdrawn_why=""
    )
    others = [row for row in rows if row.pk not in one_by_one]
    record_many("resources.published", others, by=by)
    publish_many([_published(row, 1, by) for row in others])
    return len(rows)


def files_there(
    blobs: Sequence[Blob], *, organization: "Organization", reach: str, but: Sequence[UUID] = ()
) -> dict[str, str]:
    """Which of these files those whom a resource of this reach is for have in a published one already: hash → its title."""
    found: dict[str, str] = {}
    if reach == Reach.PRIVATE:
        return found
    rows = queries.same_files([blob.pk for blob in blobs], organization.pk, str(organization.path))
    for sha256, title in rows.exclude(pk__in=list(but)).values_list("current__blob", "title"):
        found.setdefault(str(sha256), title)
    return found
