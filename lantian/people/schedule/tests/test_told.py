"""Who is told when a day's timetable or a lesson changes, and that one thing changed twice is one notice."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone, translation

from lantian.kernel.journal import services as journal
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import SYSTEM, Actor
from lantian.kernel.time.services import set_special_day
from lantian.people.messaging.models import Notice, Receipt
from lantian.people.messaging.queries import words_of
from lantian.people.roster.models import Guardianship, Membership, RoleGrant
from lantian.people.schedule import services
from lantian.people.schedule.models import TimetableEntry
from lantian.people.schedule.queries.concerned import in_lessons
from lantian.people.schedule.tests.weeks import Weeks, make_weeks
from lantian.teach.live.tests.world import actor, person

pytestmark = pytest.mark.django_db
MONDAY = date(2027, 3, 8)


@pytest.fixture
def weeks(monkeypatch: pytest.MonkeyPatch) -> Weeks:
    """In March 2027; today is the Sunday before. Both ends have a pupil with a parent; the receiving end a homeroom teacher."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: MONDAY - timedelta(days=1))
    made = make_weeks(MONDAY)
    world = made.world
    near = person("近处学生", world.sending, "student", world.group)
    far = person("远处学生", world.receiving[0], "student", world.groups[0])
    for name, child in (("近处家长", near), ("远处家长", far)):
        Guardianship.objects.create(guardian=person(name), student=child)
    person("远处班主任", world.receiving[0], "homeroom_teacher", world.groups[0])
    person("别班学生", world.receiving[0], "student")
    return made


def told(name: str) -> Notice:
    """Hand the newest event of a name to its receivers, as the worker does; the one notice there is then."""
    journal.deliver(OutboxEvent.objects.filter(name=name).latest("sequence").sequence)
    return Notice.objects.get()


def who(notice: Notice) -> set[str]:
    return set(Receipt.objects.filter(notice=notice).values_list("person__name", flat=True))


FAMILIES = {"近处学生", "近处家长", "远处学生", "远处家长", "远处班主任"}


def test_a_substitute_then_no_lesson_then_all_as_before_is_one_notice_to_both_ends(weeks: Weeks) -> None:
    entry = TimetableEntry.objects.get(weekday=0)
    other = person("代课老师", weeks.world.sending)
    services.change_day(entry, MONDAY, kind="substitute", reason="外出教研", teacher=other, by=SYSTEM)
    notice = told("schedule.timetable_changed")
    assert who(notice) == {*FAMILIES, "王芳", "代课老师"}
    assert notice.title == "代课：八年级（1）班3月8日第 1 节数学"
    assert "由代课老师老师代王芳老师上课。\n原因：外出教研" in notice.body
    assert notice.link == "/timetable/?week=2027-03-08"
    Receipt.objects.update(read_at=timezone.now())
    change = services.change_day(entry, MONDAY, kind="cancelled", reason="全校体检", by=SYSTEM)
    notice = told("schedule.timetable_changed")
    assert notice.title.startswith("停课：")
    assert who(notice) == {*FAMILIES, "王芳", "代课老师"}, "the substitute has to know too"
    assert not Receipt.objects.filter(read_at__isnull=False).exists()
    services.take_back_change(change, by=SYSTEM)
    assert told("schedule.timetable_changed").title.startswith("恢复原课表：")


def test_a_period_moved_says_where_to_in_both_languages(weeks: Weeks) -> None:
    entry = TimetableEntry.objects.get(weekday=0)
    services.change_day(
        entry, MONDAY, kind="moved", reason="", to_day=MONDAY + timedelta(days=1), to_period=2, by=SYSTEM
    )
    notice = told("schedule.timetable_changed")
    assert "调到3月9日第 2 节。" in notice.body
    with translation.override("en"):
        words = words_of(notice)
    assert "9 March" in words.body
    assert "Mathematics" in words.title


def test_two_periods_of_a_day_are_two_notices(weeks: Weeks) -> None:
    for entry, day in zip(
        TimetableEntry.objects.filter(weekday__in=(0, 2)), (MONDAY, MONDAY + timedelta(2)), strict=True
    ):
        services.change_day(entry, day, kind="cancelled", reason="体检", by=SYSTEM)
    for event in OutboxEvent.objects.filter(name="schedule.timetable_changed"):
        journal.deliver(event.sequence)
    assert Notice.objects.count() == 2


def head(weeks: Weeks) -> Actor:
    return actor(person("校长"), "school_head", weeks.world.sending)


def test_a_lesson_moved_and_then_cancelled_by_somebody_is_one_notice(weeks: Weeks) -> None:
    start = timezone.now() + timedelta(days=1)
    lesson, by = weeks.world.plan(start=start), head(weeks)
    services.reschedule_lesson(lesson, starts_at=start + timedelta(hours=3), ends_at=start + timedelta(hours=4), by=by)
    notice = told("schedule.lesson_rescheduled")
    assert notice.title == "课程改时间：一次函数的图象"
    assert who(notice) == {*FAMILIES, "王芳"}
    services.cancel_lesson(lesson, reason="停电", by=by)
    notice = told("schedule.lesson_cancelled")
    assert notice.title == "课程取消：一次函数的图象"
    assert "停电" in notice.body


def test_a_notice_of_a_lesson_before_eight_leads_to_the_lessons_own_week(weeks: Weeks) -> None:
    """Half past seven on a Monday in China is still Sunday in UTC."""
    now = timezone.localtime()
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=7, minute=30, second=0, microsecond=0)
    lesson = weeks.world.plan(start=monday.astimezone(UTC))
    services.cancel_lesson(lesson, reason="停电", by=head(weeks))
    assert told("schedule.lesson_cancelled").link == f"/timetable/?week={monday.date().isoformat()}"


