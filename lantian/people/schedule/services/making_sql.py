"""The statements of `making`, in the order they run. Temporary tables: `making_day` (when a school runs a timetable), `making`
(lessons that should be), `making_receiver` (who receives them), `making_known` (lessons of the timetable that may be changed),
`making_taken` (what each takes up), `making_touched` (lessons whose rows of occupancy must be written anew)."""

TABLES = (
    # of an earlier call in the same transaction
    """DROP TABLE IF EXISTS pg_temp.making, pg_temp.making_day, pg_temp.making_known, pg_temp.making_receiver,
       pg_temp.making_school, pg_temp.making_taken, pg_temp.making_touched, pg_temp.making_word""",
    """CREATE TEMP TABLE making_day (organization_id uuid, day date, weekday smallint, odd boolean, bells uuid)
       ON COMMIT DROP""",
    "CREATE TEMP TABLE making_word (subject text, word text) ON COMMIT DROP",
    "CREATE TEMP TABLE making_touched (lesson_id uuid) ON COMMIT DROP",
)

SCHOOLS = """
    SELECT organization_id FROM schedule_timetable WHERE state = 'published'
    UNION
    SELECT g.organization_id FROM schedule_pairing q JOIN roster_classgroup g ON g.id = q.receiver_id
"""

_WANTED = """
    CREATE TEMP TABLE making ON COMMIT DROP AS
    SELECT e.id AS entry_id, d.day AS entry_day, coalesce(c.to_day, d.day) AS day, t.organization_id, e.class_group_id,
           e.subject, e.weekday, e.weeks, e.period_no AS sent_period, coalesce(c.to_period, e.period_no) AS period_no,
           coalesce(c.teacher_id, e.teacher_id) AS teacher_id, coalesce(e.room_id, home.id) AS room_id,
           (coalesce(c.to_day, d.day) + p.starts) AT TIME ZONE %(tz)s AS starts_at,
           (coalesce(c.to_day, d.day) + p.ends) AT TIME ZONE %(tz)s AS ends_at,
           CASE WHEN p.id IS NULL THEN 'no_bell' END AS trouble,
           NULL::uuid AS lesson_id, NULL::uuid AS alliance_id
      FROM making_day d
      JOIN schedule_timetable t ON t.organization_id = d.organization_id AND t.state = 'published' AND t.during @> d.day
      JOIN schedule_timetableentry e
           ON e.timetable_id = t.id AND e.weekday = d.weekday
          AND e.weeks IN ('every', CASE WHEN d.odd THEN 'odd' ELSE 'even' END)
      LEFT JOIN schedule_timetablechange c ON c.entry_id = e.id AND c.day = d.day
      LEFT JOIN making_day other ON other.organization_id = d.organization_id AND other.day = c.to_day
      LEFT JOIN schedule_period p
           ON p.schedule_id = coalesce(other.bells, d.bells) AND p.number = coalesce(c.to_period, e.period_no)
      LEFT JOIN schedule_room home ON home.class_group_id = e.class_group_id AND home.is_active
     WHERE c.kind IS DISTINCT FROM 'cancelled' AND coalesce(c.teacher_id, e.teacher_id) IS NOT NULL
       AND EXISTS (SELECT FROM schedule_pairing q
                    WHERE q.sender_id = e.class_group_id AND q.subject = e.subject
                      AND q.during @> coalesce(c.to_day, d.day))
"""

_KNOWN = """
    CREATE TEMP TABLE making_known ON COMMIT DROP AS
    SELECT id, entry_id, entry_day, state FROM schedule_lesson
     WHERE entry_day BETWEEN %(first)s AND %(last)s AND entry_id IS NOT NULL AND NOT by_hand
       AND state IN ('planned', 'cancelled') AND starts_at > %(now)s
"""

# What has begun, and what a person has changed, is nobody's to make again.
_NOT_OURS = """
    DELETE FROM making m
     WHERE m.starts_at <= %(now)s
        OR EXISTS (SELECT FROM schedule_lesson l
                    WHERE l.entry_id = m.entry_id AND l.entry_day = m.entry_day
                      AND NOT EXISTS (SELECT FROM making_known k WHERE k.id = l.id))
"""

