"""Reads of the timetable: what an actor may see, today's lessons, the lesson of a room now."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from lantian.kernel.holdings import Part, Subject
from lantian.kernel.prepared import attach, prepared
from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor, share_edge, shared
from lantian.kernel.shaped import shaped
from lantian.people.roster.enums import SCHOOL_KINDS
from lantian.people.schedule.enums import AlliancePart, AllianceState, LessonAccess, LessonState
from lantian.people.schedule.models import (
    Alliance,
    AllianceMember,
    Course,
    CourseOffering,
    Lesson,
    LessonReceiver,
    Room,
)
from lantian.people.schedule.queries.alliances import member_on, not_left

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.roster.queries import Panel

# A class screen turns to a lesson this long before it begins.
EARLY = timedelta(minutes=10)

# Where a lesson's page is: the app above that shows lessons says so under the key "page".
LESSON_PAGES: Registry[Callable[[Lesson], str]] = Registry("lesson pages")

# Cards that apps above add to a lesson's page: each gives one, or None when it has nothing for this actor; a fixed number of
# queries each. The lesson comes as `visible_lesson` gives it.
LESSON_PANELS: "Registry[Callable[[Actor, Lesson], Panel | None]]" = Registry("panels of a lesson")

REHEARSAL = Q(access=LessonAccess.REHEARSAL)

TEACHING_ROLES = ("teacher", "homeroom_teacher")


def lesson_url(lesson: Lesson) -> str:
    """The address of a lesson's page; empty when no installed app shows lessons."""
    page = LESSON_PAGES.get("page")
    return page(lesson) if page else ""


def panels_of_lesson(actor: Actor, lesson: Lesson) -> "list[Panel]":
    return [panel for source in LESSON_PANELS if (panel := source(actor, lesson))]


def own_organization_id(actor: Actor) -> UUID | None:
    """The school an actor belongs to in the role acted in (a class screen: its room's)."""
    if actor.grant:
        return actor.grant.organization_id
    return actor.organization_id


def _receiving(**conditions: Any) -> Exists:
    return Exists(LessonReceiver.objects.filter(lesson=OuterRef("pk"), **conditions))


def _lessons_of(actor: Actor) -> Q:
    """Lessons that concern the actor: taught, given or received by them, their classes, their school, their subtree. Rehearsals,
    which have no class, are left to staff."""
    q = Q(access=LessonAccess.PUBLIC)
    if actor.is_anonymous:
        return q
    if actor.person_id:
        q |= Q(teacher=actor.person_id)
    if actor.room_id:
        q |= Q(room=actor.room_id) & ~REHEARSAL | Q(_receiving(room=actor.room_id))
    if actor.class_group_ids:
        q |= Q(class_group__among=actor.class_group_ids) | Q(_receiving(class_group__among=actor.class_group_ids))
    if actor.grant and actor.has_role(*TEACHING_ROLES):
        school = actor.grant.organization_id
        q |= Q(organization=school) | Q(_receiving(class_group__organization=school))
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths)
        q |= Q(_receiving(class_group__organization__path__within_any=actor.paths))
    return q


def concerns(actor: Actor, lesson: Lesson, receivers: Iterable[LessonReceiver]) -> bool:
    """What `_lessons_of` asks the database, of one lesson that is here already with its organisation and its receivers'."""
    if lesson.access == LessonAccess.PUBLIC:
        return True
    if actor.is_anonymous:
        return False
    groups = [lesson.class_group_id, *(receiver.class_group_id for receiver in receivers)]
    rooms = [receiver.room_id for receiver in receivers]
    if lesson.access != LessonAccess.REHEARSAL:
        rooms.append(lesson.room_id)
    schools = [lesson.organization, *(receiver.class_group.organization for receiver in receivers)]
    teaches_at = actor.grant.organization_id if actor.grant and actor.has_role(*TEACHING_ROLES) else None
    return (
        (actor.person_id is not None and lesson.teacher_id == actor.person_id)
        or (actor.room_id is not None and actor.room_id in rooms)
        or any(group in actor.class_group_ids for group in groups)
        or any(school.pk == teaches_at or actor.administers(school.path) for school in schools)
    )


def lessons_visible_to(actor: Actor) -> QuerySet[Lesson]:
    """Lessons this actor may see: one's own, one's classes' and school's, those of the subtree, and public ones."""
    return Lesson.objects.filter(_lessons_of(actor) | shared("schedule.lesson", actor))


