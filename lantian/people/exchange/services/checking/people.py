"""People: who they are among those we have, what would change, and who only bears the same name.

Set-based: one temporary table of the run's people (a users row, a demographics row, or both), matched in this order: what the
source calls them, the id, the citizen ID, the student number. Never by name.
"""

from lantian.people.exchange.enums import Entity
from lantian.people.exchange.services.checking.work import SQL_UUID, Work
from lantian.people.roster.rules import keeping_verdicts

AT_ONCE = 5000  # people of whom a rule is asked in one go

# All that is asked of a row is read once: staged rows are wide.
MATCH = f"""
    CREATE UNLOGGED TABLE person_match AS
    WITH rows AS (
        SELECT s.id, s.row_no, s.key, s.status, s.org_key, s.phone_index, s.citizen_id_index, s.student_number_index,
               s.data->>'name' AS name, s.data->>'birth_date' AS birth_date, s.data->>'gender' AS gender,
               s.data ? 'agents' AS has_agents, sk.object_id AS said, {SQL_UUID.format("s.key")} AS own
          FROM exchange_stagedrow s
          LEFT JOIN exchange_sourcekey sk ON sk.source_id = %(source)s AND sk.entity = 'users' AND sk.sourced_id = s.key
         WHERE s.run_id = %(run)s AND s.entity = 'users' AND s.row_no > 0
           AND NOT EXISTS (SELECT FROM bad b WHERE b.row_id = s.id)
    )
    SELECT r.id, r.row_no, r.key, r.status, r.org_key, r.own, r.has_agents,
           p1.id AS by_source, p2.id AS by_id, p3.id AS by_citizen, p4.id AS by_number,
           COALESCE(p1.merged_into_id, p1.id, p2.merged_into_id, p2.id, p3.merged_into_id, p3.id,
                    p4.merged_into_id, p4.id) AS existing,
           r.name, COALESCE(d.data->>'birth_date', r.birth_date)::date AS birth_date,
           COALESCE(d.data->>'gender', r.gender) AS gender,
           r.phone_index, r.citizen_id_index, r.student_number_index
      FROM rows r
      LEFT JOIN roster_person p1 ON p1.id = r.said
      LEFT JOIN roster_person p2 ON p2.id = r.own
      LEFT JOIN roster_person p3 ON p3.citizen_id_index = r.citizen_id_index
      LEFT JOIN roster_person p4 ON p4.student_number_index = r.student_number_index
      LEFT JOIN exchange_stagedrow d ON d.run_id = %(run)s AND d.entity = 'demographics' AND d.key = r.key AND d.row_no > 0
                                    AND NOT d.faulty AND d.status = 'active'
                                    AND NOT EXISTS (SELECT FROM bad b WHERE b.row_id = d.id);
    CREATE INDEX ON person_match (existing) WHERE existing IS NOT NULL;
    ANALYZE person_match;
"""

# Where people belong today, as far as it matters here: those that the file would touch.
PLACES = """
    CREATE UNLOGGED TABLE person_place AS
    SELECT m.person_id, bool_or(o.path <@ %(scope)s::ltree) AS here,
           bool_or(m.role = 'student' AND NOT o.path <@ %(scope)s::ltree) AS pupil_elsewhere,
           bool_or(m.role = 'student' AND o.path <@ %(scope)s::ltree) AS pupil_here
      FROM roster_membership m JOIN roster_organization o ON o.id = m.organization_id
     WHERE m.person_id IN (SELECT existing FROM person_match WHERE existing IS NOT NULL)
       AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)
     GROUP BY m.person_id;
    ALTER TABLE person_place ADD PRIMARY KEY (person_id);
    CREATE UNLOGGED TABLE ward_here AS
    SELECT DISTINCT g.guardian_id AS person_id
      FROM roster_guardianship g JOIN roster_membership m ON m.person_id = g.student_id
      JOIN roster_organization o ON o.id = m.organization_id AND o.path <@ %(scope)s::ltree
     WHERE g.guardian_id IN (SELECT existing FROM person_match WHERE existing IS NOT NULL)
       AND (m.valid_to IS NULL OR m.valid_to >= %(today)s);
    ALTER TABLE ward_here ADD PRIMARY KEY (person_id);
    CREATE UNLOGGED TABLE person_tied AS
    SELECT person_id FROM person_place
    UNION SELECT g.guardian_id FROM roster_guardianship g JOIN roster_membership m ON m.person_id = g.student_id
     WHERE g.guardian_id IN (SELECT existing FROM person_match WHERE existing IS NOT NULL)
       AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)
    UNION SELECT r.person_id FROM roster_rolegrant r
     WHERE r.person_id IN (SELECT existing FROM person_match WHERE existing IS NOT NULL)
       AND r.revoked_at IS NULL AND (r.valid_to IS NULL OR r.valid_to >= %(today)s);
    ALTER TABLE person_tied ADD PRIMARY KEY (person_id);
"""

