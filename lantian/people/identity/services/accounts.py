"""Open, reset, close accounts; the holder's own password and language."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.identity import events
from lantian.people.identity.engine.names import USERNAME, mask, normalise_login
from lantian.people.identity.enums import AccountKind, LoginKind
from lantian.people.identity.errors import AlreadySet, BadLoginName, LoginNameTaken, WrongPassword
from lantian.people.identity.models import Account, LoginName
from lantian.people.identity.queries import login_index, taken_login_names
from lantian.people.identity.rules import may_keep_account, may_open_account, may_set_own_password
from lantian.people.identity.rules import may_manage_own_account as may_manage_own
from lantian.people.identity.services import passwords, sessions

LoginNames = Sequence[tuple[LoginKind, str]]


@dataclass(frozen=True)
class NewAccount:
    """What an account is opened with. Without a password an activation code is made; `password` is hashed slowly."""

    username: str
    display_name: str
    login_names: LoginNames = ()
    kind: AccountKind = AccountKind.PERSON
    id: UUID | None = None


@dataclass(frozen=True)
class OpenedAccount:
    """An account and, when it waits for its first sign-in, the code to print on the slip: it cannot be read again."""

    account: Account
    code: str | None


def _checked_username(username: str) -> str:
    name = normalise_login(username)
    if not USERNAME.fullmatch(name):
        raise BadLoginName
    return name


def _names_of(row: NewAccount) -> list[tuple[LoginKind, str]]:
    names = [(LoginKind.USERNAME, _checked_username(row.username))]
    known = {names[0][1]}
    for kind, name in row.login_names:
        normalised = normalise_login(name)
        if normalised and normalised not in known:
            known.add(normalised)
            names.append((kind, normalised))
    return names


def _login_rows(account: Account, names: list[tuple[LoginKind, str]]) -> list[LoginName]:
    return [LoginName(account=account, kind=kind, index=login_index(name), hint=mask(name)) for kind, name in names]


def _refuse_taken(wanted: list[tuple[LoginKind, str]]) -> None:
    taken = taken_login_names(name for _, name in wanted)
    seen: set[str] = set()
    for kind, name in wanted:
        if name in taken or name in seen:
            raise LoginNameTaken(kind)
        seen.add(name)


@transaction.atomic
def bulk_open_accounts(
    rows: Sequence[NewAccount], *, by: Actor, shared_password: str | passwords.SharedPassword | None = None
) -> list[OpenedAccount]:
    """Open many accounts with a fixed number of statements, in the order given.

    Each gets an activation code, unless `shared_password` (for demonstrations) is given: that is hashed once for all, or was.
    Raises Denied, BadLoginName, LoginNameTaken (then none is opened), TooManySignIns.
    """
    require(may_open_account, by)
    if not rows:
        return []
    shared = passwords.share(shared_password) if isinstance(shared_password, str) else shared_password
    encoded = shared.encoded if shared is not None else None
    accounts: list[Account] = []
    codes: list[str | None] = []
    wanted: list[list[tuple[LoginKind, str]]] = []
    expires = timezone.now() + passwords.CODE_VALID
    for row in rows:
        names = _names_of(row)
        code = None if encoded else passwords.new_code()
        accounts.append(
            Account(
                id=row.id or uuid4(),
                kind=row.kind,
                username=names[0][1],
                display_name=row.display_name,
                password=encoded or passwords.hash_code(code or ""),
                must_set_password=encoded is None and row.kind == AccountKind.PERSON,
                code_expires_at=expires if encoded is None and row.kind == AccountKind.PERSON else None,
            )
        )
        codes.append(code)
        wanted.append(names)
    _refuse_taken([name for names in wanted for name in names])
    _insert(
        accounts, [row for account, names in zip(accounts, wanted, strict=True) for row in _login_rows(account, names)]
    )
    journal.record_many("identity.account_opened", accounts, by=by)
    if len(accounts) == 1:
        publish(events.AccountOpened(object_id=accounts[0].pk, kind=str(accounts[0].kind), **acted_by(by)))
    else:
        publish(events.AccountsOpened(object_id=accounts[0].pk, count=len(accounts), **acted_by(by)))
    return [OpenedAccount(account, code) for account, code in zip(accounts, codes, strict=True)]


def _insert(accounts: list[Account], names: list[LoginName]) -> None:
    try:
        with transaction.atomic():
            Account.objects.bulk_create(accounts, batch_size=1000)
            LoginName.objects.bulk_create(names, batch_size=1000)
    except IntegrityError as error:  # somebody took a name between our look and our write
        raise LoginNameTaken(LoginKind.USERNAME) from error


@transaction.atomic
def open_account(
    *,
    by: Actor,
    username: str,
    display_name: str,
    kind: AccountKind = AccountKind.PERSON,
    login_names: LoginNames = (),
    password: str | None = None,
    id: UUID | None = None,
) -> OpenedAccount:
    """Open one account: with `password` it is ready, without it gets a code and asks for a password at first sign-in.

    Raises Denied, BadLoginName, LoginNameTaken, TooManySignIns, and ValidationError for a weak password (not in demo mode).
    """
    row = NewAccount(username=username, display_name=display_name, login_names=login_names, kind=kind, id=id)
    if password is not None:
        check_strength(password, Account(username=username, display_name=display_name))
    return bulk_open_accounts([row], by=by, shared_password=password)[0]


def create_screen_account(
    *, by: Actor, username: str, display_name: str, password: str | None = None, id: UUID | None = None
) -> OpenedAccount:
    """Open the account that a class screen signs in with; its sessions last a school year.

    One account per room: the caller sees to it.

    Without `password` the code is its password, printed for whoever sets up the room. Raises as `open_account`.
    """
    return open_account(
        by=by, username=username, display_name=display_name, kind=AccountKind.CLASS_SCREEN, password=password, id=id
    )


def check_strength(password: str, account: Account) -> None:
    """Refuse a password that is too easy. Raises ValidationError."""
    validate_password(password, account)


@transaction.atomic
def add_login_name(account: Account, *, kind: LoginKind, name: str, by: Actor) -> None:
    """Let the account sign in by one more name; a new phone replaces the old. Raises Denied, LoginNameTaken."""
    require(may_keep_account, by, account)
    normalised = normalise_login(name)
    index = login_index(normalised)
    if LoginName.objects.filter(index=index, account=account).exists():
        return
    _refuse_taken([(kind, normalised)])
    LoginName.objects.filter(account=account, kind=kind).exclude(kind=LoginKind.USERNAME).delete()
    try:
        with transaction.atomic():
            LoginName.objects.create(account=account, kind=kind, index=index, hint=mask(normalised))
    except IntegrityError as error:  # somebody took it between our look and our write
        raise LoginNameTaken(kind) from error
    journal.record("identity.login_name_added", account, by=by, kind=kind, hint=mask(normalised))


@transaction.atomic
def rename_account(account: Account, *, display_name: str, by: Actor) -> None:
    """Keep the name an account is shown with in step with its holder's. Raises Denied."""
    require(may_keep_account, by, account)
    Account.objects.filter(pk=account.pk).update(display_name=display_name)
    account.display_name = display_name


