"""The model, made anew every night: what is used together, and what is used by those who teach the same.

The database reads and writes whole tables as bytes of a fixed width (COPY, binary), and what lies between is arithmetic on
arrays: no object is made for a row. All that is written is written in one transaction, at whose end readers see the new model:
until then, and when the night was cut short, they see the old one.
"""

import time
from typing import Any

import numpy as np
import structlog
from django.db import connection, transaction
from django.utils import timezone
from numpy.typing import NDArray

from lantian.content.resources.events import ResourceDownloaded
from lantian.content.suggested import queries
from lantian.content.suggested.engine.together import Pairs, pairs_of
from lantian.content.suggested.enums import ELSEWHERE, Way, worth_of
from lantian.content.suggested.models import Build
from lantian.content.suggested.services.noting import TEACHES

LOCK = 7_305_119_430_043  # of the database: one build at a time
HALF_LIFE_DAYS = 365.0
PEERS, LEAST = 150, 3
log = structlog.get_logger("suggested")

# `told` has one row for a person and a resource.
_WRITTEN = f"""
    CREATE TEMPORARY TABLE suggested_told ON COMMIT DROP AS
    SELECT person_id, resource_id, bit_or(ways) AS ways, min(at) AS first_at, max(at) AS last_at
      FROM ({queries.WRITTEN}) written WHERE ways > 0 GROUP BY 1, 2
"""  # noqa: S608 - made of constants
# Before the first model, what the outbox remembers of downloads counts too.
_REMEMBERED = f"""
    INSERT INTO suggested_told
    SELECT e.actor_id, e.object_id, {int(Way.TOOK)}, min(e.occurred_at), max(e.occurred_at)
      FROM journal_outboxevent e JOIN roster_person p ON p.id = e.actor_id
     WHERE e.name = '{ResourceDownloaded.name}' AND e.actor_kind = 'person'
     GROUP BY 1, 2
"""  # noqa: S608 - made of constants
_TAKE_OVER = f"""
    INSERT INTO suggested_use AS use (person_id, resource_id, ways, first_at, last_at)
    SELECT told.person_id, told.resource_id, bit_or(told.ways), min(told.first_at), max(told.last_at) FROM suggested_told told
      JOIN resources_resource r ON r.id = told.resource_id AND r.author_id IS DISTINCT FROM told.person_id
     WHERE {TEACHES}
     GROUP BY 1, 2
    ON CONFLICT (person_id, resource_id) DO UPDATE
       SET ways = use.ways & {int(Way.TOOK)} | EXCLUDED.ways, last_at = GREATEST(use.last_at, EXCLUDED.last_at)
     WHERE use.ways <> (use.ways & {int(Way.TOOK)} | EXCLUDED.ways) OR use.last_at < EXCLUDED.last_at
"""  # noqa: S608 - made of constants; values are parameters
# What is written nowhere any more: no longer kept, the stars taken back, out of the pack.
_TAKE_BACK = f"""
    UPDATE suggested_use use SET ways = ways & {int(Way.TOOK)}
     WHERE ways & {int(ELSEWHERE)} <> 0 AND ways & {int(Way.TOOK)} <> 0 AND NOT EXISTS (
           SELECT 1 FROM suggested_told told WHERE told.person_id = use.person_id AND told.resource_id = use.resource_id)
"""  # noqa: S608 - made of constants
_DROP = f"""
    DELETE FROM suggested_use use
     WHERE ways & {int(Way.TOOK)} = 0 AND NOT EXISTS (
           SELECT 1 FROM suggested_told told WHERE told.person_id = use.person_id AND told.resource_id = use.resource_id)
"""  # noqa: S608 - made of constants
_READ = f"""
    COPY (SELECT u.person_id, u.resource_id, u.ways::int2, extract(epoch FROM u.last_at)::float8
            FROM suggested_use u JOIN resources_resource r ON r.id = u.resource_id AND r.state = 'published'
           WHERE u.ways & {int(Way.DISLIKED)} = 0) TO STDOUT (FORMAT binary)
"""  # noqa: S608 - made of constants
_PEER_USES = f"""
    INSERT INTO suggested_peeruse (subject, stage, grade, resource, people)
    SELECT subject, stage, grade, resource_id, people FROM (
        SELECT t.subject, t.stage, COALESCE(t.grade, 0) AS grade, u.resource_id, count(DISTINCT u.person_id) AS people,
               row_number() OVER (PARTITION BY t.subject, t.stage, t.grade
                                  ORDER BY count(DISTINCT u.person_id) DESC, u.resource_id) AS place
          FROM (SELECT DISTINCT m.person_id, m.subject, c.stage, c.grade
                  FROM roster_membership m JOIN roster_classgroup c ON c.id = m.class_group_id AND c.is_active
                 WHERE m.role = 'teacher' AND m.subject <> ''
                   AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)) t
          JOIN suggested_use u ON u.person_id = t.person_id AND u.ways & {int(Way.DISLIKED)} = 0
          JOIN resources_resource r ON r.id = u.resource_id AND r.state = 'published'
         GROUP BY GROUPING SETS ((t.subject, t.stage, t.grade, u.resource_id), (t.subject, t.stage, u.resource_id))
        HAVING count(DISTINCT u.person_id) >= {LEAST}
    ) counted WHERE place <= {PEERS}
"""  # noqa: S608 - made of constants; values are parameters

