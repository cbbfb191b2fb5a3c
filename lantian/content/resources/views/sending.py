"""Files come by the tus protocol, 1.0.0 (tus.io): creation, termination, expiration, checksum.

What somebody may do is what the services say; here are the protocol's words for it.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lantian.content.resources import queries, services
from lantian.content.resources.enums import UploadState
from lantian.content.resources.errors import (
    DiskFull,
    FileUnfit,
    QuotaFull,
    ResourceError,
    TooLarge,
    UploadBusy,
    UploadOver,
    WrongChecksum,
    WrongOffset,
)
from lantian.content.resources.models import Upload
from lantian.content.resources.rules import may_manage_upload
from lantian.content.resources.services.receiving import CHECKSUMS, LARGEST
from lantian.kernel.numbers import number_of
from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object

VERSION, EXTENSIONS = "1.0.0", "creation,termination,expiration,checksum"
PIECE_TYPE = "application/offset+octet-stream"
STATUS: dict[type[ResourceError], int] = {
    FileUnfit: 400,
    TooLarge: 413,
    QuotaFull: 413,
    UploadOver: 410,
    WrongOffset: 409,
    UploadBusy: 423,
    WrongChecksum: 460,
    DiskFull: 507,
}
View = Callable[..., HttpResponse]


def _tus(view: View) -> View:
    """Every answer names the version; every request but OPTIONS has to. Refusals are sentences, as plain text."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            answer = HttpResponse(status=204)
            answer["Tus-Version"], answer["Tus-Extension"] = VERSION, EXTENSIONS
            answer["Tus-Max-Size"], answer["Tus-Checksum-Algorithm"] = str(LARGEST), ",".join(CHECKSUMS)
        elif request.headers.get("Tus-Resumable") != VERSION:
            answer = HttpResponse(status=412)
            answer["Tus-Version"] = VERSION
        else:
            try:
                answer = view(request, *args, **kwargs)
            except ResourceError as error:
                answer = _refused(error)
        answer["Tus-Resumable"] = VERSION
        return answer

    return inner


def _refused(error: ResourceError) -> HttpResponse:
    answer = HttpResponse(
        str(error.message), status=STATUS.get(type(error), 400), content_type="text/plain; charset=utf-8"
    )
    if isinstance(error, WrongOffset):
        answer["Upload-Offset"] = str(error.offset)
    return answer


def _expires(answer: HttpResponse, moment: datetime) -> None:
    answer["Upload-Expires"] = http_date(moment.timestamp())


@require_http_methods(["OPTIONS", "POST"])
@never_cache
@guarded("resources.upload")
@_tus
def uploads(request: HttpRequest) -> HttpResponse:
    """Creation: a place for one file."""
    size = number_of(request.headers.get("Upload-Length"))
    if size is None:
        return HttpResponse(status=400)
    told = dict(_metadata(request.headers.get("Upload-Metadata", "")))
    made = services.begin_upload(
        name=told.get("filename", ""), size=size, told_sha256=told.get("sha256", ""), by=acting(request)
    )
    answer = HttpResponse(status=201)
    answer["Location"] = reverse("resources_upload", args=[made.pk])
    _expires(answer, made.expires_at)
    return answer


def _metadata(text: str) -> Iterator[tuple[str, str]]:
    """`key base64,key base64`: what cannot be read is left out."""
    for pair in text.split(","):
        key, _space, value = pair.strip().partition(" ")
        try:
            yield key, base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue


def _mine(request: HttpRequest, pk: UUID) -> Upload:
    """Somebody else's is not there."""
    found = get_visible_or_404(queries.uploads_of(acting(request)), pk=pk)
    require(may_manage_upload, acting(request), found)
    return found


@require_http_methods(["OPTIONS", "HEAD", "PATCH", "DELETE"])
@never_cache
@guarded_by_object("resources.manage_upload")
@_tus
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """HEAD: how far it is. PATCH: the next piece. DELETE: give it up."""
    found = _mine(request, pk)
    if request.method == "DELETE":
        services.drop_upload(found, by=acting(request))
        return HttpResponse(status=204)
    if request.method == "PATCH":
        return _piece(request, found)
    answer = HttpResponse(status=200)
    answer["Upload-Offset"], answer["Upload-Length"] = str(found.offset), str(found.size)
    answer["Cache-Control"] = "no-store"
    _expires(answer, found.expires_at)
    return answer


def _piece(request: HttpRequest, found: Upload) -> HttpResponse:
    offset = number_of(request.headers.get("Upload-Offset"))
    if request.content_type != PIECE_TYPE:
        return HttpResponse(status=415)
    if offset is None:
        return HttpResponse(status=400)
    checksum = None
    if request.headers.get("Upload-Checksum"):
        checksum = _checksum(request.headers["Upload-Checksum"])
        if checksum is None:
            return HttpResponse(status=400)
    try:
        found = services.write_piece(found, offset=offset, read=request.read, checksum=checksum, by=acting(request))
    except UnreadablePostError:  # the line broke: nobody hears the answer, and what came is kept
        return HttpResponse(status=400)
    answer = HttpResponse(status=204)
    answer["Upload-Offset"] = str(found.offset)
    _expires(answer, found.expires_at)
    return answer


def _checksum(text: str) -> tuple[str, bytes] | None:
    name, _space, value = text.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        return None
    return (name, digest) if name in CHECKSUMS and digest else None


@require_http_methods(["GET"])
@never_cache
@guarded_by_object("resources.manage_upload")
def upload_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the worker says of it, for the page that waits."""
    found = _mine(request, pk)
    alike = queries.alike(found.blob, acting(request)) if found.blob and found.state == UploadState.READY else []
    return JsonResponse(
        {
            "state": found.state,
            "why": found.why,
            "offset": found.offset,
            "size": found.size,
            "alike": [
                {
                    "title": one.resource.title,
                    "by": str(one.resource.organization),
                    "url": reverse("resources_resource", args=[one.resource.pk]),
                    "same": one.same,
                }
                for one in alike
            ],
            "unscanned": _("没有查毒") if found.blob and found.blob.scan == "unscanned" else "",
        }
    )
