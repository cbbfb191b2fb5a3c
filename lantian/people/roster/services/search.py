"""The rows by which people are found (`PersonSearch`). The database keeps them; this is for what passes without a write."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from lantian.kernel.beside import Beside
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


_TAKE_IN = "SELECT gin_clean_pending_list('person_search')"
EVERY_S = 0.2


def _take_in(beside: Beside) -> None:
    while beside.wanted(EVERY_S):
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_IN)


@contextmanager
def settling_people_search() -> Iterator[None]:
    """While very many people are written, within a transaction: the index only lists what is new, and another connection puts
    the list's rows in their places meanwhile. An index does not ask whether they are committed; what is rolled back is swept
    out of it as ever.
    """
    with connection.cursor() as cursor:
        # else whoever writes does it himself, every four megabytes
        cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")
    with Beside(_take_in):
        yield


def tell_of_people() -> None:
    """Very many people were written: let the planner know them before anything is said of them."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE roster_person")


def settle_people_search() -> None:
    """After a large import: let the planner know what is new, and the index put what it was given in its place."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_IN)
        cursor.execute("ANALYZE roster_personsearch, roster_membership, roster_guardianship")
