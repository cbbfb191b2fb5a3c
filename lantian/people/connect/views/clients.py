"""Software let in by an officer: the list, a new one, one's page with its use, its terms. A secret is shown once."""

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

from lantian.kernel.rules import Actor, check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, ListPage
from lantian.people.connect import queries, rules, services
from lantian.people.connect.enums import Kind, Scope
from lantian.people.connect.errors import ConnectError
from lantian.people.connect.forms import ClientForm
from lantian.people.connect.models import Client, SignOn
from lantian.people.roster import queries as roster_queries


def _state(client: Client) -> tuple[str, str]:
    if not client.is_active:
        return _("已停用"), "neutral"
    if client.is_over(timezone.localdate()):
        return _("已到期"), "warn"
    return _("使用中"), "ok"


def _kind_words(client: Client) -> str:
    return str(_("、").join(str(Kind(kind).label) for kind in client.kinds))


class ClientList(ListPage[Client]):
    key = "clients"
    title = gettext_lazy("软件接入")
    unit = gettext_lazy("个软件")
    columns = (
        Column(
            "name",
            gettext_lazy("软件"),
            primary=True,
            sort="name",
            link=lambda client: reverse("connect_client", args=[client.pk]),
        ),
        Column("kinds", gettext_lazy("用途"), value=_kind_words),
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
    search_hint = gettext_lazy("软件或用途")
    order = "name"
    empty_icon = "plug"
    empty_title = gettext_lazy("还没有软件接入")
    empty_text = gettext_lazy("登记以后，软件可以读取名册，或者让师生用这里的账号登录。")


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


def _offered(actor: Actor, units: list[Any], row: Client | None = None) -> list[tuple[str, str]]:
    """Units to choose from: those offered, and those the client has already."""
    kept = list(row.units.order_by("path")) if row else []
    known = {unit.pk for unit in units}
    return [(str(unit.pk), str(unit)) for unit in [*units, *(unit for unit in kept if unit.pk not in known)]]


def _terms(form: ClientForm, organization: Any, units: list[Any]) -> services.Terms:
    said = dict(form.cleaned_data)
    picked = set(said.pop("units"))
    return services.Terms(organization=organization, units=[unit for unit in units if str(unit.pk) in picked], **said)


def _said_no(form: ClientForm, error: ConnectError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error.message))


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("connect.register_client")
def new_client(request: HttpRequest) -> HttpResponse:
    """Let software in. Its secret is in the answer to the form, and nowhere else."""
    actor = acting(request)
    units = _units(actor)
    form = ClientForm(request.POST or None, units=_offered(actor, units))
    if request.method == "POST" and form.is_valid():
        try:
            row, secret = services.register_client(_terms(form, units[0], units), by=actor)
        except ConnectError as error:
            _said_no(form, error)
        else:
            return _secret_page(request, row, secret)
    return render(request, "connect/client_new.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("connect.register_client")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other terms, from this moment."""
    actor, row = acting(request), _find(request, pk)
    require(rules.may_register_client, actor, row.organization)
    now = services.terms_of(row)
    units = [row.organization, *roster_queries.children_of(actor, row.organization)]
    units += [unit for unit in now.units if unit not in units]
    form = ClientForm(
        request.POST or None, units=_offered(actor, units), initial=ClientForm.initial_of(vars(now)), known=True
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.change_client(row, _terms(form, row.organization, units), by=actor)
        except ConnectError as error:
            _said_no(form, error)
        else:
            words = _("已保存，立即生效。") if changed else _("没有改动。")
            messages.success(request, words)
            return redirect("connect_client", row.pk)
    return render(request, "connect/client_edit.html", {"form": form, "client": row})


def _secret_page(request: HttpRequest, row: Client, secret: str) -> HttpResponse:
    return render(request, "connect/secret.html", {"client": row, "secret": secret, **_addresses(request)})


def _addresses(request: HttpRequest) -> dict[str, str]:
    known = services.metadata(request)
    return {"token_url": known["token_endpoint"], "issuer": known["issuer"]}


def _find(request: HttpRequest, pk: UUID) -> Client:
    return get_visible_or_404(queries.clients_visible_to(acting(request)), pk=pk)


@require_safe
@guarded_by_object("connect.view_client")
def client(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it may have, how often it asked, who signed on, and what was done to it."""
    row = _find(request, pk)
    words, tone = _state(row)
    scopes = row.oidc.get_scopes()
    context = {
        "client": row,
        "state": words,
        "tone": tone,
        "kind_words": _kind_words(row),
        "reads": Kind.DATA in row.kinds,
        "signs_on": Kind.SIGN_ON in row.kinds,
        "units": list(row.units.filter(path__within=row.organization.path).order_by("path")),
        "scopes": [Scope(scope).label for scope in scopes if scope in Scope.values],
        "hands_over": queries.scope_words(scopes),
        "redirect_uris": row.oidc.get_redirect_uris(),
        "use": queries.use_by_day(row) if Kind.DATA in row.kinds else [],
        "figures": queries.sign_on_figures(row),
        "history": queries.history_of(row),
        "may": bool(check(rules.may_register_client, acting(request), row.organization)),
        **_addresses(request),
    }
    return render(request, "connect/client.html", context)


class PeopleList(ListPage[SignOn]):
    key = "client-people"
    title = gettext_lazy("登录过的人")
    unit = gettext_lazy("人")
    columns = (
        Column(
            "name",
            gettext_lazy("姓名"),
            primary=True,
            sort="account__person__sort_key",
            value=lambda row: row.account.person.name,
            link=lambda row: reverse("roster_person", args=[row.account.person.pk]),
        ),
        Column("times", gettext_lazy("次数"), value="times", kind="number", sort="times"),
        Column("handed", gettext_lazy("交出的内容"), value=lambda row: queries.short_words(row.handed)),
        Column("first", gettext_lazy("第一次"), value="first_at", kind="datetime", sort="first_at"),
        Column("last", gettext_lazy("最近一次"), value="last_at", kind="datetime", sort="last_at"),
    )
    search = ("account__person__name", "account__person__initials")
    search_hint = gettext_lazy("姓名或首字母")
    order = "-last"
    empty_icon = "log-in"
    empty_title = gettext_lazy("还没有人登录过")


@require_safe
@guarded_by_object("connect.view_client")
def people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who signed on to it, and how often."""
    row = _find(request, pk)
    listed = PeopleList(request, queries.people_signed_on(acting(request), row))
    return listed.respond("connect/people.html", {"client": row})


@never_cache
@require_POST
@guarded_by_object("connect.register_client")
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new secret, shown once."""
    row = _find(request, pk)
    try:
        secret = services.rotate_secret(row, by=acting(request))
    except ConnectError as error:
        messages.error(request, str(error.message))
        return redirect("connect_client", row.pk)
    return _secret_page(request, row, secret)


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
