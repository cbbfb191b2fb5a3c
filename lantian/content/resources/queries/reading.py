"""Reads of resources: which one may see, what is in one, what waits for whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import BigIntegerField, F, FloatField, Func, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Left, NullIf
from django.utils.translation import gettext as _

from lantian.commons.workflow import queries as workflow
from lantian.commons.workflow.enums import ApplicationState
from lantian.content.resources.engine import kinds, likeness
from lantian.content.resources.enums import (
    CHANGEABLE,
    OPEN_VERSIONS,
    Audience,
    FaultState,
    Reach,
    ResourceState,
    Scan,
    UploadState,
    VersionState,
)
from lantian.content.resources.models import (
    Blob,
    Fault,
    Favourite,
    Rating,
    Rendition,
    Resource,
    ResourceVersion,
    Upload,
)
from lantian.kernel.holdings import Part, Subject
from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor, shared
from lantian.kernel.shaped import derived
from lantian.kernel.time.queries import organizations_of
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import REGION_KINDS, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from lantian.commons.workflow.models import Application
    from lantian.people.roster.models import Organization

ABOUT = "resources.resourceversion"
BY_SCHOOL, BY_OFFICE = "resource-review", "resource-review-office"  # the workflows
MAKING_ROLES = (
    Role.TEACHER,
    Role.HOMEROOM_TEACHER,
    Role.SCHOOL_HEAD,
    Role.SCHOOL_IT,
    Role.OFFICER,
    Role.RESEARCHER,
    Role.EXPERT,
)
STAFF_ROLES = (*MAKING_ROLES, Role.OPERATOR)
BEGINNING = 120  # characters, as much as a small picture holds


@dataclass(frozen=True, slots=True)
class Converter:
    """What makes a PDF of office documents: whether it is there, and the PDF of a file of a content type, for as long as its
    block lasts. Raises a Refusal for what it cannot open."""

    available: "Callable[[], bool]"
    as_pdf: "Callable[[Path, str], AbstractContextManager[Path]]"


# An app above has one.
CONVERTERS: Registry[Converter] = Registry("converters of office documents")
# What plays packages (`kinds.PACKAGES`): the address of a version's page there. An app above has one.
RUNNERS: "Registry[Callable[[ResourceVersion], str]]" = Registry("what plays packages")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a resource is from that was not made here: in words, and the address of its first place ("" without one)."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same list in another form, for readers' programs: content type, title, address."""

    kind: str
    title: str
    url: str


# Apps above say where resources are from that they brought (None: not by them), and in which other forms a list is to be had,
# given what it is narrowed by.
PROVENANCE: Registry["Callable[[Resource], Provenance | None]"] = Registry("where resources are from")
ALTERNATES: Registry["Callable[[Mapping[str, str]], Sequence[Alternate]]"] = Registry("other forms of the list")


def provenance_of(resource: Resource) -> Provenance | None:
    """Where it is from, if from elsewhere. One query for each app that brings resources."""
    return next((found for source in PROVENANCE if (found := source(resource)) is not None), None)


def converter() -> Converter | None:
    """The first that this machine can use."""
    return next((one for one in CONVERTERS if one.available()), None)


# What one may see -----------------------------------------------------------------------------------------------------------


def _for_whom(actor: Actor) -> Q:
    """Published ones that are for the actor, by where they are and who they are."""
    reach = Q(reach=Reach.PUBLIC)
    if not actor.is_anonymous and actor.grant is not None:
        units = derived(organizations_of, actor.grant.path)
        reach |= Q(reach=Reach.REGION, region__among=units) | Q(reach=Reach.SCHOOL, organization__among=units)
    q = Q(state=ResourceState.PUBLISHED) & reach
    return q if actor.role in STAFF_ROLES else q & Q(audience=Audience.ALL)


