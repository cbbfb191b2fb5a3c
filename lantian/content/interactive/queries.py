"""Reads of interactive packages: where they lie, who may see which, how far people are."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db.models import Avg, Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from lantian.content.interactive.engine import outline
from lantian.content.interactive.enums import FINISHED, PackageState, RunStatus
from lantian.content.interactive.models import Package, RunState
from lantian.content.resources import queries as resources
from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import ResourceState, Scan
from lantian.kernel.holdings import Part, Subject
from lantian.kernel.retention import Line
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource, ResourceVersion

REMEMBERED_S = 60  # what is in a package never changes


# Where they lie ---------------------------------------------------------------------------------------------------------------


def media_root() -> Path:
    return Path(settings.LANTIAN_MEDIA_ROOT)


def root() -> Path:
    """Below the folder that the front door hands files out of; hidden, and in no backup: all of it can be made anew."""
    return media_root() / ".resources" / "unpacked"


def folder_of(sha256: str) -> Path:
    return root() / sha256[:2] / sha256


def file_name(name: str, *, folded: bool = False) -> str:
    """Under what a package's file lies: a hash of its name; `folded`: of its name in small letters, for packages that came from a
    system that does not tell them apart."""
    plain = unicodedata.normalize("NFC", name)
    return hashlib.sha256((("~" if folded else "") + plain).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def file_of(sha256: str, name: str) -> Path | None:
    """A file of a package that lies unpacked."""
    folder = folder_of(sha256)
    for path in (folder / file_name(name), folder / file_name(name.casefold(), folded=True)):
        if path.is_file():
            return path
    return None


# Which one may see ------------------------------------------------------------------------------------------------------------


def version_seen(actor: Actor, pk: UUID) -> "ResourceVersion | None":
    """A version of a package among those that the actor sees. Three queries at most."""
    known = resources.version_of_id(pk)
    if known is None or known.blob is None or known.blob.kind not in kinds.PACKAGES:
        return None
    if not resources.resources_visible_to(actor).filter(pk=known.resource_id).exists():
        return None
    return resources.versions_seen(actor, known.resource).filter(pk=pk).first()


def is_runnable(version: "ResourceVersion") -> bool:
    blob = version.blob
    shown = blob is not None and blob.kind in kinds.PACKAGES and blob.scan != Scan.INFECTED
    return shown and version.resource.state != ResourceState.WITHDRAWN


def package_shown(pk: UUID) -> Package | None:
    """The package of a version, while it may be shown to anybody at all. One query, and one more now and then: each page of a
    package asks for a hundred files.
    """
    version = resources.version_of_id(pk)
    if version is None or not is_runnable(version):
        return None
    cache, key = caches["local"], f"interactive:{version.blob_id}"
    found: Package | None = cache.get(key)
    if found is None:
        found = Package.objects.filter(blob=version.blob_id, state=PackageState.READY).first()
        if found is not None:
            cache.set(key, found, REMEMBERED_S)
    return found


def package_of(version: "ResourceVersion") -> Package | None:
    return Package.objects.filter(blob=version.blob_id).first()


def kind_of(version: "ResourceVersion") -> str:
    """By what it is played; "" while that is not known. One query at most."""
    found = package_of(version)
    return found.kind if found is not None and found.state == PackageState.READY else ""


def parts_of(version: "ResourceVersion") -> list[str]:
    """The ids of its parts that can be opened; none: it is one thing."""
    found = package_of(version)
    return outline.playable(found.parts) if found else []


# How far people are -----------------------------------------------------------------------------------------------------------


def last_run(actor: Actor, version: "ResourceVersion") -> RunState | None:
    """One's newest attempt. One query at most."""
    if actor.person_id is None:
        return None
    return RunState.objects.filter(version=version.pk, person=actor.person_id).order_by("-attempt").first()


def runs_of(actor: Actor) -> QuerySet[RunState]:
    """One's own newest attempts at each version, the last touched first."""
    if actor.person_id is None:
        return RunState.objects.none()
    newest = RunState.objects.filter(person=actor.person_id, version=OuterRef("version")).order_by("-attempt")
    rows = RunState.objects.filter(person=actor.person_id, pk=Subquery(newest.values("pk")[:1])).exclude(data={})
    return rows.select_related("version__resource").order_by("-saved_at")


@dataclass(frozen=True, slots=True)
class Counts:
    """How a resource is done, over all of its versions: people, not attempts, but for `attempts`."""

    people: int
    attempts: int
    done: int
    passed: int
    failed: int
    score: float | None
    seconds: float | None


def counts_of(resource: "Resource") -> Counts:
    """One query."""
    rows = RunState.objects.filter(version__resource=resource.pk)
    found = rows.aggregate(
        people=Count("person", distinct=True),
        attempts=Count("pk"),
        done=Count("person", distinct=True, filter=Q(status__in=FINISHED)),
        passed=Count("person", distinct=True, filter=Q(status=RunStatus.PASSED)),
        failed=Count("person", distinct=True, filter=Q(status=RunStatus.FAILED)),
        score=Avg("score"),
        seconds=Avg("seconds"),
    )
    return Counts(**found)


# What is held of a person -----------------------------------------------------------------------------------------------------


def runs_held(subject: Subject) -> int:
    return RunState.objects.filter(person__in=subject.person_ids).count()


def runs_part(subject: Subject) -> Part:
    labels = {
        "resource": _("资源"),
        "status": _("做到哪里"),
        "score": _("得分"),
        "seconds": _("用时（秒）"),
        "at": _("时间"),
    }
    rows = RunState.objects.filter(person__in=subject.person_ids).select_related("version__resource")
    found = [
        {
            "resource": row.version.resource.title,
            "status": row.get_status_display(),
            "score": row.score,
            "seconds": row.seconds,
            "at": row.saved_at.isoformat(),
        }
        for row in rows.order_by("saved_at")
    ]
    return Part(_("互动资源的记录"), labels, found)


def old_runs(before: datetime) -> QuerySet[RunState]:
    return RunState.objects.filter(saved_at__lt=before)


def sample_of_runs(before: datetime, n: int) -> Sequence[Line]:
    rows = old_runs(before).select_related("version__resource").order_by("saved_at")[:n]
    return [Line(row.version.resource.title, row.saved_at) for row in rows]
