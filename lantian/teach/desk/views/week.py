"""The officer's week: a finding, the figures, what to look into, and the way down to single lessons."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.kernel.web import sheets
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded
from lantian.kernel.web.lists import LIST_EXPORTED
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import SCHOOL_KINDS
from lantian.people.schedule import queries as schedule
from lantian.teach.desk import queries, rules
from lantian.teach.desk.enums import Side, Span
from lantian.teach.desk.queries import Line, Report, Stretch

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

CHARTED = 15  # more bars are not read; the table has all
FAR = timedelta(days=3660)


class Asked:
    """What the address asks for, made sense of; nonsense means the usual."""

    def __init__(self, request: HttpRequest) -> None:
        self.actor: Actor = acting(request)
        self.params = request.GET
        self.span = self._among("span", Span.values, Span.WEEK)
        self.side = self._among("side", Side.values, Side.RECEIVING)
        self.unit = self._unit()
        self.day = self._day()
        self.days = queries.stretch(self.span, self.day, path=str(self.unit.path))
        self.alliance = self._alliance()

    def _among(self, name: str, known: list[str], usual: str) -> str:
        asked = self.params.get(name, "")
        return asked if asked in known else usual

    def _unit(self) -> "Organization":
        """The unit in the address within one's subtree, else the top of it."""
        asked = self.params.get("unit", "")
        units = roster.organizations_visible_to(self.actor)
        if asked:
            found = get_visible_or_404(units, pk=asked)
            require(rules.may_read_week, self.actor, found)
            return found
        return get_visible_or_404(units, pk=self.actor.grant.organization_id if self.actor.grant else None)

    def _day(self) -> date:
        today = timezone.localdate()
        try:
            day = date.fromisoformat(self.params.get("on", ""))
        except ValueError:
            return today
        return day if abs(day - today) < FAR else today

    def _alliance(self) -> Any:
        asked = self.params.get("alliance", "")
        return get_visible_or_404(schedule.alliances_visible_to(self.actor), pk=asked) if asked else None

    def url(self, **changes: Any) -> str:
        """This page with changes; None takes a part away."""
        kept: dict[str, Any] = {
            "span": self.span if self.span != Span.WEEK else None,
            "side": self.side if self.side != Side.RECEIVING else None,
            "unit": self.params.get("unit"),
            "on": self.params.get("on"),
            "alliance": self.alliance.pk if self.alliance else None,
        }
        kept |= changes
        query = urlencode({name: str(value) for name, value in kept.items() if value})
        return f"{reverse('desk_week')}?{query}" if query else reverse("desk_week")

    def lessons_url(self, **narrowed: Any) -> str:
        """The list of the lessons behind a figure."""
        kept: dict[str, Any] = {
            "days": f"{self.days.first}..{self.days.last}",
            "unit": self.unit.pk,
            "side": self.side if self.side != Side.RECEIVING else None,
            "alliance": self.alliance.pk if self.alliance else None,
        }
        query = urlencode({name: str(value) for name, value in (kept | narrowed).items() if value})
        return f"{reverse('desk_outcomes')}?{query}"


@require_safe
@guarded("desk.read_week")
def week(request: HttpRequest) -> HttpResponseBase:
    """A day, a week or a term of a unit; `?export=csv|xlsx` gives the same as a file."""
    asked = Asked(request)
    found = queries.report(
        asked.unit, asked.days, side=asked.side, alliance=asked.alliance.pk if asked.alliance else None
    )
    kind = request.GET.get("export", "")
    if kind in {"csv", "xlsx"}:
        return _export(asked, found, kind)
    return render(request, "desk/week.html", _context(asked, found))


def _context(asked: Asked, found: Report) -> dict[str, Any]:
    days = asked.days
    last_possible = timezone.localdate()
    line = found.total
    shown = queries.weeks_of(found.days) if asked.span == Span.TERM else found.days
    for row in found.units:
        row.url = _down(asked, row)
    for row in found.alliances:
        row.url = asked.url(alliance=row.key)
    for reason in found.reasons:
        reason.url = asked.lessons_url(cause=reason.cause)
    return {
        "asked": asked,
        "unit": asked.unit,
        "crumbs": [
            (crumb.name, asked.url(unit=crumb.id) if crumb.id else "")
            for crumb in roster.breadcrumbs(asked.actor, asked.unit)
        ],
        "title": _title(days),
        "total": line,
        "finding": _finding(asked, found),
        "days": _chart_of_days(asked, shown),
        "units": found.units,
        "chart": _chart_of_units(found.units) if len(found.units) > 1 else None,
        "units_title": _units_title(asked, found),
        "alliances": found.alliances if not asked.alliance else [],
        "reasons": found.reasons,
        "before_url": asked.url(on=days.before[0] if days.before else days.first - timedelta(days=1)),
        "after_url": asked.url(on=days.last + timedelta(days=1)) if days.last < last_possible else "",
        "before_words": STEPS[Span(days.span)][0],
        "after_words": STEPS[Span(days.span)][1],
        "spans": [(value, words, asked.url(span=value)) for value, words in Span.choices],
        "sides": [(value, words, asked.url(side=value)) for value, words in Side.choices],
        "lessons_url": asked.lessons_url(),
        "missed_url": asked.lessons_url(result="missed"),
        "csv_url": asked.url(export="csv"),
        "xlsx_url": asked.url(export="xlsx"),
        "alliance_off_url": asked.url(alliance=None) if asked.alliance else "",
    }


