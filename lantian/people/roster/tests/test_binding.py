"""Families tie themselves to a child with the school's code; a slip found in the street is not enough."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lantian.kernel.rules import ANONYMOUS, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster import rules, services
from lantian.people.roster.errors import AlreadyGuardian, BadPhone, BindingCodeWrong, PhoneHasAccount
from lantian.people.roster.models import BindingCode, Guardianship, Person
from lantian.people.roster.queries import actor_of_person
from lantian.people.roster.services.binding import MOST_FAILURES
from lantian.people.roster.tests.factories import with_account
from lantian.people.roster.tests.world import World


def code_of(world: World, name: str = "yi") -> str:
    return services.issue_binding_code(world.people[name], by=world.act("homeroom")).code


def redeem(world: World, code: str, child: str, who: str = "stranger") -> Guardianship:
    return services.redeem_binding_code(
        code=code, child_name=child, relation="father", by=actor_of_person(world.people[who])
    )


def register(code: str, child: str, phone: str = "13712345678"):
    return services.register_with_binding_code(
        code=code, child_name=child, name="王建国", phone=phone, relation="father"
    )


def test_a_class_gets_codes_for_the_families_that_are_not_bound(world: World) -> None:
    slips = services.issue_family_slips(world.east1, by=world.act("homeroom"))
    assert [slip.student for slip in slips] == [world.yi]  # 甲 has a mother already
    assert slips[0].code not in str(BindingCode.objects.values())
    with pytest.raises(Denied):
        services.issue_family_slips(world.east1, by=world.act("teacher"))


def test_somebody_signed_in_is_tied_to_the_child(world: World) -> None:
    bond = redeem(world, code_of(world).lower().replace("-", " "), world.yi.name)
    assert (bond.guardian, bond.student, bond.relation) == (world.stranger, world.yi, "father")
    with pytest.raises(AlreadyGuardian):
        redeem(world, code_of(world), world.yi.name)


def test_a_code_serves_two_and_then_no_more(world: World) -> None:
    code = code_of(world)
    redeem(world, code, world.yi.name)
    register(code, world.yi.name)
    with pytest.raises(BindingCodeWrong):
        register(code, world.yi.name, "13712345679")
    assert Guardianship.objects.filter(student=world.yi).count() == 2


def test_a_new_code_ends_the_old_one_and_time_ends_all(world: World) -> None:
    old, new = code_of(world), code_of(world)
    with pytest.raises(BindingCodeWrong):
        redeem(world, old, world.yi.name)
    BindingCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(BindingCodeWrong):
        redeem(world, new, world.yi.name)


def test_wrong_names_are_counted_until_the_code_is_dead(world: World) -> None:
    code = code_of(world)
    for _ in range(MOST_FAILURES):
        with pytest.raises(BindingCodeWrong):
            redeem(world, code, "别人家的孩子")
    with pytest.raises(BindingCodeWrong):
        redeem(world, code, world.yi.name)
    assert not Guardianship.objects.filter(student=world.yi).exists()


def test_without_an_account_one_gets_one_that_asks_for_a_password(world: World) -> None:
    made = register(code_of(world), world.yi.name)
    assert made.account is not None
    assert made.account.must_set_password
    assert made.person.phone == "13712345678"
    assert Guardianship.objects.filter(guardian=made.person, student=world.yi).exists()


def test_a_phone_that_signs_in_already_is_not_taken_over(world: World) -> None:
    first = register(code_of(world), world.yi.name)
    with pytest.raises(PhoneHasAccount):
        register(code_of(world), world.yi.name)
    assert Person.objects.filter(name="王建国").get() == first.person  # nothing half made
    with pytest.raises(BadPhone):
        register(code_of(world), world.yi.name, "电话")


def test_a_guardian_the_school_registered_is_not_become_by_name_and_phone(world: World) -> None:
    code = code_of(world, "jia")
    made = services.register_with_binding_code(
        code=code, child_name=world.jia.name, name="甲母", phone="13900000001", relation="mother"
    )
    assert made.person != world.mother  # nobody has shown that the phone is theirs


def test_students_and_screens_do_not_bind_themselves(world: World) -> None:
    assert_allowed(rules.may_redeem_binding_code, actor_of_person(world.stranger))
    assert_allowed(rules.may_redeem_binding_code, world.act("teacher"))
    assert_refused(rules.may_redeem_binding_code, world.act("bing"))
    assert_refused(rules.may_redeem_binding_code, ANONYMOUS)
    with pytest.raises(Denied):
        redeem(world, code_of(world), world.yi.name, "bing")


def test_a_mother_does_it_on_her_phone(world: World, settings) -> None:
    settings.LANTIAN_DEMO = True
    code = code_of(world)
    phone = Client()
    assert "绑定码" in phone.get("/bind/").content.decode()
    filled = {"code": code, "child_name": world.yi.name, "relation": "mother", "name": "王丽", "phone": "13712345670"}
    wrong = phone.post("/bind/", {**filled, "child_name": "不是她"})
    assert "请核对纸条" in wrong.content.decode()
    assert BindingCode.objects.get(student=world.yi).failures == 1  # counted although the page's transaction said no
    response = phone.post("/bind/", filled)
    assert response.status_code == 302
    page = phone.get(response["Location"])
    assert "请设置您自己的密码" in page.content.decode()
    phone.post(response["Location"], {"password": "chun-feng-hua-yu", "again": "chun-feng-hua-yu"})
    assert world.yi.name in phone.get("/me/").content.decode()


def test_teachers_print_codes(world: World, settings) -> None:
    settings.LANTIAN_DEMO = True
    teacher = Client()
    teacher.force_login(with_account(world.homeroom))
    page = teacher.post(f"/classes/{world.east1.pk}/family-slips/").content.decode()
    assert world.yi.name in page
    assert world.jia.name not in page
    assert "绑定码" in teacher.post(f"/people/{world.jia.pk}/family-slip/").content.decode()
    assert teacher.post(f"/classes/{world.west1.pk}/family-slips/").status_code == 404


def test_one_address_does_not_try_codes_without_end(db: None, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"bind": "3/m/ip"}
    said = {"code": "ABCD-EFGH-JK", "child_name": "王小明", "name": "王建国", "phone": "13712345678"}

    def tried(address: str) -> int:
        return Client(headers={"X-Forwarded-For": address}).post("/bind/", said).status_code

    assert [tried("10.1.0.1") for _time in range(4)] == [200, 200, 200, 429]
    assert tried("10.1.0.2") == 200
    assert Client(headers={"X-Forwarded-For": "10.1.0.1"}).get("/bind/").status_code == 200
