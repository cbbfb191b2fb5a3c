"""Single lessons of classes: the list behind the figures, one of them with its history, and the head count."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.dates import said_day
from lantian.kernel.web.guards import acting, found_or_404, get_visible_or_404, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Subject
from lantian.people.roster.queries.history import history_lines
from lantian.people.schedule import queries as schedule
from lantian.teach.desk import queries, rules, services
from lantian.teach.desk.enums import SIDE_WORDS, SIDES, Cause, Word
from lantian.teach.desk.errors import DeskError
from lantian.teach.desk.forms import CorrectionForm, HeadsForm
from lantian.teach.desk.models import Outcome
from lantian.teach.live import queries as live

SENTENCES = {
    "desk.attendance_corrected": lazy("更正了到课：%(reason)s"),
    "desk.heads_counted": lazy("确认到场 %(present)s 人，应到 %(expected)s 人"),
}


def _result(row: Outcome) -> str:
    """`held` is false too of a lesson that did not last; its attendance page counts what there was."""
    if row.attended:
        return _("到课（更正过）") if row.corrected else _("到课")
    if not row.held:
        return _("没有上成") if row.cause == Cause.CUT_SHORT else _("没有开课")
    if row.corrected:
        return _("没有到课（更正过）")
    # it was there, came late or left early: too little is not nothing
    return _("不足八成") if row.seconds else _("没有到课")


def _tone(row: Outcome) -> str:
    return "ok" if row.attended else "warn"


def _days(request: HttpRequest) -> list[tuple[str, str]]:
    """This week and the last, and the days that the address asks for."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    offered = [
        (f"{monday}..{monday + timedelta(days=6)}", _("本周")),
        (f"{monday - timedelta(days=7)}..{monday - timedelta(days=1)}", _("上周")),
        (f"{today}..{today}", _("今天")),
    ]
    asked = request.GET.get("days", "")
    bounds = _bounds(asked)
    if bounds and asked not in dict(offered):
        offered.insert(0, (asked, "–".join(dict.fromkeys(said_day(day) for day in bounds))))
    return offered


def _bounds(asked: str) -> tuple[date, date] | None:
    first, _dots, last = asked.partition("..")
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None


def _in_days(rows: QuerySet[Outcome], asked: str) -> QuerySet[Outcome]:
    bounds = _bounds(asked)
    return rows.filter(day__range=bounds) if bounds else rows


