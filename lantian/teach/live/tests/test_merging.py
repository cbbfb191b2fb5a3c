"""Lessons watched under a record that was somebody's second one count for that somebody, and come apart again."""

import pytest
from django.apps import apps
from django.utils import timezone

from lantian.kernel.journal.services import deliver
from lantian.kernel.rules import SYSTEM
from lantian.people.roster import services as roster
from lantian.teach.live import services
from lantian.teach.live.models import Attendance
from lantian.teach.live.tests.support import open_for

pytestmark = pytest.mark.django_db


def record(name: str):
    return roster.create_person(by=SYSTEM, name=name).person


def watched(session, person) -> Attendance:
    now = timezone.now()
    return Attendance.objects.create(
        session=session, kind="person", viewer=f"person:{person.pk}", person=person, first_seen=now, last_seen=now
    )


def deliver_all() -> None:
    for sequence in apps.get_model("journal", "OutboxEvent").objects.values_list("sequence", flat=True):
        deliver(sequence)


def test_attendance_follows_a_merge_and_its_undoing(world):
    _lesson, session, _ticket = open_for(world)
    one, other, third = record("王小明"), record("王小明"), record("王小明")
    both = [watched(session, one), watched(session, other)]
    first = roster.merge_people(one, other, reason="同一个人登记两次", by=SYSTEM)
    deliver_all()
    assert {row.person_id for row in Attendance.objects.all()} == {one.pk}
    assert Attendance.objects.count() == 2
    one.refresh_from_db()
    second = roster.merge_people(third, one, reason="又是同一个人", by=SYSTEM)
    deliver_all()
    assert {row.person_id for row in Attendance.objects.all()} == {third.pk}
    roster.unmerge_people(second, by=SYSTEM)
    deliver_all()
    assert {row.person_id for row in Attendance.objects.all()} == {one.pk}
    roster.unmerge_people(first, by=SYSTEM)
    deliver_all()
    assert [Attendance.objects.get(pk=row.pk).person_id for row in both] == [one.pk, other.pk]


def test_joining_twice_does_it_once(world):
    _lesson, session, _ticket = open_for(world)
    one, other = record("王小明"), record("王小明")
    row = watched(session, other)
    for _ in range(2):
        services.join_attendance(dropped=other.pk, kept=one.pk)
    row.refresh_from_db()
    assert row.person == one