@transaction.atomic
def drop_login_name(account: Account, *, kind: LoginKind, by: Actor) -> None:
    """Let the account no longer sign in by its phone or student number. Raises Denied."""
    require(may_keep_account, by, account)
    if LoginName.objects.filter(account=account, kind=kind).exclude(kind=LoginKind.USERNAME).delete()[0]:
        journal.record("identity.login_name_dropped", account, by=by, kind=kind)


@transaction.atomic
def reset_account(account: Account, *, by: Actor) -> str:
    """Give the account a new activation code, end its sessions, forget its second factor and its ties to other platforms: whoever
    had taken it is out by every door. Returns the code.

    Raises Denied.
    """
    require(may_keep_account, by, account)
    code = passwords.new_code()
    account.password = passwords.hash_code(code)
    account.must_set_password = account.kind == AccountKind.PERSON
    account.code_expires_at = timezone.now() + passwords.CODE_VALID if account.must_set_password else None
    account.save(update_fields=["password", "must_set_password", "code_expires_at"])
    Authenticator.objects.filter(user_id=account.pk).delete()
    SocialAccount.objects.filter(user_id=account.pk).delete()
    ended = sessions.drop_sessions(account)
    journal.record("identity.account_reset", account, by=by, sessions_ended=ended)
    publish(events.AccountReset(object_id=account.pk, **acted_by(by)))
    return code


@transaction.atomic
def close_account(account: Account, *, by: Actor, reason: str) -> None:
    """Close an account: nobody signs in with it, its sessions end. Raises Denied."""
    require(may_keep_account, by, account)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    account.is_active = False
    sessions.drop_sessions(account)
    journal.record("identity.account_closed", account, by=by, reason=reason)
    publish(events.AccountClosed(object_id=account.pk, **acted_by(by)))


@transaction.atomic
def reopen_account(account: Account, *, by: Actor) -> None:
    """Open a closed account again. Raises Denied."""
    require(may_keep_account, by, account)
    Account.objects.filter(pk=account.pk).update(is_active=True)
    account.is_active = True
    journal.record("identity.account_reopened", account, by=by)
    publish(events.AccountReopened(object_id=account.pk, **acted_by(by)))


@transaction.atomic
def set_first_password(account: Account, *, password: str, by: Actor) -> None:
    """Replace the activation code by a password of one's own. Raises Denied, AlreadySet, ValidationError, TooManySignIns."""
    require(may_set_own_password, by, account)
    if not account.must_set_password:
        raise AlreadySet
    _store_password(account, password, by=by)


@transaction.atomic
def change_password(account: Account, *, current: str, password: str, by: Actor) -> None:
    """Change one's own password; all other sessions end. Raises Denied, WrongPassword, ValidationError, TooManySignIns."""
    require(may_set_own_password, by, account)
    if not passwords.matches(account, current):
        raise WrongPassword
    _store_password(account, password, by=by)


def _store_password(account: Account, password: str, *, by: Actor) -> None:
    check_strength(password, account)
    account.password = passwords.hash_password(password)
    account.must_set_password = False
    account.code_expires_at = None
    account.save(update_fields=["password", "must_set_password", "code_expires_at"])
    journal.record("identity.password_set", account, by=by)
    publish(events.PasswordSet(object_id=account.pk, **acted_by(by)))


@transaction.atomic
def remember_language(account: Account, *, language: str, by: Actor) -> None:
    """Keep the language that the holder chose. Raises Denied; ValueError for a language that is not offered."""
    require(may_manage_own, by, account)
    if language not in dict(settings.LANGUAGES):
        raise ValueError(language)
    if account.language != language:
        Account.objects.filter(pk=account.pk).update(language=language)
        account.language = language
