"""What lets the platform be installed like an app: its manifest, its service worker, and the page shown without a line."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from lantian.kernel.registry import Registry
from lantian.kernel.web.faults import fault_page
from lantian.kernel.web.guards import public, ungated
from lantian.kernel.web.shell import PUBLIC_NAV

# Names of static files that are part of the service worker: what apps above do when no page is open (push).
WORKER_PARTS: Registry[str] = Registry("parts of the service worker")
SKY, WHITE = "#1268c4", "#ffffff"


@ungated
@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@public
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest (W3C), in the reader's language."""
    icons = [
        {"src": static("web/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("web/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("web/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": static("web/icon-512-full.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    shortcuts = sorted((item for item in PUBLIC_NAV if item.url != "/"), key=lambda item: item.order)
    told = {
        "id": "/",
        "name": f"{_('蓝天')} · {settings.LANTIAN_REGION_NAME}",
        "short_name": _("蓝天"),
        "description": _("同在蓝天下，共上一堂好课"),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": WHITE,
        "theme_color": SKY,
        "icons": icons,
        "shortcuts": [{"name": str(item.label), "url": item.url} for item in shortcuts],
    }
    response = JsonResponse(told, content_type="application/manifest+json")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@ungated
@require_safe
@public
def service_worker(request: HttpRequest) -> HttpResponse:
    """The one script that stands for all pages, at the root, so that it may."""
    pieces = []
    for name in ("web/sw.js", *WORKER_PARTS):
        path = finders.find(name)
        assert isinstance(path, str)  # they are our own files
        pieces.append(Path(path).read_text())
    response = HttpResponse("\n".join(pieces), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@ungated
@never_cache
@require_safe
@public
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker keeps to show when there is no line; says nothing of whoever asks."""
    return fault_page(request, "offline")
