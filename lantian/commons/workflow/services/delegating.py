"""Standing in for one another."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from lantian.commons.workflow import rules
from lantian.commons.workflow.models import Delegation
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.people.roster.models import Person


@transaction.atomic
def delegate(*, taker: "Person", first: date, last: date, by: Actor) -> Delegation:
    """Let somebody decide in one's place, in the role acted in, from `first` to `last`. Raises Denied."""
    require(rules.may_delegate, by)
    assert by.grant is not None and by.person_id is not None  # noqa: PT018 - no test: the rule asked for both
    made = Delegation.objects.create(
        giver_id=by.person_id,
        taker=taker,
        organization_id=by.grant.organization_id,
        role=by.role,
        first=first,
        last=last,
    )
    record("workflow.delegated", made, by=by, people=[taker.pk], first=first, last=last)
    return made


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: Actor) -> None:
    """From now on no more. Again does nothing. Raises Denied."""
    require(rules.may_end_delegation, by, delegation)
    ended = Delegation.objects.filter(pk=delegation.pk, ended_at__isnull=True).update(ended_at=timezone.now())
    if ended:
        record("workflow.delegation_ended", delegation, by=by)
