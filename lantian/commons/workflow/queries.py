"""Reads of workflows: what one may apply for, see, and has to decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Avg, Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantian.commons.workflow.engine.plan import Plan, Step, read_plan
from lantian.commons.workflow.engine.schema import Field, Kind, read_fields
from lantian.commons.workflow.enums import (
    ApplicationState,
    TaskState,
    WorkflowState,
)
from lantian.commons.workflow.models import Application, Delegation, Line, Task, Workflow, WorkflowVersion
from lantian.kernel.holdings import Part, Subject
from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor
from lantian.kernel.time.queries import working_day_after
from lantian.kernel.web.dates import said_day
from lantian.kernel.web.panels import Todo
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import GRANTABLE, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from lantian.kernel.rules import Text
    from lantian.people.roster.models import Organization

DECIDING_ROLES = tuple(role for role in GRANTABLE if role != Role.OPERATOR)
APPLYING_ROLES = tuple(role for role in Role if role not in (Role.STUDENT, Role.OPERATOR))
MAKING_ROLES = (Role.SCHOOL_HEAD, Role.SCHOOL_IT, Role.OFFICER)


@dataclass(frozen=True, slots=True)
class Check:
    """Asked when an application is handed in: a sentence why it cannot be, or "" ."""

    title: "Text"
    ask: "Callable[[Application], Text]"


@dataclass(frozen=True, slots=True)
class EffectOf:
    """Done in the transaction that ends an application. Has to bear a repeat."""

    title: "Text"
    do: "Callable[[Application, Actor], None]"


@dataclass(frozen=True, slots=True)
class Subjects:
    """Things of one kind that are decided on: where their page is, and who has a hand in them and so does not decide."""

    url: "Callable[[UUID], str]"
    involved: "Callable[[UUID], set[UUID]]"


# Apps above fill these; definitions name their entries.
CHECKS: Registry[Check] = Registry("automatic checks of applications")
EFFECTS: Registry[EffectOf] = Registry("effects of applications")
SUBJECTS: Registry[Subjects] = Registry("things that applications are about")


# Definitions ---------------------------------------------------------------------------------------------------------------


def form_of(version: WorkflowVersion) -> list[Field]:
    """The questions of a version. Raises BadSchema."""
    return read_fields(version.schema)


def plan_of(version: WorkflowVersion) -> Plan:
    """The steps of a version. Raises BadPlan, BadSchema."""
    return read_plan(version.plan, roles=DECIDING_ROLES, fields=[field.key for field in form_of(version)])


def version_in_force(workflow: Workflow) -> WorkflowVersion | None:
    """The newest published one. One query."""
    return workflow.versions.filter(published_at__isnull=False).order_by("-number").first()


def draft_of(workflow: Workflow) -> WorkflowVersion | None:
    """What is being changed and not published. One query."""
    return workflow.versions.filter(published_at__isnull=True).first()


def accepting(today: date) -> Q:
    """Workflows that are open on a day."""
    begun = Q(opens_on__isnull=True) | Q(opens_on__lte=today)
    return Q(state=WorkflowState.OPEN) & begun & (Q(closes_on__isnull=True) | Q(closes_on__gte=today))


def workflows_visible_to(actor: Actor) -> QuerySet[Workflow]:
    """Those of one's own unit and of the units above it, once they were open; those that one makes, in any state."""
    if actor.grant is None:
        return Workflow.objects.none()
    mine = Q(organization__path__within_any=actor.paths) if actor.has_role(*MAKING_ROLES) else Q(pk__in=[])
    return Workflow.objects.filter(Q(organization__path__above=actor.grant.path) & ~Q(state=WorkflowState.DRAFT) | mine)


def workflows_made_by(actor: Actor) -> QuerySet[Workflow]:
    """Definitions of the units that the actor administers."""
    if not actor.has_role(*MAKING_ROLES):
        return Workflow.objects.none()
    return Workflow.objects.filter(organization__path__within_any=actor.paths)


def open_to(actor: Actor) -> QuerySet[Workflow]:
    """What the actor may apply for today, in the role acted in. Those that an app begins by itself are not among them."""
    if actor.grant is None:
        return Workflow.objects.none()
    rows = Workflow.objects.filter(
        accepting(timezone.localdate()), organization__path__above=actor.grant.path, about=""
    )
    return (
        rows.filter(audience__contains=[actor.role])
        .select_related("organization")
        .order_by("organization__path", "title")
    )


def workflow_called(key: str, path: str) -> Workflow | None:
    """The workflow `key` that holds at a unit: its own, else the next one above. One query."""
    rows = Workflow.objects.filter(key=key, organization__path__above=path).order_by("-organization__path")
    return max(rows, key=lambda row: len(row.organization.path), default=None) if rows else None


# Who decides ---------------------------------------------------------------------------------------------------------------


def holders(role: str, organization_id: UUID) -> set[UUID]:
    """Persons who hold a role at a unit today. One query."""
    rows = roster.live_grants().filter(role=role, organization=organization_id)
    return set(rows.values_list("person_id", flat=True))


