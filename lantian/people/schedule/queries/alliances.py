"""Reads of alliances: who is in them on a day, who was asked, and what an end would end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor, shared
from lantian.kernel.web.panels import Todo
from lantian.people.schedule.enums import AlliancePart, AllianceState, InvitationState, LessonState
from lantian.people.schedule.models import Alliance, AllianceMember, Invitation, Lesson, LessonReceiver, Pairing

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.roster.queries import Panel

# What apps above add to an alliance's page; each gives a panel or None, with a fixed number of queries.
ALLIANCE_PANELS: "Registry[Callable[[Actor, Alliance], Panel | None]]" = Registry("panels of an alliance")


def alliance_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of alliances, whoever asks. One query."""
    return dict(Alliance.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def panels_of_alliance(actor: Actor, alliance: Alliance) -> "list[Panel]":
    return [panel for source in ALLIANCE_PANELS if (panel := source(actor, alliance))]


def member_on(day: date) -> Q:
    """Memberships that hold on a day, of `AllianceMember`."""
    return (Q(joins_on__isnull=True) | Q(joins_on__lte=day)) & (Q(leaves_on__isnull=True) | Q(leaves_on__gte=day))


def not_left(day: date) -> Q:
    """Memberships that hold on a day or later: what is tied for the future is tied with these."""
    return Q(leaves_on__isnull=True) | Q(leaves_on__gte=day)


def alliances_joined_by(units: Any) -> QuerySet[Alliance]:
    """Alliances that hold today and have one of the units in them; `units` may be stand-ins (kernel.shaped)."""
    today = timezone.localdate()
    members = AllianceMember.objects.filter(member_on(today), organization__among=units)
    held = Alliance.objects.filter(state=AllianceState.ACTIVE, starts_on__lte=today, ends_on__gte=today)
    return held.filter(pk__in=members.values("alliance"))


def alliances_led_below(paths: Iterable[str]) -> QuerySet[Alliance]:
    """Alliances that are not over and are led from one of the subtrees."""
    held = Alliance.objects.filter(state=AllianceState.ACTIVE, ends_on__gte=timezone.localdate())
    return held.filter(lead__path__within_any=list(paths)).order_by("name", "pk")


def members_of(alliance: Alliance) -> list[AllianceMember]:
    """All schools that are or were in it, those that left last."""
    rows = alliance.members.select_related("organization").order_by("organization__sort_key", "pk")
    today = timezone.localdate()
    return sorted(rows, key=lambda row: row.leaves_on is not None and row.leaves_on < today)


def invitations_visible_to(actor: Actor) -> QuerySet[Invitation]:
    """Those sent from alliances led within one's subtree, and those that ask a school of it."""
    q = Q(pk__in=[])
    if actor.paths:
        q |= Q(alliance__lead__path__within_any=actor.paths) | Q(organization__path__within_any=actor.paths)
    if actor.person_id:
        q |= Q(invited_by=actor.person_id)
    return Invitation.objects.filter(q | shared("schedule.invitation", actor))


def invitations_to_answer(actor: Actor, day: date) -> QuerySet[Invitation]:
    """Open ones that ask the school one is head of."""
    if not actor.has_role("school_head") or actor.grant is None:
        return Invitation.objects.none()
    mine = Invitation.objects.filter(organization=actor.grant.organization_id, state=InvitationState.SENT)
    return mine.filter(deadline__gte=day).select_related("alliance").order_by("deadline")


def invitations_todo(actor: Actor, day: date) -> Iterable[Todo]:
    """A head's invitations that wait for an answer. One query."""
    for row in invitations_to_answer(actor, day)[:4]:
        words = _("答复联盟邀请：%(name)s") % {"name": row.alliance.name}
        yield Todo(words, reverse("schedule_invitation", args=[row.pk]), due=row.deadline)


def sends_in_alliance(actor: Actor, alliance: Alliance) -> bool:
    """Whether one is head of a school that sends in it today."""
    if not actor.has_role("school_head") or actor.grant is None:
        return False
    own = alliance.members.filter(member_on(timezone.localdate()), part=AlliancePart.SENDING)
    return own.filter(organization=actor.grant.organization_id).exists()


@dataclass(frozen=True)
class Ending:
    """What a last day would end: pairings that are cut, lessons cancelled, and lessons that lose some of their classes."""

    pairings: list[Pairing]
    cancelled: list[Lesson]
    thinned: list[Lesson]


def ending(alliance: Alliance, last: date, school: "Organization | None" = None) -> Ending:
    """What stops after `last` when the alliance ends, or when `school` leaves it. Five queries."""
    pairings = alliance.pairings.filter(during__endswith__gt=last + timedelta(days=1))
    if school is not None:
        pairings = pairings.filter(_of(school, "sender") | _of(school, "receiver"))
    found = list(
        pairings.select_related("sender__organization", "receiver__organization").order_by(
            "receiver__grade", "subject", "pk"
        )
    )
    lessons = lessons_after(alliance, last)
    if school is None:
        return Ending(found, list(_named(lessons)), [])
    path = school.path
    sent = lessons.filter(organization__path__within=path)
    received = LessonReceiver.objects.filter(lesson=OuterRef("pk"))
    own = received.filter(class_group__organization__path__within=path)
    others = received.exclude(class_group__organization__path__within=path)
    loses = lessons.exclude(organization__path__within=path).filter(Exists(own))
    emptied = loses.exclude(Exists(others))
    return Ending(found, [*_named(sent), *_named(emptied)], list(_named(loses.filter(Exists(others)))))


def lessons_after(alliance: Alliance, last: date) -> QuerySet[Lesson]:
    """The alliance's lessons that are planned for later than a day."""
    after = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    return Lesson.objects.filter(alliance=alliance, state=LessonState.PLANNED, starts_at__gte=after)


def _named(lessons: QuerySet[Lesson]) -> QuerySet[Lesson]:
    return lessons.select_related("teacher", "organization", "class_group").order_by("starts_at", "pk")


def _of(school: "Organization", end: str) -> Q:
    return Q(**{f"{end}__organization__path__within": school.path})


def alliances_over(day: date) -> QuerySet[Alliance]:
    """Active ones whose last day has passed."""
    return Alliance.objects.filter(state=AllianceState.ACTIVE, ends_on__lt=day).select_related("lead")


def invitations_over(day: date) -> QuerySet[Invitation]:
    """Open ones whose deadline has passed."""
    return Invitation.objects.filter(state=InvitationState.SENT, deadline__lt=day)


def lessons_of_alliance(alliance: Alliance, first: date, last: date, *, most: int = 60) -> list[Lesson]:
    """Its lessons from `first` to `last`, in order, with names. Two queries."""
    start = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    rows: Any = Lesson.objects.filter(alliance=alliance, starts_at__gte=start, starts_at__lt=end)
    return list(_named(rows).prefetch_related("receivers")[:most])
