"""Pages of the house itself: health, metrics."""

import ipaddress
import os
import shutil

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from lantian.kernel.web.guards import public


@require_safe
@never_cache
@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@public
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: database answers, state folder can be written. 503 with the reasons otherwise."""
    problems: dict[str, str] = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        problems["database"] = type(error).__name__
    if shutil.disk_usage(settings.LANTIAN_HOME).free < settings.LANTIAN_DISK_RESERVE_BYTES:
        problems["disk"] = "nearly full"
    return JsonResponse({"ready": not problems, "problems": problems}, status=503 if problems else 200)


@require_safe
@never_cache
@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, to this machine or to whoever shows LANTIAN_METRICS_TOKEN as a bearer token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.LANTIAN_METRICS_TOKEN
    if not (token and constant_time_compare(given, token)) and not _from_here(request):
        raise PermissionDenied
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """This process's figures, or those of all web processes together when the supervisor keeps them in one folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _from_here(request: HttpRequest) -> bool:
    # the front door appends the peer's address; without the header the peer spoke to us directly
    peer = request.headers.get("X-Forwarded-For", request.META.get("REMOTE_ADDR") or "127.0.0.1").split(",")[-1].strip()
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
