"""Which term a day lies in, which week of it, and whether people work on it.

Rows of an organisation override those of the organisations above it, and these the nation's. Where one belongs is given as
the ltree path of the organisation (or its id alone, when it has no rows above it to inherit).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from lantian.kernel.time.enums import DayKind, TermKind
from lantian.kernel.time.models import AcademicSession, SpecialDay

# Until a bureau sets its terms: school years begin on 1 September; the spring term after the Spring Festival.
DEFAULT_TERMS = (
    (TermKind.AUTUMN, (0, 9, 1), (1, 1, 20)),
    (TermKind.SPRING, (1, 2, 20), (1, 7, 10)),
)


def organizations_of(path: str, organization_id: UUID | None = None) -> list[UUID]:
    """The ids in an ltree path of hex ids, from the root down; `organization_id` comes last."""
    ids = [UUID(hex=label) for label in path.split(".") if label]
    if organization_id and organization_id not in ids:
        ids.append(organization_id)
    return ids


def _concerning(organizations: Sequence[UUID]) -> Q:
    return Q(organization_id__isnull=True) | Q(organization_id__in=list(organizations))


def _depth(organizations: Sequence[UUID], organization_id: UUID | None) -> int:
    return organizations.index(organization_id) if organization_id in organizations else -1


def default_terms(school_year: int) -> list[AcademicSession]:
    """The two terms of a school year as they are when nobody has set them; not saved."""
    return [
        AcademicSession(
            school_year=school_year,
            kind=kind,
            starts_on=date(school_year + first[0], first[1], first[2]),
            ends_on=date(school_year + last[0], last[1], last[2]),
        )
        for kind, first, last in DEFAULT_TERMS
    ]


def terms_of(school_year: int, *, path: str = "", organization_id: UUID | None = None) -> list[AcademicSession]:
    """The terms of a school year as they hold for an organisation, the first one first: its own word before that of those above
    it, before the nation's, before the default dates (those are not saved). One query.
    """
    organizations = organizations_of(path, organization_id)
    rows = AcademicSession.objects.filter(_concerning(organizations), school_year=school_year)
    nearest = {term.kind: term for term in default_terms(school_year)}
    for row in sorted(rows, key=lambda row: _depth(organizations, row.organization_id)):
        nearest[row.kind] = row
    return sorted(nearest.values(), key=lambda term: term.starts_on)


def term_on(day: date, *, path: str = "", organization_id: UUID | None = None) -> AcademicSession | None:
    """The term that `day` lies in, the nearest organisation's before the nation's; None between terms. One query.

    A term that nobody has set is taken at its default dates.
    """
    organizations = organizations_of(path, organization_id)
    year = day.year if day.month >= 8 else day.year - 1
    rows = AcademicSession.objects.filter(_concerning(organizations), school_year__in=(year - 1, year))
    nearest: dict[tuple[int, str], AcademicSession] = {}
    for row in sorted(rows, key=lambda row: _depth(organizations, row.organization_id)):
        nearest[row.school_year, row.kind] = row
    for term in default_terms(year):
        nearest.setdefault((term.school_year, term.kind), term)
    return next((term for term in nearest.values() if term.starts_on <= day <= term.ends_on), None)


def week_of_term(day: date, *, path: str = "", organization_id: UUID | None = None) -> int | None:
    """1 for the week (Monday to Sunday) in which the term begins, and so on; None between terms. One query."""
    term = term_on(day, path=path, organization_id=organization_id)
    return _week(day, term) if term else None


def _week(day: date, term: AcademicSession) -> int:
    first_monday = term.starts_on - timedelta(days=term.starts_on.weekday())
    return (day - first_monday).days // 7 + 1


def special_days(
    first: date, last: date, *, path: str = "", organization_id: UUID | None = None
) -> dict[date, SpecialDay]:
    """Holidays and shifted working days from `first` to `last`, the nearest organisation's word for each. One query."""
    organizations = organizations_of(path, organization_id)
    rows: QuerySet[SpecialDay] = SpecialDay.objects.filter(_concerning(organizations), date__range=(first, last))
    found: dict[date, SpecialDay] = {}
    for row in sorted(rows, key=lambda row: _depth(organizations, row.organization_id)):
        found[row.date] = row
    return dict(sorted(found.items()))


