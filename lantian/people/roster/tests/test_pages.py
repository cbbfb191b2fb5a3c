"""The roster's pages, through HTTP: what they show to whom, in how many queries, and what they refuse."""

import pytest
from django.test import Client

from lantian.kernel.rules import SYSTEM
from lantian.people.roster import queries, services
from lantian.people.roster.models import Membership, Organization, Person, RoleGrant
from lantian.people.roster.tests.factories import MembershipFactory, PersonFactory, with_account


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


@pytest.fixture
def as_(world):
    def enter(name: str) -> Client:
        client = Client(headers={"X-Forwarded-For": "10.0.0.1"})
        person = Person.objects.select_related("account").get(pk=world.people[name].pk)
        client.force_login(person.account or with_account(person))
        return client

    return enter


def text(response) -> str:
    assert response.status_code == 200, (response.status_code, response.content.decode()[:2000])
    return response.content.decode()


def record(thing) -> str:
    kind = {"Organization": "organizations", "ClassGroup": "classes", "Person": "people"}[type(thing).__name__]
    return f"/{kind}/{thing.pk}/"


EVERY_PAGE = ("/organizations/", "/people/", "/grants/", "/grants/new/", "/me/")


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_strangers_are_sent_to_sign_in(db, address):
    assert "/accounts/login/" in Client().get(address)["Location"]


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_an_officer_opens_every_page(as_, address):
    text(as_("officer").get(address))


@pytest.mark.parametrize(
    ("name", "address"), [("mother", "/people/"), ("teacher", "/grants/"), ("jia", "/grants/new/")]
)
def test_pages_that_are_not_for_one_say_why(as_, name, address):
    response = as_(name).get(address)
    assert response.status_code == 403
    assert "管理人员" in response.content.decode()


def test_what_one_may_not_see_does_not_exist(as_, world):
    officer = as_("officer")
    for thing in (world.hill, world.beichuan, world.city, world.stranger):
        for address in (record(thing), record(thing) + "edit/"):
            assert officer.get(address).status_code == 404
    teacher = as_("teacher")
    for thing in (world.west, world.west1, world.ding, world.mother):
        assert teacher.get(record(thing)).status_code == 404


def test_the_tree_opens_branch_by_branch(as_, world):
    client = as_("city_officer")
    page = text(client.get("/organizations/"))
    assert "涪城区" in page
    assert "东小学" not in page
    branch = text(client.get(f"/organizations/{world.fucheng.pk}/children/"))
    assert "东小学" in branch
    assert "<html" not in branch
    assert as_("officer").get(f"/organizations/{world.beichuan.pk}/children/").status_code == 404


@pytest.mark.parametrize("typed", ["东小", "dongxiao", "dxx"])
def test_units_are_found_by_name_pinyin_and_initials(as_, typed):
    page = text(as_("officer").get("/organizations/", {"q": typed}))
    assert "东小学" in page
    assert "西小学" not in page


def test_what_is_found_is_a_flat_list_and_says_so(as_):
    found = text(as_("officer").get("/organizations/", {"q": "小学"}, headers={"HX-Request": "true"}))
    assert "不分上下级" in found
    assert "点开一级" not in found
    assert 'class="tree' not in found


def test_no_room_is_kept_for_arrows_where_nothing_can_be_opened(as_):
    assert "tree-flat" in text(as_("teacher").get("/organizations/"))
    officer = text(as_("officer").get("/organizations/"))
    assert "tree-flat" not in officer
    assert "点开一级看下一级" in officer


def test_nothing_found_says_what_to_try(as_):
    assert "首字母" in text(as_("officer").get("/organizations/", {"q": "山小学"}))


def test_a_tree_of_1149_schools_costs_as_many_queries_as_one_of_three(as_, world, django_assert_max_num_queries):
    services.bulk_create_organizations(
        [services.NewOrganization(f"第{n}学校", "school", world.fucheng) for n in range(1149)], by=SYSTEM
    )
    client = as_("officer")
    client.get("/organizations/")
    with django_assert_max_num_queries(6):
        page = text(client.get("/organizations/"))
    assert "显示更多" in page
    with django_assert_max_num_queries(4):
        assert "第7学校" in text(client.get("/organizations/", {"q": "第7学校"}))


def test_a_school_shows_classes_staff_and_who_is_in_charge(as_, world):
    page = text(as_("officer").get(record(world.east)))
    for words in ("三年级1班", world.teacher.name, "校长", "编班", "调整隶属"):
        assert words in page
    assert "调整隶属" not in text(as_("school_it").get(record(world.east)))
    taught = text(as_("teacher").get(record(world.east)))
    assert "谁在负责" not in taught


