"""The timetable's part of the demonstration: rooms with screens, two alliances, and lessons that keep up with the clock.

`seed` makes what stays; `keep_day` is called again and again (at start and every minute) and sees to it that the last days,
today and tomorrow have their lessons and that the story's teacher always has one that can be opened now. That the lessons of
the past were held, and who came, is told by the app above that carries lessons out.
"""

import contextlib
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from lantian.kernel.demo import PASSWORD, DemoContext
from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.queries import working_days
from lantian.people.identity.enums import AccountKind
from lantian.people.identity.services.accounts import NewAccount, bulk_open_accounts
from lantian.people.identity.services.passwords import share
from lantian.people.schedule import services
from lantian.people.schedule.demo import invitations, weeks
from lantian.people.schedule.enums import AlliancePart, LessonAccess, LessonState
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.models import Alliance, Lesson, Room

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lantian.people.roster.demo import Region, School
    from lantian.people.roster.models import ClassGroup

# Period number → begin, as most schools of the region have them; a period lasts 40 minutes.
PERIODS = {
    1: time(8, 20),
    2: time(9, 10),
    3: time(10, 10),
    4: time(11, 0),
    5: time(14, 20),
    6: time(15, 10),
    7: time(16, 0),
}
PERIOD = timedelta(minutes=40)
TEACHING = (2, 5)  # the periods in which the alliances' lessons are given
TITLES = {
    9: ("二次函数的图像", "圆周角定理", "相似三角形的判定", "概率初步", "反比例函数"),
    5: ("简易方程", "多边形的面积", "小数乘法", "可能性", "植树问题"),
}
NOW_TITLE = "二次函数的图像与性质"
NAMES = ("富乐初中数学联盟", "南河路小学数学联盟")
# So many working days, up to today, have lessons, those before today one each; holidays may lie between them.
PAST_DAYS, LOOK_BACK = 8, timedelta(days=20)
# A lesson to be opened now that nobody opened moves on, once nobody can be in its room any more.
MISSED = timedelta(minutes=20)


def seed(context: DemoContext) -> None:
    """Rooms, screens, timetables and alliances over `context.things["region"]`; then the day's lessons."""
    region: Region = context.things["region"]
    junior, primary = region.strong
    receiving = {
        9: [school for school in region.schools if not school.plan.strong and _group(school, 9)],
        5: [school for school in region.schools if not school.plan.strong and _group(school, 5)],
    }
    _rooms(context, region, receiving)
    weeks.seed(context, region, PERIODS, TEACHING)
    for name, strong, stage, grade in zip(NAMES, (junior, primary), ("junior", "primary"), (9, 5), strict=True):
        alliance = _alliance(context, name, strong, stage, receiving[grade])
        sender = _group(strong, grade)
        if sender is not None:
            groups = [group for school in receiving[grade] if (group := _group(school, grade))]
            weeks.pair(alliance, sender, groups, context.today)
    invitations.seed(context, region)
    context.say(f"  {len(receiving[9])} + {len(receiving[5])} schools receive lessons")
    keep_day(context.now)


def _group(school: "School", grade: int) -> "ClassGroup | None":
    return next((g for g in school.classes if g.grade == grade and g.organization_id == school.organization.pk), None)


def _rooms(context: DemoContext, region: "Region", receiving: "dict[int, list[School]]") -> None:
    """Every class has its room; those that receive lessons have a screen in it."""
    screened = {group.pk for grade, schools in receiving.items() for s in schools if (group := _group(s, grade))}
    story = _group(region.far_school(), 9)
    groups = [group for school in region.schools for group in school.classes]
    rows = [
        NewAccount(
            username="screen" if group == story else f"screen{number:05d}",
            display_name=f"{group.organization} {group.name}",
            kind=AccountKind.CLASS_SCREEN,
            id=context.uuid(),
        )
        for number, group in enumerate((g for g in groups if g.pk in screened), start=1)
    ]
    password = context.once("password", lambda: share(PASSWORD))
    opened = iter(bulk_open_accounts(rows, by=SYSTEM, shared_password=password))
    for group in groups:
        account = next(opened).account if group.pk in screened else None
        services.create_room(
            organization=group.organization,
            name=f"{group.name}教室",
            class_group=group,
            screen_account=account,
            by=SYSTEM,
        )
        if account and account.username == "screen":
            context.announce("screen", "班级大屏", group.name, "screen", str(group.organization))


def _alliance(context: DemoContext, name: str, strong: "School", stage: str, receiving: "list[School]") -> Alliance:
    year = context.today.year if context.today.month >= 9 else context.today.year - 1
    alliance = services.create_alliance(
        name=name,
        stage=stage,
        lead=strong.organization,
        starts_on=date(year - 1, 9, 1),  # in its second year, so that the first days of September have a past
        ends_on=date(year + 2, 8, 31),
        by=SYSTEM,
    )
    services.add_alliance_member(alliance, organization=strong.organization, part=AlliancePart.SENDING, by=SYSTEM)
    for school in receiving:
        services.add_alliance_member(alliance, organization=school.organization, part=AlliancePart.RECEIVING, by=SYSTEM)
    return alliance


