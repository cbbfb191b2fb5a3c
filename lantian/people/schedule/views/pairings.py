"""Pairings of an alliance: who receives what from whom, what does not fit, and what was settled."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.forms import PairingForm, SettleForm
from lantian.people.schedule.models import Alliance, Pairing

SHOWN = 200


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.view_alliance")
@once
def pairings(request: HttpRequest, alliance_id: UUID) -> HttpResponse:
    """The pairings that hold, those with something to settle first; whoever manages the alliance pairs more classes."""
    actor = acting(request)
    visible = queries.alliances_visible_to(actor).select_related("lead")
    found = get_visible_or_404(visible, pk=alliance_id)
    may_manage = bool(check(rules.may_manage_alliance, actor, found.lead))
    today = timezone.localdate()
    first = max(today, found.starts_on)
    initial = {"first": first, "last": found.ends_on}
    form = PairingForm(request.POST or None, alliance=found, initial=initial) if may_manage else None
    if request.method == "POST":
        require(rules.may_manage_alliance, actor, found.lead)
    if form is not None and form.is_valid() and _pair(request, found, form):
        return redirect("schedule_pairings", found.pk)
    day = min(first, found.ends_on)
    fits = queries.fits_of(queries.pairings_of(found, day)[:SHOWN], day)
    context = {
        "alliance": found,
        "form": form,
        "open": [row for row in fits if row.open],
        "pairings": list(queries.pairings_of(found, day)[:SHOWN]),
        "settled": [row for row in fits if row.choice is not None],
        "may_settle": {row.pairing.pk for row in fits if check(rules.may_settle_pairing, actor, row.pairing)},
        "may_manage": may_manage,
    }
    return render(request, "schedule/pairings.html", context)


def _pair(request: HttpRequest, alliance: Alliance, form: PairingForm) -> bool:
    """All of them or none; the form says which one could not be paired."""
    data = form.cleaned_data
    try:
        with transaction.atomic():
            for group in form.chosen():
                services.pair_classes(
                    alliance,
                    subject=data["subject"],
                    sender=data["sender"],
                    receiver=group,
                    first=data["first"],
                    last=data["last"],
                    by=acting(request),
                )
    except ScheduleError as error:
        form.add_error(None, str(error.message))
        return False
    messages.success(request, _("已配对 %(n)s 个班，课随后按主讲学校的课表排好") % {"n": len(data["receivers"])})
    return True


def _found(request: HttpRequest, pairing_id: UUID) -> Pairing:
    mine = Pairing.objects.filter(alliance__in=queries.alliances_visible_to(acting(request)))
    return get_visible_or_404(
        mine.select_related("alliance__lead", "sender__organization", "receiver__organization"), pk=pairing_id
    )


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.settle_pairing")
@once
def settle(request: HttpRequest, pairing_id: UUID, weekday: int, period: int) -> HttpResponse:
    """One period that does not fit: receive it all the same, see the replay another time, or leave it out."""
    actor, pairing = acting(request), _found(request, pairing_id)
    require(rules.may_settle_pairing, actor, pairing)
    if weekday > 6 or not 1 <= period <= 20:
        raise Http404
    today = max(timezone.localdate(), pairing.during.lower)
    rows = queries.fits_of([pairing], today)
    row = next((row for row in rows if (row.entry.weekday, row.entry.period_no) == (weekday, period)), None)
    initial = {"settlement": row.choice.settlement, "note": row.choice.note} if row and row.choice else {}
    form = SettleForm(request.POST or None, initial=initial)
    if form.is_valid():
        services.settle(pairing, weekday=weekday, period_no=period, by=actor, **form.cleaned_data)
        messages.success(request, _("已记下，有关的课随后更新"))
        return redirect("schedule_pairings", pairing.alliance_id)
    context = {"pairing": pairing, "row": row, "form": form, "weekday": weekday, "period": period}
    return render(request, "schedule/settle.html", context)


@require_POST
@guarded_by_object("schedule.manage_alliance")
@once
def pairing_end(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """The class receives no more from tomorrow on."""
    pairing = _found(request, pairing_id)
    services.end_pairing(pairing, last=timezone.localdate(), by=acting(request))
    messages.success(request, _("配对已结束，今天以后的课不再接收"))
    return redirect("schedule_pairings", pairing.alliance_id)