def test_a_class_of_sixty_costs_as_many_queries_as_one_of_two(as_, world, django_assert_max_num_queries):
    services.bulk_create_people(
        [
            services.NewPerson(
                f"学生{n}",
                student_number=f"G5107{n:05}",
                memberships=[services.NewMembership(world.east, "student", world.east1)],
            )
            for n in range(58)
        ],
        by=SYSTEM,
    )
    client = as_("teacher")
    client.get(record(world.east1))
    with django_assert_max_num_queries(7):
        page = text(client.get(record(world.east1)))
    assert "60 人" in page
    assert "G5107" not in page.replace("G51", "")
    assert "G51****" not in page or "G5107000" not in page


def test_a_guardian_sees_the_class_but_only_the_own_child_in_it(as_, world):
    page = text(as_("mother").get(record(world.east1)))
    assert world.jia.name in page
    assert world.yi.name not in page
    assert "另有 1 名同学" in page


def test_private_facts_are_masked_until_a_reason_is_given(as_, world):
    person = Person.objects.get(pk=world.teacher.pk)
    client = as_("head")
    page = text(client.get(record(person)))
    assert person.phone not in page
    assert f"{person.phone[:3]}****{person.phone[-4:]}" in page
    refused = text(client.post(f"{record(person)}reveal/", {"what": "phone", "reason": "看"}))
    assert person.phone not in refused
    assert "原因" in refused
    shown = text(client.post(f"{record(person)}reveal/", {"what": "phone", "reason": "家访前联系"}))
    assert person.phone in shown
    assert "家访前联系" in text(client.get(record(person)))
    assert as_("yi").post(f"{record(person)}reveal/", {"what": "phone", "reason": "就是想看"}).status_code == 403
    assert "****" not in text(as_("jia").get(record(world.yi)))


def test_a_lost_key_is_said_in_words(as_, world, monkeypatch):
    from lantian.kernel import crypto

    client = as_("head")
    ring = crypto.keys()
    lost = crypto.Keys(secret_key=ring.secret_key, fields={9: bytes(32)}, blind=ring.blind)
    monkeypatch.setattr(crypto, "keys", lambda: lost)
    assert "缺少密钥" in text(client.get(record(world.teacher)))
    assert "缺少密钥" not in text(client.get("/people/"))
    assert "密钥" in text(client.post(f"{record(world.teacher)}reveal/", {"what": "phone", "reason": "联系家长"}))


@pytest.mark.parametrize("typed", ["无此人", ""])
def test_people_are_listed_and_an_empty_list_helps(as_, world, typed):
    page = text(as_("officer").get("/people/", {"q": typed}))
    assert ("没有符合条件" in page) == bool(typed)


def test_people_are_found_by_initials_filtered_by_role_and_unit(as_, world):
    MembershipFactory(person=PersonFactory(name="欧阳修"), organization=world.east, role="staff")
    client = as_("officer")
    assert "欧阳修" in text(client.get("/people/", {"q": "oyx"}))
    assert "欧阳修" not in text(client.get("/people/", {"role": "student"}))
    assert "欧阳修" not in text(client.get("/people/", {"organization": world.west.pk}))
    assert client.get("/people/", {"organization": world.hill.pk}).status_code == 404
    assert client.get("/people/", {"organization": "no-id"}).status_code == 404


def test_the_list_of_people_costs_a_fixed_number_of_queries(as_, world, django_assert_max_num_queries):
    services.bulk_create_people(
        [services.NewPerson(f"多{n}", memberships=[services.NewMembership(world.east, "staff")]) for n in range(200)],
        by=SYSTEM,
    )
    client = as_("officer")
    client.get("/people/")
    with django_assert_max_num_queries(14):
        text(client.get("/people/", {"size": "100"}))


def test_the_lists_are_exported(as_):
    for address in ("/people/", "/grants/"):
        response = as_("officer").get(address, {"export": "csv"})
        assert "csv" in response["Content-Type"]
        assert len(b"".join(response.streaming_content)) > 50


