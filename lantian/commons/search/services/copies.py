"""Which copy of the index this home has, and what it tells the others of itself."""

import socket
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from lantian.commons.search.models import Copy
from lantian.commons.search.queries import reading
from lantian.commons.search.services.writing import put


def this_copy() -> UUID:
    """The id of this home's copy, given the first time one asks."""
    path = reading.folders().copy
    try:
        return UUID(path.read_text().strip())
    except (FileNotFoundError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        put(path, str(uuid4()))
        return UUID(path.read_text().strip())


def is_remembered() -> bool:
    """Whether the marks that this copy has not read yet are still there."""
    return Copy.objects.filter(pk=this_copy()).exists()


def begin(upto: int) -> None:
    """Say that a generation is being built which will need the marks from `upto` on."""
    known = {"machine": socket.gethostname()[:80], "building_from": upto, "seen_at": timezone.now()}
    Copy.objects.update_or_create(pk=this_copy(), defaults=known)


def report(generation: str, upto: int, documents: int, *, building: bool) -> None:
    """Say what this home holds, so that marks it needs are kept and an operator sees it."""
    values = {
        "machine": socket.gethostname()[:80],
        "generation": generation,
        "upto": upto,
        "documents": documents,
        "seen_at": timezone.now(),
    }
    if not building:
        values["building_from"] = None
    Copy.objects.update_or_create(pk=this_copy(), defaults=values)


def drop_marks_of_another_database(next_xid: int) -> int:
    """Marks that came with a backup of another database are numbered by that one's transactions. What is built now needs none."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_mark WHERE xid >= %s", [next_xid])
        return int(cursor.rowcount)
