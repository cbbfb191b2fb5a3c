"""Bells, drafts, publishing, pairings: what is refused and why, and who may."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.engine.fitting import Fit
from lantian.people.schedule.enums import Settlement, TimetableState
from lantian.people.schedule.errors import (
    AllianceOver,
    AlreadyThere,
    LessonInvalid,
    NotInAlliance,
    TimetableClashes,
    TimetableInvalid,
    TimetableNotDraft,
)
from lantian.people.schedule.models import BellSchedule, Pairing, Timetable, TimetableEntry
from lantian.people.schedule.services import PeriodRow
from lantian.people.schedule.tests.weeks import PERIODS, Weeks, entry, make_weeks
from lantian.teach.live.tests.world import actor, class_group, organization, person
from tests.kept import Keep, Kept

pytestmark = pytest.mark.django_db
MONDAY = date(2027, 3, 8)


def on_the_sunday(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(timezone, "localdate", lambda *_: MONDAY - timedelta(days=1))


def weeks_in_march() -> Weeks:
    with pytest.MonkeyPatch.context() as patch:
        on_the_sunday(patch)
        return make_weeks(MONDAY)


@pytest.fixture(scope="session")
def kept_weeks(keep: Keep) -> Kept[Weeks]:
    return keep(weeks_in_march)


@pytest.fixture
def weeks(db: None, kept_weeks: Kept[Weeks], monkeypatch: pytest.MonkeyPatch) -> Weeks:
    """In March 2027, a fortnight after the term's default beginning; today is the Sunday before."""
    on_the_sunday(monkeypatch)
    return kept_weeks.back()


def test_the_nearest_bells_hold_and_new_ones_end_the_old_ones(weeks: Weeks) -> None:
    world = weeks.world
    assert [row.number for row in queries.periods_on(world.sending, MONDAY)] == [1, 2, 3, 4, 5, 6, 7]
    services.set_bells(
        world.sending, name="夏季", first=MONDAY, last=MONDAY, periods=[PeriodRow(1, time(7), time(7, 40))], by=SYSTEM
    )
    assert [row.starts for row in queries.periods_on(world.sending, MONDAY)] == [time(7)]
    assert len(queries.periods_on(world.sending, MONDAY + timedelta(days=1))) == 7
    city = world.county.parent
    services.set_bells(city, name="新", first=MONDAY, last=None, periods=PERIODS[:3], by=SYSTEM)
    assert len(queries.periods_on(world.receiving[0], MONDAY - timedelta(days=1))) == 7
    assert len(queries.periods_on(world.receiving[0], MONDAY)) == 3
    services.set_bells(city, name="再新", first=MONDAY, last=None, periods=PERIODS[:4], by=SYSTEM)
    assert BellSchedule.objects.filter(organization=city).count() == 2
    with pytest.raises(AlreadyThere):
        services.set_bells(city, name="早", first=MONDAY - timedelta(days=40), last=MONDAY, periods=PERIODS, by=SYSTEM)


@pytest.mark.parametrize(
    "periods",
    [
        [],
        [PeriodRow(1, time(9), time(8))],
        [PeriodRow(1, time(9), time(13))],
        [PeriodRow(1, time(9), time(9, 40)), PeriodRow(1, time(10), time(10, 40))],
        [PeriodRow(1, time(9), time(9, 40)), PeriodRow(2, time(9, 30), time(10, 40))],
    ],
)
def test_impossible_days_are_refused(weeks: Weeks, periods: list[PeriodRow]) -> None:
    with pytest.raises(TimetableInvalid):
        services.set_bells(weeks.world.sending, name="x", first=MONDAY, last=None, periods=periods, by=SYSTEM)


def draft(weeks: Weeks, **facts: object) -> Timetable:
    defaults = {"name": "草稿", "first": MONDAY, "last": MONDAY + timedelta(days=30)}
    return services.draft_timetable(weeks.world.sending, by=SYSTEM, **(defaults | facts))


