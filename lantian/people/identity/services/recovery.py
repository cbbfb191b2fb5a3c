"""A forgotten password, made new with a code sent to the holder's phone.

Nobody learns from any answer whether an account exists or has a phone: asking always looks the same, a wrong code and an unknown
name are refused in the same words, and the message goes out from the worker, so that its time cannot be measured either.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel import crypto, jobs
from lantian.kernel.events import publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, ActorKind, check, require
from lantian.people.identity import events
from lantian.people.identity.errors import RecoveryCodeWrong
from lantian.people.identity.models import Account, RecoveryCode
from lantian.people.identity.queries import account_by_login, phone_of
from lantian.people.identity.rules import may_recover_by_phone
from lantian.people.identity.services import sessions
from lantian.people.identity.services.accounts import check_strength
from lantian.people.identity.services.passwords import hash_password
from lantian.people.identity.services.texting import texter

DIGITS = 6
GOOD_FOR = timedelta(minutes=10)
PAUSE = timedelta(seconds=60)  # between two messages to one account
MOST_A_DAY = 5
PURPOSE = "identity.recovery"
STRANGER = Actor(kind=ActorKind.ANONYMOUS)


def _index(account_id: UUID, code: str) -> bytes:
    return crypto.blind_index(f"{account_id}:{code}", purpose=PURPOSE)


def ask_for_code(login: str) -> None:
    """Have a code sent to the phone of whoever signs in with `login`. Always returns alike, whoever that is."""
    account = account_by_login(login)
    if account is not None and check(may_recover_by_phone, STRANGER, account):
        jobs.enqueue("identity.send_recovery_code", account=str(account.pk), once=f"identity.recovery.{account.pk}")


def send_code(account_id: UUID | str) -> bool:
    """The worker's part: make a code and send it, at most one a minute and MOST_A_DAY a day. Whether one was sent.

    Raises TextNotSent; then no code was made, and the job tries again.
    """
    way = texter()
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=account_id).first()
        if way is None or account is None or not check(may_recover_by_phone, STRANGER, account):
            return False
        now, phone = timezone.now(), phone_of(account)
        sent = account.recovery_codes.filter(created_at__gt=now - timedelta(days=1))
        if not phone or sent.count() >= MOST_A_DAY or sent.filter(created_at__gt=now - PAUSE).exists():
            return False
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        account.recovery_codes.filter(expires_at__gt=now).update(expires_at=now)  # the newest alone is good
        RecoveryCode.objects.create(account=account, index=_index(account.pk, code), expires_at=now + GOOD_FOR)
        journal.record("identity.recovery_code_sent", account, by=STRANGER)
        minutes = int(GOOD_FOR.total_seconds() // 60)
        text = _("【蓝天】您的验证码是 %(code)s，%(minutes)s 分钟内有效。不是您本人操作请忽略，不要告诉任何人。")
        values = {"code": code, "minutes": minutes}
        way.send(phone, text % values, template="recovery", values=values)
    return True


def redeem_code(login: str, code: str) -> Account:
    """The account whose phone got this code; the code is used up. Raises RecoveryCodeWrong, whatever was wrong."""
    account = account_by_login(login)
    typed = "".join(char for char in code if char.isdigit())
    if account is None or not _take(account, typed):
        raise RecoveryCodeWrong
    return account


@transaction.atomic
def _take(account: Account, code: str) -> bool:
    """Whether it is the code; a try is used up by a no, the code by a yes. Commits in either case."""
    if not check(may_recover_by_phone, STRANGER, account):
        return False
    rows = RecoveryCode.objects.select_for_update().filter(account=account, expires_at__gt=timezone.now())
    row = rows.filter(tries_left__gt=0).order_by("-created_at").first()
    if row is None:
        return False
    if not secrets.compare_digest(bytes(row.index), _index(account.pk, code)):
        row.tries_left -= 1
        row.save(update_fields=["tries_left"])
        journal.record("identity.recovery_failed", account, by=STRANGER)
        return False
    row.expires_at = timezone.now()
    row.save(update_fields=["expires_at"])
    return True


@transaction.atomic
def set_recovered_password(account: Account, *, password: str) -> None:
    """Replace a forgotten password, for the holder of the phone; all sessions end, the second factor stays.

    The caller has seen the code redeemed in this very session. Raises Denied, ValidationError, TooManySignIns.
    """
    require(may_recover_by_phone, STRANGER, account)
    check_strength(password, account)
    account.password = hash_password(password)
    account.must_set_password = False
    account.code_expires_at = None
    account.save(update_fields=["password", "must_set_password", "code_expires_at"])
    ended = sessions.drop_sessions(account)
    holder = Actor(kind=ActorKind.PERSON, name=str(account), account_id=account.pk)
    journal.record("identity.password_recovered", account, by=holder, sessions_ended=ended)
    publish(events.PasswordRecovered(object_id=account.pk, actor_id=account.pk, actor_kind="person"))


def forget_old_codes() -> int:
    """Codes that count for no limit any more. Returns how many were deleted."""
    return RecoveryCode.objects.filter(created_at__lt=timezone.now() - timedelta(days=2)).delete()[0]
