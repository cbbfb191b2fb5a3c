"""Putting a notice into the inboxes of those it is for: set-based, a batch of units a transaction.

Killed in the middle, a worker goes on behind the unit told last; whoever is reached by several ways has the notice once.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lantian.kernel import jobs
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.engine.channels import usual_channels
from lantian.people.messaging.enums import UNDER_WAY, NoticeState
from lantian.people.messaging.models import Notice, Receipt
from lantian.people.messaging.queries import recipients
from lantian.people.messaging.services.channels import channels_here
from lantian.people.messaging.services.delivering import wake

UNITS_A_STEP = 25  # some 5 000 guardians a transaction
CLASSES_AT_ONCE = 40  # so many are told while the sender waits

# Who is told goes out by every channel that is configured here, wished (or usual) for the category, and leads to them.
_PLAN = """
        INSERT INTO messaging_delivery AS d (receipt_id, channel, state, due_at, gathered, attempts, fault)
        SELECT put.id, way.channel, 'waiting', %(now)s, false, 0, ''
          FROM put JOIN roster_person p ON p.id = put.person_id
          LEFT JOIN messaging_preference f ON f.person_id = p.id
         CROSS JOIN unnest(%(channels)s::text[]) AS way(channel)
         WHERE put.is_new
           AND CASE WHEN jsonb_exists(f.channels, %(category)s) THEN jsonb_exists(f.channels -> %(category)s, way.channel)
                    ELSE way.channel = ANY(%(usual)s) END
           AND CASE way.channel WHEN 'mail' THEN f.mail_confirmed_at IS NOT NULL
                                WHEN 'sms' THEN p.phone_index IS NOT NULL
                                ELSE EXISTS (SELECT 1 FROM messaging_pushdevice b WHERE b.person_id = p.id) END
        ON CONFLICT (receipt_id, channel) DO UPDATE
           SET state = 'waiting', due_at = EXCLUDED.due_at, gathered = false, attempts = 0, fault = '', sent_at = NULL
        RETURNING channel
"""
# A second meeting of somebody adds a way, and no more.
_PUT = f"""
    WITH put AS (
        INSERT INTO messaging_receipt AS r (notice_id, person_id, places, at)
        SELECT %(notice)s, p.id, COALESCE(array_agg(DISTINCT way.place) FILTER (WHERE way.place IS NOT NULL), '{{{{}}}}'), %(at)s
          FROM ({{source}}) AS way(person_id, place) JOIN roster_person p ON p.id = way.person_id
         WHERE p.merged_into_id IS NULL AND p.erased_at IS NULL AND p.id IS DISTINCT FROM %(without)s
         GROUP BY p.id
        ON CONFLICT (notice_id, person_id) DO UPDATE SET places = ARRAY(SELECT DISTINCT unnest(r.places || EXCLUDED.places))
        RETURNING r.id, r.person_id, (xmax = 0) AS is_new
    ), planned AS ({_PLAN})
    SELECT count(*) FILTER (WHERE is_new), (SELECT array_agg(DISTINCT channel) FROM planned) FROM put
"""
_AGAIN = f"""
    WITH put AS (
        SELECT r.id, r.person_id, true AS is_new FROM messaging_receipt r WHERE r.notice_id = %(notice)s AND r.at = %(at)s
    ), planned AS ({_PLAN})
    SELECT count(*), (SELECT array_agg(DISTINCT channel) FROM planned) FROM put
"""


def is_small(audience: Audience) -> bool:
    """Whether it is told at once, without the worker."""
    return not audience.units and len(audience.classes) <= CLASSES_AT_ONCE


def _values(notice: Notice, at: datetime) -> dict[str, Any]:
    return {
        "notice": notice.pk,
        "at": at,
        "now": timezone.now(),
        "category": notice.category,
        "channels": channels_here(),
        "usual": list(usual_channels(notice.category, notice.urgency)),
    }


def _run(sql: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        count, channels = cursor.fetchone()
    wake(channels or ())
    return int(count)


def put(notice: Notice, audience: Audience, units: list[UUID], *, named: bool = True) -> int:
    """Give the notice to those of the audience who are reached through `units`, or (`named`) by name and class.

    In the caller's transaction. Returns how many had not had it.
    """
    source = recipients.parts_of(audience, units=bool(units), named=named)
    if not source:
        return 0
    values = {**recipients.values_of(audience, units), "without": notice.sender_id, **_values(notice, notice.told_at)}
    return _run(_PUT.format(source=source), values)


def put_on_top(notice: Notice, receipts: QuerySet[Receipt], *, at: datetime) -> int:
    """Tell some of those who have it once more: on top, unread, and by their channels. Returns how many."""
    receipts.update(at=at, read_at=None, archived_at=None)
    return _run(_AGAIN, _values(notice, at))


def spread_at_once(notice: Notice, audience: Audience) -> None:
    """Tell a small audience in the running transaction."""
    notice.recipients += put(notice, audience, [])
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
