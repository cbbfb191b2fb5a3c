"""People as records: users with their roles, demographics, enrollments. Hundreds of thousands: ids first, then built by the page.

Somebody concerns a scope by memberships there (ended ones too: then the record says "tobedeleted"), an office there, or a child
who is a student there. A merged duplicate is gone, wherever the one that stays is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lantian.kernel import crypto
from lantian.people.exchange.engine.oneroster import grade_codes, writing
from lantian.people.exchange.engine.oneroster.writing import Someone, Tie
from lantian.people.exchange.queries.oneroster.scope import UNIT, Scope, changed, live, rows

Flat = dict[str, Any]
_GRANT_LIVE = f"(g.revoked_at IS NULL AND {live('g')})"

# Every tie of anybody to the scope; {by} narrows each part to some people.
_TIES = f"""
    WITH {UNIT}, tie AS (
        SELECT m.person_id, {live("m")} AS live, {changed("m")} AS changed, m.role, m.class_group_id, m.organization_id
          FROM roster_membership m JOIN unit u ON u.id = m.organization_id WHERE true {{member}}
        UNION ALL
        SELECT k.guardian_id, {live("m")}, {changed("m")}, 'guardian', NULL, m.organization_id
          FROM roster_guardianship k JOIN roster_membership m ON m.person_id = k.student_id AND m.role = 'student'
          JOIN unit u ON u.id = m.organization_id WHERE true {{guardian}}
        UNION ALL
        SELECT g.person_id, {_GRANT_LIVE}, {changed("g")}, g.role, NULL, g.organization_id
          FROM roster_rolegrant g JOIN unit u ON u.id = g.organization_id WHERE true {{grant}}
    ), kept AS (
        SELECT person_id, bool_or(live) AS live, max(changed) AS changed FROM tie GROUP BY person_id
    ), who AS (
        SELECT k.person_id, k.live, k.changed FROM kept k
        UNION ALL
        SELECT d.id, false, d.updated_at FROM roster_person d JOIN kept k ON k.person_id = d.merged_into_id WHERE true {{merged}}
    )
"""
_STATUS = "CASE WHEN w.live AND p.merged_into_id IS NULL THEN 'active' ELSE 'tobedeleted' END"
_MODIFIED = "date_trunc('milliseconds', GREATEST(p.updated_at, w.changed))"
USER_COLUMNS = {"sourcedId": "p.id::text", "status": _STATUS, "dateLastModified": _MODIFIED}


@dataclass(frozen=True)
class Where:
    """More conditions: SQL over the query's aliases, its parameters, and SQL to order by."""

    sql: str = "true"
    params: dict[str, Any] | None = None
    order: str = ""


def _ties(only: bool) -> str:
    if not only:
        return _TIES.format(member="", guardian="", grant="", merged="")
    kin = "(SELECT COALESCE(merged_into_id, id) FROM roster_person WHERE id = ANY(%(only)s))"
    return _TIES.format(
        member=f"AND m.person_id IN {kin}",
        guardian=f"AND k.guardian_id IN {kin}",
        grant=f"AND g.person_id IN {kin}",
        merged="AND d.id = ANY(%(only)s)",
    )


def user_ids(scope: Scope, where: Where | None = None, only: Iterable[UUID] | None = None) -> list[UUID]:
    """Who concerns the scope. `where.sql` may speak of w (the person's ties: live, changed), p (the person) and `tie`."""
    where = where or Where()
    narrowed = list(only) if only is not None else None
    sql = (
        f"{_ties(narrowed is not None)} SELECT p.id FROM who w JOIN roster_person p ON p.id = w.person_id"
        f" WHERE {where.sql} {'AND p.id = ANY(%(only)s)' if narrowed is not None else ''} ORDER BY {where.order or 'p.id'}"
    )
    return [row[0] for row in rows(sql, scope.params | {"only": narrowed} | (where.params or {}))]


