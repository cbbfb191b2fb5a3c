"""Small pictures of files: of which ones they can be drawn, and were not yet."""

from django.db.models import Exists, OuterRef, Q

from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import ResourceKind, Scan
from lantian.content.resources.models import Blob, ResourceVersion

# How one is drawn, by content type; of all else there is none.
COVERED = {kinds.PDF: "pdf"} | {
    kind: "image" if one.kind == ResourceKind.IMAGE else "film"
    for kind, one in kinds.FORMATS.items()
    if one.kind in (ResourceKind.IMAGE, ResourceKind.VIDEO)
}


def blobs_without_cover(most: int) -> list[Blob]:
    """Files in use of which none was tried, the newest first. One query."""
    versions = ResourceVersion.objects.filter(blob=OuterRef("pk"))
    previewed = Blob.objects.filter(preview=OuterRef("pk"))
    rows = Blob.objects.filter(Q(Exists(versions)) | Q(Exists(previewed)), covered_at=None, kind__in=list(COVERED))
    return list(rows.exclude(scan=Scan.INFECTED).order_by("-created_at")[:most])
