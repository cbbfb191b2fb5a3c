"""What follows from the review, and who is told of faults."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from lantian.commons.workflow.events import ApplicationReturned
from lantian.commons.workflow.queries import application_known
from lantian.content.resources import queries, services
from lantian.content.resources.enums import FaultKind, FaultState
from lantian.content.resources.events import FaultReported
from lantian.kernel.events import receiver
from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling
from lantian.people.messaging.services import Audience, subscribe


@receiver(ApplicationReturned)
def follow_returned(fact: ApplicationReturned) -> None:
    """A version that was sent back may be changed."""
    application = application_known(fact.object_id)
    if application is not None and application.workflow.about == queries.ABOUT and application.subject:
        services.note_returned(application.subject)


def _about_fault(fact: FaultReported) -> Telling | None:
    fault = queries.fault_known(fact.object_id)
    if fault is None or fault.state != FaultState.OPEN or fault.resource.author_id is None:
        return None
    return Telling(
        audience=Audience.of(people=[fault.resource.author_id]),
        facts={"title": fault.resource.title, "kind": fault.kind, "words": fault.words},
        subject=f"resources:fault:{fault.pk}",
        link=reverse("resources_resource", args=[fault.resource_id]),
        organization_id=fault.resource.organization_id,
    )


subscribe(
    Kind(
        key="resources.fault",
        event=FaultReported,
        category=Category.WORKFLOW,
        title=gettext_lazy("有人报错：%(title)s"),
        body=gettext_lazy("%(kind)s。%(words)s"),
        tell=_about_fault,
        words=lambda facts: {**facts, "kind": FaultKind(facts["kind"]).label},
    )
)
