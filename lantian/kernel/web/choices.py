"""What a person sets about pages themselves: language, theme, saved views of lists."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from lantian.kernel.web.guards import public, signed_in
from lantian.kernel.web.models import SavedView
from lantian.kernel.web.shell import LANGUAGE_KEEPERS, THEME_COOKIE, THEMES

YEAR = 365 * 24 * 3600
MAX_VIEWS = 20
LONGEST_QUERY = 1000  # what SavedView keeps


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    good = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if good else "/")


@require_POST
@public
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language on this device."""
    response = _back(request)
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES) and check_for_language(code):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
        for keep in LANGUAGE_KEEPERS:
            keep(request, code)
    return response


@require_POST
@public
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark on this device; "auto" forgets it. With script the page sets the same cookie by itself."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


@signed_in
def enter(request: HttpRequest) -> HttpResponse:
    """From the public pages to one's own first page."""
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
@signed_in
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep a list's search, filters and order under a name; the same name again replaces it."""
    account = str(request.user.pk)
    key, name = request.POST.get("list", "")[:60], request.POST.get("name", "").strip()[:40]
    query = urlencode(QueryDict(request.POST.get("query", "")[:LONGEST_QUERY]).dict())
    if len(query) > LONGEST_QUERY:
        raise BadRequest("a view too long to be kept")
    mine = SavedView.objects.filter(account_id=account, list_key=key)
    path = request.POST.get("path", "/")
    if not url_has_allowed_host_and_scheme(path, {request.get_host()}):
        path = "/"
    if name and (mine.filter(name=name).exists() or mine.count() < MAX_VIEWS):
        SavedView.objects.update_or_create(account_id=account, list_key=key, name=name, defaults={"query": query})
    return HttpResponseRedirect(f"{path}?{query}" if query else path)


@require_POST
@signed_in
def forget_view(request: HttpRequest, view_id: str) -> HttpResponse:
    get_object_or_404(SavedView, pk=view_id, account_id=str(request.user.pk)).delete()
    return _back(request)
