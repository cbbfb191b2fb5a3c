"""Timetables at their edges: days that no calendar has, weeks that are over, two at one moment, records made one, lost rights."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.roster.models import Guardianship, Membership, Person
from lantian.people.roster.services import merge_people, unmerge_people
from lantian.people.roster.tests import world as roster_world
from lantian.people.roster.tests.factories import acting_as, with_account
from lantian.people.schedule import queries, services
from lantian.people.schedule.enums import TimetableState
from lantian.people.schedule.errors import AlreadyThere, TimetableInvalid
from lantian.people.schedule.models import (
    BellSchedule,
    CalendarFeed,
    Lesson,
    Timetable,
    TimetableChange,
    TimetableEntry,
)
from lantian.people.schedule.tests.weeks import PERIODS, Weeks, entry, make_weeks
from lantian.teach.live.tests.world import class_group, person

pytestmark = pytest.mark.django_db
MONDAY = date(2027, 3, 8)


@pytest.fixture
def weeks(monkeypatch: pytest.MonkeyPatch) -> Weeks:
    """In March 2027, a fortnight after the term's default beginning; today is the Sunday before."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: MONDAY - timedelta(days=1))
    return make_weeks(MONDAY)


def test_days_that_no_calendar_can_name_are_refused(weeks: Weeks) -> None:
    """A range up to 9999-12-31 could be written and never read again: by its school, its bureau, or the maker of all lessons."""
    school, alliance = weeks.world.sending, weeks.world.alliance
    with pytest.raises(TimetableInvalid, match="2100"):
        services.set_bells(school, name="长期", first=MONDAY, last=date.max, periods=PERIODS, by=SYSTEM)
    with pytest.raises(TimetableInvalid, match="2000"):
        services.set_bells(school, name="旧", first=date.min, last=None, periods=PERIODS, by=SYSTEM)
    with pytest.raises(TimetableInvalid, match="2100"):
        services.draft_timetable(school, name="x", first=date.max - timedelta(days=9), last=date.max, by=SYSTEM)
    with pytest.raises(TimetableInvalid, match="2100"):
        services.pair_classes(
            alliance, subject="art", sender=weeks.world.group, receiver=weeks.world.groups[0], first=MONDAY,
            last=date.max, by=SYSTEM,
        )  # fmt: skip
    assert weeks.make().made == 2


def test_a_week_published_late_holds_from_tomorrow_and_what_was_held_stays(weeks: Weeks) -> None:
    today = timezone.localdate()
    late = services.draft_timetable(
        weeks.world.sending, name="改", first=today - timedelta(days=7), last=today + timedelta(days=20),
        like=weeks.timetable, by=SYSTEM,
    )  # fmt: skip
    late = services.publish_timetable(late, by=SYSTEM)
    weeks.timetable.refresh_from_db()
    assert late.during.lower == today + timedelta(days=1)
    assert weeks.timetable.during.upper == today + timedelta(days=1)
    assert weeks.timetable.state == TimetableState.PUBLISHED
    over = services.draft_timetable(
        weeks.world.sending, name="过去", first=today - timedelta(days=7), last=today, by=SYSTEM, like=late
    )
    with pytest.raises(TimetableInvalid, match="已经过去"):
        services.publish_timetable(over, by=SYSTEM)


