"""Officers act only below themselves; schools keep their own; nobody resets a superior."""

import pytest

from lantian.kernel.crypto import KeyLost
from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM, Denied, check
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.identity import queries as identity_queries
from lantian.people.roster import rules, services
from lantian.people.roster.errors import (
    AlreadyGuardian,
    AlreadyMember,
    BadCitizenId,
    BadPhone,
    CitizenIdTaken,
    NotAStudent,
    ReasonNeeded,
    StudentNumberTaken,
    WrongClass,
)
from lantian.people.roster.models import Person
from lantian.people.roster.services import NewMembership, NewPerson
from lantian.people.roster.tests.factories import (
    GuardianshipFactory,
    MembershipFactory,
    PersonFactory,
    with_account,
)

CITIZEN = "11010519491231002X"  # the sample of GB 11643


def test_units_are_opened_by_officers_within_their_county(world):
    assert_allowed(rules.may_create_organization, world.act("officer"), world.fucheng)
    assert_allowed(rules.may_create_organization, world.act("officer"), world.east)
    assert_refused(rules.may_create_organization, world.act("officer"), world.beichuan)
    assert_refused(rules.may_create_organization, world.act("head"), world.east)


def test_an_officer_changes_schools_but_not_the_own_bureau(world):
    assert_allowed(rules.may_update_organization, world.act("officer"), world.east)
    assert_refused(rules.may_update_organization, world.act("officer"), world.fucheng, because="上一级")
    assert_allowed(rules.may_update_organization, world.act("school_it"), world.east)
    assert_refused(rules.may_update_organization, world.act("school_it"), world.west)


def test_moving_needs_both_ends_in_ones_subtree(world):
    assert_refused(rules.may_move_organization, world.act("officer"), world.east, world.beichuan)
    assert_allowed(rules.may_move_organization, world.act("city_officer"), world.east, world.beichuan)
    assert_refused(rules.may_move_organization, world.act("head"), world.east)


def test_closing_is_for_officers_above(world):
    assert_allowed(rules.may_deactivate_organization, world.act("officer"), world.east)
    assert_refused(rules.may_deactivate_organization, world.act("officer"), world.fucheng)
    assert_refused(rules.may_deactivate_organization, world.act("head"), world.east)


def test_classes_and_people_are_kept_by_the_school_and_the_officers_above(world):
    for rule in (rules.may_manage_classes, rules.may_manage_people):
        for name in ("officer", "city_officer", "head", "school_it"):
            assert check(rule, world.act(name), world.east), name
        for name in ("other_officer", "other_head", "teacher", "homeroom", "mother", "operator", "researcher"):
            assert not check(rule, world.act(name), world.east), name
    assert_allowed(rules.may_manage_classes, world.act("head"), world.east)
    assert_refused(rules.may_manage_classes, world.act("teacher"), world.east)
    assert_allowed(rules.may_manage_people, world.act("head"), world.east)
    assert_refused(rules.may_manage_people, world.act("teacher"), world.east)


def test_nobody_corrects_their_own_facts(world):
    assert_allowed(rules.may_update_person, world.act("school_it"), world.teacher)
    assert_allowed(rules.may_update_person, world.act("officer"), world.head)  # holds an office, belongs to no class
    assert_refused(rules.may_update_person, world.act("school_it"), world.school_it, because="自己")
    assert_refused(rules.may_update_person, world.act("school_it"), world.ding)


def test_guardians_are_tied_by_the_homeroom_teacher_or_the_school(world):
    assert_allowed(rules.may_bind_guardian, world.act("homeroom", "homeroom_teacher"), world.yi)
    assert_allowed(rules.may_bind_guardian, world.act("school_it"), world.yi)
    assert_refused(rules.may_bind_guardian, world.act("homeroom", "homeroom_teacher"), world.bing)
    assert_refused(rules.may_bind_guardian, world.act("teacher"), world.yi)


def test_private_facts_are_for_the_administration_and_the_homeroom_teacher(world):
    assert_allowed(rules.may_reveal_private, world.act("officer"), world.jia)
    assert_allowed(rules.may_reveal_private, world.act("homeroom", "homeroom_teacher"), world.mother)
    assert_allowed(rules.may_reveal_private, world.act("jia"), world.jia)
    assert_refused(rules.may_reveal_private, world.act("teacher"), world.jia)
    assert_refused(rules.may_reveal_private, world.act("homeroom", "homeroom_teacher"), world.bing)
    assert_refused(rules.may_reveal_private, world.act("operator"), world.jia)


def test_school_it_resets_teachers_but_never_the_head_or_an_officer(world):
    assert_allowed(rules.may_keep_account_of, world.act("school_it"), world.teacher)
    assert_refused(rules.may_keep_account_of, world.act("school_it"), world.head, because="上级")
    MembershipFactory(person=world.officer, organization=world.east, role="staff")
    assert_refused(rules.may_keep_account_of, world.act("school_it"), world.officer, because="上级")
    assert_allowed(rules.may_keep_account_of, world.act("head"), world.school_it)
    assert_allowed(rules.may_keep_account_of, world.act("officer"), world.head)
    assert_refused(rules.may_keep_account_of, world.act("officer"), world.city_officer)