def test_what_the_clock_does_by_itself_tells_nobody(weeks: Weeks) -> None:
    lesson = weeks.world.plan(start=timezone.now() + timedelta(days=1))
    services.cancel_lesson(lesson, reason="timetable", by=SYSTEM)
    journal.deliver(OutboxEvent.objects.filter(name="schedule.lesson_cancelled").latest("sequence").sequence)
    assert not Notice.objects.exists()


def test_students_are_in_a_lesson_while_their_school_has_a_period(weeks: Weeks) -> None:
    """Periods of 40 minutes from nine o'clock, on the days of the timetable."""
    pupil = Membership.objects.get(person__name="近处学生").person_id
    at = timezone.make_aware(datetime.combine(MONDAY, time(9, 10)))
    assert in_lessons([pupil], at) == {pupil: at.replace(minute=40)}
    assert in_lessons([pupil], at.replace(minute=45)) == {}
    assert in_lessons([pupil], at + timedelta(days=5)) == {}
    assert in_lessons([weeks.world.teacher.pk], at) == {}


def deliver_all() -> None:
    """Hand every event to its receivers, as the worker does, and what these publish as well."""
    done = 0
    while (rows := list(OutboxEvent.objects.filter(sequence__gt=done).order_by("sequence"))) != []:
        for row in rows:
            journal.deliver(row.sequence)
            done = row.sequence


def counts() -> dict[str, int]:
    """How many notices everybody has."""
    found: dict[str, int] = {}
    for name in Receipt.objects.values_list("person__name", flat=True):
        found[name] = found.get(name, 0) + 1
    return found


def test_an_alliance_that_ends_is_one_notice_to_everybody_however_many_lessons_it_ends(weeks: Weeks) -> None:
    weeks.make(2)
    leaders = those_who_lead(weeks)
    ended = services.end_alliance(
        weeks.world.alliance, last=MONDAY - timedelta(days=1), reason="经费没有了", by=head(weeks)
    )
    assert ended > 3
    deliver_all()
    notice = Notice.objects.get()
    assert counts() == dict.fromkeys({*FAMILIES, "王芳", *leaders}, 1)
    assert notice.title == f"联盟提前结束：{weeks.world.alliance.name}"
    assert "上到3月7日为止" in notice.body
    assert f"已经排好的 {ended} 节直播课取消。\n原因：经费没有了" in notice.body
    with translation.override("en"):
        assert f"{ended} lessons" in words_of(notice).body


def those_who_lead(weeks: Weeks) -> list[str]:
    """Somebody leads the office and each receiving school."""
    one, other = weeks.world.receiving[:2]
    leading = {
        "联盟干部": ("officer", weeks.world.alliance.lead),
        "远处校长": ("school_head", one),
        "另一校长": ("school_head", other),
    }
    for name, (role, where) in leading.items():
        RoleGrant.objects.create(person=person(name), role=role, organization=where, valid_from=date(2020, 9, 1))
    return list(leading)


def in_the_afternoon(weeks: Weeks, days: int, group: int) -> None:
    """A lesson planned by hand for one receiving class alone, some days after the Monday."""
    start = timezone.make_aware(datetime.combine(MONDAY + timedelta(days=days), time(16)))
    weeks.world.plan(start=start, receivers=[weeks.world.groups[group]])


def test_a_school_that_leaves_is_one_notice_to_those_who_lose_by_it_and_none_to_the_others(weeks: Weeks) -> None:
    weeks.make(2)
    for days in (1, 2, 3):
        in_the_afternoon(weeks, days, 0)
    schools, alliance = weeks.world.receiving, weeks.world.alliance
    person("另一校学生", schools[1], "student", weeks.world.groups[1])
    member = alliance.members.get(organization=schools[0])
    assert services.leave_alliance(member, last=MONDAY, reason="并校", by=head(weeks)) == 3
    deliver_all()
    notice = Notice.objects.get()
    assert counts() == dict.fromkeys({*FAMILIES, "王芳"}, 1), "both ends of the lessons that nobody else receives"
    assert notice.title == f"{schools[0]}退出联盟：{alliance.name}"
    assert "已经排好的 3 节直播课取消。" in notice.body


def test_a_school_whose_lessons_go_on_for_others_tells_its_own_classes_alone(weeks: Weeks) -> None:
    weeks.make(2)
    those_who_lead(weeks)
    member = weeks.world.alliance.members.get(organization=weeks.world.receiving[0])
    assert services.leave_alliance(member, last=MONDAY, reason="", by=head(weeks)) == 0
    deliver_all()
    told_ = ("远处学生", "远处家长", "远处班主任", "联盟干部", "远处校长")
    assert counts() == dict.fromkeys(told_, 1), "the other receiving school has nothing to do with it"
    assert Notice.objects.get().body.endswith("为止。\n")


def test_a_holiday_set_by_an_office_tells_nobody_lesson_by_lesson(weeks: Weeks) -> None:
    weeks.make(2)
    city = weeks.world.county.parent
    office = actor(person("干部"), "officer", city)
    for day, kind, follows in ((MONDAY, "holiday", None), (MONDAY + timedelta(days=5), "workday", 0)):
        set_special_day(day, kind=kind, follows_weekday=follows, organization_id=city.pk, by=office)
    made = weeks.make(2)
    assert (made.cancelled, made.made) == (1, 1)
    deliver_all()
    assert not Notice.objects.exists()
