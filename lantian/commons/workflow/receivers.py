"""Those who decide hear of what waits and what is late; applicants of what was sent back and what was decided."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantian.commons.workflow import queries
from lantian.commons.workflow.enums import ApplicationState
from lantian.commons.workflow.events import ApplicationReturned, ApplicationSettled, TaskOpened, TaskOverdue
from lantian.commons.workflow.models import Application
from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling
from lantian.people.messaging.services import Audience, subscribe


def _link(application: Application) -> str:
    return reverse("workflow_application", args=[application.pk])


def _to_deciders(fact: TaskOpened | TaskOverdue) -> Telling | None:
    task = queries.task_waiting(fact.object_id)
    if task is None:  # decided in the meantime
        return None
    application = task.application
    return Telling(
        audience=Audience.of(people=queries.deciders_of(task)),
        facts={
            "title": application.title,
            "number": application.number,
            "applicant": application.applicant.name,
            "school": str(application.organization),
            "days": fact.context.get("days", 0),
        },
        subject=f"workflow-task:{task.pk}",
        link=_link(application),
        people=[application.applicant_id],
        organization_id=task.organization_id,
    )


def _to_applicant(fact: ApplicationReturned | ApplicationSettled) -> Telling | None:
    application = queries.application_known(fact.object_id)
    state = str(fact.result.get("state", ApplicationState.RETURNED))
    if application is None or application.state != state or state == ApplicationState.WITHDRAWN:
        return None  # it has gone on since, or it was the applicant's own doing
    return Telling(
        audience=Audience.of(people=[application.applicant_id]),
        facts={
            "title": application.title,
            "number": application.number,
            "state": state,
            "words": fact.context.get("words", ""),
        },
        subject=f"workflow:{application.pk}",
        link=_link(application),
        organization_id=application.organization_id,
    )


def _result_words(facts: Any) -> dict[str, Any]:
    state = ApplicationState(facts["state"]).label
    reason = _("理由：%(words)s") % facts if facts["words"] else ""
    return {**facts, "state": state, "reason": reason}


subscribe(
    Kind(
        key="workflow.task_opened",
        event=TaskOpened,
        category=Category.WORKFLOW,
        title=gettext_lazy("请审批：%(title)s"),
        body=gettext_lazy("%(school)s %(applicant)s的申请（%(number)s）到您这里了。"),
        tell=_to_deciders,
    )
)
subscribe(
    Kind(
        key="workflow.task_overdue",
        event=TaskOverdue,
        category=Category.WORKFLOW,
        title=gettext_lazy("审批超期：%(title)s"),
        body=gettext_lazy("%(school)s %(applicant)s的申请（%(number)s）已经超期 %(days)s 天。"),
        tell=_to_deciders,
    )
)
for _event, _key in ((ApplicationReturned, "workflow.returned"), (ApplicationSettled, "workflow.settled")):
    subscribe(
        Kind(
            key=_key,
            event=_event,
            category=Category.WORKFLOW,
            title=gettext_lazy("%(state)s：%(title)s"),
            body=gettext_lazy("您的申请（%(number)s）有了结果。\n%(reason)s"),
            tell=_to_applicant,
            words=_result_words,
        )
    )
