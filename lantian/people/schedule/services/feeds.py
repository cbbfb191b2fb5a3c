"""Addresses for calendar programs."""

import secrets
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING

from django.db import transaction

from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, check, require
from lantian.people.identity.enums import AccountKind
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries, rules
from lantian.people.schedule.models import CalendarFeed

if TYPE_CHECKING:
    from lantian.kernel.holdings import Subject
    from lantian.people.roster.models import ClassGroup


def digest_of(secret: str) -> str:
    """What is kept of a secret address: its SHA-256, in hex."""
    return sha256(secret.encode()).hexdigest()


def feed_behind(secret: str) -> CalendarFeed | None:
    """The feed at a secret address, while its account may sign in and would still be given it, in whichever of its roles: an
    address is no key to a class that the child has left.
    """
    feed = queries.feed_of(digest_of(secret))
    if feed is None or feed.account.kind != AccountKind.PERSON:  # a screen's account is the class's
        return feed
    actor = roster.actor_of_account(feed.account)
    if feed.class_group is None:
        return feed if feed.teacher_id == actor.person_id else None
    others = (grant.id for grant in actor.grants if grant != actor.grant)
    roles = chain([actor], (roster.actor_of_account(feed.account, grant) for grant in others))
    return feed if any(check(rules.may_subscribe, one, feed.class_group) for one in roles) else None


@transaction.atomic
def open_feed(*, by: Actor, class_group: "ClassGroup | None" = None) -> str:
    """The secret of a new address for one's own timetable, or a class's; it ends the former one. Raises Denied."""
    require(rules.may_subscribe, by, class_group)
    close_feed(by=by, class_group=class_group)
    assert by.account_id is not None  # the rule asked for it
    secret = secrets.token_urlsafe(24)
    feed = CalendarFeed.objects.create(
        account_id=by.account_id,
        teacher_id=None if class_group else by.person_id,
        class_group=class_group,
        digest=digest_of(secret),
    )
    record("schedule.feed_opened", feed, by=by)
    return secret


@transaction.atomic
def close_feed(*, by: Actor, class_group: "ClassGroup | None" = None) -> bool:
    """The address answers no more; whether there was one. Raises Denied."""
    require(rules.may_subscribe, by, class_group)
    own = CalendarFeed.objects.filter(account=by.account_id, class_group=class_group)
    found = own.first()
    if found is None:
        return False
    record("schedule.feed_closed", found, by=by)
    found.delete()
    return True


def erase_feeds(subject: "Subject") -> int:
    """The addresses of an account that is erased answer no more; how many there were."""
    return queries.feeds_held(subject).delete()[0]