HAVE_ROLE = "w.person_id IN (SELECT t.person_id FROM tie t WHERE t.live AND t.role = ANY(%(roles)s) {})"
AT_SCHOOL = "AND t.organization_id = %(school)s"
IN_CLASS = "AND t.class_group_id = %(class)s"


def _open(sealed: Any, context: str) -> str:
    """A sealed fact in clear; empty when its key is lost."""
    if sealed is None:
        return ""
    try:
        return crypto.decrypt(bytes(sealed), context=context).decode()
    except crypto.KeyLost:
        return ""


@dataclass
class People:
    """Some people with their ties to the scope, in the order asked for; built by a fixed number of queries."""

    scope: Scope
    people: list[Someone]
    ties: dict[UUID, list[Tie]]
    agents: dict[UUID, list[tuple[UUID, str]]]

    @classmethod
    def load(cls, scope: Scope, ids: Sequence[UUID], *, kin: bool = True) -> "People":
        """Four queries (`kin`: with guardians), whatever the number. Who has no more to do with the scope is left out."""
        params = scope.params | {"ids": list(ids)}
        sealed = "p.phone, p.citizen_id, p.student_number" if scope.sensitive else "NULL, NULL, NULL"
        facts = rows(
            f"SELECT p.id, p.name, p.updated_at, p.merged_into_id, p.gender, p.birth_date, a.username, a.is_active, {sealed}"
            " FROM roster_person p LEFT JOIN identity_account a ON a.id = p.account_id WHERE p.id = ANY(%(ids)s)",
            params,
        )
        stands_for = {row[0]: row[3] or row[0] for row in facts}
        ties = _load_ties(scope, set(stands_for.values()))
        agents = _load_agents(scope, ids) if kin else {}
        made: dict[UUID, Someone] = {}
        theirs: dict[UUID, list[Tie]] = {}
        for row in facts:
            found = ties.get(stands_for[row[0]], [])
            if found:
                made[row[0]] = _someone(row, found)
                theirs[row[0]] = found
        return cls(scope, [made[pk] for pk in ids if pk in made], theirs, agents)

    def users(self) -> list[Flat]:
        return [
            writing.user(who, self.ties[who.pk], self.agents.get(who.pk, ()) if who.live else ()) for who in self.people
        ]

    def demographics(self) -> list[Flat]:
        return [writing.demographics(who) for who in self.people]

    def roles(self) -> list[Flat]:
        return [role for who in self.people for role in writing.roles(who.pk, self.ties[who.pk])]


def _someone(row: tuple[Any, ...], ties: list[Tie]) -> Someone:
    pk, name, updated, merged_into, gender, born, username, active, phone, citizen, number = row
    alive = merged_into is None and any(tie.live for tie in ties)
    modified: datetime = updated if merged_into else max(updated, *(tie.modified for tie in ties))
    who = Someone(pk, alive, modified, name, gender, born)
    if alive:
        who.username, who.enabled = username or "", bool(active)
        who.phone = _open(phone, "roster.person.phone")
        who.citizen_id = _open(citizen, "roster.person.citizen_id")
        who.student_number = _open(number, "roster.person.student_number")
    return who


