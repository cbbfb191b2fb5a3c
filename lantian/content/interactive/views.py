"""The page that a package is shown in, what is kept of it, and the addresses of the content origin.

What people have uploaded runs there alone: another origin, which gets no cookies, has no address of the platform, and may talk to
nothing but itself and, by messages, to the page that shows it.
"""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from lantian.content.interactive import queries, rules, services
from lantian.content.interactive.engine.types import type_of
from lantian.content.interactive.enums import KEEPING, PackageKind, PackageState
from lantian.content.interactive.errors import InteractiveError, NothingBegun, OpenedElsewhere
from lantian.content.interactive.models import Package, RunState
from lantian.content.resources import queries as resources
from lantian.kernel.files import large_response
from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object, public, signed_in, ungated
from lantian.kernel.web.middleware import content_security_policy
from lantian.kernel.web.shell import base_of

CONTENT_MARK = "X-Lantian-Content"  # set by the front door on the content origin, and taken off everywhere else
KEPT_S = 600
BODY_MOST = 700_000
SANDBOX = "allow-scripts allow-same-origin allow-forms"
# Two names of this machine: cookies know no ports, but they know names.
OTHER_NAME = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}


def content_origin(request: HttpRequest) -> str:
    """Where packages run: as it is set, else on the content port, by another name of the machine if it has one; "" for none."""
    if settings.LANTIAN_CONTENT_ORIGIN:
        return str(settings.LANTIAN_CONTENT_ORIGIN)
    if not settings.LANTIAN_CONTENT_PORT:
        return ""
    asked = urlsplit(f"//{request.get_host()}").hostname or "localhost"
    host = OTHER_NAME.get(asked, asked)
    return f"{request.scheme}://{f'[{host}]' if ':' in host else host}:{settings.LANTIAN_CONTENT_PORT}"


def content_policy(platform: str) -> str:
    """The policy of all that comes from the content origin. Packages are full of inline scripts and evaluate others; the point is
    that nothing leaves: no requests, forms or frames elsewhere, and no page but the platform's around it. The sandbox is said
    here too, for whoever opens an address of it by itself.
    """
    return "; ".join(
        (
            "default-src 'self' data: blob:",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
            "style-src 'self' 'unsafe-inline' data: blob:",
            "connect-src 'self' data: blob:",
            "frame-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'none'",
            f"frame-ancestors 'self' {platform}",
            f"sandbox {SANDBOX}",
        )
    )


# On the platform ----------------------------------------------------------------------------------------------------------------


def _seen(request: HttpRequest, pk: UUID) -> Any:
    found = queries.version_seen(acting(request), pk)
    if found is None or not check(rules.may_run, acting(request), found):
        raise Http404
    return found


@never_cache
@require_safe
@public
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page around a package."""
    version, actor = _seen(request, pk), acting(request)
    origin = content_origin(request)
    config = {
        "open": reverse("interactive_open", args=[version.pk]),
        "save": reverse("interactive_save", args=[version.pk]),
        "origin": origin,
        "sandbox": SANDBOX,
        "title": version.title,
        "signed_in": actor.person_id is not None,
        "host": urlsplit(origin).netloc,
    }
    context = {
        "base": base_of(request),
        "version": version,
        "config": config,
        "run": queries.last_run(actor, version),
        "may_count_runs": bool(check(rules.may_count_runs, actor, version.resource)),
    }
    answer = render(request, "interactive/run.html", context)
    framed = origin or "'none'"
    answer["Content-Security-Policy"] = f"{content_security_policy(request.get_host())}; frame-src {framed}"
    return answer


@never_cache
@require_POST
@public
def open_(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Where the package is, and for whom it is kept what they did. `again=1`: from the beginning."""
    version, actor = _seen(request, pk), acting(request)
    if not content_origin(request):
        return JsonResponse({"state": PackageState.BROKEN, "why": _("平台没有设置互动内容的端口，请告诉管理员")})
    package = services.ask_package(version.blob.pk, version.blob.kind)
    if package.state != PackageState.READY:
        return JsonResponse({"state": package.state, "why": package.why})
    platform = f"{request.scheme}://{request.get_host()}"
    ticket = services.make_pass(version.pk, platform=platform, by=actor)
    pages = package.kind == PackageKind.PAGES
    path = (
        reverse("interactive_file", args=[ticket, package.start])
        if pages
        else reverse("interactive_player", args=[ticket])
    )
    said: dict[str, Any] = {"state": package.state, "address": content_origin(request) + path, "player": not pages}
    if check(rules.may_keep, actor, version):
        kept = services.open_run(version, again=request.POST.get("again") == "1", by=actor)
        said["run"] = _run(kept, actor)
    elif package.kind in KEEPING:
        said["run"] = {"keeps": False, "data": {}, "place": "", "learner": "anonymous"}
    return JsonResponse(said)


