"""What these pages share."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404, HttpRequest

from lantian.kernel.web.guards import acting
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.people.roster.models import Person


def find_person(request: HttpRequest, pk: UUID) -> "Person":
    """Somebody one sees in one's role, or one's own child in any role; the page then asks its rule. Else 404."""
    actor = acting(request)
    person = roster.people_visible_to(actor).filter(pk=pk).first()
    if person is None and actor.person_id is not None:
        ward = roster.wards_of_id(actor.person_id).filter(student=pk).first()
        person = ward.student if ward else None
    if person is None:
        raise Http404
    return person
