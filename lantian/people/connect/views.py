"""Software let in by an officer: the list, a new one, and one's page with its use. A secret is shown once, with its making."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import Actor, check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, ListPage
from lantian.people.connect import queries, rules, services
from lantian.people.connect.enums import Scope
from lantian.people.connect.errors import ConnectError
from lantian.people.connect.forms import ClientForm
from lantian.people.connect.models import Client
from lantian.people.roster import queries as roster_queries


def _state(client: Client) -> tuple[str, str]:
    if not client.is_active:
        return _("已停用"), "neutral"
    if client.is_over(timezone.localdate()):
        return _("已到期"), "warn"
    return _("使用中"), "ok"


class ClientList(ListPage[Client]):
    key = "clients"
    title = gettext_lazy("软件接入")
    unit = gettext_lazy("个")
    columns = (
        Column(
            "name",
            gettext_lazy("软件"),
            primary=True,
            sort="name",
            link=lambda client: reverse("connect_client", args=[client.pk]),
        ),
        Column("organization", gettext_lazy("登记单位"), value=lambda client: str(client.organization)),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda client: _state(client)[0],
            tone=lambda client: _state(client)[1],
        ),
        Column("used", gettext_lazy("最近使用"), value="last_used_at", kind="datetime", sort="last_used_at"),
        Column("expires", gettext_lazy("到期"), value=lambda client: client.expires_on or _("长期"), sort="expires_on"),
    )
    search = ("name", "purpose")
    order = "name"
    empty_icon = "plug"
    empty_title = gettext_lazy("还没有软件接入")
    empty_text = gettext_lazy("登记以后，软件用标识和密钥通过 OneRoster 接口读取名册。")


@require_safe
@guarded("connect.register_client")
def clients(request: HttpRequest) -> HttpResponse:
    """Software that the own subtree answers for."""
    return ClientList(request, queries.clients_visible_to(acting(request))).respond("connect/clients.html")


def _units(actor: Actor) -> list[Any]:
    """One's own unit and those directly below it."""
    assert actor.grant is not None
    visible = roster_queries.organizations_visible_to(actor)
    own = get_visible_or_404(visible, pk=actor.grant.organization_id)
    return [own, *roster_queries.children_of(actor, own)]


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("connect.register_client")
def new_client(request: HttpRequest) -> HttpResponse:
    """Let software in. Its secret is in the answer to the form, and nowhere else."""
    actor = acting(request)
    units = _units(actor)
    form = ClientForm(request.POST or None, units=[(str(unit.pk), str(unit)) for unit in units])
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        picked = set(said.pop("units"))
        chosen = [unit for unit in units if str(unit.pk) in picked]
        try:
            row, secret = services.register_client(
                services.NewClient(organization=units[0], units=chosen, **said), by=actor
            )
        except ConnectError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            return _secret_page(request, row, secret)
    return render(request, "connect/client_new.html", {"form": form})


def _secret_page(request: HttpRequest, row: Client, secret: str) -> HttpResponse:
    context = {
        "client": row,
        "secret": secret,
        "token_url": request.build_absolute_uri(reverse("connect_token")),
    }
    return render(request, "connect/secret.html", context)


def _find(request: HttpRequest, pk: UUID) -> Client:
    return get_visible_or_404(queries.clients_visible_to(acting(request)), pk=pk)


@require_safe
@guarded_by_object("connect.view_client")
def client(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it may have, and how often it asked."""
    row = _find(request, pk)
    words, tone = _state(row)
    context = {
        "client": row,
        "state": words,
        "tone": tone,
        "units": list(row.units.order_by("path")),
        "scopes": [Scope(scope).label for scope in row.oidc.get_scopes() if scope in Scope.values],
        "use": queries.use_by_day(row),
        "may": bool(check(rules.may_register_client, acting(request), row.organization)),
    }
    return render(request, "connect/client.html", context)


@never_cache
@require_POST
@guarded_by_object("connect.register_client")
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new secret, shown once."""
    row = _find(request, pk)
    return _secret_page(request, row, services.rotate_secret(row, by=acting(request)))


@require_POST
@guarded_by_object("connect.register_client")
def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let it in no more."""
    row = services.stop_client(_find(request, pk), by=acting(request))
    messages.success(request, _("已停用“%(name)s”，它手里的密钥和令牌立即失效。") % {"name": row.name})
    return redirect("connect_client", row.pk)


@require_POST
@guarded_by_object("connect.register_client")
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let it in again."""
    row = services.resume_client(_find(request, pk), by=acting(request))
    messages.success(request, _("“%(name)s”可以继续使用。") % {"name": row.name})
    return redirect("connect_client", row.pk)
