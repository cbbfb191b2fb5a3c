"""Where an account is signed in: seen, and ended for good."""

from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.identity import events, queries
from lantian.people.identity.models import Account
from lantian.people.identity.rules import may_manage_own_account

TOUCH_EVERY = timedelta(minutes=5)


def drop_sessions(account: Account, *, keep: str | None = None, only: int | None = None) -> int:
    """End sessions of an account without asking a rule: for services that have asked one. Returns how many.

    Unless it is about one of them (`only`), what other software holds of the account's sign-ons ends as well.
    """
    rows = UserSession.objects.filter(user_id=account.pk).exclude(session_key=keep or "")
    if only is not None:
        rows = rows.filter(pk=only)
    else:
        Token.objects.filter(user_id=account.pk).delete()
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


def forget_stale(before: datetime) -> int:
    """Retention: drop the records of sessions in which nobody was seen since that moment, and end them. Returns how many."""
    rows = queries.stale_sessions(before)
    with transaction.atomic():
        Session.objects.filter(session_key__in=rows.values("session_key")).delete()
        Session.objects.filter(expire_date__lt=timezone.now()).delete()  # nobody can go on with those
        return int(rows.delete()[0])


@transaction.atomic
def end_sessions(account: Account, *, by: Actor, keep: str | None = None, only: int | None = None) -> int:
    """End one's own sessions: all but the one with key `keep`, or the one with id `only`. Returns how many. Raises Denied."""
    require(may_manage_own_account, by, account)
    ended = drop_sessions(account, keep=keep, only=only)
    if ended:
        journal.record("identity.sessions_ended", account, by=by, count=ended)
        publish(events.SessionsEnded(object_id=account.pk, count=ended, **acted_by(by)))
    return ended


def renew_session(request: HttpRequest, account: Account) -> None:
    """After a change of password: keep this session alive under a new key. All others have ended with the old password."""
    old = request.session.session_key
    update_session_auth_hash(request, account)
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def touch_session(request: HttpRequest) -> None:
    """Note that the session is in use, at most every few minutes: a write per page would cost more than the page."""
    now = timezone.now()
    seen = request.session.get("seen", 0)
    if now.timestamp() - seen < TOUCH_EVERY.total_seconds():
        return
    request.session["seen"] = int(now.timestamp())
    adapter = get_adapter()
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=now, ip=adapter.get_client_ip(request), user_agent=adapter.get_http_user_agent(request)[:200]
    )
