"""Actions on many people: prepared from the list, shown, confirmed, watched, and their slips printed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.crypto import KeyLost
from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage, picked
from lantian.kernel.web.once import once
from lantian.people.roster import queries, rules, services
from lantian.people.roster.enums import BatchAction, BatchItemState, BatchState
from lantian.people.roster.errors import RosterError
from lantian.people.roster.forms import BatchForm
from lantian.people.roster.models import Batch, ClassGroup
from lantian.people.roster.services.batches import CODES_KEPT, MOST, UNDER_WAY
from lantian.people.roster.views.directory import PeopleList
from lantian.people.roster.views.parts import done

TONES = {
    BatchState.DRAFT: "info",
    BatchState.WAITING: "info",
    BatchState.RUNNING: "info",
    BatchState.DONE: "ok",
    BatchState.CANCELLED: "neutral",
}


class BatchList(ListPage[Batch]):
    key = "batches"
    title = gettext_lazy("批量办理记录")
    unit = gettext_lazy("次")
    columns = (
        Column(
            "action",
            gettext_lazy("办什么"),
            value=lambda batch: batch.get_action_display(),
            primary=True,
            link=lambda batch: reverse("roster_batch", args=[batch.pk]),
        ),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda batch: batch.get_state_display(),
            tone=lambda batch: TONES[BatchState(batch.state)],
        ),
        Column("done", gettext_lazy("办成"), kind="number"),
        Column("failed", gettext_lazy("没有办成"), kind="number"),
        Column("left_out", gettext_lazy("不办理"), kind="number"),
        Column("by", gettext_lazy("发起人"), value="created_by.name"),
        Column("at", gettext_lazy("时间"), value="created_at", kind="datetime", sort="created_at"),
    )
    filters = (Filter("action", gettext_lazy("办什么"), BatchAction.choices),)
    order = "-at"
    empty_icon = "users-round"
    empty_title = gettext_lazy("还没有批量办理过")
    empty_text = gettext_lazy("在人员名单里勾选，再选要办的事。")


@require_safe
@guarded("roster.act_on_many")
def batches(request: HttpRequest) -> HttpResponse:
    """What was done to many at once, by oneself and in one's units."""
    rows = queries.with_counts(queries.batches_visible_to(acting(request))).select_related("created_by")
    return BatchList(request, rows).respond("roster/batches.html")


@require_POST
@guarded("roster.act_on_many")
@once
def prepare(request: HttpRequest) -> HttpResponse:
    """From the list of people: those picked, or all that it was narrowed to, and what is to be done to them."""
    actor = acting(request)
    found = PeopleList(request, QueryDict(request.POST.get("query", "")[:1000]))
    rows = found.everything if request.POST.get("whole") else picked(request, queries.people_visible_to(actor))
    people = list(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    try:
        batch = services.prepare_batch(request.POST.get("do", ""), people, by=actor)
    except RosterError as error:
        messages.error(request, str(error.message))
    except ValueError:
        messages.error(request, _("请选择要办的事。"))
    else:
        return redirect("roster_batch", batch.pk)
    return redirect(found.url().replace(request.path, reverse("roster_people")))


def _find(request: HttpRequest, pk: UUID) -> Batch:
    rows = queries.batches_visible_to(acting(request)).select_related("organization", "created_by")
    return get_visible_or_404(rows, pk=pk)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.view_batch")
@once
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Before: who, who not and why, and the question. Then: how far it is (`?part=progress`), and what came of it."""
    actor, batch = acting(request), _find(request, pk)
    counts = queries.counts_of(batch)
    under_way = batch.state in UNDER_WAY
    context: dict[str, Any] = {
        "batch": batch,
        "counts": counts,
        "total": sum(counts.values()) - counts["left_out"],
        "over": counts["done"] + counts["failed"],
        "under_way": under_way,
        "may": bool(check(rules.may_run_batch, actor, batch)),
    }
    if request.GET.get("part") == "progress":
        if under_way:
            return render(request, "roster/_batch_progress.html", context)
        return HttpResponse(headers={"HX-Refresh": "true"})  # it is over: the head of the page has changed as well
    if batch.state == BatchState.DRAFT:
        form = BatchForm(
            request.POST if request.method == "POST" else None, batch=batch, classes=_targets(request, batch)
        )
        if done(request, form, lambda cleaned: services.confirm_batch(batch, by=actor, **cleaned)):
            return redirect("roster_batch", batch.pk)
        context |= {"form": form, "draft": True, "names": _names(batch)}
    groups = queries.reasons_of(batch)
    context |= {
        "left_out": [group for group in groups if group[0] == BatchItemState.LEFT_OUT],
        "failed": [group for group in groups if group[0] == BatchItemState.FAILED],
        "codes": batch.items.filter(code__isnull=False).count() if not under_way else 0,
        "tone": TONES[BatchState(batch.state)],
        "hours": CODES_KEPT.total_seconds() / 3600,
    }
    return render(request, "roster/batch.html", context)


def _names(batch: Batch) -> list[str]:
    rows = batch.items.filter(state=BatchItemState.READY).order_by("pk")
    return list(rows.values_list("person__name", flat=True)[: queries.NAMES_SHOWN])


def _targets(request: HttpRequest, batch: Batch) -> list[ClassGroup]:
    """Classes to which the picked students could go: those of their schools."""
    if batch.action != BatchAction.MOVE:
        return []
    people = batch.items.filter(state=BatchItemState.READY).values("person")
    schools = queries.students_today(people).values("organization")  # type: ignore[arg-type]  # a subquery
    rows = queries.class_groups_visible_to(acting(request)).filter(organization__in=schools, is_active=True)
    return list(rows.select_related("organization").order_by("organization__sort_key", "grade", "number", "name")[:500])


@require_POST
@guarded_by_object("roster.run_batch")
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop it, or give up the draft."""
    batch = _find(request, pk)
    services.cancel_batch(batch, by=acting(request))
    messages.info(request, _("已停止：办成的保持不变，其余没有改动。"))
    return redirect("roster_batch", batch.pk)


@never_cache
@require_safe
@guarded_by_object("roster.run_batch")
def slips(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The new activation codes, to print and cut."""
    actor, batch = acting(request), _find(request, pk)
    services.show_codes(batch, by=actor)
    rows, lost = [], 0
    for item in queries.items_with_codes(batch):
        try:
            rows.append({"item": item, "code": item.code})
        except KeyLost:
            lost += 1
    return render(request, "roster/batch_slips.html", {"batch": batch, "rows": rows, "lost": lost})


@require_POST
@guarded_by_object("roster.run_batch")
def forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The slips are printed: put the codes away."""
    batch = _find(request, pk)
    require(rules.may_run_batch, acting(request), batch)
    count = services.forget_codes(batch, by=acting(request))
    messages.success(request, _("已清除 %(count)s 个激活码，纸条上的仍然有效。") % {"count": count})
    return redirect("roster_batch", batch.pk)
