"""Software let in, given a new secret, stopped and let in again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require, within
from lantian.people.connect import events
from lantian.people.connect.enums import Scope
from lantian.people.connect.errors import AlreadyOver, NoReason, NothingOpened, OutsideOwnUnit
from lantian.people.connect.models import Client
from lantian.people.connect.rules import may_register_client
from lantian.people.identity.services.passwords import ActivationCodeHasher

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

GRANTS = (str(OidcClient.GrantType.CLIENT_CREDENTIALS),)


@dataclass(frozen=True)
class NewClient:
    """Software to be let in. `units`: roots of what it may have (none: all of `organization`); `expires_on`: its last day."""

    name: str
    organization: "Organization"
    scopes: Sequence[str]
    units: "Sequence[Organization]" = ()
    purpose: str = ""
    may_have_sensitive: bool = False
    expires_on: date | None = None


def _sealed(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash, and a slow one would cost every token a quarter of a second of CPU."""
    return make_password(secret, hasher=ActivationCodeHasher.algorithm)


@transaction.atomic
def register_client(new: NewClient, *, by: Actor) -> tuple[Client, str]:
    """Let software in; returns it and its secret, which nobody can read again.

    Raises Denied, OutsideOwnUnit, NothingOpened, AlreadyOver, NoReason (sensitive facts want a purpose).
    """
    require(may_register_client, by, new.organization)
    units = list(new.units) or [new.organization]
    if not all(within(unit.path, new.organization.path) for unit in units):
        raise OutsideOwnUnit
    scopes = [scope for scope in Scope.values if scope in set(new.scopes)]
    if not scopes:
        raise NothingOpened
    if new.expires_on and new.expires_on <= timezone.localdate():
        raise AlreadyOver
    if new.may_have_sensitive and not new.purpose.strip():
        raise NoReason
    secret = secrets.token_urlsafe(32)
    oidc = OidcClient(name=new.name, secret=_sealed(secret), response_types="")
    oidc.set_scopes(scopes)
    oidc.set_default_scopes(scopes)
    oidc.set_grant_types(list(GRANTS))
    oidc.save()
    client = Client.objects.create(
        oidc=oidc,
        organization=new.organization,
        name=new.name,
        purpose=new.purpose.strip(),
        may_have_sensitive=new.may_have_sensitive,
        expires_on=new.expires_on,
        created_by_id=by.person_id,
    )
    client.units.set(units)
    journal.record(
        "connect.client_registered",
        client,
        by=by,
        name=client.name,
        scopes=scopes,
        units=[unit.pk for unit in units],
        sensitive=client.may_have_sensitive,
    )
    publish(events.ClientRegistered(object_id=client.pk, organization_id=client.organization_id, **acted_by(by)))
    return client, secret


def _kept(client: Client, by: Actor) -> Client:
    row = Client.objects.select_for_update(of=("self",)).select_related("organization", "oidc").get(pk=client.pk)
    require(may_register_client, by, row.organization)
    return row


@transaction.atomic
def rotate_secret(client: Client, *, by: Actor) -> str:
    """A new secret; the old one and all tokens stop working at once. Raises Denied."""
    row = _kept(client, by)
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
    row.oidc.set_grant_types(list(GRANTS))
    row.oidc.save(update_fields=["grant_types"])
    journal.record("connect.client_resumed", row, by=by)
    return row