def _down(asked: Asked, row: Line) -> str:
    if row.kind == "class":
        return asked.lessons_url(group=row.key)
    return asked.url(unit=row.key) if UUID(row.key) != asked.unit.pk else ""


# What stands before and after what one looks at.
STEPS = {
    Span.DAY: (lazy("前一天"), lazy("后一天")),
    Span.WEEK: (lazy("上一周"), lazy("下一周")),
    Span.TERM: (lazy("上一学期"), lazy("下一学期")),
}


def _title(days: Stretch) -> str:
    if days.span == Span.DAY:
        return date_format(days.first, _("Y年n月j日"))
    first = date_format(days.first, _("Y年n月j日"))
    last = date_format(days.last, _("n月j日") if days.last.year == days.first.year else _("Y年n月j日"))
    words = _("%(first)s–%(last)s") % {"first": first, "last": last}
    return f"{days.title} · {words}" if days.title else words


def _units_title(asked: Asked, found: Report) -> str:
    if found.by_class:
        return _("各班")
    return _("各学校") if asked.unit.kind == "county" or asked.unit.kind in SCHOOL_KINDS else _("各地")


def _finding(asked: Asked, found: Report) -> str:
    """The one thing to know, in words."""
    total = found.total
    if not total.counts.planned:
        return _("这段时间没有接收的课") if asked.side == Side.RECEIVING else _("这段时间没有送出的课")
    words = _("应上 %(planned)s 班次，到课 %(attended)s，到课率 %(percent)s%%") % {
        "planned": total.counts.planned,
        "attended": total.counts.attended,
        "percent": total.counts.attended_percent,
    }
    change = total.change
    if change is not None and change != 0:
        more = _("，比上一期高 %(n)s 个百分点") if change > 0 else _("，比上一期低 %(n)s 个百分点")
        words += more % {"n": abs(change)}
    words += _("。")
    if found.reasons:
        first = found.reasons[0]
        words += _("没上成的里面，最多的是“%(cause)s”，%(n)s 班次。") % {"cause": first.name, "n": first.count}
    return words


def _chart_of_days(asked: Asked, lines: list[Line]) -> dict[str, Any] | None:
    if len(lines) < 2:
        return None
    days = [date.fromisoformat(line.key) for line in lines]
    span = Span.WEEK if asked.span == Span.TERM else Span.DAY
    return {
        "kind": "bar",
        "unit": "%",
        "over": str(_("周")) if asked.span == Span.TERM else str(_("日期")),
        "categories": [date_format(day, _("n月j日")) for day in days],
        "series": [
            {"name": str(_("到课率")), "values": [line.counts.attended_percent for line in lines]},
            {"name": str(_("开课率")), "values": [line.counts.held_percent for line in lines]},
        ],
        "links": [asked.url(span=span, on=day) for day in days],
    }


def _chart_of_units(lines: list[Line]) -> dict[str, Any]:
    shown = lines[:CHARTED]
    return {
        "kind": "bar",
        "unit": "%",
        "over": str(_("单位")),
        "categories": [line.name for line in shown],
        "series": [{"name": str(_("到课率")), "values": [line.counts.attended_percent for line in shown]}],
        "links": [line.url for line in shown],
    }


# The file ----------------------------------------------------------------------------------------------------------------


def _export(asked: Asked, found: Report, kind: str) -> HttpResponseBase:
    title = _("上课统计 %(unit)s %(first)s 至 %(last)s") % {
        "unit": asked.unit,
        "first": asked.days.first,
        "last": asked.days.last,
    }
    organization = asked.actor.grant.organization_name if asked.actor.grant else ""
    mark = sheets.watermark_text(
        settings.LANTIAN_REGION_NAME, organization, asked.actor.name, timezone.localtime(), _("仅限工作使用，请勿外传")
    )
    rows = list(_rows(found))
    journal.note(
        LIST_EXPORTED,
        "web.list",
        uuid5(NAMESPACE_URL, "lantian:list:desk.week"),
        by=asked.actor,
        list="desk.week",
        title=title,
        kind=kind,
        rows=len(rows),
        narrowed=[str(asked.alliance)] if asked.alliance else [],
    )
    head = [
        _("分类"),
        _("名称"),
        _("应上（班次）"),
        _("开课"),
        _("到课"),
        _("到课率（%）"),
        _("上期到课率（%）"),
        _("看课小时"),
        _("卡顿次数"),
        _("人工更正"),
    ]
    response: HttpResponse | StreamingHttpResponse
    if kind == "csv":
        response = StreamingHttpResponse(sheets.csv_lines(head, rows, watermark=mark), content_type="text/csv")
    else:
        content = sheets.xlsx(_("上课统计"), head, rows, watermark=mark)
        response = HttpResponse(
            content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    response["Content-Disposition"] = content_disposition_header(True, f"{title}.{kind}") or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def _rows(found: Report) -> Iterator[list[Any]]:
    yield _row(_("合计"), found.total)
    for line in found.days:
        yield _row(_("日期"), Line(line.key, line.key, line.counts))
    for line in found.units:
        yield _row(_("班级") if found.by_class else _("单位"), line)
    for line in found.alliances:
        yield _row(_("联盟"), line)
    for reason in found.reasons:
        yield [_("没上成的原因"), reason.name, reason.count, None, None, None, None, None, None, None]


def _row(part: str, line: Line) -> list[Any]:
    counts, before = line.counts, line.before.attended_percent if line.before else None
    return [
        part, line.name, counts.planned, counts.held, counts.attended, counts.attended_percent, before, counts.hours,
        counts.stalls, counts.corrected,
    ]  # fmt: skip
