"""Signing in with another platform's account, and tying it to one's own."""

from typing import TYPE_CHECKING, cast

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe
from requests import RequestException

from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, guarded_by_object, public
from lantian.kernel.web.leaving import leave
from lantian.people.identity import queries
from lantian.people.identity.errors import IdentityError
from lantian.people.identity.rules import may_link_upstream
from lantian.people.identity.services import upstream

if TYPE_CHECKING:
    from lantian.people.identity.models import Account


def _go_there(request: HttpRequest, *, after: str, account: "Account | None" = None) -> HttpResponse:
    try:
        address = upstream.address_there(request, after=after, account=account)
    except (RequestException, KeyError, ValueError):
        return redirect("identity_upstream_failed")
    declared = upstream.configured()
    return leave(request, address, declared.name if declared else "")


def _confirmed(request: HttpRequest) -> "Account":
    """Whose account it is, the password given once more. Raises Denied, ReauthenticationRequired (which leads there and back)."""
    account = cast("Account", request.user)
    require(may_link_upstream, acting(request), account)
    if not did_recently_reauthenticate(request):
        raise ReauthenticationRequired
    return account


@never_cache
@require_POST
@public
def begin(request: HttpRequest) -> HttpResponse:
    """To the other platform, to sign in there; back to `next`."""
    wanted = request.POST.get("next", "")
    good = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return _go_there(request, after=wanted if good else reverse("web_enter"))


@never_cache
@require_GET
@public
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the other platform."""
    return upstream.come_back(request)


@never_cache
@require_safe
@public
def unknown(request: HttpRequest) -> HttpResponse:
    """No account here is tied to that identity: what to do."""
    declared = upstream.configured()
    if declared is None:
        raise Http404
    return render(request, "identity/upstream_unknown.html", {"upstream": declared}, status=403)


@never_cache
@require_safe
@public
def failed(request: HttpRequest) -> HttpResponse:
    """The other platform did not answer, or said no."""
    declared = upstream.configured()
    if declared is None:
        raise Http404
    return render(request, "identity/upstream_failed.html", {"upstream": declared}, status=502)


@never_cache
@require_safe
@guarded_by_object("identity.link_upstream")
def links(request: HttpRequest) -> HttpResponse:
    """Which account of the other platform opens one's own."""
    account, declared = cast("Account", request.user), upstream.configured()
    require(may_link_upstream, acting(request), account)
    if declared is None:
        raise Http404
    context = {"upstream": declared, "tie": queries.upstream_of(account, declared.key)}
    return render(request, "identity/links.html", context)


@never_cache
@require_POST
@guarded_by_object("identity.link_upstream")
def link(request: HttpRequest) -> HttpResponse:
    """To the other platform, to tie the identity that is proved there."""
    return _go_there(request, after=reverse("identity_links"), account=_confirmed(request))


@never_cache
@require_POST
@guarded_by_object("identity.link_upstream")
def unlink(request: HttpRequest) -> HttpResponse:
    """It opens one's own account no more."""
    account = _confirmed(request)
    try:
        upstream.unlink_upstream(account, by=acting(request))
    except IdentityError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("已解除，以后只能用这里的密码登录。"))
    return redirect("identity_links")
