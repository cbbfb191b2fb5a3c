"""Pages of one's own account: password, places where one is signed in."""

from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantian.kernel.numbers import number_of
from lantian.kernel.rules import require
from lantian.kernel.web.faults import too_many
from lantian.kernel.web.guards import acting, guarded_by_object
from lantian.people.identity import queries
from lantian.people.identity.errors import IdentityError
from lantian.people.identity.forms import ChangePasswordForm, NewPasswordForm
from lantian.people.identity.models import Account
from lantian.people.identity.rules import may_manage_own_account, may_set_own_password
from lantian.people.identity.services import accounts, sessions
from lantian.people.identity.services.gates import MEANT


def _account(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)
    return request.user


def refused_by(form: Form, error: ValidationError | IdentityError, field: str | None = None) -> None:
    """Put a service's "no" into the form."""
    form.add_error(field, error if isinstance(error, ValidationError) else str(error.message))


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("identity.set_own_password")
def first_password(request: HttpRequest) -> HttpResponse:
    """At the first sign-in: a password of one's own in place of the code on the slip."""
    account = _account(request)
    if not account.must_set_password:
        return redirect("web_enter")
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.set_first_password(account, password=form.cleaned_data["password"], by=acting(request))
        except (ValidationError, IdentityError) as error:
            refused_by(form, error, "password" if getattr(error, "code", "") != "busy" else None)
        else:
            sessions.renew_session(request, account)
            messages.success(request, _("密码设好了。以后请用它登录，激活码已经作废。"))
            return redirect(request.session.pop(MEANT, None) or "web_enter")
    return render(request, "identity/first_password.html", {"form": form})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("identity.set_own_password")
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; all other sessions end."""
    account = _account(request)
    require(may_set_own_password, acting(request), account)
    if request.method == "POST" and not ratelimit.consume(request, action="change_password", user=account):
        return too_many(request)
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.change_password(
                account,
                current=form.cleaned_data["current"],
                password=form.cleaned_data["password"],
                by=acting(request),
            )
        except IdentityError as error:
            refused_by(form, error, "current")
        except ValidationError as error:
            refused_by(form, error, "password" if getattr(error, "code", "") != "busy" else None)
        else:
            sessions.renew_session(request, account)
            sessions.end_sessions(account, by=acting(request), keep=request.session.session_key)
            messages.success(request, _("密码已经更换，其他设备上的登录已全部退出。"))
            return redirect("roster_me")
    return render(request, "identity/change_password.html", {"form": form})


@never_cache
@require_GET
@guarded_by_object("identity.manage_own_account")
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in: device, address, last use."""
    account = _account(request)
    require(may_manage_own_account, acting(request), account)
    rows = queries.sessions_of(account, current_key=request.session.session_key)
    return render(request, "identity/sessions.html", {"sessions": rows})


@require_POST
@guarded_by_object("identity.manage_own_account")
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one session (`session`), or all but this one."""
    account = _account(request)
    wanted = request.POST.get("session", "")
    only = number_of(wanted)
    if wanted and only is None:
        return redirect("identity_sessions")  # none of ours: nothing ends, least of all everything
    count = sessions.end_sessions(account, by=acting(request), keep=request.session.session_key, only=only)
    if count:
        messages.success(request, _("已退出 %(count)d 处登录。") % {"count": count})
    return redirect("identity_sessions")