def test_an_account_with_business_elsewhere_is_kept_by_whoever_is_above_both(world):
    MembershipFactory(person=world.teacher, organization=world.west, role="teacher")
    assert_refused(rules.may_keep_account_of, world.act("school_it"), world.teacher, because="共同的上级")
    assert_allowed(rules.may_keep_account_of, world.act("officer"), world.teacher)


def test_homeroom_teachers_keep_their_students_and_guardians_accounts(world):
    homeroom = world.act("homeroom", "homeroom_teacher")
    assert_allowed(rules.may_keep_account_of, homeroom, world.jia)
    assert_allowed(rules.may_keep_account_of, homeroom, world.mother)
    assert_refused(rules.may_keep_account_of, homeroom, world.bing)
    assert_refused(rules.may_keep_account_of, homeroom, world.teacher)
    GuardianshipFactory(guardian=world.mother, student=world.ding)  # a second child at another school
    assert_refused(rules.may_keep_account_of, homeroom, world.mother)


def test_slips_are_for_the_homeroom_teacher_and_the_school(world):
    assert_allowed(rules.may_issue_slips, world.act("homeroom", "homeroom_teacher"), world.east1)
    assert_refused(rules.may_issue_slips, world.act("homeroom", "homeroom_teacher"), world.east2)
    assert_refused(rules.may_issue_slips, world.act("teacher"), world.east1)


def test_slips_open_accounts_and_leave_those_in_use_alone(world):
    used = with_account(world.jia)
    slips = services.issue_slips(world.east1, by=world.act("homeroom", "homeroom_teacher"))
    assert [slip.name for slip in slips] == [world.yi.name]
    used.refresh_from_db()
    assert not used.must_set_password
    again = services.issue_slips(world.east1, by=world.act("homeroom", "homeroom_teacher"))
    assert again[0].username == slips[0].username
    assert again[0].code != slips[0].code


def test_a_person_is_registered_with_sealed_facts_and_found_by_pinyin(world):
    made = services.create_person(
        by=world.act("school_it"),
        name="单  小红",
        phone="+86 138-1111-2222",
        citizen_id=CITIZEN.lower(),
        memberships=[services.NewMembership(world.east, "student", world.east1)],
    ).person
    fresh = Person.objects.get(pk=made.pk)
    assert (fresh.phone, fresh.citizen_id) == ("13811112222", CITIZEN)
    assert (str(fresh.birth_date), fresh.gender) == ("1949-12-31", "2")
    assert fresh.name == "单 小红"
    assert fresh.sort_key.startswith("shan")
    stored = Person.objects.filter(pk=made.pk).values_list("phone", flat=True).get()
    assert b"138" not in bytes(stored)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"phone": "12"}, BadPhone),
        ({"citizen_id": "110105194912310021"}, BadCitizenId),
        ({"citizen_id": "11010519491331002X"}, BadCitizenId),
        ({"citizen_id": CITIZEN}, CitizenIdTaken),
        ({"student_number": "G1"}, StudentNumberTaken),
    ],
)
def test_bad_or_taken_facts_are_refused_in_words(world, facts, error):
    here = [services.NewMembership(world.east, "student", world.east1)]
    services.create_person(by=SYSTEM, name="先到", citizen_id=CITIZEN, student_number="G1", memberships=here)
    before = Person.objects.count()
    with pytest.raises(error) as caught:
        services.create_person(by=SYSTEM, name="后到", memberships=here, **facts)
    assert str(caught.value.message)
    assert Person.objects.count() == before


def test_a_class_of_another_school_is_refused(world):
    with pytest.raises(WrongClass):
        services.create_person(
            by=SYSTEM, name="错班", memberships=[services.NewMembership(world.east, "student", world.west1)]
        )


def test_registering_beyond_the_subtree_is_refused(world):
    with pytest.raises(Denied):
        services.create_person(
            by=world.act("officer"), name="越界", memberships=[services.NewMembership(world.hill, "teacher")]
        )
    with pytest.raises(Denied):
        services.create_person(by=world.act("officer"), name="无处")


def test_the_journal_names_changed_facts_but_never_sealed_values(world):
    services.update_person(world.teacher, by=world.act("school_it"), phone="13755556666", name="改名")
    entry = JournalEntry.objects.get(action="roster.person_updated")
    assert set(entry.data["changed"]) == {"phone", "name"}
    assert "13755556666" not in str(entry.data)
    assert Person.objects.get(pk=world.teacher.pk).phone == "13755556666"


