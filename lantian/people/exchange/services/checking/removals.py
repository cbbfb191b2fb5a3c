"""What would leave: still in use? and so many that somebody should look first?"""

from lantian.people.exchange.enums import Entity
from lantian.people.exchange.services.checking.work import Work

# More than this many and this share of what there is in the scope: held until somebody confirms the number.
HELD_FROM = 20
HELD_SHARE = 0.05

_OPEN = "(x.valid_to IS NULL OR x.valid_to > %(today)s)"
_LEAVING = (
    "EXISTS (SELECT FROM exchange_stagedrow r WHERE r.run_id = %(run)s AND r.entity IN ('roles', 'enrollments')"
    " AND r.action = 'remove' AND r.object_id = x.id)"
)
_USED_CLASS = (
    f"EXISTS (SELECT FROM roster_membership x WHERE x.class_group_id = s.object_id AND {_OPEN} AND NOT {_LEAVING})"
)
_USED_UNIT = (
    f"EXISTS (SELECT FROM roster_membership x WHERE x.organization_id = s.object_id AND {_OPEN} AND NOT {_LEAVING})"
    " OR EXISTS (SELECT FROM roster_classgroup x WHERE x.organization_id = s.object_id AND x.is_active"
    " AND NOT EXISTS (SELECT FROM exchange_stagedrow r WHERE r.run_id = %(run)s AND r.entity = 'classes'"
    " AND r.action = 'remove' AND r.object_id = x.id))"
    " OR EXISTS (SELECT FROM roster_organization x WHERE x.parent_id = s.object_id AND x.is_active"
    " AND NOT EXISTS (SELECT FROM exchange_stagedrow r WHERE r.run_id = %(run)s AND r.entity = 'orgs'"
    " AND r.action = 'remove' AND r.object_id = x.id))"
    " OR EXISTS (SELECT FROM exchange_stagedrow r WHERE r.run_id = %(run)s AND r.entity <> 'orgs' AND r.action = 'create'"
    " AND r.org_id = s.object_id)"
)
# How many there are now, within the scope: what the share is counted of.
_THERE = {
    "orgs": "SELECT count(*) FROM roster_organization WHERE is_active AND path <@ %(scope)s::ltree",
    "courses": "SELECT count(*) FROM schedule_course c JOIN roster_organization o ON o.id = c.organization_id"
    " WHERE c.is_active AND o.path <@ %(scope)s::ltree",
    "classes": "SELECT count(*) FROM roster_classgroup c JOIN roster_organization o ON o.id = c.organization_id"
    " WHERE c.is_active AND o.path <@ %(scope)s::ltree",
    "users": "SELECT count(DISTINCT x.person_id) FROM roster_membership x JOIN roster_organization o"
    f" ON o.id = x.organization_id WHERE o.path <@ %(scope)s::ltree AND {_OPEN}",
    "roles": "SELECT count(*) FROM roster_membership x JOIN roster_organization o ON o.id = x.organization_id"
    f" WHERE o.path <@ %(scope)s::ltree AND {_OPEN} AND x.class_group_id IS NULL",
    "enrollments": "SELECT count(*) FROM roster_membership x JOIN roster_organization o ON o.id = x.organization_id"
    f" WHERE o.path <@ %(scope)s::ltree AND {_OPEN} AND x.class_group_id IS NOT NULL",
}


def check_removals(work: Work) -> None:
    """Keep what is still used, and note in `work.held` which entities wait for somebody's word."""
    if not work.sql("SELECT FROM exchange_stagedrow WHERE run_id = %(run)s AND action = 'remove' LIMIT 1"):
        return
    for entity, code, used in (
        (Entity.CLASSES, "class_still_used", _USED_CLASS),
        (Entity.ORGS, "org_still_used", _USED_UNIT),
    ):
        where = f"s.run_id = %(run)s AND s.entity = '{entity}' AND s.action = 'remove' AND ({used})"
        name = "jsonb_build_object('name', s.data->>'name')"
        work.find(code, "warning", f"exchange_stagedrow s WHERE {where}", params=name)
        work.sql(f"UPDATE exchange_stagedrow s SET action = 'skip' WHERE {where}")
    work.cursor.execute(
        "SELECT entity, count(*) FROM exchange_stagedrow WHERE run_id = %s AND action = 'remove' GROUP BY entity",
        [work.run.pk],
    )
    for entity, count in work.cursor.fetchall():
        if count > HELD_FROM and entity in _THERE:
            work.cursor.execute(_THERE[entity], work.params)
            there = int(work.cursor.fetchone()[0])
            if count > HELD_SHARE * there:
                work.held[entity] = count
