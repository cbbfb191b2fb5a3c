"""The lessons of this moment: how they play, by county and alliance, and what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Q, QuerySet, Value, When

from lantian.content.media import services as media
from lantian.kernel.rules import Actor, within
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.teach.desk.engine.alarms import Alarm, Course, alarms_of
from lantian.teach.live import queries as live
from lantian.teach.live.queries import Playing

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.schedule.models import Lesson, LessonReceiver
    from lantian.teach.live.models import LiveSession

OPERATING_ROLES = ("operator",)
LOOKED_BACK = timedelta(days=7)  # older ones are in the records of attendance


def watched_roots(actor: Actor) -> tuple[str, ...]:
    """Roots (ltree) of the subtrees whose running lessons this actor looks after: what one administers; an operator's unit."""
    if actor.grant is not None and actor.has_role(*OPERATING_ROLES):
        return (actor.grant.path,)
    return actor.paths


def lessons_watched_by(actor: Actor, now: datetime) -> "QuerySet[Lesson]":
    """Lessons of this moment that units of those subtrees give or receive."""
    return live.lessons_on_air(watched_roots(actor), now)


def classes_watched_by(actor: Actor) -> "QuerySet[ClassGroup]":
    """Classes of those subtrees."""
    roots = watched_roots(actor)
    rows = roster.class_groups_within(roots[0]) if roots else roster.class_groups_known([])
    return rows.select_related("organization")


@dataclass(slots=True)
class Running:
    """One lesson, its open session (None: not opened) and how it plays."""

    lesson: "Lesson"
    session: "LiveSession | None"
    playing: Playing
    alarms: list[Alarm] = field(default_factory=list)

    @property
    def state(self) -> str | None:
        return str(self.session.state) if self.session else None


@dataclass(slots=True)
class Part:
    """A county's or an alliance's lessons and classes together. `code` of a county as on maps; `path` its ltree."""

    key: str
    name: str
    playing: Playing
    lessons: int = 0
    code: str = ""
    path: str = ""


@dataclass(slots=True)
class Overview:
    """`schools` names those that alarms speak of."""

    at: datetime
    total: Playing
    lessons: dict[UUID, Running] = field(default_factory=dict)
    counties: list[Part] = field(default_factory=list)
    alliances: list[Part] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    schools: "dict[UUID, Organization]" = field(default_factory=dict)


def overview(actor: Actor, now: datetime) -> Overview:
    """All lessons the actor looks after. Four queries, however many lessons and classes."""
    roots = watched_roots(actor)
    lessons = list(
        lessons_watched_by(actor, now).select_related("teacher", "organization", "alliance").order_by("starts_at", "pk")
    )
    ids = [lesson.pk for lesson in lessons]
    sessions = live.open_sessions(ids)
    air = live.air(ids, roots, now)
    found = Overview(now, air.total)
    for lesson in lessons:
        playing = air.lessons.get(lesson.pk, Playing())
        found.lessons[lesson.pk] = Running(lesson, sessions.get(lesson.pk), playing)
    room = media.room_for_lesson(media.media_root(), settings.LANTIAN_DISK_RESERVE_BYTES, open_streams=len(sessions))
    unsent = media.offsite.noted_behind() if media.offsite.configured() else None
    found.alarms = alarms_of(
        [course_of(running, now) for running in found.lessons.values()],
        {key: (playing.here, playing.stuck) for key, playing in air.schools.items()},
        disk_full=not room.enough,
        free_gb=room.free_bytes >> 30,
        failing_s=unsent.failing_s if unsent else 0,
        behind_s=unsent.seconds if unsent else 0,
    )
    for alarm in found.alarms:
        if alarm.lesson is not None:
            found.lessons[alarm.lesson].alarms.append(alarm)
    named = {alarm.school for alarm in found.alarms if alarm.school} | {key for key in air.counties if key}
    found.schools = {unit.pk: unit for unit in roster.organizations_known(named)}
    found.counties = [
        Part(str(unit.pk), str(unit), playing, 0, unit.code or "", str(unit.path))
        for key, playing in air.counties.items()
        if key is not None and (unit := found.schools.get(key)) is not None
    ]
    found.counties.sort(key=lambda part: (-part.playing.stuck, -part.playing.away, part.code))
    found.alliances = _by_alliance(found.lessons.values())
    return found


def course_of(running: Running, now: datetime) -> Course:
    """What alarms are found by."""
    session, playing = running.session, running.playing
    heard = (session.last_chunk_at or session.started_at) if session else None
    return Course(
        running.lesson.pk,
        (now - running.lesson.starts_at).total_seconds(),
        running.state,
        (now - heard).total_seconds() if heard else None,
        playing.expected,
        playing.here,
        playing.stuck,
    )


def _by_alliance(lessons: Iterable[Running]) -> list[Part]:
    sums: dict[UUID, Part] = {}
    for running in lessons:
        alliance = running.lesson.alliance
        if alliance is None:
            continue
        part = sums.setdefault(alliance.pk, Part(str(alliance.pk), str(alliance), Playing()))
        had, more = part.playing, running.playing
        part.lessons += 1
        part.playing = Playing(
            had.expected + more.expected, had.here + more.here, had.stuck + more.stuck, had.stalls + more.stalls
        )
    return sorted(sums.values(), key=lambda part: (-part.playing.stuck, -part.playing.away, part.name))


def lessons_to_look_into(actor: Actor, now: datetime) -> "QuerySet[Lesson]":
    """Lessons of the last days that the actor may look into: one that just ended is still worth a look."""
    rows = schedule.lessons_within(watched_roots(actor), now - LOOKED_BACK, now + live.OPENS_BEFORE)
    return rows.select_related("teacher", "organization", "alliance")


def of_roots(rows: "QuerySet[LessonReceiver]", lesson: "Lesson", roots: Sequence[str]) -> "QuerySet[LessonReceiver]":
    """Of a lesson's classes those that may be seen from there: all of a lesson given below `roots`, else the classes below. Each
    with `own` (it lies below, and its hour may be looked into) and `rank`, by which those in trouble come first."""
    below = Q(class_group__organization__path__within_any=list(roots))
    if not any(within(str(lesson.organization.path), root) for root in roots):
        rows = rows.filter(below)
    ranks = Case(When(Q(condition="stuck"), then=0), When(Q(condition="away"), then=1), default=2)
    return rows.annotate(own=Case(When(below, then=Value(True)), default=Value(False)), rank=ranks)
