"""What is to be done, out of what the platform knows: real things with counts and dates, nothing made up.

Each source belongs to some roles and costs the same few queries whatever it finds.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from lantian.kernel.jobs import jobs_by_state
from lantian.kernel.prepared import prepared
from lantian.kernel.rules import Actor
from lantian.kernel.shaped import shaped
from lantian.kernel.web.panels import Todo
from lantian.people.roster.enums import GRANTABLE
from lantian.people.roster.queries import grants_running_out, organizations_visible_to, people_visible_to
from lantian.people.roster.queries.visible import homeroom_students
from lantian.people.schedule.enums import AllianceState, LessonState
from lantian.people.schedule.queries import (
    alliances_visible_to,
    day_bounds,
    lesson_url,
    lessons_of,
    lessons_taught_by,
    rooms_visible_to,
)
from lantian.portal.home.queries.addresses import address
from lantian.portal.home.queries.days import is_teaching
from lantian.portal.home.queries.keeping import kept_a_minute
from lantian.teach.live.enums import SessionState
from lantian.teach.live.queries import attendances_visible_to

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lantian.people.schedule.models import Lesson

AHEAD = timedelta(days=7)
# A class may come this much late before anybody is told.
LATE = timedelta(minutes=10)
ENDING = timedelta(days=30)
MOST = 4
SCHOOL = ("school_head", "school_it")


def watch_url(lesson: "Lesson") -> str:
    url = lesson_url(lesson)
    return f"{url}watch/" if url else ""


@prepared
def _without_pages(teacher: Any, now: Any, end: Any) -> "QuerySet[Lesson]":
    coming = lessons_taught_by(teacher).filter(state=LessonState.PLANNED, ends_at__gt=now, starts_at__lt=end)
    bare = coming.filter(receivers__isnull=False, page_uploads__isnull=True).order_by("starts_at", "pk")
    return bare.distinct().only("title", "starts_at")[:MOST]


def lessons_to_check(actor: Actor, day: date) -> Iterable[Todo]:
    """A teacher's live lessons of the coming week that have no pages yet. One query."""
    if not is_teaching(actor) or actor.person_id is None:
        return
    coming = list(_without_pages(actor.person_id, timezone.now(), day_bounds(day + AHEAD)[1]))
    alike = Counter((lesson.title, timezone.localdate(lesson.starts_at)) for lesson in coming)
    for lesson in coming:
        url, due = lesson_url(lesson), timezone.localdate(lesson.starts_at)
        said = {"title": lesson.title, "time": time_format(timezone.localtime(lesson.starts_at), "H:i")}
        words = _("为《%(title)s》检查设备、上传课件") % said
        if alike[lesson.title, due] > 1:  # lessons of the timetable are called by their subject
            words = _("为 %(time)s 的《%(title)s》检查设备、上传课件") % said
        yield Todo(words, f"{url}teach/" if url else "", due=due)


@kept_a_minute
def lessons_missed(actor: Actor, day: date) -> list[Todo]:
    """Recorded lessons of the last week that a pupil was to see and the class did not: to be watched later. One query."""
    if not actor.has_role("student", "guardian") or not actor.class_group_ids:
        return []
    recent = lessons_of(actor).filter(
        state=LessonState.ENDED,
        starts_at__gte=day_bounds(day - AHEAD)[0],
        live_sessions__state=SessionState.ENDED,
        live_sessions__stream__seconds__gt=0,
        live_sessions__stream__withheld=False,
        receivers__class_group__in=actor.class_group_ids,
    )
    there = "live_sessions__attendances"
    pupil = "person" if actor.has_role("student") else "person__guardians__guardian"
    by_us = Q(**{f"{there}__class_group__in": actor.class_group_ids}) | Q(**{f"{there}__{pupil}": actor.person_id})
    seen = recent.model._default_manager.filter(by_us, pk=OuterRef("pk"))
    missed = recent.filter(~Exists(seen)).only("title", "starts_at").order_by("-starts_at", "pk").distinct()[:MOST]
    words = _("补看《%(title)s》的回放")
    return [Todo(words % {"title": lesson.title}, watch_url(lesson)) for lesson in missed]


@kept_a_minute
def accounts_never_used(actor: Actor, day: date) -> list[Todo]:
    """Members of the class or school whose account has not been signed in to. One query."""
    unused = {"account__isnull": False, "account__last_login__isnull": True, "account__is_active": True}
    if actor.has_role("homeroom_teacher"):
        of_person = {f"person__{lookup}": value for lookup, value in unused.items()}
        count = homeroom_students(actor).filter(**of_person).order_by().values("person").distinct().count()
        words = _("提醒学生首次登录")
    elif actor.has_role(*SCHOOL):
        count = people_visible_to(actor).filter(**unused).order_by().count()
        words = _("提醒师生和家长首次登录")
    else:
        return []
    if not count:
        return []
    return [Todo(words, address("roster_people"), count=count, unit=npgettext("count", "人", "人", count))]


