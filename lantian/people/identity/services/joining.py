"""Two accounts of one human being: one goes on, the other is closed; and apart again."""

from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.identity.enums import LoginKind
from lantian.people.identity.models import Account, LoginName
from lantian.people.identity.rules import may_keep_account
from lantian.people.identity.services.accounts import close_account, reopen_account


@dataclass(frozen=True)
class Absorbed:
    """What `absorb_account` did: ids of the sign-in names and of the ties to other platforms that changed hands, and whether the
    other one was open."""

    login_names: list[str]
    was_active: bool
    upstream: list[int]


@transaction.atomic
def absorb_account(kept: Account, dropped: Account, *, by: Actor, reason: str) -> Absorbed:
    """Close `dropped` and let `kept` also sign in by what it has none of itself: phone, student number, an identity of another
    platform.

    The password and second factor of `kept` stay as they are. Raises Denied (both must be kept by `by`).
    """
    require(may_keep_account, by, kept)
    require(may_keep_account, by, dropped)
    own = set(LoginName.objects.filter(account=kept).values_list("kind", flat=True))
    free = [kind for kind in (LoginKind.PHONE, LoginKind.STUDENT_NUMBER) if kind not in own]
    rows = LoginName.objects.select_for_update().filter(account=dropped, kind__in=free)
    moved = [str(pk) for pk in rows.values_list("pk", flat=True)]
    was_active = dropped.is_active
    if was_active:
        close_account(dropped, by=by, reason=reason)
    LoginName.objects.filter(pk__in=moved).update(account=kept)
    upstream = _take_upstream(kept, dropped)
    journal.record(
        "identity.account_absorbed", kept, by=by, other=dropped.username, login_names=len(moved), upstream=len(upstream)
    )
    return Absorbed(moved, was_active, upstream)


def _take_upstream(kept: Account, dropped: Account) -> list[int]:
    """Ties of `dropped` to platforms that `kept` has none to: of one platform an account has one identity (see upstream)."""
    Account.objects.select_for_update().get(pk=kept.pk)  # who ties an identity to it holds this row as well
    own = SocialAccount.objects.filter(user_id=kept.pk).values("provider")
    rows = SocialAccount.objects.select_for_update().filter(user_id=dropped.pk).exclude(provider__in=own)
    ids = list(rows.values_list("pk", flat=True))
    SocialAccount.objects.filter(pk__in=ids).update(user_id=kept.pk)
    return ids


@transaction.atomic
def release_account(kept: Account, dropped: Account, *, by: Actor, absorbed: Absorbed) -> None:
    """Undo `absorb_account`: sign-in names and ties go back, and the other account opens again if it was open. Raises Denied."""
    require(may_keep_account, by, kept)
    LoginName.objects.filter(pk__in=absorbed.login_names, account=kept).update(account=dropped)
    SocialAccount.objects.filter(pk__in=absorbed.upstream, user_id=kept.pk).update(user_id=dropped.pk)
    if absorbed.was_active:
        reopen_account(dropped, by=by)
    journal.record("identity.account_released", kept, by=by, other=dropped.username)
