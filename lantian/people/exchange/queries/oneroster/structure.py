"""Units, terms, courses and classes as records. Thousands, not hundreds of thousands: built whole, in memory."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import translation

from lantian.kernel.time import queries as time_queries
from lantian.people.exchange.engine.oneroster import derived_course_id, grade_codes, school_year_id, writing
from lantian.people.exchange.queries.oneroster.scope import UNIT, Scope, rows
from lantian.people.roster.engine.classes import grade_name
from lantian.people.roster.enums import Subject

Flat = dict[str, Any]
_SUBJECTS = dict(Subject.choices)


def orgs(scope: Scope, only: Iterable[UUID] | None = None) -> list[Flat]:
    """Units of the scope, from the top down. The parent of a root is not named: it is nobody's business here."""
    found = rows(
        f"""
        WITH {UNIT}
        SELECT o.id, o.is_active, o.updated_at, o.name, o.kind, o.code, u.id, o.short_name, o.stages, o.setting
          FROM roster_organization o LEFT JOIN unit u ON u.id = o.parent_id
         WHERE o.id IN (SELECT id FROM unit) AND (%(only)s::uuid[] IS NULL OR o.id = ANY(%(only)s))
         ORDER BY nlevel(o.path), o.id
        """,
        scope.params | {"only": list(only) if only is not None else None},
    )
    return [writing.org(*row) for row in found]


def _year_of(day: date) -> int:
    return day.year if day.month >= 8 else day.year - 1


def _year_title(year: int) -> str:
    return f"{year}—{year + 1} 学年"  # i18n: data


# Records are in the language of the region, whatever the reader's browser prefers.
@translation.override("zh-hans")
def sessions(scope: Scope, only: Iterable[UUID] | None = None) -> list[Flat]:
    """The terms that concern the scope (the nation's, those of units above and within), under their school years."""
    above = {UUID(hex=label) for root in scope.roots for label in root.split(".")}
    within = {row[0] for row in rows(f"WITH {UNIT} SELECT id FROM unit", scope.params)}
    terms = [
        term
        for term in time_queries.all_terms()
        if term.organization_id is None or term.organization_id in above or term.organization_id in within
    ]
    spans: dict[int, list[tuple[date, date]]] = {_year_of(scope.today): []}
    for year in {row[0] for row in rows(_COURSE_YEARS, scope.params)}:
        spans.setdefault(year, [])
    for term in terms:
        spans.setdefault(term.school_year, []).append((term.starts_on, term.ends_on))
    found = [writing.school_year(year, _year_title(year), each) for year, each in sorted(spans.items())]
    found += [
        writing.term(
            term.pk,
            term.updated_at,
            term.school_year,
            str(term.kind),
            f"{_year_title(term.school_year)} {term.get_kind_display()}",
            term.starts_on,
            term.ends_on,
            term.organization_id if term.organization_id in within else None,
        )
        for term in terms
    ]
    return _only(found, only)


_TAKEN = f"""
    WITH {UNIT}, taken AS (
        SELECT f.course_id FROM schedule_courseoffering f JOIN roster_classgroup c ON c.id = f.class_group_id
          JOIN unit u ON u.id = c.organization_id)
"""
_COURSES = (
    "schedule_course c WHERE (c.organization_id IN (SELECT id FROM unit) OR c.id IN (SELECT course_id FROM taken))"
)
_COURSE_YEARS = f"{_TAKEN} SELECT DISTINCT c.school_year FROM {_COURSES} AND c.school_year IS NOT NULL"


@translation.override("zh-hans")
def courses(scope: Scope, only: Iterable[UUID] | None = None) -> list[Flat]:
    """Courses of the scope and those its classes take, and one for each grade of a school whose classes take none."""
    found = [
        writing.course(
            pk, active, modified, title, code, owner, subjects,
            [f"{grade:02}" for grade in grades], year, [str(_SUBJECTS[word]) for word in subjects],
        )
        for pk, active, modified, title, code, owner, subjects, grades, year in rows(
            f"{_TAKEN} SELECT c.id, c.is_active, c.updated_at, c.title, c.code, c.organization_id, c.subjects, c.grades,"
            f" c.school_year FROM {_COURSES} ORDER BY c.id",
            scope.params,
        )
    ]  # fmt: skip
    found += [
        writing.course(
            derived_course_id(owner, stage, grade), active, modified, grade_name(stage, grade), "", owner, (),
            [grade_codes(stage, grade)], None, (), derived=True,
        )
        for owner, stage, grade, active, modified in rows(
            f"""
            WITH {UNIT}
            SELECT c.organization_id, c.stage, c.grade, bool_or(c.is_active), max(c.updated_at)
              FROM roster_classgroup c JOIN unit u ON u.id = c.organization_id
             WHERE c.kind = 'homeroom' OR NOT EXISTS (SELECT FROM schedule_courseoffering f WHERE f.class_group_id = c.id)
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """,
            scope.params,
        )
    ]  # fmt: skip
    return _only(found, only)


def classes(scope: Scope, only: Iterable[UUID] | None = None) -> list[Flat]:
    """Classes of the scope. A class that is not bound to a term takes place all the school year: its term is the year."""
    found = rows(
        f"""
        WITH {UNIT}
        SELECT c.id, c.is_active, GREATEST(c.updated_at, f.updated_at), c.name, c.kind, c.organization_id, f.course_id, f.terms,
               c.stage, c.grade, c.number, c.entry_year, c.ended_on
          FROM roster_classgroup c JOIN unit u ON u.id = c.organization_id
          LEFT JOIN LATERAL (
               SELECT f.course_id, array_agg(f.session_id ORDER BY f.session_id) FILTER (WHERE f.session_id IS NOT NULL) AS terms,
                      max(f.updated_at) AS updated_at
                 FROM schedule_courseoffering f WHERE f.class_group_id = c.id AND c.kind <> 'homeroom'
                GROUP BY f.course_id ORDER BY min(f.created_at), f.course_id LIMIT 1) f ON true
         WHERE %(only)s::uuid[] IS NULL OR c.id = ANY(%(only)s)
         ORDER BY c.id
        """,
        scope.params | {"only": list(only) if only is not None else None},
    )
    records = []
    for pk, active, modified, name, kind, owner, course_id, terms, stage, grade, number, entry_year, ended in found:
        year = school_year_id(_year_of(scope.today if active or ended is None else ended))
        records.append(
            writing.class_group(
                pk, active, modified, name, kind, owner, course_id or derived_course_id(owner, stage, grade),
                terms or [year], stage, grade, number, entry_year,
            )
        )  # fmt: skip
    return records


def _only(found: list[Flat], only: Iterable[UUID] | None) -> list[Flat]:
    if only is None:
        return found
    wanted = {str(pk) for pk in only}
    return [flat for flat in found if flat["sourcedId"] in wanted]
