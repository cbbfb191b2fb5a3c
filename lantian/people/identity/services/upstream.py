"""Signing in with an account of another platform (a province's, say) over OpenID Connect, and nobody's account is taken by it.

An identity there opens an account here only when it is tied to it: by the holder, signed in, who has just given the password
once more; or, where the operator has declared that a number which that platform gives is to be believed, by that number as the
roster has it. Never by name, e-mail or phone, and no account is made. One account has one identity there at most, so a second
identity that claims the same number finds the door shut. Of what the platform says nothing is kept but the identifier.
"""

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.identity import events, queries
from lantian.people.identity.errors import AlreadyLinked, IdentityError, LinkedElsewhere, NotConfirmed, NotLinked
from lantian.people.identity.models import Account
from lantian.people.identity.rules import may_link_upstream
from lantian.people.identity.services.sign_in import actor_for

log = structlog.get_logger("identity")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Upstream:
    """The other platform, as the operator has declared it (settings.LANTIAN_UPSTREAM).

    `trusts`: pairs of a number by our name and the claim that gives it there.
    """

    issuer: str
    name: str
    client_id: str
    secret: str
    scope: tuple[str, ...]
    trusts: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """What ties are kept under: of another issuer the same subject is somebody else."""
        return "oidc-" + hashlib.sha256(self.issuer.encode()).hexdigest()[:16]


def configured() -> Upstream | None:
    """The other platform; None when there is none, or what is declared cannot be used safely (the log says why)."""
    said = settings.LANTIAN_UPSTREAM
    if not said["issuer"]:
        return None
    parts = urlsplit(said["issuer"])
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        log.warning("upstream_without_tls", issuer=said["issuer"])
        return None
    pairs = [pair.partition("=") for pair in said["trusts"].replace(" ", "").split(",") if pair]
    trusts = tuple((known, claim or known) for known, _mark, claim in pairs)
    if unknown := [known for known, _claim in trusts if known not in queries.KNOWN_BY]:
        log.warning("upstream_trust_unknown", names=unknown)
        return None
    return Upstream(
        issuer=said["issuer"],
        name=said["name"] or parts.netloc,
        client_id=said["client_id"],
        secret=said["secret"],
        scope=tuple(dict.fromkeys(["openid", *said["scope"].split()])),
        trusts=trusts,
    )


def _known_account(upstream: Upstream, claims: dict[str, Any]) -> Account | None:
    """The one account that the believed numbers name. Two that name different people name nobody."""
    found = {
        account.pk: account
        for known, claim in upstream.trusts
        if isinstance(value := claims.get(claim), str)
        and value.strip()
        and (account := queries.KNOWN_BY[known](value.strip())) is not None
    }
    return next(iter(found.values())) if len(found) == 1 else None


@transaction.atomic
def link_upstream(account: Account, *, provider: str, uid: str, how: str, by: Actor) -> SocialAccount:
    """Tie an identity of another platform to an account. `how`: "self", or the number by which it was known.

    Raises Denied, LinkedElsewhere, AlreadyLinked.
    """
    require(may_link_upstream, by, account)
    Account.objects.select_for_update().get(pk=account.pk)
    other = queries.account_by_upstream(provider, uid)
    if other is not None and other.pk != account.pk:
        raise LinkedElsewhere
    mine = queries.upstream_of(account, provider)
    if mine is not None:
        if mine.uid != uid:
            raise AlreadyLinked
        return mine
    try:
        with transaction.atomic():
            row = SocialAccount.objects.create(user=account, provider=provider, uid=uid, extra_data={})
    except IntegrityError as error:  # two at one moment: the constraint lets one of them through
        raise LinkedElsewhere from error
    journal.record("identity.upstream_linked", account, by=by, provider=provider, how=how)
    publish(events.UpstreamLinked(object_id=account.pk, **acted_by(by)))
    return row


@transaction.atomic
def unlink_upstream(account: Account, *, by: Actor) -> None:
    """Untie all identities of other platforms from an account. Raises Denied, NotLinked."""
    require(may_link_upstream, by, account)
    if not SocialAccount.objects.filter(user=account).delete()[0]:
        raise NotLinked
    journal.record("identity.upstream_unlinked", account, by=by)
    publish(events.UpstreamUnlinked(object_id=account.pk, **acted_by(by)))


