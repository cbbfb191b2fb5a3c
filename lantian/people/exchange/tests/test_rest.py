"""OneRoster over REST: who gets in, what they get, paging, filters, order, fields, errors; in few queries."""

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.time.models import AcademicSession
from lantian.people.connect import services as connect
from lantian.people.connect.enums import Scope
from lantian.people.connect.tests.factories import registered, token_of
from lantian.people.exchange import rules
from lantian.people.exchange.models import Pull
from lantian.people.roster import services as roster
from lantian.people.roster.models import Membership, Person
from lantian.people.roster.tests.world import World
from lantian.people.schedule.models import Course, CourseOffering

pytestmark = pytest.mark.django_db
ROOT = "/ims/oneroster/rostering/v1p2"


class Reader:
    """A client that reads with its token."""

    def __init__(self, *units, **more) -> None:
        self.client, secret = registered(*units, **more)
        self.token = token_of(self.client, secret)
        self.browser = Browser(headers={"Authorization": f"Bearer {self.token}"})

    def raw(self, address: str, **params):
        return self.browser.get(f"{ROOT}/{address}?{urlencode(params)}")

    def get(self, address: str, **params):
        answer = self.raw(address, **params)
        assert answer.status_code == 200, answer.content
        (content,) = answer.json().values()
        return content

    def ids(self, address: str, **params) -> set[str]:
        return {record["sourcedId"] for record in self.get(address, limit=1000, **params)}

    def names(self, address: str, **params) -> set[str]:
        return {record["metadata"]["cn.name"] for record in self.get(address, limit=1000, **params)}


@pytest.fixture
def reader(world: World) -> Reader:
    return Reader(world.fucheng)


def minor(answer) -> tuple[int, str]:
    said = answer.json()
    assert (said["imsx_codeMajor"], said["imsx_severity"]) == ("failure", "error")
    return answer.status_code, said["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"]


def test_only_software_with_a_token_for_it_gets_in(world: World) -> None:
    anyone = Browser()
    answer = anyone.get(f"{ROOT}/orgs")
    assert minor(answer) == (401, "unauthorisedrequest")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert minor(anyone.get(f"{ROOT}/orgs", headers={"Authorization": "Bearer x"})) == (401, "unauthorisedrequest")
    core = Reader(world.fucheng, scopes=(Scope.CORE,))
    assert core.get("users")
    assert minor(core.raw(f"schools/{world.east.pk}/students")) == (403, "forbidden")
    assert minor(core.raw("demographics")) == (403, "forbidden")
    birth = Reader(world.fucheng, scopes=(Scope.DEMOGRAPHICS,))
    assert minor(birth.raw("users")) == (403, "forbidden")
    assert birth.get("demographics")


def test_the_rule_of_the_interface(world: World, reader: Reader) -> None:
    access = connect.access_of(reader.token)
    assert_allowed(rules.may_pull_roster, access.actor, access, Scope.ROSTER)
    assert_refused(rules.may_pull_roster, access.actor, access, "other")
    assert_refused(rules.may_pull_roster, world.act("officer"), access, Scope.ROSTER)
    reader.client.expires_on = timezone.localdate() - timedelta(days=1)
    reader.client.save()
    over = connect.access_of(reader.token)
    assert_refused(rules.may_pull_roster, over.actor, over, Scope.ROSTER)
    assert minor(reader.raw("orgs")) == (403, "forbidden")


def test_a_client_has_its_own_units_and_nothing_beside(world: World) -> None:
    fucheng, east = Reader(world.fucheng), Reader(world.east, organization=world.fucheng)
    assert {org["name"] for org in fucheng.get("orgs")} == {"涪城区", "东小学", "西小学"}
    assert {org["name"] for org in fucheng.get("schools")} == {"东小学", "西小学"}
    (own,) = east.get("orgs")
    assert (own["name"], own["type"], "parent" in own) == ("东小学", "school", False)
    people = east.names("users")
    assert {world.jia.name, world.teacher.name, world.mother.name, world.head.name} <= people
    assert not {world.ding.name, world.other_head.name, world.officer.name, world.stranger.name} & people
    for address in (f"users/{world.ding.pk}", f"orgs/{world.west.pk}", f"classes/{world.west1.pk}", "users/x"):
        assert minor(east.raw(address)) == (404, "unknownobject")
    assert minor(east.raw(f"schools/{world.west.pk}/students")) == (404, "unknownobject")
    both = Reader(world.east, world.hill, organization=world.city)
    assert {org["name"] for org in both.get("orgs")} == {"东小学", "山小学", "山小学教学点"}


