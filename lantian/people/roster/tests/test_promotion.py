"""Classes move up a year in one action, each school once, and it can be taken back."""

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lantian.kernel.rules import Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster import queries, rules, services
from lantian.people.roster.engine import promotion
from lantian.people.roster.engine.classes import class_name
from lantian.people.roster.enums import EndReason, PromotionState
from lantian.people.roster.errors import (
    ClassesChanged,
    GraduatesElsewhere,
    NobodyPicked,
    NothingToPromote,
    PromotionAlreadyUnderWay,
    WrongClass,
)
from lantian.people.roster.forms import PromotionForm
from lantian.people.roster.models import ClassGroup, Membership, Person, Promotion
from lantian.people.roster.tests.factories import ClassGroupFactory, MembershipFactory, PersonFactory, with_account
from lantian.people.roster.tests.world import World, make_world

YEAR = 2026


def sixth(world: World) -> ClassGroup:
    """A last grade at 东小学 with two students, and a teacher who teaches nothing else."""
    group = ClassGroupFactory(organization=world.east, grade=6, number=1, name=class_name("primary", 6, 1))
    for _ in range(2):
        MembershipFactory(organization=world.east, class_group=group, role="student", valid_from=date(2020, 9, 1))
    MembershipFactory(
        organization=world.east, class_group=group, role="teacher", subject="maths", valid_from=date(2020, 9, 1)
    )
    return group


def start(world: World, where: str = "fucheng", who: str = "officer", **more: object):
    return services.start_promotion(
        world.units[where], school_year=YEAR, last_day=timezone.localdate(), by=world.act(who), **more
    )


def test_every_class_goes_a_grade_up_and_the_last_one_graduates(world: World) -> None:
    last = sixth(world)
    run = start(world)
    services.run_promotion(run.pk)
    run.refresh_from_db()
    assert run.state == PromotionState.DONE
    assert (run.done, run.total) == (2, 2)
    for name in ("east1", "east2", "west1"):
        world.classes[name].refresh_from_db()
    assert world.east1.grade == 4
    assert world.west1.grade == 4
    last.refresh_from_db()
    assert (last.grade, last.is_active, last.ended_on) == (6, False, timezone.localdate())
    ended = Membership.objects.filter(class_group=last, role="student")
    assert {(row.valid_to, row.end_reason) for row in ended} == {(timezone.localdate(), EndReason.GRADUATED)}
    assert Promotion.objects.get(organization=world.east).students_graduated == 2


def test_who_taught_only_the_last_grade_still_belongs_to_the_school(world: World) -> None:
    last = sixth(world)
    teacher = Membership.objects.get(class_group=last, role="teacher").person
    services.run_promotion(start(world).pk)
    left = Membership.objects.get(person=teacher, valid_to__isnull=True)
    assert (left.organization_id, left.class_group_id, left.role) == (world.east.pk, None, "teacher")


def test_running_it_twice_moves_nobody_twice(world: World) -> None:
    run = start(world)
    services.run_promotion(run.pk)
    services.run_promotion(run.pk)
    world.east1.refresh_from_db()
    assert world.east1.grade == 4
    with pytest.raises(NothingToPromote):
        start(world)


def test_only_one_runs_at_a_time_in_a_region(world: World) -> None:
    start(world)
    with pytest.raises(PromotionAlreadyUnderWay):
        start(world)


def test_a_killed_worker_goes_on_with_the_schools_that_are_left(world: World) -> None:
    run = start(world)
    east = next(one for one in queries.plan_promotion(world.fucheng, school_year=YEAR) if one.school == world.east)
    from lantian.people.roster.services.promotion import _move_up

    _move_up(run, east, world.act("officer"))  # and then the worker died
    services.run_promotion(run.pk)
    world.east1.refresh_from_db()
    world.west1.refresh_from_db()
    assert (world.east1.grade, world.west1.grade) == (4, 4)
    assert run.promotions.count() == 2


def test_the_new_pupils_classes_stay(world: World) -> None:
    new = ClassGroupFactory(organization=world.east, grade=1, number=1, entry_year=YEAR)
    services.run_promotion(start(world).pk)
    new.refresh_from_db()
    assert new.grade == 1