# The facts side by side. Whoever belongs nowhere is the file's own when it takes them in; all others are kept where they belong.
# A demographics row speaks before what a citizen ID says; an absent value says nothing.
FACTS = """
    CREATE UNLOGGED TABLE person_facts AS
    SELECT m.id AS row_id, m.row_no, m.key, m.status, m.existing, m.has_agents,
           COALESCE(m.existing, CASE WHEN m.by_id IS NULL THEN m.own END, lantian_new_id()) AS id,
           m.name, m.birth_date, m.gender, m.phone_index, m.citizen_id_index, m.student_number_index, m.org_key,
           COALESCE(pl.here, w.person_id IS NOT NULL, false) AS here,
           m.existing IS NULL OR COALESCE(pl.here, w.person_id IS NOT NULL, false)
               OR (t.person_id IS NULL AND EXISTS (SELECT FROM exchange_stagedrow e
                    WHERE e.run_id = %(run)s AND e.entity IN ('roles', 'enrollments') AND e.user_key = m.key
                      AND e.status = 'active' AND e.row_no > 0)) AS ours
      FROM person_match m
      LEFT JOIN person_place pl ON pl.person_id = m.existing
      LEFT JOIN ward_here w ON w.person_id = m.existing
      LEFT JOIN person_tied t ON t.person_id = m.existing
     WHERE NOT EXISTS (SELECT FROM bad b WHERE b.row_id = m.id);
    CREATE INDEX ON person_facts (key);
    CREATE INDEX ON person_facts (existing) WHERE existing IS NOT NULL;
    ANALYZE person_facts;
"""

# What would change of those we have. Sealed facts are compared by their blind index and shown as "•".
CHANGES = """
    CREATE UNLOGGED TABLE person_change AS
    SELECT f.row_id, jsonb_strip_nulls(jsonb_build_object(
               'name', CASE WHEN f.name <> p.name THEN p.name END,
               'birth_date', CASE WHEN f.birth_date <> p.birth_date THEN p.birth_date::text
                                  WHEN f.birth_date IS NOT NULL AND p.birth_date IS NULL THEN '' END,
               'gender', CASE WHEN f.gender <> p.gender THEN p.gender END,
               'phone', CASE WHEN f.phone_index IS DISTINCT FROM p.phone_index AND f.phone_index IS NOT NULL
                             THEN CASE WHEN p.phone_index IS NULL THEN '' ELSE '•' END END,
               'citizen_id', CASE WHEN f.citizen_id_index IS DISTINCT FROM p.citizen_id_index
                                   AND f.citizen_id_index IS NOT NULL
                                  THEN CASE WHEN p.citizen_id_index IS NULL THEN '' ELSE '•' END END,
               'student_number', CASE WHEN f.student_number_index IS DISTINCT FROM p.student_number_index
                                       AND f.student_number_index IS NOT NULL
                                      THEN CASE WHEN p.student_number_index IS NULL THEN '' ELSE '•' END END
           )) AS before
      FROM person_facts f JOIN roster_person p ON p.id = f.existing
     WHERE f.status = 'active';
    DELETE FROM person_change WHERE before = '{}'::jsonb;
    ALTER TABLE person_change ADD PRIMARY KEY (row_id);
"""

