"""Noting what teachers use, as it is told by events. Asks no rule: for receivers, and for the demonstration.

Nothing is noted of who does not teach, of one's own resources, and of those who want none of it. What is told twice changes
nothing: ways are bits, times are the first and the last.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lantian.content.suggested.enums import Way
from lantian.content.suggested.models import Use

TEACHES = """
    EXISTS (SELECT 1 FROM roster_membership m
             WHERE m.person_id = told.person_id AND m.role IN ('teacher', 'homeroom_teacher')
               AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s))
    AND NOT EXISTS (SELECT 1 FROM suggested_plain p WHERE p.person_id = told.person_id)
"""
_NOTE = f"""
    INSERT INTO suggested_use (person_id, resource_id, ways, first_at, last_at)
    SELECT told.person_id, told.resource_id, bit_or(told.ways), min(told.at), max(told.at)
      FROM unnest(%(people)s::uuid[], %(resources)s::uuid[], %(ways)s::int[], %(ats)s::timestamptz[])
           AS told(person_id, resource_id, ways, at)
      JOIN resources_resource r ON r.id = told.resource_id AND r.author_id IS DISTINCT FROM told.person_id
     WHERE {TEACHES}
     GROUP BY 1, 2
    ON CONFLICT (person_id, resource_id) DO UPDATE
       SET ways = suggested_use.ways | EXCLUDED.ways,
           first_at = LEAST(suggested_use.first_at, EXCLUDED.first_at),
           last_at = GREATEST(suggested_use.last_at, EXCLUDED.last_at)
"""  # noqa: S608 - made of constants; values are parameters
_NOTE_PACK = f"""
    INSERT INTO suggested_use (person_id, resource_id, ways, first_at, last_at)
    SELECT told.person_id, told.resource_id, {int(Way.PACKED | Way.GIVEN)}, %(at)s, %(at)s
      FROM (SELECT p.owner_id AS person_id, i.resource_id FROM packs_packitem i JOIN packs_pack p ON p.id = i.pack_id
             WHERE p.id = %(pack)s AND p.deleted_at IS NULL) told
      JOIN resources_resource r ON r.id = told.resource_id AND r.author_id IS DISTINCT FROM told.person_id
     WHERE {TEACHES}
    ON CONFLICT (person_id, resource_id) DO UPDATE
       SET ways = suggested_use.ways | EXCLUDED.ways, last_at = GREATEST(suggested_use.last_at, EXCLUDED.last_at)
"""  # noqa: S608 - made of constants; values are parameters
Told = tuple[UUID, UUID, Way, datetime]


def note_uses(told: Iterable[Told]) -> int:
    """Who used what, in which way and when, for any number at once; how many rows that made or changed. One query."""
    rows = list(told)
    if not rows:
        return 0
    values: dict[str, Any] = {
        "people": [row[0] for row in rows],
        "resources": [row[1] for row in rows],
        "ways": [int(row[2]) for row in rows],
        "ats": [row[3] for row in rows],
        "today": timezone.localdate(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)
        return int(cursor.rowcount)


def note_rating(person_id: UUID, resource_id: UUID, share: float, at: datetime) -> int:
    """What somebody thinks of it (1: five stars) takes the place of what they thought before. Two queries."""
    way = Way.LIKED if share >= 0.8 else Way.DISLIKED if share <= 0.4 else Way(0)
    rows = Use.objects.filter(person=person_id, resource=resource_id)
    for row in rows.select_for_update():
        kept = row.ways & ~int(Way.LIKED | Way.DISLIKED) | int(way)
        if not kept:
            row.delete()
        elif kept != row.ways:
            rows.update(ways=kept, last_at=max(row.last_at, at))
        return 1
    return note_uses([(person_id, resource_id, way, at)]) if way else 0


def note_pack(pack_id: UUID, at: datetime) -> int:
    """A pack was put to a lesson or class: its owner uses what is in it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_PACK, {"pack": pack_id, "at": at, "today": timezone.localdate()})
        return int(cursor.rowcount)