# --- what keeps up with the clock -------------------------------------------------------------------------------


def keep_day(now: datetime | None = None) -> int:
    """See to the lessons of the last working days, today and tomorrow, and to one the story's teacher can open now.

    Returns how many were made.
    """
    moment = timezone.localtime(now)
    today = moment.date()
    days = working_days(today - LOOK_BACK, today + timedelta(days=1))
    days = [day for day in days if day <= today][-PAST_DAYS:] + [day for day in days if day > today]
    made = 0
    for alliance in Alliance.objects.filter(name__in=NAMES):
        host = _host(alliance)
        if host is None:
            continue
        made += _plan_days(alliance, host, days, moment)
        if host["teacher"].account.username == "teacher":
            made += _plan_now(alliance, host, moment)
    return made


def regular_lessons() -> "QuerySet[Lesson]":
    """The lessons of the alliances' timetable; not those planned for somebody to open now."""
    return Lesson.objects.filter(alliance__name__in=NAMES, period_no__isnull=False)


def _host(alliance: Alliance) -> dict[str, Any] | None:
    """The class that sends the alliance's lessons, its homeroom teacher, and its room."""
    grade = 9 if alliance.stage == "junior" else 5
    room = (
        Room.objects.filter(organization=alliance.lead_id, class_group__grade=grade, class_group__number=1)
        .select_related("class_group", "organization")
        .first()
    )
    if room is None or room.class_group is None:
        return None
    membership = (
        room.class_group.memberships.filter(role="homeroom_teacher").select_related("person", "person__account").first()
    )
    if membership is None or membership.person.account is None:
        return None
    return {"room": room, "group": room.class_group, "teacher": membership.person, "grade": grade}


def _receivers(alliance: Alliance, grade: int) -> "list[ClassGroup]":
    rooms = Room.objects.filter(
        organization__alliance_memberships__alliance=alliance,
        organization__alliance_memberships__part=AlliancePart.RECEIVING,
        class_group__grade=grade,
        screen_account__isnull=False,
    ).select_related("class_group__organization")
    return [room.class_group for room in rooms if room.class_group is not None]


def _school_day(day: date) -> int:
    """Mondays to Fridays counted through, so that five in a row have five different lessons."""
    return day.toordinal() // 7 * 5 + day.weekday()


def _plan_days(alliance: Alliance, host: dict[str, Any], days: list[date], now: datetime) -> int:
    titles = TITLES[host["grade"]]
    today = now.date()
    wanted = {
        timezone.make_aware(datetime.combine(day, PERIODS[period])): (_school_day(day) + period, period)
        for day in days
        for period in (TEACHING[:1] if day < today else TEACHING)
    }
    known = set(regular_lessons().filter(alliance=alliance, starts_at__in=wanted).values_list("starts_at", flat=True))
    made = 0
    for starts_at, (number, period) in wanted.items():
        if starts_at not in known:
            title = titles[number % len(titles)]
            made += _plan(alliance, host, title, starts_at, starts_at + PERIOD, period) is not None
    return made


def _plan_now(alliance: Alliance, host: dict[str, Any], now: datetime) -> int:
    """The story's teacher can always go live: unless a lesson of hers is on or near, one begins in a few minutes."""
    waiting = Lesson.objects.filter(teacher=host["teacher"], state__in=(LessonState.PLANNED, LessonState.LIVE))
    if waiting.filter(starts_at__lte=now + timedelta(minutes=25), ends_at__gte=now + timedelta(minutes=10)).exists():
        return 0
    begin = now.replace(second=0, microsecond=0) + timedelta(minutes=5 - now.minute % 5)
    missed = waiting.filter(title=NOW_TITLE, state=LessonState.PLANNED, ends_at__lt=now - MISSED).first()
    if missed is None:
        return 1 if _plan(alliance, host, NOW_TITLE, begin, begin + PERIOD, None) else 0
    with contextlib.suppress(ScheduleError):
        services.reschedule_lesson(missed, starts_at=begin, ends_at=begin + PERIOD, by=SYSTEM)
    return 0


def _plan(
    alliance: Alliance, host: dict[str, Any], title: str, starts_at: datetime, ends_at: datetime, period: int | None
) -> Lesson | None:
    """A lesson of the alliance, unless something stands in that time already."""
    try:
        with transaction.atomic():
            return services.plan_lesson(
                title=title,
                subject="maths",
                stage=alliance.stage,
                grade=host["grade"],
                teacher=host["teacher"],
                organization=host["room"].organization,
                class_group=host["group"],
                room=host["room"],
                alliance=alliance,
                period_no=period,
                starts_at=starts_at,
                ends_at=ends_at,
                access=LessonAccess.ALLIANCE,
                receivers=_receivers(alliance, host["grade"]),
                by=SYSTEM,
            )
    except ScheduleError:
        return None
