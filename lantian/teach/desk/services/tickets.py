"""A fault from the room to the desk that mends it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.teach.desk import queries, rules
from lantian.teach.desk.engine.causes import suspect
from lantian.teach.desk.engine.facts import told_by_browser
from lantian.teach.desk.enums import WAITING, Act, TicketState
from lantian.teach.desk.errors import NobodyAbove, TicketOver, TooManyTickets
from lantian.teach.desk.events import TicketMoved, TicketRaised
from lantian.teach.desk.models import DeskContact, Ticket, TicketNote
from lantian.teach.desk.queries.tickets import stale, to_escalate
from lantian.teach.live import queries as live

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.schedule.models import Lesson

NUMBERS = 7_400_003  # advisory: two tickets of one moment must not have one number
URGENT = timedelta(minutes=30)  # a lesson is on: still time to save half of it
ORDINARY = timedelta(days=1)
AT_BUREAU = timedelta(days=2)
CLOSES_BY_ITSELF = timedelta(days=7)
SHORTLY, AT_ONCE = timedelta(minutes=10), 3  # so many tickets of one place in so short a time


@transaction.atomic
def raise_ticket(
    *,
    kind: str,
    by: Actor,
    words: str = "",
    lesson: "Lesson | None" = None,
    class_group: "ClassGroup | None" = None,
    organization: "Organization | None" = None,
    browser: Any = None,
    agent: str = "",
    now: datetime | None = None,
) -> Ticket:
    """Report a fault to the school's desk, with what the server knows of the lesson and the class's line at this moment.

    `lesson` and `class_group` must be visible to `by`. A screen reports for its own room. Raises Denied, TooManyTickets.
    """
    require(rules.may_raise_ticket, by)
    moment = now or timezone.now()
    rooms = schedule.rooms_visible_to(by).select_related("class_group__organization", "organization")
    room = rooms.filter(pk=by.room_id).first() if by.room_id else None
    if room is not None:
        class_group, organization = room.class_group, room.organization
    if organization is None:
        organization = class_group.organization if class_group else _own(by, lesson)
    _not_too_many(by, organization, moment)
    urgent = lesson is not None and lesson.starts_at - timedelta(minutes=10) <= moment <= lesson.ends_at
    line = live.line_facts(lesson.pk, class_group.pk if class_group else None, moment) if lesson else {}
    told = told_by_browser(browser, agent)
    ticket = Ticket.objects.create(
        number=_number(moment),
        organization=organization,
        desk=queries.desk_of(organization),
        room=room,
        class_group=class_group,
        lesson=lesson,
        kind=kind,
        words=words.strip()[:500],
        facts={"line": line, "browser": told},
        guess=_suspect(line, told) if urgent else "",
        urgent=urgent,
        raised_by_id=by.person_id,
        raised_as=(str(class_group) if class_group and not by.person_id else by.name)[:80],
        due_at=moment + (URGENT if urgent else ORDINARY),
        created_at=moment,
    )
    _note(ticket, Act.RAISED, by, words=ticket.words, at=moment)
    record("desk.ticket_raised", ticket, by=by, number=ticket.number, kind=kind)
    publish(
        TicketRaised(
            object_id=ticket.pk,
            organization_id=organization.pk,
            context={
                "kind": kind,
                "number": ticket.number,
                "desk": ticket.desk_id,
                "lesson": lesson.pk if lesson else None,
            },
            occurred_at=moment,
            **acted_by(by),
        )
    )
    return ticket


def _suspect(line: dict[str, Any], told: dict[str, Any]) -> str:
    return suspect(
        state=line.get("state"),
        silent=line.get("silent_s"),
        seen=line.get("seen_s"),
        error=told.get("error") or line.get("error") or "",
        online=told.get("online", True),
        muted=told.get("muted", False),
    )


def _own(by: Actor, lesson: "Lesson | None") -> "Organization":
    """A teacher's or administrator's own school; the sending school of a lesson that the system speaks for."""
    own = by.grant.organization_id if by.grant else None
    if own is None and lesson is not None:
        return lesson.organization
    return roster.organizations_known([own] if own else []).get()


def _not_too_many(by: Actor, organization: "Organization", now: datetime) -> None:
    if by.is_system:
        return
    lately = Ticket.objects.filter(organization=organization, created_at__gt=now - SHORTLY)
    lately = lately.filter(room=by.room_id) if by.room_id else lately.filter(raised_by=by.person_id)
    if lately.count() >= AT_ONCE:
        raise TooManyTickets


def _number(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
    day = timezone.localtime(now).strftime("%Y%m%d")
    last = (
        Ticket.objects.filter(number__startswith=f"{day}-").order_by("-number").values_list("number", flat=True).first()
    )
    return f"{day}-{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"


def _locked(ticket: Ticket) -> Ticket:
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("organization", "desk")
    return rows.get(pk=ticket.pk)


def _note(ticket: Ticket, act: str, by: Actor, *, words: str = "", at: datetime | None = None) -> TicketNote:
    return TicketNote.objects.create(
        ticket=ticket,
        act=act,
        words=words.strip()[:500],
        by_id=by.person_id,
        by_name=by.name[:80],
        at=at or timezone.now(),
    )


def _moved(ticket: Ticket, act: str, by: Actor, *, words: str = "", at: datetime | None = None) -> None:
    _note(ticket, act, by, words=words, at=at)
    record(f"desk.ticket_{act}", ticket, by=by, number=ticket.number, reason=words)
    publish(
        TicketMoved(
            object_id=ticket.pk,
            organization_id=ticket.organization_id,
            context={
                "act": act,
                "number": ticket.number,
                "state": ticket.state,
                "desk": ticket.desk_id,
                "raised_by": ticket.raised_by_id,
            },
            **acted_by(by),
        )
    )


@transaction.atomic
def take_ticket(ticket: Ticket, *, by: Actor) -> Ticket:
    """Somebody of the desk sees to it; whoever takes it after them has it. Raises Denied, TicketOver."""
    ticket = _locked(ticket)
    require(rules.may_handle_ticket, by, ticket)
    _waits(ticket)
    ticket.state, ticket.taken_by_id = TicketState.TAKEN, by.person_id
    ticket.save(update_fields=["state", "taken_by"])
    _moved(ticket, Act.TAKEN, by)
    return ticket


def _waits(ticket: Ticket) -> None:
    if ticket.state not in WAITING:
        raise TicketOver


@transaction.atomic
def comment_ticket(ticket: Ticket, *, words: str, by: Actor) -> TicketNote:
    """Say something about it; everybody who sees the ticket reads it. Raises Denied."""
    ticket = _locked(ticket)
    require(rules.may_comment_ticket, by, ticket)
    return _note(ticket, Act.COMMENT, by, words=words)


@transaction.atomic
def hand_up(ticket: Ticket, *, reason: str, by: Actor) -> Ticket:
    """The school's desk cannot mend it: the bureau's has it now, with a time of its own.

    Raises Denied, TicketOver, NobodyAbove.
    """
    ticket = _locked(ticket)
    require(rules.may_handle_ticket, by, ticket)
    _waits(ticket)
    _up(ticket, Act.HANDED_UP, by, timezone.now(), reason)
    return ticket


def _up(ticket: Ticket, act: str, by: Actor, now: datetime, reason: str = "") -> None:
    above = queries.desk_above(ticket.desk)
    if above is None:
        raise NobodyAbove
    ticket.desk, ticket.state, ticket.taken_by = above, TicketState.OPEN, None
    ticket.escalated, ticket.due_at = True, now + AT_BUREAU
    ticket.save(update_fields=["desk", "state", "taken_by", "escalated", "due_at"])
    _moved(ticket, act, by, words=reason, at=now)


@transaction.atomic
def solve_ticket(ticket: Ticket, *, solution: str, by: Actor, cause: str = "") -> Ticket:
    """It works again; whoever raised it confirms, or after a week of silence it closes by itself. Raises Denied, TicketOver."""
    ticket = _locked(ticket)
    require(rules.may_handle_ticket, by, ticket)
    _waits(ticket)
    ticket.state, ticket.solution, ticket.solved_at = TicketState.SOLVED, solution.strip()[:500], timezone.now()
    ticket.guess = cause or ticket.guess
    ticket.save(update_fields=["state", "solution", "solved_at", "guess"])
    _moved(ticket, Act.SOLVED, by, words=ticket.solution)
    return ticket


@transaction.atomic
def reopen_ticket(ticket: Ticket, *, reason: str, by: Actor) -> Ticket:
    """It does not work after all. Raises Denied."""
    ticket = _locked(ticket)
    require(rules.may_confirm_ticket, by, ticket)
    ticket.state, ticket.solved_at = TicketState.OPEN, None
    ticket.due_at = timezone.now() + ORDINARY
    ticket.save(update_fields=["state", "solved_at", "due_at"])
    _moved(ticket, Act.REOPENED, by, words=reason)
    return ticket


@transaction.atomic
def close_ticket(ticket: Ticket, *, by: Actor) -> Ticket:
    """It is mended, and that is confirmed. Raises Denied."""
    ticket = _locked(ticket)
    require(rules.may_confirm_ticket, by, ticket)
    ticket.state, ticket.closed_at = TicketState.CLOSED, timezone.now()
    ticket.save(update_fields=["state", "closed_at"])
    _moved(ticket, Act.CLOSED, by)
    return ticket


def keep_tickets(now: datetime | None = None) -> int:
    """By the clock: what a school's desk let lie goes to the bureau's, what was solved a week ago is closed. Returns how many."""
    moment, moved = now or timezone.now(), 0
    for pk in list(to_escalate(moment).values_list("pk", flat=True)):
        moved += _escalate(pk, moment)
    for ticket in stale(moment - CLOSES_BY_ITSELF):
        close_ticket(ticket, by=SYSTEM)
        moved += 1
    return moved


@transaction.atomic
def _escalate(pk: UUID, now: datetime) -> bool:
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("organization", "desk").get(pk=pk)
    if ticket.state not in WAITING or ticket.escalated or queries.desk_above(ticket.desk) is None:
        return False
    _up(ticket, Act.ESCALATED, SYSTEM, now)
    return True


@transaction.atomic
def set_contact(organization: "Organization", *, phone: str, by: Actor, hours: str = "") -> DeskContact:
    """The number on the class screens of a unit and of all below it that have none. Raises Denied."""
    require(rules.may_set_contact, by, organization)
    made, _created = DeskContact.objects.update_or_create(
        organization=organization,
        defaults={"phone": phone.strip(), "hours": hours.strip(), "changed_at": timezone.now()},
    )
    record("desk.contact_set", made, by=by, organization=organization.name, phone=made.phone)
    return made
