"""Marks: that documents may have changed. Part of the caller's transaction, so they are there if and only if the change is."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from lantian.commons.search.models import Copy, Mark

# Copies that were not heard of for so long are built anew when they come back; marks are kept for the others.
FORGOTTEN = timedelta(days=3)

_MARK = """
    INSERT INTO search_mark (xid, kind, ids, token, made_at)
    VALUES (pg_current_xact_id()::text::bigint, %s, %s::uuid[], %s, now())
"""


def touch(kind: str, ids: Iterable[UUID]) -> None:
    """These documents of a kind came, went or changed. Tables with triggers (`engine.marks`) need nobody to say so."""
    wanted = list(dict.fromkeys(ids))
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [kind, wanted, ""])


def touch_token(token: str) -> None:
    """All documents that carry a token may have changed: who is below a unit that moved, what names somebody."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, ["", [], token])


def forget_old_marks() -> int:
    """Drop marks that every copy of the index has passed. Copies that were silent for days are not waited for."""
    seen = Copy.objects.filter(seen_at__gte=timezone.now() - FORGOTTEN)
    passed = seen.aggregate(upto=Min("upto"), building=Min("building_from"))
    low = min((each for each in passed.values() if each is not None), default=None)
    old = Mark.objects.filter(made_at__lt=timezone.now() - FORGOTTEN)
    if low is not None:
        old = old | Mark.objects.filter(xid__lt=low)
    Copy.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN).delete()
    return old.delete()[0]
