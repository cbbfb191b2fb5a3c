"""Which new resources fit what people follow, and whom of them they are for, as SQL over all at once.

Whoever publishes asks nothing and writes nothing here: once a day one statement reads what is new and all that is followed. Its
`_SEES` says of people what `resources_visible_to` says of an actor in whichever of their roles, as far as that follows from
whom a resource is for (a test holds the two together).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lantian.content.resources.queries import STAFF_ROLES

MOST_NEWS = 300  # (follow, resource) pairs that one person is shown at a time

_FITS = """
        r.state = 'published' AND r.published_at > %(since)s AND r.published_at <= %(until)s
    AND r.published_at > f.made_at AND r.author_id IS DISTINCT FROM f.person_id
    AND (f.subject = '' OR f.subject = r.subject) AND (f.stage = '' OR f.stage = r.stage)
    AND (f.grade IS NULL OR f.grade = r.grade)
    AND (f.kind = '' OR f.kind = r.kind) AND (f.purpose = '' OR f.purpose = r.purpose)
    AND (f.author_id IS NULL OR f.author_id = r.author_id)
    AND (f.organization_id IS NULL OR f.organization_id = r.organization_id)
    AND (f.words = '' OR strpos(lower(concat_ws(' ', r.title, r.keywords, r.words)), lower(f.words)) > 0)
    AND (f.node_id IS NULL OR EXISTS (
        SELECT 1 FROM resources_placement p JOIN taxonomy_node n ON n.id = p.node_id
          JOIN taxonomy_node t ON t.id = f.node_id
         WHERE p.resource_id = r.id AND n.path <@ t.path))
"""
_NOW = "{0}.valid_from <= %(today)s AND ({0}.valid_to IS NULL OR {0}.valid_to >= %(today)s)"
# Where the one who follows stands today, and whether as one of the staff: as `roster.queries.actors` has it.
_STANDS = f"""
        SELECT o.path, m.role IN ('teacher', 'homeroom_teacher') AS staff
          FROM roster_membership m JOIN roster_organization o ON o.id = m.organization_id AND o.is_active
         WHERE m.person_id = f.person_id AND m.role IN ('student', 'teacher', 'homeroom_teacher') AND {_NOW.format("m")}
        UNION ALL
        SELECT o.path, false
          FROM roster_guardianship c JOIN roster_membership m ON m.person_id = c.student_id AND m.role = 'student'
          JOIN roster_organization o ON o.id = m.organization_id AND o.is_active
         WHERE c.guardian_id = f.person_id AND {_NOW.format("m")}
        UNION ALL
        SELECT o.path, g.role = ANY(%(staff)s)
          FROM roster_rolegrant g JOIN roster_organization o ON o.id = g.organization_id AND o.is_active
         WHERE g.person_id = f.person_id AND g.revoked_at IS NULL AND {_NOW.format("g")}
"""  # noqa: S608 - made of constants; values are parameters
_SEES = f"""
    (r.reach = 'public' AND r.audience = 'all' OR r.reach <> 'private' AND EXISTS (
        SELECT 1 FROM ({_STANDS}) s
         WHERE (r.audience = 'all' OR s.staff) AND (r.reach = 'public' OR (
               SELECT unit.path FROM roster_organization unit
                WHERE unit.id = CASE r.reach WHEN 'region' THEN r.region_id ELSE r.organization_id END) @> s.path)))
"""  # noqa: S608 - made of constants; values are parameters
_CONCERNED = f"""
    SELECT DISTINCT f.person_id FROM resources_resource r JOIN follows_follow f ON {_FITS}
      LEFT JOIN follows_reader seen ON seen.person_id = f.person_id
     WHERE COALESCE(seen.daily, true) AND r.published_at > COALESCE(seen.seen_at, '-infinity') AND {_SEES}
"""  # noqa: S608 - made of constants; values are parameters
_NEW_FOR_ONE = f"""
    SELECT r.id, f.id FROM resources_resource r JOIN follows_follow f ON {_FITS}
     WHERE f.person_id = %(person)s ORDER BY r.published_at DESC, r.id, f.id LIMIT {MOST_NEWS}
"""  # noqa: S608 - made of constants above; values are parameters


def _values(since: datetime, until: datetime) -> dict[str, Any]:
    return {"since": since, "until": until, "today": timezone.localdate(), "staff": [str(role) for role in STAFF_ROLES]}


def count_concerned(since: datetime, until: datetime) -> int:
    """How many people have something new that they may see and have not looked at. One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_CONCERNED}) AS people", _values(since, until))  # noqa: S608 - constants
        return int(cursor.fetchone()[0])


def people_concerned(since: datetime, until: datetime, *, part: int = 0, parts: int = 1) -> list[UUID]:
    """Those people, or one of so many parts of them. One query."""
    sql = f"SELECT person_id FROM ({_CONCERNED}) AS people WHERE abs(hashtext(person_id::text)::bigint) %% %(parts)s = %(part)s"  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(since, until) | {"part": part, "parts": parts})
        return [row[0] for row in cursor.fetchall()]


def new_for(person_id: UUID, since: datetime, until: datetime) -> list[tuple[UUID, UUID]]:
    """(resource, follow) of what is new and fits, the newest first, whether the person may see it or not. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW_FOR_ONE, _values(since, until) | {"person": person_id})
        return [(row[0], row[1]) for row in cursor.fetchall()]