# What the other files may name: everybody of users.csv, and those we know whom another file names.
REFERENCES = f"""
    CREATE UNLOGGED TABLE ref_users AS
    SELECT key, id, true AS ok FROM person_facts WHERE status = 'active' OR existing IS NOT NULL;
    INSERT INTO ref_users SELECT DISTINCT ON (s.key) s.key, NULL::uuid, false FROM bad b
      JOIN exchange_stagedrow s ON s.id = b.row_id AND s.entity = 'users' AND s.row_no > 0
     WHERE NOT EXISTS (SELECT FROM person_facts f WHERE f.key = s.key);
    ANALYZE ref_users;
    CREATE UNLOGGED TABLE named_elsewhere AS
    SELECT DISTINCT user_key AS key FROM exchange_stagedrow s
     WHERE run_id = %(run)s AND user_key <> '' AND NOT EXISTS (SELECT FROM ref_users r WHERE r.key = s.user_key);
    INSERT INTO ref_users
    SELECT k.key, COALESCE(p1.merged_into_id, p1.id, p2.merged_into_id, p2.id), true
      FROM (SELECT key FROM named_elsewhere
            UNION SELECT DISTINCT a.value->>0 FROM person_match m JOIN exchange_stagedrow s ON s.id = m.id,
                         jsonb_array_elements(s.data->'agents') a
             WHERE m.has_agents AND NOT EXISTS (SELECT FROM ref_users r WHERE r.key = a.value->>0)) k
      LEFT JOIN exchange_sourcekey sk ON sk.source_id = %(source)s AND sk.entity = 'users' AND sk.sourced_id = k.key
      LEFT JOIN roster_person p1 ON p1.id = sk.object_id
      LEFT JOIN roster_person p2 ON p2.id = {SQL_UUID.format("k.key")}
     WHERE p1.id IS NOT NULL OR p2.id IS NOT NULL;
    CREATE INDEX ON ref_users (key);
    ANALYZE ref_users;
"""

# Ties between guardians and students that the file names; a row's agents are guardians when the row is a student's.
TIE_TABLES = """
    CREATE UNLOGGED TABLE pupil (row_id bigint PRIMARY KEY);
    CREATE UNLOGGED TABLE tie (row_id bigint, student_id uuid, guardian_id uuid, relation text, agent_key text);
"""
TIES = """
    INSERT INTO pupil
    SELECT f.row_id FROM person_facts f WHERE f.has_agents AND EXISTS (SELECT FROM exchange_stagedrow e
     WHERE e.run_id = %(run)s AND e.entity IN ('enrollments', 'roles') AND e.data->>'role' = 'student' AND e.user_key = f.key)
    UNION SELECT f.row_id FROM person_facts f JOIN roster_membership m ON m.person_id = f.existing
     WHERE f.has_agents AND m.role = 'student' AND (m.valid_to IS NULL OR m.valid_to >= %(today)s);
    ANALYZE pupil;
    INSERT INTO tie
    SELECT f.row_id, f.id AS student_id, r.id AS guardian_id, a.value->>1 AS relation, a.value->>0 AS agent_key
      FROM pupil JOIN person_facts f ON f.row_id = pupil.row_id AND f.status = 'active'
      JOIN exchange_stagedrow s ON s.id = f.row_id
     CROSS JOIN jsonb_array_elements(s.data->'agents') a
      LEFT JOIN ref_users r ON r.key = a.value->>0 AND r.ok;
    ANALYZE tie;
"""

SETTLE_USERS = """
    UPDATE exchange_stagedrow s
       SET object_id = f.id, person_id = f.id, org_id = o.id, before = v.before,
           data = CASE WHEN n.ties IS NULL AND u.ids IS NULL THEN s.data
                       ELSE s.data || jsonb_strip_nulls(jsonb_build_object('ties', n.ties, 'untie', u.ids)) END,
           action = CASE WHEN f.existing IS NULL AND f.status = 'active' THEN 'create'
                         WHEN f.status = 'tobedeleted' AND f.existing IS NOT NULL AND f.here THEN 'remove'
                         WHEN f.status = 'tobedeleted' THEN 'leave'
                         WHEN v.before IS NOT NULL THEN 'change' ELSE 'leave' END
      FROM person_facts f
      LEFT JOIN person_verdict v ON v.row_id = f.row_id
      LEFT JOIN ref_orgs o ON o.key = f.org_key
      LEFT JOIN tie_new n ON n.row_id = f.row_id
      LEFT JOIN untie u ON u.row_id = f.row_id
     WHERE s.id = f.row_id AND s.run_id = %(run)s AND s.entity = 'users' AND s.row_no > 0;  -- no other row is read
"""