@kept_a_minute
def classes_absent(actor: Actor, day: date) -> list[Todo]:
    """Classes of one's school or subtree that were to be in a lesson today and have not been seen. Two queries."""
    if not actor.paths:
        return []
    start, end = day_bounds(day)
    begun = lessons_of(actor).filter(
        state__in=(LessonState.LIVE, LessonState.ENDED),
        starts_at__gte=start,
        starts_at__lt=min(end, timezone.now() - LATE),
    )
    mine = begun.filter(receivers__class_group__organization__path__within_any=actor.paths)
    expected = mine.order_by().values("pk", "receivers__class_group").distinct().count()
    there = attendances_visible_to(actor).filter(
        kind="class", session__lesson__in=begun.values("pk"), class_group__organization__path__within_any=actor.paths
    )
    absent = expected - there.order_by().values("session__lesson", "class_group").distinct().count()
    if absent <= 0:
        return []
    return [
        Todo(
            _("了解今天未到课的班级"),
            address("schedule_lessons"),
            due=day,
            count=absent,
            unit=npgettext("count", "班次", "班次", absent),
        )
    ]


@shaped
def _running_out(actor: Actor, until: Any) -> "QuerySet[Any, tuple[Any, ...]]":
    return grants_running_out(actor, until).values_list("person_id", "valid_to")


def grants_ending(actor: Actor, day: date) -> Iterable[Todo]:
    """Roles that run out within a month: one's own, to be asked for above, and those that one hands out. One query."""
    if actor.role not in GRANTABLE:
        return
    found = [(person == actor.person_id, last) for person, last in _running_out(actor, day + ENDING) if last]
    own = [last for is_own, last in found if is_own]
    others = [last for is_own, last in found if not is_own]
    if own:
        words, unit = _("您的授权即将到期，请联系授予单位"), npgettext("count", "项", "项", len(own))
        yield Todo(words, address("roster_me"), due=own[0], count=len(own), unit=unit)
    if others:
        url, unit = address("roster_grants") + "?state=soon", npgettext("count", "项", "项", len(others))
        yield Todo(_("续期即将到期的授权"), url, due=others[0], count=len(others), unit=unit)


def rooms_without_screen(actor: Actor, day: date) -> Iterable[Todo]:
    """Rooms of a school where no class screen can sign in, or none ever has. Two queries."""
    if not actor.has_role(*SCHOOL):
        return
    rooms = rooms_visible_to(actor).filter(is_active=True).order_by()
    without = rooms.filter(screen_account__isnull=True).count()
    url = address("schedule_rooms")
    if without:
        yield Todo(_("为教室开通班级大屏账号"), url, count=without, unit=npgettext("count", "间", "间", without))
    unused = rooms.filter(screen_account__isnull=False, screen_account__last_login__isnull=True).count()
    if unused:
        yield Todo(_("让班级大屏首次登录"), url, count=unused, unit=npgettext("count", "间", "间", unused))


@kept_a_minute
def schools_without_help(actor: Actor, day: date) -> list[Todo]:
    """Schools of a county or city that nobody looks after as school IT. One query."""
    if not actor.has_role("officer"):
        return []
    helped = Q(role_grants__role="school_it", role_grants__revoked_at__isnull=True, role_grants__valid_from__lte=day)
    helped &= Q(role_grants__valid_to__isnull=True) | Q(role_grants__valid_to__gte=day)
    schools = organizations_visible_to(actor).filter(kind="school", is_active=True, path__within_any=actor.paths)
    covered = organizations_visible_to(actor).filter(helped, pk=OuterRef("pk"))
    count = schools.filter(~Exists(covered)).order_by().count()
    if not count:
        return []
    return [
        Todo(_("为学校指定信息管理员"), address("roster_tree"), count=count, unit=npgettext("count", "所", "所", count))
    ]


@kept_a_minute
def alliances_ending(actor: Actor, day: date) -> list[Todo]:
    """Alliances that end within a month. One query."""
    if not actor.has_role("officer", "school_head"):
        return []
    ending = alliances_visible_to(actor).filter(state=AllianceState.ACTIVE, ends_on__gte=day, ends_on__lte=day + ENDING)
    dates = sorted(ending.order_by().values_list("ends_on", flat=True))
    if not dates:
        return []
    unit = npgettext("count", "个联盟", "个联盟", len(dates))
    words = _("商定到期后是否续办")
    return [Todo(words, address("schedule_alliances"), due=dates[0], count=len(dates), unit=unit)]


def jobs_failed(actor: Actor, day: date) -> Iterable[Todo]:
    """Background jobs that have failed for good. One query."""
    if not actor.has_role("operator"):
        return
    failed = jobs_by_state().get("failed", 0)
    if failed:
        yield Todo(_("查看失败的后台任务"), count=failed, unit=npgettext("count", "项", "项", failed))


@shaped
def _running_over(actor: Actor, since: Any) -> "QuerySet[Any, Lesson]":
    running = lessons_of(actor).filter(
        state=LessonState.LIVE, ends_at__lt=since, organization__path__within_any=actor.paths
    )
    return running.only("title").order_by("ends_at", "pk")[:MOST]


def lessons_left_running(actor: Actor, day: date) -> Iterable[Todo]:
    """Lessons of one's school still on the air a quarter of an hour after their end. One query."""
    if not actor.has_role(*SCHOOL):
        return
    for lesson in _running_over(actor, timezone.now() - timedelta(minutes=15)):
        yield Todo(_("《%(title)s》已过下课时间仍在直播") % {"title": lesson.title}, lesson_url(lesson), due=day)


SOURCES = {
    "lessons_to_check": lessons_to_check,
    "lessons_left_running": lessons_left_running,
    "lessons_missed": lessons_missed,
    "classes_absent": classes_absent,
    "grants_ending": grants_ending,
    "rooms_without_screen": rooms_without_screen,
    "accounts_never_used": accounts_never_used,
    "schools_without_help": schools_without_help,
    "alliances_ending": alliances_ending,
    "jobs_failed": jobs_failed,
}
