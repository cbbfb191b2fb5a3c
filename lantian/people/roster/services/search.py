"""The rows by which people are found (`PersonSearch`). The database keeps them; this is for what passes without a write."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from lantian.people.roster.models import PersonSearch

BATCH = 20_000


def refresh_people_search(person_ids: Iterable[UUID] | None = None) -> int:
    """Work the rows of these people out anew, or (without ids) of all whose row has stopped being sure; how many.

    Nothing depends on it for truth: where a row is not sure of today, visibility asks the tables. It keeps that rare.
    """
    if person_ids is None:
        past = PersonSearch.objects.filter(sure__fully_lt=(timezone.localdate(), None))
        empty = PersonSearch.objects.filter(sure__isempty=True)
        person_ids = past.union(empty).values_list("person", flat=True)
    ids = list(person_ids)
    for start in range(0, len(ids), BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT roster_refresh_search(%s::uuid[])", [ids[start : start + BATCH]])
    return len(ids)


def settle_people_search() -> None:
    """After a large import: let the planner know the new people, and the index put what it was given in its place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('person_search')")
        cursor.execute("ANALYZE roster_person, roster_personsearch, roster_membership, roster_guardianship")