def test_a_role_is_given_in_three_steps(as_, world):
    client = as_("officer")
    assert "先选单位" in text(client.get("/grants/new/"))
    assert world.teacher.name in text(client.get("/grants/new/", {"organization": world.east.pk}))
    both = {"organization": str(world.east.pk), "person": str(world.teacher.pk)}
    form = text(client.get("/grants/new/", both))
    assert "学校信息管理员" in form
    assert 'value="officer"' not in form
    response = client.post("/grants/new/", {**both, "role": "school_it"})
    assert response.status_code == 302
    assert RoleGrant.objects.filter(person=world.teacher, role="school_it").exists()
    again = text(client.post("/grants/new/", {**both, "role": "school_it"}))
    assert "已经有这项授权" in again


def test_a_head_gives_roles_in_the_own_school_and_is_offered_no_other(as_, world, monkeypatch):
    everything = queries.organizations_visible_to(SYSTEM)
    # as in an alliance of all schools
    monkeypatch.setattr(queries, "organizations_visible_to", lambda _actor: everything)
    offered = as_("head").get("/grants/new/").context["units"]
    assert world.east in offered
    assert world.west not in offered


def test_a_refusal_is_said_in_plain_words(as_, world):
    client = as_("officer")
    page = text(client.get("/grants/new/", {"organization": world.east.pk, "person": world.jia.pk}))
    assert "学校信息管理员" in page
    refused = client.post("/grants/new/", {"organization": world.east.pk, "person": world.jia.pk, "role": "school_it"})
    assert "在读学生不能担任" in text(refused)
    none = text(client.get("/grants/new/", {"organization": world.fucheng.pk, "person": world.officer.pk}))
    assert "不能给自己" in text(
        client.post("/grants/new/", {"organization": world.fucheng.pk, "person": world.officer.pk, "role": "expert"})
    )
    assert "教研员" in none


def test_a_role_is_taken_back(as_, world):
    grant = world.head.role_grants.get()
    client = as_("officer")
    assert "撤销" in text(client.get("/grants/"))
    assert "四个字" in text(client.post(f"/grants/{grant.pk}/revoke/", {"reason": "短"}))
    assert client.post(f"/grants/{grant.pk}/revoke/", {"reason": "调任外县"})["Location"] == "/grants/"
    assert "已撤销" in text(client.get("/grants/"))
    assert as_("other_officer").get(f"/grants/{grant.pk}/revoke/").status_code == 404
    assert as_("head").get(f"/grants/{grant.pk}/revoke/").status_code == 403


def test_units_are_made_changed_moved_and_closed(as_, world):
    client = as_("city_officer")
    made = client.post(
        f"/organizations/{world.fucheng.pk}/new/", {"kind": "school", "name": "新建小学", "stages": ["primary"]}
    )
    unit = Organization.objects.get(name="新建小学")
    assert made["Location"] == record(unit)
    assert "不能设在" not in text(client.get(f"{record(unit)}edit/"))
    assert client.post(f"{record(unit)}edit/", {"name": "新城小学", "stages": ["primary"]}).status_code == 302
    assert "北川县" in text(client.get(f"{record(unit)}move/"))
    target = {"parent": world.beichuan.pk}
    assert "新的上级" in text(client.get(f"{record(unit)}move/", target))
    assert client.post(f"{record(unit)}move/", target).status_code == 302
    unit.refresh_from_db()
    assert unit.parent == world.beichuan
    assert "调整了隶属关系" in text(client.get(record(unit)))
    assert client.post(f"{record(unit)}close/", {"reason": "并入中心校"})["Location"] == "/organizations/"
    assert "班级" in text(client.post(f"{record(world.east)}close/", {"reason": "不能停用"}))


def test_a_unit_is_not_moved_into_itself_by_a_forged_form(as_, world):
    client = as_("city_officer")
    assert client.post(f"{record(world.hill)}move/", {"parent": world.point.pk}).status_code == 404
    assert client.post(f"{record(world.hill)}move/", {"parent": "junk"}).status_code == 404


def test_a_person_is_registered_and_gets_a_code(as_, world):
    client = as_("school_it")
    assert "登记" in text(client.get(f"{record(world.east)}people/new/"))
    facts = {"name": "新老师", "role": "teacher", "subject": "art", "phone": "13012345678", "account": "on"}
    response = client.post(f"{record(world.east)}people/new/", facts, follow=True)
    assert "激活码" in text(response)
    person = Person.objects.get(name="新老师")
    assert person.account.must_set_password
    bad = client.post(f"{record(world.east)}people/new/", {**facts, "name": "又一位", "phone": "123"})
    assert "手机号不对" in text(bad)
    missing = client.post(f"{record(world.east)}people/new/", {"name": "无班学生", "role": "student"})
    assert "请选择班级" in text(missing)


