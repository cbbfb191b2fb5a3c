"""The one figure that matters to a role. Percentages are of receiving classes seen in lessons that have begun."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import CharField, Count, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from lantian.kernel.jobs import jobs_by_state
from lantian.kernel.rules import Actor
from lantian.kernel.web.panels import Figure, Share
from lantian.people.roster.queries import organizations_visible_to
from lantian.people.schedule.enums import LessonState
from lantian.people.schedule.queries import day_bounds, lessons_of, lessons_visible_to
from lantian.portal.home.queries.addresses import address
from lantian.portal.home.queries.days import is_teaching, monday_of
from lantian.portal.home.queries.keeping import kept_a_minute
from lantian.portal.home.queries.words import near_day
from lantian.teach.live.queries import attendances_visible_to, classes_watching

if TYPE_CHECKING:
    from lantian.teach.live.models import Attendance

BEGUN = (LessonState.LIVE, LessonState.ENDED)
LAST_LESSONS = 5
LAST_DAYS = 5
LOOK_BACK = timedelta(days=21)
MOST_UNITS = 12


class Pair(Func):
    """A row of several columns, to be counted distinctly."""

    function = "ROW"
    output_field = TextField()


CLASS_IN_LESSON = Count(Pair(F("session__lesson"), F("class_group")), distinct=True)


def percent(part: int, whole: int) -> int:
    return min(100, round(100 * part / whole)) if whole else 0


def _classes(actor: Actor) -> "QuerySet[Attendance]":
    return attendances_visible_to(actor).filter(kind="class").order_by()


def _share_words(parts: list[tuple[int, int]]) -> str:
    """The finding over several lessons: on the whole 96 %."""
    present, expected = sum(part for part, _whole in parts), sum(whole for _part, whole in parts)
    return _("合计 %(percent)s%%（%(present)s/%(expected)s 班次）") % {
        "percent": percent(present, expected),
        "present": present,
        "expected": expected,
    }


# Teachers ----------------------------------------------------------------------------------------------------------------


@kept_a_minute
def of_teacher(actor: Actor, day: date) -> Figure | None:
    """Attendance of the last five lessons that the teacher sent out. Three queries."""
    if not is_teaching(actor):
        return None
    sent = lessons_of(actor).filter(state=LessonState.ENDED, receivers__isnull=False)
    last = list(sent.order_by("-starts_at", "pk").values_list("pk", "starts_at").distinct()[:LAST_LESSONS])[::-1]
    ids = [pk for pk, _starts in last]
    expected = _counted(lessons_of(actor).filter(pk__in=ids).order_by().values_list("pk").annotate(Count("receivers")))
    there = _classes(actor).filter(session__lesson__in=ids).values_list("session__lesson")
    present = _counted(there.annotate(Count("class_group", distinct=True)))
    parts = [(present.get(pk, 0), expected.get(pk, 0)) for pk in ids]
    names = [near_day(timezone.localdate(starts), day) for _pk, starts in last]
    return Figure(
        title=_("联盟到课"),
        subtitle=_("近几次课，接收班级到课率（%）") if len(last) < LAST_LESSONS else _("近五次课，接收班级到课率（%）"),
        finding=_share_words(parts) if last else "",
        bars=tuple((name, percent(*part)) for name, part in zip(names, parts, strict=True)),
        empty=_("上完第一次直播课，这里会显示接收班级的到课情况。"),
    )


def _counted(rows: Any) -> dict[Any, int]:
    return dict(rows)


# Students and guardians ----------------------------------------------------------------------------------------------------


@kept_a_minute
def of_learner(actor: Actor, day: date) -> Figure | None:
    """This week's lessons of one's class: how many are over, on, still to come. One query."""
    if not actor.has_role("student", "guardian"):
        return None
    start, end = day_bounds(monday_of(day))[0], day_bounds(monday_of(day) + timedelta(days=6))[1]
    week = lessons_of(actor).filter(starts_at__gte=start, starts_at__lt=end).exclude(state=LessonState.CANCELLED)
    sums = week.order_by().aggregate(
        total=Count("pk"),
        over=Count("pk", filter=Q(state=LessonState.ENDED)),
        subjects=Count("subject", distinct=True),
    )
    own = actor.has_role("student")
    numbers = (
        (_("全部"), str(sums["total"]), npgettext("count", "节", "节", sums["total"])),
        (_("已上"), str(sums["over"]), npgettext("count", "节", "节", sums["over"])),
        (pgettext("many", "学科"), str(sums["subjects"]), npgettext("count", "门", "门", sums["subjects"])),
    )
    return Figure(
        title=_("本周课堂") if own else _("孩子的本周课堂"),
        subtitle=_("班级在平台上的课"),
        numbers=numbers if sums["total"] else (),
        empty=_("本周还没有排课。"),
    )


# Schools -----------------------------------------------------------------------------------------------------------------


@kept_a_minute
def of_school(actor: Actor, day: date) -> Figure | None:
    """Attendance in the lessons a school gives and receives, by day, for the last five days with lessons. Two queries."""
    if not actor.has_role("school_head", "school_it"):
        return None
    since = day_bounds(day - LOOK_BACK)[0]
    own = Q(organization__path__within_any=actor.paths)
    own |= Q(receivers__class_group__organization__path__within_any=actor.paths)
    begun = lessons_of(actor).filter(own, starts_at__gte=since, state__in=BEGUN).order_by()
    expected = _counted(begun.values_list(TruncDate("starts_at")).annotate(n=Count("receivers", distinct=True)))
    there = _classes(actor).filter(session__lesson__starts_at__gte=since, session__lesson__state__in=BEGUN)
    present = _counted(there.values_list(TruncDate("session__lesson__starts_at")).annotate(n=CLASS_IN_LESSON))
    days = sorted(when for when, classes in expected.items() if classes)[-LAST_DAYS:]
    parts = [(present.get(when, 0), expected[when]) for when in days]
    return Figure(
        title=_("班级到课"),
        subtitle=_("最近五个上课日，接收班级到课率（%）"),
        finding=_share_words(parts) if days else "",
        bars=tuple((near_day(when, day), percent(*part)) for when, part in zip(days, parts, strict=True)),
        empty=_("本校还没有主讲或接收的直播课。"),
    )


# Regions -----------------------------------------------------------------------------------------------------------------


def unit_of(path: str, depth: int) -> Func:
    """The ancestor at `depth` labels of the organisation at the field `path` (or that organisation, if it is higher)."""
    return Func(F(path), Value(0), Value(depth), function="subpath", output_field=CharField())


@kept_a_minute
def of_region(actor: Actor, day: date) -> Figure | None:
    """Today's attendance by the units below an officer's own: cities, counties or schools. Three queries."""
    if not actor.has_role("officer") or actor.grant is None:
        return None
    root = actor.grant.path
    depth = root.count(".") + 2
    start, end = day_bounds(day)
    begun = lessons_of(actor).filter(starts_at__gte=start, starts_at__lt=end, state__in=BEGUN).order_by()
    place = "receivers__class_group__organization__path"
    expected = _counted(
        begun.filter(**{f"{place}__within": root}).values_list(unit_of(place, depth)).annotate(n=Count("receivers"))
    )
    there = _classes(actor).filter(
        session__lesson__starts_at__gte=start,
        session__lesson__starts_at__lt=end,
        session__lesson__state__in=BEGUN,
        class_group__organization__path__within=root,
    )
    present = _counted(there.values_list(unit_of("class_group__organization__path", depth)).annotate(n=CLASS_IN_LESSON))
    names = unit_names(actor, [str(path) for path in expected])
    shares = [
        Share(names.get(str(path), ""), min(present.get(path, 0), whole), whole) for path, whole in expected.items()
    ]
    shares.sort(key=lambda share: (share.part / share.whole, share.name))
    return Figure(
        title=_("今日到课"),
        subtitle=LEVELS.get(actor.grant.organization_kind, lambda: "")(),
        finding=_share_words([(share.part, share.whole) for share in shares]) if shares else "",
        shares=tuple(shares[:MOST_UNITS]),
        empty=_("今天还没有班级上直播课。"),
    )


LEVELS: dict[str, Callable[[], str]] = {
    "province": lambda: _("各市州，到课低的在前"),
    "city": lambda: _("各区县，到课低的在前"),
    "county": lambda: _("各学校，到课低的在前"),
}


def unit_names(actor: Actor, paths: list[str]) -> dict[str, str]:
    units = organizations_visible_to(actor).filter(path__in=paths).values_list("path", "short_name", "name")
    return {str(path): short or name for path, short, name in units}


# Those who look on ---------------------------------------------------------------------------------------------------------


@kept_a_minute
def of_looker_on(actor: Actor, day: date) -> Figure | None:
    """Open lessons of the last five days, by day. One query."""
    if not actor.has_role("researcher", "expert"):
        return None
    start, end = day_bounds(day - timedelta(days=LAST_DAYS - 1))[0], day_bounds(day)[1]
    held = lessons_visible_to(actor).filter(starts_at__gte=start, starts_at__lt=end, state__in=BEGUN).order_by()
    by_day = _counted(held.values_list(TruncDate("starts_at")).annotate(n=Count("pk", distinct=True)))
    days = [day - timedelta(days=n) for n in reversed(range(LAST_DAYS))]
    return Figure(
        title=_("可听的课"),
        subtitle=_("最近五天开播的课（节）"),
        bars=tuple((near_day(when, day), by_day.get(when, 0)) for when in days) if by_day else (),
        empty=_("最近五天没有对您开放的课。"),
    )


def of_operator(actor: Actor, day: date) -> Figure | None:
    """How the platform itself is: room on the disk, jobs that wait, lessons on the air. Two queries."""
    if not actor.has_role("operator"):
        return None
    jobs = jobs_by_state()
    free = shutil.disk_usage(settings.LANTIAN_HOME).free / 2**30
    return Figure(
        title=_("平台运行"),
        subtitle=_("此刻"),
        numbers=(
            (_("在线班级"), str(classes_watching(timezone.now())), ""),
            (_("可用磁盘"), f"{free:.1f}", "GB"),
            (_("等待的任务"), str(jobs.get("todo", 0) + jobs.get("doing", 0)), ""),
        ),
        url=address("desk_now"),
    )


SOURCES = {
    "teacher": of_teacher,
    "learner": of_learner,
    "school": of_school,
    "region": of_region,
    "looker_on": of_looker_on,
    "operator": of_operator,
}