def test_a_clash_is_shown_and_the_school_passed_over(world: World) -> None:
    ClassGroupFactory(organization=world.east, grade=4, number=1, entry_year=YEAR)  # the place 3(1) would take
    plans = {one.school.pk: one for one in queries.plan_promotion(world.fucheng, school_year=YEAR)}
    assert plans[world.east.pk].plan.clashes == ((4, 1),)
    assert not plans[world.east.pk].ready
    services.run_promotion(start(world).pk)
    world.east1.refresh_from_db()
    world.west1.refresh_from_db()
    assert (world.east1.grade, world.west1.grade) == (3, 4)


def test_schools_and_classes_can_be_left_out(world: World) -> None:
    services.run_promotion(start(world, left_out=[world.west.pk, world.east2.pk]).pk)
    for name in ("east1", "east2", "west1"):
        world.classes[name].refresh_from_db()
    assert (world.east1.grade, world.east2.grade, world.west1.grade) == (4, 3, 3)


def test_it_can_be_taken_back(world: World) -> None:
    last = sixth(world)
    before = list(ClassGroup.objects.order_by("pk").values("pk", "grade", "name", "is_active", "ended_on"))
    links = list(Membership.objects.order_by("pk").values("pk", "valid_to", "end_reason"))
    run = start(world)
    services.run_promotion(run.pk)
    assert services.undo_promotion(run, by=world.act("officer")) == 2
    assert list(ClassGroup.objects.order_by("pk").values("pk", "grade", "name", "is_active", "ended_on")) == before
    assert list(Membership.objects.order_by("pk").values("pk", "valid_to", "end_reason")) == links
    assert last.memberships.count() == 3
    again = start(world)  # and done again
    services.run_promotion(again.pk)
    world.east1.refresh_from_db()
    assert world.east1.grade == 4


def test_it_is_not_taken_back_once_graduates_are_enrolled_elsewhere(world: World) -> None:
    last = sixth(world)
    run = start(world)
    services.run_promotion(run.pk)
    graduate = last.memberships.filter(role="student").first()
    assert graduate is not None
    MembershipFactory(person=graduate.person, organization=world.hill, class_group=None, role="student")
    with pytest.raises(GraduatesElsewhere):
        services.undo_promotion(run, by=world.act("officer"))


def test_it_is_not_taken_back_once_classes_were_changed(world: World) -> None:
    run = start(world)
    services.run_promotion(run.pk)
    ClassGroup.objects.filter(pk=world.east1.pk).update(grade=5)
    with pytest.raises(ClassesChanged):
        services.undo_promotion(run, by=world.act("officer"))
    world.west1.refresh_from_db()
    assert world.west1.grade == 4  # nothing was half taken back


def test_cancelling_stops_before_the_next_school(world: World) -> None:
    run = start(world)
    services.cancel_promotion(run, by=world.act("officer"))
    services.run_promotion(run.pk)
    run.refresh_from_db()
    assert run.state == PromotionState.CANCELLED
    world.east1.refresh_from_db()
    assert world.east1.grade == 3


def test_who_lost_the_office_meanwhile_moves_nothing(world: World) -> None:
    run = start(world)
    world.officer.role_grants.update(revoked_at=timezone.now())
    services.run_promotion(run.pk)
    world.east1.refresh_from_db()
    assert world.east1.grade == 3
    assert set(run.promotions.values_list("reason", flat=True)) == {"denied"}


def test_officers_and_the_schools_own_people_may_promote(world: World) -> None:
    assert_allowed(rules.may_promote_classes, world.act("officer"), world.fucheng)
    assert_allowed(rules.may_promote_classes, world.act("city_officer"), world.fucheng)
    assert_allowed(rules.may_promote_classes, world.act("head"), world.east)
    assert_allowed(rules.may_promote_classes, world.act("school_it"), world.east)
    assert_refused(rules.may_promote_classes, world.act("other_officer"), world.fucheng)
    assert_refused(rules.may_promote_classes, world.act("head"), world.west)
    assert_refused(rules.may_promote_classes, world.act("teacher"), world.east)
    assert_refused(rules.may_promote_classes, world.act("operator"))
    with pytest.raises(Denied):
        start(world, who="other_officer")


def test_a_run_is_seen_by_those_who_administer_its_unit(world: World) -> None:
    run = start(world)
    assert_allowed(rules.may_view_promotion, world.act("city_officer"), run)
    assert_refused(rules.may_view_promotion, world.act("head"), run)
    assert_refused(rules.may_view_promotion, world.act("other_officer"), run)