def alliances_visible_to(actor: Actor) -> QuerySet[Alliance]:
    """Alliances led from, or joined by schools of, the actor's school or subtree."""
    school = own_organization_id(actor)
    members = AllianceMember.objects.filter(alliance=OuterRef("pk"))
    q = Q(pk__in=[])
    if actor.paths:  # the own school or office is the root of it
        q |= Q(lead__path__within_any=actor.paths)
        q |= Q(Exists(members.filter(organization__path__within_any=actor.paths)))
    elif school and not actor.is_anonymous:
        q |= Q(lead=school) | Q(Exists(members.filter(organization=school)))
    return Alliance.objects.filter(q | shared("schedule.alliance", actor))


def rooms_visible_to(actor: Actor) -> QuerySet[Room]:
    """Rooms of one's school and subtree; a class screen sees its own."""
    q = Q(pk__in=[])
    if actor.room_id:
        q |= Q(pk=actor.room_id)
    if actor.grant and actor.has_role(*TEACHING_ROLES):
        q |= Q(organization=actor.grant.organization_id)
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths)
    return Room.objects.filter(q | shared("schedule.room", actor))


def rooms_of_school(organization: "Organization") -> QuerySet[Room]:
    """The rooms in use at a school, whoever asks."""
    return Room.objects.filter(organization=organization, is_active=True).order_by("name")


def lessons_given_in(rooms: Iterable[UUID], by: datetime, after: datetime) -> list[Lesson]:
    """Lessons that are given in one of these rooms (the class's own, where none is named), begin by a moment and end after
    another, and are neither over nor cancelled. Rehearsals are nobody's business. With units, teachers, rooms; one query."""
    there = list(rooms)
    here = Q(room__in=there) | Q(room__isnull=True, class_group__room__in=there)
    rows = Lesson.objects.filter(here, starts_at__lte=by, ends_at__gt=after).exclude(REHEARSAL)
    rows = rows.filter(state__in=(LessonState.PLANNED, LessonState.LIVE))
    return list(rows.select_related("organization", "teacher", "class_group__room").order_by("starts_at", "pk"))


def rooms_panel(actor: Actor, organization: "Organization") -> "Panel | None":
    """The rooms of a school on its page in the roster, for those who may manage them; one query."""
    from lantian.people.roster.queries import Panel

    if not actor.administers(organization.path) or organization.kind not in SCHOOL_KINDS:
        return None
    rooms = Room.objects.filter(organization=organization, is_active=True).select_related("class_group")
    found = list(rooms.order_by("name")[:200])
    return Panel(gettext_lazy("教室和大屏"), "schedule/_rooms.html", {"rooms": found}) if found else None