def own_days_among(first: date, last: date, *, exclude: UUID | None = None) -> dict[UUID, list[SpecialDay]]:
    """What organisations (but `exclude`) have set themselves for these days, by organisation and in order. One query."""
    found: dict[UUID, list[SpecialDay]] = {}
    rows = SpecialDay.objects.filter(date__range=(first, last), organization_id__isnull=False)
    for row in rows.exclude(organization_id=exclude).order_by("date"):
        if row.organization_id:
            found.setdefault(row.organization_id, []).append(row)
    return found


def _works(day: date, special: SpecialDay | None) -> bool:
    return special.kind == DayKind.WORKDAY if special else day.weekday() < 5


def is_working_day(day: date, *, path: str = "", organization_id: UUID | None = None) -> bool:
    """Whether people work on that day: Monday to Friday, unless it is a holiday or a shifted working day. One query."""
    return _works(day, special_days(day, day, path=path, organization_id=organization_id).get(day))


def working_days(first: date, last: date, *, path: str = "", organization_id: UUID | None = None) -> list[date]:
    """All working days from `first` to `last`, both included. One query."""
    special = special_days(first, last, path=path, organization_id=organization_id)
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in days if _works(day, special.get(day))]


def working_day_after(day: date, count: int, *, path: str = "", organization_id: UUID | None = None) -> date:
    """The `count`-th working day after `day` (1: the next one): where a term of so many working days ends. One query."""
    last = day + timedelta(days=2 * count + 30)  # no holiday with its shifted days is longer than the slack
    return working_days(day + timedelta(days=1), last, path=path, organization_id=organization_id)[count - 1]


def weekday_timetable(day: date, *, path: str = "", organization_id: UUID | None = None) -> int | None:
    """Whose weekday's timetable runs (0 Monday … 6 Sunday); None on days off.

    Also None on a shifted working day for which nobody has said whose timetable it follows: the national notice does not.
    """
    return _weekday_of(day, special_days(day, day, path=path, organization_id=organization_id).get(day))


def _weekday_of(day: date, special: SpecialDay | None) -> int | None:
    if not _works(day, special):
        return None
    if special is None:
        return day.weekday()
    if special.follows_weekday is not None:
        return special.follows_weekday
    return day.weekday() if day.weekday() < 5 else None


@dataclass(frozen=True, slots=True)
class TimetableDay:
    """A day on which a timetable runs: whose weekday's (0 Monday … 6 Sunday), and in which week of the term (from 1)."""

    day: date
    weekday: int
    week: int


class Calendars:
    """The calendars of many organisations over the same days. Two queries, however many ask."""

    def __init__(self, first: date, last: date) -> None:
        self._days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        self._special: dict[UUID | None, list[SpecialDay]] = {}
        for day in SpecialDay.objects.filter(date__range=(first, last)):
            self._special.setdefault(day.organization_id, []).append(day)
        self._terms: dict[UUID | None, list[AcademicSession]] = {}
        years = (first.year - 1, last.year)
        for term in AcademicSession.objects.filter(school_year__range=years):
            self._terms.setdefault(term.organization_id, []).append(term)
        self._known: dict[tuple[UUID | None, ...], list[TimetableDay]] = {}

    def timetable_days(self, path: str) -> list[TimetableDay]:
        """The days in terms on which a timetable runs for the organisation with this ltree path (see `weekday_timetable`)."""
        # most schools have no day or term of their own: they share what was worked out for those above them
        own = [None, *(pk for pk in organizations_of(path) if pk in self._special or pk in self._terms)]
        key = tuple(own)
        if key not in self._known:
            self._known[key] = list(self._work_out(key))
        return self._known[key]

    def _work_out(self, own: tuple[UUID | None, ...]) -> Iterator[TimetableDay]:
        special = {row.date: row for pk in own for row in self._special.get(pk, ())}
        terms = {(row.school_year, row.kind): row for pk in own for row in self._terms.get(pk, ())}
        for year in {day.year + offset for day in self._days for offset in (-1, 0)}:
            for usual in default_terms(year):
                terms.setdefault((usual.school_year, usual.kind), usual)
        for day in self._days:
            weekday = _weekday_of(day, special.get(day))
            term = next((term for term in terms.values() if term.starts_on <= day <= term.ends_on), None)
            if weekday is not None and term is not None:
                yield TimetableDay(day, weekday, _week(day, term))


def all_terms() -> QuerySet[AcademicSession]:
    """Every term that somebody has set, the nation's and the organisations'."""
    return AcademicSession.objects.order_by("school_year", "kind")