def test_of_two_drafts_published_at_one_moment_one_is_told(weeks: Weeks, monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = MONDAY + timedelta(days=100), MONDAY + timedelta(days=110)
    one, other = (
        services.draft_timetable(
            weeks.world.sending, name=name, first=first, last=last, like=weeks.timetable, by=SYSTEM
        )
        for name in ("甲", "乙")
    )
    now = timezone.now

    def meanwhile():
        Timetable.objects.filter(pk=other.pk).update(state=TimetableState.PUBLISHED)
        return now()

    monkeypatch.setattr("lantian.people.schedule.services.timetables.timezone.now", meanwhile)
    with pytest.raises(AlreadyThere, match="刷新"):
        services.publish_timetable(one, by=SYSTEM)


def test_a_lesson_is_moved_neither_onto_its_own_next_one_nor_onto_the_teachers_other_class(weeks: Weeks) -> None:
    world = weeks.world
    services.withdraw_timetable(weeks.timetable, by=SYSTEM, reason="换")
    second = class_group(world.sending, 2)
    more = services.draft_timetable(
        world.sending, name="两个班", first=MONDAY, last=MONDAY + timedelta(days=60), like=weeks.timetable, by=SYSTEM
    )
    services.set_entries(more, rows=[entry(world, 1, 2, class_group_id=second.pk)], by=SYSTEM)
    services.publish_timetable(more, by=SYSTEM)
    monday = more.entries.get(weekday=0)
    for to_day, to_period, why in (
        (MONDAY + timedelta(days=7), 1, "已有数学"),
        (MONDAY + timedelta(days=1), 2, "老师在那段时间"),
    ):
        with pytest.raises(TimetableInvalid, match=why):
            services.change_day(monday, MONDAY, kind="moved", to_day=to_day, to_period=to_period, reason="x", by=SYSTEM)
    weeks.make()
    assert Lesson.objects.filter(entry=monday, entry_day=MONDAY, state="planned").exists()
    # its own lesson, made already, is in nobody's way
    services.change_day(monday, MONDAY, kind="moved", to_day=MONDAY, to_period=2, reason="x", by=SYSTEM)


def test_the_bells_of_other_schools_are_not_read(weeks: Weeks) -> None:
    world = weeks.world
    services.set_bells(world.receiving[0], name="远校", first=MONDAY, last=None, periods=PERIODS, by=SYSTEM)
    assert BellSchedule.objects.count() == 2
    city, far = world.county.parent, world.receiving[0]
    assert set(queries.Bells(MONDAY, MONDAY)._known) == {city.pk, far.pk}
    assert set(queries.Bells(MONDAY, MONDAY, [str(world.sending.path)])._known) == {city.pk}
    assert set(queries.Bells(MONDAY, MONDAY, [str(far.path)])._known) == {city.pk, far.pk}


def test_two_records_of_a_teacher_made_one_keep_the_weeks_the_days_and_the_address(weeks: Weeks) -> None:
    world = weeks.world
    dropped, kept = Person.objects.get(pk=world.teacher.pk), person("张老师", world.sending)
    stand_in = person("李强", world.sending)
    monday, wednesday = TimetableEntry.objects.order_by("weekday")[:2]
    services.change_day(monday, MONDAY, kind="substitute", teacher=stand_in, reason="生病", by=SYSTEM)
    TimetableEntry.objects.filter(pk=wednesday.pk).update(teacher=stand_in)
    services.change_day(
        TimetableEntry.objects.get(pk=wednesday.pk), MONDAY + timedelta(days=2), kind="substitute", teacher=dropped,
        reason="生病", by=SYSTEM,
    )  # fmt: skip
    if dropped.account is None:
        with_account(dropped)
        dropped.refresh_from_db()
    feed = CalendarFeed.objects.create(account=dropped.account, teacher=dropped, digest="d" * 64)
    merge = merge_people(kept, dropped, reason="同一位老师", by=SYSTEM)
    assert set(TimetableEntry.objects.values_list("teacher", flat=True)) == {kept.pk, stand_in.pk}
    assert TimetableChange.objects.get(day=MONDAY + timedelta(days=2)).teacher_id == kept.pk
    feed.refresh_from_db()
    assert feed.teacher_id == kept.pk
    assert len(queries.held_by_teacher(kept.pk, MONDAY, MONDAY + timedelta(days=4))) >= 1
    unmerge_people(merge, by=SYSTEM)
    assert set(TimetableEntry.objects.values_list("teacher", flat=True)) == {dropped.pk, stand_in.pk}
    assert TimetableChange.objects.get(day=MONDAY + timedelta(days=2)).teacher_id == dropped.pk
    feed.refresh_from_db()
    assert feed.teacher_id == dropped.pk


def test_an_address_is_no_key_to_a_class_that_the_child_has_left(db: None) -> None:
    """Whoever lost the right to a class's week reads it no more by the address that was given before."""
    world = roster_world.make_world()
    for name in ("mother", "homeroom"):
        with_account(world.people[name])
    by_mother, by_teacher, own = (
        services.open_feed(by=acting_as(world.people[who], role), class_group=group)
        for who, role, group in (
            ("mother", None, world.east1), ("homeroom", "homeroom_teacher", world.east1), ("homeroom", None, None),
        )
    )  # fmt: skip
    secrets = (by_mother, by_teacher, own)
    assert all(services.feed_behind(secret) for secret in secrets)
    Guardianship.objects.all().delete()
    Membership.objects.filter(person=world.homeroom).update(valid_from="2025-01-01", valid_to="2025-02-01")
    assert [services.feed_behind(secret) is not None for secret in secrets] == [False, False, True]
    assert Client().get(reverse("schedule_feed", args=[by_mother])).status_code == 404
    assert services.feed_behind("no such address") is None