def test_planning_a_county_costs_four_queries(world: World, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):
        queries.plan_promotion(world.fucheng, school_year=YEAR)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_the_same_moment_one_starts_it() -> None:
    world = make_world()
    by, results, gate = world.act("officer"), [], threading.Barrier(2)

    def press() -> None:
        gate.wait()
        try:
            results.append(
                services.start_promotion(world.fucheng, school_year=YEAR, last_day=timezone.localdate(), by=by)
            )
        except PromotionAlreadyUnderWay as refused_:
            results.append(refused_)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, PromotionAlreadyUnderWay) for one in results) == 1


def test_students_move_to_another_class_of_the_school(world: World) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(person=world.jia).update(valid_from=date(2024, 9, 1))
    moved = services.move_students(
        [world.jia.pk, world.yi.pk], source=world.east1, target=world.east2, by=world.act("head"), reason="分班调整"
    )
    assert moved == 2
    old = Membership.objects.get(person=world.jia, class_group=world.east1)
    assert (old.valid_to, old.end_reason) == (yesterday, EndReason.MOVED)
    assert Membership.objects.get(person=world.jia, valid_to__isnull=True).class_group == world.east2


def test_students_do_not_move_to_another_school_or_out_of_a_class_they_are_not_in(world: World) -> None:
    by = world.act("officer")
    with pytest.raises(WrongClass):
        services.move_students([world.jia.pk], source=world.east1, target=world.west1, by=by)
    with pytest.raises(NobodyPicked):
        services.move_students([PersonFactory().pk], source=world.east1, target=world.east2, by=by)
    with pytest.raises(Denied):
        services.move_students([world.jia.pk], source=world.east1, target=world.east2, by=world.act("other_head"))


GRADES = st.tuples(st.integers(1, 6), st.integers(1, 4))


@given(st.sets(GRADES, max_size=20), st.booleans())
def test_no_two_classes_ever_get_the_same_place_unnoticed(places: set[tuple[int, int]], carry_over: bool) -> None:
    from uuid import uuid4

    classes = [
        promotion.OldClass(uuid4(), "primary", grade, number, class_name("primary", grade, number), None, 1)
        for grade, number in sorted(places)
    ]
    plan = promotion.plan(classes, school_year=YEAR, stages=["primary", "junior"], carry_over=carry_over)
    after = [(step.grade, step.old.number) for step in plan.up]
    assert len(set(after)) == len(after)
    assert plan.clashes == ()
    assert len(plan.steps) == len(classes)
    assert all((step.stage == "junior") == (step.grade == 7) for step in plan.up)
    assert bool(plan.ended) == (not carry_over and any(grade == 6 for grade, _ in places))


@pytest.fixture
def pages(world: World, settings):
    settings.LANTIAN_DEMO = True

    def enter(name: str) -> Client:
        client = Client()
        person = Person.objects.select_related("account").get(pk=world.people[name].pk)
        client.force_login(person.account or with_account(person))
        return client

    return enter


def test_the_page_shows_what_becomes_of_each_class_and_does_it(world: World, pages) -> None:
    sixth(world)
    head = pages("head")
    address = f"/organizations/{world.east.pk}/promotion/"
    shown = head.get(address, {"school_year": YEAR, "last_day": timezone.localdate().isoformat()}).content.decode()
    assert "四年级1班" in shown
    assert "毕业" in shown
    response = head.post(
        address,
        {
            "school_year": YEAR,
            "last_day": timezone.localdate().isoformat(),
            "pick": [str(world.east1.pk)],
        },
    )
    assert response.status_code == 302, response.content.decode()
    run = world.east.promotion_runs.get()
    assert "正在逐校办理" in head.get(response["Location"]).content.decode()
    services.run_promotion(run.pk)
    assert "已升级" in head.get(response["Location"]).content.decode()
    world.east1.refresh_from_db()
    world.east2.refresh_from_db()
    assert (world.east1.grade, world.east2.grade) == (4, 3)  # only what was picked
    head.post(f"/promotions/{run.pk}/undo/")
    world.east1.refresh_from_db()
    assert world.east1.grade == 3


def test_a_county_is_shown_school_by_school(world: World, pages) -> None:
    ClassGroupFactory(organization=world.east, grade=4, number=1, entry_year=YEAR)
    shown = (
        pages("officer").get(f"/organizations/{world.fucheng.pk}/promotion/", {"school_year": YEAR}).content.decode()
    )
    assert "班号冲突" in shown
    assert "西小学" in shown
    asked = shown[shown.index('method="get"', shown.index("<main")) :]
    asked = asked[: asked.index("</form>")]
    assert "csrfmiddlewaretoken" not in asked, "what is sent by its address is in histories and logs"


