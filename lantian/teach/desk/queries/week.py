"""The officer's week: lessons planned, held and attended in a unit, by the units below it, by alliance, day and cause.

One pass over the daily tallies of a stretch (`models.Tally`), put together in cells (unit or class, day, alliance, cause), out of
which all parts of the report are summed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from lantian.kernel.time.queries import term_on
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import SCHOOL_KINDS
from lantian.people.schedule import queries as schedule
from lantian.teach.desk.enums import SIDE_WORDS, SIDES, Cause, Side, Span

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

FIGURES = ("planned", "held", "attended", "corrected", "seconds", "planned_seconds", "stalls")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `first` to `last`, both included, and the stretch that they are compared with (none for a first term)."""

    span: str
    first: date
    last: date
    before: tuple[date, date] | None = None
    title: str = ""


@dataclass(slots=True)
class Counts:
    """How many lessons of classes (a lesson counts once for each class that receives it)."""

    planned: int = 0
    held: int = 0
    attended: int = 0
    corrected: int = 0
    seconds: int = 0
    planned_seconds: int = 0
    stalls: int = 0

    def add(self, other: "Counts") -> None:
        for name in FIGURES:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def missed(self) -> int:
        return self.planned - self.attended

    @property
    def held_percent(self) -> float | None:
        return percent(self.held, self.planned)

    @property
    def attended_percent(self) -> float | None:
        return percent(self.attended, self.planned)

    @property
    def hours(self) -> int:
        return round(self.seconds / 3600)


@dataclass(slots=True)
class Line:
    """One line of a part: a unit, class, alliance or day. `key` is its id (or ISO date); `kind` what it is."""

    key: str
    name: str
    counts: Counts
    before: Counts | None = None
    kind: str = ""
    url: str = ""  # where a page leads from it

    @property
    def change(self) -> float | None:
        """Percentage points of attendance against the stretch before."""
        now, then = self.counts.attended_percent, self.before.attended_percent if self.before else None
        return None if now is None or then is None else round(now - then, 1)


@dataclass(slots=True)
class Reason:
    """How many lessons failed for one cause, and whose matter it is."""

    cause: str
    name: str
    side: str
    count: int
    share: float
    url: str = ""


@dataclass(slots=True)
class Report:
    """What the page shows. `units` are those directly below the unit, or a school's classes; the weakest first."""

    total: Line
    days: list[Line] = field(default_factory=list)
    units: list[Line] = field(default_factory=list)
    alliances: list[Line] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    by_class: bool = False


def percent(part: int, whole: int) -> float | None:
    """One decimal; None of nothing. Rounded down above 99.9, so that 100 % means all."""
    if not whole:
        return None
    value = round(100 * part / whole, 1)
    return 99.9 if value >= 100 and part < whole else value


def stretch(span: str, day: date, *, path: str = "") -> Stretch:
    """The day, the week (Monday to Sunday) or the term of the unit at `path` that `day` lies in. At most two queries."""
    if span == Span.DAY:
        before = day - timedelta(days=7)  # the same weekday: a Friday is compared with a Friday
        return Stretch(span, day, day, (before, before))
    if span == Span.TERM:
        found = term_on(day, path=path)
        if found is not None:
            earlier = term_on(found.starts_on - timedelta(days=60), path=path)
            then = (earlier.starts_on, earlier.ends_on) if earlier and earlier.ends_on < found.starts_on else None
            return Stretch(span, found.starts_on, found.ends_on, then, found.get_kind_display())
    monday = day - timedelta(days=day.weekday())
    return Stretch(
        Span.WEEK, monday, monday + timedelta(days=6), (monday - timedelta(days=7), monday - timedelta(days=1))
    )


def report(unit: "Organization", days: Stretch, *, side: str = Side.RECEIVING, alliance: UUID | None = None) -> Report:
    """The figures of a unit's subtree. Five queries at most, whatever is below. The caller has asked `may_read_week`."""
    by_class = unit.kind in SCHOOL_KINDS and side == Side.RECEIVING
    now = _cells(unit, (days.first, days.last), side=side, alliance=alliance, by_class=by_class, whole=True)
    then = None
    if days.before is not None:
        then = _cells(unit, days.before, side=side, alliance=alliance, by_class=by_class, whole=False)
    found = Report(Line(str(unit.pk), str(unit), now.total, then.total if then else None), by_class=by_class)
    found.days = [Line(day.isoformat(), "", counts) for day, counts in sorted(now.days.items())]
    found.units = _units(now.units, then.units if then else {}, by_class=by_class)
    found.alliances = _alliances(now.alliances)
    found.reasons = _reasons(now.causes)
    return found


@dataclass
class _Sums:
    total: Counts = field(default_factory=Counts)
    days: dict[date, Counts] = field(default_factory=dict)
    units: dict[UUID, Counts] = field(default_factory=dict)
    alliances: dict[UUID, Counts] = field(default_factory=dict)
    causes: dict[str, int] = field(default_factory=dict)


