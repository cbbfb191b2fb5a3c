"""Reads about accounts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression
from django.utils import timezone
from django.utils.translation import gettext

from lantian.kernel import crypto
from lantian.kernel.holdings import Part, Subject
from lantian.kernel.registry import Registry
from lantian.kernel.retention import Line
from lantian.kernel.rules import Actor
from lantian.people.identity.engine.devices import describe
from lantian.people.identity.engine.names import normalise_login
from lantian.people.identity.models import Account, LoginName
from lantian.people.identity.rules import needs_second_factor

LOGIN_PURPOSE = "identity.login"

# Name → an expression over the account that apps above want read with the account of every request: what every page shows then
# costs no query of its own. Filled while apps get ready.
READ_ALONG: Registry[Callable[[], BaseExpression]] = Registry("facts read along with an account")

# AccountKind → the holder's phone number, "" when none is known: this app knows no persons.
PHONES: Registry[Callable[[Account], str]] = Registry("phones of account holders")


def login_index(name: str) -> bytes:
    """The blind index of a name one signs in with: one namespace for user names, phones and student numbers."""
    return crypto.blind_index(normalise_login(name), purpose=LOGIN_PURPOSE)


def account_by_login(typed: str) -> Account | None:
    """The account that signs in with this name, however it was typed."""
    row = LoginName.objects.select_related("account").filter(index=login_index(typed)).first()
    return row.account if row else None


def is_open(account_id: UUID) -> bool:
    """Whether an account is there and was not closed."""
    return Account.objects.filter(pk=account_id, is_active=True).exists()


def phone_of(account: Account) -> str:
    """The number that codes for this account are sent to; "" when there is none."""
    source = PHONES.get(account.kind)
    return source(account) if source else ""


def taken_login_names(names: Iterable[str]) -> set[str]:
    """Those of `names` (normalised) that some account signs in with already; one query."""
    by_index = {login_index(name): normalise_login(name) for name in names}
    found = LoginName.objects.filter(index__in=list(by_index)).values_list("index", flat=True)
    return {by_index[bytes(index)] for index in found}


def usernames_like(bases: Iterable[str]) -> set[str]:
    """User names in use that are one of `bases`, bare or with a number behind (and some that go on behind that); one query.

    Each is a stretch of the index on names: ":" comes next after the digits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.username FROM unnest(%s::text[]) b (base)"
            " JOIN identity_account a ON a.username >= b.base AND a.username < b.base || ':'",
            [sorted({base.lower() for base in bases})],
        )
        return {row[0] for row in cursor.fetchall()}


def has_second_factor(account: Account) -> bool:
    return bool(Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.TOTP).exists())


def must_enrol_second_factor(actor: Actor, account: Account) -> bool:
    """Whether this account's roles ask for a second factor that it has not got. Asks the database only if they do."""
    return needs_second_factor(actor) and not has_second_factor(account)


# What the operator may trust another platform to know somebody by ("student_number", …) → the account, if that is sure. Filled by
# the app above that knows people.
KNOWN_BY: Registry[Callable[[str], Account | None]] = Registry("what people are known by")


def upstream_of(account: Account, provider: str) -> SocialAccount | None:
    """The account at another platform that is tied to this one."""
    return SocialAccount.objects.filter(user_id=account.pk, provider=provider).first()


def account_by_upstream(provider: str, uid: str) -> Account | None:
    """The account that an account at another platform is tied to."""
    row = SocialAccount.objects.select_related("user").filter(provider=provider, uid=uid).first()
    return row.user if row else None


@dataclass(frozen=True)
class SessionRow:
    """One place where an account is signed in."""

    id: int
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


def sessions_of(account: Account, *, current_key: str | None = None) -> list[SessionRow]:
    """Where the account is signed in now, the latest seen first; two queries however many there are."""
    rows = list(UserSession.objects.filter(user_id=account.pk).order_by("-last_seen_at"))
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    return [
        SessionRow(
            id=row.pk,
            device=" · ".join(gettext(name) for name in describe(row.user_agent).split(" · ") if name),
            ip=row.ip,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.session_key == current_key,
        )
        for row in rows
        if row.session_key in alive
    ]


def count_of(subject: Subject) -> int:
    """How many accounts a person has."""
    return Account.objects.filter(pk__in=subject.account_ids).count()


def account_part(subject: Subject) -> Part:
    """A person's accounts, the ways to name them when signing in (masked, as we keep them), and where they are signed in."""
    ids = subject.account_ids
    found = [
        (gettext("用户名"), account.username, account.created_at)
        for account in Account.objects.filter(pk__in=ids).order_by("created_at")
    ]
    found += [
        (name.get_kind_display(), name.hint, name.created_at)
        for name in LoginName.objects.filter(account__in=ids).order_by("created_at")
    ]
    found += [
        (gettext("外部账号"), tie.uid, tie.date_joined)
        for tie in SocialAccount.objects.filter(user_id__in=ids).order_by("date_joined")
    ]
    found += [
        (gettext("登录设备"), session.ip, session.last_seen_at)
        for session in UserSession.objects.filter(user_id__in=ids).order_by("-last_seen_at")
    ]
    rows = [{"kind": kind, "value": value, "at": at.isoformat()} for kind, value, at in found]
    return Part(gettext("账号"), {"kind": gettext("项目"), "value": gettext("内容"), "at": gettext("时间")}, rows)


def stale_sessions(before: datetime) -> QuerySet[Any]:
    """Records of sessions in which nobody was seen since."""
    rows: QuerySet[Any] = UserSession.objects.filter(last_seen_at__lt=before)
    return rows


def sample_of_sessions(before: datetime, most: int) -> list[Line]:
    """Some of `stale_sessions`, by their device."""
    rows = stale_sessions(before).order_by("last_seen_at").values_list("user_agent", "last_seen_at")[:most]
    return [Line(" · ".join(gettext(name) for name in describe(agent).split(" · ") if name), at) for agent, at in rows]
