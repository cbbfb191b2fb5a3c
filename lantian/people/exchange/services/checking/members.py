"""Memberships: those in classes (enrollments) and those at units (roles), matched, compared, and what would end."""

from lantian.people.exchange.enums import Entity
from lantian.people.exchange.services.checking.classes import Places
from lantian.people.exchange.services.checking.work import SQL_UUID, Work, reason_of

# Both files as one table with their references resolved. A homeroom class's primary teacher is its homeroom teacher.
ROWS = f"""
    CREATE UNLOGGED TABLE member AS
    SELECT s.id, s.entity, s.status, s.row_no, u.id AS person_id, u.ok AS user_ok, o.id AS org_id, o.ok AS org_ok, o.in_scope,
           c.id AS class_id, c.ok AS class_ok, c.org_id AS class_org,
           CASE WHEN s.data ? 'lead' AND c.homeroom THEN 'homeroom_teacher' ELSE s.data->>'role' END AS role,
           COALESCE(s.data->>'subject', '') AS subject,
           (s.data->>'valid_from')::date AS valid_from, (s.data->>'valid_to')::date AS valid_to,
           s.data ? 'valid_to' AS says_end, (s.data->>'membership')::boolean AS membership,
           sk.object_id AS said, {SQL_UUID.format("s.key")} AS own
      FROM exchange_stagedrow s
      LEFT JOIN ref_users u ON u.key = s.user_key
      LEFT JOIN ref_orgs o ON o.key = s.org_key
      LEFT JOIN ref_classes c ON c.key = s.class_key
      LEFT JOIN exchange_sourcekey sk ON sk.source_id = %(source)s AND sk.entity = s.entity AND sk.sourced_id = s.key
     WHERE s.run_id = %(run)s AND s.entity IN ('roles', 'enrollments') AND s.row_no > 0
       AND NOT EXISTS (SELECT FROM bad b WHERE b.row_id = s.id);
    ANALYZE member;
"""

# The unit of a class is the class's; the schoolSourcedId must agree, but need not be known on its own.
JOIN = "exchange_stagedrow s JOIN member m ON m.id = s.id"
JUDGED = "exchange_stagedrow s JOIN member_verdict m ON m.id = s.id"
ACTIVE = "m.status = 'active'"
MEMBER_ROLES = "('student', 'teacher', 'homeroom_teacher', 'staff')"
_OFFICE = f"(m.said_role IS NULL OR m.said_role NOT IN {MEMBER_ROLES} AND m.said_role <> 'guardian')"

TAUGHT = """
    CREATE UNLOGGED TABLE taught AS
    SELECT DISTINCT person_id, COALESCE(class_org, org_id) AS org_id,
           CASE WHEN role = 'homeroom_teacher' THEN 'teacher' ELSE role END AS family
      FROM member WHERE entity = 'enrollments' AND status = 'active' AND person_id IS NOT NULL
    UNION
    SELECT x.person_id, x.organization_id, CASE WHEN x.role = 'homeroom_teacher' THEN 'teacher' ELSE x.role END
      FROM roster_membership x WHERE x.class_group_id IS NOT NULL AND (x.valid_to IS NULL OR x.valid_to >= %(today)s)
       AND x.person_id IN (SELECT person_id FROM member WHERE entity = 'roles' AND membership IS NULL);
    ANALYZE taught;
"""

