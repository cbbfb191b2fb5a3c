"""Who may do what to accounts.

This app knows no schools: who keeps whose account is answered by the apps above, one answer per kind of account (`KEEPERS`).
"""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from lantian.kernel.registry import Registry
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule
from lantian.people.identity.enums import AccountKind
from lantian.people.identity.models import Account

KEEPING_ROLES = ("officer", "school_head", "school_it", "homeroom_teacher")
# Roles that reach far beyond one's own class need more than a password.
SECOND_FACTOR_ROLES = frozenset({"officer", "operator", "school_it"})

Keeper = Callable[[Actor, Account], Verdict]
KEEPERS: Registry[Keeper] = Registry("account keepers")


def needs_second_factor(actor: Actor) -> bool:
    """Whether one of the roles held, acted in or not, asks for a second factor."""
    return any(grant.role in SECOND_FACTOR_ROLES for grant in actor.grants)


@rule("identity.open_account")
def may_open_account(actor: Actor) -> Verdict:
    """Open accounts at all; for whom is asked by the service of the app above that calls."""
    if actor.has_role(*KEEPING_ROLES):
        return ALLOW
    return deny(_("只有学校和教育局的管理人员可以开通账号"))


@rule("identity.keep_account")
def may_keep_account(actor: Actor, account: Account) -> Verdict:
    """Reset, close and reopen an account, and end its sessions."""
    if actor.account_id == account.pk:
        return deny(_("自己的账号请在“我的”页面管理"))
    keeper = KEEPERS.get(account.kind)
    if keeper is None:
        return deny(_("您不能管理这个账号"))
    return keeper(actor, account)


@rule("identity.manage_own_account")
def may_manage_own_account(actor: Actor, account: Account) -> Verdict:
    """Change one's own password and language, see and end one's own sessions."""
    if actor.is_anonymous or actor.account_id != account.pk:
        return deny(_("只能管理自己的账号"))
    return ALLOW


@rule("identity.link_upstream")
def may_link_upstream(actor: Actor, account: Account) -> Verdict:
    """Tie one's own account to one of another platform, and untie it. A class screen is nobody's own."""
    if account.kind != AccountKind.PERSON:
        return deny(_("班级大屏不能关联外部账号"))
    return may_manage_own_account(actor, account)


@rule("identity.set_own_password")
def may_set_own_password(actor: Actor, account: Account) -> Verdict:
    """Set one's own password. A class screen's is kept by the school: whoever passes the screen could change it."""
    if account.kind == AccountKind.CLASS_SCREEN:
        return deny(_("班级大屏的密码由学校信息管理员设置"))
    return may_manage_own_account(actor, account)


@rule("identity.recover_by_phone")
def may_recover_by_phone(actor: Actor, account: Account) -> Verdict:
    """Set a new password with a code sent to the holder's phone: for people's open accounts, whoever asks.

    What is asked of the phone proves who it is; the second factor is asked afterwards all the same.
    """
    if account.kind != AccountKind.PERSON:
        return deny(_("班级大屏的密码由学校信息管理员设置"))
    if not account.is_active:
        return deny(_("这个账号已经停用，请联系学校"))
    return ALLOW