def _load_ties(scope: Scope, people: set[UUID]) -> dict[UUID, list[Tie]]:
    params = scope.params | {"people": list(people)}
    found: dict[UUID, list[Tie]] = {}
    for person, pk, unit, role, alive, modified, first, last, in_class, subject, office, stage, grade in rows(
        f"""
        WITH {UNIT}
        SELECT m.person_id, m.id, m.organization_id, m.role, {live("m")}, {changed("m")}, m.valid_from, m.valid_to,
               m.class_group_id IS NOT NULL, m.subject, false, CASE WHEN m.role = 'student' THEN c.stage END, c.grade
          FROM roster_membership m JOIN unit u ON u.id = m.organization_id
          LEFT JOIN roster_classgroup c ON c.id = m.class_group_id AND c.kind = 'homeroom' AND c.is_active
         WHERE m.person_id = ANY(%(people)s)
        UNION ALL
        SELECT g.person_id, g.id, g.organization_id, g.role, {_GRANT_LIVE}, {changed("g")}, g.valid_from, g.valid_to,
               false, '', true, NULL, NULL
          FROM roster_rolegrant g JOIN unit u ON u.id = g.organization_id WHERE g.person_id = ANY(%(people)s)
        UNION ALL
        SELECT k.guardian_id, NULL, m.organization_id, 'guardian', bool_or({live("m")}), max({changed("m")}), NULL, NULL,
               false, '', false, NULL, NULL
          FROM roster_guardianship k JOIN roster_membership m ON m.person_id = k.student_id AND m.role = 'student'
          JOIN unit u ON u.id = m.organization_id WHERE k.guardian_id = ANY(%(people)s) GROUP BY 1, 3
        ORDER BY 1, 2
        """,
        params,
    ):
        code = grade_codes(stage, grade) if stage else ""
        found.setdefault(person, []).append(
            Tie(pk, unit, role, alive, modified, first, last, in_class, subject, office, code)
        )
    return found


def _load_agents(scope: Scope, students: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Guardians of those who are students of the scope now."""
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for student, guardian, relation in rows(
        f"""
        WITH {UNIT}
        SELECT k.student_id, k.guardian_id, k.relation FROM roster_guardianship k
         WHERE k.student_id = ANY(%(ids)s) AND EXISTS (
               SELECT FROM roster_membership m JOIN unit u ON u.id = m.organization_id
                WHERE m.person_id = k.student_id AND m.role = 'student' AND {live("m")})
         ORDER BY k.student_id, k.created_at, k.guardian_id
        """,
        scope.params | {"ids": list(students)},
    ):
        found.setdefault(student, []).append((guardian, relation))
    return found


_ENROLLED = f"""
    WITH {UNIT}
    SELECT {{what}} FROM roster_membership m JOIN unit u ON u.id = m.organization_id
      JOIN roster_classgroup c ON c.id = m.class_group_id
"""
_ENROLLED_LIVE = f"({live('m')} AND c.is_active)"
_ENROLLED_CHANGED = (
    f"date_trunc('milliseconds', GREATEST({changed('m')}, CASE WHEN NOT c.is_active THEN c.updated_at END))"
)
ENROLLMENT_COLUMNS = {
    "sourcedId": "m.id::text",
    "status": f"CASE WHEN {_ENROLLED_LIVE} THEN 'active' ELSE 'tobedeleted' END",
    "dateLastModified": _ENROLLED_CHANGED,
    "user.sourcedId": "m.person_id::text",
    "class.sourcedId": "m.class_group_id::text",
    "school.sourcedId": "m.organization_id::text",
}


def enrollment_ids(scope: Scope, where: Where | None = None, only: Iterable[UUID] | None = None) -> list[UUID]:
    """Memberships in classes of the scope; `where.sql` may speak of m (the membership) and c (its class)."""
    where = where or Where()
    narrowed = list(only) if only is not None else None
    sql = (
        f"{_ENROLLED.format(what='m.id')} WHERE {where.sql} {'AND m.id = ANY(%(only)s)' if narrowed is not None else ''}"
        f" ORDER BY {where.order or 'm.id'}"
    )
    return [row[0] for row in rows(sql, scope.params | {"only": narrowed} | (where.params or {}))]


def enrollments(scope: Scope, ids: Sequence[UUID]) -> list[Flat]:
    """Enrollments by id, in that order. One query."""
    what = (
        f"m.id, {_ENROLLED_LIVE}, {_ENROLLED_CHANGED}, m.person_id, m.class_group_id, m.organization_id, m.role, m.subject,"
        " m.valid_from, m.valid_to, m.end_reason"
    )
    found = rows(f"{_ENROLLED.format(what=what)} WHERE m.id = ANY(%(ids)s)", scope.params | {"ids": list(ids)})
    made = {row[0]: writing.enrollment(*row) for row in found}
    return [made[pk] for pk in ids if pk in made]
