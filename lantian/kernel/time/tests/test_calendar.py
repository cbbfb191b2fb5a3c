"""Working days, holidays and terms; the nearest organisation's word counts."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.kernel.rules import SYSTEM, Actor, ActorKind, Denied, Grant
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.time.enums import DayKind, TermKind
from lantian.kernel.time.errors import BadTerm, TermsOverlap
from lantian.kernel.time.models import SpecialDay
from lantian.kernel.time.queries import (
    default_terms,
    is_working_day,
    organizations_of,
    special_days,
    term_on,
    week_of_term,
    weekday_timetable,
    working_days,
)
from lantian.kernel.time.rules import may_set_calendar
from lantian.kernel.time.services import clear_special_day, set_special_day, set_term

pytestmark = pytest.mark.django_db
CITY, COUNTY, SCHOOL = uuid4(), uuid4(), uuid4()
PATH = ".".join(each.hex for each in (CITY, COUNTY, SCHOOL))


def holder(role: str, organization_id: UUID) -> Actor:
    grant = Grant(uuid4(), role, organization_id, "", "county", "a")
    return Actor(kind=ActorKind.PERSON, grant=grant, grants=(grant,))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 17), False),
        (date(2026, 2, 24), True),
        (date(2026, 9, 20), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),
        (date(2026, 11, 21), False),  # an ordinary Saturday
        (date(2026, 11, 23), True),
    ],
)
def test_the_year_2026_as_the_state_council_set_it(day, works):
    assert is_working_day(day) is works


def test_the_notice_gives_33_days_off_and_6_worked_in_exchange():
    year = special_days(date(2026, 1, 1), date(2026, 12, 31))
    kinds = [row.kind for row in year.values()]
    assert (kinds.count(DayKind.HOLIDAY), kinds.count(DayKind.WORKDAY)) == (33, 6)
    assert all("国办发明电〔2025〕7号" in row.source for row in year.values())


def test_a_shifted_day_runs_no_timetable_until_somebody_says_whose():
    shifted = date(2026, 2, 14)
    assert weekday_timetable(shifted) is None
    set_special_day(shifted, kind=DayKind.WORKDAY, follows_weekday=0, organization_id=COUNTY, by=SYSTEM)
    assert weekday_timetable(shifted, path=PATH) == 0
    assert weekday_timetable(shifted) is None
    assert weekday_timetable(date(2026, 11, 24)) == 1
    assert weekday_timetable(date(2026, 10, 1)) is None


def test_the_nearest_organisations_word_counts():
    day = date(2026, 11, 23)
    set_special_day(day, kind=DayKind.HOLIDAY, name="全市停课", organization_id=CITY, by=SYSTEM)
    assert not is_working_day(day, path=PATH)
    set_special_day(day, kind=DayKind.WORKDAY, organization_id=SCHOOL, by=SYSTEM)
    assert is_working_day(day, path=PATH)
    assert not is_working_day(day, path=f"{CITY.hex}.{COUNTY.hex}")
    assert is_working_day(day)
    assert clear_special_day(day, organization_id=SCHOOL, by=SYSTEM)
    assert not clear_special_day(day, organization_id=SCHOOL, by=SYSTEM)
    assert not is_working_day(day, path=PATH)


def test_a_special_day_is_corrected_not_doubled():
    day = date(2027, 1, 1)
    for name in ("元旦", "新年"):
        set_special_day(day, kind=DayKind.HOLIDAY, name=name, by=SYSTEM)
    assert SpecialDay.objects.get(date=day).name == "新年"


def test_working_days_of_a_stretch_cost_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        days = working_days(date(2026, 9, 28), date(2026, 10, 11), path=PATH)
    assert [day.day for day in days] == [28, 29, 30, 8, 9, 10]


def test_terms_stand_at_their_usual_dates_until_set():
    autumn = term_on(date(2026, 11, 22))
    assert (autumn.school_year, autumn.kind, autumn.starts_on) == (2026, TermKind.AUTUMN, date(2026, 9, 1))
    assert week_of_term(date(2026, 11, 22)) == 12
    assert term_on(date(2027, 3, 1)).kind == TermKind.SPRING
    assert term_on(date(2027, 1, 10)).school_year == 2026
    assert term_on(date(2026, 8, 1)) is None


def test_a_countys_term_replaces_the_default_for_its_schools_only():
    term = set_term(
        2026, TermKind.AUTUMN, starts_on=date(2026, 8, 31), ends_on=date(2027, 1, 29), organization_id=COUNTY, by=SYSTEM
    )
    assert term_on(date(2026, 8, 31), path=PATH) == term
    assert term_on(date(2026, 8, 31)) is None
    assert week_of_term(date(2026, 9, 7), path=PATH) == 2


@pytest.mark.parametrize(
    ("first", "last"), [((2026, 9, 1), (2026, 9, 1)), ((2026, 9, 2), (2026, 9, 1)), ((2026, 9, 1), (2027, 9, 1))]
)
def test_impossible_terms_are_refused_in_words(first, last):
    with pytest.raises(BadTerm, match="学期"):
        set_term(2026, TermKind.AUTUMN, starts_on=date(*first), ends_on=date(*last), by=SYSTEM)


def test_terms_of_one_organisation_do_not_overlap():
    set_term(2026, TermKind.AUTUMN, starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 20), by=SYSTEM)
    with pytest.raises(TermsOverlap):
        set_term(2026, TermKind.SPRING, starts_on=date(2027, 1, 20), ends_on=date(2027, 7, 1), by=SYSTEM)


def test_who_sets_the_calendar():
    assert_allowed(may_set_calendar, holder("operator", CITY), None)
    assert_refused(may_set_calendar, holder("officer", CITY), None)
    assert_allowed(may_set_calendar, holder("officer", COUNTY), COUNTY)
    assert_refused(may_set_calendar, holder("officer", COUNTY), CITY)
    assert_refused(may_set_calendar, holder("teacher", SCHOOL), SCHOOL)
    with pytest.raises(Denied):
        set_special_day(date(2027, 1, 1), kind=DayKind.HOLIDAY, by=holder("officer", COUNTY))


@given(st.integers(2000, 2100))
def test_default_terms_are_in_order_and_apart(year):
    autumn, spring = default_terms(year)
    assert autumn.starts_on < autumn.ends_on < spring.starts_on < spring.ends_on < date(year + 1, 8, 1)


def test_paths_give_their_organisations_from_the_root_down():
    assert organizations_of(PATH) == [CITY, COUNTY, SCHOOL]
    assert organizations_of("", SCHOOL) == [SCHOOL]
    assert organizations_of(PATH, SCHOOL) == [CITY, COUNTY, SCHOOL]