def _run(kept: RunState, actor: Any) -> dict[str, Any]:
    """What the player is told: no name, and an id that says nothing elsewhere."""
    return {
        "keeps": True,
        "attempt": kept.attempt,
        "opening": kept.opening,
        "data": kept.data,
        "place": kept.place,
        "learner": kept.pk.hex,
        "status": kept.status,
    }


@never_cache
@require_POST
@guarded_by_object("interactive.keep")
def save(request: HttpRequest, pk: UUID) -> JsonResponse:
    """One save, as JSON: 200 kept (or known already), 409 a newer window has it, 400 not to be kept."""
    version = _seen(request, pk)
    require(rules.may_keep, acting(request), version)
    if len(request.body) > BODY_MOST:
        return JsonResponse({"why": _("这个互动包要保存的内容太多，没有保存")}, status=400)
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return JsonResponse({"why": str(NothingBegun.message)}, status=400)
    try:
        kept = services.save_run(version, said, by=acting(request))
    except OpenedElsewhere as error:
        return JsonResponse({"why": str(error.message)}, status=409)
    except InteractiveError as error:
        return JsonResponse({"why": str(error.message)}, status=400)
    score = None if kept.score is None else round(kept.score * 100)
    return JsonResponse({"seq": kept.seq, "status": kept.status, "words": kept.get_status_display(), "score": score})


@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Where I was."""
    rows = list(queries.runs_of(acting(request))[:200])
    for row in rows:
        row.percent = None if row.score is None else round(row.score * 100)  # type: ignore[attr-defined]  # for the page
    return render(request, "interactive/mine.html", {"rows": rows})


@require_safe
@guarded_by_object("interactive.count_runs")
def runs(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many have done it, and how well."""
    actor = acting(request)
    found = get_visible_or_404(resources.resources_visible_to(actor).select_related("organization"), pk=pk)
    require(rules.may_count_runs, actor, found)
    counts = queries.counts_of(found)
    context = {
        "resource": found,
        "counts": counts,
        "percent": None if counts.score is None else round(counts.score * 100),
        "minutes": None if counts.seconds is None else round(counts.seconds / 60),
    }
    return render(request, "interactive/runs.html", context)


# On the content origin ----------------------------------------------------------------------------------------------------------


def _shown(request: HttpRequest, ticket: str) -> tuple[services.Pass, Package]:
    """Only by the content origin's door, and only by a pass that holds."""
    found = services.read_pass(ticket) if request.headers.get(CONTENT_MARK) == "1" else None
    package = queries.package_shown(found.version) if found else None
    if found is None or package is None:
        raise Http404
    return found, package


def _behave(answer: HttpResponseBase, platform: str) -> HttpResponseBase:
    answer["Content-Security-Policy"] = content_policy(platform)
    answer["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@ungated
@xframe_options_exempt
@require_safe
@public
def player(request: HttpRequest, ticket: str) -> HttpResponseBase:
    """Our own page that plays H5P and SCORM."""
    found, package = _shown(request, ticket)
    config = {
        "kind": package.kind,
        "platform": found.platform,
        "files": reverse("interactive_file", args=[ticket, "x"])[:-1],
        "parts": package.parts,
    }
    answer = render(request, "interactive/player.html", {"config": config})
    answer["Cache-Control"] = "private, no-store"
    return _behave(answer, found.platform)


@ungated
@xframe_options_exempt
@require_safe
@public
def file(request: HttpRequest, ticket: str, name: str) -> HttpResponseBase:
    """One file of a package."""
    found, package = _shown(request, ticket)
    path = queries.file_of(package.pk, name)
    if path is None:
        raise Http404
    answer = large_response(request, path, root=queries.media_root(), kind=type_of(name), kept_s=KEPT_S)
    return _behave(answer, found.platform)
