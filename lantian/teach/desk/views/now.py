"""The lessons of this moment: what is wrong and what to do, by county and alliance; one lesson's classes."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.dates import said_span
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.maps import AreaFacts, areas, map_over
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.teach.desk import queries, rules
from lantian.teach.desk.engine.alarms import ERROR, Alarm, Course, alarms_of
from lantian.teach.desk.enums import ALARM_WORDS, AlarmKind, Condition
from lantian.teach.desk.queries import Overview, Part, Running
from lantian.teach.live import queries as live
from lantian.teach.live import rules as live_rules
from lantian.teach.live.enums import SessionState

ALARMS_SHOWN = 12  # more are not read; the list has all
ASIDE_SHOWN = 60  # choices of a filter
TROUBLE: dict[str, dict[str, int]] = {
    "any": {"trouble__gt": 0},
    "stuck": {"stuck__gt": 0},
    "none": {"trouble": 0, "stuck": 0},
}
TONES = {"live": "live", "interrupted": "error", "waiting": "warn", None: "neutral"}
CONDITION_TONES = {Condition.STUCK: "error", Condition.AWAY: "warn", Condition.HERE: "ok"}
TROUBLES = (("any", lazy("有警报")), ("stuck", lazy("有班级卡住")), ("none", lazy("一切正常")))


def _overview(request: HttpRequest) -> Overview:
    """Read once for a request: the list, its filters and the part above it all tell the same moment."""
    found: Overview | None = getattr(request, "lessons_now", None)
    if found is None:
        found = queries.overview(acting(request), timezone.now())
        request.lessons_now = found  # type: ignore[attr-defined]  # kept for the request
    return found


# Words ---------------------------------------------------------------------------------------------------------------------


def _told(alarms: Sequence[Alarm], found: Overview | None = None) -> list[dict[str, Any]]:
    """Alarms as the page writes them."""
    told = []
    for alarm in alarms[:ALARMS_SHOWN]:
        kind = AlarmKind(alarm.kind)
        reason, advice = ALARM_WORDS[kind]
        running = found.lessons.get(alarm.lesson) if found and alarm.lesson else None
        school = found.schools.get(alarm.school) if found and alarm.school else None
        about = [str(school)] if school else []
        if running:
            about.append(running.lesson.title)
            about += [] if school else [f"{running.lesson.organization} {running.lesson.teacher.name}"]
        told.append(
            {
                "tone": alarm.tone,
                "title": str(kind.label),
                "about": " · ".join(about),
                "reason": str(reason) % {"n": alarm.n, "of": alarm.of, "span": said_span(alarm.n)},
                "advice": str(advice),
                "url": reverse("desk_now_lesson", args=[alarm.lesson]) if running else "",
            }
        )
    return told


def _finding(found: Overview) -> str:
    """The one thing to know, in words."""
    if not found.lessons:
        return _("现在没有课。")
    total = found.total
    words = _("现在 %(lessons)s 节课，应到 %(expected)s 个班，在听 %(here)s 个") % {
        "lessons": len(found.lessons),
        "expected": total.expected,
        "here": total.here,
    }
    words += _("，%(n)s 个画面停着。") % {"n": total.stuck} if total.stuck else _("，没有画面停着的。")
    if found.alarms:
        count = len(found.alarms)
        words += ngettext("有 %(n)s 条警报。", "有 %(n)s 条警报。", count) % {"n": count}
    return words


def _state(running: Running) -> str:
    return str(SessionState(running.state).label) if running.state else str(_("还没有开播"))


# All lessons -----------------------------------------------------------------------------------------------------------------


def _counties(request: HttpRequest) -> list[tuple[str, str]]:
    return [(part.key, part.name) for part in _overview(request).counties][:ASIDE_SHOWN]


def _alliances(request: HttpRequest) -> list[tuple[str, str]]:
    return [(part.key, part.name) for part in _overview(request).alliances][:ASIDE_SHOWN]


def _of(row: Any) -> Running:
    running: Running = row.running
    return running


def _alarm_words(row: Any) -> str:
    return _("；").join(dict.fromkeys(str(AlarmKind(alarm.kind).label) for alarm in _of(row).alarms))


def _received_in(rows: QuerySet[Any], county: str) -> QuerySet[Any]:
    found = list(roster.organizations_known([UUID(county)]).values_list("path", flat=True))
    return rows.filter(schedule.received_below(found))


def _in_trouble(rows: QuerySet[Any], asked: str) -> QuerySet[Any]:
    return rows.filter(**TROUBLE[asked])


class LessonList(ListPage[Any]):
    key = "now"
    title = lazy("正在上的课")
    unit = lazy("节课")
    columns = (
        Column(
            "lesson",
            lazy("课程"),
            value="title",
            primary=True,
            link=lambda row: reverse("desk_now_lesson", args=[row.pk]),
        ),
        Column(
            "state",
            lazy("直播"),
            value=lambda row: _state(_of(row)),
            kind="badge",
            tone=lambda row: TONES.get(_of(row).state, "neutral"),
        ),
        Column("alarm", lazy("警报"), value=_alarm_words, sort=("trouble", "stuck")),
        Column("at", lazy("开始"), value=lambda row: f"{timezone.localtime(row.starts_at):%H:%M}", sort="starts_at"),
        Column("sender", lazy("主讲学校"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        Column("teacher", lazy("主讲"), value=lambda row: row.teacher.name),
        Column("alliance", lazy("联盟"), value=lambda row: str(row.alliance or ""), page=False),
        Column("expected", lazy("应到"), value=lambda row: _of(row).playing.expected, kind="number"),
        Column("here", pgettext_lazy("condition", "在听"), value=lambda row: _of(row).playing.here, kind="number"),
        Column("stuck", lazy("画面停着"), value=lambda row: _of(row).playing.stuck, kind="number", sort="stuck"),
        Column("stalls", lazy("卡顿"), value=lambda row: _of(row).playing.stalls, kind="number"),
        Column("lag", lazy("落后（秒）"), value=lambda row: _of(row).playing.lag, kind="number"),
    )
    filters = (
        Filter(
            "trouble",
            lazy("警报"),
            TROUBLES,
            apply=_in_trouble,
        ),
        Filter("county", lazy("县区"), _counties, apply=_received_in),
        Filter("alliance", lazy("联盟"), _alliances),
    )
    search = ("title", "teacher__name", "organization__name", "alliance__name")
    search_hint = lazy("课程、学校、主讲或联盟")
    order = "-alarm"
    empty_icon = "presentation"
    empty_title = lazy("现在没有课")
    empty_text = lazy("上课时间到了，这里写着每节课有多少班在听、哪里卡住了、该怎么办。")

    def _slice(self, number: int, length: int) -> list[Any]:
        return [self._played(row) for row in super()._slice(number, length)]

    def _values(self, columns: Sequence[Column]) -> Iterator[list[Any]]:
        for row in self.everything:
            yield [column.exported(self._played(row)) for column in columns]

    def _played(self, row: Any) -> Any:
        row.running = _overview(self.request).lessons[row.pk]
        return row


@require_safe
@guarded("desk.watch_lessons")
def now(request: HttpRequest) -> HttpResponseBase:
    """Everything of this moment; asks anew by itself. The list is `?export=csv|xlsx` too."""
    found = _overview(request)
    context = {
        "found": found,
        "finding": _finding(found),
        "alarms": _told(found.alarms, found),
        "more_alarms": max(0, len(found.alarms) - ALARMS_SHOWN),
        "nodes": _nodes(request),
        **_places(found.counties),
    }
    return _quietly(request, LessonList(request, _rows(found)).respond("desk/now.html", context))


def _nodes(request: HttpRequest) -> "list[live.Node]":
    """The live processes, for those who run them, where there are several."""
    nodes = live.live_nodes() if check(live_rules.may_run_nodes, acting(request)) else []
    return nodes if len(nodes) > 1 else []


def _rows(found: Overview) -> QuerySet[Any]:
    """The lessons read before, with what the list is ordered by."""
    lessons = found.lessons
    worst = {pk: 1 + any(alarm.tone == ERROR for alarm in each.alarms) for pk, each in lessons.items() if each.alarms}
    stuck = {pk: each.playing.stuck for pk, each in lessons.items() if each.playing.stuck}
    rows = schedule.lessons_known(lessons).select_related("teacher", "organization", "alliance")
    return rows.annotate(trouble=_told_by_row(worst), stuck=_told_by_row(stuck))


def _told_by_row(values: dict[UUID, int]) -> Any:
    cases = [
        When(pk__in=[pk for pk in values if values[pk] == value], then=Value(value)) for value in {*values.values()}
    ]
    return Case(*cases, default=Value(0), output_field=IntegerField())


def _quietly(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """What a page asks for by itself is no step to go back to."""
    if request.headers.get("HX-Trigger") == "now" and "HX-Push-Url" in response:
        del response["HX-Push-Url"]
    return response


def _places(parts: list[Part]) -> dict[str, Any]:
    """The counties and the map they stand on; nothing of one alone."""
    if len(parts) < 2:
        return {"places": []}
    region = map_over(part.code for part in parts)
    facts = {
        part.code: AreaFacts(
            part.playing.here, _place_words(part), f"?county={part.key}", part.playing.stuck > 0, part.playing.expected
        )
        for part in parts
        if part.code
    }
    return {"places": parts, "region": region, "areas": areas(region, facts) if region else []}


def _place_words(part: Part) -> str:
    words = _("%(name)s：%(all)d 个班，%(here)d 个在听") % {
        "name": part.name,
        "all": part.playing.expected,
        "here": part.playing.here,
    }
    return words + (_("，%(n)d 个画面停着") % {"n": part.playing.stuck} if part.playing.stuck else "")


# One lesson ------------------------------------------------------------------------------------------------------------------


def _behind(row: Any) -> float | None:
    return None if row.behind is None or row.condition == Condition.AWAY else round(row.behind / 1000, 1)


def _picture(row: Any) -> str:
    """What a class plays on its line; a whole picture goes without saying."""
    if row.condition == Condition.AWAY or row.rendition not in ("small", "sound"):
        return ""
    words = str(_("标清") if row.rendition == "small" else _("只有声音和课件"))
    return f"{words} · ≥ {row.kbps} kbit/s" if row.kbps is not None else words


class ClassList(ListPage[Any]):
    key = "nowclasses"
    title = lazy("这节课的班级")
    unit = lazy("个班")
    columns = (
        Column(
            "class",
            lazy("班级"),
            value=lambda row: str(row.class_group),
            primary=True,
            link=lambda row: reverse("desk_now_class", args=[row.class_group_id]) if row.own else "",
        ),
        Column(
            "condition",
            pgettext_lazy("column", "现在"),
            value=lambda row: str(Condition(row.condition).label),
            kind="badge",
            tone=lambda row: CONDITION_TONES[Condition(row.condition)],
            sort=("rank", "class_group__organization__sort_key"),
        ),
        Column(
            "school",
            lazy("学校"),
            value=lambda row: str(row.class_group.organization),
            sort="class_group__organization__sort_key",
        ),
        Column("stalls", lazy("卡顿"), value="stalls", kind="number", sort="stalls"),
        Column(
            "stalled",
            lazy("停顿（秒）"),
            value=lambda row: round(row.stalled_ms / 1000),
            kind="number",
            sort="stalled_ms",
        ),
        Column("lag", lazy("落后（秒）"), value=_behind, kind="number"),
        Column("picture", pgettext_lazy("column", "画面"), value=_picture),
        Column("device", lazy("设备"), value="device"),
        Column("seen", lazy("最后一次信号"), value=lambda row: _clock(row.seen_at), sort="seen_at"),
        Column("fault", lazy("播放器代码"), value="fault", page=False),
    )
    filters = (Filter("condition", pgettext_lazy("column", "现在"), Condition.choices),)
    search = ("class_group__name", "class_group__organization__name")
    search_hint = lazy("学校或班级")
    order = "condition"
    empty_icon = "users"
    empty_title = lazy("没有接收班级")


def _clock(at: Any) -> str:
    return f"{timezone.localtime(at):%H:%M:%S}" if at else ""


@require_safe
@guarded_by_object("desk.watch_lesson")
def lesson_now(request: HttpRequest, lesson_id: UUID) -> HttpResponseBase:
    """One lesson's classes: who is there, who stands still, with what."""
    actor, moment = acting(request), timezone.now()
    require(rules.may_watch_lessons, actor)
    lesson = get_visible_or_404(queries.lessons_to_look_into(actor, moment), pk=lesson_id)
    session = live.latest_session(lesson)
    roots = queries.watched_roots(actor)
    playing = live.air([lesson.pk], roots, moment)
    running = Running(lesson, session if session and session.is_open else None, playing.total)
    rows = queries.of_roots(live.receivers_playing(lesson, session, moment), lesson, roots)
    due = session is None and lesson.starts_at <= moment < lesson.ends_at  # one that was held and ended is not awaited
    courses: list[Course] = [queries.course_of(running, moment)] if due or running.session else []
    schools = {key: (each.here, each.stuck) for key, each in playing.schools.items()}
    found = Overview(moment, playing.total, {lesson.pk: running})
    if schools:
        found.schools = {unit.pk: unit for unit in roster.organizations_known(school for _lesson, school in schools)}
    context = {
        "lesson": lesson,
        "session": session,
        "running": running,
        "state": str(session.get_state_display()) if session else str(_("还没有开播")),
        "silent_words": _silence(courses),
        "lag_words": _("平均落后 %(s)s 秒") % {"s": playing.total.lag} if playing.total.lag is not None else "",
        "alarms": _told(alarms_of(courses, schools), found),
        "devices": live.devices_seen([lesson.pk], roots, moment),
        "lesson_url": schedule.lesson_url(lesson) if schedule.visible_lesson(actor, lesson.pk) else "",
        "polled": bool(courses),
    }
    return _quietly(request, ClassList(request, rows).respond("desk/now_lesson.html", context))


def _silence(courses: Sequence[Course]) -> str:
    if not courses or courses[0].silent_s is None:
        return ""
    return _("主讲最后一次信号在 %(span)s前") % {"span": said_span(courses[0].silent_s)}
