"""Two records of one human being become one, whole, and can be taken apart again."""

from datetime import date

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.identity.models import LoginName
from lantian.people.identity.queries import account_by_login
from lantian.people.roster import queries, rules, services
from lantian.people.roster.errors import (
    AlreadyMerged,
    CannotUnmerge,
    OneIsTheOthersGuardian,
    ReasonNeeded,
    TwoCitizenIds,
)
from lantian.people.roster.models import Guardianship, Membership, Person, RoleGrant
from lantian.people.roster.queries.visible import people_visible_to
from lantian.people.roster.services import NewMembership, merging
from lantian.people.roster.tests.factories import (
    GuardianshipFactory,
    MembershipFactory,
    PersonFactory,
    RoleGrantFactory,
    with_account,
)
from lantian.people.roster.tests.world import World

WHY = "同一个学生登记了两次"
BORN = date(2015, 3, 1)


def pupil(world: World, group: str, **facts: object) -> Person:
    klass = world.classes[group]
    return services.create_person(
        by=SYSTEM,
        name="王小明",
        birth_date=BORN,
        memberships=[NewMembership(klass.organization, "student", klass, valid_from=date(2025, 9, 1))],
        **facts,
    ).person


def state() -> list[object]:
    """All that a merge may touch, but for when and the journal."""
    tables = (
        Person.objects.order_by("pk").values_list(
            "pk", "name", "phone_index", "citizen_id_index", "student_number_index", "birth_date", "gender",
            "account", "merged_into",
        ),
        Membership.objects.order_by("pk").values_list("pk", "person", "valid_to", "end_reason"),
        RoleGrant.objects.order_by("pk").values_list("pk", "person", "revoked_at"),
        Guardianship.objects.order_by("guardian", "student").values_list("guardian", "student", "relation"),
        LoginName.objects.order_by("pk").values_list("pk", "account"),
    )  # fmt: skip
    return [list(rows) for rows in tables]


def test_what_only_one_has_goes_to_the_other(world: World) -> None:
    kept = pupil(world, "east1")
    dropped = pupil(world, "west1", phone="13800009999", student_number="G510703201503010019", account=True)
    GuardianshipFactory(guardian=world.mother, student=dropped, relation="mother")
    services.merge_people(kept, dropped, reason=WHY, by=world.act("officer"))
    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert (kept.phone, kept.student_number) == ("13800009999", "G510703201503010019")
    assert (dropped.phone, dropped.student_number, dropped.merged_into_id) == (None, None, kept.pk)
    assert kept.account is not None
    assert dropped.account is None
    assert set(kept.memberships.values_list("class_group", flat=True)) == {world.east1.pk, world.west1.pk}
    assert [row.guardian for row in queries.guardians_of(kept)] == [world.mother]
    assert not people_visible_to(world.act("officer")).filter(pk=dropped.pk).exists()


def test_what_both_have_stays_as_the_kept_one_has_it(world: World) -> None:
    kept = pupil(world, "east1", phone="13800001111", account=True)
    dropped = pupil(world, "east1", phone="13800002222", student_number="G510703201503010027", account=True)
    for person in (kept, dropped):
        GuardianshipFactory(guardian=world.mother, student=person, relation="mother")
    services.merge_people(kept, dropped, reason=WHY, by=world.act("officer"))
    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert kept.phone == "13800001111"
    assert kept.memberships.count() == 1  # the same class twice is once
    assert dropped.memberships.get().valid_to < timezone.localdate()
    assert Guardianship.objects.filter(guardian=world.mother, student=kept).count() == 1
    assert not Guardianship.objects.filter(student=dropped).exists()
    assert dropped.account is not None
    assert not dropped.account.is_active
    assert kept.account is not None
    kinds = set(LoginName.objects.filter(account=kept.account).values_list("kind", flat=True))
    assert "student_number" in kinds  # the name that only the other one signed in by


