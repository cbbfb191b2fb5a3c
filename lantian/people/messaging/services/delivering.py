"""Deliveries: what is due goes out, held in quiet hours, gathered for digests, tried again with growing pauses.

One worker a channel. Each message is claimed by itself before it goes out and written down after it has; a worker killed in
between leaves one claim, which is sent once more when its time is over: at most one double, none lost.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Count, F, QuerySet
from django.utils import timezone, translation

from lantian.kernel import jobs
from lantian.people.messaging.engine.channels import MAIL, passes_quiet_hours
from lantian.people.messaging.engine.quiet import NIGHT, DigestTime, allowed_from
from lantian.people.messaging.engine.retries import PAUSES, pause_after
from lantian.people.messaging.enums import DeliveryState, Digest
from lantian.people.messaging.models import Delivery, Preference
from lantian.people.messaging.queries.deliveries import busy_until, channels_with_work, due, students_among
from lantian.people.messaging.services.channels import Item, Letter, NotNow, Sender, Unreachable, sender_for

BATCH = 200
MOST_A_RUN = 600  # messages of a channel, gone out or not, before the job makes room for others
DOWN = 5  # failures on end: the way out is down, and each of the others would wait for it in vain
CLAIM_GOOD_FOR = timedelta(minutes=5)
MOST_A_DAY = {"mail": 40, "sms": 6, "push": 60}  # to one person
WAITING = (DeliveryState.WAITING, DeliveryState.HELD)
log = structlog.get_logger("messaging")


def wake(channels: Sequence[str]) -> None:
    """Have the worker look at these channels soon; once, however often it is asked."""
    for channel in channels:
        jobs.enqueue(
            "messaging.deliver", channel=channel, lock=f"messaging.deliver.{channel}", once=f"messaging.{channel}"
        )


def wake_all() -> None:
    """By the clock: channels on which something is due."""
    wake(channels_with_work(timezone.now()))


def deliver_due(channel: str, *, now: datetime | None = None, most: int = MOST_A_RUN) -> int:
    """Send what is due on a channel, at most `most` messages. Returns how many went out. Safe to repeat and to kill.

    After DOWN failures on end the rest waits for the clock (`wake_all`).
    """
    sender = sender_for(channel)
    if sender is None:
        return 0
    moment = now or timezone.now()
    _take_back_claims(channel, moment)
    went = tried = failed = 0
    while tried < most:
        rows = list(due(channel, moment)[:BATCH])
        if not rows:
            return went
        letters = _settle(rows, channel, moment)
        for letter in letters[: most - tried]:
            out = _send(letter, sender, moment)
            tried, went = tried + 1, went + (out is True)
            failed = failed + 1 if out is False else 0
            if failed >= DOWN:
                log.warning("channel_down", channel=channel)
                return went
    wake([channel])
    return went


def _take_back_claims(channel: str, now: datetime) -> None:
    """What a killed worker had in hand is sent once more."""
    stuck = Delivery.objects.filter(channel=channel, state=DeliveryState.SENDING, claimed_at__lt=now - CLAIM_GOOD_FOR)
    stuck.filter(attempts__gt=len(PAUSES)).update(state=DeliveryState.GIVEN_UP, fault="killed")  # may be what kills it
    stuck.update(state=DeliveryState.WAITING, due_at=now)


@dataclass
class _People:
    """What decides about the people of a batch; four queries however many there are."""

    preferences: dict[UUID, Preference]
    students: set[UUID]
    busy: dict[UUID, datetime]
    sent: Counter[UUID]


def _people_of(rows: Sequence[Delivery], channel: str, now: datetime) -> _People:
    ids = {row.receipt.person_id for row in rows}
    students = students_among(ids)
    since = now - timedelta(days=1)
    alone = Delivery.objects.filter(gathered=False)  # a digest is one mail, however many notices it holds
    sent = (
        alone.filter(channel=channel, state=DeliveryState.SENT, sent_at__gt=since, receipt__person__in=ids)
        .values_list("receipt__person")
        .annotate(n=Count("pk"))
    )
    return _People(
        {row.person_id: row for row in Preference.objects.filter(person__in=ids)},
        students,
        busy_until(students, now),
        Counter(dict(sent)),
    )


def _settle(rows: Sequence[Delivery], channel: str, now: datetime) -> list[Letter]:
    """Put off, drop or gather what does not go out by itself now; the rest as letters, one for each message to be sent."""
    people, changed = _people_of(rows, channel, now), []
    alone: list[list[Delivery]] = []
    together: dict[UUID, list[Delivery]] = {}
    for row in rows:
        held = _hold(row, channel, people, now)
        if row.receipt.read_at is not None or row.receipt.archived_at is not None:
            row.state = DeliveryState.NEEDLESS
        elif held is not None:
            row.state, row.due_at = DeliveryState.HELD, held
        elif row.gathered:
            together.setdefault(row.receipt.person_id, []).append(row)
            continue
        elif people.sent[row.receipt.person_id] >= MOST_A_DAY[channel] and not _is_urgent(row):
            row.state, row.fault = DeliveryState.GIVEN_UP, "limit"
        else:
            people.sent[row.receipt.person_id] += 1
            alone.append([row])
            continue
        changed.append(row)
    Delivery.objects.bulk_update(changed, ["state", "due_at", "fault", "gathered"])
    return [_letter(group, channel, people) for group in (*alone, *together.values())]


def _is_urgent(row: Delivery) -> bool:
    return passes_quiet_hours(row.receipt.notice.category, row.receipt.notice.urgency)


def _hold(row: Delivery, channel: str, people: _People, now: datetime) -> datetime | None:
    """Until when a message waits: for quiet hours, lessons of a student, or the digest; None: it goes out now."""
    if _is_urgent(row):
        return None
    person, local = row.receipt.person_id, timezone.localtime(now)
    wish = people.preferences.get(person)
    if channel == MAIL and wish is not None and wish.digest != Digest.NONE and not row.gathered:
        row.gathered = True
        weekday = wish.digest_day if wish.digest == Digest.WEEKLY else None
        return DigestTime(wish.digest_at, weekday).after(local)
    hours = [(wish.quiet_from, wish.quiet_to)] if wish is not None else [NIGHT]
    if row.gathered:
        hours = []  # the digest's time was chosen
    if person in people.students:
        hours.append(NIGHT)  # whatever they chose
    return allowed_from(local, hours, None if row.gathered else people.busy.get(person))


def _letter(rows: list[Delivery], channel: str, people: _People) -> Letter:
    person = rows[0].receipt.person
    account = person.account
    language = (account.language if account else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        items = [Item.of(row.receipt) for row in rows]
    wish = people.preferences.get(person.pk)
    return Letter(
        rows=[row.pk for row in rows],
        person=person,
        preference=wish,
        language=language,
        items=items,
        urgent=any(_is_urgent(row) for row in rows),
    )


def _send(letter: Letter, sender: Sender, now: datetime) -> bool | None:
    """Claim, send, write down: True when it went out, False when it may later, None when there is nothing more to do."""
    claimed = Delivery.objects.filter(pk__in=letter.rows, state__in=WAITING).update(
        state=DeliveryState.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return None
    rows = Delivery.objects.filter(pk__in=letter.rows, state=DeliveryState.SENDING)
    try:
        with translation.override(letter.language):
            sender.send(letter)
    except Unreachable as gone:
        rows.update(state=DeliveryState.GIVEN_UP, fault=str(gone)[:80])
        return None
    except NotNow as failed:
        _put_off(letter, rows, str(failed), now)
        return False
    except Exception as failed:  # whatever an adapter stumbles over, the others still get theirs
        log.exception("delivery_failed", channel=sender.channel)
        _put_off(letter, rows, type(failed).__name__, now)
        return False
    _write_sent(rows)
    return True


def _write_sent(rows: QuerySet[Delivery]) -> None:
    rows.update(state=DeliveryState.SENT, sent_at=timezone.now(), fault="")


def _put_off(letter: Letter, rows: QuerySet[Delivery], fault: str, now: datetime) -> None:
    attempts = rows.values_list("attempts", flat=True).first() or 1
    pause = pause_after(attempts)
    if pause is None:
        rows.update(state=DeliveryState.GIVEN_UP, fault=fault[:80])
    else:
        rows.update(state=DeliveryState.WAITING, due_at=now + pause, fault=fault[:80])
