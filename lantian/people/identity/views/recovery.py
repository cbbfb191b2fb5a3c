"""The way back in for who has forgotten the password. Every answer is the same, whoever asks for whom."""

import time

from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lantian.kernel.web.faults import too_many
from lantian.kernel.web.guards import public
from lantian.people.identity.errors import IdentityError
from lantian.people.identity.forms import CodeForm, ForgottenForm, NewPasswordForm
from lantian.people.identity.models import Account
from lantian.people.identity.services import recovery
from lantian.people.identity.services.texting import texter
from lantian.people.identity.views.own import refused_by

# Session keys of who has forgotten the password: the name typed, and the account whose phone proved it (id, until when).
FORGETFUL, PROVEN = "recovery_login", "recovery_proven"
PROVEN_SECONDS = 600


@never_cache
@require_http_methods(["GET", "POST"])
@public
def forgotten(request: HttpRequest) -> HttpResponse:
    """Who is it? Whatever is typed, the next page shows the same ways."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(request, action="recover"):
        return too_many(request)
    if request.method == "POST" and form.is_valid():
        request.session[FORGETFUL] = form.cleaned_data["login"]
        return redirect("identity_recovery_ways")
    return render(request, "identity/forgotten.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@public
def recovery_ways(request: HttpRequest) -> HttpResponse:
    """The class teacher, the school, or (POST) a code to the phone: the same for every name."""
    login = request.session.get(FORGETFUL)
    if not login:
        return redirect("identity_forgotten")
    by_phone = texter() is not None
    if request.method == "POST" and by_phone:
        if not ratelimit.consume(request, action="recover_send", key=login):
            return too_many(request)
        recovery.ask_for_code(login)
        return redirect("identity_recovery_code")
    return render(request, "identity/recovery_ways.html", {"by_phone": by_phone})


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
@public
def recovery_code(request: HttpRequest) -> HttpResponse:
    """The code from the message."""
    login = request.session.get(FORGETFUL)
    if not login:
        return redirect("identity_forgotten")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(request, action="recover_code", key=login):
        return too_many(request)
    if request.method == "POST" and form.is_valid():
        try:
            account = recovery.redeem_code(login, form.cleaned_data["code"])
        except IdentityError as error:
            refused_by(form, error, "code")
        else:
            del request.session[FORGETFUL]
            request.session.cycle_key()
            request.session[PROVEN] = [str(account.pk), time.time() + PROVEN_SECONDS]
            return redirect("identity_recovery_password")
    return render(request, "identity/recovery_code.html", {"form": form})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@public
def recovery_password(request: HttpRequest) -> HttpResponse:
    """A new password, for the account whose phone has proven it; then one signs in as always, second factor and all."""
    account_id, until = request.session.get(PROVEN, ("", 0))
    account = Account.objects.filter(pk=account_id).first() if until > time.time() else None
    if account is None:
        return redirect("identity_forgotten")
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recovery.set_recovered_password(account, password=form.cleaned_data["password"])
        except (ValidationError, IdentityError) as error:
            refused_by(form, error, "password" if getattr(error, "code", "") != "busy" else None)
        else:
            request.session.pop(PROVEN)
            messages.success(request, _("密码设好了，其他设备上的登录已全部退出。请用新密码登录。"))
            return redirect("account_login")
    return render(request, "identity/recovery_password.html", {"form": form})
