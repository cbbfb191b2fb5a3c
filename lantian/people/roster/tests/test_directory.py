"""The list of people: narrowed by where they stand, counted as far as is cheap, kept as views, taken out on record."""

import pytest
from django.test import Client

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM
from lantian.people.roster import services
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import GuardianshipFactory, MembershipFactory, PersonFactory, with_account


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


def names(client: Client, **asked: object) -> set[str]:
    response = client.get("/people/", {**asked, "size": "100"})
    assert response.status_code == 200
    return {row.title for row in response.context["page"].rows}


def shown(client: Client) -> str:
    return client.get("/people/", {"size": "100"}).content.decode()


def of(world, *keys: str) -> set[str]:
    return {world.people[key].name for key in keys}


def test_it_is_narrowed_by_unit_role_grade_and_class(as_, world):
    officer = as_("officer")
    east = str(world.east.pk)
    assert names(officer, role="student") == of(world, "jia", "yi", "bing", "ding")
    assert names(officer, role="student", organization=east) == of(world, "jia", "yi", "bing")
    assert names(officer, role="student", organization=east, **{"class": world.east2.pk}) == of(world, "bing")
    assert names(officer, grade="primary.3", role="teacher") == of(world, "teacher", "homeroom", "west_teacher")
    assert names(officer, grade="primary.4") == set()
    assert names(officer, role="school_head") == of(world, "head", "other_head")
    assert names(officer, role="school_head", organization=east) == of(world, "head")
    assert names(officer, role="guardian", organization=east) == {"甲母"}
    assert names(officer, role="guardian", organization=str(world.west.pk)) == set()


def test_what_is_asked_holds_of_one_membership(as_, world):
    """A teacher at one school whose child is at another is no parent at the first."""
    GuardianshipFactory(guardian=world.teacher, student=world.ding)
    officer = as_("officer")
    assert world.teacher.name not in names(officer, role="guardian", organization=str(world.east.pk))
    assert world.teacher.name in names(officer, role="guardian", organization=str(world.west.pk))


def test_it_is_narrowed_by_how_far_the_account_is(as_, world):
    with_account(Person.objects.get(pk=world.jia.pk))
    services.open_account_for(Person.objects.get(pk=world.yi.pk), by=SYSTEM)
    head = as_("head")
    asked = {"role": "student"}
    assert names(head, account="used", **asked) == of(world, "jia")
    assert names(head, account="waiting", **asked) == of(world, "yi")
    assert names(head, account="none", **asked) == of(world, "bing")
    assert names(head, account="closed", **asked) == set()


def test_units_and_classes_offered_are_those_at_hand(as_, world):
    def offered(client: Client, key: str, **asked: object) -> set[str]:
        page = client.get("/people/", asked).context["page"]
        return {words for state in page.filter_states if state.key == key for _, words in state.options}

    officer = as_("officer")
    assert offered(officer, "organization") == {"东小学", "西小学"}
    assert offered(officer, "class") == set()
    assert offered(officer, "class", organization=world.east.pk) == {"三年级1班", "三年级2班"}
    assert offered(officer, "organization", organization=world.east.pk) == {"东小学", "西小学"}
    assert offered(as_("city_officer"), "organization") == {"涪城区", "北川县"}
    assert offered(as_("teacher"), "class") == {"三年级1班", "三年级2班"}
    assert offered(as_("teacher"), "organization") == set()
    assert "高一" not in offered(officer, "grade", organization=world.east.pk)


def many(world, count: int) -> None:
    services.bulk_create_people(
        [
            services.NewPerson(f"王多{n}", memberships=[services.NewMembership(world.east, "staff")])
            for n in range(count)
        ],
        by=SYSTEM,
    )


def test_a_long_list_is_counted_to_two_hundred_and_a_name_finds_the_first_ones(
    as_, world, django_assert_max_num_queries
):
    many(world, 230)
    officer = as_("officer")
    officer.get("/people/")
    for asked in ({}, {"q": "王"}, {"q": "王", "organization": str(world.east.pk)}, {"q": "王", "role": "staff"}):
        with django_assert_max_num_queries(14):
            page = officer.get("/people/", asked).context["page"]
        assert page.total_words == "200+"
        assert len(page.rows) == 20
    assert names(officer, q="王", organization=str(world.west.pk)) <= of(world, "west_teacher", "ding")


def test_files_hold_all_whatever_the_page_counted(as_, world):
    many(world, 230)
    response = as_("officer").get("/people/", {"q": "wd", "export": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 232
    assert world.fucheng.name in lines[-1]
    entry = JournalEntry.objects.get(action="web.list_exported")
    assert (entry.data["rows"], entry.organization_id) == (230, world.fucheng.pk)
    assert "导出名单" in as_("officer").get("/audit/", {"action": "web.list_exported"}).content.decode()
    assert "人员 230 行；搜索：wd" in as_("officer").get("/audit/").content.decode()
    assert "人员 230 行" not in as_("other_head").get("/audit/").content.decode()


def test_a_view_keeps_the_unit(as_, world):
    officer = as_("officer")
    query = f"organization={world.east.pk}&role=student"
    officer.post("/_/views", {"list": "people", "name": "东小学学生", "query": query, "path": "/people/"})
    page = officer.get(f"/people/?{query}").context["page"]
    assert [(view.name, current) for view, _, current in page.views] == [("东小学学生", True)]


def test_an_unseen_unit_does_not_exist_whatever_else_is_asked(as_, world):
    assert as_("officer").get("/people/", {"organization": world.hill.pk, "q": "王"}).status_code == 404
    other = PersonFactory(name="王外人")
    MembershipFactory(person=other, organization=world.hill)
    assert "王外人" not in names(as_("officer"), q="王外")


def test_a_colleagues_children_elsewhere_are_not_named(as_, world):
    """The teacher's own child is at the other school: her colleagues see that she teaches, the bureau sees both."""
    GuardianshipFactory(guardian=world.teacher, student=world.ding)
    name = world.ding.name
    assert name not in shown(as_("homeroom"))
    assert name not in shown(as_("head"))
    assert f"{name}的家长" in shown(as_("officer"))


def test_a_researcher_of_a_county_is_not_offered_all_its_classes(as_, world):
    page = shown(as_("researcher"))
    assert str(world.east1.pk) not in page
    assert str(world.east1.pk) in shown(as_("teacher"))
