"""What those who decide do."""

from django.db import transaction

from lantian.commons.workflow import queries, rules
from lantian.commons.workflow.engine.plan import Outcome, Plan, Step, outcome
from lantian.commons.workflow.enums import ApplicationState, Happened, TaskState, Verdict
from lantian.commons.workflow.errors import NotYours, WordsWanted
from lantian.commons.workflow.models import Decision, Task
from lantian.commons.workflow.services import moving
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

LINES = {
    Verdict.APPROVE: Happened.APPROVED,
    Verdict.RETURN: Happened.RETURNED,
    Verdict.REJECT: Happened.REJECTED,
}


@transaction.atomic
def decide(task: Task, *, verdict: str, words: str = "", by: Actor) -> Task:
    """Say yes, send back or say no. A step with several votes waits for the others; one that refuses or sends back ends it.

    Raises Denied, NotYours (decided or withdrawn in the meantime), WordsWanted.
    """
    application = moving.locked(task.application_id)
    task = Task.objects.select_related("organization").get(pk=task.pk)
    task.application = application
    if task.state != TaskState.OPEN:
        raise NotYours
    require(rules.may_decide, by, task)
    plan = queries.plan_of(application.version)
    step = plan.step(task.step)
    said = Verdict(verdict)
    assert by.person_id is not None  # the rule asked for a person
    if said is Verdict.RETURN and not step.may_return:
        raise NotYours
    if said is not Verdict.APPROVE and not words.strip():
        raise WordsWanted(field="words")
    Decision.objects.create(
        task=task,
        person_id=by.person_id,
        for_whom_id=queries.in_whose_place(by, task),
        verdict=said,
        words=words.strip(),
    )
    moving.write_line(application, LINES[said], by=by, step=step.title, words=words.strip())
    record("workflow.decided", application, by=by, step=step.key, verdict=str(said))
    _conclude(task, plan, step, words.strip(), by)
    return task


def _conclude(task: Task, plan: Plan, step: Step, words: str, by: Actor) -> None:
    verdicts = task.decisions.order_by("made_at").values_list("verdict", flat=True)
    found = outcome(step, verdicts)
    if found is Outcome.WAITS:
        return
    moving.close_task(task, TaskState.DONE)
    if found is Outcome.RETURNED:
        moving.send_back(task.application, step, words=words, by=by)
    elif found is Outcome.REFUSED:
        moving.settle(task.application, plan, ApplicationState.REJECTED, by=by, words=words)
    else:
        moving.go_on(task.application, plan, after=step.key, by=by)