def _asked(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _units(request: HttpRequest) -> list[tuple[str, str]]:
    asked = _asked(request, "unit")
    found = roster.visible_organization(acting(request), asked) if asked else None
    return [(str(found.pk), str(found))] if found else []


def _groups(request: HttpRequest) -> list[tuple[str, str]]:
    asked = _asked(request, "group")
    found = roster.visible_class_group(acting(request), asked) if asked else None
    return [(str(found.pk), str(found))] if found else []


def _alliances(request: HttpRequest) -> list[tuple[str, str]]:
    found = schedule.alliances_visible_to(acting(request)).order_by("name")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")[:50]]


def _of_unit(rows: QuerySet[Outcome], asked: str) -> QuerySet[Outcome]:
    found = list(roster.organizations_known([UUID(asked)]).values_list("path", flat=True))
    return rows.filter(Q(organization__path__within_any=found) | Q(sender__path__within_any=found))


def _of_side(rows: QuerySet[Outcome], side: str) -> QuerySet[Outcome]:
    return rows.filter(cause__in=SIDES[side])


RESULTS = (("attended", lazy("到课")), ("missed", lazy("没有算到课")), ("corrected", lazy("更正过")))
NARROW: dict[str, dict[str, Any]] = {
    "attended": {"attended": True},
    "missed": {"attended": False},
    "corrected": {"corrected": True},
}


class OutcomeList(ListPage[Outcome]):
    key = "outcomes"
    title = lazy("到课记录")
    unit = lazy("班次")
    columns = (
        Column(
            "lesson",
            lazy("课程"),
            value=lambda row: row.lesson.title,
            primary=True,
            link=lambda row: reverse("desk_outcome", args=[row.pk]),
        ),
        Column("at", lazy("时间"), value=lambda row: row.lesson.starts_at, kind="datetime", sort="day"),
        Column("subject", pgettext_lazy("one", "学科"), value="get_subject_display", page=False),
        Column("class", lazy("班级"), value=lambda row: str(row.class_group)),
        Column("school", lazy("学校"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        Column("sender", lazy("主讲学校"), value=lambda row: str(row.sender), page=False),
        Column("teacher", lazy("主讲"), value=lambda row: row.lesson.teacher.name),
        Column("minutes", lazy("分钟"), value=lambda row: round(row.seconds / 60), kind="number", sort="seconds"),
        Column("heads", lazy("人数"), value="head_count", kind="number"),
        Column("stalls", lazy("卡顿"), value="stalls", kind="number", sort="stalls"),
        Column("result", lazy("结论"), value=_result, kind="badge", tone=_tone),
        Column("cause", lazy("原因"), value="get_cause_display"),
    )
    filters = (
        Filter("days", lazy("时间"), _days, apply=_in_days),
        Filter("result", lazy("结论"), RESULTS, apply=lambda rows, value: rows.filter(**NARROW[value])),
        Filter("cause", lazy("原因"), Cause.choices),
        Filter("whose", lazy("哪一方"), list(SIDE_WORDS.items()), apply=_of_side),
        Filter("subject", pgettext_lazy("one", "学科"), Subject.choices),
        Filter("alliance", lazy("联盟"), _alliances),
        Filter("unit", lazy("单位"), _units, apply=_of_unit),
        Filter("group", lazy("班级"), _groups, apply="class_group"),
    )
    search = ("lesson__title", "organization__name", "class_group__name", "lesson__teacher__name")
    search_hint = lazy("课程、学校、班级或主讲")
    order = "-at"
    count_cap = 2000
    empty_icon = "clipboard-check"
    empty_title = lazy("还没有上完的课")
    empty_text = lazy("课上完后，这里写着每个班到了没有，没到是因为什么。")


@require_safe
@signed_in
def outcomes(request: HttpRequest) -> HttpResponseBase:
    """What one may see, the newest first."""
    rows = queries.with_names(queries.outcomes_visible_to(acting(request)))
    return OutcomeList(request, rows).respond("desk/outcomes.html")


@require_http_methods(["GET", "POST"])
@guarded_by_object("desk.view_outcome")
@once
def outcome(request: HttpRequest, outcome_id: UUID) -> HttpResponse:
    """One class in one lesson: what is known, and putting it right."""
    actor = acting(request)
    found = get_visible_or_404(queries.with_names(queries.outcomes_visible_to(actor)), pk=outcome_id)
    may_correct = bool(check(rules.may_correct_attendance, actor, found))
    form = CorrectionForm(request.POST or None, initial={"word": Word.ATTENDED}) if may_correct else None
    if request.method == "POST":
        require(rules.may_correct_attendance, actor, found)
    if form is not None and form.is_valid():
        services.correct_attendance(found, by=actor, **form.cleaned_data)
        messages.success(request, _("已更正，统计随之更新"))
        return redirect("desk_outcome", found.pk)
    count = queries.head_count_of(found)
    history = history_lines(found, sentences=SENTENCES)
    if count is not None:
        history = sorted([*history, *history_lines(count, sentences=SENTENCES)], key=lambda line: line.at, reverse=True)
    context = {
        "outcome": found,
        "result": _result(found),
        "tone": _tone(found),
        "side": next((SIDE_WORDS[side] for side, causes in SIDES.items() if found.cause in causes), ""),
        "stretches": live.presence_of_class(found.lesson_id, found.class_group_id),
        "length": live.length_of(session, timezone.now()) if (session := live.latest_session(found.lesson)) else None,
        "count": count,
        "form": form,
        "history": history,
        "may_count": actor.administers(found.organization.path) or found.class_group_id in actor.class_group_ids,
        "lesson_url": schedule.lesson_url(found.lesson),
    }
    return render(request, "desk/outcome.html", context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("desk.confirm_heads")
@once
def heads(request: HttpRequest, lesson_id: UUID, class_id: UUID) -> HttpResponse:
    """The assistant in the room says how many are there."""
    actor = acting(request)
    lesson = found_or_404(schedule.visible_lesson(actor, lesson_id))
    receiver = found_or_404(next((row for row in lesson.receivers.all() if row.class_group_id == class_id), None))
    receiver.lesson = lesson
    require(rules.may_confirm_heads, actor, receiver)
    expected = roster.pupils_on(class_id, timezone.localdate(lesson.starts_at))
    as_json = request.headers.get("Accept") == "application/json"  # asked from within the lesson's own page
    form = HeadsForm(request.POST or None, initial={"present": expected})
    if form.is_valid():
        try:
            services.confirm_heads(receiver, by=actor, **form.cleaned_data)
        except DeskError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            if as_json:
                return JsonResponse({"present": form.cleaned_data["present"], "expected": expected})
            messages.success(request, _("人数已记下"))
            return redirect(schedule.lesson_url(lesson) or "desk_outcomes")
    if as_json:
        known = queries.head_count_known(lesson.pk, class_id)
        faults = [str(fault) for faults in form.errors.values() for fault in faults]
        content = {"present": known.present if known else None, "expected": expected, "message": " ".join(faults)}
        return JsonResponse(content, status=422 if faults else 200)
    context = {"lesson": lesson, "group": receiver.class_group, "expected": expected, "form": form}
    return render(request, "desk/heads.html", context)
