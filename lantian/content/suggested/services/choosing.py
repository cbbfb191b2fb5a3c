"""What a teacher says to what is suggested: not this one, this one again, nothing made of what I use."""

from typing import TYPE_CHECKING

from django.db import transaction

from lantian.content.suggested import rules
from lantian.content.suggested.errors import TooManyHidden
from lantian.content.suggested.models import Hidden, Plain, Use
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

MOST_HIDDEN = 2000


@transaction.atomic
def hide(resource: "Resource", *, by: Actor) -> None:
    """Not to be suggested any more. Raises Denied, TooManyHidden."""
    require(rules.may_hide, by, resource)
    assert by.person_id is not None  # the rule asked for a person
    if Hidden.objects.filter(person=by.person_id).count() >= MOST_HIDDEN:
        raise TooManyHidden
    Hidden.objects.get_or_create(person_id=by.person_id, resource=resource)


@transaction.atomic
def show_again(resource: "Resource", *, by: Actor) -> None:
    """It may be suggested again. Raises Denied."""
    require(rules.may_hide, by, resource)
    Hidden.objects.filter(person=by.person_id, resource=resource).delete()


@transaction.atomic
def be_plain(*, by: Actor) -> int:
    """Nothing is made of what one uses, and what was kept of it here goes at once; how much that was. Raises Denied."""
    require(rules.may_see_suggestions, by)
    assert by.person_id is not None  # the rule asked for a person
    Plain.objects.get_or_create(person_id=by.person_id)
    gone, _by_model = Use.objects.filter(person=by.person_id).delete()
    return gone


@transaction.atomic
def be_personal(*, by: Actor) -> None:
    """What one uses counts again, from now on. Raises Denied."""
    require(rules.may_see_suggestions, by)
    Plain.objects.filter(person=by.person_id).delete()
