"""How allauth signs people in here: by any login name, with hashing capped, with no sign-up and no e-mail."""

import base64
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lantian.kernel import crypto
from lantian.kernel.events import publish
from lantian.kernel.journal import services as journal
from lantian.kernel.prepared import prepared
from lantian.kernel.rules import Actor, ActorKind
from lantian.people.identity import events
from lantian.people.identity.engine.names import normalise_login
from lantian.people.identity.enums import AccountKind
from lantian.people.identity.errors import TooManySignIns
from lantian.people.identity.models import Account
from lantian.people.identity.queries import READ_ALONG, account_by_login
from lantian.people.identity.services import passwords

SECOND_FACTOR = "identity.second_factor"
# A class screen stays signed in for a school year and its holidays.
SCREEN_SESSION_SECONDS = 400 * 24 * 3600


@prepared
def _open_account(id: UUID) -> QuerySet[Account]:
    along = {name: expression() for name, expression in READ_ALONG.items()}
    return Account.objects.filter(pk=id, is_active=True).annotate(**along)


class LoginNameBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Finds the account by user name, phone or student number; a name that nobody has takes as long as a wrong password."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        self._did_check_password = True
        account = account_by_login(str(credentials.get("username") or ""))
        signed_in = request is not None and request.user.is_authenticated  # then the password is asked once more
        if not passwords.matches(account, str(credentials.get("password") or ""), renew=not signed_in):
            return None
        assert account is not None
        if not self.user_can_authenticate(account):
            self._stash_user(account)  # allauth then shows the page for closed accounts
            return None
        return account

    def get_user(self, user_id: UUID) -> Account | None:
        return _open_account.first(user_id)


def actor_for(account: Account) -> Actor:
    """The holder of an account as far as identity knows them: for what happens before roles are worked out."""
    kind = ActorKind.SCREEN if account.kind == AccountKind.CLASS_SCREEN else ActorKind.PERSON
    return Actor(kind=kind, name=str(account), account_id=account.pk)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """What allauth asks of its host."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No e-mail: schools' people are reached otherwise."""

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # attempts are counted per account, whichever of its names is typed; unknown names each on their own
        typed = str(credentials.get("username") or "")
        account = account_by_login(typed)
        return str(account.pk) if account else normalise_login(typed)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        try:
            user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        except TooManySignIns:
            self._rollback_login_failed_rl_usage()  # nobody's fault: not counted as an attempt
            raise
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        account = account_by_login(str(credentials.get("username") or ""))
        if account is not None:
            journal.record("identity.sign_in_failed", account, by=Actor(kind=ActorKind.ANONYMOUS))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        assert isinstance(user, Account)
        super().login(request, user)
        if user.kind == AccountKind.CLASS_SCREEN:
            request.session.set_expiry(SCREEN_SESSION_SECONDS)
        actor = actor_for(user)
        publish(events.SignedIn(object_id=user.pk, actor_id=user.pk, actor_kind=str(actor.kind)))
        journal.record("identity.signed_in", user, by=actor)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if getattr(request.user, "kind", "") == AccountKind.CLASS_SCREEN:
            return "/live/screen/"
        return str(super().get_login_redirect_url(request))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return "/"

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return HttpResponse(status=302, headers={"Location": reverse("account_inactive")})

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """allauth's own remarks ("you have signed in as …") say nothing that the next page does not show."""


def authenticated_at(request: HttpRequest) -> float | None:
    """When whoever is signed in last proved in this session who they are (Unix time, seconds); None when it is not known."""
    moments = [float(record["at"]) for record in get_authentication_records(request, request.user)]
    return max(moments, default=None)


def enter_first_time(request: HttpRequest, account: Account) -> None:
    """Sign in the holder of an account that this very request opened, so that they set its password now.

    Raises ValueError for an account that has a password: nobody enters one of those without it.
    """
    if not account.must_set_password or account.last_login is not None:
        raise ValueError("not a new account")
    login(request, account, backend="lantian.people.identity.services.sign_in.LoginNameBackend")
    UserSession.objects.create_from_request(
        request
    )  # as allauth does: else this session could be neither seen nor ended
    actor = actor_for(account)
    publish(events.SignedIn(object_id=account.pk, actor_id=account.pk, actor_kind=str(actor.kind)))
    journal.record("identity.signed_in", account, by=actor)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Secrets of authenticator apps and recovery codes are sealed like other private facts."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.encrypt(text, context=SECOND_FACTOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(base64.b64decode(encrypted_text), context=SECOND_FACTOR).decode()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No e-mail."""
