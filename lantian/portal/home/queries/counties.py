"""Alliances and what is on now, county by county: sums for everybody, out of which no lesson and no class can be read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantian.kernel.web.maps import Area, AreaFacts, RegionMap, areas, map_over

MOST = 200  # counties of a province; a larger platform shows those of its cities


@dataclass(frozen=True, slots=True)
class CountyLine:
    """One county: its schools in alliances today (and how many of them send), lessons that its classes receive now or its schools
    send now, and how many of its classes are in one."""

    id: UUID
    code: str
    name: str
    schools: int
    sending: int
    lessons: int
    classes: int

    @property
    def anchor(self) -> str:
        return f"county-{self.id}"

    @property
    def words(self) -> str:
        said = ngettext("%(name)s：联盟学校 %(n)d 所", "%(name)s：联盟学校 %(n)d 所", self.schools) % {
            "name": self.name,
            "n": self.schools,
        }
        if self.lessons:
            said += _("，现在 %(lessons)d 节课在上，%(classes)d 个班在听") % {
                "lessons": self.lessons,
                "classes": self.classes,
            }
        return said


@dataclass(frozen=True, slots=True)
class Counties:
    """All counties, and the map they stand on (None where there is no file for the region)."""

    lines: tuple[CountyLine, ...] = ()
    region: RegionMap | None = None

    @property
    def areas(self) -> list[Area]:
        facts = {
            line.code: AreaFacts(line.schools, line.words, f"#{line.anchor}", now=line.lessons > 0)
            for line in self.lines
        }
        return areas(self.region, facts) if self.region else []

    @property
    def finding(self) -> str:
        """The one thing to know, in words."""
        allied, on = sum(line.schools > 0 for line in self.lines), sum(line.lessons > 0 for line in self.lines)
        said = _("%(all)d 个县区中，%(allied)d 个有学校在联盟里") % {"all": len(self.lines), "allied": allied}
        return said + (_("；现在 %(on)d 个正在同上一堂课。") % {"on": on} if on else _("。"))


NO_COUNTIES = Counties()

# `unit` says to which county each unit belongs, once; all else is joined by ids.
_SQL = """
    WITH county AS MATERIALIZED (
           SELECT id, coalesce(code, '') AS code, coalesce(nullif(short_name, ''), name) AS name, path, sort_key
             FROM roster_organization WHERE kind = 'county' AND is_active ORDER BY code, sort_key LIMIT %(most)s),
         unit AS MATERIALIZED (SELECT o.id, c.id AS county FROM county c JOIN roster_organization o ON o.path <@ c.path),
         allied AS (
           SELECT u.county, count(DISTINCT m.organization_id) AS schools,
                  count(DISTINCT m.organization_id) FILTER (WHERE m.part = 'sending') AS sending
             FROM schedule_alliancemember m JOIN schedule_alliance a ON a.id = m.alliance_id AND a.state = 'active'
             JOIN unit u ON u.id = m.organization_id
            WHERE a.starts_on <= %(today)s AND a.ends_on >= %(today)s
              AND (m.joins_on IS NULL OR m.joins_on <= %(today)s) AND (m.leaves_on IS NULL OR m.leaves_on >= %(today)s)
            GROUP BY 1),
         live AS MATERIALIZED (SELECT id, organization_id FROM schedule_lesson WHERE state = 'live' AND access <> 'rehearsal'),
         part AS (
           SELECT u.county, l.id AS lesson, NULL::uuid AS class FROM live l JOIN unit u ON u.id = l.organization_id
           UNION ALL
           SELECT u.county, l.id, r.class_group_id FROM live l JOIN schedule_lessonreceiver r ON r.lesson_id = l.id
             JOIN roster_classgroup g ON g.id = r.class_group_id JOIN unit u ON u.id = g.organization_id),
         now AS (SELECT county, count(DISTINCT lesson) AS lessons, count(DISTINCT class) AS classes FROM part GROUP BY 1)
    SELECT c.id, c.code, c.name, coalesce(a.schools, 0), coalesce(a.sending, 0), coalesce(n.lessons, 0), coalesce(n.classes, 0)
      FROM county c LEFT JOIN allied a ON a.county = c.id LEFT JOIN now n ON n.county = c.id ORDER BY c.code, c.sort_key
"""


def counties(now: datetime) -> Counties:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"today": timezone.localdate(now), "most": MOST})
        lines = tuple(CountyLine(*row) for row in cursor.fetchall())
    return Counties(lines, map_over(line.code for line in lines))
