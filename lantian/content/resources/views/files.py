"""The files of resources, handed out to whoever may see the version: as what they are, and unable to run as a page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from lantian.content.media import services as media
from lantian.content.resources import queries, services
from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import Scan
from lantian.content.resources.errors import DiskFull, FileAway
from lantian.content.resources.models import Blob, ResourceVersion
from lantian.kernel.files import large_response
from lantian.kernel.web.guards import acting, get_visible_or_404, public

KEPT_S = 3600  # a version's file never changes
# Shown as they are; all else is only taken away. None of them is a page that could run.
SHOWN = ("pdf", "image", "video", "audio", "text")
POLICY = "default-src 'none'; sandbox; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'"


def seen_version(request: HttpRequest, pk: UUID) -> ResourceVersion:
    """One of those that the actor sees; others are not there."""
    actor = acting(request)
    known = queries.version_of_id(pk)
    if known is None:
        raise Http404
    resource = get_visible_or_404(
        queries.resources_visible_to(actor).select_related("organization"), pk=known.resource_id
    )
    return get_visible_or_404(queries.versions_seen(actor, resource), pk=pk)


def hand_out(request: HttpRequest, blob: Blob | None, *, download_as: str = "") -> HttpResponseBase:
    """A file, after the rule was asked. Raises Http404."""
    if blob is None or blob.scan == Scan.INFECTED:
        raise Http404
    kind = blob.kind if kinds.FORMATS[blob.kind].view in SHOWN else "application/octet-stream"
    if kind == kinds.TEXT:
        kind = f"text/plain; charset={'gb18030' if blob.facts.get('encoding') == 'gb18030' else 'utf-8'}"
    try:
        answer = large_response(
            request,
            services.at_hand(blob.sha256),
            root=media.media_root(),
            kind=kind,
            kept_s=0 if download_as else KEPT_S,
            **({"download_as": download_as} if download_as else {}),
        )
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    except (FileAway, DiskFull) as error:
        away = HttpResponse(str(error.message), status=503, content_type="text/plain; charset=utf-8")
        away["Retry-After"] = "60"
        return away
    answer["Content-Security-Policy"] = POLICY
    return answer


@require_safe
@public
def file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The version's file, to be shown; `?take=1`: to be kept, which is counted."""
    found = seen_version(request, pk)
    take = request.GET.get("take") == "1" or (
        found.blob is not None and kinds.FORMATS[found.blob.kind].view not in SHOWN
    )
    answer = hand_out(request, found.blob, download_as=found.file_name if take else "")
    if take and request.method == "GET" and found.resource.current_id == found.pk:
        services.note_download(found, by=acting(request))
    return answer


@require_safe
@public
def cover(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A small picture of the version's file."""
    blob = seen_version(request, pk).blob
    return hand_out(request, (blob.cover or (blob.preview and blob.preview.cover)) if blob else None)


@require_safe
@public
def preview(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The PDF that was made of an office document."""
    found = seen_version(request, pk)
    return hand_out(request, found.blob.preview if found.blob else None)
