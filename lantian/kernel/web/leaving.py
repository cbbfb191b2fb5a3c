"""Sending a browser to another site from one of our forms.

Our pages' policy lets forms lead nowhere else (CSP form-action), and Chromium asks it of every redirect that follows a form. So
where the browser comes from a form of ours it gets a page that goes on by itself; from elsewhere it is redirected.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


def _from_own_page(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Referer", "")).netloc == request.get_host()


def leave(request: HttpRequest, location: str, name: "Text" = "") -> HttpResponse:
    """Send the browser to `location`, a site called `name`, which does not learn from where on our pages."""
    if _from_own_page(request):
        response = render(request, "web/leaving.html", {"location": location, "name": name})
    else:
        response = HttpResponse(status=302)
        response["Location"] = location
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