def test_facts_are_changed_and_sealed_ones_kept_when_left_empty(as_, world):
    client = as_("school_it")
    before = Person.objects.get(pk=world.teacher.pk).phone
    assert before not in text(client.get(f"{record(world.teacher)}edit/"))
    client.post(f"{record(world.teacher)}edit/", {"name": "改过名", "gender": "1"})
    after = Person.objects.get(pk=world.teacher.pk)
    assert (after.name, after.phone) == ("改过名", before)


def test_accounts_are_opened_reset_and_closed(as_, world):
    client = as_("school_it")
    where = f"{record(world.yi)}account/"
    assert "激活码" in text(client.post(where, {"do": "open"}))
    account = Person.objects.get(pk=world.yi.pk).account
    assert account.username in text(client.post(where, {"do": "reset"}))
    text(client.post(where, {"do": "close"}))
    account.refresh_from_db()
    assert not account.is_active
    text(client.post(where, {"do": "reopen"}))
    assert as_("school_it").post(f"{record(world.head)}account/", {"do": "open"}).status_code in {403, 404}


def test_guardians_are_registered_and_memberships_ended(as_, world):
    client = as_("homeroom")
    response = client.post(
        f"{record(world.yi)}guardians/new/", {"name": "乙父", "phone": "13911112222", "relation": "father"}
    )
    assert response["Location"] == record(world.yi)
    assert "乙父" in text(client.get(record(world.yi)))
    row = Membership.objects.get(person=world.yi)
    assert client.get(f"/memberships/{row.pk}/end/").status_code == 403
    it = as_("school_it")
    assert it.post(f"/memberships/{row.pk}/end/", {"reason": "转学外地"}).status_code == 302
    row.refresh_from_db()
    assert row.valid_to


def test_slips_are_printed_once(as_, world):
    page = text(as_("homeroom").post(f"{record(world.east1)}slips/"))
    assert world.yi.name in page
    assert "激活码" in page
    assert as_("teacher").post(f"{record(world.east1)}slips/").status_code == 403


def test_classes_are_made(as_, world):
    client = as_("head")
    response = client.post(
        f"{record(world.east)}classes/new/", {"stage": "primary", "grade": 4, "number": 1, "kind": "homeroom"}
    )
    assert "四年级1班" in text(client.get(response["Location"]))
    again = client.post(
        f"{record(world.east)}classes/new/", {"stage": "primary", "grade": 4, "number": 1, "kind": "homeroom"}
    )
    assert "已经有同一班号" in text(again)


def test_ones_own_page_shows_roles_and_how_one_signs_in(as_, world):
    page = text(as_("homeroom").get("/me/"))
    for words in ("班主任", "教师", "更换密码", "登录的设备", "两步验证"):
        assert words in page


def test_roles_are_switched_and_stay_switched(as_, world):
    client = as_("homeroom")
    teacher = next(grant for grant in world.act("homeroom").grants if grant.role == "teacher")
    assert client.get(f"{record(world.mother)}").status_code == 200
    response = client.post("/me/role/", {"grant": teacher.id, "next": "/people/"})
    assert response["Location"] == "/people/"
    assert client.get(f"{record(world.mother)}").status_code == 404
    officer = world.act("officer").grants[0]
    assert client.post("/me/role/", {"grant": officer.id}).status_code == 403
    assert client.post("/me/role/", {"grant": "junk"}).status_code == 403
    assert client.post("/me/role/", {"grant": teacher.id, "next": "https://evil.example/"})["Location"] == "/_/enter"


def test_who_one_is_costs_one_query(world, django_assert_num_queries):
    from lantian.people.roster.queries import actor_of_account

    for name in ("homeroom", "mother", "officer", "stranger"):
        account = with_account(world.people[name])
        with django_assert_num_queries(1):
            actor_of_account(account)


def test_a_guardian_acts_at_the_childs_school_for_the_childs_class(world):
    mother = world.act("mother")
    assert [grant.role for grant in mother.grants] == ["guardian"]
    assert mother.grant.organization_id == world.east.pk
    assert mother.class_group_ids == {world.east1.pk}
    assert world.act("mother").grant.id == mother.grant.id  # the same name every time


def test_a_guardians_page_names_the_child(as_, world):
    page = text(as_("head").get(record(world.mother)))
    head = page.split('class="record-title"')[1].split('class="columns')[0]
    assert f"{world.jia.name}的家长" in head
    places = page.split("所在单位和班级")[1].split("</section>")[0]
    assert "不属于任何单位" not in places
    assert str(world.east1) in places
