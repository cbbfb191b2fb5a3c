"""Signing on to other software: the question, the way back, and what one has agreed to."""

from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import Denied
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, public
from lantian.kernel.web.leaving import leave
from lantian.people.connect import queries, rules, services
from lantian.people.connect.errors import ConnectError
from lantian.people.connect.models import Client
from lantian.people.identity.services.sign_in import authenticated_at

if TYPE_CHECKING:
    from lantian.people.identity.models import Account

SEAL = "connect.asked"
ANSWER_WITHIN_S = 3600


def _stop(request: HttpRequest, message: object, client: Client | None = None, status: int = 400) -> HttpResponse:
    return render(request, "connect/stopped.html", {"message": message, "client": client}, status=status)


def _sign_in_first(request: HttpRequest, asked: services.Asked) -> HttpResponse | None:
    """Sign in, or once more where the software asks for it; None when that is done. Raises Answered for prompt=none."""
    known = request.user.is_authenticated
    if known and asked.is_fresh(authenticated_at(request)):
        return None
    if "none" in asked.prompts:
        raise asked.refuse("login_required")
    again = f"{request.path}?{asked.again}"
    if not known:
        return redirect_to_login(again)
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': again})}")


@never_cache
@csrf_exempt  # changes nothing: a POST (OpenID Connect Core §3.1.2.1) becomes the same request as a GET
@require_http_methods(["GET", "POST"])
@public
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint: who comes here wants to go to other software as who they are."""
    if request.method == "POST":
        return redirect(f"{request.path}?{request.POST.urlencode()}")
    try:
        asked = services.read_request(request.META.get("QUERY_STRING", ""))
        return _sign_in_first(request, asked) or _go_or_ask(request, asked)
    except services.Unanswerable as fault:
        return _stop(request, fault.message)
    except services.Answered as answered:
        return leave(request, answered.location)


def _go_or_ask(request: HttpRequest, asked: services.Asked) -> HttpResponse:
    account, actor = cast("Account", request.user), acting(request)
    standing = queries.standing_of(actor, asked.client)
    silent = "none" in asked.prompts
    try:
        if "consent" in asked.prompts and not (asked.client.approved and standing.belongs):
            raise services.MustAsk
        location = services.sign_on(
            asked, account, by=actor, standing=standing, authenticated_at=authenticated_at(request)
        )
    except Denied as denied:
        if silent:
            raise asked.refuse("access_denied") from denied
        return _stop(request, denied.words, asked.client, status=403)
    except services.MustAsk as ask:
        if silent:
            raise asked.refuse("consent_required") from ask
        verdict = rules.may_sign_on(actor, asked.client, standing)
        return _ask(request, asked, standing) if verdict else _stop(request, verdict.words, asked.client, status=403)
    return leave(request, location, asked.client.name)


def _ask(request: HttpRequest, asked: services.Asked, standing: queries.Standing) -> HttpResponse:
    context = {
        "client": asked.client,
        "host": urlsplit(asked.redirect_uri).netloc,
        "handed_over": queries.handed_over(acting(request), standing, asked.scopes),
        "sealed": dumps({"query": asked.query, "account": str(request.user.pk)}, salt=SEAL),
    }
    return render(request, "connect/consent.html", context)


@never_cache
@require_POST
@guarded("web.sign_in_first")
def answer(request: HttpRequest) -> HttpResponse:
    """Yes or no to the question. What was asked comes back sealed, and is judged once more."""
    account = cast("Account", request.user)
    try:
        sealed = loads(request.POST.get("asked", ""), salt=SEAL, max_age=ANSWER_WITHIN_S)
        if sealed["account"] != str(account.pk):
            raise BadSignature("another account's question")
        asked = services.read_request(sealed["query"])
        if request.POST.get("answer") != "yes":
            raise asked.refuse("access_denied")
        standing = queries.standing_of(acting(request), asked.client)
        location = services.sign_on(
            asked,
            account,
            by=acting(request),
            standing=standing,
            agreed=True,
            authenticated_at=authenticated_at(request),
        )
    except BadSignature:
        return _stop(request, _("这个页面放得太久了。请回到那个软件重新登录。"))
    except services.Unanswerable as fault:
        return _stop(request, fault.message)
    except Denied as denied:
        return _stop(request, denied.words, status=403)
    except services.Answered as answered:
        return leave(request, answered.location)
    return leave(request, location, asked.client.name)


@never_cache
@require_safe
@guarded("connect.keep_own_sign_on")
def own(request: HttpRequest) -> HttpResponse:
    """The software one has been to or agreed to: what it was told, and taking it back."""
    rows = [(row, queries.scope_words(row.handed or row.agreed)) for row in queries.own_sign_ons(acting(request))]
    return render(request, "connect/own.html", {"rows": rows})


@require_POST
@guarded_by_object("connect.keep_own_sign_on")
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It is told nothing more of oneself until asked anew."""
    actor = acting(request)
    row = get_visible_or_404(queries.own_sign_ons(actor), pk=pk)
    try:
        services.take_back(row, by=actor)
    except ConnectError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("已收回。“%(name)s”手里关于您的令牌立即失效。") % {"name": row.client.name})
    return redirect("connect_own")