def resources_visible_to(actor: Actor) -> QuerySet[Resource]:
    """Published ones by whom they are for; one's own in any state; what was handed in below, and what one has to decide on."""
    q = _for_whom(actor)
    if actor.person_id is not None:
        q |= Q(author=actor.person_id)
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths, submitted_at__isnull=False)
    if actor.person_id is not None and actor.role in workflow.DECIDING_ROLES:
        asked = workflow.applications_visible_to(actor).filter(
            workflow__about=ABOUT, subject__isnull=False, round__gt=0
        )
        q |= Q(pk__in=ResourceVersion.objects.filter(pk__in=asked.values("subject")).values("resource"))
    return Resource.objects.filter(q | shared("resources.resource", actor))


def uploads_of(actor: Actor) -> QuerySet[Upload]:
    """One's own, the newest first."""
    if actor.person_id is None:
        return Upload.objects.none()
    return Upload.objects.filter(person=actor.person_id).select_related("blob").order_by("-created_at")


def unfinished_uploads(actor: Actor) -> list[Upload]:
    """What one has begun to send and not used: to be gone on with, or taken away. One query."""
    return list(uploads_of(actor).exclude(state=UploadState.READY, blob__versions__isnull=False).distinct()[:50])


def overlooks(actor: Actor, resource: Resource) -> bool:
    """Whether the actor sees all of its versions: whoever makes it, and the administration above."""
    mine = actor.person_id is not None and actor.person_id == resource.author_id
    return mine or actor.is_system or actor.administers(resource.organization.path)


def versions_seen(actor: Actor, resource: Resource) -> QuerySet[ResourceVersion]:
    """The published one and those before it; open ones for those who make it or have to decide."""
    rows = resource.versions.select_related("blob__preview", "resource__organization", "region").order_by("-number")
    if overlooks(actor, resource):
        return rows
    q = Q(state__in=(VersionState.PUBLISHED, VersionState.REPLACED))
    if actor.person_id is not None and actor.role in workflow.DECIDING_ROLES:
        asked = workflow.applications_visible_to(actor).filter(workflow__about=ABOUT, round__gt=0)
        q |= Q(pk__in=asked.values("subject"))
    return rows.filter(q)


# Lists ----------------------------------------------------------------------------------------------------------------------


def with_score(rows: QuerySet[Resource]) -> QuerySet[Resource]:
    """`score`: the mean of the stars, None without any."""
    mean = Cast(F("stars"), FloatField()) / NullIf(Cast(F("rated"), FloatField()), Value(0.0))
    return rows.annotate(score=mean)


def with_names(rows: QuerySet[Resource]) -> QuerySet[Resource]:
    """With its unit, author, file and `score`, and `beginning` of what is written in it; the rest of that stays where it is."""
    rows = rows.select_related("organization", "author", "current__blob__preview")
    rows = rows.defer("current__blob__text", "current__blob__preview__text")
    return with_score(rows).annotate(beginning=Left("current__blob__text", BEGINNING))


def own_resources(actor: Actor) -> QuerySet[Resource]:
    """What one has made, in any state; `opened`: how its version that is not published stands, None without one."""
    if actor.person_id is None:
        return Resource.objects.none()
    opened = ResourceVersion.objects.filter(resource=OuterRef("pk"), state__in=OPEN_VERSIONS).values("state")
    return Resource.objects.filter(author=actor.person_id).annotate(opened=Subquery(opened))


def regions_around(organization: "Organization") -> "QuerySet[Organization]":
    """Regions that a unit's resources can be for: those above it, or itself. One query."""
    rows = roster.organizations_known(organizations_of(str(organization.path)))
    return rows.filter(kind__in=REGION_KINDS).order_by("path")


def bytes_of(organization_id: UUID) -> int:
    """What a unit's versions take, each file once and with its renditions, with what is on its way. Two queries."""
    blobs = Blob.objects.filter(versions__resource__organization=organization_id).values("pk")
    rows = Q(pk__in=blobs) | Q(pk__in=Rendition.objects.filter(film__in=blobs).values("file"))
    kept = Blob.objects.filter(rows).aggregate(n=Coalesce(Sum("size"), 0))["n"]
    coming = Upload.objects.filter(
        organization=organization_id, state__in=(UploadState.RECEIVING, UploadState.CHECKING)
    )
    return int(kept) + int(coming.aggregate(n=Coalesce(Sum("size"), 0))["n"])