def test_promotion_pages_are_closed_to_others(world: World, pages) -> None:
    address = f"/organizations/{world.east.pk}/promotion/"
    assert pages("teacher").get(address).status_code == 403
    assert pages("other_officer").get(address).status_code == 404
    run = start(world)
    for name in ("head", "other_officer", "teacher"):
        assert pages(name).get(f"/promotions/{run.pk}/").status_code == 404
        assert pages(name).post(f"/promotions/{run.pk}/undo/").status_code == 404
    officer = pages("officer")
    officer.post(f"/promotions/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.cancel_asked


def test_the_move_page_moves_whom_one_ticks(world: World, pages) -> None:
    head = pages("head")
    address = f"/classes/{world.east1.pk}/move/"
    assert world.jia.name in head.get(address).content.decode()
    response = head.post(address, {"people": [str(world.jia.pk)], "target": str(world.east2.pk), "reason": "调整"})
    assert response.status_code == 302
    assert Membership.objects.filter(person=world.jia, class_group=world.east2).exists()
    wrong = head.post(address, {"people": [str(world.jia.pk)], "target": str(world.east2.pk)})
    assert wrong.status_code == 200  # no longer in this class: the form says so
    assert pages("teacher").get(address).status_code == 403


def test_a_class_that_is_in_its_grade_of_the_year_already_stays() -> None:
    """In November the year that runs is what the page begins with: nobody is to be moved up twice by it."""
    there = promotion.OldClass(uuid4(), "junior", 7, 1, "七年级1班", YEAR, 40)
    late = promotion.OldClass(uuid4(), "junior", 7, 2, "七年级2班", YEAR - 1, 40)
    unknown = promotion.OldClass(uuid4(), "junior", 8, 3, "八年级3班", None, 40)
    plan = promotion.plan([there, late, unknown], school_year=YEAR, stages=["junior"])
    assert [step.old for step in plan.steps] == [late, unknown]


def test_a_year_that_is_far_off_is_moved_into_only_by_those_who_mean_it() -> None:
    far = {"school_year": timezone.localdate().year + 2, "last_day": timezone.localdate().isoformat()}
    form = PromotionForm(far)
    assert not form.is_valid()
    assert list(form.errors) == ["early"]
    meant = PromotionForm({**far, "early": "on"})
    assert meant.is_valid()
    assert "early" not in meant.cleaned_data


def test_a_place_with_a_last_day_graduates_too_and_gets_it_back(world: World) -> None:
    """A substitute until December, a pupil on loan: nobody goes on in a class that is over."""
    group = sixth(world)
    december = timezone.localdate() + timedelta(days=90)
    guest = MembershipFactory(
        person=PersonFactory(), organization=world.east, class_group=group, role="student", valid_to=december
    )
    Membership.objects.filter(pk=guest.pk).update(valid_from=date(2025, 9, 1))
    run = start(world)
    services.run_promotion(run.pk)
    guest.refresh_from_db()
    assert (guest.valid_to, guest.end_reason) == (run.last_day, EndReason.GRADUATED)
    services.undo_promotion(run, by=world.act("officer"))
    guest.refresh_from_db()
    assert (guest.valid_to, guest.end_reason) == (december, "")


def test_taking_back_leaves_what_was_corrected_by_hand(world: World) -> None:
    group = sixth(world)
    run = start(world)
    services.run_promotion(run.pk)
    row = Membership.objects.filter(class_group=group, role="student").first()
    Membership.objects.filter(pk=row.pk).update(valid_to=date(2026, 3, 1), end_reason=EndReason.TRANSFERRED)
    services.undo_promotion(run, by=world.act("officer"))
    row.refresh_from_db()
    assert (row.valid_to, row.end_reason) == (date(2026, 3, 1), EndReason.TRANSFERRED)


def test_a_school_that_went_to_another_bureau_is_not_taken_back_by_the_old_one(world: World) -> None:
    run = start(world)
    services.run_promotion(run.pk)
    services.move_organization(world.east, parent=world.beichuan, by=world.act("city_officer"))
    with pytest.raises(Denied):
        services.undo_promotion(run, by=world.act("officer"))
    assert services.undo_promotion(run, by=world.act("city_officer")) == 2
