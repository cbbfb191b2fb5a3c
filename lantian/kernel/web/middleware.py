"""What every request passes: an id for the log, the actor, the content security policy, and refusals turned into pages."""

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from lantian.kernel.rules import Denied
from lantian.kernel.web.guards import GATES, actor_of
from lantian.kernel.web.metrics import REQUEST_SECONDS, REQUESTS

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
GetResponse = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("web")


class RequestLog:
    """Gives each request an id (kept from the front door if sane), counts it, and logs one line for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid4().hex[:16]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        request.request_id = request_id  # type: ignore[attr-defined]
        started, cpu = time.perf_counter(), time.thread_time()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        route = request.resolver_match.route if request.resolver_match else "unknown"
        # a stranger may invent methods without end, and each would be a figure kept for good
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        response["X-Request-Id"] = request_id
        if settings.LANTIAN_LOG_REQUESTS or response.status_code >= 500:
            log.info(
                "request",
                method=request.method,
                route=route,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
                cpu_ms=round((time.thread_time() - cpu) * 1000, 1),
            )
        return response


class CurrentActor:
    """Sets `request.actor`, worked out when first asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A rule's "no" becomes a 403 page that says the reason; a NUL character, which no database keeps, a 400."""
        if isinstance(exception, Denied):
            raise PermissionDenied(str(exception.reason)) from exception
        if isinstance(exception, (DataError, ValueError)) and "NUL (0x00)" in str(exception):
            raise BadRequest("NUL") from exception
        return None


class Gates:
    """Asks the gates (kernel.web.guards) of everybody who is signed in; strangers meet the guards of the views."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponseBase | None:
        if getattr(view, "ungated", False) or request.session.session_key is None or not request.user.is_authenticated:
            return None
        return next((response for gate in GATES if (response := gate(request)) is not None), None)


def content_security_policy(host: str) -> str:
    """The policy of every page. Websockets are named because Safari 15 does not count them as 'self'."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "font-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


class Safety:
    """Content security policy, the permissions a page may ask for, and cookies that come by HTTPS going by HTTPS alone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", content_security_policy(request.get_host()))
        response.setdefault(
            "Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=()"
        )
        if request.is_secure():  # by our own front door, or by a proxy before it that speaks TLS for us
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response
