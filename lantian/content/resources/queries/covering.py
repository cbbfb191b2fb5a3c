"""Small pictures of files: of which ones they can be drawn, and were not yet."""

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import ResourceKind, Scan
from lantian.content.resources.models import Blob, Resource, ResourceVersion

# How one is drawn, by content type; of all else there is none.
COVERED = {kinds.PDF: "pdf"} | {
    kind: "image" if one.kind == ResourceKind.IMAGE else "film"
    for kind, one in kinds.FORMATS.items()
    if one.kind in (ResourceKind.IMAGE, ResourceKind.VIDEO)
}


def blobs_without_cover(most: int) -> list[Blob]:
    """Files in use of which none was tried: those that are used most first, then the newest. One query."""
    versions = ResourceVersion.objects.filter(blob=OuterRef("pk"))
    previewed = Blob.objects.filter(preview=OuterRef("pk"))
    rows = Blob.objects.filter(Q(Exists(versions)) | Q(Exists(previewed)), covered_at=None, kind__in=list(COVERED))
    used = Resource.objects.filter(current__blob=OuterRef("pk")).order_by("-downloads").values("downloads")[:1]
    rows = rows.exclude(scan=Scan.INFECTED).annotate(used=Coalesce(Subquery(used), 0))
    return list(rows.defer("text").order_by("-used", "-created_at")[:most])