def test_a_draft_with_clashes_is_not_published_and_says_how_many(weeks: Weeks) -> None:
    found = draft(weeks)
    second = class_group(weeks.world.sending, 2)
    services.set_entries(
        found, rows=[entry(weeks.world, 0, 1), entry(weeks.world, 0, 1, class_group_id=second.pk)], by=SYSTEM
    )
    (clash,) = queries.clashes_of(found)
    assert (clash.kind, clash.what) == ("teacher", weeks.world.teacher.pk)
    with pytest.raises(TimetableClashes, match="1"):
        services.publish_timetable(found, by=SYSTEM)
    services.set_entries(found, rows=[entry(weeks.world, 0, 1, class_group_id=second.pk, teacher_id=None)], by=SYSTEM)
    assert found.entries.count() == 2  # put in the same place: replaced
    assert services.publish_timetable(found, by=SYSTEM).state == TimetableState.PUBLISHED


def test_a_teacher_of_two_schools_clashes_by_the_clock_not_by_the_number(weeks: Weeks) -> None:
    far = weeks.world.receiving[0]
    shifted = [PeriodRow(row.number, time(row.starts.hour, 45), time(row.ends.hour + 1, 25)) for row in PERIODS]
    services.set_bells(far, name="晚半节", first=MONDAY - timedelta(days=20), last=None, periods=shifted, by=SYSTEM)
    theirs = services.draft_timetable(far, name="远校", first=MONDAY, last=MONDAY + timedelta(days=9), by=SYSTEM)
    group = weeks.world.groups[0]
    services.set_entries(theirs, rows=[entry(weeks.world, 2, 2, class_group_id=group.pk)], by=SYSTEM)
    (clash,) = queries.clashes_of(theirs)  # 10:45–11:25 there, 11:00–11:40 here
    assert {clash.first.key.timetable, clash.second.key.timetable} == {theirs, weeks.timetable}


def test_only_drafts_are_changed_and_only_with_classes_of_the_school(weeks: Weeks) -> None:
    with pytest.raises(TimetableNotDraft):
        services.set_entries(weeks.timetable, rows=[entry(weeks.world, 1, 1)], by=SYSTEM)
    with pytest.raises(TimetableNotDraft):
        services.clear_entry(weeks.timetable.entries.first(), by=SYSTEM)
    found = draft(weeks, like=weeks.timetable)
    assert found.entries.count() == 3
    services.clear_entry(found.entries.first(), by=SYSTEM)
    assert found.entries.count() == 2
    strange = entry(weeks.world, 0, 1, class_group_id=weeks.world.groups[0].pk)
    with pytest.raises(TimetableInvalid):
        services.set_entries(found, rows=[strange], by=SYSTEM)
    with pytest.raises(TimetableInvalid):
        services.publish_timetable(draft(weeks), by=SYSTEM)
    with pytest.raises(TimetableInvalid):
        draft(weeks, last=MONDAY - timedelta(days=1))
    with pytest.raises(TimetableInvalid):
        services.draft_timetable(
            weeks.world.receiving[0], name="x", first=MONDAY, last=MONDAY, like=weeks.timetable, by=SYSTEM
        )


