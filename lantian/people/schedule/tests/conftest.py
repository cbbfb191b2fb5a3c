from datetime import timedelta

import pytest

from lantian.kernel.time.enums import DayKind
from lantian.kernel.time.models import AcademicSession, SpecialDay
from lantian.people.schedule.tests.weeks import Weeks, an_ordinary_monday, make_weeks
from lantian.teach.live.tests.world import World, make_world
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_world(keep: Keep) -> Kept[World]:
    return keep(make_world)


@pytest.fixture
def world(db: None, kept_world: Kept[World]) -> World:
    return kept_world.back()


def a_term_of_ordinary_weeks() -> Weeks:
    monday = an_ordinary_monday()
    AcademicSession.objects.all().delete()
    SpecialDay.objects.all().delete()
    # so that the Monday lies in week 3 of the term: an odd one
    AcademicSession.objects.create(
        school_year=monday.year if monday.month >= 8 else monday.year - 1,
        kind="autumn" if monday.month >= 8 or monday.month == 1 else "spring",
        starts_on=monday - timedelta(days=14),
        ends_on=monday + timedelta(days=60),
    )
    SpecialDay.objects.bulk_create(
        SpecialDay(
            date=day,
            kind=DayKind.WORKDAY if day.weekday() < 5 else DayKind.HOLIDAY,
            follows_weekday=day.weekday() if day.weekday() < 5 else None,
        )
        for day in (monday + timedelta(days=offset) for offset in range(-14, 60))
    )
    return make_weeks(monday)


@pytest.fixture(scope="session")
def kept_weeks(keep: Keep) -> Kept[Weeks]:
    return keep(a_term_of_ordinary_weeks)


@pytest.fixture
def weeks(db: None, kept_weeks: Kept[Weeks]) -> Weeks:
    return kept_weeks.back()