@pytest.mark.parametrize("accounts", [(False, False), (True, False), (False, True), (True, True)])
def test_taking_apart_gives_everything_back(world: World, accounts: tuple[bool, bool]) -> None:
    kept = pupil(world, "east1", account=accounts[0])
    dropped = pupil(
        world, "west1", phone="13800003333", student_number="G510703201503010035", account=accounts[1], gender="1"
    )
    MembershipFactory(person=dropped, organization=world.east, class_group=world.east1, role="student")
    GuardianshipFactory(guardian=world.mother, student=dropped, relation="mother")
    GuardianshipFactory(guardian=world.mother, student=kept, relation="mother")
    before = state()
    merge = services.merge_people(kept, dropped, reason=WHY, by=world.act("city_officer"))
    assert state() != before
    services.unmerge_people(merge, by=world.act("city_officer"))
    assert state() == before
    with pytest.raises(CannotUnmerge):
        services.unmerge_people(merge, by=world.act("city_officer"))


@pytest.mark.parametrize("has_account", [False, True])
def test_what_was_changed_while_they_were_one_stays_with_the_kept_one(world: World, has_account: bool) -> None:
    kept = pupil(world, "east1", account=has_account)
    dropped = pupil(world, "east2", phone="13755550001", student_number="G510703201503010035", account=not has_account)
    merge = services.merge_people(kept, dropped, reason=WHY, by=world.act("school_it"))
    services.update_person(Person.objects.get(pk=kept.pk), by=world.act("school_it"), phone="13755550002")
    services.unmerge_people(merge, by=world.act("school_it"))
    one, other = Person.objects.get(pk=kept.pk), Person.objects.get(pk=dropped.pk)
    assert (one.phone, one.student_number) == ("13755550002", None)
    assert (other.phone, other.student_number) == (None, "G510703201503010035")
    assert account_by_login("13755550002") == one.account  # nobody's, or the kept one's: never the other one's
    assert account_by_login("13755550001") is None
    assert account_by_login("G510703201503010035") == other.account


def test_a_phone_that_came_along_signs_in_unless_it_is_somebody_elses(world: World) -> None:
    kept, dropped = pupil(world, "east1"), pupil(world, "east2", phone="13755550001")
    account = with_account(kept)
    merge = services.merge_people(Person.objects.get(pk=kept.pk), dropped, reason=WHY, by=world.act("school_it"))
    assert account_by_login("13755550001") == account
    services.unmerge_people(merge, by=world.act("school_it"))
    assert account_by_login("13755550001") is None
    sister = services.create_person(by=SYSTEM, name="王姐姐", phone="13755550001", account=True)
    services.merge_people(Person.objects.get(pk=kept.pk), dropped, reason=WHY, by=world.act("school_it"))
    assert account_by_login("13755550001") == sister.account


def test_two_citizen_ids_are_two_people(world: World) -> None:
    from lantian.people.roster.engine.codes.citizen import make_citizen_id

    one = pupil(world, "east1", citizen_id=make_citizen_id("510703", BORN, 11))
    other = pupil(world, "east2", citizen_id=make_citizen_id("510703", BORN, 13))
    before = state()
    with pytest.raises(TwoCitizenIds):
        services.merge_people(one, other, reason=WHY, by=world.act("officer"))
    assert state() == before
    assert queries.likely_duplicates(world.act("officer")) == []


def test_nonsense_is_refused(world: World) -> None:
    by = world.act("officer")
    one, other = pupil(world, "east1"), pupil(world, "east2")
    with pytest.raises(ReasonNeeded):
        services.merge_people(one, other, reason="重", by=by)
    with pytest.raises(AlreadyMerged):
        services.merge_people(one, one, reason=WHY, by=by)
    with pytest.raises(OneIsTheOthersGuardian):
        services.merge_people(world.jia, world.mother, reason=WHY, by=by)
    merge = services.merge_people(one, other, reason=WHY, by=by)
    with pytest.raises(Denied):  # the dropped one is nobody's any more
        services.merge_people(one, other, reason=WHY, by=by)
    third = pupil(world, "east2")
    services.merge_people(third, one, reason=WHY, by=by)
    with pytest.raises(Denied):  # first the later merge has to be taken back
        services.unmerge_people(merge, by=by)


