"""Plan, change and cancel lessons, and carry their state through the day."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Func, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule import queries, rules
from lantian.people.schedule.enums import AllianceState, LessonAccess, LessonState
from lantian.people.schedule.errors import (
    AllianceOver,
    Clash,
    LessonInvalid,
    LessonNotPlanned,
    NotInAlliance,
    RehearsalAlone,
)
from lantian.people.schedule.events import LessonCancelled, LessonPlanned, LessonRescheduled
from lantian.people.schedule.models import Alliance, Lesson, LessonReceiver, Occupancy, Room

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization, Person

SHORTEST = timedelta(minutes=5)


@transaction.atomic
def plan_lesson(
    *,
    title: str,
    subject: str,
    stage: str,
    grade: int,
    teacher: "Person",
    organization: "Organization",
    starts_at: datetime,
    ends_at: datetime,
    class_group: "ClassGroup | None" = None,
    room: Room | None = None,
    alliance: Alliance | None = None,
    period_no: int | None = None,
    access: str = LessonAccess.ALLIANCE,
    summary: str = "",
    receivers: "Iterable[ClassGroup]" = (),
    by: Actor,
) -> Lesson:
    """Put a lesson into the timetable with its receiving classes, each in the room it is at home in. A rehearsal takes no class.

    Raises Denied, LessonInvalid, AllianceOver, NotInAlliance, RehearsalAlone; Clash when a room, the teacher or a class is taken.
    """
    require(rules.may_plan_lesson, by, organization)
    _check_times(starts_at, ends_at)
    _check_people(teacher, organization, class_group, room)
    _check_alliance(alliance, starts_at)
    receivers = list(receivers)
    if access == LessonAccess.REHEARSAL and (class_group or alliance or receivers):
        raise RehearsalAlone
    lesson = Lesson.objects.create(
        title=title.strip(),
        subject=subject,
        stage=stage,
        grade=grade,
        teacher=teacher,
        organization=organization,
        class_group=class_group,
        room=room,
        alliance=alliance,
        period_no=period_no,
        starts_at=starts_at,
        ends_at=ends_at,
        access=access,
        summary=summary.strip(),
    )
    groups = _put_receivers(lesson, receivers)
    occupy(lesson)
    record("schedule.lesson_planned", lesson, by=by, title=lesson.title, starts_at=starts_at, ends_at=ends_at)
    publish(
        LessonPlanned(
            object_id=lesson.pk,
            organization_id=organization.pk,
            teacher_id=teacher.pk,
            context={
                "title": lesson.title,
                "subject": subject,
                "grade": grade,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "receivers": [group.pk for group in groups],
            },
            **acted_by(by),
        )
    )
    return lesson


@transaction.atomic
def add_receivers(lesson: Lesson, *, class_groups: "Iterable[ClassGroup]", by: Actor) -> list[LessonReceiver]:
    """Add receiving classes to a planned lesson; those already there are left. Raises Denied, NotInAlliance, Clash,
    RehearsalAlone."""
    lesson = locked_lesson(lesson)
    require(rules.may_change_lesson, by, lesson)
    if lesson.access == LessonAccess.REHEARSAL:
        raise RehearsalAlone
    known = set(lesson.receivers.values_list("class_group_id", flat=True))
    added = _put_receivers(lesson, [group for group in class_groups if group.pk not in known])
    if added:
        Lesson.objects.filter(pk=lesson.pk).update(by_hand=True)  # the timetable would take them out again
    occupy(lesson)
    record("schedule.receivers_added", lesson, by=by, classes=[str(group) for group in added])
    return list(lesson.receivers.filter(class_group__in=added))


@transaction.atomic
def reschedule_lesson(
    lesson: Lesson, *, starts_at: datetime, ends_at: datetime, by: Actor, room: Room | None = None
) -> Lesson:
    """Move a planned lesson to another time (and room, when one is given). Raises Denied, LessonInvalid, Clash."""
    lesson = locked_lesson(lesson)
    require(rules.may_change_lesson, by, lesson)
    if lesson.state != LessonState.PLANNED:
        raise LessonNotPlanned
    _check_times(starts_at, ends_at)
    _check_alliance(lesson.alliance, starts_at)
    if room is not None:
        _check_room(room, lesson.organization)
        lesson.room = room
    before = {"starts_at": lesson.starts_at, "ends_at": lesson.ends_at}
    lesson.starts_at, lesson.ends_at, lesson.by_hand = starts_at, ends_at, True
    lesson.save(update_fields=["starts_at", "ends_at", "room", "by_hand"])
    occupy(lesson)
    after = {"starts_at": starts_at, "ends_at": ends_at}
    record("schedule.lesson_rescheduled", lesson, by=by, before=before, after=after)
    publish(
        LessonRescheduled(
            object_id=lesson.pk,
            organization_id=lesson.organization_id,
            context={"before": before, "after": after},
            **acted_by(by),
        )
    )
    return lesson


@transaction.atomic
def cancel_lesson(lesson: Lesson, *, reason: str, by: Actor) -> Lesson:
    """Cancel a lesson that has not begun; again does nothing. Raises Denied, LessonNotPlanned."""
    lesson = locked_lesson(lesson)
    if lesson.state == LessonState.CANCELLED:
        return lesson
    require(rules.may_change_lesson, by, lesson)
    if lesson.state != LessonState.PLANNED:
        raise LessonNotPlanned
    lesson.state, lesson.by_hand = LessonState.CANCELLED, True
    lesson.save(update_fields=["state", "by_hand"])
    lesson.occupancies.all().delete()
    record("schedule.lesson_cancelled", lesson, by=by, reason=reason)
    publish(
        LessonCancelled(
            object_id=lesson.pk, organization_id=lesson.organization_id, context={"reason": reason}, **acted_by(by)
        )
    )
    return lesson


# The three steps through the lesson itself: called by whoever carries it out (a live session), never by a page.


@transaction.atomic
def start_lesson(lesson: Lesson, *, by: Actor) -> Lesson:
    """The lesson is on the air. Again does nothing. Raises Denied, LessonNotPlanned."""
    lesson = locked_lesson(lesson)
    require(rules.may_teach_lesson, by, lesson)
    if lesson.state == LessonState.LIVE:
        return lesson
    if lesson.state != LessonState.PLANNED:
        raise LessonNotPlanned
    lesson.state = LessonState.LIVE
    lesson.save(update_fields=["state"])
    record("schedule.lesson_started", lesson, by=by)
    return lesson


@transaction.atomic
def extend_lesson(lesson: Lesson, *, ends_at: datetime, by: Actor) -> Lesson:
    """Let a running lesson last longer. Raises Denied, LessonInvalid, and Clash when somebody is needed elsewhere then."""
    lesson = locked_lesson(lesson)
    require(rules.may_teach_lesson, by, lesson)
    if lesson.state != LessonState.LIVE or ends_at <= lesson.ends_at:
        raise LessonInvalid(_("只能延长正在进行的课"))
    _check_times(lesson.starts_at, ends_at)
    lesson.ends_at = ends_at
    lesson.save(update_fields=["ends_at"])
    occupy(lesson)
    record("schedule.lesson_extended", lesson, by=by, ends_at=ends_at)
    return lesson


@transaction.atomic
def end_lesson(lesson: Lesson, *, by: Actor) -> Lesson:
    """The lesson is over; its rooms and people are free from now. Again does nothing. Raises Denied."""
    lesson = locked_lesson(lesson)
    require(rules.may_teach_lesson, by, lesson)
    if lesson.state in (LessonState.ENDED, LessonState.CANCELLED):
        return lesson
    lesson.state = LessonState.ENDED
    lesson.save(update_fields=["state"])
    now = timezone.now()
    if now <= lesson.starts_at:
        lesson.occupancies.all().delete()
    elif now < lesson.ends_at:
        lesson.occupancies.filter(during__startswith__gte=now).delete()
        # a substitute's begins when they came: before, they may have taught elsewhere
        lesson.occupancies.update(during=Func(Func("during", function="lower"), Value(now), function="tstzrange"))
    record("schedule.lesson_ended", lesson, by=by)
    return lesson


# Checks ------------------------------------------------------------------------------------------------------------------


def locked_lesson(lesson: Lesson) -> Lesson:
    """The lesson as it stands, kept from all others until the transaction ends."""
    return Lesson.objects.select_for_update(of=("self",)).select_related("organization", "alliance").get(pk=lesson.pk)


def _check_times(starts_at: datetime, ends_at: datetime) -> None:
    if not SHORTEST <= ends_at - starts_at <= queries.LONGEST_LESSON:
        raise LessonInvalid(_("一节课至少 5 分钟，至多 4 小时"))


def _check_people(
    teacher: "Person", organization: "Organization", class_group: "ClassGroup | None", room: Room | None
) -> None:
    day = timezone.localdate()
    teaches = teacher.memberships.filter(
        organization=organization, role__in=queries.TEACHING_ROLES, valid_from__lte=day
    ).exclude(valid_to__lt=day)
    if not teaches.exists():
        raise LessonInvalid(_("这位老师不在这所学校任教"))
    if class_group is not None and class_group.organization_id != organization.pk:
        raise LessonInvalid(_("主讲班级不在这所学校"))
    if room is not None:
        _check_room(room, organization)


def _check_room(room: Room, organization: "Organization") -> None:
    if room.organization_id != organization.pk or not room.is_active:
        raise LessonInvalid(_("这间教室不在这所学校，或已停用"))


def _check_alliance(alliance: Alliance | None, starts_at: datetime) -> None:
    if alliance is None:
        return
    day = timezone.localdate(starts_at)
    if alliance.state != AllianceState.ACTIVE or not alliance.starts_on <= day <= alliance.ends_on:
        raise AllianceOver


def _put_receivers(lesson: Lesson, groups: "Sequence[ClassGroup]") -> "Sequence[ClassGroup]":
    """Receivers are classes of the lesson's own school, or of receiving schools of its alliance (and their campuses)."""
    allowed = queries.receiving_school_ids(lesson.alliance) if lesson.alliance else []
    roots = [lesson.organization_id.hex, *(pk.hex for pk in allowed)]
    for group in groups:
        if not set(roots) & set(str(group.organization.path).split(".")):
            raise NotInAlliance
        if group.pk == lesson.class_group_id:
            raise LessonInvalid(_("主讲班级不用再列为接收班级"))
    rooms = {room.class_group_id: room for room in Room.objects.filter(class_group__in=groups, is_active=True)}
    LessonReceiver.objects.bulk_create(
        [LessonReceiver(lesson=lesson, class_group=group, room=rooms.get(group.pk)) for group in groups]
    )
    return groups