def test_a_pupil_with_class_mother_and_roles(world: World, reader: Reader) -> None:
    pupil = reader.get(f"students/{world.jia.pk}")
    assert pupil["agents"][0]["sourcedId"] == str(world.mother.pk)
    assert pupil["metadata"]["cn.relations"] == [f"{world.mother.pk}=mother"]
    assert pupil["metadata"]["cn.name"] == world.jia.name == pupil["familyName"] + pupil["givenName"]
    assert pupil["grades"] == ["03"]
    (role,) = pupil["roles"]
    assert (role["role"], role["roleType"], role["org"]["sourcedId"]) == ("student", "primary", str(world.east.pk))
    assert role["org"]["href"] == f"http://testserver{ROOT}/orgs/{world.east.pk}"
    mother = reader.get(f"users/{world.mother.pk}")
    assert [role["role"] for role in mother["roles"]] == ["guardian"]
    assert minor(reader.raw(f"students/{world.mother.pk}")) == (404, "unknownobject")
    homeroom = reader.get(f"teachers/{world.homeroom.pk}")
    assert [(role["role"], role["roleType"]) for role in homeroom["roles"]] == [
        ("teacher", "primary"),
        ("teacher", "secondary"),
    ]
    head = reader.get(f"users/{world.head.pk}")
    assert [role["role"] for role in head["roles"]] == ["principal"]


def test_sealed_facts_go_only_to_whom_they_were_opened_and_are_on_record(world: World) -> None:
    plain = Reader(world.fucheng)
    trusted = Reader(world.fucheng, may_have_sensitive=True, purpose="学籍核对")
    number = Person.objects.get(pk=world.teacher.pk).phone
    assert number
    assert number not in plain.raw("users", limit=1000).content.decode()
    assert not JournalEntry.objects.filter(action="exchange.private_facts_fetched").exists()
    assert trusted.get(f"users/{world.teacher.pk}")["phone"] == number
    entry = JournalEntry.objects.get(action="exchange.private_facts_fetched")
    assert (entry.object_id, entry.actor_kind, entry.data) == (world.teacher.pk, "client", {"to": "排课软件"})
    assert not [user for user in trusted.get("users", limit=1000, fields="sourcedId") if "phone" in user]


def test_the_collections_of_schools_classes_terms_and_courses(world: World, reader: Reader) -> None:
    east, east1 = world.east.pk, world.east1.pk
    pupils = {str(world.jia.pk), str(world.yi.pk)}
    assert reader.ids(f"classes/{east1}/students") == pupils
    assert reader.ids(f"schools/{east}/classes/{east1}/students") == pupils
    assert reader.ids(f"schools/{east}/students") == pupils | {str(world.bing.pk)}
    staff = {str(world.homeroom.pk), str(world.teacher.pk)}
    assert reader.ids(f"classes/{east1}/teachers") == staff == reader.ids(f"schools/{east}/teachers")
    assert reader.ids(f"schools/{east}/classes/{east1}/teachers") == staff
    assert len(reader.get(f"schools/{east}/classes/{east1}/enrollments")) == 5
    assert len(reader.get(f"schools/{east}/enrollments")) == 7
    assert reader.ids(f"schools/{east}/classes") == {str(east1), str(world.east2.pk)}
    assert minor(reader.raw(f"schools/{world.west.pk}/classes/{east1}/students")) == (404, "unknownobject")
    assert reader.ids(f"users/{world.teacher.pk}/classes") == {str(east1), str(world.east2.pk)}
    assert reader.ids(f"students/{world.jia.pk}/classes") == {str(east1)}
    assert reader.ids(f"teachers/{world.homeroom.pk}/classes") == {str(east1)}
    (course,) = reader.get(f"schools/{east}/courses")
    assert (course["title"], course["metadata"]) == ("三年级", {"cn.derived": "true"})
    assert reader.ids(f"courses/{course['sourcedId']}/classes") == {str(east1), str(world.east2.pk)}