def test_merging_is_for_those_who_could_keep_both_accounts(world: World) -> None:
    here, there = pupil(world, "east1"), pupil(world, "west1")
    assert_allowed(rules.may_merge_people, world.act("officer"), here, there)
    assert_allowed(rules.may_merge_people, world.act("head"), here, world.yi)
    assert_refused(rules.may_merge_people, world.act("head"), here, there)
    assert_refused(rules.may_merge_people, world.act("other_officer"), here, there)
    assert_refused(rules.may_merge_people, world.act("homeroom"), here, world.yi)
    assert_refused(rules.may_merge_people, world.act("school_it"), world.teacher, world.head)  # no roles by merging
    with pytest.raises(Denied):
        services.merge_people(here, there, reason=WHY, by=world.act("head"))
    with pytest.raises(Denied):
        services.mark_not_duplicates(here, there, by=world.act("head"))


def test_duplicates_are_proposed_by_name_and_one_fact_more(world: World, django_assert_num_queries) -> None:
    one, other = pupil(world, "east1"), pupil(world, "west1")
    pupil_of_that_name = services.create_person(
        by=SYSTEM, name="王小明", birth_date=date(2014, 1, 1),
        memberships=[NewMembership(world.east, "student", world.east1)],
    ).person  # fmt: skip
    officer = world.act("officer")
    with django_assert_num_queries(4):
        pairs = queries.likely_duplicates(officer)
    assert [{pair.one.pk, pair.other.pk} for pair in pairs] == [{one.pk, other.pk}]
    assert pairs[0].why == ("birth_date",)
    assert queries.likely_duplicates(world.act("head")) == []  # she sees one of the two only
    assert queries.likely_duplicates(world.act("officer"), person=pupil_of_that_name) == []
    services.mark_not_duplicates(other, one, by=world.act("officer"))
    services.mark_not_duplicates(one, other, by=world.act("officer"))
    assert queries.likely_duplicates(world.act("officer")) == []


def test_the_child_who_is_in_two_schools_is_found(world: World) -> None:
    assert not queries.in_two_schools(world.act("officer")).exists()
    MembershipFactory(person=world.jia, organization=world.west, class_group=world.west1, role="student")
    assert list(queries.in_two_schools(world.act("officer"))) == [world.jia]


def test_both_records_keep_what_happened(world: World) -> None:
    one, other = pupil(world, "east1"), pupil(world, "east2")
    services.merge_people(one, other, reason=WHY, by=world.act("officer"))
    assert JournalEntry.objects.filter(action="roster.people_merged", object_id=one.pk).get().data["reason"] == WHY
    assert JournalEntry.objects.filter(action="roster.person_merged_away", object_id=other.pk).exists()


@pytest.fixture
def officer(world: World, settings) -> Client:
    settings.LANTIAN_DEMO = True
    client = Client()
    client.force_login(with_account(world.people["officer"]))
    return client


def test_an_officer_finds_compares_merges_and_takes_back(world: World, officer: Client) -> None:
    one, other = pupil(world, "east1"), pupil(world, "west1", phone="13800004444")
    assert officer.get("/people/duplicates/").content.decode().count("王小明") == 1
    address = f"/people/{one.pk}/merge/{other.pk}/"
    shown = officer.get(address).content.decode()
    assert "138****4444" in shown
    assert "13800004444" not in shown
    assert officer.post(address, {"keep": str(one.pk), "reason": "重"}).status_code == 200  # too short a reason
    response = officer.post(address, {"keep": str(one.pk), "reason": WHY})
    assert response["Location"] == f"/people/{one.pk}/"
    assert officer.get(f"/people/{other.pk}/").status_code == 404
    merge = queries.merges_of(one).get()
    assert f"/people/{one.pk}/unmerge/{merge.pk}/" in officer.get(f"/people/{one.pk}/").content.decode()
    officer.post(f"/people/{one.pk}/unmerge/{merge.pk}/")
    assert officer.get(f"/people/{other.pk}/").status_code == 200


