"""Who is tied to whom."""

from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Stage, Subject
from lantian.people.schedule.enums import (
    AllianceKind,
    AlliancePart,
    AllianceState,
    InvitationState,
    Settlement,
    Weeks,
)


class Alliance(models.Model):
    """Schools tied together for a time: some send lessons, others receive them."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=80)
    kind = ChoiceField(max_length=16, choices=AllianceKind, default=AllianceKind.BROADCAST)
    stage = ChoiceField(max_length=12, choices=Stage)
    lead = models.ForeignKey("roster.Organization", models.PROTECT, related_name="led_alliances")
    state = ChoiceField(max_length=8, choices=AllianceState, default=AllianceState.ACTIVE)
    starts_on = models.DateField()
    ends_on = models.DateField()
    end_reason = models.CharField(max_length=200, blank=True, help_text="why it ends before its time")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="alliance_dates"),
            models.UniqueConstraint(fields=["name", "starts_on"], name="alliance_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AllianceMember(models.Model):
    """A school in an alliance, sending or receiving, from a day on until it leaves (or as long as the alliance is)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="members")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="alliance_memberships")
    part = ChoiceField(max_length=10, choices=AlliancePart)
    joins_on = models.DateField(null=True, blank=True, help_text="its first day; none: the alliance's")
    leaves_on = models.DateField(null=True, blank=True, help_text="its last day; none: the alliance's")
    leave_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alliance", "organization"], name="alliance_member_once"),
            models.CheckConstraint(
                condition=Q(leaves_on__isnull=True) | Q(joins_on__isnull=True) | Q(leaves_on__gte=F("joins_on")),
                name="alliance_member_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.part} in {self.alliance_id}"


class Invitation(models.Model):
    """That a school is asked to join; its head accepts or declines until the deadline. What was answered stays."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="invitations")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="alliance_invitations")
    part = ChoiceField(max_length=10, choices=AlliancePart)
    state = ChoiceField(max_length=10, choices=InvitationState, default=InvitationState.SENT)
    message = models.CharField(max_length=500, blank=True)
    joins_on = models.DateField()
    deadline = models.DateField(help_text="the last day on which it can be answered")
    invited_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="why it was declined or taken back")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "organization"], condition=Q(state="sent"), name="invitation_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", answered_at__isnull=True) | ~Q(state="sent") & Q(answered_at__isnull=False),
                name="invitation_answered",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-invited_at"], name="invitation_organization")]

    def __str__(self) -> str:
        return f"{self.organization_id} → {self.alliance_id} {self.state}"


class Pairing(models.Model):
    """That a class receives one subject from a class of a sending school, for a while.

    The sending class's timetable then flows to the receiving one. A class has each subject from one place at a time.
    `during` holds both its days (a range with an open end in the database: `[first, last + 1)`).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="pairings")
    subject = ChoiceField(max_length=12, choices=Subject)
    sender = models.ForeignKey("roster.ClassGroup", models.PROTECT, related_name="sending_pairings")
    receiver = models.ForeignKey("roster.ClassGroup", models.PROTECT, related_name="receiving_pairings")
    during = DateRangeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="pairing_of_two"),
            ExclusionConstraint(
                name="pairing_one_source",
                expressions=[
                    ("receiver", RangeOperators.EQUAL),
                    ("subject", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["sender", "subject"], name="pairing_sender")]

    def __str__(self) -> str:
        return f"{self.receiver_id} ← {self.sender_id} {self.subject}"


class PairingChoice(models.Model):
    """What was settled for one period of a pairing that does not fit the receiving class's own day."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    pairing = models.ForeignKey(Pairing, models.CASCADE, related_name="choices")
    weekday = models.PositiveSmallIntegerField(help_text="0 Monday … 6 Sunday")
    period_no = models.PositiveSmallIntegerField(help_text="of the sending school")
    weeks = ChoiceField(max_length=5, choices=Weeks, default=Weeks.EVERY)
    settlement = ChoiceField(max_length=8, choices=Settlement)
    note = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing", "weekday", "period_no", "weeks"], name="pairing_choice_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="pairing_choice_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.pairing_id} {self.weekday}/{self.period_no} {self.settlement}"
