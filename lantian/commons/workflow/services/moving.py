"""An application on its way: the next task, the end and its effects, a line for each thing that happened. All inside the caller's
transaction, with the application locked."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from lantian.commons.workflow import queries
from lantian.commons.workflow.engine.plan import Level, Plan, Step
from lantian.commons.workflow.enums import ApplicationState, Happened, TaskState
from lantian.commons.workflow.events import ApplicationReturned, ApplicationSettled, TaskOpened
from lantian.commons.workflow.models import Application, Line, Task
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor
from lantian.kernel.time.queries import working_day_after

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

ENDS = {ApplicationState.APPROVED: Happened.GRANTED, ApplicationState.REJECTED: Happened.REFUSED}


def locked(application_id: UUID) -> Application:
    """The application with what its verbs need, held until the transaction ends."""
    rows = Application.objects.select_for_update(of=("self",))
    return rows.select_related("workflow__organization", "version", "organization", "applicant").get(pk=application_id)


def write_line(application: Application, what: str, *, by: Actor | None = None, **facts: Any) -> None:
    """One line more of its history; `step`, `words`, and `name` where it is not the actor's."""
    facts.setdefault("name", by.name[:80] if by and not by.is_system else "")
    Line.objects.create(application=application, what=what, person_id=by.person_id if by else None, **facts)


def go_on(application: Application, plan: Plan, *, after: str, by: Actor) -> None:
    """To the step after `after`, or to a good end."""
    step = plan.after(after, application.answers)
    if step is None:
        settle(application, plan, ApplicationState.APPROVED, by=by)
        return
    open_task(application, step)


def open_task(application: Application, step: Step, *, above: "Organization | None" = None) -> Task:
    """Put a step before those who decide it: at its level, or, where nobody holds the role there who may decide, at the next unit
    above where somebody does. `above`: begin with the unit above that one."""
    organization = _deciding_unit(application, step, above)
    task = Task.objects.create(
        application=application,
        step=step.key,
        round=application.round,
        organization=organization,
        role=step.role,
        due_at=_due(step, organization),
    )
    application.state, application.step = ApplicationState.REVIEW, step.key
    application.save(update_fields=["state", "step"])
    write_line(application, Happened.OPENED, step=step.title, name=str(organization)[:80])
    facts = {"application": str(application.pk), "step": step.key, "role": step.role}
    publish(TaskOpened(object_id=task.pk, organization_id=organization.pk, context=facts))
    return task


def _deciding_unit(application: Application, step: Step, above: "Organization | None") -> "Organization":
    units = list(queries.units_above(application))
    if above is not None:
        places = [unit.pk for unit in units]
        units = units[places.index(above.pk) + 1 :] or units[-1:]
    elif step.level != Level.UNIT:
        at_level = [place for place, unit in enumerate(units) if unit.kind == step.level]
        units = units[at_level[0] :] if at_level else units[-1:]
    barred = {application.applicant_id}
    about = queries.SUBJECTS.get(application.workflow.about)
    if about and application.subject:
        barred |= about.involved(application.subject)
    for unit in units:
        if queries.holders(step.role, unit.pk) - barred:
            return unit
    return units[0]  # nobody anywhere: it waits where it belongs, and the unit's list of late ones shows it


def _due(step: Step, organization: "Organization") -> datetime | None:
    """The end of the last of its working days, at the deciding unit."""
    if not step.days:
        return None
    last = working_day_after(timezone.localdate(), step.days, path=organization.path)
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), datetime.min.time())) - timedelta(seconds=1)


def close_task(task: Task, state: TaskState) -> None:
    """It is over, as `state` says: done, moved up, or not needed any more."""
    task.state, task.closed_at = state, timezone.now()
    task.save(update_fields=["state", "closed_at"])


def send_back(application: Application, step: Step, *, words: str, by: Actor) -> None:
    """To its applicant, to be changed and handed in again: from the first step on."""
    application.state, application.step = ApplicationState.RETURNED, ""
    application.save(update_fields=["state", "step"])
    publish(
        ApplicationReturned(
            object_id=application.pk,
            organization_id=application.organization_id,
            context={"step": step.key, "words": words},
            **acted_by(by),
        )
    )


def settle(application: Application, plan: Plan, state: ApplicationState, *, by: Actor, words: str = "") -> None:
    """The end, with the effects that the definition names for it."""
    application.state, application.step, application.settled_at = state, "", timezone.now()
    application.save(update_fields=["state", "step", "settled_at"])
    if state in ENDS:
        write_line(application, ENDS[state])
    for effect in plan.effects:
        if effect.on == state:
            queries.EFFECTS[effect.do].do(application, by)
    record("workflow.settled", application, by=by, state=str(state))
    publish(
        ApplicationSettled(
            object_id=application.pk,
            organization_id=application.organization_id,
            result={"state": str(state)},
            context={"workflow": application.workflow.key, "words": words},
            **acted_by(by),
        )
    )
