"""Tie schools together."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule import rules
from lantian.people.schedule.enums import AlliancePart
from lantian.people.schedule.errors import AlreadyThere, ScheduleError
from lantian.people.schedule.events import AllianceCreated, AllianceJoined
from lantian.people.schedule.models import Alliance, AllianceMember

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization


@transaction.atomic
def create_alliance(
    *, name: str, stage: str, lead: "Organization", starts_on: date, ends_on: date, by: Actor
) -> Alliance:
    """Found an alliance under `lead` (a school, or an education bureau). Raises Denied, AlreadyThere, ScheduleError."""
    require(rules.may_manage_alliance, by, lead)
    if ends_on < starts_on:
        raise ScheduleError(_("结束日期不能早于开始日期"))
    try:
        with transaction.atomic():
            alliance = Alliance.objects.create(
                name=name.strip(), stage=stage, lead=lead, starts_on=starts_on, ends_on=ends_on
            )
    except IntegrityError as error:
        raise AlreadyThere(_("同一天开始的同名联盟已经存在")) from error
    record("schedule.alliance_created", alliance, by=by, lead=lead.name)
    publish(AllianceCreated(object_id=alliance.pk, organization_id=lead.pk, context={"name": name}, **acted_by(by)))
    return alliance


@transaction.atomic
def add_alliance_member(
    alliance: Alliance, *, organization: "Organization", part: AlliancePart, by: Actor
) -> AllianceMember:
    """Let a school in, sending or receiving. Raises Denied, AlreadyThere."""
    require(rules.may_manage_alliance, by, alliance.lead)
    try:
        with transaction.atomic():
            member = AllianceMember.objects.create(alliance=alliance, organization=organization, part=part)
    except IntegrityError as error:
        raise AlreadyThere(_("这所学校已在联盟里")) from error
    record("schedule.alliance_joined", alliance, by=by, organization=organization.name, part=part)
    publish(
        AllianceJoined(
            object_id=alliance.pk, organization_id=organization.pk, context={"part": str(part)}, **acted_by(by)
        )
    )
    return member