def unit_has(organization_id: UUID, hashes: Collection[str]) -> set[str]:
    """Those of these files that versions of the unit have. One query."""
    rows = ResourceVersion.objects.filter(blob__in=hashes, resource__organization=organization_id)
    return set(rows.values_list("blob", flat=True))


# One of them ------------------------------------------------------------------------------------------------------------------


def open_version(resource: Resource) -> ResourceVersion | None:
    """The one that is being made or reviewed. One query."""
    return resource.versions.filter(state__in=OPEN_VERSIONS).select_related("blob", "region").first()


def application_of(version: ResourceVersion) -> "Application | None":
    """The newest application for publishing it. Two queries."""
    found = [workflow.application_about(key, version.pk) for key in (BY_SCHOOL, BY_OFFICE)]
    return max((one for one in found if one is not None), key=lambda one: one.created_at, default=None)


def is_changeable(version: ResourceVersion) -> bool:
    """A draft, or one that was sent back: also while word of that has not come through the outbox yet. Two queries at most."""
    if version.state != VersionState.REVIEW:
        return version.state in CHANGEABLE
    found = application_of(version)
    return found is not None and found.state == ApplicationState.RETURNED


def version_of_id(pk: UUID) -> ResourceVersion | None:
    return ResourceVersion.objects.select_related("resource__organization", "blob").filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class Alike:
    """A resource with the same file (`same`), or one that differs little."""

    resource: Resource
    same: bool


def same_file(blob: Blob, actor: Actor, *, but: UUID | None = None) -> QuerySet[Resource]:
    """Published resources of the same file that the actor may see."""
    rows = resources_visible_to(actor).filter(state=ResourceState.PUBLISHED, current__blob=blob)
    return rows.exclude(pk=but) if but else rows


def alike(blob: Blob, actor: Actor, *, but: UUID | None = None) -> list[Alike]:
    """Published resources of the same or nearly the same content that the actor may see. Two queries at most."""
    found = [Alike(one, same=True) for one in same_file(blob, actor, but=but).select_related("organization")[:5]]
    if blob.likeness is None:
        return found
    apart = Func(
        F("likeness"),
        Value(blob.likeness, BigIntegerField()),
        template="bit_count((%(expressions)s)::bit(64))",
        arg_joiner=" # ",
        output_field=BigIntegerField(),
    )
    family = [kind for kind, one in kinds.FORMATS.items() if one.kind == kinds.FORMATS[blob.kind].kind]
    near = Blob.objects.filter(likeness__isnull=False, kind__in=family).exclude(pk=blob.pk).annotate(apart=apart)
    near = near.filter(apart__lte=likeness.NEAR)
    rows = resources_visible_to(actor).filter(state=ResourceState.PUBLISHED, current__blob__in=near.values("pk"))
    rows = rows.exclude(pk=but) if but else rows
    return found + [Alike(one, same=False) for one in rows.select_related("organization")[:5]]


def blobs_kept(sha256s: "Iterable[str]") -> dict[str, Blob]:
    """Files that are kept already and have no virus, by their hashes. One query."""
    return {row.pk: row for row in Blob.objects.filter(pk__in=set(sha256s)).exclude(scan=Scan.INFECTED)}


def same_files(sha256s: "Sequence[str]", organization_id: UUID, path: str) -> QuerySet[Resource]:
    """Published resources of one of these files that everybody, the unit, or a region around it has."""
    rows = Resource.objects.filter(state=ResourceState.PUBLISHED, current__blob__in=list(sha256s))
    here = Q(reach=Reach.SCHOOL, organization=organization_id) | Q(reach=Reach.REGION, region__path__above=path)
    return rows.filter(Q(reach=Reach.PUBLIC) | here).order_by("published_at")


