"""Definitions of what can be applied for, applications, and who decided what."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lantian.commons.workflow.enums import LIVE, ApplicationState, Happened, TaskState, Verdict, WorkflowState
from lantian.kernel.fields import ChoiceField


class Workflow(models.Model):
    """Something that can be applied for below a unit: 事项. What is asked and who decides stands in its versions.

    `audience`: roles that may apply; `about`: "app.model" of the things it is about, where an app begins its applications itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="workflows")
    key = models.SlugField(max_length=40, help_text="how apps call it; of the unit's own ones made of the id")
    title = models.CharField(max_length=60)
    words = models.TextField(max_length=1000, blank=True)
    audience = models.JSONField(default=list)
    about = models.CharField(max_length=60, blank=True)
    state = ChoiceField(max_length=8, choices=WorkflowState, default=WorkflowState.DRAFT)
    opens_on = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True, help_text="the last day")
    created_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="workflow_key_once"),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True) | Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="workflow_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class WorkflowVersion(models.Model):
    """A form and its steps, as they were from one day on. Applications keep the version that they began with."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    schema = models.JSONField(help_text="JSON Schema, as engine.schema reads it")
    plan = models.JSONField(help_text="as engine.plan reads it")
    published_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workflow", "number"], name="workflow_version_once"),
            models.UniqueConstraint(
                fields=["workflow"], condition=Q(published_at__isnull=True), name="workflow_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow_id} v{self.number}"


class Application(models.Model):
    """One person's request. `organization` is the unit it comes from: levels of steps are counted from there.

    `subject`: id of the thing it is about (`Workflow.about`). `round` counts how often it was handed in.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True, help_text="year and place in it")
    version = models.ForeignKey(WorkflowVersion, models.PROTECT, related_name="applications")
    workflow = models.ForeignKey(Workflow, models.PROTECT, related_name="applications", db_index=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="applications")
    applicant = models.ForeignKey("roster.Person", models.PROTECT, related_name="applications")
    title = models.CharField(max_length=120)
    subject = models.UUIDField(null=True, blank=True)
    answers = models.JSONField(default=dict)
    state = ChoiceField(max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT)
    step = models.CharField(max_length=40, blank=True, help_text="where it is, while it is in review")
    round = models.PositiveSmallIntegerField(default=0)
    appealed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="the last time")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["applicant", "-created_at"], name="application_mine"),
            models.Index(fields=["workflow", "state", "-submitted_at"], name="application_workflow"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "subject"],
                condition=Q(state__in=LIVE, subject__isnull=False),
                name="application_one_about_a_thing",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=LIVE) & Q(settled_at__isnull=True))
                | (~Q(state__in=LIVE) & Q(settled_at__isnull=False)),
                name="application_end",
            ),
            models.CheckConstraint(
                condition=(Q(state=ApplicationState.REVIEW) & ~Q(step=""))
                | (~Q(state=ApplicationState.REVIEW) & Q(step="")),
                name="application_step",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Task(models.Model):
    """A decision that is due: by whoever holds the role at the unit, or whom one of them has asked in their place."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="tasks", db_index=False)
    step = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField()
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    state = ChoiceField(max_length=8, choices=TaskState, default=TaskState.OPEN)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    told_on = models.DateField(null=True, blank=True, help_text="the last day on which it was said to be late")

    class Meta:
        indexes = [
            models.Index(fields=["application", "opened_at"], name="task_application"),
            models.Index(fields=["organization", "role"], condition=Q(state="open"), name="task_todo"),
            models.Index(fields=["due_at"], condition=Q(state="open", due_at__isnull=False), name="task_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(state="open"), name="task_one_open"),
            models.CheckConstraint(
                condition=(Q(state="open") & Q(closed_at__isnull=True))
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="task_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.step}"


class Decision(models.Model):
    """One person's word on a task. Nothing is overwritten. `for_whom`: in whose place, where it was not the own."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="decisions", db_index=False)
    person = models.ForeignKey("roster.Person", models.PROTECT, related_name="+")
    for_whom = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    verdict = ChoiceField(max_length=8, choices=Verdict)
    words = models.TextField(max_length=1000, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="decision_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.verdict}"


class Delegation(models.Model):
    """Somebody decides in another one's place for some days: `giver`'s role at the unit, by `taker`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    giver = models.ForeignKey("roster.Person", models.PROTECT, related_name="+")
    taker = models.ForeignKey("roster.Person", models.PROTECT, related_name="+")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    first = models.DateField()
    last = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["taker", "last"], name="delegation_taker")]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="delegation_dates"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="delegation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} → {self.taker_id}"


class Line(models.Model):
    """One line of an application's history, as its page shows it."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, models.CASCADE, related_name="lines", db_index=False)
    what = ChoiceField(max_length=10, choices=Happened)
    at = models.DateTimeField(default=timezone.now)
    step = models.CharField(max_length=40, blank=True, help_text="the step's title by then")
    person = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=80, blank=True, help_text="who it was, or which unit")
    words = models.TextField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["application", "id"], name="line_application")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.what}"
