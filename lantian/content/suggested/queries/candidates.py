"""What might be suggested to a teacher, by where it is from: ids and numbers, whether they may see it or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lantian.content.suggested.engine.blending import Said
from lantian.content.suggested.enums import Source, worth_of
from lantian.content.suggested.queries.written import WRITTEN

SEEDS, NEAR, AT_NODES, OF_PEERS = 30, 150, 120, 150
LATELY = timedelta(days=60)
HALF_LIFE_DAYS = 90.0
HIDDEN_BIT = 64  # besides the ways, within this module

_TAUGHT = """
    SELECT m.subject, COALESCE(c.stage, ''), COALESCE(c.grade, 0), count(*)
      FROM roster_membership m LEFT JOIN roster_classgroup c ON c.id = m.class_group_id AND c.is_active
     WHERE m.person_id = %(person)s AND m.role IN ('teacher', 'homeroom_teacher')
       AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
# Uses that are kept here, and what stands elsewhere already: that counts at once.
_OWN = f"""
    SELECT resource_id, bit_or(ways), max(at) FROM (
        SELECT resource_id, ways::int, last_at AS at FROM suggested_use WHERE person_id = %(person)s
        UNION ALL SELECT resource_id, ways, at FROM ({WRITTEN}) written WHERE person_id = %(person)s
        UNION ALL SELECT resource_id, {HIDDEN_BIT}, made_at FROM suggested_hidden WHERE person_id = %(person)s
        UNION ALL SELECT NULL, 0, made_at FROM suggested_plain WHERE person_id = %(person)s
    ) told GROUP BY 1
"""  # noqa: S608 - made of constants; values are parameters
_NEAR = f"""
    SELECT n.other, sum(n.strength * s.worth) AS measure,
           (array_agg(n.resource ORDER BY n.strength * s.worth DESC))[1] AS because
      FROM unnest(%(ids)s::uuid[], %(worths)s::float8[]) s(id, worth) JOIN suggested_neighbour n ON n.resource = s.id
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {NEAR}
"""  # noqa: S608 - made of constants; values are parameters
# The chapters and points of what was used lately, and the one after each; then what stands there.
_AT_NODES = f"""
    WITH hand AS (
        SELECT p.node_id, max(s.at) AS at
          FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[]) s(id, at) JOIN resources_placement p ON p.resource_id = s.id
         GROUP BY 1 ORDER BY 2 DESC LIMIT 12
    ), near AS (
        SELECT n.id, n.title, h.at, f.kind, 0 AS step FROM hand h JOIN taxonomy_node n ON n.id = h.node_id
          JOIN taxonomy_framework f ON f.id = n.framework_id AND f.state = 'published'
        UNION ALL
        SELECT after.id, after.title, h.at, f.kind, 1 FROM hand h JOIN taxonomy_node n ON n.id = h.node_id
          JOIN taxonomy_framework f ON f.id = n.framework_id AND f.state = 'published' AND f.kind = 'textbook'
          CROSS JOIN LATERAL (
              SELECT b.id, b.title FROM taxonomy_node b
               WHERE b.parent_id = n.parent_id AND b.position > n.position AND b.retired_at IS NULL
               ORDER BY b.position LIMIT 1) after
    ), best AS (
        SELECT DISTINCT ON (p.resource_id) p.resource_id, near.title, near.step, near.at, near.kind
          FROM near JOIN resources_placement p ON p.node_id = near.id
         ORDER BY p.resource_id, near.step, near.kind DESC, near.at DESC
    )
    SELECT b.resource_id, b.title, b.kind = 'points', b.step, extract(epoch FROM now() - b.at) / 86400.0,
           (r.mark <> '')::int + CASE WHEN r.rated > 0 THEN r.stars::float8 / r.rated / 5 ELSE 0.5 END
      FROM best b JOIN resources_resource r ON r.id = b.resource_id AND r.state = 'published'
     ORDER BY b.at DESC, b.resource_id LIMIT {AT_NODES}
"""  # noqa: S608 - made of constants; values are parameters
_PEERS = f"""
    SELECT resource, in_grade, in_stage, COALESCE(in_grade, 0) + 0.25 * in_stage AS measure FROM (
        SELECT u.resource, max(u.people) FILTER (WHERE u.grade > 0) AS in_grade, max(u.people) AS in_stage
          FROM unnest(%(subjects)s::text[], %(stages)s::text[], %(grades)s::int[]) t(subject, stage, grade)
          JOIN suggested_peeruse u ON u.subject = t.subject AND u.stage = t.stage AND u.grade = t.grade
         GROUP BY 1) used
     ORDER BY measure DESC, resource LIMIT {OF_PEERS}
"""  # noqa: S608 - made of constants; values are parameters