# Who belongs to a receiving member of which alliance: worked out once, not for each of some hundred thousand periods.
_MEMBERS = """
    CREATE TEMP TABLE making_school ON COMMIT DROP AS
    SELECT DISTINCT am.alliance_id, o.id AS organization_id
      FROM schedule_alliancemember am
      JOIN roster_organization mo ON mo.id = am.organization_id
      JOIN roster_organization o ON o.path <@ mo.path
     WHERE am.part = 'receiving'
"""

# A class receives on days on which its own school works, while its school is in the alliance, unless something else was settled.
_RECEIVERS = """
    CREATE TEMP TABLE making_receiver ON COMMIT DROP AS
    SELECT m.entry_id, m.entry_day, q.alliance_id, g.id AS class_group_id, r.id AS room_id, m.starts_at, m.ends_at,
           NULL::text AS trouble
      FROM making m
      JOIN schedule_pairing q
           ON q.sender_id = m.class_group_id AND q.subject = m.subject AND q.during @> m.day
      JOIN schedule_alliance a
           ON a.id = q.alliance_id AND a.state = 'active' AND m.day BETWEEN a.starts_on AND a.ends_on
      JOIN roster_classgroup g ON g.id = q.receiver_id AND g.is_active
      JOIN making_school s ON s.alliance_id = a.id AND s.organization_id = g.organization_id
      JOIN making_day d ON d.organization_id = g.organization_id AND d.day = m.day
      LEFT JOIN schedule_room r ON r.class_group_id = g.id AND r.is_active
     WHERE m.trouble IS NULL
       AND NOT EXISTS (SELECT FROM schedule_pairingchoice c
                        WHERE c.pairing_id = q.id AND c.weekday = m.weekday AND c.period_no = m.sent_period
                          AND c.settlement <> 'receive' AND (c.weeks = 'every' OR c.weeks = m.weeks))
"""

_TAKEN = """
    CREATE TEMP TABLE making_taken ON COMMIT DROP AS
    SELECT entry_id, entry_day, NULL::uuid AS receiver, kind, what, starts_at, ends_at, 0 AS rank, false AS bad
      FROM making, LATERAL (VALUES ('teacher', teacher_id), ('class', class_group_id), ('room', room_id)) v (kind, what)
     WHERE trouble IS NULL AND what IS NOT NULL
    UNION ALL
    SELECT entry_id, entry_day, class_group_id, kind, what, starts_at, ends_at, 1, false
      FROM making_receiver, LATERAL (VALUES ('class', class_group_id), ('room', room_id)) v (kind, what)
     WHERE what IS NOT NULL
"""


def _elsewhere(kind: str, column: str) -> str:
    """Marks what somebody else's lesson takes already; one statement a kind, so that the index of the constraint serves."""
    return f"""
        UPDATE making_taken x SET bad = true
         WHERE x.kind = '{kind}'
           AND EXISTS (SELECT FROM schedule_occupancy o
                        WHERE o.{column} = x.what AND o.during && tstzrange(x.starts_at, x.ends_at)
                          AND NOT EXISTS (SELECT FROM making_known k WHERE k.id = o.lesson_id))
    """  # noqa: S608 - names of our own


# A lesson ends on the day that it begins: without that bound each row is held against its whole term.
# Of two wanted lessons the one that sends from there goes before the one that receives there, then the earlier one. It may
# have fallen out for another reason: then both are left out, and both are told of.
_EACH_OTHER = """
    UPDATE making_taken x SET bad = true
     WHERE NOT x.bad
       AND EXISTS (SELECT FROM making_taken y
                    WHERE y.kind = x.kind AND y.what = x.what AND NOT y.bad
                      AND y.starts_at < x.ends_at AND y.ends_at > x.starts_at
                      AND y.starts_at > x.starts_at - interval '1 day'
                      AND (y.rank, y.starts_at, y.entry_id, y.entry_day) < (x.rank, x.starts_at, x.entry_id, x.entry_day))
"""