# Each row once, with what it is about: a role at a unit is implied by a place in a class of it; the membership we have is known
# by what the source calls it, by id, and else as the same person in the same place as the same.
VERDICT = f"""
    CREATE UNLOGGED TABLE member_verdict AS
    WITH judged AS (
        SELECT m.*, m.entity = 'roles' AND m.status = 'active' AND m.membership IS NOT TRUE
                    AND (m.membership IS FALSE OR t.person_id IS NOT NULL) AS implied
          FROM member m
          LEFT JOIN taught t ON m.entity = 'roles' AND t.person_id = m.person_id AND t.org_id = m.org_id
                            AND t.family = CASE WHEN m.role = 'homeroom_teacher' THEN 'teacher' ELSE m.role END
    ), known AS (
        SELECT j.*, COALESCE(x1.id, x2.id, x3.id) AS existing
          FROM judged j
          LEFT JOIN roster_membership x1 ON x1.id = j.said AND NOT j.implied
          LEFT JOIN roster_membership x2 ON x2.id = j.own AND NOT j.implied
          LEFT JOIN roster_membership x3 ON NOT j.implied AND x3.valid_to IS NULL AND x3.person_id = j.person_id
                AND x3.organization_id = COALESCE(j.class_org, j.org_id) AND x3.class_group_id IS NOT DISTINCT FROM j.class_id
                AND x3.role = j.role AND x3.subject = j.subject AND j.status = 'active'
    )
    SELECT m.id, m.entity, m.status, m.row_no, m.implied, m.existing, m.person_id AS said_person, m.in_scope,
           m.valid_from, m.valid_to, m.role AS said_role, m.subject,
           CASE WHEN m.implied OR COALESCE(m.role, x.role) NOT IN {MEMBER_ROLES} THEN NULL
                ELSE COALESCE(m.existing, m.own, lantian_new_id()) END AS object_id,
           COALESCE(m.person_id, x.person_id) AS person_id,
           COALESCE(m.class_org, m.org_id, x.organization_id) AS org_id,
           CASE WHEN m.status = 'active' THEN m.class_id ELSE x.class_group_id END AS class_id,
           COALESCE(m.role, x.role) AS role, x.organization_id AS there,
           CASE WHEN m.implied OR m.role NOT IN {MEMBER_ROLES} THEN 'leave'
                WHEN m.status = 'tobedeleted' THEN
                     CASE WHEN x.id IS NOT NULL AND (x.valid_to IS NULL OR x.valid_to > %(today)s)
                          THEN 'remove' ELSE 'leave' END
                WHEN x.id IS NULL THEN 'create' ELSE 'change' END AS action,
           CASE WHEN x.id IS NOT NULL AND m.status = 'active' AND NOT m.implied THEN jsonb_strip_nulls(jsonb_build_object(
               'person', CASE WHEN x.person_id <> m.person_id THEN x.person_id END,
               'organization', CASE WHEN x.organization_id <> COALESCE(m.class_org, m.org_id) THEN x.organization_id END,
               'class_group', CASE WHEN x.class_group_id IS DISTINCT FROM m.class_id
                                   THEN COALESCE(x.class_group_id::text, '') END,
               'role', CASE WHEN x.role <> m.role THEN x.role END,
               'subject', CASE WHEN x.subject <> m.subject THEN x.subject END,
               'valid_from', CASE WHEN x.valid_from <> m.valid_from THEN x.valid_from END,
               'valid_to', CASE WHEN m.says_end AND x.valid_to IS DISTINCT FROM m.valid_to
                                THEN COALESCE(x.valid_to::text, '') END
           )) END AS before
      FROM known m LEFT JOIN roster_membership x ON x.id = m.existing;
    CREATE INDEX ON member_verdict (existing) WHERE existing IS NOT NULL;
    ANALYZE member_verdict;
"""

# What a place in a class implies stays unwritten, and counts as left alone: of every pupil's two rows one.
SETTLE = """
    UPDATE exchange_stagedrow s
       SET action = CASE WHEN v.action = 'change' AND v.before = '{}'::jsonb THEN 'leave' ELSE v.action END,
           object_id = v.object_id, person_id = v.person_id, org_id = v.org_id, class_id = v.class_id,
           before = CASE WHEN v.action = 'change' AND v.before = '{}'::jsonb THEN NULL ELSE v.before END,
           data = CASE WHEN s.data->>'role' = v.role THEN s.data ELSE s.data || jsonb_build_object('role', v.role) END
      FROM member_verdict v
     WHERE s.id = v.id AND s.run_id = %(run)s AND s.entity IN ('roles', 'enrollments') AND s.row_no > 0 AND NOT v.implied
       AND NOT EXISTS (SELECT FROM bad b WHERE b.row_id = v.id);
"""

# What this source brought, is still open within the scope, and is no longer named.
GONE = """
    INSERT INTO exchange_stagedrow (run_id, entity, file, row_no, key, data, action, object_id, person_id, org_id, class_id)
    SELECT %(run)s, %(entity)s, '', 0, k.sourced_id, jsonb_build_object('role', x.role, 'subject', x.subject), 'remove',
           x.id, x.person_id, x.organization_id, x.class_group_id
      FROM exchange_sourcekey k
      JOIN roster_membership x ON x.id = k.object_id AND (x.valid_to IS NULL OR x.valid_to > %(today)s)
      JOIN roster_organization o ON o.id = x.organization_id AND o.path <@ %(scope)s::ltree
     WHERE k.source_id = %(source)s AND k.entity = %(entity)s
       AND NOT EXISTS (SELECT FROM exchange_stagedrow s WHERE s.run_id = %(run)s AND s.entity = %(entity)s
                          AND s.key = k.sourced_id AND s.row_no > 0)
       AND NOT EXISTS (SELECT FROM member_verdict m WHERE m.existing = x.id)
       AND NOT x.organization_id = ANY(%(refused)s::uuid[]);
"""


def check_members(work: Work, places: Places) -> None:
    """Judge every row of roles.csv and enrollments.csv, and add what would end because a full file does not name it."""
    work.sql(ROWS)
    _references(work)
    work.sql("DELETE FROM member WHERE id IN (SELECT row_id FROM bad)")
    work.sql(TAUGHT)
    work.sql(VERDICT)
    _twice(work)
    _rights(work, places)
    work.sql(SETTLE)
    _grants(work)
    _nowhere(work)
    work.skip_bad(Entity.USERS)
    for entity in (Entity.ROLES, Entity.ENROLLMENTS):
        work.skip_bad(entity)
        if work.is_bulk(entity):
            refused = [pk for pk in places.places if not places.people_manageable(pk)]
            work.sql(GONE, entity=str(entity), refused=refused)