def _teaches_from(lesson: Lesson) -> datetime:
    if lesson.state != LessonState.LIVE:
        return lesson.starts_at
    row = lesson.occupancies.filter(teacher=lesson.teacher_id).first()
    return row.during.lower if row else max(lesson.starts_at, timezone.now())


def occupy(lesson: Lesson) -> None:
    """Write anew what the lesson takes up. The database refuses overlaps: that refusal becomes a Clash. Whoever takes a running
    lesson over is needed from now on."""
    during = (lesson.starts_at, lesson.ends_at)
    receivers = list(lesson.receivers.values_list("class_group_id", "room_id"))
    rooms = {room for _group, room in receivers if room} | ({lesson.room_id} if lesson.room_id else set())
    groups = {group for group, _room in receivers} | ({lesson.class_group_id} if lesson.class_group_id else set())
    rows = [Occupancy(lesson=lesson, teacher_id=lesson.teacher_id, during=(_teaches_from(lesson), lesson.ends_at))]
    rows += [Occupancy(lesson=lesson, room_id=room, during=during) for room in sorted(rooms)]
    rows += [Occupancy(lesson=lesson, class_group_id=group, during=during) for group in sorted(groups)]
    try:
        with transaction.atomic():
            lesson.occupancies.all().delete()
            Occupancy.objects.bulk_create(rows)
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        what = name.removeprefix("occupancy_")
        if what not in Clash.MESSAGES:
            raise
        raise Clash(what) from error
