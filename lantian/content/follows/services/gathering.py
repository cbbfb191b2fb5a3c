"""Once a day: who has something new."""

from datetime import timedelta
from math import ceil

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.content.follows import queries
from lantian.content.follows.events import NewsGathered
from lantian.content.follows.models import Gathering
from lantian.kernel.events import acted_by, publish
from lantian.kernel.rules import SYSTEM

A_PART = 5_000  # people of one notice
FIRST = timedelta(days=1)


def gather() -> Gathering | None:
    """Have told whom what was published since the last time concerns; None when that was done today already. One query for the
    people whatever their number, one event for five thousand of them. Asks no rule: a job.
    """
    now, last = timezone.now(), queries.last_gathering()
    since = last.until if last is not None else now - FIRST
    try:
        with transaction.atomic():
            made = Gathering.objects.create(day=timezone.localdate(), since=since, until=now)
            made.people = queries.count_concerned(since, now)
            made.save(update_fields=["people"])
            parts = ceil(made.people / A_PART)
            for part in range(parts):
                context = {"part": part, "parts": parts}
                publish(NewsGathered(object_id=made.pk, organization_id=None, context=context, **acted_by(SYSTEM)))
    except IntegrityError:  # another worker was at it
        return None
    return made