def rating_of(actor: Actor, resource: Resource) -> Rating | None:
    """What the actor thinks of it. One query at most."""
    return resource.ratings.filter(person=actor.person_id).first() if actor.person_id else None


def is_favourite(actor: Actor, resource: Resource) -> bool:
    return actor.person_id is not None and resource.favourites.filter(person=actor.person_id).exists()


def ratings_with_words(resource: Resource) -> list[Rating]:
    """What people wrote, the newest first. One query."""
    rows = resource.ratings.exclude(words="").select_related("person").order_by("-made_at")
    return list(rows[:20])


def faults_open(resource: Resource) -> list[Fault]:
    return list(resource.faults.filter(state=FaultState.OPEN).select_related("person").order_by("made_at"))


def fault_known(pk: UUID) -> Fault | None:
    return Fault.objects.select_related("resource__organization", "resource__author").filter(pk=pk).first()


def blobs_of(resource_id: UUID) -> list[Blob]:
    """The files of its versions that may be looked at. One query."""
    states = (VersionState.PUBLISHED, VersionState.REVIEW)
    return list(Blob.objects.filter(versions__resource=resource_id, versions__state__in=states).distinct())


def resource_known(pk: UUID) -> Resource | None:
    return Resource.objects.select_related("organization", "author").filter(pk=pk).first()


def involved_in(version_id: UUID) -> set[UUID]:
    """Who made a version or the resource: they do not decide on it. One query."""
    rows = ResourceVersion.objects.filter(pk=version_id).values_list("made_by", "resource__author")
    return {person for row in rows for person in row if person is not None}


# What is held of a person ---------------------------------------------------------------------------------------------------


def resources_of(subject: Subject) -> QuerySet[Resource]:
    return Resource.objects.filter(author__in=subject.person_ids)


def resources_part(subject: Subject) -> Part:
    labels = {"title": _("资源"), "state": _("状态"), "at": _("时间")}
    rows = resources_of(subject).order_by("created_at")
    found = [{"title": row.title, "state": row.get_state_display(), "at": row.created_at.isoformat()} for row in rows]
    return Part(_("上传的资源"), labels, found)


def words_of(subject: Subject) -> int:
    """Ratings, faults that were reported, what is kept at hand, uploads."""
    models: Iterable[Any] = (Rating, Fault, Favourite, Upload)
    return sum(model.objects.filter(person__in=subject.person_ids).count() for model in models)


def words_part(subject: Subject) -> Part:
    labels = {"what": _("做了什么"), "resource": _("资源"), "words": _("写的话"), "at": _("时间")}
    found: list[dict[str, Any]] = []
    for model, what in ((Rating, _("评价")), (Fault, _("报错")), (Favourite, _("收藏"))):
        rows: Any = model._default_manager.filter(person__in=subject.person_ids).select_related("resource")
        found += [
            {
                "what": what,
                "resource": row.resource.title,
                "words": getattr(row, "words", ""),
                "at": row.made_at.isoformat(),
            }
            for row in rows.order_by("made_at")
        ]
    for upload in Upload.objects.filter(person__in=subject.person_ids).order_by("created_at"):
        found.append({"what": _("上传"), "resource": upload.name, "words": "", "at": upload.created_at.isoformat()})
    return Part(_("对资源做过的事"), labels, found)


def office_blobs_without_preview(most: int) -> list[str]:
    """Files in use that could be shown as PDF and are not yet, those that are used most first. One query."""
    family = [kind for kind, one in kinds.FORMATS.items() if one.view == "office"]
    rows = Blob.objects.filter(kind__in=family, preview=None, preview_why="", versions__isnull=False)
    used = rows.annotate(used=Max("versions__resource__downloads")).order_by(F("used").desc(), "pk")
    return list(used.values_list("pk", flat=True)[:most])
