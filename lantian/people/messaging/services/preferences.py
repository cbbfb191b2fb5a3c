"""How somebody wants to be told: by category and channel, quiet hours, digest, an address for mail, browsers for push."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import time
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lantian.kernel import jobs
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.messaging.engine import webpush
from lantian.people.messaging.enums import Category, Channel, Digest
from lantian.people.messaging.errors import LinkSpent, NotAnAddress, NotASubscription, TooManyDevices
from lantian.people.messaging.models import Preference, PushDevice
from lantian.people.messaging.queries import preference_of
from lantian.people.messaging.rules import may_set_preferences
from lantian.people.messaging.services.channels import NotNow, Unreachable
from lantian.people.messaging.services.channels import mail as mails
from lantian.people.messaging.services.channels.push import is_known_service

SALT = "messaging.mail"
LINK_GOOD_FOR_S = 3 * 24 * 3600
MOST_DEVICES = 10
_CLEAN = re.compile(r"[\r\n\x00]")


def _locked(actor: Actor) -> Preference:
    require(may_set_preferences, actor)
    assert actor.person_id is not None  # the rule asked for it
    Preference.objects.get_or_create(person_id=actor.person_id)
    return Preference.objects.select_for_update(of=("self",)).get(person=actor.person_id)


@transaction.atomic
def set_preferences(
    *,
    channels: Mapping[str, Collection[str]],
    quiet_from: time,
    quiet_to: time,
    digest: str,
    digest_at: time,
    digest_day: int,
    by: Actor,
) -> Preference:
    """Choose channels for each category, the hours of rest, and when mail is gathered. Raises Denied, ValueError."""
    row = _locked(by)
    row.channels = {
        Category(category).value: sorted(Channel(channel).value for channel in chosen)
        for category, chosen in channels.items()
    }
    row.quiet_from, row.quiet_to = quiet_from, quiet_to
    row.digest, row.digest_at, row.digest_day = Digest(digest), digest_at, digest_day
    row.save()
    return row


@transaction.atomic
def set_mail(address: str, *, by: Actor) -> None:
    """Give (or, empty, take back) an address; it counts once the link sent there was opened. Raises Denied, NotAnAddress."""
    row = _locked(by)
    typed = address.strip()
    if not typed:
        row.mail = row.mail_confirmed_at = None
        row.save()
        return
    try:
        validate_email(typed)
    except Exception as error:
        raise NotAnAddress from error
    if _CLEAN.search(typed) or len(typed) > 254:
        raise NotAnAddress
    row.mail, row.mail_confirmed_at = typed, None
    row.save()
    jobs.enqueue("messaging.confirm_mail", person=str(row.person_id), once=f"messaging.confirm_mail.{row.person_id}")


def _mark(row: Preference) -> str:
    return sha256(str(row.mail).lower().encode()).hexdigest()[:16]


def send_confirmation(person_id: UUID) -> bool:
    """The worker's part: write to the new address. Whether a mail went out; raises NotNow, and the job tries again."""
    row = Preference.objects.select_related("person__account").filter(person=person_id).first()
    sender = mails.sender()
    if row is None or not row.mail or row.mail_confirmed_at or sender is None:
        return False
    token = signing.dumps([str(row.person_id), _mark(row)], salt=SALT)
    account = row.person.account
    with translation.override((account.language if account else "") or settings.LANGUAGE_CODE):
        url = f"{settings.LANTIAN_ADDRESS}/inbox/settings/mail/{token}/"
        body = _(
            "请打开下面的链接，确认用这个邮箱接收蓝天平台的消息，三天内有效。不是您本人操作请忽略。\n\n%(url)s"
        ) % {"url": url}
        try:
            mails.send_plain(sender, str(row.mail), _("确认接收消息的邮箱"), body)
        except Unreachable:
            return False
    return True


@transaction.atomic
def confirm_mail(token: str) -> Preference:
    """The link was opened: the address counts. Raises LinkSpent (old, or another address was given since)."""
    try:
        person, mark = signing.loads(token, salt=SALT, max_age=LINK_GOOD_FOR_S)
    except signing.BadSignature as error:
        raise LinkSpent from error
    row = Preference.objects.select_for_update(of=("self",)).filter(person=person).first()
    if row is None or not row.mail or _mark(row) != mark:
        raise LinkSpent
    row.mail_confirmed_at = row.mail_confirmed_at or timezone.now()
    row.save()
    return row


@transaction.atomic
def unsubscribe(token: str) -> bool:
    """No more mail to whoever the token was made for; the address is forgotten. Whether the token was one."""
    person = mails.person_of_token(token)
    row = preference_of(UUID(person)) if person else None
    if person is None:
        return False
    if row is not None and row.mail:
        Preference.objects.filter(person=row.person_id).update(mail=None, mail_confirmed_at=None)
        journal.record("messaging.unsubscribed", row.person, by=SYSTEM)
    return True


@transaction.atomic
def add_device(*, endpoint: str, key: str, secret: str, device: str, language: str = "", by: Actor) -> PushDevice:
    """A browser that takes messages from now on; the same one again is the same row, and whoever is signed in last has it.

    Raises Denied, NotASubscription, TooManyDevices.
    """
    require(may_set_preferences, by)
    try:
        webpush.read_subscription(endpoint, key, secret)
    except webpush.BadSubscription as error:
        raise NotASubscription from error
    if len(endpoint) > 1000 or not is_known_service(endpoint):
        raise NotASubscription
    digest = sha256(endpoint.encode()).hexdigest()
    if PushDevice.objects.filter(person=by.person_id).exclude(digest=digest).count() >= MOST_DEVICES:
        raise TooManyDevices
    facts: dict[str, Any] = {
        "person_id": by.person_id,
        "keys": json.dumps({"endpoint": endpoint, "p256dh": key, "auth": secret}),
        "device": device[:80],
        "language": language[:10],
    }
    row, _first = PushDevice.objects.update_or_create(digest=digest, defaults=facts)
    return row


@transaction.atomic
def drop_device(*, by: Actor, endpoint: str = "", pk: UUID | None = None) -> int:
    """One of one's own browsers takes no more messages. Returns how many were forgotten."""
    require(may_set_preferences, by)
    rows = PushDevice.objects.filter(person=by.person_id)
    rows = rows.filter(digest=sha256(endpoint.encode()).hexdigest()) if endpoint else rows.filter(pk__in=[pk])
    return rows.delete()[0]


def pass_device_on(pk: UUID, *, to: UUID | None) -> int:
    """The browser is with another account now (None: with nobody): what is told to whoever had it no longer comes there. Returns
    how many were forgotten."""
    rows = PushDevice.objects.filter(pk=pk)
    return (rows.exclude(person__account=to) if to else rows).delete()[0]


__all__ = [
    "NotNow",
    "add_device",
    "confirm_mail",
    "drop_device",
    "pass_device_on",
    "send_confirmation",
    "set_mail",
    "set_preferences",
    "unsubscribe",
]