@dataclass(frozen=True, slots=True)
class Taught:
    """A subject ("" of homeroom teachers) in a stage and a grade ("" and 0: nobody said)."""

    subject: str
    stage: str
    grade: int


@dataclass(frozen=True, slots=True)
class Own:
    """What a person used and in which ways, with when; what they do not want to see; whether nothing is made of what they use."""

    used: dict[UUID, tuple[int, datetime]]
    hidden: frozenset[UUID]
    plain: bool

    @property
    def known(self) -> set[UUID]:
        """Nothing of this is suggested."""
        return set(self.used) | self.hidden

    def seeds(self, now: datetime) -> list[tuple[UUID, float, datetime]]:
        """What most is made of: what was used lately and in ways that say much; nothing for those who want none."""
        if self.plain:
            return []
        found = []
        for pk, (ways, at) in self.used.items():
            worth = worth_of(ways)
            if worth and pk not in self.hidden:
                days = max(0.0, (now - at).total_seconds() / 86400)
                found.append((pk, worth * 0.5 ** (days / HALF_LIFE_DAYS), at))
        return sorted(found, key=lambda one: (-one[1], str(one[0])))[:SEEDS]


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def taught_by(person_id: UUID) -> list[Taught]:
    """What somebody teaches today, of the most classes first. One query."""
    rows = _rows(_TAUGHT, {"person": person_id, "today": timezone.localdate()})
    return [Taught(*row[:3]) for row in sorted(rows, key=lambda row: -int(row[3]))]


def own_of(person_id: UUID) -> Own:
    """What somebody used and hid. One query."""
    rows = _rows(_OWN, {"person": person_id})
    used = {pk: (ways & ~HIDDEN_BIT, at) for pk, ways, at in rows if pk is not None and ways != HIDDEN_BIT}
    hidden = frozenset(pk for pk, ways, _at in rows if pk is not None and ways & HIDDEN_BIT)
    return Own(used, hidden, any(pk is None for pk, _ways, _at in rows))


def near_to(seeds: Sequence[tuple[UUID, float, datetime]]) -> Iterable[Said[UUID]]:
    """What those used who used the same. One query."""
    values = {"ids": [one[0] for one in seeds], "worths": [one[1] for one in seeds]}
    return [Said(pk, Source.TOGETHER, float(measure), because) for pk, measure, because in _rows(_NEAR, values)]


def at_nodes_of(seeds: Sequence[tuple[UUID, float, datetime]], now: datetime) -> Iterable[Said[UUID]]:
    """What stands at the chapters of what was used lately, and at the ones after them. One query."""
    lately = [(pk, at) for pk, _worth, at in seeds if at > now - LATELY]
    rows = _rows(_AT_NODES, {"ids": [pk for pk, _at in lately], "ats": [at for _pk, at in lately]})
    return [
        Said(pk, Source.NEXT if step else Source.HERE, 0.5 ** (float(days) / 30) * (0.5 + float(good)), (title, point))
        for pk, title, point, step, days, good in rows
    ]


def of_peers(taught: Sequence[Taught]) -> Iterable[Said[UUID]]:
    """What those used who teach the same: in the same grade, and to a quarter in the stage. One query."""
    asked = {(one.subject, one.stage, grade) for one in taught if one.subject and one.stage for grade in (one.grade, 0)}
    cohorts = sorted(asked)[:24]
    values = {
        "subjects": [one[0] for one in cohorts],
        "stages": [one[1] for one in cohorts],
        "grades": [one[2] for one in cohorts],
    }
    return [
        Said(pk, Source.PEERS, float(measure), (int(in_grade or in_stage), in_grade is not None))
        for pk, in_grade, in_stage, measure in _rows(_PEERS, values)
    ]
