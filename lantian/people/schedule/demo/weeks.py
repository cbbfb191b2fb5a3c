"""The demonstration's bells and weeks: every school has a timetable, and the alliances' classes are paired in mathematics."""

from collections import Counter, defaultdict
from datetime import date, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries.assignments import assignments_on
from lantian.people.schedule import services
from lantian.people.schedule.services import EntryRow, PeriodRow

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region, School
    from lantian.people.roster.models import ClassGroup
    from lantian.people.schedule.models import Alliance

# So many periods a week (roughly those of the national curriculum plan of 2022); what is not named here fills the rest.
PRIMARY = Counter(chinese=7, maths=5, english=3, morality=2, science=2, pe=4, music=2, art=2, labour=1, it=1)
JUNIOR = Counter(
    chinese=6,
    maths=6,
    english=5,
    physics=3,
    chemistry=2,
    morality=2,
    history=2,
    geography=1,
    pe=3,
    music=1,
    art=1,
    it=1,
)
PERIOD = timedelta(minutes=40)
LAST_PERIOD = 7
Slot = tuple[int, int]  # weekday, period


def seed(context: DemoContext, region: "Region", bells: dict[int, time], sent: tuple[int, ...]) -> None:
    """Bells for the city, a published week for every school with classes; mathematics lies in `sent` where it is received."""
    year = context.today.year if context.today.month >= 8 else context.today.year - 1
    first, last = date(year, 8, 25), date(year + 1, 7, 31)
    rows = [PeriodRow(number, starts, _later(starts)) for number, starts in bells.items()]
    services.set_bells(region.city, name="全市统一作息", first=first, last=None, periods=rows, by=SYSTEM)
    name = f"{year}—{year + 1} 学年课表"
    for turn, school in enumerate(region.schools):
        if not school.classes:  # a kindergarten
            continue
        draft = services.draft_timetable(school.organization, name=name, first=first, last=last, by=SYSTEM)
        services.set_entries(draft, rows=_week(school, sent, context.today, turn), by=SYSTEM)
        services.publish_timetable(draft, by=SYSTEM)


def _later(starts: time) -> time:
    minutes = starts.hour * 60 + starts.minute + int(PERIOD.total_seconds()) // 60
    return time(minutes // 60, minutes % 60)


def _week(school: "School", sent: tuple[int, ...], today: date, turn: int) -> list[EntryRow]:
    """A week without clashes: period by period each class gets the subject it lacks most whose teacher is free. No two schools
    (`turn`) have the same week, so that what one receives from another does not always fit."""
    lines = assignments_on(school.organization, today).lines
    teachers = {
        line.group.pk: {subject: rows[0].person_id for subject, rows in line.teachers.items()} for line in lines
    }
    taken: dict[Slot, set[UUID]] = defaultdict(set)
    rows = []
    # who receives or sends has its mathematics in fixed periods, so those classes come first
    for group in sorted(school.classes, key=lambda group: not _fixed(group)):
        rows += _week_of(group, teachers.get(group.pk, {}), taken, sent if _fixed(group) else (), turn)
    return rows


def _fixed(group: "ClassGroup") -> bool:
    return group.number == 1 and group.grade in (5, 9)


def _week_of(
    group: "ClassGroup", teachers: dict[str, UUID], taken: dict[Slot, set[UUID]], sent: tuple[int, ...], turn: int
) -> list[EntryRow]:
    left = Counter(PRIMARY if group.stage == Stage.PRIMARY else JUNIOR)
    rows: list[EntryRow] = []
    slots = [(day, period) for period in range(1, LAST_PERIOD + 1) for day in range(5)]
    for slot in [s for s in slots if s[1] in sent] + [s for s in slots if s[1] not in sent]:
        day, period = slot
        today = {row.subject for row in rows if row.weekday == day}
        wanted = (
            [Subject.MATHS.value] if period in sent else _wanted(left, today, shift=turn + group.number + day + period)
        )
        subject = next((one for one in wanted if teachers.get(one) not in taken[slot]), None)
        if subject is None:
            continue
        left[subject] -= 1
        teacher = teachers.get(subject)
        if teacher is not None:
            taken[slot].add(teacher)
        rows.append(EntryRow(day, period, group.pk, subject, teacher))
    return rows


def _wanted(left: Counter[str], today: set[str], *, shift: int) -> list[str]:
    """Subjects still owed this week, those not yet had today first, then what is owed most; turned from class to class."""
    owed = [one for one, count in left.items() if count > 0]
    turned = owed[shift % len(owed) :] + owed[: shift % len(owed)] if owed else []
    return sorted(turned, key=lambda one: (one in today, -left[one]))


def pair(alliance: "Alliance", sender: "ClassGroup", receivers: "list[ClassGroup]", today: date) -> None:
    """The receiving classes have mathematics from the sending class until the school year ends."""
    last = min(alliance.ends_on, date(today.year + (today.month >= 8), 7, 31))
    for group in receivers:
        services.pair_classes(
            alliance,
            subject=Subject.MATHS,
            sender=sender,
            receiver=group,
            first=max(alliance.starts_on, timezone.localdate() - timedelta(days=30)),
            last=last,
            by=SYSTEM,
        )
