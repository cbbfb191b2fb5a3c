"""What was made of a recording, handed out to whoever may have it: large files by the front door."""

import re
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from lantian.content.media import services as media
from lantian.kernel.files import large_response
from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, guarded_by_object, public
from lantian.teach.recordings import queries, rules
from lantian.teach.recordings.models import Recording
from lantian.teach.recordings.views.found import found, managed

KEPT_S = 3600  # addresses change with what they show
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def _hand_out(request: HttpRequest, row: Recording, name: str, kind: str, **how: str) -> HttpResponseBase:
    if not name:
        raise Http404
    kept = 0 if how.get("download_as") else KEPT_S
    try:
        path = queries.made_path(row, name)
        return large_response(request, path, root=media.media_root(), kind=kind, kept_s=kept, **how)
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error


@require_safe
@guarded_by_object("recordings.take_film")
def film(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The MP4, called like the recording."""
    row = found(request, pk)
    require(rules.may_take_film, acting(request), row)
    day = timezone.localtime(row.taught_at)
    name = f"{_UNFIT.sub(' ', row.title).strip()} {day:%Y-%m-%d}.mp4"
    return _hand_out(request, row, row.film, "video/mp4", download_as=name)


@require_safe
@public
def poster(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A still picture, for whoever may see the recording."""
    row = found(request, pk)
    return _hand_out(request, row, row.look.get("poster", ""), "image/jpeg")


@require_safe
@guarded_by_object("recordings.manage_recording")
def stills(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Small pictures of the whole, for those who cut."""
    row = managed(request, pk)
    return _hand_out(request, row, (row.look.get("stills") or {}).get("name", ""), "image/jpeg")


@require_safe
@guarded_by_object("recordings.manage_recording")
def wave(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The sound's shape, for those who cut."""
    row = managed(request, pk)
    return _hand_out(request, row, row.look.get("wave", ""), "application/json")
