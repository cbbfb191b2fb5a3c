"""The statements of `making`, in the order they run. Temporary tables, `n` being the number of a wanted lesson:

`making_day` (when a school runs a timetable), `making_standing` (lessons that were made from these days before; `ours`: may be
changed), `making` (lessons that should be; `was`: the state of the one that stands), `making_receiver` (who receives them),
`making_taken` (what each takes up), `making_bad` (what of it is taken already), `making_difference` (receivers that came, went or
moved), `making_touched` (lessons whose rows of occupancy must be written anew).

Each step is a statement of its own over tables that the planner has been told of: steps within one statement are planned as if
nothing came out of the one before, and read all for each row.
"""

TABLES = (
    "SET LOCAL work_mem = '64MB'",  # one run at a time: its lists are hashed and sorted in memory
    # of an earlier call in the same transaction
    """DROP TABLE IF EXISTS pg_temp.making, pg_temp.making_bad, pg_temp.making_day, pg_temp.making_difference,
       pg_temp.making_meeting, pg_temp.making_other, pg_temp.making_receiver, pg_temp.making_school, pg_temp.making_standing,
       pg_temp.making_taken, pg_temp.making_touched, pg_temp.making_word""",
    """CREATE TEMP TABLE making_day (organization_id uuid, day date, weekday smallint, odd boolean, bells uuid)
       ON COMMIT DROP""",
    "CREATE TEMP TABLE making_word (subject text, word text) ON COMMIT DROP",
    "CREATE TEMP TABLE making_touched (lesson_id uuid, moved boolean DEFAULT false) ON COMMIT DROP",
)

SCHOOLS = """
    SELECT organization_id FROM schedule_timetable WHERE state = 'published'
    UNION
    SELECT g.organization_id FROM schedule_pairing q JOIN roster_classgroup g ON g.id = q.receiver_id
"""

_STANDING = """
    CREATE TEMP TABLE making_standing ON COMMIT DROP AS
    SELECT id, entry_id, entry_day, state,
           NOT by_hand AND state IN ('planned', 'cancelled') AND starts_at > %(now)s AS ours
      FROM schedule_lesson WHERE entry_day BETWEEN %(first)s AND %(last)s AND entry_id IS NOT NULL
"""

