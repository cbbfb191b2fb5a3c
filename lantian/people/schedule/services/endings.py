"""An alliance that ends, a school that leaves: pairings are cut, lessons to come are cancelled with the reason."""

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish, publish_many
from lantian.kernel.journal.services import record, record_many
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.schedule import queries, rules
from lantian.people.schedule.enums import AllianceState, InvitationState, LessonState
from lantian.people.schedule.errors import AllianceOver, NotAMember, ScheduleError
from lantian.people.schedule.events import AllianceEnded, AllianceLeft, LessonCancelled
from lantian.people.schedule.models import Alliance, AllianceMember, Lesson, LessonReceiver, Occupancy, Pairing
from lantian.people.schedule.queries.alliances import Ending
from lantian.people.schedule.queries.concerned import concerned_by, heads_concerned
from lantian.people.schedule.services.alliances import withdraw_invitation
from lantian.people.schedule.services.timetables import follow_up

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization


@transaction.atomic
def end_alliance(alliance: Alliance, *, last: date, reason: str, by: Actor) -> int:
    """Let an alliance end with `last`, before its time: `queries.ending` shows what that ends. Returns how many lessons were
    cancelled. Raises Denied, AllianceOver, ScheduleError."""
    alliance = Alliance.objects.select_for_update(of=("self",)).select_related("lead").get(pk=alliance.pk)
    require(rules.may_manage_alliance, by, alliance.lead)
    if alliance.state != AllianceState.ACTIVE:
        raise AllianceOver
    _check_last(alliance, last)
    stops = queries.ending(alliance, last)
    concerned = _concerned(alliance, stops, None, by)
    _cut(stops.pairings, last)
    cancelled = _cancel(alliance, stops, None, reason, by)
    for invitation in alliance.invitations.filter(state=InvitationState.SENT):
        withdraw_invitation(invitation, reason=reason, by=by if not by.is_system else SYSTEM)
    alliance.ends_on, alliance.end_reason = max(last, alliance.starts_on), reason.strip()[:200]
    if last < timezone.localdate():
        alliance.state = AllianceState.ENDED
    alliance.save(update_fields=["ends_on", "end_reason", "state"])
    record(
        "schedule.alliance_ended",
        alliance,
        by=by,
        last=last,
        reason=reason,
        lessons=cancelled,
        count=len(stops.pairings),
    )
    _tell_ended(alliance, last, reason, cancelled, by, **concerned)
    follow_up()
    return cancelled


def _check_last(alliance: Alliance, last: date) -> None:
    if last < timezone.localdate() - timedelta(days=1):
        raise ScheduleError(_("最后一天不能早于昨天：上过的课改不了"), field="last")
    if last > alliance.ends_on:
        raise ScheduleError(_("最后一天不能晚于联盟的有效期"), field="last")


def _concerned(alliance: Alliance, stops: Ending, school: "Organization | None", by: Actor) -> dict[str, list[UUID]]:
    """Ids, as events carry them; whoever does it knows."""
    classes, teachers = concerned_by(stops, school)
    heads = heads_concerned(alliance, school) - {by.person_id}
    return {"classes": classes, "teachers": teachers, "heads": sorted(heads)}


def _tell_ended(
    alliance: Alliance, last: date, reason: str, cancelled: int, by: Actor, **concerned: list[UUID]
) -> None:
    context = {"name": alliance.name, "last": last, "reason": reason, "lessons": cancelled, **concerned}
    publish(AllianceEnded(object_id=alliance.pk, organization_id=alliance.lead_id, context=context, **acted_by(by)))


@transaction.atomic
def leave_alliance(member: AllianceMember, *, last: date, reason: str, by: Actor) -> int:
    """A school is in the alliance until `last` and no longer. Returns how many lessons were cancelled. Raises Denied, NotAMember,
    ScheduleError."""
    rows = AllianceMember.objects.select_for_update(of=("self",)).select_related("alliance__lead", "organization")
    member = rows.get(pk=member.pk)
    require(rules.may_leave_alliance, by, member)
    alliance, school = member.alliance, member.organization
    if member.leaves_on is not None and member.leaves_on <= last:
        raise NotAMember
    if alliance.state != AllianceState.ACTIVE:
        raise AllianceOver
    _check_last(alliance, last)
    stops = queries.ending(alliance, last, school)
    concerned = _concerned(alliance, stops, school, by)
    _cut(stops.pairings, last)
    cancelled = _cancel(alliance, stops, school, reason, by)
    member.leaves_on, member.leave_reason = max(last, member.joins_on or last), reason.strip()[:200]
    member.save(update_fields=["leaves_on", "leave_reason"])
    record(
        "schedule.alliance_left", alliance, by=by, organization=school.name, last=last, reason=reason, lessons=cancelled
    )
    context = {"name": alliance.name, "last": last, "reason": reason, "lessons": cancelled, **concerned}
    publish(AllianceLeft(object_id=alliance.pk, organization_id=school.pk, context=context, **acted_by(by)))
    follow_up()
    return cancelled


def close_alliances(day: date) -> int:
    """By the clock: alliances whose last day has passed are over. Returns how many."""
    closed = 0
    for pk in queries.alliances_over(day).values_list("pk", flat=True):
        with transaction.atomic():
            alliance = Alliance.objects.select_for_update(of=("self",)).select_related("lead").get(pk=pk)
            if alliance.state != AllianceState.ACTIVE:
                continue
            early = bool(alliance.end_reason)
            alliance.state = AllianceState.ENDED
            alliance.save(update_fields=["state"])
            record("schedule.alliance_over", alliance, by=SYSTEM, last=alliance.ends_on)
            if not early:  # an end before its time was told when it was decided
                _tell_ended(alliance, alliance.ends_on, "", 0, SYSTEM)
            closed += 1
    return closed


def _cut(pairings: list[Pairing], last: date) -> None:
    for pairing in pairings:
        if pairing.during.lower > last:
            pairing.delete()
        else:
            pairing.during = DateRange(pairing.during.lower, last, "[]")
            pairing.save(update_fields=["during"])


def _cancel(alliance: Alliance, stops: Ending, school: "Organization | None", reason: str, by: Actor) -> int:
    """Cancel what nobody receives any more and take the school's classes out of the rest. The timetable would do the same by
    itself, but could not say why."""
    lessons = stops.cancelled
    Lesson.objects.filter(pk__in=[lesson.pk for lesson in lessons]).update(state=LessonState.CANCELLED)
    Occupancy.objects.filter(lesson__in=lessons).delete()
    record_many("schedule.lesson_cancelled", lessons, by=by, reason=reason)
    publish_many(
        [
            LessonCancelled(
                object_id=lesson.pk,
                organization_id=lesson.organization_id,
                context={"reason": reason, "alliance": alliance.pk},  # told once for all of them
                **acted_by(by),
            )
            for lesson in lessons
        ]
    )
    if school is not None and stops.thinned:
        own = LessonReceiver.objects.filter(
            lesson__in=stops.thinned, class_group__organization__path__within=school.path
        )
        freed = Occupancy.objects.filter(lesson__in=stops.thinned)
        freed.filter(class_group__organization__path__within=school.path).delete()
        freed.filter(room__organization__path__within=school.path).delete()
        own.delete()
        record_many("schedule.receivers_removed", stops.thinned, by=by, organization=school.name, reason=reason)
    return len(lessons)