def test_terms_and_the_classes_taught_in_them(world: World, reader: Reader) -> None:
    year = timezone.localdate().year if timezone.localdate().month >= 8 else timezone.localdate().year - 1
    nation = AcademicSession.objects.create(
        school_year=year, kind="autumn", starts_on=date(year, 9, 1), ends_on=date(year + 1, 1, 20)
    )
    own = AcademicSession.objects.create(
        school_year=year, kind="spring", starts_on=date(year + 1, 2, 20), ends_on=date(year + 1, 7, 10),
        organization_id=world.fucheng.pk,
    )  # fmt: skip
    AcademicSession.objects.create(
        school_year=year, kind="spring", starts_on=date(year + 1, 2, 20), ends_on=date(year + 1, 7, 1),
        organization_id=world.hill.pk,
    )  # fmt: skip
    group = roster.create_class_group(
        organization=world.east, kind="teaching", stage="primary", grade=3, name="合唱", by=SYSTEM
    )
    course = Course.objects.create(organization=world.fucheng, title="合唱", subjects=["music"], grades=[3])
    CourseOffering.objects.create(course=course, class_group=group, session_id=own.pk)
    assert reader.ids("terms") == {str(nation.pk), str(own.pk)} == reader.ids(f"schools/{world.east.pk}/terms")
    term = reader.get(f"terms/{nation.pk}")
    assert (term["startDate"], term["endDate"], term["schoolYear"]) == (
        f"{year}-09-01", f"{year + 1}-01-21", str(year + 1),
    )  # fmt: skip
    (above,) = reader.get("academicSessions", filter="type='schoolYear'")
    assert term["parent"]["sourcedId"] == above["sourcedId"]
    assert reader.get("gradingPeriods") == [] == reader.get(f"terms/{nation.pk}/gradingPeriods")
    assert minor(reader.raw(f"gradingPeriods/{nation.pk}")) == (404, "unknownobject")
    taught = reader.get(f"classes/{group.pk}")
    assert [one["sourcedId"] for one in taught["terms"]] == [str(own.pk)]
    assert taught["course"]["sourcedId"] == str(course.pk)
    assert reader.ids(f"terms/{own.pk}/classes") - reader.ids(f"terms/{nation.pk}/classes") == {str(group.pk)}
    assert reader.get(f"courses/{course.pk}")["subjectCodes"] == ["music"]


def test_pages_are_cut_from_one_answer_and_linked(world: World, reader: Reader, django_assert_num_queries) -> None:
    everyone = reader.ids("users")
    first = reader.raw("users", limit=4)
    total = int(first["X-Total-Count"])
    assert total == len(everyone)
    met: list[str] = []
    links = dict(reversed(pair) for pair in re.findall(r'<([^>]+)>; rel="(\w+)"', first["Link"]))
    assert set(links) == {"first", "last", "next"}
    answer = first
    while True:
        met += [user["sourcedId"] for user in answer.json()["users"]]
        links = dict(reversed(pair) for pair in re.findall(r'<([^>]+)>; rel="(\w+)"', answer["Link"]))
        if "next" not in links:
            break
        # who comes or goes between two pages moves no other record
        Membership.objects.filter(person=world.ding).update(valid_from=date(2020, 1, 1))
        answer = reader.browser.get(links["next"])
    assert sorted(met) == sorted(everyone)
    assert len(met) == total
    assert "prev" in links
    assert Pull.objects.count() == 1
    assert reader.get("users", offset=total + 5) == []


@pytest.mark.parametrize("address", ["users", "enrollments", "demographics", "classes", "orgs"])
def test_a_page_costs_a_fixed_number_of_queries(world, reader, address, django_assert_max_num_queries) -> None:
    reader.get(address, limit=3)
    for limit in (2, 1000):
        with django_assert_max_num_queries(16):
            reader.get(address, limit=limit)


def test_filters(world: World, reader: Reader) -> None:
    jia = str(world.jia.pk)
    assert reader.ids("users", filter=f"sourcedId='{jia}'") == {jia}
    assert jia not in reader.ids("users", filter=f"sourcedId!='{jia}'")
    assert reader.names("users", filter="roles.role='principal'") == {world.head.name, world.other_head.name}
    assert reader.ids("users", filter=f"sourcedId='{jia}' OR sourcedId='{world.yi.pk}'") == {jia, str(world.yi.pk)}
    assert reader.ids("users", filter=f"sourcedId='{jia}' AND status='tobedeleted'") == set()
    assert reader.ids("users", filter=f"metadata.cn.name~'{world.mother.name[0]}' AND roles.role='guardian'") == {
        str(world.mother.pk)
    }
    assert {c["title"] for c in reader.get("classes", filter=f"school.sourcedId='{world.west.pk}'")} == {"三年级1班"}
    assert {org["name"] for org in reader.get("orgs", filter="name~'小学' AND type='school'")} == {"东小学", "西小学"}
    later = (timezone.now() + timedelta(days=1)).isoformat()
    assert reader.get("users", filter=f"dateLastModified>='{later}'") == []
    assert reader.ids("users", filter="dateLastModified>='2020-01-01'") == reader.ids("users")
    assert reader.ids("enrollments", filter=f"user.sourcedId='{jia}'") == {
        str(Membership.objects.get(person=world.jia).pk)
    }
    assert {e["role"] for e in reader.get("enrollments", filter="role='teacher'")} == {"teacher"}


