"""The school calendar on a page: whose word holds, and who changes it."""

import pytest
from django.test import Client

from lantian.kernel.time.models import AcademicSession
from lantian.kernel.time.queries import terms_of
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import with_account


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


def sources(client: Client, unit) -> list[str]:
    return [row.source for row in client.get(f"/organizations/{unit.pk}/terms/").context["rows"]]


def test_a_bureau_sets_a_term_and_its_schools_follow(as_, world):
    officer = as_("officer")
    assert set(sources(officer, world.fucheng)) == {"通常日期"}
    page = f"/organizations/{world.fucheng.pk}/terms/2026/autumn/"
    assert "2026-09-01" in officer.get(page).content.decode()
    days = {"starts_on": "2026-08-31", "ends_on": "2027-01-22"}
    assert officer.post(page, days)["Location"] == f"/organizations/{world.fucheng.pk}/terms/"
    assert "涪城区" in sources(as_("head"), world.east)
    assert terms_of(2026, path=world.east.path)[0].ends_on.isoformat() == "2027-01-22"
    assert terms_of(2026, path=world.hill.path)[0].ends_on.isoformat() == "2027-01-20"
    own = f"/organizations/{world.east.pk}/terms/2026/autumn/"
    assert as_("head").post(own, days | {"starts_on": "2026-09-02"}).status_code == 302
    assert "东小学" in sources(as_("teacher"), world.east)
    assert AcademicSession.objects.count() == 2


def test_only_those_of_the_unit_change_it_and_nonsense_is_said(as_, world):
    own = f"/organizations/{world.east.pk}/terms/2026/autumn/"
    for name in ("teacher", "school_it", "officer"):
        assert as_(name).get(own).status_code == 403
    assert as_("other_officer").get(own).status_code == 404
    assert as_("head").get(f"/organizations/{world.east.pk}/terms/2026/summer/").status_code == 404
    head = as_("head")
    for days in (
        {"starts_on": "2026-09-01", "ends_on": "2026-09-01"},
        {"starts_on": "2026-09-01", "ends_on": "2027-09-01"},
    ):
        assert "晚于开始日期" in head.post(own, days).content.decode()
    assert not AcademicSession.objects.exists()
    assert "为本单位设置" not in as_("teacher").get(f"/organizations/{world.east.pk}/terms/").content.decode()


def test_a_year_that_no_calendar_has_does_not_exist(as_, world):
    head = as_("head")
    for year in (1, 99999):
        assert head.get(f"/organizations/{world.east.pk}/terms/{year}/autumn/").status_code == 404