def delegations_today() -> QuerySet[Delegation]:
    """In force today, where the giver still holds the role."""
    today = timezone.localdate()
    held = roster.live_grants().filter(
        person=OuterRef("giver"), role=OuterRef("role"), organization=OuterRef("organization")
    )
    return Delegation.objects.filter(Exists(held), first__lte=today, last__gte=today, ended_at__isnull=True)


def delegations_of(actor: Actor) -> QuerySet[Delegation]:
    """Those that the actor gave or took and that are not over, the soonest first."""
    if actor.person_id is None:
        return Delegation.objects.none()
    rows = Delegation.objects.filter(Q(giver=actor.person_id) | Q(taker=actor.person_id), ended_at__isnull=True)
    rows = rows.filter(last__gte=timezone.localdate()).select_related("giver", "taker", "organization")
    return rows.order_by("first", "created_at")


def _todo(actor: Actor) -> Q:
    """Tasks that the actor may have to do with: by the role acted in, or in somebody's place."""
    own = Q(pk__in=[])
    if actor.grant is not None:
        own = Q(organization=actor.grant.organization_id, role=actor.role)
    if actor.person_id is None:
        return own
    for_others = delegations_today().filter(
        taker=actor.person_id, role=OuterRef("role"), organization=OuterRef("organization")
    )
    return own | Q(Exists(for_others))


def todo_of(actor: Actor) -> QuerySet[Task]:
    """What waits for the actor's decision: not one's own applications, and not what one has decided on already."""
    if actor.person_id is None:
        return Task.objects.none()
    rows = Task.objects.filter(_todo(actor), state=TaskState.OPEN).exclude(application__applicant=actor.person_id)
    rows = rows.exclude(decisions__person=actor.person_id)
    return rows.select_related(
        "application__workflow", "application__applicant", "application__organization", "organization"
    )


def decisions_todo(actor: Actor, day: date) -> Iterable[Todo]:
    """Of the day's page: how much waits for the actor's decision, by the earliest of its deadlines. One query."""
    found = todo_of(actor).select_related(None).aggregate(many=Count("pk"), first=Min("due_at"))
    if found["many"]:
        due = timezone.localdate(found["first"]) if found["first"] else None
        yield Todo(_("审批申请"), reverse("workflow_todo"), due=due, count=found["many"], unit=_("件"))


def in_whose_place(actor: Actor, task: Task) -> UUID | None:
    """The person in whose place the actor decides; None where it is by the own role. One query at most."""
    if actor.grant is not None and (actor.grant.organization_id, actor.role) == (task.organization_id, task.role):
        return None
    rows = delegations_today().filter(taker=actor.person_id, role=task.role, organization=task.organization_id)
    return rows.order_by("created_at").values_list("giver", flat=True).first()


def may_do(actor: Actor, task: Task) -> bool:
    """Whether the task is among those of the actor's role, or of somebody whom the actor stands in for. One query at most."""
    return Task.objects.filter(_todo(actor), pk=task.pk).exists()


# Applications --------------------------------------------------------------------------------------------------------------


def applications_visible_to(actor: Actor) -> QuerySet[Application]:
    """One's own; those that came before one's role or that of somebody whom one stands in for; what came in below."""
    if actor.person_id is None:
        return Application.objects.none()
    tasks = Task.objects.filter(_todo(actor), application=OuterRef("pk"))
    q = Q(applicant=actor.person_id) | Q(Exists(tasks))
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths, round__gt=0)
    return Application.objects.filter(q)


def applications_of(actor: Actor) -> QuerySet[Application]:
    """One's own, the newest first."""
    rows = Application.objects.filter(applicant=actor.person_id) if actor.person_id else Application.objects.none()
    return rows.select_related("workflow", "organization").order_by("-created_at")


def application_about(key: str, subject: UUID) -> Application | None:
    """The newest application of a workflow about a thing. One query."""
    rows = Application.objects.filter(workflow__key=key, subject=subject).select_related("workflow", "version")
    return rows.order_by("-created_at").first()


def application_known(pk: UUID) -> Application | None:
    """Whatever may be seen: for what is told of it. One query."""
    return Application.objects.select_related("applicant", "organization", "workflow").filter(pk=pk).first()


def task_waiting(pk: UUID) -> Task | None:
    """A task that nobody has decided. One query."""
    rows = Task.objects.filter(pk=pk, state=TaskState.OPEN)
    return rows.select_related("application__applicant", "application__organization", "organization").first()


def deciders_of(task: Task) -> set[UUID]:
    """Who may decide on it today: those who hold the role, and who stands in for them. Two queries."""
    stand_ins = delegations_today().filter(role=task.role, organization=task.organization_id)
    people = holders(task.role, task.organization_id) | set(stand_ins.values_list("taker", flat=True))
    return people - {task.application.applicant_id}


def open_task(application: Application) -> Task | None:
    return application.tasks.filter(state=TaskState.OPEN).select_related("organization", "application").first()


def lines_of(application: Application) -> list[Line]:
    return list(application.lines.order_by("id"))