@pytest.mark.parametrize(
    "bad",
    ["", "name", "name='x", "name=x", "nothing='x'", "name='x' XOR name='y'", "name='x' AND", "dateLastModified>'x'"],
)
def test_a_filter_that_is_none_is_answered_so(reader: Reader, bad: str) -> None:
    assert minor(reader.raw("orgs", filter=bad)) == (400, "invalid_filter_field")


def test_order_and_fields(world: World, reader: Reader) -> None:
    names = [org["name"] for org in reader.get("orgs", sort="name")]
    assert names == sorted(names)
    assert [org["name"] for org in reader.get("orgs", sort="name", orderBy="desc")] == names[::-1]
    ids = [user["sourcedId"] for user in reader.get("users", sort="sourcedId", orderBy="desc", limit=1000)]
    assert ids == sorted(ids, reverse=True)
    given = [user["givenName"] for user in reader.get("users", sort="givenName", limit=1000)]
    assert given == sorted(given)
    assert reader.get("orgs", sort="nothing")
    assert set(reader.get("orgs", fields="name,type")[0]) == {"name", "type"}
    assert set(reader.get(f"orgs/{world.east.pk}", fields="sourcedId")) == {"sourcedId"}
    assert minor(reader.raw("orgs", fields="nothing")) == (400, "invalid_selection_field")
    assert minor(reader.raw("orgs", orderBy="up")) == (422, "invaliddata")
    for bad in ({"limit": 0}, {"limit": "x"}, {"offset": -1}, {"limit": 2**31}):
        assert minor(reader.raw("orgs", **bad)) == (422, "invaliddata")


def test_what_is_gone_is_named_to_who_asks_for_changes(world: World, reader: Reader) -> None:
    row = Membership.objects.get(person=world.ding)
    roster.end_membership(row, by=SYSTEM)
    Membership.objects.filter(pk=row.pk).update(
        valid_from=date(2020, 1, 1), valid_to=timezone.localdate() - timedelta(days=1)
    )
    ding = str(world.ding.pk)
    assert ding not in reader.ids("users")
    assert ding not in reader.ids("students")
    gone = reader.get("users", filter="status='tobedeleted'")
    assert [user["sourcedId"] for user in gone] == [ding]
    assert (gone[0]["enabledUser"], gone[0]["roles"][0]["role"]) == ("false", "student")
    assert [e["status"] for e in reader.get("enrollments", filter="dateLastModified>'2020-01-01'")].count(
        "tobedeleted"
    ) == 1
    assert reader.get(f"users/{ding}")["status"] == "tobedeleted"
    Person.objects.filter(pk=world.yi.pk).update(merged_into=world.jia)
    assert reader.get(f"users/{world.yi.pk}")["status"] == "tobedeleted"


def test_a_membership_that_ran_out_by_the_clock_counts_as_changed_then(world: World, reader: Reader) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(person=world.ding).update(valid_from=date(2020, 1, 1), valid_to=yesterday)
    long_ago = timezone.now() - timedelta(days=400)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("roster_membership", "roster_person", "roster_rolegrant"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET updated_at = %s", [long_ago])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    since = f"dateLastModified>='{(timezone.now() - timedelta(days=2)).isoformat()}'"
    assert reader.ids("users", filter=since) == {str(world.ding.pk)}
    assert [e["status"] for e in reader.get("enrollments", filter=since)] == ["tobedeleted"]


def test_too_many_requests_and_other_methods_are_refused(world: World, reader: Reader, monkeypatch) -> None:
    assert minor(reader.browser.post(f"{ROOT}/orgs")) == (405, "invaliddata")
    assert minor(reader.raw("nothing/here")) == (404, "unknownobject")
    monkeypatch.setattr("lantian.people.connect.services.access.REQUESTS_PER_MINUTE", 0)
    answer = reader.raw("orgs")
    assert minor(answer) == (429, "server_busy")
    assert 0 < int(answer["Retry-After"]) <= 60


def test_a_failure_of_ours_is_answered_in_the_standards_words(world: World, reader: Reader, monkeypatch) -> None:
    def broken(*args, **kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr("lantian.people.exchange.api.oneroster.select", broken)
    assert minor(reader.raw("orgs")) == (500, "internal_server_error")
