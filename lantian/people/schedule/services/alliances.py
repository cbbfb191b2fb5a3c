"""Tie schools together: founded, joined by invitation or decree."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.schedule import queries, rules
from lantian.people.schedule.enums import AllianceKind, AlliancePart, AllianceState, InvitationState
from lantian.people.schedule.errors import AllianceOver, AlreadyThere, NotInvited, ScheduleError
from lantian.people.schedule.events import AllianceCreated, AllianceJoined, InvitationAnswered, SchoolInvited
from lantian.people.schedule.models import Alliance, AllianceMember, Invitation

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

LONGEST = timedelta(days=3660)  # the day after the last one has to be a date, too


@transaction.atomic
def create_alliance(
    *,
    name: str,
    stage: str,
    lead: "Organization",
    starts_on: date,
    ends_on: date,
    by: Actor,
    kind: str = AllianceKind.BROADCAST,
) -> Alliance:
    """Found an alliance under `lead` (a school, or an education bureau). Raises Denied, AlreadyThere, ScheduleError."""
    require(rules.may_manage_alliance, by, lead)
    if ends_on < starts_on:
        raise ScheduleError(_("结束日期不能早于开始日期"))
    if ends_on > timezone.localdate() + LONGEST:
        raise ScheduleError(_("结束日期最晚在十年以后"))
    try:
        with transaction.atomic():
            alliance = Alliance.objects.create(
                name=name.strip(), kind=kind, stage=stage, lead=lead, starts_on=starts_on, ends_on=ends_on
            )
    except IntegrityError as error:
        raise AlreadyThere(_("同一天开始的同名联盟已经存在")) from error
    record("schedule.alliance_created", alliance, by=by, lead=lead.name, kind=kind)
    publish(AllianceCreated(object_id=alliance.pk, organization_id=lead.pk, context={"name": name}, **acted_by(by)))
    return alliance


@transaction.atomic
def add_alliance_member(
    alliance: Alliance, *, organization: "Organization", part: AlliancePart, by: Actor, joins_on: date | None = None
) -> AllianceMember:
    """Let a school in that one administers oneself, sending or receiving; others are invited. Raises Denied, AlreadyThere,
    AllianceOver."""
    require(rules.may_add_member, by, alliance, organization)
    _runs(alliance, joins_on)
    return _let_in(alliance, organization, part, by, joins_on)


def _runs(alliance: Alliance, day: date | None) -> None:
    if alliance.state != AllianceState.ACTIVE or (day is not None and day > alliance.ends_on):
        raise AllianceOver


def _let_in(
    alliance: Alliance, organization: "Organization", part: str, by: Actor, joins_on: date | None
) -> AllianceMember:
    """A school that left before comes back under its old row; the journal knows both stays."""
    today = timezone.localdate()
    known = alliance.members.select_for_update().filter(organization=organization).first()
    if known is not None and (known.leaves_on is None or known.leaves_on >= today):
        raise AlreadyThere(_("这所学校已在联盟里"))
    member = known or AllianceMember(alliance=alliance, organization=organization)
    member.part, member.joins_on, member.leaves_on, member.leave_reason = part, joins_on, None, ""
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as error:
        raise AlreadyThere(_("这所学校已在联盟里")) from error
    record("schedule.alliance_joined", alliance, by=by, organization=organization.name, part=part, on=joins_on)
    publish(
        AllianceJoined(
            object_id=alliance.pk, organization_id=organization.pk, context={"part": str(part)}, **acted_by(by)
        )
    )
    return member


@transaction.atomic
def invite_school(
    alliance: Alliance,
    *,
    organization: "Organization",
    part: str,
    joins_on: date,
    deadline: date,
    by: Actor,
    message: str = "",
) -> Invitation:
    """Ask a school to join from a day on; it answers until the deadline.

    Raises Denied, AllianceOver, AlreadyThere, ScheduleError.
    """
    require(rules.may_invite_school, by, alliance)
    today = timezone.localdate()
    _runs(alliance, max(joins_on, today))
    if deadline < today:
        raise ScheduleError(_("答复期限已经过去"), field="deadline")
    if alliance.members.filter(queries.not_left(today), organization=organization).exists():
        raise AlreadyThere(_("这所学校已在联盟里"), field="school")
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                alliance=alliance,
                organization=organization,
                part=part,
                message=message.strip(),
                joins_on=joins_on,
                deadline=deadline,
                invited_by_id=by.person_id,
            )
    except IntegrityError as error:
        raise AlreadyThere(_("已经邀请过这所学校，还在等它答复"), field="school") from error
    record("schedule.school_invited", alliance, by=by, organization=organization.name, part=part, deadline=deadline)
    publish(
        SchoolInvited(
            object_id=made.pk,
            organization_id=organization.pk,
            context={"alliance": alliance.pk, "name": alliance.name, "part": str(part), "deadline": deadline},
            **acted_by(by),
        )
    )
    return made


def _open(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("alliance__lead", "organization")
    found = rows.get(pk=invitation.pk)
    if found.state != InvitationState.SENT:
        raise NotInvited
    return found


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: Actor) -> AllianceMember:
    """The school joins, on the day asked for or today if that has passed. Raises Denied, NotInvited, AllianceOver."""
    invitation = _open(invitation)
    require(rules.may_answer_invitation, by, invitation)
    today = timezone.localdate()
    if invitation.deadline < today:
        raise NotInvited
    joins_on = max(invitation.joins_on, today)
    _runs(invitation.alliance, joins_on)
    _answered(invitation, InvitationState.ACCEPTED, by)
    return _let_in(invitation.alliance, invitation.organization, invitation.part, by, joins_on)


@transaction.atomic
def decline_invitation(invitation: Invitation, *, reason: str, by: Actor) -> Invitation:
    """The school does not join, and says why. Raises Denied, NotInvited."""
    invitation = _open(invitation)
    require(rules.may_answer_invitation, by, invitation)
    return _answered(invitation, InvitationState.DECLINED, by, reason)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Actor, reason: str = "") -> Invitation:
    """Whoever may invite takes it back. Raises Denied, NotInvited."""
    invitation = _open(invitation)
    require(rules.may_invite_school, by, invitation.alliance)
    return _answered(invitation, InvitationState.WITHDRAWN, by, reason)


def expire_invitations(day: date) -> int:
    """By the clock: what was not answered in time. Returns how many."""
    expired = 0
    for invitation in queries.invitations_over(day):
        with transaction.atomic():
            rows = Invitation.objects.select_for_update(of=("self",)).select_related("alliance__lead", "organization")
            found = rows.filter(pk=invitation.pk, state=InvitationState.SENT).first()
            if found is not None:
                _answered(found, InvitationState.EXPIRED, SYSTEM)
                expired += 1
    return expired


def _answered(invitation: Invitation, state: str, by: Actor, reason: str = "") -> Invitation:
    invitation.state, invitation.answered_by_id, invitation.answered_at = state, by.person_id, timezone.now()
    invitation.reason = reason.strip()[:200]
    invitation.save(update_fields=["state", "answered_by", "answered_at", "reason"])
    alliance, school = invitation.alliance, invitation.organization
    record(f"schedule.invitation_{state}", alliance, by=by, organization=school.name, reason=invitation.reason)
    publish(
        InvitationAnswered(
            object_id=invitation.pk,
            organization_id=alliance.lead_id,
            context={
                "alliance": alliance.pk,
                "name": alliance.name,
                "school": school.pk,
                "state": str(state),
                "reason": invitation.reason,
            },
            **acted_by(by),
        )
    )
    return invitation
