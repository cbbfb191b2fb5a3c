"""Making packs and filling them."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lantian.content.packs import queries, rules, services
from lantian.content.packs.errors import ChangedMeanwhile, PackError
from lantian.content.packs.forms import NEW, PackForm, PutForm
from lantian.content.packs.models import Pack
from lantian.content.packs.views.reading import found_pack
from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.kernel.numbers import number_of
from lantian.kernel.rules import Denied, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource


def back(request: HttpRequest, usual: str) -> str:
    """Where somebody came from, if that is a page of ours."""
    asked = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked.startswith("/") and known else usual


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("packs.make_pack")
@once
def new(request: HttpRequest) -> HttpResponse:
    """Begin one that is empty."""
    actor = acting(request)
    assert actor.grant is not None  # the rule asked for it
    unit = roster.organizations_known([actor.grant.organization_id]).get()
    form = PackForm(request.POST or None, organization=unit)
    if form.is_valid():
        try:
            made = services.create_pack(facts=form.facts, by=actor)
        except PackError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            messages.success(request, _("资源包建好了，到“资源”里把合用的放进来。"))
            return redirect("packs_pack", made.pk)
    return render(request, "packs/edit.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("packs.manage_pack")
@once
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is said about it, and who may see it."""
    actor, found = acting(request), found_pack(request, pk)
    require(rules.may_manage_pack, actor, found)
    form = PackForm(request.POST or None, organization=found.organization, initial=PackForm.initial_of(found))
    if form.is_valid():
        try:
            services.change_pack(found, edition=form.cleaned_data["edition"] or 0, facts=form.facts, by=actor)
        except ChangedMeanwhile as error:
            _go_on_from(form, found)
            form.add_error(None, str(error.message))
        except PackError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            messages.success(request, _("已保存"))
            return redirect("packs_pack", pk)
    return render(request, "packs/edit.html", {"form": form, "pack": found})


def _go_on_from(form: PackForm, pack: Pack) -> None:
    """The form, shown again, saves on top of what is kept by now."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["edition"] = str(pack.edition)
    form.data = data


# What stands in it --------------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("packs.manage_pack")
def items(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Order and notes, in one form: `act` is "up:id", "down:id", "out:id" or nothing, and whatever is pressed keeps the notes."""
    actor, found = acting(request), found_pack(request, pk)
    require(rules.may_manage_pack, actor, found)
    lines = queries.lines_of([found], actor)[found.pk]
    written = {line.item.pk: request.POST.get(f"note-{line.item.pk}", line.item.note) for line in lines}
    stale = ""
    if request.method == "POST":
        act, _colon, item = request.POST.get("act", "").partition(":")
        try:
            found = services.arrange_items(
                found,
                edition=_number(request.POST.get("edition", "")),
                notes=written,
                item=_id(item),
                act=act,
                by=actor,
            )
        except ChangedMeanwhile as error:
            stale = str(error.message)
        else:
            if not act:
                messages.success(request, _("已保存"))
                return redirect("packs_pack", pk)
            if not request.headers.get("HX-Request"):
                return redirect("packs_items", pk)
            lines = queries.lines_of([found], actor)[found.pk]
            written = {line.item.pk: line.item.note for line in lines}
    context = {"pack": found, "lines": [(line, written[line.item.pk]) for line in lines], "stale": stale}
    return render(request, "packs/items.html", context)


def _number(text: str) -> int:
    return number_of(text) or 0


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("packs.make_pack")
@once
def put(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a resource into one of one's packs, or a new one: a page, or the part of one that a dialog shows."""
    actor = acting(request)
    rows = resources.resources_visible_to(actor).filter(state=ResourceState.PUBLISHED)
    found = get_visible_or_404(rows.select_related("current"), pk=pk)
    packs = queries.packs_to_choose(actor, found.pk)
    form = PutForm(request.POST or None, packs=packs, initial={"next": _current(request)})
    if form.is_valid():
        try:
            into = _into(request, form, found)
            services.put_item(into, found, note=form.cleaned_data["note"], by=actor)
        except PackError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("放进了资源包《%(title)s》。") % {"title": into.title})
            return redirect(back(request, reverse("resources_resource", args=[pk])))
    part = bool(request.headers.get("HX-Request"))
    context = {
        "form": form,
        "resource": found,
        "address": reverse("packs_put", args=[pk]),
        "cancel": "" if part else reverse("resources_resource", args=[pk]),
    }
    return render(request, "packs/_put.html" if part else "packs/put.html", context)


def _current(request: HttpRequest) -> str:
    """The page in which htmx asks, without the host."""
    whole = request.headers.get("HX-Current-URL", "")
    host = f"//{request.get_host()}"
    return whole.partition(host)[2] if host in whole else ""


def _into(request: HttpRequest, form: PutForm, resource: "Resource") -> Pack:
    """The chosen pack; a new one is of the resource's subject and grade."""
    actor, chosen = acting(request), form.cleaned_data["pack"]
    if chosen != NEW:
        return get_visible_or_404(queries.own_packs(actor), pk=chosen)
    facts: dict[str, Any] = {name: getattr(resource, name) for name in ("subject", "stage", "grade")}
    return services.create_pack(facts=facts | {"title": form.cleaned_data["title"]}, by=actor)


# The whole pack -----------------------------------------------------------------------------------------------------------------


@never_cache
@require_POST
@guarded_by_object("packs.view_pack")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: copy, delete, unshare."""
    actor, found = acting(request), found_pack(request, pk)
    asked = request.POST.get("act", "")
    try:
        if asked == "copy":
            made = services.copy_pack(found, by=actor)
            messages.success(request, _("复制好了，这一份是您自己的，可以改。"))
            return redirect("packs_pack", made.pk)
        if asked == "delete":
            services.delete_pack(found, by=actor)
            messages.success(request, _("删掉了。三十天里都可以在下面放回来。"))
            return redirect("packs_mine")
        if asked == "unshare":
            services.unshare_pack(found, words=request.POST.get("words", ""), by=actor)
            messages.success(request, _("收回了，只有做的人自己看得到。"))
            return redirect("packs_list")
    except PackError as error:
        messages.error(request, str(error.message))
    except Denied as refused:
        messages.error(request, refused.words)
    return redirect("packs_pack", pk)


@never_cache
@require_POST
@guarded_by_object("packs.manage_pack")
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring back what one deleted."""
    actor = acting(request)
    found = get_visible_or_404(queries.deleted_packs(actor), pk=pk)
    services.restore_pack(found, by=actor)
    messages.success(request, _("放回来了。"))
    return redirect("packs_pack", pk)
