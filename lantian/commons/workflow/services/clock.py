"""What happens when a step's days are over."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lantian.commons.workflow import queries
from lantian.commons.workflow.engine.plan import Overdue
from lantian.commons.workflow.enums import Happened, TaskState
from lantian.commons.workflow.events import TaskOverdue
from lantian.commons.workflow.models import Task
from lantian.commons.workflow.services import moving
from lantian.kernel.events import publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.queries import is_working_day


def end_overdue() -> int:
    """Late tasks: reminded once a working day, handed to the unit above, or passed, as their step says. Returns how many were
    touched. Each in a transaction of its own, so that one that fails holds up no other; again does nothing more that day."""
    late = Task.objects.filter(state=TaskState.OPEN, due_at__lt=timezone.now())
    late = late.exclude(told_on=timezone.localdate())
    return sum(_end(pk, application) for pk, application in list(late.values_list("pk", "application")))


@transaction.atomic
def _end(task_id: UUID, application_id: UUID) -> bool:
    application = moving.locked(application_id)
    task = Task.objects.select_related("organization").filter(pk=task_id, state=TaskState.OPEN).first()
    if task is None:  # decided in the meantime
        return False
    task.application = application
    plan = queries.plan_of(application.version)
    step = plan.step(task.step)
    top = queries.units_above(application)[-1]
    if step.overdue is Overdue.PASS:
        moving.close_task(task, TaskState.DONE)
        moving.write_line(application, Happened.PASSED, step=step.title)
        record("workflow.passed", application, by=SYSTEM, step=step.key)
        moving.go_on(application, plan, after=step.key, by=SYSTEM)
        return True
    if step.overdue is Overdue.MOVE and task.organization_id != top.pk:
        moving.close_task(task, TaskState.MOVED)
        moving.write_line(application, Happened.MOVED, step=step.title, name=str(task.organization)[:80])
        record("workflow.moved", application, by=SYSTEM, step=step.key)
        moving.open_task(application, step, above=task.organization)
        return True
    return _remind(task)


def _remind(task: Task) -> bool:
    today = timezone.localdate()
    if not is_working_day(today, path=task.organization.path):
        return False
    assert task.due_at is not None  # it is late
    task.told_on = today
    task.save(update_fields=["told_on"])
    facts = {"application": str(task.application_id), "days": (timezone.now() - task.due_at).days + 1}
    publish(TaskOverdue(object_id=task.pk, organization_id=task.organization_id, context=facts))
    return True
