"""Whom a notice reaches, as SQL over the roster: for counting beforehand, and for the service that tells them.

Every part gives (person_id, place): the class or unit through which somebody is reached. Dates are those of the day asked.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import Group
from lantian.people.roster import queries as roster

_NOW = "{0}.valid_from <= %(today)s AND ({0}.valid_to IS NULL OR {0}.valid_to >= %(today)s)"
_MEMBERS = "SELECT m.person_id, m.{place} AS place FROM roster_membership m WHERE m.{place} = ANY(%({ids})s) AND m.role"
_CHILDREN = (
    "SELECT g.guardian_id, m.{place} AS place FROM roster_membership m JOIN roster_guardianship g ON g.student_id = m.person_id"
    " WHERE m.{place} = ANY(%({ids})s) AND m.role = 'student' AND " + _NOW.format("m")
)
_OFFICES = (
    "SELECT o.person_id, o.organization_id AS place FROM roster_rolegrant o WHERE o.organization_id = ANY(%(units)s)"
    " AND o.role = '{role}' AND o.revoked_at IS NULL AND " + _NOW.format("o")
)


def _members(roles: str) -> str:
    return f"{_MEMBERS} IN ({roles}) AND {_NOW.format('m')}"


_OF_PLACES = {
    Group.STUDENT: _members("'student'"),
    Group.GUARDIAN: _CHILDREN,
    Group.TEACHER: _members("'teacher'"),
    Group.HOMEROOM: _members("'homeroom_teacher'"),
    Group.STAFF: _members("'teacher', 'homeroom_teacher', 'staff'"),
}
_OF_UNITS = {role: _OFFICES.format(role=role.value) for role in (Group.HEAD, Group.IT, Group.OFFICER)}
_PEOPLE = "SELECT unnest(%(people)s::uuid[]), NULL::uuid"


def parts_of(audience: Audience, *, units: bool, named: bool = True) -> str:
    """The union of all ways; those through units or those by name are left out when asked so. "" when there is none."""
    parts = [_PEOPLE] if named and audience.people else []
    groups = [Group(value) for value in audience.to]
    if named and audience.classes:
        parts += [
            _OF_PLACES[group].format(place="class_group_id", ids="classes") for group in groups if group in _OF_PLACES
        ]
    if units and audience.units:
        parts += [
            _OF_PLACES[group].format(place="organization_id", ids="units") for group in groups if group in _OF_PLACES
        ]
        parts += [_OF_UNITS[group] for group in groups if group in _OF_UNITS]
    return " UNION ALL ".join(parts)


def values_of(audience: Audience, units: list[UUID]) -> dict[str, Any]:
    """The parameters of `parts_of`; `units` are those that the subtrees consist of."""
    return {
        "people": list(audience.people),
        "classes": list(audience.classes),
        "units": units,
        "today": timezone.localdate(),
    }


def units_below(audience: Audience, *, after: UUID | None = None, most: int | None = None) -> list[UUID]:
    """Ids of the active units of the audience's subtrees, in the order of ids; those behind `after`."""
    if not audience.units:
        return []
    roots = list(roster.organizations_known(audience.units).values_list("path", flat=True))
    everywhere = roster.organizations_visible_to(SYSTEM)
    rows = everywhere.filter(path__within_any=roots, is_active=True).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.values_list("pk", flat=True)[:most])


def reached_among(audience: Audience, people: Iterable[UUID]) -> set[UUID]:
    """Those of some people whom a notice to the audience reaches today by name or class. One query."""
    source = parts_of(audience, units=False)
    if not source:
        return set()
    sql = f"SELECT DISTINCT person_id FROM ({source}) AS way(person_id, place) WHERE person_id = ANY(%(among)s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values_of(audience, []), "among": list(people)})
        return {row[0] for row in cursor.fetchall()}


def count_recipients(audience: Audience, *, without: UUID | None = None) -> dict[str, int]:
    """How many people a notice would reach today: `all`, and of those `reachable`, who have an account. Two queries."""
    source = parts_of(audience, units=True)
    if not source:
        return {"all": 0, "reachable": 0}
    sql = f"""
        SELECT count(*), count(p.account_id) FROM roster_person p
         WHERE p.id IN (SELECT person_id FROM ({source}) AS way(person_id, place))
           AND p.merged_into_id IS NULL AND p.erased_at IS NULL AND p.id IS DISTINCT FROM %(without)s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values_of(audience, units_below(audience)), "without": without})
        everyone, reachable = cursor.fetchone()
    return {"all": everyone, "reachable": reachable}
