"""Putting a notice into the inboxes of those it is for: set-based, a batch of units a transaction.

Killed in the middle, a worker goes on behind the unit told last; whoever is reached by several ways has the notice once.
"""

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from lantian.kernel import jobs
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import UNDER_WAY, NoticeState
from lantian.people.messaging.models import Notice
from lantian.people.messaging.queries import recipients

UNITS_A_STEP = 25  # some 5 000 guardians a transaction
CLASSES_AT_ONCE = 40  # so many are told while the sender waits

# Anew: who has it already is told that it has changed. Else a way more is all that a second meeting adds.
_PUT = """
    WITH put AS (
        INSERT INTO messaging_receipt AS r (notice_id, person_id, places, at)
        SELECT %(notice)s, p.id, COALESCE(array_agg(DISTINCT way.place) FILTER (WHERE way.place IS NOT NULL), '{{}}'), %(at)s
          FROM ({source}) AS way(person_id, place) JOIN roster_person p ON p.id = way.person_id
         WHERE p.merged_into_id IS NULL AND p.erased_at IS NULL AND p.id IS DISTINCT FROM %(without)s
         GROUP BY p.id
        ON CONFLICT (notice_id, person_id) DO UPDATE
           SET places = ARRAY(SELECT DISTINCT unnest(r.places || EXCLUDED.places)) {anew}
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new) FROM put
"""
_ANEW = ", at = EXCLUDED.at, read_at = NULL, confirmed_at = NULL, archived_at = NULL"


def is_small(audience: Audience) -> bool:
    """Whether it is told at once, without the worker."""
    return not audience.units and len(audience.classes) <= CLASSES_AT_ONCE


def put(notice: Notice, audience: Audience, units: list[UUID], *, named: bool = True, anew: bool = False) -> int:
    """Give the notice to those of the audience who are reached through `units`, or (`named`) by name and class.

    In the caller's transaction. Returns how many had not had it.
    """
    source = recipients.parts_of(audience, units=bool(units), named=named)
    if not source:
        return 0
    values = {
        **recipients.values_of(audience, units),
        "notice": notice.pk,
        "at": notice.told_at,
        "without": notice.sender_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PUT.format(source=source, anew=_ANEW if anew else ""), values)
        return int(cursor.fetchone()[0])


def spread_at_once(notice: Notice, audience: Audience, *, anew: bool = False) -> None:
    """Tell a small audience in the running transaction."""
    if anew:  # those who are no longer concerned still have to know what became of it
        notice.receipts.update(at=notice.told_at, read_at=None, confirmed_at=None, archived_at=None)
    notice.recipients += put(notice, audience, [], anew=anew)
    notice.state, notice.finished_at = NoticeState.SENT, timezone.now()
    notice.save(update_fields=["recipients", "state", "finished_at"])


def start_spreading(notice: Notice, audience: Audience) -> None:
    """Tell it now, or have the worker do so."""
    if is_small(audience):
        spread_at_once(notice, audience)
        return
    notice.total = len(recipients.units_below(audience)) + len(audience.classes)
    notice.save(update_fields=["total"])
    jobs.enqueue("messaging.spread", notice=str(notice.pk), lock=f"messaging.spread.{notice.pk}")


def run_spreading(notice_id: UUID | str) -> None:
    """The worker's part. Safe to repeat: it goes on where the last transaction ended."""
    while _step(notice_id):
        pass


@transaction.atomic
def _step(notice_id: UUID | str) -> bool:
    """Tell the next units; whether there are more."""
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if notice.state not in UNDER_WAY:
        return False
    if notice.cancel_asked:
        return _end(notice, NoticeState.STOPPED)
    audience = Audience.read(notice.audience)
    if notice.state == NoticeState.WAITING:  # by name and class: few enough for one step
        notice.recipients += put(notice, audience, [])
        notice.done, notice.state = len(audience.classes), NoticeState.SENDING
    else:
        units = recipients.units_below(audience, after=notice.cursor, most=UNITS_A_STEP)
        if not units:
            return _end(notice, NoticeState.SENT)
        notice.recipients += put(notice, audience, units, named=False)
        notice.done, notice.cursor = notice.done + len(units), units[-1]
    notice.save(update_fields=["recipients", "done", "state", "cursor"])
    return True


def _end(notice: Notice, state: NoticeState) -> bool:
    notice.state, notice.finished_at = state, timezone.now()
    notice.save(update_fields=["state", "finished_at"])
    return False