def test_a_day_is_changed_only_where_there_is_a_lesson_and_room_for_it(weeks: Weeks) -> None:
    monday, wednesday, friday = TimetableEntry.objects.order_by("weekday")
    colleague = person("李强", weeks.world.sending)

    def refused(row: TimetableEntry, day: date, match: str, **facts: object) -> None:
        with pytest.raises(TimetableInvalid, match=match):
            services.change_day(row, day, reason="x", by=SYSTEM, **facts)

    refused(monday, MONDAY + timedelta(days=1), "没有这节课", kind="cancelled")
    refused(friday, MONDAY + timedelta(days=4), "没有这节课", kind="cancelled") if not queries.holds_on(
        friday, MONDAY + timedelta(days=4)
    ) else refused(friday, MONDAY + timedelta(days=11), "没有这节课", kind="cancelled")
    refused(monday, MONDAY - timedelta(days=7), "过去", kind="cancelled")
    refused(monday, MONDAY + timedelta(days=700), "不在已发布", kind="cancelled")
    refused(monday, MONDAY, "另一位", kind="substitute", teacher=weeks.world.teacher)
    refused(monday, MONDAY, "不在这所学校", kind="substitute", teacher=person("外校"))
    refused(monday, MONDAY, "哪一天", kind="moved", to_day=MONDAY, to_period=1)
    refused(monday, MONDAY, "三十天", kind="moved", to_day=MONDAY + timedelta(days=35), to_period=1)
    refused(monday, MONDAY, "已有", kind="moved", to_day=MONDAY + timedelta(days=2), to_period=3)
    services.change_day(monday, MONDAY, kind="substitute", teacher=colleague, reason="生病", by=SYSTEM)
    services.change_day(
        wednesday,
        MONDAY + timedelta(days=2),
        kind="moved",
        to_day=MONDAY,
        to_period=4,
        reason="x",
        by=SYSTEM,
    )
    other = draft(weeks)
    assert not queries.busy_then(colleague.pk, wednesday, MONDAY + timedelta(days=2))
    assert queries.busy_then(
        colleague.pk,
        other.entries.create(weekday=0, period_no=1, class_group=weeks.world.group, subject="maths"),
        MONDAY,
    )


def test_a_days_plan_shows_changes_with_time_and_teacher(weeks: Weeks) -> None:
    monday = TimetableEntry.objects.order_by("weekday").first()
    colleague = person("李强", weeks.world.sending)
    services.change_day(monday, MONDAY, kind="substitute", teacher=colleague, reason="生病", by=SYSTEM)
    rows = queries.held(TimetableEntry.objects.filter(class_group=weeks.world.group), MONDAY, MONDAY)
    assert [(row.teacher_name, timezone.localtime(row.starts_at).hour, row.cancelled) for row in rows] == [
        ("李强", 9, False)
    ]
    services.change_day(
        monday, MONDAY, kind="moved", to_day=MONDAY + timedelta(days=1), to_period=6, reason="x", by=SYSTEM
    )
    assert queries.held(TimetableEntry.objects.all(), MONDAY, MONDAY) == []
    (moved,) = queries.held(TimetableEntry.objects.all(), MONDAY + timedelta(days=1), MONDAY + timedelta(days=1))
    assert (moved.for_day, moved.period_no) == (MONDAY, 6)


