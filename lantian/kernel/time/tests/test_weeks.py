"""Weeks of a term, as written at the top of everybody's first page."""

from datetime import date
from uuid import uuid4

import pytest

from lantian.kernel.time.enums import TermKind
from lantian.kernel.time.models import AcademicSession
from lantian.kernel.time.queries import term_on, week_of_term

pytestmark = pytest.mark.django_db


@pytest.fixture
def autumn() -> AcademicSession:
    AcademicSession.objects.all().delete()
    return AcademicSession.objects.create(
        school_year=2026, kind=TermKind.AUTUMN, starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 29)
    )


def test_the_week_of_the_first_day_is_week_one(autumn: AcademicSession) -> None:
    assert week_of_term(date(2026, 9, 1)) == 1  # a Tuesday
    assert week_of_term(date(2026, 9, 6)) == 1
    assert week_of_term(date(2026, 9, 7)) == 2
    assert week_of_term(date(2026, 11, 23)) == 13


def test_there_is_no_week_between_terms(autumn: AcademicSession) -> None:
    assert week_of_term(date(2026, 8, 31)) is None
    assert week_of_term(date(2027, 2, 10)) is None


def test_an_organisations_own_term_goes_before_the_nations(autumn: AcademicSession) -> None:
    school = uuid4()
    own = AcademicSession.objects.create(
        school_year=2026,
        kind=TermKind.AUTUMN,
        starts_on=date(2026, 9, 7),
        ends_on=date(2027, 1, 29),
        organization_id=school,
    )
    assert term_on(date(2026, 9, 8), organization_id=school) == own
    assert week_of_term(date(2026, 9, 8), organization_id=school) == 1
    assert term_on(date(2026, 9, 8)) == autumn
