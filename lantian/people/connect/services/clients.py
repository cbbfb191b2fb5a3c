"""Software let in, its terms changed, given a new secret, stopped and let in again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require, within
from lantian.people.connect import events
from lantian.people.connect.engine import addresses
from lantian.people.connect.enums import Kind, Scope, SignOnScope
from lantian.people.connect.errors import (
    AlreadyOver,
    BadAddress,
    HasNoSecret,
    NoAddress,
    NoKind,
    NoReason,
    NothingOpened,
    OutsideOwnUnit,
    PublicReadsNothing,
)
from lantian.people.connect.models import Client
from lantian.people.connect.rules import may_register_client
from lantian.people.identity.services.passwords import ActivationCodeHasher

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

GRANT = OidcClient.GrantType
GRANTS: dict[str, tuple[str, ...]] = {
    Kind.DATA: (str(GRANT.CLIENT_CREDENTIALS),),
    Kind.SIGN_ON: (str(GRANT.AUTHORIZATION_CODE), str(GRANT.REFRESH_TOKEN)),
}


@dataclass(frozen=True)
class Terms:
    """On what terms software is let in.

    `units`: roots of what it may have and of who may sign on to it (none: all of `organization`); `expires_on`: its last day;
    `scopes` of the roster (Scope); `hands_over` of a person who signs on (SignOnScope); `approved`: pupils and staff are not
    asked one by one; `is_public`: it keeps no secret (decided once, at registration).
    """

    name: str
    organization: "Organization"
    scopes: Sequence[str] = ()
    units: "Sequence[Organization]" = ()
    purpose: str = ""
    may_have_sensitive: bool = False
    expires_on: date | None = None
    kinds: Sequence[str] = (Kind.DATA,)
    hands_over: Sequence[str] = ()
    redirect_uris: Sequence[str] = ()
    approved: bool = False
    is_public: bool = False

    @property
    def roots(self) -> "list[Organization]":
        return list(self.units) or [self.organization]

    @property
    def data_scopes(self) -> list[str]:
        return [scope for scope in Scope.values if scope in set(self.scopes)] if Kind.DATA in self.kinds else []

    @property
    def sign_on_scopes(self) -> list[str]:
        wanted = {*self.hands_over, SignOnScope.OPENID.value}
        return [scope for scope in SignOnScope.values if scope in wanted] if Kind.SIGN_ON in self.kinds else []

    @property
    def addresses(self) -> list[str]:
        return list(dict.fromkeys(self.redirect_uris)) if Kind.SIGN_ON in self.kinds else []


def _sealed(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash, and a slow one would cost every token a quarter of a second of CPU."""
    return make_password(secret, hasher=ActivationCodeHasher.algorithm)


def _check_addresses(registered: list[str]) -> None:
    if not registered:
        raise NoAddress
    for address in registered:
        if fault := addresses.fault_of(address):
            raise BadAddress(address, _(fault))


def _check(terms: Terms) -> None:
    if not all(within(unit.path, terms.organization.path) for unit in terms.roots):
        raise OutsideOwnUnit
    if not set(terms.kinds) & set(Kind.values):
        raise NoKind
    if Kind.DATA in terms.kinds and terms.is_public:
        raise PublicReadsNothing
    if Kind.DATA in terms.kinds and not terms.data_scopes:
        raise NothingOpened
    if Kind.SIGN_ON in terms.kinds:
        _check_addresses(terms.addresses)
    if (terms.may_have_sensitive or terms.approved) and not terms.purpose.strip():
        raise NoReason


def _put(oidc: OidcClient, terms: Terms, *, active: bool) -> None:
    """What the protocol has to know, onto allauth's client. A browser's app fetches its tokens across origins: from its own."""
    oidc.name = terms.name
    oidc.set_scopes([*terms.data_scopes, *terms.sign_on_scopes])
    oidc.set_default_scopes(terms.data_scopes)
    oidc.set_grant_types(
        [name for kind in Kind.values if kind in terms.kinds for name in GRANTS[kind]] if active else []
    )
    oidc.set_response_types(["code"] if Kind.SIGN_ON in terms.kinds else [])
    oidc.set_redirect_uris(terms.addresses)
    oidc.set_cors_origins(sorted({addresses.origin_of(one) for one in terms.addresses}) if terms.is_public else [])


def _facts(terms: Terms) -> dict[str, Any]:
    """The terms as the journal keeps them."""
    return {
        "name": terms.name,
        "purpose": terms.purpose.strip(),
        "units": sorted(str(unit.pk) for unit in terms.roots),
        "scopes": [*terms.data_scopes, *terms.sign_on_scopes],
        "redirect_uris": terms.addresses,
        "sensitive": terms.may_have_sensitive and Kind.DATA in terms.kinds,
        "approved": terms.approved and Kind.SIGN_ON in terms.kinds,
        "expires_on": terms.expires_on.isoformat() if terms.expires_on else "",
    }


