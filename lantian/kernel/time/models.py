"""Terms and the days that are not what their weekday says."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lantian.kernel.fields import ChoiceField
from lantian.kernel.time.enums import DayKind, TermKind


class SpecialDay(models.Model):
    """A public holiday, or a weekend day worked in exchange. Rows of an organisation override those of the nation.

    National rows (`organization_id` null) come from the State Council's yearly notice and can be corrected by an operator.
    `follows_weekday` (0 Monday … 6 Sunday) says whose timetable a shifted working day runs.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    date = models.DateField()
    kind = ChoiceField(max_length=8, choices=DayKind)
    name = models.CharField(max_length=40, blank=True)
    follows_weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    organization_id = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["date", "organization_id"], name="special_day_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(follows_weekday__isnull=True) | Q(follows_weekday__lte=6), name="special_day_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"


class AcademicSession(models.Model):
    """A term: from its first to its last day. Week 1 is the week (Monday to Sunday) of `starts_on`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    school_year = models.PositiveSmallIntegerField(help_text=_("学年开始的年份"))
    kind = ChoiceField(max_length=8, choices=TermKind)
    starts_on = models.DateField()
    ends_on = models.DateField()
    organization_id = models.UUIDField(null=True, blank=True)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)  # kept by a trigger

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_year", "kind", "organization_id"], name="term_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="term_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.school_year}—{self.school_year + 1} {self.get_kind_display()}"
