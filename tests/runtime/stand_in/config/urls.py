import os

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def echo(request: HttpRequest) -> HttpResponse:
    """What the application sees of a request that came through the front door."""
    return JsonResponse(
        {
            "pid": os.getpid(),
            "path": request.path,
            "forwarded_for": request.headers.get("X-Forwarded-For"),
            "scheme": request.headers.get("X-Forwarded-Proto"),
            "host": request.get_host(),
            "received": len(request.body),
        }
    )


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html>" + "<p>同在蓝天下</p>" * 400)


urlpatterns = [
    path("healthz", healthz),
    path("page", page),
    path("", echo),
    path("echo/", echo),
    path("echo/<path:rest>", lambda request, rest: echo(request)),
]