@transaction.atomic
def register_client(terms: Terms, *, by: Actor) -> tuple[Client, str]:
    """Let software in; returns it and its secret, which nobody can read again (empty for one that keeps none).

    Raises Denied, OutsideOwnUnit, NoKind, NothingOpened, PublicReadsNothing, NoAddress, BadAddress, AlreadyOver, NoReason
    (sensitive facts, and deciding for others, want a purpose).
    """
    require(may_register_client, by, terms.organization)
    _check(terms)
    if terms.expires_on and terms.expires_on <= timezone.localdate():
        raise AlreadyOver
    secret = secrets.token_urlsafe(32)
    oidc = OidcClient(secret=_sealed(secret))
    oidc.type = OidcClient.Type.PUBLIC if terms.is_public else OidcClient.Type.CONFIDENTIAL
    _put(oidc, terms, active=True)
    oidc.save()
    facts = _facts(terms)
    client = Client.objects.create(
        oidc=oidc,
        organization=terms.organization,
        name=terms.name,
        purpose=facts["purpose"],
        may_have_sensitive=facts["sensitive"],
        approved=facts["approved"],
        expires_on=terms.expires_on,
        created_by_id=by.person_id,
    )
    client.units.set(terms.roots)
    journal.record("connect.client_registered", client, by=by, **facts)
    publish(events.ClientRegistered(object_id=client.pk, organization_id=client.organization_id, **acted_by(by)))
    return client, "" if terms.is_public else secret


def terms_of(client: Client) -> Terms:
    """The terms a client is let in on now. Two queries beside the client's own."""
    scopes = client.oidc.get_scopes()
    return Terms(
        name=client.name,
        organization=client.organization,
        scopes=[scope for scope in scopes if scope in Scope.values],
        units=list(client.units.order_by("path")),
        purpose=client.purpose,
        may_have_sensitive=client.may_have_sensitive,
        expires_on=client.expires_on,
        kinds=client.kinds,
        hands_over=[scope for scope in scopes if scope in SignOnScope.values],
        redirect_uris=client.oidc.get_redirect_uris(),
        approved=client.approved,
        is_public=client.is_public,
    )


def _kept(client: Client, by: Actor) -> Client:
    row = Client.objects.select_for_update(of=("self",)).select_related("organization", "oidc").get(pk=client.pk)
    require(may_register_client, by, row.organization)
    return row


def _narrower(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return any(set(before[name]) - set(after[name]) for name in ("scopes", "redirect_uris", "units"))


@transaction.atomic
def change_client(client: Client, terms: Terms, *, by: Actor) -> list[str]:
    """Let it in on other terms, from this moment; returns the names of what changed. Who answers for it, and whether it keeps a
    secret, stay as they are.

    When something is taken from it, its tokens end: it comes back for new ones. Raises what `register_client` raises.
    """
    row = _kept(client, by)
    before = _facts(terms_of(row))
    terms = replace(terms, organization=row.organization, is_public=row.is_public)
    _check(terms)
    after = _facts(terms)
    changed = [name for name, value in after.items() if value != before[name]]
    if not changed:
        return []
    if "expires_on" in changed and terms.expires_on and terms.expires_on <= timezone.localdate():
        raise AlreadyOver
    _put(row.oidc, terms, active=row.is_active)
    row.oidc.save()
    row.name, row.purpose, row.expires_on = terms.name, after["purpose"], terms.expires_on
    row.may_have_sensitive, row.approved = after["sensitive"], after["approved"]
    row.save(update_fields=["name", "purpose", "expires_on", "may_have_sensitive", "approved"])
    row.units.set(terms.roots)
    if _narrower(before, after):
        Token.objects.filter(client=row.oidc).delete()
    journal.record(
        "connect.client_changed",
        row,
        by=by,
        changed=changed,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    publish(events.ClientChanged(object_id=row.pk, organization_id=row.organization_id, **acted_by(by)))
    return changed


@transaction.atomic
def rotate_secret(client: Client, *, by: Actor) -> str:
    """A new secret; the old one and all tokens stop working at once. Raises Denied, HasNoSecret."""
    row = _kept(client, by)
    if row.is_public:
        raise HasNoSecret
    secret = secrets.token_urlsafe(32)
    row.oidc.secret = _sealed(secret)
    row.oidc.save(update_fields=["secret"])
    Token.objects.filter(client=row.oidc).delete()
    journal.record("connect.secret_rotated", row, by=by)
    return secret


@transaction.atomic
def stop_client(client: Client, *, by: Actor) -> Client:
    """Let it in no more, from this moment. Raises Denied."""
    row = _kept(client, by)
    row.is_active = False
    row.save(update_fields=["is_active"])
    row.oidc.set_grant_types([])
    row.oidc.save(update_fields=["grant_types"])
    Token.objects.filter(client=row.oidc).delete()
    journal.record("connect.client_stopped", row, by=by)
    publish(events.ClientStopped(object_id=row.pk, organization_id=row.organization_id, **acted_by(by)))
    return row


@transaction.atomic
def resume_client(client: Client, *, by: Actor) -> Client:
    """Let a stopped client in again. Raises Denied."""
    row = _kept(client, by)
    row.is_active = True
    row.save(update_fields=["is_active"])
    _put(row.oidc, terms_of(row), active=True)
    row.oidc.save()
    journal.record("connect.client_resumed", row, by=by)
    return row
