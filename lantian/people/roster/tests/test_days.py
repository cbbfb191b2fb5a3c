"""Holidays and shifted working days on pages: whose word holds, what a change does is shown first, and who may not."""

from datetime import date

import pytest
from django.test import Client

from lantian.kernel.time.models import SpecialDay
from lantian.kernel.time.queries import is_working_day, special_days, weekday_timetable
from lantian.kernel.web.dates import said_day
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import with_account

SPORTS = date(2026, 11, 26)  # a Thursday
SHIFTED = date(2026, 10, 10)  # a Saturday worked for the National Day


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


def page_of(unit, what: str = "") -> str:
    return f"/organizations/{unit.pk}/days/{what}"


def runs(client: Client, unit, year: int = 2026) -> dict[date, tuple[str, str, bool]]:
    shown = client.get(f"{page_of(unit)}?year={year}").context["runs"]
    return {run.first: (run.name, run.source, run.is_own) for run in shown}


def own_days() -> int:
    return SpecialDay.objects.filter(organization_id__isnull=False).count()


def test_a_bureau_sees_what_a_day_off_does_before_it_is_saved_and_its_schools_follow(as_, world):
    officer, asked = as_("officer"), {"first": "2026-11-26", "kind": "holiday", "name": "运动会"}
    assert runs(officer, world.fucheng)[date(2026, 10, 1)] == ("国庆节", "全国", False)
    shown = officer.post(page_of(world.fucheng, "set/"), asked)
    assert "没有学校的课表受影响" in shown.content.decode()
    assert own_days() == 0
    answer = officer.post(page_of(world.fucheng, "set/"), asked | {"last": "2026-11-26", "sure": "1"})
    assert answer["Location"] == f"{page_of(world.fucheng)}?year=2026"
    assert runs(as_("teacher"), world.east)[SPORTS] == ("运动会", "涪城区", False)
    assert not is_working_day(SPORTS, path=world.east.path)
    assert is_working_day(SPORTS, path=world.hill.path)


def test_a_school_sets_its_own_and_takes_it_back(as_, world):
    head = as_("head")
    before = f"{page_of(world.east, 'set/')}?first=2026-10-10&last=2026-10-10"
    assert 'value="2026-10-10"' in head.get(before).content.decode()
    told = {"first": "2026-10-10", "kind": "workday", "follows_weekday": "3", "name": "国庆节", "sure": "1"}
    assert head.post(page_of(world.east, "set/"), told).status_code == 302
    assert weekday_timetable(SHIFTED, path=world.east.path) == 3
    assert weekday_timetable(SHIFTED, path=world.west.path) is None
    assert [str(unit) for unit, _own in as_("officer").get(page_of(world.fucheng)).context["below"]] == ["东小学"]
    clear = f"{page_of(world.east, 'clear/')}?first=2026-10-10&last=2026-10-10"
    assert f"取消{said_day(date(2026, 10, 10))}的设置" in head.get(clear).content.decode()
    assert weekday_timetable(SHIFTED, path=world.east.path) == 3
    assert head.post(clear).status_code == 302
    assert special_days(SHIFTED, SHIFTED, path=world.east.path)[SHIFTED].organization_id is None


def test_days_in_a_row_are_one_line_and_a_holiday_follows_no_weekday(as_, world):
    told = {"first": "2026-12-28", "last": "2026-12-31", "kind": "holiday", "follows_weekday": "2", "sure": "1"}
    head = as_("head")
    head.post(page_of(world.east, "set/"), told)
    assert set(SpecialDay.objects.filter(organization_id=world.east.pk).values_list("follows_weekday", flat=True)) == {
        None
    }
    assert runs(head, world.east)[date(2026, 12, 28)] == ("", "东小学", True)
    assert date(2026, 12, 29) not in runs(head, world.east)


def test_only_those_of_the_unit_change_it_and_nonsense_is_said(as_, world):
    for name in ("teacher", "school_it", "officer"):
        client = as_(name)
        assert client.get(page_of(world.east)).status_code == 200
        for what in ("set/", "clear/?first=2026-10-10"):
            assert client.get(page_of(world.east, what)).status_code == 403
        told = {"first": "2026-10-10", "kind": "holiday", "sure": "1"}
        assert client.post(page_of(world.east, "set/"), told).status_code == 403
    assert as_("other_officer").get(page_of(world.east)).status_code == 404
    head = as_("head")
    for first, last in (("2026-10-10", "2026-10-09"), ("2026-10-10", "2027-10-10")):
        answer = head.post(page_of(world.east, "set/"), {"first": first, "last": last, "kind": "holiday", "sure": "1"})
        assert "不能早于开始日期" in answer.content.decode()
    for what in ("clear/", "clear/?first=2026-13-40", "clear/?first=2026-02-03&last=2026-02-01"):
        assert head.get(page_of(world.east, what)).status_code == 404
    assert head.get(page_of(world.east, "set/?first=2026-02-31")).status_code == 200
    assert own_days() == 0


def test_the_nations_days_are_the_operators(as_, world):
    operator = as_("operator")
    assert "全国放假安排" in operator.get("/today/").content.decode()
    told = {"first": "2027-01-01", "kind": "holiday", "name": "元旦", "source": "国办发明电〔2026〕1号", "sure": "1"}
    assert "还没有录入" in operator.get("/calendar/days/?year=2027").content.decode()
    assert operator.post("/calendar/days/set/", told).status_code == 302
    assert "还没有录入" not in as_("head").get(f"{page_of(world.east)}?year=2027").content.decode()
    assert special_days(date(2027, 1, 1), date(2027, 1, 1))[date(2027, 1, 1)].source == told["source"]
    for name in ("city_officer", "head"):
        for what in ("", "set/", "clear/?first=2027-01-01"):
            assert as_(name).get(f"/calendar/days/{what}").status_code == 403


def test_a_year_of_nonsense_shows_this_year(as_, world):
    for asked in ("x", "²⁰²⁶", "99999", "0000"):
        assert as_("head").get(f"{page_of(world.east)}?year={asked}").status_code == 200