@dataclass(frozen=True, slots=True)
class Stop:
    """One step on the way of an application, for its diagram. `state`: done, refused, here, ahead, skipped."""

    step: Step
    state: str
    unit: str = ""
    due_at: datetime | None = None
    late: bool = False


def way_of(application: Application) -> list[Stop]:
    """The steps of an application with where it is. Two queries."""
    plan = plan_of(application.version)
    tasks = {task.step: task for task in application.tasks.select_related("organization").order_by("opened_at")}
    way = plan.way(application.answers)
    steps = [*plan.steps, *((plan.appeal.step,) if plan.appeal and application.appealed else ())]
    ends = list(application.tasks.filter(state=TaskState.DONE).order_by("closed_at").values_list("step", flat=True))
    refused = ends[-1] if ends and application.state in (ApplicationState.REJECTED, ApplicationState.RETURNED) else ""
    return [
        _stop(application, step, tasks.get(step.key), refused, on_way=step in way or step not in plan.steps)
        for step in steps
    ]


def _stop(application: Application, step: Step, task: Task | None, refused: str, *, on_way: bool) -> Stop:
    if not on_way:
        return Stop(step, "skipped")
    if task is None or task.round != application.round or task.state == TaskState.DROPPED:
        return Stop(step, "ahead")
    unit = str(task.organization)
    if task.state == TaskState.OPEN:
        late = task.due_at is not None and task.due_at < timezone.now()
        return Stop(step, "here", unit, task.due_at, late)
    return Stop(step, "refused" if step.key == refused else "done", unit)


def applications_held(subject: Subject) -> QuerySet[Application]:
    """Of one human being, for a copy or erasing."""
    return Application.objects.filter(applicant__in=subject.person_ids)


def applications_part(subject: Subject) -> Part:
    """Their part of a copy: what was applied for, when, how it ended, and what was written. One query."""
    labels = {
        "number": gettext("编号"),
        "workflow": gettext("事项"),
        "title": gettext("名称"),
        "state": gettext("状态"),
        "created": gettext("开始填写"),
        "answers": gettext("填的内容"),
    }
    rows = applications_held(subject).select_related("workflow", "version").order_by("created_at")
    return Part(
        gettext("提交的申请"),
        labels,
        [
            {
                "number": row.number,
                "workflow": row.workflow.title,
                "title": row.title,
                "state": row.get_state_display(),
                "created": row.created_at.isoformat(),
                "answers": "; ".join(f"{label}: {words}" for label, words in answers_in_words(row)),
            }
            for row in rows
        ],
    )


def answers_in_words(application: Application) -> list[tuple[str, str]]:
    """What was answered, question by question, as a page or a file shows it; what was not answered is left out."""
    found = []
    for field in form_of(application.version):
        value = application.answers.get(field.key)
        if value in (None, "", []):
            continue
        found.append((field.label, _in_words(field, value)))
    return found


def _in_words(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if field.kind == Kind.DATE:
        return said_day(date.fromisoformat(value))
    return gettext("、").join(value) if isinstance(value, list) else str(value)


# Figures -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one workflow since a day: applications by state, mean days until settled, and of the open tasks those late."""

    by_state: dict[str, int]
    days: float | None
    waiting: int
    late: int

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


def figures_of(workflow: Workflow, since: datetime) -> Figures:
    """Three queries."""
    rows = Application.objects.filter(workflow=workflow, submitted_at__gte=since)
    by_state = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    settled = rows.filter(state__in=(ApplicationState.APPROVED, ApplicationState.REJECTED))
    mean = settled.aggregate(mean=Avg(F("settled_at") - F("created_at")))["mean"]
    tasks = Task.objects.filter(application__workflow=workflow, state=TaskState.OPEN)
    counts = tasks.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=timezone.now())))
    return Figures(by_state, mean / timedelta(days=1) if mean is not None else None, counts["n"], counts["late"])


def steps_figures(workflow: Workflow, since: datetime) -> list[dict[str, Any]]:
    """By step: tasks closed, how many in time, mean days. One query."""
    tasks = Task.objects.filter(
        application__workflow=workflow, opened_at__gte=since, state__in=(TaskState.DONE, TaskState.MOVED)
    )
    in_time = Count("pk", filter=Q(due_at__isnull=True) | Q(closed_at__lte=F("due_at")))
    rows = (
        tasks.order_by()
        .values("step")
        .annotate(n=Count("pk"), in_time=in_time, mean=Avg(F("closed_at") - F("opened_at")))
    )
    return [{**row, "days": row["mean"] / timedelta(days=1)} for row in rows]


def appeal_until(application: Application) -> date | None:
    """The last day for an appeal; None where there is none. Two queries."""
    appeal = plan_of(application.version).appeal
    if appeal is None or application.settled_at is None:
        return None
    refused = timezone.localtime(application.settled_at).date()
    return working_day_after(refused, appeal.days, path=application.organization.path)


def units_above(application: Application) -> "Sequence[Organization]":
    """The application's unit and those above it, from the unit up. One query."""
    return [application.organization, *reversed(roster.ancestors_of(application.organization))]
