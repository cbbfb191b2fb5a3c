"""Films on a resource's page, and the lists by which players find their parts.

Each address asks whether the version is seen, as the file's own does: what is taken down, or is not for everybody, is not there
by these either.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantian.content.resources import queries, rules, services
from lantian.content.resources.engine import kinds, segments
from lantian.content.resources.enums import FilmState, Scan
from lantian.content.resources.errors import ResourceError
from lantian.content.resources.models import Blob, Film, Rendition, ResourceVersion, Subtitle
from lantian.content.resources.views.files import hand_out, seen_version
from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, guarded_by_object, public

LIST_KIND = "application/vnd.apple.mpegurl"
LIST_S = 60
GOING = (FilmState.WAITING, FilmState.MAKING)


def view_of_film(shown: ResourceVersion, blob: Blob, *, manages: bool) -> dict[str, Any]:
    """How a film is looked at: by its parts once they are there, until then as it came, where a browser can play that.

    To those who manage it, how far they are.
    """
    film = services.ask_film(blob)
    ready = film is not None and film.state == FilmState.READY
    original = reverse("resources_file", args=[shown.pk]) if kinds.FORMATS[blob.kind].view == "video" else ""
    state = _state(film, shown) if film is not None and manages else {}
    if not ready and not original:
        going = film is not None and film.state in GOING
        return {"view": "waits" if going else "none", "blob": blob, "why": film.why if film else "", **state}
    config = {
        "id": str(shown.pk),
        "title": shown.title,
        "master": reverse("resources_film", args=[shown.pk]) if ready else "",
        "original": original,
        "poster": reverse("resources_cover", args=[shown.pk]) if blob.cover_id else "",
        "seconds": (film.seconds if film else 0) or blob.facts.get("seconds", 0),
        "width": blob.facts.get("width", 0),
        "height": blob.facts.get("height", 0),
        "chapters": _chapters(shown, film),
        "subtitles": [_subtitle(shown, one) for one in queries.subtitles_of(shown)],
    }
    return {"view": "film", "film": config, "blob": blob, **state}


def _chapters(shown: ResourceVersion, film: Film | None) -> list[dict[str, Any]]:
    """As the author says, or else the file."""
    said = shown.chapters or (film.chapters if film else [])
    return [{"at": at, "title": title or _("第 %(n)s 章") % {"n": n}} for n, (at, title) in enumerate(said, start=1)]


def _subtitle(shown: ResourceVersion, one: Subtitle) -> dict[str, str]:
    address = reverse("resources_subtitle", args=[shown.pk, one.language])
    return {"language": one.language, "label": str(one.get_language_display()), "url": address}


def _state(film: Film, shown: ResourceVersion) -> dict[str, Any]:
    share = film.made_s / film.seconds if film.seconds else 0
    return {
        "film_state": film,
        "film_going": film.state in GOING,
        "film_percent": min(99, int(share * 100)),
        "film_renditions": queries.renditions_of(film) if film.state == FilmState.READY else [],
        "shown": shown,
    }


@require_safe
@public
def subtitle(request: HttpRequest, pk: UUID, language: str) -> HttpResponse:
    """As WebVTT, to whoever sees the version."""
    found = queries.subtitle_of(seen_version(request, pk), language)
    if found is None:
        raise Http404
    answer = HttpResponse(found.text, content_type="text/vtt; charset=utf-8")
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@never_cache
@require_POST
@guarded_by_object("resources.change_version")
def subtitles(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: put (a file in a language, in place of what there was), drop."""
    actor, found = acting(request), seen_version(request, pk)
    require(rules.may_change_version, actor, found)
    language, sent = request.POST.get("language", ""), request.FILES.get("file")
    try:
        if request.POST.get("act") == "drop":
            services.drop_subtitle(found, language=language, by=actor)
            messages.success(request, _("字幕去掉了"))
        elif sent is None:
            messages.error(request, _("请选择字幕文件"))
        else:
            data = sent.read(services.SUBTITLE_BYTES + 1)
            made = services.put_subtitle(found, language=language, name=sent.name or "", data=data, by=actor)
            messages.success(request, _("字幕放好了，%(n)s 条") % {"n": made.cues})
    except ResourceError as error:
        messages.error(request, str(error.message))
    return redirect("resources_edit", pk)


@never_cache
@require_safe
@guarded_by_object("resources.manage_resource")
def film_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the renditions are, as a part of the page."""
    shown = seen_version(request, pk)
    require(rules.may_manage_resource, acting(request), shown.resource)
    film = services.ask_film(shown.blob) if shown.blob is not None else None
    if film is None:
        raise Http404
    return render(request, "resources/_film.html", {**_state(film, shown), "film_fresh": film.state == FilmState.READY})


def _renditions(request: HttpRequest, pk: UUID) -> tuple[Film, list[Rendition]]:
    blob = seen_version(request, pk).blob
    film = queries.film_of(blob) if blob is not None and blob.scan != Scan.INFECTED else None
    if film is None or film.state != FilmState.READY:
        raise Http404
    return film, queries.renditions_of(film)


def _one(request: HttpRequest, pk: UUID, number: int) -> tuple[Film, Rendition]:
    film, found = _renditions(request, pk)
    one = next((each for each in found if each.number == number), None)
    if one is None:
        raise Http404
    return film, one


def _listed(text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=LIST_KIND)
    answer["Cache-Control"] = f"private, max-age={LIST_S}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_safe
@public
def film(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The renditions."""
    found, renditions = _renditions(request, pk)
    sides = [segments.Side(f"{one.number}.m3u8", one.codecs, one.width, one.height, one.sizes) for one in renditions]
    return _listed(segments.master(sides, found.spans))


@require_safe
@public
def film_rung(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """The parts of one of them, as stretches of its file."""
    found, one = _one(request, pk, number)
    # the address of a draft's film stays when its file is changed: what a browser keeps goes by the content
    return _listed(segments.parts(f"{one.number}.mp4?v={one.file_id[:12]}", found.spans, one.head, one.sizes))


@require_safe
@public
def film_part(request: HttpRequest, pk: UUID, number: int) -> HttpResponseBase:
    """Its file, of which players ask for stretches."""
    _found, one = _one(request, pk, number)
    return hand_out(request, one.file)