def with_names(lessons: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """With all that a list or a page shows of each lesson, in two queries."""
    receivers = LessonReceiver.objects.select_related("class_group__organization")
    return lessons.select_related("teacher", "organization", "class_group", "room", "alliance").prefetch_related(
        Prefetch("receivers", receivers)
    )


def counted(lessons: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """With what a long list shows of each lesson: names, and in `classes` how many receive it. One query: an alliance's lesson
    may have hundreds of receivers, whom nobody reads in a row."""
    many = LessonReceiver.objects.filter(lesson=OuterRef("pk")).order_by().values("lesson").annotate(n=Count("pk"))
    rows = lessons.select_related("teacher", "organization", "class_group")
    return rows.annotate(classes=Coalesce(Subquery(many.values("n")), 0))


@prepared
def _named(lesson: UUID) -> QuerySet[Lesson]:
    return with_names(Lesson.objects.filter(pk=lesson)).prefetch_related(None)


@prepared
def _receivers(lesson: UUID) -> QuerySet[LessonReceiver]:
    return LessonReceiver.objects.filter(lesson=lesson).select_related("class_group__organization")


def visible_lesson(actor: Actor, pk: UUID) -> Lesson | None:
    """One lesson as `with_names` gives it, None unless it is among those the actor may see. Two queries, three when it is
    seen by a share alone.
    """
    lesson = _named.first(pk)
    if lesson is None:
        return None
    receivers = _receivers(pk)
    if not concerns(actor, lesson, receivers) and not _shared.any(actor, pk):
        return None
    attach(lesson, "receivers", receivers)
    return lesson


@shaped
def _shared(actor: Actor, lesson: UUID) -> QuerySet[Lesson]:
    return Lesson.objects.filter(shared("schedule.lesson", actor), pk=lesson)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start, start + timedelta(days=1)


def _on(lessons: QuerySet[Lesson], day: date) -> QuerySet[Lesson]:
    start, end = day_bounds(day)
    return lessons.filter(starts_at__lt=end, ends_at__gt=start).order_by("starts_at", "pk")


def lessons_of(actor: Actor) -> QuerySet[Lesson]:
    """The actor's own lessons, cancelled ones included: what they teach (teachers), what their classes have (students,
    guardians, screens), what their school or subtree gives and receives (heads, school IT, officers)."""
    lessons = Lesson.objects.all()
    if actor.has_role(*TEACHING_ROLES) and actor.person_id:
        return lessons_taught_by(actor.person_id)
    if actor.room_id:
        return lessons.filter(_of_room(actor))
    if actor.paths:
        return lessons.filter(
            Q(organization__path__within_any=actor.paths)
            | Q(_receiving(class_group__organization__path__within_any=actor.paths))
        )
    groups = actor.class_group_ids
    if not groups:
        return lessons.none()
    return lessons.filter(Q(class_group__among=groups) | Q(_receiving(class_group__among=groups)))


def lessons_taught_by(person_id: Any) -> QuerySet[Lesson]:
    """What somebody teaches, cancelled ones included."""
    return Lesson.objects.filter(teacher=person_id)


def lessons_sat_in_by(actor: Actor) -> Q:
    """Lessons that a local teacher minds in the receiving class: those of the own subject, a homeroom teacher all."""
    receivers = LessonReceiver.objects.filter(lesson=OuterRef("pk"), class_group__among=actor.class_group_ids)
    if not actor.has_role("homeroom_teacher"):
        receivers = receivers.filter(
            class_group__memberships__person=actor.person_id, class_group__memberships__subject=OuterRef("subject")
        )
    return Q(Exists(receivers))


def lessons_on(day: date, *, actor: Actor) -> QuerySet[Lesson]:
    """The actor's own day, in order, with all names."""
    return _on(with_names(lessons_of(actor)), day)


def lessons_held_on(day: date) -> QuerySet[Lesson]:
    """Everybody's lessons of a day but the cancelled ones and rehearsals: to be counted, never to be listed."""
    return _on(Lesson.objects.exclude(REHEARSAL | Q(state=LessonState.CANCELLED)), day)


def _of_room(actor: Actor) -> Q:
    """Lessons that are received in the actor's room, or by the class at home there in no other room."""
    q = Q(_receiving(room=actor.room_id))
    if actor.class_group_ids:
        q |= Q(_receiving(class_group__among=actor.class_group_ids, room__isnull=True))
    return q


def lesson_for_room(actor: Actor, *, now: datetime | None = None) -> Lesson | None:
    """The lesson a class screen should be in now: a live one first, else the one whose time it is or soon will be."""
    moment = now or timezone.now()
    lessons = with_names(Lesson.objects.filter(_of_room(actor)))
    live = lessons.filter(state=LessonState.LIVE).order_by("-starts_at").first()
    due = (
        lessons.filter(state=LessonState.PLANNED, starts_at__lte=moment + EARLY, ends_at__gt=moment)
        .order_by("starts_at")
        .first()
    )
    if live and due and live.ends_at <= moment and due.starts_at <= moment:
        return due  # the former lesson runs over: its time is up, the next one has begun
    return live or due


def public_lessons_live() -> QuerySet[Lesson]:
    """Open lessons that are on the air now, the latest first."""
    return with_names(Lesson.objects.filter(access=LessonAccess.PUBLIC, state=LessonState.LIVE)).order_by("-starts_at")


def public_lessons_next(*, now: datetime | None = None) -> QuerySet[Lesson]:
    """Open lessons still to come."""
    moment = now or timezone.now()
    planned = Lesson.objects.filter(access=LessonAccess.PUBLIC, state=LessonState.PLANNED, ends_at__gt=moment)
    return with_names(planned).order_by("starts_at")


def alliances_for_planning(organization: "Organization", day: date) -> QuerySet[Alliance]:
    """Alliances in which this school may send lessons on that day."""
    return Alliance.objects.filter(
        state=AllianceState.ACTIVE,
        starts_on__lte=day,
        ends_on__gte=day,
        pk__in=AllianceMember.objects.filter(
            member_on(day), organization=organization, part=AlliancePart.SENDING
        ).values("alliance"),
    )


def receiving_classes(alliance: Alliance, *, stage: str, grade: int) -> "QuerySet[ClassGroup]":
    """Classes of one grade in the receiving schools of an alliance (and their campuses), for the planning form."""
    from lantian.people.roster import queries as roster

    return roster.class_groups_of_schools(receiving_school_ids(alliance)).filter(stage=stage, grade=grade)


def receiving_school_ids(alliance: Alliance) -> list[UUID]:
    members = alliance.members.filter(not_left(timezone.localdate()), part=AlliancePart.RECEIVING)
    return list(members.values_list("organization_id", flat=True))


@share_edge("roster.organization")
def organizations_in_my_alliances(actor: Actor) -> Q:
    """Schools one is allied with exist for one: their names stand on the alliance's page and in the planning form."""
    school = own_organization_id(actor)
    if actor.is_anonymous or school is None:
        return Q(pk__in=[])
    now = not_left(timezone.localdate())  # names are known as soon as it is settled who joins
    mine = AllianceMember.objects.filter(now, organization=school, alliance__state=AllianceState.ACTIVE)
    allied = AllianceMember.objects.filter(now, organization=OuterRef("pk"), alliance__in=mine.values("alliance"))
    return Q(Exists(allied)) | Q(pk__in=Alliance.objects.filter(pk__in=mine.values("alliance")).values("lead"))


def courses_known(ids: "Iterable[UUID]", codes: "Iterable[str]" = ()) -> "QuerySet[Course]":
    """Courses with one of these ids or codes, whoever asks: for comparing with another system's."""
    return Course.objects.filter(Q(pk__in=list(ids)) | Q(code__in=[code for code in codes if code]))


def offerings_within(path: str) -> "set[tuple[UUID, UUID, UUID | None]]":
    """(class, course, term) of all offerings of the units at and below an ltree path. One query."""
    rows = CourseOffering.objects.filter(class_group__organization__path__within=path)
    return set(rows.values_list("class_group_id", "course_id", "session_id"))


def lessons_taught(subject: Subject) -> QuerySet[Lesson]:
    """The lessons that a person taught or is going to teach."""
    return Lesson.objects.filter(teacher__in=subject.person_ids)


def lessons_part(subject: Subject) -> Part:
    """Their part of a person's copy."""
    rows = lessons_taught(subject).select_related("organization").order_by("starts_at")
    found = [
        {"title": row.title, "organization": row.organization.name, "at": row.starts_at.isoformat()} for row in rows
    ]
    labels = {"title": gettext("课程"), "organization": gettext("单位"), "at": gettext("时间")}
    return Part(gettext("上过的课"), labels, found)


def received_by(class_group_id: UUID, first: datetime, last: datetime) -> QuerySet[Lesson]:
    """Lessons that a class receives in a stretch of time, in order, without the cancelled ones."""
    return (
        with_names(Lesson.objects.filter(receivers__class_group=class_group_id))
        .filter(starts_at__gte=first, starts_at__lt=last)
        .exclude(state=LessonState.CANCELLED)
        .order_by("starts_at")
    )


def lessons_within(roots: "Iterable[str]", first: datetime, last: datetime) -> QuerySet[Lesson]:
    """Lessons begun in a stretch of time that units below `roots` (ltree) give or receive, without rehearsals."""
    paths = list(roots)
    ours = Q(organization__path__within_any=paths) | Q(received_below(paths))
    return Lesson.objects.filter(ours, starts_at__gte=first, starts_at__lt=last).exclude(REHEARSAL)


def received_below(roots: "Iterable[str]") -> Exists:
    """Lessons that a class of the units at and below these ltree paths receives."""
    return _receiving(class_group__organization__path__within_any=list(roots))


def lessons_known(ids: "Iterable[UUID]") -> QuerySet[Lesson]:
    """Lessons with one of these ids: of which somebody found out before that they may be seen."""
    return Lesson.objects.filter(pk__in=list(ids))


def every_lesson() -> QuerySet[Lesson]:
    """All lessons, whoever asks: for building an index."""
    return Lesson.objects.all()


def _in_order(lessons: QuerySet[Lesson], first: datetime, last: datetime) -> QuerySet[Lesson]:
    return with_names(lessons).filter(starts_at__gte=first, starts_at__lt=last).order_by("starts_at", "pk")[:300]


def lessons_of_teacher(person_id: UUID, first: datetime, last: datetime) -> QuerySet[Lesson]:
    """What somebody teaches in a stretch of time, in order, cancelled ones included. Two queries."""
    return _in_order(Lesson.objects.filter(teacher=person_id), first, last)


def lessons_of_class(class_group_id: UUID, first: datetime, last: datetime) -> QuerySet[Lesson]:
    """What a class has or receives in a stretch of time, in order, cancelled ones included. Two queries."""
    received = Q(_receiving(class_group=class_group_id))
    return _in_order(Lesson.objects.filter(Q(class_group=class_group_id) | received), first, last)
