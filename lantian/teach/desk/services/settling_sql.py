"""The statements of `settling`, in the order they run. Temporary tables: `settling_lesson` (lessons to look at), `settling`
(what each receiving class of them should stand as)."""

TABLES = (
    "DROP TABLE IF EXISTS pg_temp.settling, pg_temp.settling_lesson",  # of an earlier call in the same transaction
    """CREATE TEMP TABLE settling (lesson_id uuid, class_group_id uuid, organization_id uuid, sender_id uuid, alliance_id uuid,
       day date, subject text, planned_seconds int, seconds int, held boolean, attended boolean, corrected boolean, cause text,
       kept_cause boolean, stalls int, head_count smallint) ON COMMIT DROP""",
)

_LESSONS = """
    CREATE TEMP TABLE settling_lesson ON COMMIT DROP AS
    SELECT l.id, l.organization_id AS sender_id, l.alliance_id, l.subject, l.starts_at, l.ends_at,
           (l.starts_at AT TIME ZONE %(tz)s)::date AS day, l.state = 'cancelled' AS cancelled,
           extract(epoch FROM l.ends_at - l.starts_at) AS planned,
           s.id AS session_id, s.started_at, s.ended_at, coalesce(s.end_reason, '') AS end_reason,
           extract(epoch FROM s.ended_at - s.started_at) AS ran,
           CASE WHEN st.segments > 0 THEN st.seconds END AS recorded,
           -- what the timetable took back was not planned any more; what a person cancelled was
           CASE WHEN l.state = 'cancelled' THEN l.by_hand AND l.ends_at < %(now)s
                WHEN s.id IS NULL THEN l.ends_at < %(now)s - %(grace)s
                ELSE s.ended_at IS NOT NULL AND (st.state <> 'open' OR s.ended_at < %(now)s - interval '2 hours') END AS over
      FROM schedule_lesson l
      LEFT JOIN LATERAL (SELECT * FROM live_livesession x WHERE x.lesson_id = l.id
                          ORDER BY x.ended_at IS NULL DESC, x.started_at IS NULL, x.opened_at DESC LIMIT 1) s ON true
      LEFT JOIN media_stream st ON st.id = s.stream_id
     WHERE {where}
"""
LESSONS_BY_ID = _LESSONS.format(where="l.id = ANY(%(lessons)s)")
# lessons of these days, and those that were settled for one of them and are of another day now
LESSONS_BY_DAY = _LESSONS.format(
    where="""l.starts_at >= %(first)s AND l.starts_at < %(last)s
        OR l.id IN (SELECT o.lesson_id FROM desk_outcome o WHERE o.day BETWEEN %(first_day)s AND %(last_day)s)"""
)

# One row a class; details are only asked for where it did not attend. `reported` false: the players' reports are gone (their time
# of keeping is over) though the class was there.
FACTS = """
    SELECT l.id, r.class_group_id, g.organization_id, l.sender_id, l.alliance_id, l.day, l.subject, l.planned, l.cancelled,
           l.session_id IS NOT NULL, l.started_at IS NOT NULL, coalesce(l.ran, 0), l.recorded, l.end_reason,
           count(*) OVER lesson, count(a.id) OVER lesson, count(*) FILTER (WHERE a.attended) OVER lesson,
           room.screen_account_id IS NOT NULL, a.id IS NOT NULL, coalesce(a.attended, false), coalesce(a.seconds, 0),
           coalesce(a.stalls, 0), coalesce(a.stall_ms, 0) / 1000.0,
           greatest(0, extract(epoch FROM a.first_seen - l.started_at)),
           greatest(0, extract(epoch FROM l.ended_at - a.last_seen)),
           coalesce(h.present, a.head_count), c.word, c.cause, q.errors, q.errors IS NOT NULL
      FROM settling_lesson l
      JOIN schedule_lessonreceiver r ON r.lesson_id = l.id
      JOIN roster_classgroup g ON g.id = r.class_group_id
      LEFT JOIN schedule_room room ON room.id = r.room_id
      LEFT JOIN live_attendance a ON a.session_id = l.session_id AND a.kind = 'class' AND a.class_group_id = r.class_group_id
      LEFT JOIN desk_headcount h ON h.lesson_id = l.id AND h.class_group_id = r.class_group_id
      LEFT JOIN LATERAL (SELECT x.word, x.cause FROM desk_correction x
                          WHERE x.lesson_id = l.id AND x.class_group_id = r.class_group_id
                          ORDER BY x.at DESC LIMIT 1) c ON true
      LEFT JOIN LATERAL (SELECT array_agg(DISTINCT y.error) AS errors FROM live_qualityreport y
                          WHERE NOT a.attended AND y.attendance_id = a.id) q ON true
     WHERE l.over
    WINDOW lesson AS (PARTITION BY l.id)
"""

COPY = "COPY settling FROM STDIN"

WRITE = """
    INSERT INTO desk_outcome AS o (id, lesson_id, class_group_id, organization_id, sender_id, alliance_id, day, subject,
           planned_seconds, seconds, held, attended, corrected, cause, stalls, head_count)
    SELECT lantian_new_id(), lesson_id, class_group_id, organization_id, sender_id, alliance_id, day, subject,
           planned_seconds, seconds, held, attended, corrected, cause, stalls, head_count
      FROM settling s
    ON CONFLICT (lesson_id, class_group_id) DO UPDATE
       SET organization_id = excluded.organization_id, sender_id = excluded.sender_id, alliance_id = excluded.alliance_id,
           day = excluded.day, subject = excluded.subject, planned_seconds = excluded.planned_seconds,
           seconds = excluded.seconds, held = excluded.held, attended = excluded.attended, corrected = excluded.corrected,
           cause = excluded.cause, stalls = excluded.stalls, head_count = excluded.head_count
     WHERE (o.organization_id, o.sender_id, o.alliance_id, o.day, o.subject, o.planned_seconds, o.seconds, o.held, o.attended,
            o.corrected, o.cause, o.stalls, o.head_count)
           IS DISTINCT FROM
           (excluded.organization_id, excluded.sender_id, excluded.alliance_id, excluded.day, excluded.subject,
            excluded.planned_seconds, excluded.seconds, excluded.held, excluded.attended, excluded.corrected, excluded.cause,
            excluded.stalls, excluded.head_count)
"""

# What was told about a class before its players' reports were forgotten stays true.
KEEP = """
    UPDATE settling s SET cause = o.cause FROM desk_outcome o
     WHERE s.kept_cause AND o.lesson_id = s.lesson_id AND o.class_group_id = s.class_group_id AND o.cause <> ''
       AND NOT o.corrected
"""

DROP = """
    DELETE FROM desk_outcome o USING settling_lesson l
     WHERE o.lesson_id = l.id
       AND NOT EXISTS (SELECT FROM settling s WHERE s.lesson_id = o.lesson_id AND s.class_group_id = o.class_group_id)
"""