# What may be wrong with a row's references: (code, when, column, the cell that says it).
_PLACED = "m.entity = 'roles' AND m.role <> 'guardian'"
_REFERENCES = (
    ("unknown_user", "m.user_ok IS NULL", "userSourcedId", "user_key"),
    ("depends_on_error", "NOT m.user_ok", "userSourcedId", "user_key"),
    ("unknown_class", "m.entity = 'enrollments' AND m.class_ok IS NULL", "classSourcedId", "class_key"),
    ("depends_on_error", "m.entity = 'enrollments' AND NOT m.class_ok", "classSourcedId", "class_key"),
    ("class_not_of_school", "m.class_org <> m.org_id", "schoolSourcedId", ""),
    ("unknown_org", f"{_PLACED} AND m.org_ok IS NULL", "orgSourcedId", "org_key"),
    ("depends_on_error", f"{_PLACED} AND NOT m.org_ok", "orgSourcedId", "org_key"),
    ("out_of_scope", f"{_PLACED} AND m.role IN {MEMBER_ROLES} AND NOT m.in_scope", "orgSourcedId", ""),
)


def _references(work: Work) -> None:
    # all in one pass: of nearly every file none is true
    asked = ", ".join(f"bool_or({when})" for _, when, _, _ in _REFERENCES)
    work.cursor.execute(f"SELECT {asked} FROM member m WHERE {ACTIVE}")
    for (code, when, column, cell), there in zip(_REFERENCES, work.cursor.fetchone(), strict=True):
        if there:
            params = f"jsonb_build_object('value', s.{cell})" if cell else "'{}'::jsonb"
            work.find(code, "error", f"{JOIN} WHERE {ACTIVE} AND {when}", column=column, params=params)


def _twice(work: Work) -> None:
    """Two rows that would be one membership, and a row whose membership lies elsewhere."""
    work.find_twice(
        "same_membership_twice",
        "member_verdict",
        "person_id, org_id, class_id, said_role, subject",
        f"status = 'active' AND NOT implied AND valid_to IS NULL AND said_role IN {MEMBER_ROLES}",
        order="entity, row_no",
    )
    work.find(
        "out_of_scope",
        "error",
        f"{JUDGED} JOIN roster_organization o ON o.id = m.there WHERE m.existing IS NOT NULL AND NOT o.path <@ %(scope)s::ltree",
        column="sourcedId",
    )
    work.find(
        "dates_order",
        "error",
        f"{JUDGED} LEFT JOIN roster_membership x ON x.id = m.existing WHERE {ACTIVE} AND NOT m.implied"
        " AND m.valid_to < COALESCE(m.valid_from, x.valid_from, %(today)s)",
        column="endDate",
        params="jsonb_build_object('first', COALESCE(s.data->>'valid_from', ''), 'end', s.data->>'valid_to')",
    )


def _grants(work: Work) -> None:
    """Offices are not given by a file."""
    where = f"{JUDGED} WHERE {ACTIVE} AND m.entity = 'roles' AND NOT m.implied AND {_OFFICE}"
    if work.find(
        "grant_not_imported", "warning", where, column="role", params="jsonb_build_object('role', m.said_role)"
    ):
        work.sql(
            "UPDATE exchange_stagedrow s SET action = 'skip' FROM member_verdict m"
            f" WHERE m.id = s.id AND {ACTIVE} AND m.entity = 'roles' AND NOT m.implied AND {_OFFICE}"
        )


def _rights(work: Work, places: Places) -> None:
    """Memberships begin, change and end only where the actor manages people."""
    work.cursor.execute("SELECT DISTINCT org_id FROM member_verdict WHERE action IN ('create', 'change', 'remove')")
    ids = [row[0] for row in work.cursor.fetchall() if row[0]]
    refused = {pk: reason_of(verdict) for pk in ids if not (verdict := places.people_manageable(pk))}
    for pk, reason in refused.items():
        work.find(
            "not_allowed",
            "error",
            f"exchange_stagedrow s JOIN member_verdict v ON v.id = s.id AND v.org_id = '{pk}'"
            " AND v.action IN ('create', 'change', 'remove')",
            params="jsonb_build_object('reason', '{}'::text)".format(reason.replace("'", "''").replace("%", "%%")),
        )


def _nowhere(work: Work) -> None:
    """Somebody new whom no unit of the scope answers for."""
    work.find(
        "belongs_nowhere",
        "error",
        "exchange_stagedrow s WHERE s.run_id = %(run)s AND s.entity = 'users' AND s.action = 'create'"
        " AND NOT EXISTS (SELECT FROM member_verdict m WHERE m.said_person = s.object_id AND m.status = 'active'"
        "                  AND (m.entity = 'enrollments' OR m.in_scope))"
        " AND NOT EXISTS (SELECT FROM tie t WHERE t.guardian_id = s.object_id)"
        " AND NOT EXISTS (SELECT FROM ref_orgs o WHERE o.id = s.org_id AND o.in_scope)",
        column="sourcedId",
    )
