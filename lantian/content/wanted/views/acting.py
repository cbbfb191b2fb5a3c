"""Calling, answering, deciding."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lantian.content.resources import queries as resources
from lantian.content.taxonomy import queries as taxonomy
from lantian.content.wanted import queries, rules, services
from lantian.content.wanted.errors import WantedError
from lantian.content.wanted.forms import AnswerForm, CallForm, ExtendForm
from lantian.content.wanted.views.reading import found_call
from lantian.kernel.rules import Denied, check, require
from lantian.kernel.web.guards import acting, found_or_404, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.schedule import queries as schedule


def _ids(values: list[str]) -> list[UUID]:
    found = []
    for value in values[: services.MOST_NODES]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("wanted.make_call")
@once
def new(request: HttpRequest) -> HttpResponse:
    """A call about the nodes that were chosen elsewhere (`node=…`)."""
    actor = acting(request)
    asked = _ids([*request.GET.getlist("node"), *request.POST.getlist("nodes")])
    rows = taxonomy.nodes_visible_to(actor).filter(pk__in=asked, retired_at__isnull=True).select_related("framework")
    nodes = {node.pk: node for node in rows.order_by("framework", "path")}
    places = taxonomy.places_of(nodes) if nodes else {}
    form = CallForm(
        request.POST or None,
        places=[(pk, places[pk].words) for pk in nodes],
        alliances=schedule.alliances_led_below(taxonomy.editing_paths(actor)),
    )
    if nodes and form.is_valid():
        try:
            chosen = [nodes[pk] for pk in form.cleaned_data["nodes"]]
            made = services.open_call(chosen, facts=form.facts, by=actor)
        except WantedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("发出去了，老师们会收到通知。"))
            return redirect("wanted_call", made.pk)
    return render(
        request, "wanted/new.html", {"form": form, "nodes": nodes, "subjects": taxonomy.subjects_with_points()}
    )


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("wanted.manage_call")
@once
def extend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on until a later day, or for more."""
    actor, found = acting(request), found_call(request, pk)
    require(rules.may_manage_call, actor, found)
    form = ExtendForm(request.POST or None, initial={"due_on": found.due_on, "number": found.number})
    if form.is_valid():
        try:
            services.extend_call(found, **form.cleaned_data, by=actor)
        except WantedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("已保存"))
            return redirect("wanted_call", pk)
    return render(request, "wanted/extend.html", {"form": form, "call": found})


@never_cache
@require_POST
@guarded_by_object("wanted.manage_call")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: close, withdraw."""
    actor, found = acting(request), found_call(request, pk)
    require(rules.may_manage_call, actor, found)
    acts = {"close": services.close_call, "withdraw": services.withdraw_call}
    chosen = acts.get(request.POST.get("act", ""))
    if chosen is not None:
        try:
            chosen(found, why=request.POST.get("why", ""), by=actor)
        except WantedError as error:
            messages.error(request, str(error.message))
    return redirect("wanted_call", pk)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("wanted.answer_call")
@once
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Offer a resource of one's own; one that is not there yet is uploaded first, and offers it from its own page."""
    actor, found = acting(request), found_call(request, pk)
    require(rules.may_answer_call, actor, found)
    offered = queries.resources_to_offer(actor, found)
    form = AnswerForm(request.POST or None, offered=offered, initial={"resource": request.GET.get("resource", "")})
    if form.is_valid():
        try:
            resource = get_visible_or_404(resources.own_resources(actor), pk=form.cleaned_data["resource"])
            services.answer_call(found, resource, words=form.cleaned_data["words"], by=actor)
        except WantedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("应征了。征集的单位答复以后，您会收到通知。"))
            return redirect("wanted_call", pk)
    return render(request, "wanted/answer.html", {"form": form, "call": found, "offered": offered})


@never_cache
@require_POST
@guarded_by_object("wanted.decide_answer")
def answer_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: accept, decline (with `why`), back."""
    actor = acting(request)
    given = found_or_404(queries.answer_known(pk))
    found = found_call(request, given.call_id)
    mine = actor.person_id is not None and given.person_id == actor.person_id
    if not mine and not check(rules.may_manage_call, actor, found):
        raise Http404
    asked, why = request.POST.get("act", ""), request.POST.get("why", "")
    try:
        _do(asked, given, why, actor)
    except WantedError as error:
        messages.error(request, str(error.message))
    except Denied as refused:
        messages.error(request, refused.words)
    return redirect("wanted_call", found.pk)


def _do(asked: str, given: Any, why: str, actor: Any) -> None:
    if asked in ("accept", "decline"):
        services.decide_answer(given, accept=asked == "accept", why=why, by=actor)
    elif asked == "back":
        services.take_back_answer(given, by=actor)