# What allauth asks of its host ---------------------------------------------------------------------------------------------


class Protocol(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth is untyped
    """The protocol's side: one address to come back to; id_token verified by the published keys, and as its issuer's."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("identity_upstream_callback"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        known = self.openid_config
        raw = kwargs["response"].get("id_token")
        if known["issuer"].rstrip("/") != app.settings["server_url"] or not raw:
            raise OAuth2Error("not the issuer that was declared, or no id_token")
        claims = jwtkit.verify_and_decode(
            credential=raw,
            keys_url=known["jwks_uri"],
            issuer=known["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if known.get("userinfo_endpoint"):
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("the userinfo is another person's")
            claims = {**told, **claims}
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})


class Provider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth is untyped
    """The other platform as allauth knows it: with PKCE, and nothing kept of what it says."""

    oauth2_adapter_class = Protocol
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        return list(self.app.settings["scope"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []

    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> SocialLogin:
        found = super().sociallogin_from_response(request, response)
        found.claims = response["id_token"]
        return found


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """settings.SOCIALACCOUNT_ADAPTER."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        upstream = configured()
        if upstream is None or provider not in {None, upstream.key, "openid_connect"}:
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=upstream.key,
                name=upstream.name,
                client_id=upstream.client_id,
                secret=upstream.secret,
                settings={"server_url": upstream.issuer, "scope": upstream.scope, "oauth_pkce_enabled": True},
            )
        ]

    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> Provider:
        return Provider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No e-mail."""

    def on_authentication_error(self, *args: Any, **kwargs: Any) -> None:
        log.info("upstream_failed", error=str(kwargs.get("error")), why=str(kwargs.get("exception"))[:200])
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("identity_upstream_failed")))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Somebody has proved an identity there: tie it, let its account in, or say what to do."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(_linked(request, sociallogin))
        if sociallogin.is_existing:
            return
        account = _tied_by_number(sociallogin)
        if account is None:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("identity_upstream_unknown")))
        sociallogin.user = account


def _tied_by_number(sociallogin: SocialLogin) -> Account | None:
    upstream = configured()
    account = _known_account(upstream, sociallogin.claims) if upstream else None
    if upstream is None or account is None or not account.is_active:
        return None
    how = ",".join(known for known, _claim in upstream.trusts)
    try:
        sociallogin.account = link_upstream(
            account, provider=upstream.key, uid=sociallogin.account.uid, how=how, by=actor_for(account)
        )
    except IdentityError:
        journal.record("identity.upstream_refused", account, by=actor_for(account), provider=upstream.key)
        return None
    return account


def _linked(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    account = request.user
    try:
        started_by = (sociallogin.state.get("data") or {}).get("account")
        if (
            not isinstance(account, Account)
            or started_by != str(account.pk)
            or not did_recently_reauthenticate(request)
        ):
            raise NotConfirmed
        link_upstream(
            account,
            provider=sociallogin.account.provider,
            uid=sociallogin.account.uid,
            how="self",
            by=actor_for(account),
        )
    except IdentityError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("已关联，以后可以用那个账号登录。"))
    return HttpResponseRedirect(reverse("identity_links"))


def address_there(request: HttpRequest, *, after: str, account: Account | None = None) -> str:
    """Where the browser goes to prove who somebody is: to sign in, or, with `account`, to tie the identity to it. `after`: our
    address to come to then. Raises Http404 when no platform is declared, RequestException when it does not answer.
    """
    upstream = configured()
    if upstream is None:
        raise Http404
    provider = SocialAdapter(request).get_provider(request, upstream.key)
    process = AuthProcess.LOGIN if account is None else AuthProcess.CONNECT
    data = None if account is None else {"account": str(account.pk)}
    answer = provider.redirect(request, process=process, next_url=after, data=data)
    return str(answer["Location"])


def come_back(request: HttpRequest) -> HttpResponse:
    """The browser is back from there."""
    upstream = configured()
    if upstream is None:
        raise Http404
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(Protocol(request, upstream.key))(request)
    except (RequestException, KeyError, ValueError) as error:
        log.info("upstream_failed", why=str(error)[:200])
        return HttpResponseRedirect(reverse("identity_upstream_failed"))
    return answer