_USE = np.dtype(
    [
        ("columns", ">i2"),
        ("n1", ">i4"), ("person", ">u8", 2),
        ("n2", ">i4"), ("resource", ">u8", 2),
        ("n3", ">i4"), ("ways", ">i2"),
        ("n4", ">i4"), ("at", ">f8"),
    ]
)  # fmt: skip
_PAIR = np.dtype(
    [
        ("columns", ">i2"),
        ("n1", ">i4"), ("resource", ">u8", 2),
        ("n2", ">i4"), ("other", ">u8", 2),
        ("n3", ">i4"), ("strength", ">f8"),
        ("n4", ">i4"), ("together", ">i4"),
    ]
)  # fmt: skip
_SIGN = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
Ids = NDArray[np.uint64]


def rebuild() -> Build:
    """Take over what other apps have written, and make the model of all that is known. Asks no rule: a job."""
    began = time.perf_counter()
    gather()
    uses = _uses()
    moment = timezone.now()  # what comes from now on counts besides the model, and nothing counts twice
    people, known, pairs = _paired(uses, moment.timestamp())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            _write_pairs(cursor, known, pairs)
            cursor.execute("DELETE FROM suggested_peeruse")
            cursor.execute(_PEER_USES, {"today": timezone.localdate()})
        Build.objects.all().delete()
        made = Build.objects.create(
            made_at=moment,
            people=int(people.max()) + 1 if len(people) else 0,
            resources=len(known),
            uses=len(people),
            pairs=len(pairs.item),
            seconds=round(time.perf_counter() - began, 2),
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE suggested_neighbour, suggested_peeruse")
    log.info("suggested.built", uses=made.uses, pairs=made.pairs, seconds=made.seconds)
    return made


@transaction.atomic
def gather() -> None:
    """Let uses be what other apps have written, besides what events alone told."""
    first = not Build.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("DROP TABLE IF EXISTS pg_temp.suggested_told")
        cursor.execute(_WRITTEN)
        if first:
            cursor.execute(_REMEMBERED)
        cursor.execute("ANALYZE suggested_told")
        cursor.execute(_TAKE_BACK)
        cursor.execute(_DROP)
        cursor.execute(_TAKE_OVER, {"today": timezone.localdate()})


def _uses() -> NDArray[Any]:
    """All uses that speak for something, as an array over the bytes that the database sent."""
    with connection.cursor() as cursor, cursor.copy(_READ) as copy:
        sent = b"".join(bytes(piece) for piece in copy)
    head = len(_SIGN)
    if sent[: len(_SIGN) - 8] != _SIGN[:-8] or len(sent) < head + len(_END):
        raise RuntimeError("the database sent no binary copy")
    return np.frombuffer(sent, _USE, count=(len(sent) - head - len(_END)) // _USE.itemsize, offset=head)


def _codes(ids: NDArray[Any]) -> tuple[NDArray[np.int64], Ids]:
    """Ids (two halves each) as numbers from 0 on, and the id of each number."""
    high, low = ids[:, 0].astype(np.uint64), ids[:, 1].astype(np.uint64)
    order = np.lexsort((low, high))
    high, low = high[order], low[order]
    begins = np.ones(len(order), bool)
    begins[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    codes = np.empty(len(order), np.int64)
    codes[order] = np.cumsum(begins) - 1
    return codes, np.column_stack((high[begins], low[begins]))


def _paired(uses: NDArray[Any], now: float) -> tuple[NDArray[np.int64], Ids, Pairs]:
    """Of each use its person, as a number; the ids of the resources; which of these are used together."""
    people, _ids = _codes(uses["person"])
    items, known = _codes(uses["resource"])
    worth = np.array([worth_of(ways) for ways in range(64)])[uses["ways"].astype(np.int64)]
    age = np.maximum(0.0, now - uses["at"].astype(np.float64)) / 86400
    worth = worth * 0.5 ** (age / HALF_LIFE_DAYS)
    return people, known, pairs_of(people, items, worth, least=LEAST)


def _write_pairs(cursor: Any, known: Ids, pairs: Pairs) -> None:
    cursor.execute("DELETE FROM suggested_neighbour")
    if not len(pairs.item):
        return
    rows = np.zeros(len(pairs.item), _PAIR)
    rows["columns"], rows["n1"], rows["n2"], rows["n3"], rows["n4"] = 4, 16, 16, 8, 4
    rows["resource"], rows["other"] = known[pairs.item], known[pairs.other]
    rows["strength"], rows["together"] = pairs.strength, pairs.together
    told = "COPY suggested_neighbour (resource, other, strength, together) FROM STDIN (FORMAT binary)"
    with cursor.copy(told) as copy:
        copy.write(_SIGN)
        copy.write(rows.tobytes())
        copy.write(_END)