WANTED = (
    _WANTED,
    _KNOWN,
    "CREATE INDEX ON making (entry_id, entry_day)",
    "CREATE INDEX ON making_known (id)",
    "CREATE INDEX ON making_known (entry_id, entry_day)",
    "ANALYZE making",
    "ANALYZE making_known",
    _NOT_OURS,
    _MEMBERS,
    "ANALYZE making_school",
    _RECEIVERS,
    "CREATE INDEX ON making_receiver (entry_id, entry_day)",
    "ANALYZE making_receiver",
    _TAKEN,
    "CREATE INDEX ON making_taken (what, starts_at)",
    "ANALYZE making_taken",
    _elsewhere("teacher", "teacher_id"),
    _elsewhere("class", "class_group_id"),
    _elsewhere("room", "room_id"),
    _EACH_OTHER,
    """UPDATE making m SET trouble = x.kind FROM making_taken x
        WHERE x.bad AND x.rank = 0 AND x.entry_id = m.entry_id AND x.entry_day = m.entry_day""",
    """UPDATE making_receiver r SET trouble = x.kind FROM making_taken x
        WHERE x.bad AND x.receiver = r.class_group_id AND x.entry_id = r.entry_id AND x.entry_day = r.entry_day""",
)

PROBLEMS = """
    SELECT trouble, entry_id, entry_day, NULL::uuid FROM making WHERE trouble IS NOT NULL
    UNION ALL
    SELECT r.trouble, r.entry_id, r.entry_day, r.class_group_id FROM making_receiver r
      JOIN making m USING (entry_id, entry_day) WHERE r.trouble IS NOT NULL AND m.trouble IS NULL
    ORDER BY 3, 2, 4
"""

# A lesson that nobody can receive is not sent.
CANCEL = """
    WITH out AS (DELETE FROM making_receiver WHERE trouble IS NOT NULL),
         gone AS (DELETE FROM making m
                   WHERE trouble IS NOT NULL
                      OR NOT EXISTS (SELECT FROM making_receiver r
                                      WHERE r.entry_id = m.entry_id AND r.entry_day = m.entry_day AND r.trouble IS NULL)
                  RETURNING entry_id, entry_day),
         ended AS (UPDATE schedule_lesson l SET state = 'cancelled' FROM making_known k
                    WHERE l.id = k.id AND k.state = 'planned'
                      AND (EXISTS (SELECT FROM gone g WHERE g.entry_id = k.entry_id AND g.entry_day = k.entry_day)
                           OR NOT EXISTS (SELECT FROM making m
                                           WHERE m.entry_id = k.entry_id AND m.entry_day = k.entry_day))
                   RETURNING l.id),
         noted AS (INSERT INTO making_touched SELECT id FROM ended)
    SELECT id FROM ended
"""

REVIVE = """
    WITH known AS (UPDATE making m SET lesson_id = k.id FROM making_known k
                    WHERE k.entry_id = m.entry_id AND k.entry_day = m.entry_day
                   RETURNING k.id, k.state),
         back AS (UPDATE schedule_lesson l SET state = 'planned' FROM known
                   WHERE known.id = l.id AND known.state = 'cancelled' RETURNING l.id),
         noted AS (INSERT INTO making_touched SELECT id FROM back)
    SELECT id FROM back
"""