_CELLS = """
    WITH unit AS MATERIALIZED (
           SELECT id, CASE WHEN nlevel(path) > nlevel(%(root)s::ltree) THEN subpath(path, nlevel(%(root)s::ltree), 1)::text
                           ELSE subpath(path, -1, 1)::text END::uuid AS part
             FROM roster_organization WHERE path <@ %(root)s::ltree),
         cell AS MATERIALIZED (
           SELECT {part} AS part, {by}, sum(t.planned) AS planned, sum(t.held) AS held,
                  sum(t.planned) FILTER (WHERE t.cause = '') AS attended, sum(t.corrected) AS corrected,
                  sum(t.seconds) AS seconds, sum(t.planned_seconds) AS planned_seconds, sum(t.stalls) AS stalls
             FROM desk_tally t JOIN unit u ON u.id = t.{end}
            WHERE t.day BETWEEN %(first)s AND %(last)s{narrowed}
            GROUP BY {grouped})
    SELECT {kinds}, sum(planned)::bigint, sum(held)::bigint, sum(attended)::bigint, sum(corrected)::bigint,
           sum(seconds)::bigint, sum(planned_seconds)::bigint, sum(stalls)::bigint
      FROM cell c
     GROUP BY GROUPING SETS ({sets})
"""
# grouping() has a bit for each column, 0 where it is grouped by
_WHOLE = {
    "by": "t.day, t.alliance_id, t.cause",
    "grouped": "1, 2, 3, 4",
    "kinds": "grouping(c.day, part, c.alliance_id, c.cause), c.day, part, c.alliance_id, c.cause",
    "sets": "(), (part), (c.day), (c.alliance_id), (c.cause)",
}
_BRIEF = {
    "by": "NULL AS nothing",
    "grouped": "1",
    "kinds": "CASE grouping(part) WHEN 1 THEN 15 ELSE 11 END, NULL, part, NULL, NULL",
    "sets": "(), (part)",
}
_DAY, _PART, _ALLIANCE, _CAUSE, _ALL = 0b0111, 0b1011, 0b1101, 0b1110, 0b1111


def _cells(
    unit: "Organization", days: tuple[date, date], *, side: str, alliance: UUID | None, by_class: bool, whole: bool
) -> _Sums:
    end = "sender_id" if side == Side.SENDING else "organization_id"
    sql = _CELLS.format(
        part="t.class_group_id" if by_class else "u.part",
        end=end,
        narrowed=" AND t.alliance_id = %(alliance)s" if alliance else "",
        **(_WHOLE if whole else _BRIEF),
    )
    facts: dict[str, Any] = {"root": str(unit.path), "first": days[0], "last": days[1], "alliance": alliance}
    sums = _Sums()
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        for kind, day, part, league, cause, *figures in cursor.fetchall():
            counts = Counts(*(int(figure or 0) for figure in figures))
            if kind == _ALL:
                sums.total = counts
            elif kind == _DAY:
                sums.days[day] = counts
            elif kind == _PART:
                sums.units[part] = counts
            elif kind == _ALLIANCE and league is not None:
                sums.alliances[league] = counts
            elif kind == _CAUSE and cause:
                sums.causes[cause] = counts.planned
    return sums


def _units(now: dict[UUID, Counts], then: dict[UUID, Counts], *, by_class: bool) -> list[Line]:
    known = roster.class_groups_known(now) if by_class else roster.organizations_known(now)
    found: dict[UUID, Any] = {row.pk: row for row in known}
    lines = []
    for part, counts in now.items():
        row = found.get(part)
        kind = "class" if by_class else str(row.kind) if row else ""
        lines.append(Line(str(part), str(row or _("（已删除）")), counts, then.get(part), kind))
    return sorted(lines, key=lambda line: (line.counts.attended_percent or 0, line.name))


def _alliances(now: dict[UUID, Counts]) -> list[Line]:
    names = schedule.alliance_names(now)
    lines = [Line(str(pk), names.get(pk, ""), counts, kind="alliance") for pk, counts in now.items()]
    return sorted(lines, key=lambda line: (line.counts.attended_percent or 0, line.name))


def _reasons(causes: dict[str, int]) -> list[Reason]:
    failed = sum(causes.values())
    sides = {str(cause): side for side, members in SIDES.items() for cause in members}
    return [
        Reason(cause, str(Cause(cause).label), str(SIDE_WORDS[sides[cause]]), count, percent(count, failed) or 0)
        for cause, count in sorted(causes.items(), key=lambda item: (-item[1], item[0]))
    ]


def weeks_of(days: Iterable[Line]) -> list[Line]:
    """Days put together by week, for a stretch as long as a term; the key is each week's Monday."""
    weeks: dict[date, Line] = {}
    for line in days:
        day = date.fromisoformat(line.key)
        monday = day - timedelta(days=day.weekday())
        week = weeks.setdefault(monday, Line(monday.isoformat(), "", Counts()))
        week.counts.add(line.counts)
    return list(weeks.values())
