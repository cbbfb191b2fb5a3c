"""Making a resource: drafts of its versions, saved as often as one likes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.resources import queries, rules
from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import Reach, ResourceKind, ResourceState, UploadState, VersionState
from lantian.content.resources.errors import ChangedMeanwhile, FileUnfit, NotChangeable, NotComplete, VersionOpen
from lantian.content.resources.models import Blob, Resource, ResourceVersion, Subtitle, Upload
from lantian.content.resources.services.previewing import ask_views
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization, Person

# What is said about a version; the resource shows what its published one says.
FACTS = (
    "title",
    "words",
    "purpose",
    "subject",
    "stage",
    "grade",
    "keywords",
    "language",
    "audience",
    "reach",
    "region",
    "licence",
    "rights_holder",
    "source",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was looked at and is kept already, and what it is called: of something that was taken apart here."""

    blob: Blob
    name: str


def locked(pk: UUID) -> Resource:
    """The resource, held until the transaction ends: every verb about it or its versions begins so."""
    return Resource.objects.select_for_update(of=("self",)).select_related("organization").get(pk=pk)


def locked_version(version: ResourceVersion) -> ResourceVersion:
    """The version as it is now, with its resource held."""
    resource = locked(version.resource_id)
    found = ResourceVersion.objects.select_related("blob", "region").get(pk=version.pk)
    found.resource = resource
    return found


@transaction.atomic
def create_resource(
    *,
    upload: Upload | None = None,
    kept: Kept | None = None,
    url: str = "",
    facts: Mapping[str, Any] | None = None,
    author: "Person | None" = None,
    organization: "Organization | None" = None,
    by: Actor,
) -> Resource:
    """Begin a resource with a file that was looked at, or an address; only its author sees it. Raises Denied, FileUnfit.

    The system may make one for somebody (`author` at `organization`).
    """
    require(rules.may_upload, by)
    if upload is not None:
        require(rules.may_manage_upload, by, upload)
    if sum((upload is not None, kept is not None, url != "")) != 1:
        raise NotComplete(_("请上传一个文件，或填一个网址"))
    unit = organization.pk if organization else by.grant.organization_id if by.grant else None
    if unit is None:  # the system has to say whose it is
        raise NotComplete
    made = Resource(
        kind=ResourceKind.LINK,
        organization_id=unit,
        author_id=author.pk if author else by.person_id,
    )
    version = ResourceVersion(resource=made, number=1, url=url, made_by_id=made.author_id)
    _fill(version, {"title": _title_of(upload.name if upload else kept.name if kept else "", url), **(facts or {})})
    if upload is not None:
        _attach(version, upload)
    elif kept is not None:
        _hold(version, kept)
    if version.blob is not None:
        made.kind = ResourceKind(kinds.FORMATS[version.blob.kind].kind)
    show(made, version)
    made.save(force_insert=True)
    version.save(force_insert=True)
    record("resources.created", made, by=by, title=made.title, kind=made.kind)
    return made


def _title_of(name: str, url: str) -> str:
    return (name.rpartition(".")[0] or name or url)[:120]


def _fill(version: ResourceVersion, facts: Mapping[str, Any]) -> None:
    """A draft may lack what is asked for at the end; what it has fits together. Raises NotComplete."""
    for name in FACTS:
        if name in facts:
            value = facts[name]
            setattr(version, name, value.strip() if isinstance(value, str) else value)
    if version.reach != Reach.REGION:
        version.region = None
    elif version.region is None:
        raise NotComplete(_("请选择给哪个地区用"), field="region")
    if not version.title:
        raise NotComplete(_("请填写名称"), field="title")


def _attach(version: ResourceVersion, upload: Upload) -> None:
    """The version's file is what came by this upload, which is used up. Raises FileUnfit."""
    found = Upload.objects.select_for_update(of=("self",)).select_related("blob").filter(pk=upload.pk).first()
    if found is None or found.state != UploadState.READY or found.blob is None:
        raise FileUnfit(_("这个文件还没有检查完，或者不能使用"))
    _hold(version, Kept(found.blob, found.name))
    found.delete()


def _hold(version: ResourceVersion, kept: Kept) -> None:
    version.blob, version.url = kept.blob, ""
    version.file_name = kinds.proper_name(kept.name, kept.blob.kind)[-150:]
    ask_views(kept.blob)


def show(resource: Resource, version: ResourceVersion) -> None:
    """What is said in a version is what the resource says."""
    for name in FACTS:
        setattr(resource, name, getattr(version, name))


@transaction.atomic
def save_version(
    version: ResourceVersion,
    *,
    edition: int,
    facts: Mapping[str, Any],
    upload: Upload | None = None,
    kept: Kept | None = None,
    url: str = "",
    changes: str = "",
    chapters: Sequence[tuple[float, str]] | None = None,
    by: Actor,
) -> ResourceVersion:
    """Keep a draft, with another file or address if one is named. `edition`: the one that the form was opened with; who saves
    on top of somebody else's is told.

    Raises Denied, NotChangeable, ChangedMeanwhile, FileUnfit, NotComplete.
    """
    version = locked_version(version)
    require(rules.may_manage_resource, by, version.resource)
    if not queries.is_changeable(version):
        raise NotChangeable
    require(rules.may_change_version, by, version)
    if version.edition != edition:
        raise ChangedMeanwhile
    if upload is not None:
        require(rules.may_manage_upload, by, upload)
        _attach(version, upload)
    elif kept is not None:
        _hold(version, kept)
    elif url:
        version.blob, version.file_name, version.url = None, "", url
    _fill(version, facts)
    version.changes = changes.strip()[:300]
    if chapters is not None:
        version.chapters = [list(one) for one in chapters]
    version.edition += 1
    version.save()
    resource = version.resource
    if resource.current_id is None:
        show(resource, version)
        if version.blob is not None:
            resource.kind = ResourceKind(kinds.FORMATS[version.blob.kind].kind)
        resource.save()
    record("resources.version_saved", resource, by=by, version=version.number, edition=version.edition)
    return version


@transaction.atomic
def new_version(resource: Resource, *, by: Actor) -> ResourceVersion:
    """Begin the next version with what the last one says; what is published stays until the review's end.

    Raises Denied, VersionOpen.
    """
    resource = locked(resource.pk)
    require(rules.may_manage_resource, by, resource)
    last = resource.versions.select_related("blob", "region").order_by("-number").first()
    assert last is not None  # a resource is made with one
    made = ResourceVersion(
        resource=resource,
        number=last.number + 1,
        blob=last.blob,
        file_name=last.file_name,
        url=last.url,
        chapters=last.chapters,
        made_by_id=by.person_id,
        made_at=timezone.now(),
        **{name: getattr(last, name) for name in FACTS},
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise VersionOpen from error
    said = ("language", "name", "cues", "text", "words")
    for one in last.subtitles.all():
        Subtitle.objects.create(version=made, **{name: getattr(one, name) for name in said})
    record("resources.version_begun", resource, by=by, version=made.number)
    return made


@transaction.atomic
def discard_version(version: ResourceVersion, *, by: Actor) -> None:
    """Give up a draft; a resource that has nothing else goes with it. Raises Denied, NotChangeable."""
    version = locked_version(version)
    require(rules.may_manage_resource, by, version.resource)
    if version.state != VersionState.DRAFT:
        raise NotChangeable
    resource = version.resource
    record("resources.version_discarded", resource, by=by, version=version.number, title=version.title)
    version.delete()
    if resource.state == ResourceState.DRAFT and not resource.versions.exists():
        resource.delete()
