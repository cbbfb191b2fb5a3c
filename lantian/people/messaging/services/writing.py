"""Notices that people write: sent, reminded of, stopped, withdrawn."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.messaging import events
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import UNDER_WAY, Category, NoticeState, Urgency
from lantian.people.messaging.errors import (
    NobodyToRemind,
    NobodyToTell,
    NothingSaid,
    NoticeOver,
    TooManyNotices,
    TooSoonToRemind,
)
from lantian.people.messaging.models import Notice, Receipt
from lantian.people.messaging.queries import count_recipients
from lantian.people.messaging.rules import may_manage_notice, may_send_notice
from lantian.people.messaging.services.spreading import put_on_top, start_spreading

MOST_A_DAY = 30  # notices by one person
MOST_REMINDERS = 3
BETWEEN_REMINDERS = timedelta(hours=4)


@transaction.atomic
def send_notice(
    *,
    title: str,
    body: str,
    audience: Audience,
    by: Actor,
    category: str = Category.ANNOUNCEMENT,
    urgency: str = Urgency.NORMAL,
    needs_confirmation: bool = False,
    link: str = "",
) -> Notice:
    """Tell an audience something: a few classes at once, a region by the worker. The sender does not get it.

    `body` is plain text; addresses in it become links when it is shown. Raises Denied, NothingSaid, NobodyToTell, TooManyNotices.
    """
    require(may_send_notice, by, audience)
    title, body = " ".join(title.split())[:120], body.strip()[:4000]
    if not title or not body:
        raise NothingSaid
    if audience.is_empty or not count_recipients(audience, without=by.person_id)["all"]:
        raise NobodyToTell
    now = timezone.now()
    own = Notice.objects.filter(sender=by.person_id, created_at__gt=now - timedelta(days=1))
    if by.person_id is not None and own.count() >= MOST_A_DAY:
        raise TooManyNotices
    notice = Notice.objects.create(
        category=Category(category),
        urgency=Urgency(urgency),
        title=title,
        body=body,
        link=link,
        sender_id=by.person_id,
        sender_role=by.role,
        organization_id=by.grant.organization_id if by.grant else None,
        needs_confirmation=needs_confirmation,
        audience=audience.plain(),
        told_at=now,
    )
    start_spreading(notice, audience)
    journal.record("messaging.notice_sent", notice, by=by, category=notice.category, urgency=notice.urgency)
    publish(
        events.NoticeSent(
            object_id=notice.pk,
            organization_id=notice.organization_id,
            context={"category": notice.category, "urgency": notice.urgency},
            **acted_by(by),
        )
    )
    return notice


def _locked(notice: Notice) -> Notice:
    return Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)


@transaction.atomic
def remind(notice: Notice, *, by: Actor) -> int:
    """Put the notice on top again for those who have not read (or, where that is asked, not confirmed) it. Returns how many.

    At most MOST_REMINDERS times, BETWEEN_REMINDERS apart. Raises Denied, NoticeOver, TooSoonToRemind, NobodyToRemind.
    """
    require(may_manage_notice, by, notice)
    row = _locked(notice)
    now = timezone.now()
    if row.state != NoticeState.SENT:
        raise NoticeOver
    last = row.reminded_at or row.told_at
    if row.reminders >= MOST_REMINDERS or now - last < BETWEEN_REMINDERS:
        raise TooSoonToRemind
    open_still = Q(read_at__isnull=True) | (Q(confirmed_at__isnull=True) if row.needs_confirmation else Q(pk__in=[]))
    count = put_on_top(row, Receipt.objects.filter(open_still, notice=row), at=now)
    if not count:
        raise NobodyToRemind
    row.reminders, row.reminded_at = row.reminders + 1, now
    row.save(update_fields=["reminders", "reminded_at"])
    journal.record("messaging.reminded", row, by=by, count=count)
    return count


@transaction.atomic
def stop_sending(notice: Notice, *, by: Actor) -> None:
    """Stop after the units that are under way; who has it keeps it. Over already: nothing happens. Raises Denied."""
    require(may_manage_notice, by, notice)
    Notice.objects.filter(pk=notice.pk, state__in=UNDER_WAY).update(cancel_asked=True)
    journal.record("messaging.stopped", notice, by=by)


@transaction.atomic
def withdraw_notice(notice: Notice, *, by: Actor) -> Notice:
    """Take it out of all inboxes; that it was sent stays on record. Raises Denied, NoticeOver."""
    require(may_manage_notice, by, notice)
    row = _locked(notice)
    if row.state == NoticeState.WITHDRAWN:
        raise NoticeOver
    row.state, row.cancel_asked = NoticeState.WITHDRAWN, True
    row.finished_at = row.finished_at or timezone.now()
    row.save(update_fields=["state", "cancel_asked", "finished_at"])
    row.receipts.filter(archived_at__isnull=True).update(archived_at=timezone.now())
    journal.record("messaging.withdrawn", row, by=by)
    return row
