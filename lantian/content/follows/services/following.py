"""Following and no longer, having read, the address of one's feed."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.content.follows import queries, rules
from lantian.content.follows.errors import FollowedAlready, NothingSaid, TooManyFollows
from lantian.content.follows.models import FACETS, Follow, Reader
from lantian.content.follows.services.keeping import digest_of
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

MOST = 100
SAID = ("node", "author", "organization", *FACETS, "words")


def _reader(by: Actor) -> Reader:
    """One's own row, held until the transaction ends: what one does at one moment in two windows comes one after the other."""
    assert by.person_id is not None  # the rule asked for a person
    Reader.objects.get_or_create(person_id=by.person_id)
    return Reader.objects.select_for_update(of=("self",)).get(person=by.person_id)


@transaction.atomic
def follow(*, facts: Mapping[str, Any], by: Actor) -> Follow:
    """Want to know of new resources for which all that is said holds. Raises Denied, NothingSaid, FollowedAlready,
    TooManyFollows."""
    said = {name: facts[name] for name in SAID if facts.get(name)}
    said["words"] = " ".join(str(said.get("words", "")).split())[:60]
    made = Follow(**said)
    require(rules.may_follow, by, made)
    assert by.person_id is not None  # the rule asked for a person
    made.person_id = by.person_id
    if not any(said.values()):
        raise NothingSaid
    _reader(by)
    if queries.own_follows(by).count() >= MOST:
        raise TooManyFollows
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise FollowedAlready from error
    return made


@transaction.atomic
def drop(found: Follow, *, by: Actor) -> None:
    """Follow it no longer. Raises Denied."""
    require(rules.may_drop, by, found)
    Follow.objects.filter(pk=found.pk).delete()


@transaction.atomic
def see_news(*, until: datetime, by: Actor) -> Reader:
    """What was published up to a moment has been looked at; the moment never goes back. Raises Denied."""
    require(rules.may_follow, by)
    reader = _reader(by)
    reader.seen_at = max(reader.seen_at, min(until, timezone.now()))
    reader.save(update_fields=["seen_at"])
    return reader


@transaction.atomic
def set_daily(daily: bool, *, by: Actor) -> Reader:
    """Whether one wants a notice on days with news. Raises Denied."""
    require(rules.may_follow, by)
    reader = _reader(by)
    reader.daily = daily
    reader.save(update_fields=["daily"])
    return reader


@transaction.atomic
def open_feed(*, by: Actor) -> str:
    """The secret of a new address of one's feed; it ends the former one. Raises Denied."""
    require(rules.may_follow, by)
    reader, secret = _reader(by), secrets.token_urlsafe(24)
    reader.digest = digest_of(secret)
    reader.save(update_fields=["digest"])
    record("follows.feed_opened", reader, by=by)
    return secret


@transaction.atomic
def close_feed(*, by: Actor) -> bool:
    """The address answers no more; whether there was one. Raises Denied."""
    require(rules.may_follow, by)
    reader = _reader(by)
    had = bool(reader.digest)
    reader.digest = ""
    reader.save(update_fields=["digest"])
    if had:
        record("follows.feed_closed", reader, by=by)
    return had