CHANGE = """
    WITH moved AS (
           UPDATE schedule_lesson l
              SET starts_at = m.starts_at, ends_at = m.ends_at, teacher_id = m.teacher_id, room_id = m.room_id,
                  period_no = m.period_no
             FROM making m
            WHERE m.lesson_id = l.id
              AND (l.starts_at, l.ends_at, l.teacher_id, l.room_id, l.period_no)
                  IS DISTINCT FROM (m.starts_at, m.ends_at, m.teacher_id, m.room_id, m.period_no::int)
           RETURNING l.id),
         gone AS (
           DELETE FROM schedule_lessonreceiver r USING making m
            WHERE r.lesson_id = m.lesson_id
              AND NOT EXISTS (SELECT FROM making_receiver w
                               WHERE w.entry_id = m.entry_id AND w.entry_day = m.entry_day
                                 AND w.class_group_id = r.class_group_id)
           RETURNING r.lesson_id),
         housed AS (
           UPDATE schedule_lessonreceiver r SET room_id = w.room_id
             FROM making m JOIN making_receiver w USING (entry_id, entry_day)
            WHERE r.lesson_id = m.lesson_id AND w.class_group_id = r.class_group_id
              AND r.room_id IS DISTINCT FROM w.room_id
           RETURNING r.lesson_id),
         came AS (
           INSERT INTO schedule_lessonreceiver (id, lesson_id, class_group_id, room_id)
           SELECT gen_random_uuid(), m.lesson_id, w.class_group_id, w.room_id
             FROM making m JOIN making_receiver w USING (entry_id, entry_day)
            WHERE m.lesson_id IS NOT NULL
           ON CONFLICT (lesson_id, class_group_id) DO NOTHING
           RETURNING lesson_id),
         changed AS (SELECT id FROM moved UNION SELECT lesson_id FROM gone UNION SELECT lesson_id FROM housed
                     UNION SELECT lesson_id FROM came),
         noted AS (INSERT INTO making_touched SELECT id FROM changed)
    SELECT id FROM changed
"""

MAKE = """
    WITH fresh AS (UPDATE making SET lesson_id = gen_random_uuid() WHERE lesson_id IS NULL
                   RETURNING *),
         led AS (SELECT DISTINCT ON (r.entry_id, r.entry_day) r.entry_id, r.entry_day, r.alliance_id
                   FROM making_receiver r JOIN fresh USING (entry_id, entry_day)
                  ORDER BY r.entry_id, r.entry_day, r.alliance_id),
         made AS (
           INSERT INTO schedule_lesson (id, title, summary, subject, stage, grade, teacher_id, organization_id, class_group_id,
                  room_id, alliance_id, period_no, entry_id, entry_day, by_hand, starts_at, ends_at, state, access, created_at)
           SELECT f.lesson_id, w.word, '', f.subject, g.stage, g.grade, f.teacher_id, f.organization_id, f.class_group_id,
                  f.room_id, led.alliance_id, f.period_no, f.entry_id, f.entry_day, false, f.starts_at, f.ends_at, 'planned',
                  'alliance', now()
             FROM fresh f JOIN led USING (entry_id, entry_day) JOIN making_word w ON w.subject = f.subject
             JOIN roster_classgroup g ON g.id = f.class_group_id
           RETURNING id, entry_id, entry_day),
         received AS (
           INSERT INTO schedule_lessonreceiver (id, lesson_id, class_group_id, room_id)
           SELECT gen_random_uuid(), made.id, r.class_group_id, r.room_id
             FROM made JOIN making_receiver r USING (entry_id, entry_day)),
         noted AS (INSERT INTO making_touched SELECT id FROM made)
    SELECT id FROM made
"""

OCCUPY = (
    "ANALYZE making_touched",
    # its lessons have their ids only now: the planner still believes that none is looked for, and would read all for each
    "ANALYZE making",
    "DELETE FROM schedule_occupancy WHERE lesson_id IN (SELECT lesson_id FROM making_touched)",
    """INSERT INTO schedule_occupancy (id, lesson_id, teacher_id, class_group_id, room_id, during)
       SELECT DISTINCT ON (m.lesson_id, x.kind, x.what) gen_random_uuid(), m.lesson_id,
              CASE x.kind WHEN 'teacher' THEN x.what END, CASE x.kind WHEN 'class' THEN x.what END,
              CASE x.kind WHEN 'room' THEN x.what END, tstzrange(m.starts_at, m.ends_at)
         FROM making m JOIN making_taken x USING (entry_id, entry_day)
        WHERE NOT x.bad AND m.lesson_id IN (SELECT lesson_id FROM making_touched)
          AND (x.receiver IS NULL
               OR EXISTS (SELECT FROM making_receiver r
                           WHERE r.entry_id = x.entry_id AND r.entry_day = x.entry_day AND r.class_group_id = x.receiver))""",
)

BY_SCHOOL = """
    SELECT organization_id, count(*) FROM making WHERE lesson_id IN (SELECT lesson_id FROM making_touched) GROUP BY 1 ORDER BY 1
"""
