"""Who may be one human being under two records, and who is in two schools at once."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from lantian.kernel.rules import Actor
from lantian.people.roster.enums import MemberRole, OrganizationKind
from lantian.people.roster.models import Membership, Organization, Person, PersonMerge, valid_on
from lantian.people.roster.queries.visible import people_visible_to

LIMIT = 200

# Same name, and one fact more in common. Names alone say nothing: a county has many 王伟.
_PAIRS_SQL = """
    WITH seen AS (SELECT id, name, birth_date, phone_index, citizen_id_index FROM roster_person
                   WHERE id IN ({visible}) AND merged_into_id IS NULL),
    pairs AS (
        SELECT a.id AS one, b.id AS other, 'birth_date' AS why FROM seen a JOIN seen b
            ON a.name = b.name AND a.birth_date = b.birth_date AND a.id < b.id
        UNION ALL
        SELECT a.id, b.id, 'phone' FROM seen a JOIN seen b
            ON a.name = b.name AND a.phone_index = b.phone_index AND a.id < b.id)
    SELECT one, other, array_agg(why ORDER BY why) FROM pairs
     WHERE NOT EXISTS (SELECT 1 FROM roster_notduplicates n WHERE n.low_id = one AND n.high_id = other)
       AND NOT EXISTS (SELECT 1 FROM roster_person x, roster_person y WHERE x.id = one AND y.id = other
                          AND x.citizen_id_index IS NOT NULL AND y.citizen_id_index IS NOT NULL)
     GROUP BY one, other ORDER BY count(*) DESC, one LIMIT {limit}
"""

# Whoever shares these with anybody at all, read off two indexes (person_twins, person_phone) in their own order: of half a
# million people some thousands, of whom alone it is then asked whether the actor sees them.
_SHARING = """
    SELECT p.id FROM (SELECT birth_date, name FROM roster_person WHERE birth_date IS NOT NULL AND merged_into_id IS NULL
                       GROUP BY birth_date, name HAVING count(*) > 1) twins
      JOIN roster_person p ON p.birth_date = twins.birth_date AND p.name = twins.name AND p.merged_into_id IS NULL
    UNION
    SELECT p.id FROM (SELECT phone_index, name FROM roster_person WHERE phone_index IS NOT NULL
                       GROUP BY phone_index, name HAVING count(*) > 1) shared
      JOIN roster_person p ON p.phone_index = shared.phone_index AND p.name = shared.name AND p.merged_into_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who may be one, and which facts they share besides the name ("birth_date", "phone")."""

    one: Person
    other: Person
    why: tuple[str, ...]


def likely_duplicates(actor: Actor, *, person: Person | None = None) -> list[Pair]:
    """Pairs among those one may see (or with `person`), surest first, at most LIMIT. At most five queries.

    Two people with two citizen IDs are two people, whatever else they share.
    """
    visible = people_visible_to(actor)
    if person is not None:
        visible = visible.filter(Q(pk=person.pk) | Q(name=person.name))
    elif _sees_many(actor):
        visible = visible.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [_sharing()]))
    sql, params = visible.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS_SQL.format(visible=sql, limit=LIMIT), params)
        found = cursor.fetchall()
    people = Person.objects.select_related("account").in_bulk({pk for one, other, _ in found for pk in (one, other)})
    return [
        Pair(people[one], people[other], tuple(why))
        for one, other, why in found
        if person is None or person.pk in (one, other)
    ]


def _sees_many(actor: Actor) -> bool:
    """Whether there is more than one school below: one school's people are sooner compared than all are read."""
    if actor.is_system:
        return True
    schools = Organization.objects.filter(path__within_any=list(actor.paths), kind=OrganizationKind.SCHOOL)
    return len(schools.values_list("pk")[:2]) > 1


def _sharing() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_SHARING)
        return [row[0] for row in cursor.fetchall()]


def in_two_schools(actor: Actor) -> QuerySet[Person]:
    """Students with live places at more than one school, among those one may see."""
    places = Membership.objects.filter(valid_on(timezone.localdate()), role=MemberRole.STUDENT)
    # counted before told apart: telling sorts all pupils, and few have two places
    several = places.values("person").annotate(places=Count("pk")).filter(places__gt=1)
    twice = (
        places.filter(person__in=several.values("person"))
        .values("person")
        .annotate(schools=Count("organization", distinct=True))
        .filter(schools__gt=1)
    )
    return people_visible_to(actor).filter(pk__in=twice.values("person"))


def merges_of(person: Person) -> QuerySet[PersonMerge]:
    """Merges into a person that still stand, newest first."""
    return PersonMerge.objects.filter(kept=person, undone_at__isnull=True).select_related("dropped", "merged_by")
