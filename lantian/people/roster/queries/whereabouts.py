"""Where people belong today, as far as the one who asks may see it, in a few words."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.rules import Actor
from lantian.people.roster.models import Guardianship, Membership, valid_on
from lantian.people.roster.queries.history import role_name
from lantian.people.roster.queries.visible import live_grants, people_visible_to


def now_of_people(actor: Actor) -> "list[Prefetch[Any]]":
    """Where people belong, what offices they hold and whose guardians they are today: three queries for any number.

    Of their children those whom the actor sees: a colleague's family at another school is nobody's business.
    """
    rows = Membership.objects.filter(valid_on(timezone.localdate())).select_related("organization", "class_group")
    wards = Guardianship.objects.filter(student__in=people_visible_to(actor).values("pk"))
    return [
        Prefetch("memberships", rows.order_by("role"), to_attr="now"),
        Prefetch("role_grants", live_grants().select_related("organization"), to_attr="offices"),
        Prefetch("wards", wards.select_related("student"), to_attr="children"),
    ]


def where_of(person: Any) -> str:
    """Where a person who was read with `now_of_people` belongs, in a few words."""
    words = [f"{row.organization} {role_name(row.role)}" for row in person.offices]
    words += [f"{row.organization} {row.class_group or ''} {role_name(row.role)}" for row in person.now]
    words += [_("%(name)s的家长") % {"name": row.student} for row in person.children]
    return _("；").join(dict.fromkeys(word.replace("  ", " ") for word in words))
