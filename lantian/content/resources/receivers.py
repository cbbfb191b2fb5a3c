"""What follows from the review, and who is told of faults."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy

from lantian.commons.workflow.events import ApplicationReturned
from lantian.commons.workflow.queries import application_known
from lantian.content.resources import queries, services
from lantian.content.resources.enums import FaultKind, FaultState, ResourceKind
from lantian.content.resources.events import FaultReported, ResourcePublished, ResourceSubmitted
from lantian.kernel.events import receiver, receiver_of_many
from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling
from lantian.people.messaging.services import Audience, subscribe

FILMS_AT_ONCE = 10


@receiver(ApplicationReturned)
def follow_returned(fact: ApplicationReturned) -> None:
    """A version that was sent back may be changed."""
    application = application_known(fact.object_id)
    if application is not None and application.workflow.about == queries.ABOUT and application.subject:
        services.note_returned(application.subject)


@receiver(ResourceSubmitted)
def film_submitted(fact: ResourceSubmitted) -> None:
    """Those who decide want to see it."""
    services.ask_films_of(fact.object_id)


@receiver_of_many(ResourcePublished)
def film_published(facts: Sequence[ResourcePublished]) -> None:
    """Everybody else; of many that come together none at once: whoever opens one has it made."""
    if len(facts) > FILMS_AT_ONCE:
        return
    for fact in facts:
        if fact.context.get("kind", ResourceKind.VIDEO) == ResourceKind.VIDEO:
            services.ask_films_of(fact.object_id)


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