def test_a_changed_phone_signs_in_and_the_old_one_no_longer_does(world):
    from lantian.people.identity.queries import account_by_login

    account = with_account(world.teacher)
    old = Person.objects.get(pk=world.teacher.pk).phone
    assert account_by_login(old) == account
    services.update_person(world.teacher, by=world.act("school_it"), phone="13755556666")
    assert account_by_login("137 5555 6666") == account
    assert account_by_login(old) is None


def test_revealing_needs_a_reason_and_is_written_down(world):
    head = world.act("head")
    with pytest.raises(ReasonNeeded):
        services.reveal_private(world.teacher, what="phone", reason="", by=head)
    shown = services.reveal_private(world.teacher, what="phone", reason="家里有急事", by=head)
    assert shown == Person.objects.get(pk=world.teacher.pk).phone
    entry = JournalEntry.objects.get(action="roster.private_fact_revealed")
    assert (entry.person_id, entry.data["reason"]) == (world.head.pk, "家里有急事")
    assert shown not in str(entry.data)
    with pytest.raises(Denied):
        services.reveal_private(world.jia, what="phone", reason="只是想看看", by=world.act("teacher"))


def test_a_lost_key_spares_all_that_is_not_sealed(world, monkeypatch):
    from lantian.kernel import crypto

    ring = crypto.keys()
    other = crypto.Keys(secret_key=ring.secret_key, fields={7: bytes(32)}, blind=ring.blind)
    monkeypatch.setattr(crypto, "keys", lambda: other)
    person = Person.objects.get(pk=world.teacher.pk)
    assert person.name
    with pytest.raises(KeyLost):
        _ = person.phone
    person.name = "还能改"
    person.save(update_fields=["name"])


def test_memberships_begin_and_end(world):
    it = world.act("school_it")
    row = services.add_membership(by=it, person=world.west_teacher, organization=world.east, role="teacher")
    with pytest.raises(AlreadyMember):
        services.add_membership(by=it, person=world.west_teacher, organization=world.east, role="teacher")
    services.end_membership(row, by=it, reason="走教结束")
    row.refresh_from_db()
    assert row.valid_to is not None
    with pytest.raises(Denied):
        services.end_membership(row, by=world.act("teacher"))


def test_guardians_are_found_again_rather_than_registered_twice(world):
    homeroom = world.act("homeroom", "homeroom_teacher")
    facts = {"name": "乙父", "phone": "13900000009", "relation": "father", "account": True}
    first = services.register_guardian(by=homeroom, student=world.yi, **facts)
    assert first.code
    MembershipFactory(
        person=PersonFactory(name="乙妹"), organization=world.east, role="student", class_group=world.east1
    )
    sister = Person.objects.get(name="乙妹")
    second = services.register_guardian(by=homeroom, student=sister, **facts)
    assert second.person == first.person
    with pytest.raises(AlreadyGuardian):
        services.register_guardian(by=homeroom, student=sister, **facts)
    with pytest.raises(NotAStudent):
        services.bind_guardian(by=SYSTEM, guardian=first.person, student=world.teacher)


def test_thousands_of_people_cost_a_fixed_number_of_statements(world, django_assert_max_num_queries):
    def rows(start: int, count: int):
        here = services.NewMembership(world.east, "student", world.east1)
        return [
            services.NewPerson(
                f"批量{chr(0x4E00 + n)}",
                memberships=[here],
                student_number=f"B{n:06}",
                phone=f"136{n:08}",
                account=True,
            )
            for n in range(start, start + count)
        ]

    with django_assert_max_num_queries(30):
        few = services.bulk_create_people(rows(0, 5), by=SYSTEM)
    with django_assert_max_num_queries(30):
        many = services.bulk_create_people(rows(100, 400), by=SYSTEM, shared_password="demo-demo-1")
    assert len({one.code for one in few}) == 5
    assert many[0].account.check_password("demo-demo-1")


def test_user_names_are_numbered_when_taken(world):
    first, second, third = (
        services.create_person(by=SYSTEM, name="王芳", organization=world.east, account=True).account.username
        for _ in range(3)
    )
    assert (first, second, third) == ("wangfang", "wangfang2", "wangfang3")


def test_people_of_one_name_get_user_names_that_are_counted_on(world):
    def opened(*names: str) -> list[str]:
        rows = [NewPerson(name=name, memberships=[NewMembership(world.east, "staff")], account=True) for name in names]
        made = services.bulk_create_people(rows, by=SYSTEM)
        return [one.person.account.username for one in made]

    assert opened("欧阳晓", "欧阳晓", "易") == ["ouyangxiao", "ouyangxiao2", "yi1"]
    assert opened("欧阳", "欧阳晓", "欧阳晓", "易") == ["ouyang", "ouyangxiao3", "ouyangxiao4", "yi2"]
    assert identity_queries.usernames_like(["ouyangxiao"]) == {f"ouyangxiao{n}" for n in ("", 2, 3, 4)}