SETTLE_DEMOGRAPHICS = """
    UPDATE exchange_stagedrow s
       SET object_id = r.id, person_id = r.id,
           before = CASE WHEN p.id IS NULL THEN CASE WHEN s.data ? 'birth_date' THEN '{"birth_date": ""}'::jsonb END
                         ELSE NULLIF(jsonb_strip_nulls(jsonb_build_object(
               'birth_date', CASE WHEN (s.data->>'birth_date')::date IS DISTINCT FROM p.birth_date AND s.data ? 'birth_date'
                                  THEN COALESCE(p.birth_date::text, '') END,
               'gender', CASE WHEN s.data->>'gender' <> p.gender THEN p.gender END)), '{}'::jsonb) END,
           action = CASE WHEN s.status = 'tobedeleted' THEN 'leave' WHEN p.id IS NULL THEN 'create'
                         WHEN EXISTS (SELECT FROM person_facts f WHERE f.key = s.key AND NOT f.ours) THEN 'leave'
                         WHEN s.data->>'gender' <> p.gender
                           OR ((s.data->>'birth_date')::date IS DISTINCT FROM p.birth_date AND s.data ? 'birth_date')
                         THEN 'change' ELSE 'leave' END
      FROM ref_users r LEFT JOIN roster_person p ON p.id = r.id
     WHERE s.run_id = %(run)s AND s.entity = 'demographics' AND s.row_no > 0 AND r.key = s.key AND r.ok AND NOT s.faulty;
"""


def check_people(work: Work) -> None:
    """Match, compare and judge everybody in users.csv and demographics.csv; leaves `ref_users` and `tie` for what follows."""
    work.sql(MATCH)
    _errors(work)
    work.sql(PLACES)
    _places(work)
    work.sql(FACTS)
    work.sql(CHANGES)
    work.sql("CREATE UNLOGGED TABLE person_verdict AS SELECT c.* FROM person_change c"
             " JOIN person_facts f USING (row_id) WHERE f.ours")  # fmt: skip
    work.sql("CREATE INDEX ON person_verdict (row_id)")
    _keep_accounts(work)
    work.find(
        "facts_kept",
        "warning",
        "exchange_stagedrow s JOIN person_change c ON c.row_id = s.id"
        " WHERE NOT EXISTS (SELECT FROM person_verdict v WHERE v.row_id = c.row_id)",
    )
    work.sql(REFERENCES)
    work.sql(TIE_TABLES)
    if work.sql("SELECT FROM person_facts WHERE has_agents LIMIT 1"):
        work.sql(TIES)
    _twins(work)
    _ties(work)
    work.sql(SETTLE_USERS)
    work.find(
        "depends_on_error",
        "error",
        "exchange_stagedrow s JOIN ref_users r ON r.key = s.key AND NOT r.ok"
        " WHERE s.run_id = %(run)s AND s.entity = 'demographics' AND s.row_no > 0 AND NOT s.faulty AND s.status = 'active'",
        column="sourcedId",
        params="jsonb_build_object('value', s.key)",
    )
    work.find(
        "unknown_user",
        "error",
        "exchange_stagedrow s LEFT JOIN ref_users r ON r.key = s.key"
        " WHERE s.run_id = %(run)s AND s.entity = 'demographics' AND s.row_no > 0 AND NOT s.faulty AND s.status = 'active'"
        " AND r.key IS NULL",
        column="sourcedId",
        params="jsonb_build_object('value', s.key)",
    )
    work.sql(SETTLE_DEMOGRAPHICS)
    for entity in (Entity.USERS, Entity.DEMOGRAPHICS):
        work.skip_bad(entity)


def _keep_accounts(work: Work) -> None:
    """Names and numbers of people with an account change by the word of whoever could keep that account: else all stays."""
    work.cursor.execute(
        "SELECT p.id, array_agg(v.row_id) FROM person_verdict v JOIN person_facts f USING (row_id)"
        " JOIN roster_person p ON p.id = f.existing AND p.account_id IS NOT NULL"
        " WHERE v.before ?| ARRAY['name', 'phone', 'citizen_id', 'student_number'] GROUP BY p.id"
    )
    rows = dict(work.cursor.fetchall())
    ids = list(rows)
    for start in range(0, len(ids), AT_ONCE):
        verdicts = keeping_verdicts(work.actor, ids[start : start + AT_ONCE])
        kept = [row for pk, verdict in verdicts.items() if not verdict for row in rows[pk]]
        work.sql("DELETE FROM person_verdict WHERE row_id = ANY(%(kept_rows)s::bigint[])", kept_rows=kept)