def test_the_queries_of_a_week_do_not_grow_with_it(weeks: Weeks, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(6):
        rows = queries.held(TimetableEntry.objects.all(), MONDAY, MONDAY + timedelta(days=20))
    assert len(rows) >= 7


def test_classes_are_paired_within_the_alliance_and_once_a_subject(weeks: Weeks) -> None:
    world = weeks.world
    facts = {"subject": "maths", "first": MONDAY, "last": MONDAY + timedelta(days=9), "by": SYSTEM}
    with pytest.raises(AlreadyThere):
        services.pair_classes(world.alliance, sender=world.group, receiver=world.groups[0], **facts)
    with pytest.raises(NotInAlliance):
        services.pair_classes(world.alliance, sender=world.groups[0], receiver=world.groups[1], **facts)
    strange, younger = class_group(organization("外校")), class_group(world.receiving[0], 1, grade=7)
    with pytest.raises(NotInAlliance):
        services.pair_classes(world.alliance, sender=world.group, receiver=strange, **facts)
    with pytest.raises(LessonInvalid):
        services.pair_classes(world.alliance, sender=world.group, receiver=younger, **facts)
    facts["last"] = world.alliance.ends_on + timedelta(days=1)
    with pytest.raises(AllianceOver):
        services.pair_classes(world.alliance, sender=world.group, receiver=world.groups[0], **facts)
    pairing = Pairing.objects.first()
    services.end_pairing(pairing, last=pairing.during.lower - timedelta(days=1), by=SYSTEM)
    assert Pairing.objects.count() == 1


def test_what_does_not_fit_is_shown_until_it_is_settled(weeks: Weeks) -> None:
    world = weeks.world
    far = services.draft_timetable(
        world.receiving[0], name="远校", first=MONDAY, last=MONDAY + timedelta(days=30), by=SYSTEM
    )
    own = entry(world, 0, 1, subject="chinese", class_group_id=world.groups[0].pk, teacher_id=None)
    services.set_entries(far, rows=[own], by=SYSTEM)
    services.publish_timetable(far, by=SYSTEM)
    pairings = queries.pairings_of(world.alliance, MONDAY).filter(receiver=world.groups[0])
    found = queries.fits_of(pairings, MONDAY)
    assert [(row.entry.weekday, row.place.fit) for row in found] == [(0, Fit.TAKEN), (2, Fit.FITS), (4, Fit.FITS)]
    assert [row.open for row in found] == [True, False, False]
    head = actor(person("远校校长"), "school_head", world.receiving[0])
    services.settle(pairings[0], weekday=0, period_no=1, settlement=Settlement.RECEIVE, by=head)
    assert not queries.fits_of(pairings, MONDAY)[0].open


# Who may ------------------------------------------------------------------------------------------------------------------


def test_a_week_is_managed_by_the_school_and_those_above(weeks: Weeks) -> None:
    world = weeks.world
    head = actor(person("校长"), "school_head", world.sending)
    other = actor(person("校长"), "school_head", world.receiving[0])
    assert_allowed(rules.may_manage_timetable, head, world.sending)
    assert_allowed(rules.may_manage_timetable, head)
    assert_refused(rules.may_manage_timetable, other, world.sending, because="管理范围")
    assert_refused(rules.may_manage_timetable, world.teacher_actor, world.sending, because="学校管理人员")
    assert_refused(rules.may_manage_timetable, ANONYMOUS)
    with pytest.raises(Denied):
        services.draft_timetable(world.sending, name="x", first=MONDAY, last=MONDAY, by=other)


def test_a_published_week_is_seen_by_the_schools_people_and_a_draft_is_not(weeks: Weeks) -> None:
    world = weeks.world
    found = draft(weeks, like=weeks.timetable)
    pupil = actor(
        person("学生", world.sending, "student", world.group),
        "student",
        world.sending,
        class_group_ids=frozenset({world.group.pk}),
    )
    stranger = actor(person("师", world.receiving[0]), "teacher", world.receiving[0])
    assert_allowed(rules.may_view_timetable, world.teacher_actor, weeks.timetable)
    assert_allowed(rules.may_view_timetable, pupil, weeks.timetable)
    assert_refused(rules.may_view_timetable, pupil, found)
    assert_refused(rules.may_view_timetable, world.teacher_actor, found)
    assert_allowed(rules.may_view_timetable, actor(person("校长"), "school_head", world.sending), found)
    assert_refused(rules.may_view_timetable, stranger, weeks.timetable, because="不对您开放")
    second = class_group(world.sending, 2)
    services.set_entries(found, rows=[entry(world, 1, 2, class_group_id=second.pk)], by=SYSTEM)
    assert queries.entries_visible_to(pupil, found).count() == 3
    assert queries.entries_visible_to(world.teacher_actor, found).count() == 4


def test_the_receiving_school_settles_its_own_day(weeks: Weeks) -> None:
    pairing = Pairing.objects.get(receiver=weeks.world.groups[0])
    head, lead, other = (
        actor(person("校长"), "school_head", place)
        for place in (weeks.world.receiving[0], weeks.world.sending, weeks.world.receiving[1])
    )
    assert_allowed(rules.may_settle_pairing, head, pairing)
    assert_allowed(rules.may_settle_pairing, lead, pairing)
    assert_refused(rules.may_settle_pairing, other, pairing, because="接收学校")
    assert_refused(rules.may_settle_pairing, weeks.world.teacher_actor, pairing)
