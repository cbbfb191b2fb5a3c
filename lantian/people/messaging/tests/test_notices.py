"""Notices that people write: whom they reach, once each; how far they are; reminded, stopped, withdrawn."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.messaging import queries, rules, services
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import Group
from lantian.people.messaging.errors import (
    NobodyToRemind,
    NobodyToTell,
    NothingSaid,
    NothingToConfirm,
    NoticeOver,
    TooManyNotices,
    TooSoonToRemind,
)
from lantian.people.messaging.models import Delivery, Notice, Receipt
from lantian.people.messaging.services import spreading, writing
from lantian.people.messaging.tests.conftest import names
from lantian.people.roster.services import merge_people
from lantian.people.roster.tests.factories import GuardianshipFactory, MembershipFactory, PersonFactory

FAMILIES = (Group.STUDENT, Group.GUARDIAN)


def send(world, name, audience, **more):
    values = {"title": "家长会", "body": "周五下午三点。", "audience": audience, "by": world.act(name)} | more
    return services.send_notice(**values)


def test_who_may_tell_whom(world):
    families = Audience.of(classes=[world.east1.pk], to=FAMILIES)
    assert_allowed(rules.may_send_notice, world.act("teacher"), families)
    assert_allowed(rules.may_send_notice, world.act("homeroom", "homeroom_teacher"), families)
    assert_refused(rules.may_send_notice, world.act("west_teacher"), families, because="任教")
    colleagues = Audience.of(classes=[world.east1.pk], to=[Group.TEACHER])
    assert_refused(rules.may_send_notice, world.act("teacher"), colleagues, because="身份")
    assert_allowed(rules.may_send_notice, world.act("homeroom", "homeroom_teacher"), colleagues)
    staff = Audience.of(units=[world.east.pk], to=[Group.STAFF])
    assert_allowed(rules.may_send_notice, world.act("head"), staff)
    assert_refused(rules.may_send_notice, world.act("other_head"), staff, because="管辖")
    assert_refused(rules.may_send_notice, world.act("teacher"), staff)
    heads = Audience.of(units=[world.fucheng.pk], to=[Group.HEAD])
    assert_allowed(rules.may_send_notice, world.act("officer"), heads)
    assert_allowed(rules.may_send_notice, world.act("city_officer"), heads)
    assert_refused(rules.may_send_notice, world.act("other_officer"), heads)
    assert_refused(rules.may_send_notice, world.act("head"), heads, because="身份")
    assert_refused(rules.may_send_notice, world.act("officer"), Audience.of(people=[world.jia.pk]), because="点名")
    unknown = Audience.of(units=[world.jia.pk], to=[Group.HEAD])
    assert_refused(rules.may_send_notice, world.act("officer"), unknown)
    for name in ("mother", "jia", "researcher", "expert", "operator", "school_it", "stranger"):
        assert_refused(rules.may_send_notice, world.act(name))


def test_a_teacher_tells_the_families_of_a_class_and_nobody_else(world):
    notice = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=FAMILIES))
    assert names(world, notice) == ["jia", "mother", "yi"]
    assert (notice.state, notice.recipients) == ("sent", 3)
    event = OutboxEvent.objects.get(name="messaging.notice_sent")
    assert (event.object_id, event.actor_id) == (notice.pk, world.teacher.pk)


def test_groups_of_a_subtree_are_found_by_office_membership_and_child(world, run_jobs):
    everyone = [Group.HEAD, Group.IT, Group.STAFF, Group.STUDENT, Group.GUARDIAN, Group.OFFICER]
    notice = send(world, "city_officer", Audience.of(units=[world.fucheng.pk], to=everyone))
    assert (notice.state, notice.total) == ("waiting", 3)
    run_jobs()
    notice.refresh_from_db()
    assert (notice.state, notice.done) == ("sent", 3)
    expected = ["bing", "ding", "head", "homeroom", "jia", "mother", "officer", "other_head"]
    assert names(world, notice) == [*expected, "school_it", "teacher", "west_teacher", "yi"]


def test_the_sender_does_not_get_it(world, run_jobs):
    notice = send(
        world, "homeroom", Audience.of(classes=[world.east1.pk], to=[Group.TEACHER]), by=world.act("homeroom")
    )
    assert names(world, notice) == ["teacher"]


def test_a_guardian_of_siblings_has_one_notice_about_both(world):
    GuardianshipFactory(guardian=world.mother, student=world.bing)
    notice = send(world, "teacher", Audience.of(classes=[world.east1.pk, world.east2.pk], to=[Group.GUARDIAN]))
    receipt = Receipt.objects.get(notice=notice)
    assert receipt.person == world.mother
    assert set(receipt.places) == {world.east1.pk, world.east2.pk}
    children = queries.children_concerned(world.mother.pk, [receipt])
    assert sorted(children[receipt.pk]) == sorted([world.jia.name, world.bing.name])
    by_place = {place.id: place.all for place in queries.reach_by_place(notice)}
    assert by_place == {world.east1.pk: 1, world.east2.pk: 1}
    assert queries.reach_of(notice).all == 1


def test_who_left_yesterday_is_not_told(world):
    row = world.yi.memberships.get()
    row.valid_from = row.valid_to = timezone.localdate() - timedelta(days=1)
    row.save()
    notice = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=[Group.STUDENT]))
    assert names(world, notice) == ["jia"]


def test_what_says_nothing_or_reaches_nobody_is_refused(world):
    audience = Audience.of(classes=[world.east1.pk], to=FAMILIES)
    with pytest.raises(NothingSaid):
        send(world, "teacher", audience, body="  \n ")
    with pytest.raises(NobodyToTell):
        send(world, "teacher", Audience.of(classes=[world.east2.pk], to=[Group.GUARDIAN]))
    with pytest.raises(NobodyToTell):
        send(world, "teacher", Audience.of(classes=[world.east1.pk]))
    with pytest.raises(Denied):
        send(world, "west_teacher", audience)
    assert not Notice.objects.exists()


def test_one_person_sends_so_many_a_day(world, monkeypatch):
    monkeypatch.setattr(writing, "MOST_A_DAY", 2)
    audience = Audience.of(classes=[world.east1.pk], to=FAMILIES)
    first = send(world, "teacher", audience)
    send(world, "teacher", audience)
    with pytest.raises(TooManyNotices):
        send(world, "teacher", audience)
    Notice.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(hours=25))
    send(world, "teacher", audience)


def test_reading_and_confirming_count_once_and_are_seen_by_the_sender(world):
    notice = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=FAMILIES), needs_confirmation=True)
    mother, receipt = (
        world.act("mother"),
        Receipt.objects.select_related("notice").get(notice=notice, person=world.mother),
    )
    services.open_receipt(receipt, by=mother)
    first = receipt.read_at
    services.open_receipt(receipt, by=mother)
    assert receipt.read_at == first
    services.confirm_receipt(receipt, by=mother)
    services.confirm_receipt(receipt, by=mother)
    reach = queries.reach_of(notice)
    assert (reach.all, reach.read, reach.confirmed, reach.silent) == (3, 1, 1, 3)
    with pytest.raises(Denied):
        services.open_receipt(receipt, by=world.act("jia"))
    plain = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=FAMILIES))
    other = Receipt.objects.select_related("notice").get(notice=plain, person=world.mother)
    with pytest.raises(NothingToConfirm):
        services.confirm_receipt(other, by=mother)


def test_who_sees_a_receipt_and_how_far_a_notice_is(world):
    notice = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=FAMILIES))
    receipt = Receipt.objects.get(notice=notice, person=world.mother)
    assert_allowed(rules.may_view_receipt, world.act("mother"), receipt)
    for name in ("jia", "teacher", "head"):
        assert_refused(rules.may_view_receipt, world.act(name), receipt)
    for name in ("teacher", "head", "officer"):
        assert_allowed(rules.may_view_notice, world.act(name), notice)
    for name in ("mother", "homeroom", "other_head", "other_officer"):
        assert_refused(rules.may_view_notice, world.act(name), notice)
    assert_allowed(rules.may_manage_notice, world.act("teacher"), notice)
    assert_refused(rules.may_manage_notice, world.act("head"), notice)


def test_a_reminder_reaches_those_who_are_missing_and_not_too_often(world):
    notice = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=FAMILIES), needs_confirmation=True)
    teacher = world.act("teacher")
    with pytest.raises(TooSoonToRemind):
        services.remind(notice, by=teacher)
    Notice.objects.update(told_at=timezone.now() - timedelta(hours=5))
    mother = Receipt.objects.select_related("notice").get(notice=notice, person=world.mother)
    services.confirm_receipt(mother, by=world.act("mother"))
    seen = Receipt.objects.select_related("notice").get(notice=notice, person=world.jia)
    services.open_receipt(seen, by=world.act("jia"))
    assert services.remind(notice, by=teacher) == 2
    seen.refresh_from_db()
    assert seen.read_at is None, "who has read and not confirmed is asked again"
    with pytest.raises(TooSoonToRemind):
        services.remind(notice, by=teacher)
    for count in (2, 3):
        Notice.objects.update(reminded_at=timezone.now() - timedelta(hours=5))
        services.remind(notice, by=teacher)
        assert Notice.objects.get().reminders == count
    Notice.objects.update(reminded_at=timezone.now() - timedelta(hours=5))
    with pytest.raises(TooSoonToRemind):
        services.remind(notice, by=teacher)
    Notice.objects.update(reminders=0)
    Receipt.objects.update(confirmed_at=timezone.now(), read_at=timezone.now())
    with pytest.raises(NobodyToRemind):
        services.remind(notice, by=teacher)
    with pytest.raises(Denied):
        services.remind(notice, by=world.act("head"))


def test_what_is_withdrawn_is_in_no_inbox(world):
    notice = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=FAMILIES))
    services.withdraw_notice(notice, by=world.act("teacher"))
    assert not queries.receipts_visible_to(world.act("mother")).exists()
    with pytest.raises(NoticeOver):
        services.withdraw_notice(notice, by=world.act("teacher"))
    with pytest.raises(NoticeOver):
        services.remind(notice, by=world.act("teacher"))


def test_sending_to_a_region_stops_when_asked_and_what_was_told_stays(world, monkeypatch):
    monkeypatch.setattr(spreading, "UNITS_A_STEP", 1)
    notice = send(world, "officer", Audience.of(units=[world.fucheng.pk], to=FAMILIES))
    for _ in range(3):
        spreading._step(notice.pk)
    told = Receipt.objects.filter(notice=notice).count()
    services.stop_sending(notice, by=world.act("officer"))
    services.run_spreading(notice.pk)
    notice.refresh_from_db()
    assert notice.state == "stopped"
    assert Receipt.objects.filter(notice=notice).count() == told == notice.recipients


def test_a_worker_that_is_killed_goes_on_behind_the_unit_told_last(world, monkeypatch):
    monkeypatch.setattr(spreading, "UNITS_A_STEP", 1)
    notice = send(world, "officer", Audience.of(units=[world.fucheng.pk], to=[*FAMILIES, Group.STAFF]))
    spreading._step(notice.pk)
    with transaction.atomic():  # killed after writing, before committing
        spreading._step(notice.pk)
        transaction.set_rollback(True)
    services.run_spreading(notice.pk)
    services.run_spreading(notice.pk)
    notice.refresh_from_db()
    assert (notice.state, notice.done, notice.recipients) == ("sent", 3, Receipt.objects.count())
    assert names(world, notice) == ["bing", "ding", "homeroom", "jia", "mother", "teacher", "west_teacher", "yi"]


def test_a_merged_record_hands_its_notices_over(world):
    twin = PersonFactory(name=world.mother.name)
    GuardianshipFactory(guardian=twin, student=world.yi)
    notice = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=[Group.GUARDIAN]))
    assert notice.recipients == 2
    merge_people(world.mother, twin, reason="同一个人", by=SYSTEM)
    assert queries.receipts_visible_to(world.act("mother")).count() == 1


def test_old_notices_go_with_their_receipts(world):
    old = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=FAMILIES))
    new = send(world, "teacher", Audience.of(classes=[world.east2.pk], to=FAMILIES))
    moment = timezone.now() - timedelta(days=800)
    Notice.objects.filter(pk=old.pk).update(told_at=moment)
    assert services.forget_old(timezone.now() - timedelta(days=730)) == 1
    assert list(Notice.objects.all()) == [new]
    assert Receipt.objects.filter(notice_id=old.pk).count() == 0


def test_old_receipts_go_without_being_read(world, monkeypatch):
    old = send(world, "teacher", Audience.of(classes=[world.east1.pk], to=FAMILIES))
    Delivery.objects.create(receipt=Receipt.objects.filter(notice=old)[0], channel="mail")
    Notice.objects.update(told_at=timezone.now() - timedelta(days=800))

    def read(*args):
        raise AssertionError("a region's notice has a hundred thousand receipts")

    monkeypatch.setattr(Receipt, "from_db", read)
    assert services.forget_old(timezone.now() - timedelta(days=730)) == 1
    assert not Delivery.objects.exists()


GROUPS = [Group.STUDENT, Group.GUARDIAN, Group.STAFF, Group.TEACHER, Group.HOMEROOM, Group.HEAD, Group.IT]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_each_recipient_once_however_families_and_duties_are_tangled(kept, data):
    """Random families and memberships, a random audience told in random steps: whoever counting says is told, exactly once."""
    with transaction.atomic():
        world = kept.back()
        people = [PersonFactory() for _ in range(4)]
        children = [world.jia, world.yi, world.bing, world.ding]
        groups = [world.east1, world.east2, world.west1]
        for adult in people:
            for child in data.draw(st.sets(st.sampled_from(range(4)), max_size=3)):
                GuardianshipFactory(guardian=adult, student=children[child])
            for place in data.draw(st.sets(st.sampled_from(range(3)), max_size=2)):
                role = data.draw(st.sampled_from(["teacher", "homeroom_teacher"]))
                MembershipFactory(
                    person=adult, organization=groups[place].organization, class_group=groups[place], role=role
                )
        units = data.draw(st.sets(st.sampled_from(["fucheng", "east", "west", "beichuan"]), min_size=1))
        classes = data.draw(st.sets(st.sampled_from(range(3))))
        audience = Audience.of(
            people=data.draw(st.sets(st.sampled_from([each.pk for each in people]))),
            units=[world.units[name].pk for name in units],
            classes=[groups[place].pk for place in classes],
            to=data.draw(st.sets(st.sampled_from(GROUPS), min_size=1)),
        )
        expected = queries.count_recipients(audience)["all"]
        notice = Notice.objects.create(category="announcement", title="t", audience=audience.plain())
        before, spreading.UNITS_A_STEP = spreading.UNITS_A_STEP, data.draw(st.integers(1, 4))
        try:
            services.run_spreading(notice.pk)
        finally:
            spreading.UNITS_A_STEP = before
        told = list(Receipt.objects.filter(notice=notice).values_list("person", flat=True))
        notice.refresh_from_db()
        assert len(told) == len(set(told)) == expected == notice.recipients
        transaction.set_rollback(True)


def test_a_large_notice_takes_as_many_statements_as_it_has_steps(world, django_assert_max_num_queries, run_jobs):
    notice = send(world, "city_officer", Audience.of(units=[world.city.pk], to=[*FAMILIES, Group.STAFF]))
    with django_assert_max_num_queries(30):  # three steps of one transaction each
        services.run_spreading(notice.pk)
    assert Receipt.objects.filter(notice=notice).count() == 8
