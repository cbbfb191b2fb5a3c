"""Two accounts of one human being: one goes on, the other is closed; and apart again."""

from dataclasses import dataclass

from django.db import transaction

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.identity.enums import LoginKind
from lantian.people.identity.models import Account, LoginName
from lantian.people.identity.rules import may_keep_account
from lantian.people.identity.services.accounts import close_account, reopen_account


@dataclass(frozen=True)
class Absorbed:
    """What `absorb_account` did: ids of the sign-in names that changed hands, and whether the other one was open."""

    login_names: list[str]
    was_active: bool


@transaction.atomic
def absorb_account(kept: Account, dropped: Account, *, by: Actor, reason: str) -> Absorbed:
    """Close `dropped` and let `kept` also sign in by those of its phone and student number that it has none of itself.

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
    journal.record("identity.account_absorbed", kept, by=by, other=dropped.username, login_names=len(moved))
    return Absorbed(moved, was_active)


@transaction.atomic
def release_account(kept: Account, dropped: Account, *, by: Actor, absorbed: Absorbed) -> None:
    """Undo `absorb_account`: sign-in names go back, and the other account opens again if it was open. Raises Denied."""
    require(may_keep_account, by, kept)
    LoginName.objects.filter(pk__in=absorbed.login_names, account=kept).update(account=dropped)
    if absorbed.was_active:
        reopen_account(dropped, by=by)
    journal.record("identity.account_released", kept, by=by, other=dropped.username)