# What has begun, and what a person has changed, is nobody's to make again.
_WANTED = """
    CREATE TEMP TABLE making ON COMMIT DROP AS
    SELECT (row_number() OVER (ORDER BY entry_id, entry_day))::int AS n, w.*
      FROM (
    SELECT e.id AS entry_id, d.day AS entry_day, coalesce(c.to_day, d.day) AS day, t.organization_id, e.class_group_id,
           e.subject, e.weekday, e.weeks, e.period_no AS sent_period, coalesce(c.to_period, e.period_no) AS period_no,
           coalesce(c.teacher_id, e.teacher_id) AS teacher_id, coalesce(e.room_id, home.id) AS room_id,
           (coalesce(c.to_day, d.day) + p.starts) AT TIME ZONE %(tz)s AS starts_at,
           (coalesce(c.to_day, d.day) + p.ends) AT TIME ZONE %(tz)s AS ends_at,
           CASE WHEN p.id IS NULL THEN 'no_bell' END AS trouble,
           coalesce(k.id, lantian_new_id()) AS lesson_id, k.state AS was
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
      LEFT JOIN making_standing k ON k.entry_id = e.id AND k.entry_day = d.day
     WHERE c.kind IS DISTINCT FROM 'cancelled' AND coalesce(c.teacher_id, e.teacher_id) IS NOT NULL
       AND k.ours IS NOT FALSE
       AND EXISTS (SELECT FROM schedule_pairing q
                    WHERE q.sender_id = e.class_group_id AND q.subject = e.subject
                      AND q.during @> coalesce(c.to_day, d.day))
           ) w
     WHERE (starts_at > %(now)s) IS NOT FALSE
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
    SELECT m.n, q.alliance_id, g.id AS class_group_id, r.id AS room_id, NULL::text AS trouble
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

# In the order of what is taken, so that the rows of occupancy are written in the order of their indexes; `meets`: begins before
# an earlier one of the same room, teacher or class has ended.
_TAKEN = """
    CREATE TEMP TABLE making_taken ON COMMIT DROP AS
    SELECT n, receiver, kind, what, rank, starts_at, ends_at,
           coalesce(max(ends_at) OVER (PARTITION BY what ORDER BY starts_at, n
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > starts_at, false) AS meets
      FROM (SELECT n, NULL::uuid AS receiver, kind, what, 0 AS rank, starts_at, ends_at
              FROM making, LATERAL (VALUES ('teacher', teacher_id), ('class', class_group_id), ('room', room_id)) v (kind, what)
             WHERE trouble IS NULL AND what IS NOT NULL
            UNION ALL
            SELECT n, r.class_group_id, kind, what, 1, m.starts_at, m.ends_at
              FROM making_receiver r JOIN making m USING (n),
                   LATERAL (VALUES ('class', r.class_group_id), ('room', r.room_id)) v (kind, what)
             WHERE what IS NOT NULL) x
"""

# Lessons that are nobody's to change here, at the time of those that are wanted: a lesson lasts less than a day.
_OTHERS = """
    CREATE TEMP TABLE making_other ON COMMIT DROP AS
    SELECT coalesce(o.room_id, o.teacher_id, o.class_group_id) AS what, o.during
      FROM schedule_lesson l
      LEFT JOIN making_standing k ON k.id = l.id AND k.ours
      JOIN schedule_occupancy o ON o.lesson_id = l.id
     WHERE k.id IS NULL
       AND l.starts_at > (SELECT min(starts_at) FROM making) - interval '1 day'
       AND l.starts_at < (SELECT max(ends_at) FROM making)
"""

_ELSEWHERE = """
    CREATE TEMP TABLE making_bad ON COMMIT DROP AS
    SELECT x.n, x.receiver, x.kind, x.what, x.rank FROM making_taken x
     WHERE EXISTS (SELECT FROM making_other o WHERE o.what = x.what AND o.during && tstzrange(x.starts_at, x.ends_at))
"""

_MEETING = """
    CREATE TEMP TABLE making_meeting ON COMMIT DROP AS
    SELECT x.* FROM making_taken x
     WHERE x.what IN (SELECT what FROM making_taken WHERE meets)
       AND NOT EXISTS (SELECT FROM making_bad b WHERE b.n = x.n AND b.what = x.what AND b.rank = x.rank)
"""

# A lesson ends on the day that it begins: without that bound each row is held against its whole term.
# Of two wanted lessons the one that sends from there goes before the one that receives there, then the earlier one. It may
# have fallen out for another reason: then both are left out, and both are told of.
_EACH_OTHER = """
    INSERT INTO making_bad
    SELECT x.n, x.receiver, x.kind, x.what, x.rank FROM making_meeting x
     WHERE EXISTS (SELECT FROM making_meeting y
                    WHERE y.what = x.what AND y.starts_at < x.ends_at AND y.ends_at > x.starts_at
                      AND y.starts_at > x.starts_at - interval '1 day'
                      AND (y.rank, y.starts_at, y.n) < (x.rank, x.starts_at, x.n))
"""

WANTED = (
    _STANDING,
    "ANALYZE making_standing",
    _WANTED,
    "ANALYZE making",
    _MEMBERS,
    "ANALYZE making_school",
    _RECEIVERS,
    "ANALYZE making_receiver",
    _TAKEN,
    "ANALYZE making_taken",
    _OTHERS,
    "ANALYZE making_other",
    _ELSEWHERE,
    "ANALYZE making_bad",
    _MEETING,
    "CREATE INDEX ON making_meeting (what, starts_at)",
    "ANALYZE making_meeting",
    _EACH_OTHER,
    "ANALYZE making_bad",
    "UPDATE making m SET trouble = b.kind FROM making_bad b WHERE b.rank = 0 AND b.n = m.n",
    """UPDATE making_receiver r SET trouble = b.kind FROM making_bad b
        WHERE b.rank = 1 AND b.n = r.n AND b.receiver = r.class_group_id""",
)

PROBLEMS = """
    SELECT trouble, entry_id, entry_day, NULL::uuid FROM making WHERE trouble IS NOT NULL
    UNION ALL
    SELECT r.trouble, m.entry_id, m.entry_day, r.class_group_id FROM making_receiver r
      JOIN making m USING (n) WHERE r.trouble IS NOT NULL AND m.trouble IS NULL
    ORDER BY 3, 2, 4
"""

# A lesson that nobody can receive is not sent.
SETTLED = (
    "DELETE FROM making_receiver WHERE trouble IS NOT NULL",
    """DELETE FROM making m
        WHERE trouble IS NOT NULL OR NOT EXISTS (SELECT FROM making_receiver r WHERE r.n = m.n)""",
    "ANALYZE making",
)

CANCEL = """
    WITH ended AS (UPDATE schedule_lesson l SET state = 'cancelled' FROM making_standing k
                    WHERE l.id = k.id AND k.ours AND k.state = 'planned'
                      AND NOT EXISTS (SELECT FROM making m WHERE m.lesson_id = k.id)
                   RETURNING l.id),
         noted AS (INSERT INTO making_touched SELECT id FROM ended)
    SELECT id FROM ended
"""

REVIVE = """
    WITH back AS (UPDATE schedule_lesson l SET state = 'planned' FROM making m
                   WHERE m.lesson_id = l.id AND m.was = 'cancelled' RETURNING l.id)
    INSERT INTO making_touched SELECT id FROM back
"""

MOVE = """
    WITH moved AS (
           UPDATE schedule_lesson l
              SET starts_at = m.starts_at, ends_at = m.ends_at, teacher_id = m.teacher_id, room_id = m.room_id,
                  period_no = m.period_no
             FROM making m
            WHERE m.lesson_id = l.id
              AND (l.starts_at, l.ends_at, l.teacher_id, l.room_id, l.period_no)
                  IS DISTINCT FROM (m.starts_at, m.ends_at, m.teacher_id, m.room_id, m.period_no::int)
           RETURNING l.id)
    INSERT INTO making_touched SELECT id, true FROM moved
"""

MAKE = """
    INSERT INTO schedule_lesson (id, title, summary, subject, stage, grade, teacher_id, organization_id, class_group_id,
           room_id, alliance_id, period_no, entry_id, entry_day, by_hand, starts_at, ends_at, state, access, created_at)
    SELECT m.lesson_id, w.word, '', m.subject, g.stage, g.grade, m.teacher_id, m.organization_id, m.class_group_id,
           m.room_id, led.alliance_id, m.period_no, m.entry_id, m.entry_day, false, m.starts_at, m.ends_at, 'planned',
           'alliance', now()
      FROM making m
      JOIN (SELECT DISTINCT ON (n) n, alliance_id FROM making_receiver ORDER BY n, alliance_id) led USING (n)
      JOIN making_word w ON w.subject = m.subject
      JOIN roster_classgroup g ON g.id = m.class_group_id
     WHERE m.was IS NULL
"""

_DIFFERENCE = """
    CREATE TEMP TABLE making_difference ON COMMIT DROP AS
    SELECT coalesce(stands.lesson_id, want.lesson_id) AS lesson_id, stands.id, want.class_group_id, want.room_id, want.fresh
      FROM (SELECT r.id, r.lesson_id, r.class_group_id, r.room_id
              FROM making m JOIN schedule_lessonreceiver r ON r.lesson_id = m.lesson_id
             WHERE m.was IS NOT NULL) stands
      FULL JOIN (SELECT m.lesson_id, r.class_group_id, r.room_id, m.was IS NULL AS fresh
                   FROM making m JOIN making_receiver r USING (n)) want
           ON want.lesson_id = stands.lesson_id AND want.class_group_id = stands.class_group_id
     WHERE stands.id IS NULL OR want.lesson_id IS NULL OR stands.room_id IS DISTINCT FROM want.room_id
"""

RECEIVE = (
    _DIFFERENCE,
    "ANALYZE making_difference",
    "DELETE FROM schedule_lessonreceiver r USING making_difference d WHERE r.id = d.id AND d.class_group_id IS NULL",
    """UPDATE schedule_lessonreceiver r SET room_id = d.room_id FROM making_difference d
        WHERE r.id = d.id AND d.class_group_id IS NOT NULL""",
    """INSERT INTO schedule_lessonreceiver (id, lesson_id, class_group_id, room_id)
       SELECT lantian_new_id(), lesson_id, class_group_id, room_id FROM making_difference WHERE id IS NULL
        ORDER BY lesson_id, class_group_id""",  # in the order of the largest index
)

CHANGED = """
    SELECT count(*) FROM (SELECT lesson_id FROM making_touched WHERE moved
                          UNION SELECT lesson_id FROM making_difference WHERE fresh IS NOT TRUE) x
"""

OCCUPY = (
    "INSERT INTO making_touched SELECT DISTINCT lesson_id FROM making_difference",
    "ANALYZE making_touched",
    "DELETE FROM schedule_occupancy WHERE lesson_id IN (SELECT lesson_id FROM making_touched)",
    """INSERT INTO schedule_occupancy (id, lesson_id, teacher_id, class_group_id, room_id, during)
       SELECT lantian_new_id(), m.lesson_id, CASE x.kind WHEN 'teacher' THEN x.what END,
              CASE x.kind WHEN 'class' THEN x.what END, CASE x.kind WHEN 'room' THEN x.what END,
              tstzrange(x.starts_at, x.ends_at)
         FROM making_taken x
         JOIN (SELECT n, lesson_id FROM making WHERE lesson_id IN (SELECT lesson_id FROM making_touched)) m USING (n)
         LEFT JOIN making_receiver r ON r.n = x.n AND r.class_group_id = x.receiver
        WHERE x.receiver IS NULL OR r.n IS NOT NULL
        ORDER BY x.what, x.starts_at""",  # in the order in which seats are kept, and looked at by their trigger
)

BY_SCHOOL = """
    SELECT organization_id, count(*) FROM making WHERE lesson_id IN (SELECT lesson_id FROM making_touched) GROUP BY 1 ORDER BY 1
"""
