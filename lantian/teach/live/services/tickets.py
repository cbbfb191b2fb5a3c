"""Make and read tickets with this platform's key."""

import time
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from lantian.kernel.rules import Actor, check, require
from lantian.people.schedule import rules as schedule_rules
from lantian.teach.live import rules
from lantian.teach.live.engine.tickets import LIFETIME_S, Duty, Role, Ticket, TicketInvalid, sign, ticket_key, verify
from lantian.teach.live.errors import BadTicket

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.schedule.models import Lesson, Room
    from lantian.teach.live.models import LiveSession

_keys: dict[str, bytes] = {}


def _key() -> bytes:
    secret = settings.SECRET_KEY
    if secret not in _keys:
        _keys[secret] = ticket_key(secret)
    return _keys[secret]


def make_ticket(
    *,
    role: Role,
    session_id: UUID | str | None = None,
    lesson_id: UUID | str | None = None,
    account_id: UUID | None = None,
    person_id: UUID | None = None,
    class_group: "ClassGroup | None" = None,
    organization: "Organization | None" = None,
    name: str = "",
    duty: Duty = "",
    now: float | None = None,
) -> str:
    """Sign a ticket that lasts 12 hours. Asks no rule: see the three below."""

    def text(value: UUID | str | None) -> str | None:
        return str(value) if value else None

    ticket = Ticket(
        s=text(session_id),
        l=text(lesson_id),
        r=role,
        a=text(account_id),
        p=text(person_id),
        c=text(class_group.pk if class_group else None),
        o=text(organization.pk if organization else None),
        n=name[:40],
        on=str(organization or "")[:40],
        d=duty,
        exp=int(now if now is not None else time.time()) + LIFETIME_S,
    )
    return sign(ticket, _key())


def renew(ticket: Ticket) -> str:
    """The same ticket with a new end, for one whose half life is over."""
    return sign(ticket.renewed(time.time()), _key())


def verify_ticket(text: str, *, now: float | None = None) -> Ticket:
    """Read a ticket; needs no database. Raises BadTicket."""
    try:
        return verify(text, _key(), now if now is not None else time.time())
    except (TicketInvalid, ValueError) as error:
        raise BadTicket from error


def ticket_for_teacher(session: "LiveSession", *, by: Actor) -> str:
    """Lets the lesson's teacher publish. Raises Denied."""
    require(schedule_rules.may_teach_lesson, by, session.lesson)
    lesson = session.lesson
    return make_ticket(
        role="teach",
        session_id=session.pk,
        lesson_id=lesson.pk,
        account_id=by.account_id,
        person_id=by.person_id or lesson.teacher_id,
        organization=lesson.organization,
        name=by.name,
    )


def viewer_role(lesson: "Lesson", actor: Actor) -> "tuple[Role, ClassGroup | None]":
    """In which part an actor watches: the screen of a receiving class is that class, a student of one a student; every other
    account observes; strangers are guests."""
    if actor.is_anonymous:
        return "guest", None
    groups = [r.class_group for r in lesson.receivers.all() if r.class_group_id in actor.class_group_ids]
    if lesson.class_group is not None and lesson.class_group_id in actor.class_group_ids:
        groups.insert(0, lesson.class_group)
    if actor.is_screen and groups:
        return "class", groups[0]
    if actor.has_role("student"):
        return "student", groups[0] if groups else None
    return "observe", None


def duty_of(lesson: "Lesson", actor: Actor) -> "tuple[Duty, ClassGroup | None]":
    """What somebody who watches has to do in the lesson: on the sending side's desk, or in the room of a receiving class."""
    if check(rules.may_moderate_chat, actor, lesson):
        return "host", None
    for receiver in lesson.receivers.all():
        if check(rules.may_assist_room, actor, receiver):
            return "room", receiver.class_group
    return "", None


def ticket_for_viewer(session: "LiveSession", *, by: Actor) -> str:
    """Lets somebody who may see the lesson watch it. Raises Denied."""
    require(rules.may_view_session, by, session)
    role, group = viewer_role(session.lesson, by)
    duty: Duty = ""
    organization = group.organization if group else None
    if role == "observe":
        duty, group = duty_of(session.lesson, by)
        organization = group.organization if group else session.lesson.organization if duty else None
    return make_ticket(
        role=role,
        duty=duty,
        session_id=session.pk,
        lesson_id=session.lesson_id,
        account_id=by.account_id,
        person_id=by.person_id,
        class_group=group,
        organization=organization,
        name=by.name,
    )


def ticket_for_lobby(room: "Room", *, by: Actor) -> str:
    """Lets a class screen wait for its lessons. Raises Denied."""
    require(rules.may_use_screen, by)
    return make_ticket(
        role="lobby",
        account_id=by.account_id,
        class_group=room.class_group,
        organization=room.organization,
        name=by.name,
    )