def test_two_people_are_marked_as_two(world: World, officer: Client) -> None:
    one, other = pupil(world, "east1"), pupil(world, "west1")
    response = officer.post(f"/people/{one.pk}/merge/{other.pk}/", {"do": "different"})
    assert response["Location"] == "/people/duplicates/"
    assert queries.likely_duplicates(world.act("officer")) == []


def test_what_one_does_not_see_cannot_be_compared(world: World, officer: Client) -> None:
    stranger = services.create_person(by=SYSTEM, name="王小明", memberships=[NewMembership(world.hill, "staff")]).person
    one = pupil(world, "east1")
    assert officer.get(f"/people/{one.pk}/merge/{stranger.pk}/").status_code == 404
    assert officer.get(f"/people/{one.pk}/merge/{one.pk}/").status_code == 404


def test_an_identity_of_another_platform_goes_along_and_comes_back(world: World) -> None:
    kept, dropped = pupil(world, "east1", account=True), pupil(world, "west1", account=True)
    other = SocialAccount.objects.create(user=dropped.account, provider="oidc-city", uid="c-1")
    own = SocialAccount.objects.create(user=kept.account, provider="oidc-province", uid="p-1")
    SocialAccount.objects.create(
        user=dropped.account, provider="oidc-province", uid="p-2"
    )  # one platform, one identity
    merge = services.merge_people(kept, dropped, reason=WHY, by=world.act("officer"))
    assert set(SocialAccount.objects.filter(user=kept.account)) == {own, other}
    services.unmerge_people(merge, by=world.act("officer"))
    assert SocialAccount.objects.filter(user=kept.account).get() == own
    assert SocialAccount.objects.filter(user=dropped.account).count() == 2


def test_an_identity_untied_since_does_not_come_back(world: World) -> None:
    kept, dropped = pupil(world, "east1", account=True), pupil(world, "west1", account=True)
    SocialAccount.objects.create(user=dropped.account, provider="oidc-city", uid="c-1")
    merge = services.merge_people(kept, dropped, reason=WHY, by=world.act("officer"))
    SocialAccount.objects.all().delete()
    services.unmerge_people(merge, by=world.act("officer"))
    assert not SocialAccount.objects.exists()


def test_nothing_is_tied_to_a_record_that_was_merged_away(world: World) -> None:
    """The dropped record keeps its phone when the kept one has another; a family registered by it finds the one that goes on."""
    kept = services.create_person(by=SYSTEM, name="李家长", phone="13800001111").person
    dropped = services.create_person(by=SYSTEM, name="李家长", phone="13800002222").person
    services.merge_people(kept, dropped, reason=WHY, by=SYSTEM)
    made = services.register_guardian(
        by=world.act("head"), student=world.yi, name="李家长", phone="13800002222", relation="mother"
    )
    assert made.person.pk not in (kept.pk, dropped.pk)
    for act in (
        lambda: services.add_membership(by=SYSTEM, person=dropped, organization=world.east, role="teacher"),
        lambda: services.bind_guardian(by=SYSTEM, guardian=dropped, student=world.jia),
    ):
        with pytest.raises(AlreadyMerged):
            act()


def test_an_office_given_while_one_merges_is_not_taken_along(world: World, monkeypatch) -> None:
    """The rule is asked once the records are held: what was given in between counts."""
    kept, dropped = pupil(world, "east1"), PersonFactory(name="王小明")
    MembershipFactory(person=dropped, organization=world.east, role="teacher")
    by, lock = world.act("school_it"), merging._lock

    def late(*ids):
        if not RoleGrant.objects.filter(person=dropped).exists():
            RoleGrantFactory(person=dropped, role="school_head", organization=world.east)
        return lock(*ids)

    monkeypatch.setattr(merging, "_lock", late)
    with pytest.raises(Denied):
        services.merge_people(kept, dropped, reason=WHY, by=by)
