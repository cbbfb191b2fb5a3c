"""What happens to published resources: taken down, taken away, kept at hand, rated, reported."""

from django.db import transaction
from django.db.models import Count, F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.resources import rules
from lantian.content.resources.enums import FaultKind, FaultState, ResourceState
from lantian.content.resources.errors import NotComplete
from lantian.content.resources.events import FaultReported, ResourceDownloaded, ResourceRated, ResourceWithdrawn
from lantian.content.resources.models import Fault, Favourite, Rating, Resource, ResourceVersion
from lantian.content.resources.services.making import locked
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require


@transaction.atomic
def withdraw_resource(resource: Resource, *, words: str, by: Actor) -> Resource:
    """Take it down, and say why; a new version may be handed in afterwards. Raises Denied, NotComplete."""
    resource = locked(resource.pk)
    require(rules.may_withdraw, by, resource)
    if not words.strip():
        raise NotComplete(_("请写明为什么下架"), field="words")
    resource.state, resource.withdrawn_why = ResourceState.WITHDRAWN, words.strip()[:300]
    resource.save(update_fields=["state", "withdrawn_why"])
    record("resources.withdrawn", resource, by=by, words=resource.withdrawn_why)
    publish(
        ResourceWithdrawn(
            object_id=resource.pk,
            organization_id=resource.organization_id,
            context={"words": resource.withdrawn_why},
            **acted_by(by),
        )
    )
    return resource


@transaction.atomic
def mark_resource(resource: Resource, *, mark: str, by: Actor) -> Resource:
    """Give a mark of quality, such as 县级优质课; "" takes it away. Raises Denied."""
    resource = locked(resource.pk)
    require(rules.may_mark, by, resource)
    before, resource.mark = resource.mark, mark.strip()[:40]
    resource.save(update_fields=["mark"])
    record("resources.marked", resource, by=by, before=before, mark=resource.mark)
    return resource


@transaction.atomic
def note_download(version: ResourceVersion, *, by: Actor) -> None:
    """Count that somebody takes the file away. Raises Denied."""
    require(rules.may_view_resource, by, version.resource)
    Resource.objects.filter(pk=version.resource_id).update(downloads=F("downloads") + 1)
    publish(
        ResourceDownloaded(
            object_id=version.resource_id,
            organization_id=version.resource.organization_id,
            context={"version": version.number},
            **acted_by(by),
        )
    )


@transaction.atomic
def rate_resource(resource: Resource, *, stars: int, words: str = "", by: Actor) -> Rating:
    """Say what it is worth, 1 to 5, with a reason; again replaces what one said. Raises Denied, NotComplete."""
    resource = locked(resource.pk)
    require(rules.may_rate, by, resource)
    if not 1 <= stars <= 5:
        raise NotComplete(_("请选一到五星"), field="stars")
    if stars <= 2 and not words.strip():
        raise NotComplete(_("一星和二星请写明原因，作者好改"), field="words")
    assert by.person_id is not None  # the rule asked for a person
    facts = {"stars": stars, "words": words.strip()[:500], "made_at": timezone.now()}
    rating, _new = Rating.objects.update_or_create(resource=resource, person_id=by.person_id, defaults=facts)
    _count_stars(resource)
    publish(
        ResourceRated(
            object_id=resource.pk,
            organization_id=resource.organization_id,
            result={"score": {"scaled": stars / 5}},
            **acted_by(by),
        )
    )
    return rating


def _count_stars(resource: Resource) -> None:
    found = resource.ratings.aggregate(n=Count("pk"), stars=Sum("stars"))
    resource.rated, resource.stars = found["n"], found["stars"] or 0
    resource.save(update_fields=["rated", "stars"])


@transaction.atomic
def keep_resource(resource: Resource, *, keep: bool, by: Actor) -> None:
    """Have it at hand, or no more. Raises Denied."""
    if not keep:
        Favourite.objects.filter(resource=resource, person=by.person_id).delete()
        return
    require(rules.may_speak, by, resource)
    assert by.person_id is not None  # as above
    Favourite.objects.get_or_create(resource=resource, person_id=by.person_id)


@transaction.atomic
def report_fault(resource: Resource, *, kind: str, words: str, by: Actor) -> Fault:
    """Say what is wrong with it; those who manage it are told. Raises Denied, NotComplete."""
    require(rules.may_speak, by, resource)
    if kind not in FaultKind.values:
        raise NotComplete(_("请选择是什么问题"), field="kind")
    if not words.strip():
        raise NotComplete(_("请写明在哪里、是什么问题"), field="words")
    open_already = Fault.objects.filter(
        resource=resource, person=by.person_id, kind=kind, state=FaultState.OPEN
    ).first()
    if open_already is not None:
        return open_already
    made = Fault.objects.create(resource=resource, person_id=by.person_id, kind=kind, words=words.strip()[:500])
    record("resources.fault_reported", resource, by=by, kind=kind)
    publish(
        FaultReported(
            object_id=made.pk,
            organization_id=resource.organization_id,
            context={"resource": str(resource.pk), "kind": kind},
            **acted_by(by),
        )
    )
    return made


@transaction.atomic
def settle_fault(fault: Fault, *, state: str, answer: str = "", by: Actor) -> Fault:
    """Say that it is mended, or that there is nothing wrong. Raises Denied, NotComplete."""
    require(rules.may_settle_fault, by, fault)
    if state not in (FaultState.MENDED, FaultState.DISMISSED):
        raise NotComplete
    fault.state, fault.answer, fault.settled_at = FaultState(state), answer.strip()[:500], timezone.now()
    fault.settled_by_id = by.person_id
    fault.save(update_fields=["state", "answer", "settled_at", "settled_by"])
    record("resources.fault_settled", fault.resource, by=by, state=str(state))
    return fault
