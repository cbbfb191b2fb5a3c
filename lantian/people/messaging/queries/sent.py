"""What somebody has sent, and how far its recipients are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lantian.kernel.rules import Actor
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import Group
from lantian.people.messaging.models import WRITTEN, Notice, Receipt
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Role

TEACHING = (Role.TEACHER, Role.HOMEROOM_TEACHER)
_FAMILIES = (Group.GUARDIAN, Group.STUDENT)
_SCHOOL = (*_FAMILIES, Group.STAFF, Group.TEACHER, Group.HOMEROOM)
NAMES_SHOWN = 4


def groups_for(actor: Actor) -> tuple[Group, ...]:
    """To whom somebody in this role may write."""
    if actor.has_role(Role.TEACHER):
        return _FAMILIES
    if actor.has_role(Role.HOMEROOM_TEACHER):
        return (*_FAMILIES, Group.TEACHER)
    if actor.has_role(Role.SCHOOL_HEAD):
        return (*_SCHOOL, Group.IT)
    if actor.has_role(Role.OFFICER):
        return (Group.HEAD, Group.IT, *_SCHOOL, Group.OFFICER)
    return ()


def notices_visible_to(actor: Actor) -> QuerySet[Notice]:
    """Those one wrote, and those written in the name of units that one administers."""
    if actor.is_system:
        return Notice.objects.all()
    q = Q(sender=actor.person_id) if actor.person_id else Q(pk__in=[])
    if actor.paths:
        q |= Q(organization__path__within_any=list(actor.paths))
    return Notice.objects.filter(q, kind=WRITTEN)


def audience_words(audience: Audience) -> str:
    """Whom it is for, in words: 七年级1班、2班的家长. At most two queries."""
    names = [f"{group.organization} {group.name}" for group in _classes(audience.classes)]
    names += [str(unit) for unit in roster.organizations_known(audience.units[:NAMES_SHOWN])]
    shown, all_of_them = names[:NAMES_SHOWN], len(audience.classes) + len(audience.units)
    groups = pgettext("audience", "、").join(str(Group(value).label) for value in audience.to)
    where = _("、").join(shown)
    if all_of_them > len(shown):
        where = _("%(names)s等 %(count)d 处") % {"names": where, "count": all_of_them}
    return _("%(where)s的%(groups)s") % {"where": where, "groups": groups}


def _classes(ids: Iterable[UUID]) -> Any:
    rows = roster.class_groups_known(list(ids)[:NAMES_SHOWN]).select_related("organization")
    return rows.order_by("grade", "number", "pk")


@dataclass(frozen=True)
class Reach:
    """How far the recipients are; `silent` have no account to read it with."""

    all: int = 0
    read: int = 0
    confirmed: int = 0
    silent: int = 0


@dataclass(frozen=True)
class PlaceReach(Reach):
    """Of one class or unit. Who is reached through two places counts in both."""

    id: UUID | None = None
    name: str = ""


_COUNTS = "count(*), count(r.read_at), count(r.confirmed_at), count(*) FILTER (WHERE p.account_id IS NULL)"


def reach_of(notice: Notice) -> Reach:
    """Everybody once. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COUNTS} FROM messaging_receipt r JOIN roster_person p ON p.id = r.person_id"
            " WHERE r.notice_id = %s",
            [notice.pk],
        )
        return Reach(*cursor.fetchone())


def reach_by_place(notice: Notice) -> list[PlaceReach]:
    """By class, else by unit, those with the most unread first. One query."""
    sql = f"""
        SELECT {_COUNTS}, w.place, COALESCE(c.name, NULLIF(o.short_name, ''), o.name, '')
          FROM messaging_receipt r JOIN roster_person p ON p.id = r.person_id
         CROSS JOIN LATERAL unnest(r.places) AS w(place)
          LEFT JOIN roster_classgroup c ON c.id = w.place LEFT JOIN roster_organization o ON o.id = w.place
         WHERE r.notice_id = %s
         GROUP BY w.place, c.name, o.short_name, o.name ORDER BY count(*) - count(r.read_at) DESC, 6, 5
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [notice.pk])
        return [PlaceReach(*row) for row in cursor.fetchall()]


def recipients_of(notice: Notice, actor: Actor) -> QuerySet[Receipt]:
    """Who was told, with their names: those whose names the actor may see in the roster.

    A subject teacher writes to the guardians of a class and sees how many have read it; who the guardians are is the homeroom
    teacher's and the administration's to know.
    """
    rows = Receipt.objects.filter(notice=notice).select_related("person")
    unit = notice.organization
    if actor.is_system or (unit is not None and actor.administers(unit.path)):
        return rows
    return rows.filter(person__in=roster.people_visible_to(actor))
