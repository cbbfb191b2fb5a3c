"""One class's last hour."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from lantian.kernel.rules import check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded
from lantian.teach.desk import queries, rules
from lantian.teach.live import queries as live

HOUR = timedelta(hours=1)


@require_safe
@guarded("desk.watch_lessons")
def class_hour(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """What one class's screens reported in the last hour, minute by minute; older ones by week are the records of attendance."""
    actor, moment = acting(request), timezone.now()
    group = get_visible_or_404(queries.classes_watched_by(actor), pk=class_id)
    reports = live.reports_of_class(group.pk, moment - HOUR)
    minutes = live.minutes_of_class(reports, timezone.localtime(moment - HOUR), timezone.localtime(moment))
    told = any(minute.there for minute in minutes)
    context = {
        "group": group,
        "reports": reports,
        "minutes": minutes,
        "finding": _hour_words(minutes),
        "chart": _hour_chart(minutes) if told else None,
        "records_url": f"{reverse('desk_outcomes')}?group={group.pk}",
        "week_url": f"{reverse('desk_week')}?unit={group.organization_id}"
        if check(rules.may_read_week, actor, group.organization)
        else "",
        "tickets_url": reverse("desk_tickets"),
    }
    return render(request, "desk/now_class.html", context)


def _hour_words(minutes: "list[live.Minute]") -> str:
    there = [minute for minute in minutes if minute.there]
    if not there:
        return _("这个班最近一小时没有看课，或大屏没有打开。")
    stalls, stalled = sum(minute.stalls for minute in there), sum(minute.stalled_ms for minute in there) / 1000
    lags = [minute.lag for minute in there if minute.lag is not None]
    words = _("最近一小时在线 %(n)s 分钟，卡顿 %(stalls)s 次，共停了 %(s)s 秒") % {
        "n": len(there),
        "stalls": stalls,
        "s": round(stalled),
    }
    words += _("，最多落后 %(s)s 秒。") % {"s": max(lags)} if lags else pgettext("end of sentence", "。")
    still = sum(minute.still for minute in there)
    return words + (_("有 %(n)s 分钟结束时画面停着。") % {"n": still} if still else "")


def _hour_chart(minutes: "list[live.Minute]") -> dict[str, Any]:
    return {
        "kind": "line",
        "unit": _("秒"),
        "over": str(_("时间")),
        "categories": [f"{minute.at:%H:%M}" for minute in minutes],
        "series": [
            {"name": str(_("落后")), "values": [minute.lag for minute in minutes]},
            {
                "name": str(_("停顿")),
                "values": [round(minute.stalled_ms / 1000, 1) if minute.there else None for minute in minutes],
            },
        ],
    }