def _errors(work: Work) -> None:
    for code, column, by in (
        ("citizen_id_other", "metadata.cn.citizenId", "by_citizen"),
        ("student_number_other", "metadata.cn.studentNumber", "by_number"),
    ):
        work.find(
            code,
            "error",
            "person_match m JOIN exchange_stagedrow s ON s.id = m.id"
            f" JOIN roster_person p ON p.id = m.{by} WHERE m.existing <> COALESCE(p.merged_into_id, p.id)",
            column=column,
        )
    for code, column, index in (
        ("citizen_id_twice", "metadata.cn.citizenId", "citizen_id_index"),
        ("student_number_twice", "metadata.cn.studentNumber", "student_number_index"),
        ("same_thing_twice", "sourcedId", "existing"),
    ):
        work.find_twice(code, "person_match", index, f"{index} IS NOT NULL", column=column)


def _places(work: Work) -> None:
    """A file of one school naming another school's pupils."""
    work.find(
        "pupil_elsewhere",
        "error",
        "exchange_stagedrow s JOIN person_match m ON m.id = s.id JOIN person_place p ON p.person_id = m.existing"
        " WHERE p.pupil_elsewhere AND NOT p.pupil_here",
        column="sourcedId",
    )


def _twins(work: Work) -> None:
    """The same name and birth date: never matched, always worth a look."""
    work.find_twice(
        "namesake",
        "(SELECT row_id AS id, row_no, name, birth_date, org_key, status FROM person_facts) f",
        "name, birth_date, org_key",
        "birth_date IS NOT NULL AND name IS NOT NULL AND status = 'active'",
        severity="warning",
        column="metadata.cn.name",
    )
    work.find(
        "maybe_known",
        "warning",
        "exchange_stagedrow s JOIN person_facts f ON f.row_id = s.id AND f.existing IS NULL"
        " JOIN roster_person p ON p.name = f.name AND p.birth_date = f.birth_date AND p.merged_into_id IS NULL"
        " JOIN roster_membership m ON m.person_id = p.id AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)"
        " JOIN roster_organization o ON o.id = m.organization_id AND o.path <@ %(scope)s::ltree"
        " WHERE NOT EXISTS (SELECT FROM person_facts other WHERE other.existing = p.id)",
        column="metadata.cn.name",
    )


def _ties(work: Work) -> None:
    work.find(
        "unknown_agent",
        "warning",
        "exchange_stagedrow s JOIN tie t ON t.row_id = s.id AND t.guardian_id IS NULL",
        column="agentSourcedIds",
        params="jsonb_build_object('value', t.agent_key)",
    )
    work.sql("DELETE FROM tie WHERE guardian_id IS NULL OR guardian_id = student_id")
    # ties of this source's guardians that a full file no longer names
    work.sql("CREATE UNLOGGED TABLE untie (row_id bigint PRIMARY KEY, ids jsonb)")
    if work.is_bulk(Entity.USERS):
        work.sql(
            """
            INSERT INTO untie
            SELECT f.row_id, jsonb_agg(g.id) FROM person_facts f JOIN roster_guardianship g ON g.student_id = f.existing
             WHERE f.has_agents AND f.status = 'active' AND f.ours
               AND EXISTS (SELECT FROM exchange_sourcekey k WHERE k.source_id = %(source)s AND k.entity = 'users'
                              AND k.object_id = g.guardian_id)
               AND NOT EXISTS (SELECT FROM tie t WHERE t.student_id = g.student_id AND t.guardian_id = g.guardian_id)
             GROUP BY f.row_id
            """
        )
    # a new tie, or another relation, is a change of the student
    work.sql(
        """
        CREATE UNLOGGED TABLE tie_new AS
        SELECT t.row_id, jsonb_agg(jsonb_build_array(t.guardian_id, t.relation)) AS ties FROM tie t
          LEFT JOIN roster_guardianship g ON g.student_id = t.student_id AND g.guardian_id = t.guardian_id
         WHERE g.id IS NULL OR g.relation <> t.relation GROUP BY t.row_id
        """
    )
    work.sql(
        "INSERT INTO person_verdict SELECT f.row_id, jsonb_build_object('guardians', true) FROM person_facts f"
        " WHERE f.existing IS NOT NULL AND f.row_id IN (SELECT row_id FROM tie_new UNION SELECT row_id FROM untie)"
        " AND NOT EXISTS (SELECT FROM person_verdict v WHERE v.row_id = f.row_id)"
    )
    work.sql("ANALYZE tie_new, untie, person_verdict")
