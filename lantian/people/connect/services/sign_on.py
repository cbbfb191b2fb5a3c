"""A person signs on to other software: asked where that is due, counted, and taken back."""

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.idp.oidc.models import Token
from django.db import transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.connect import events, queries
from lantian.people.connect.errors import NotSignedOn
from lantian.people.connect.models import Client, SignOn
from lantian.people.connect.rules import may_keep_own_sign_on, may_sign_on
from lantian.people.connect.services import protocol

if TYPE_CHECKING:
    from lantian.people.connect.queries import Standing
    from lantian.people.identity.models import Account


NOTE_EVERY = timedelta(minutes=1)


class MustAsk(Exception):
    """The person has not agreed to this yet, and nobody decided for them."""


@transaction.atomic
def sign_on(
    asked: protocol.Asked,
    account: "Account",
    *,
    by: Actor,
    standing: "Standing",
    agreed: bool = False,
    authenticated_at: float | None = None,
) -> str:
    """Let the person go to the software as who they are; returns where the browser goes, with a code in the address.

    `agreed`: the person has just said yes to `asked.scopes`; that is kept. `standing` is the actor's within the client's units.
    `authenticated_at`: when they last proved who they are (Unix time).
    Raises Denied, MustAsk.
    """
    client, now = asked.client, timezone.now()
    require(may_sign_on, by, client, standing)
    if not agreed and queries.must_ask(client, standing, asked.scopes, account.pk):
        raise MustAsk
    row, _new = SignOn.objects.get_or_create(client=client, account=account)
    row = SignOn.objects.select_for_update().get(pk=row.pk)
    if agreed:
        row.agreed, row.agreed_at, row.withdrawn_at = sorted({*row.agreed, *asked.scopes}), now, None
        journal.record("connect.agreed", row, by=by, scopes=list(asked.scopes))
    row.handed, row.times = list(asked.scopes), row.times + 1
    row.first_at, row.last_at = row.first_at or now, now
    row.save()
    if (
        client.last_used_at is None or client.last_used_at < now - NOTE_EVERY
    ):  # one row, and a whole school at eight o'clock
        Client.objects.filter(pk=client.pk).update(last_used_at=now)
    journal.record("connect.signed_on", row, by=by, scopes=list(asked.scopes))
    publish(events.SignedOn(object_id=client.pk, organization_id=client.organization_id, **acted_by(by)))
    return protocol.issue_code(asked, account, authenticated_at)


@transaction.atomic
def take_back(row: SignOn, *, by: Actor) -> None:
    """Take back what one agreed to: the software's tokens of oneself end at once, and it has to ask again, one by one also those
    for whom the bureau or school has decided.

    Raises Denied, NotSignedOn.
    """
    require(may_keep_own_sign_on, by, row)
    if (
        not SignOn.objects.filter(pk=row.pk)
        .exclude(agreed=[], times=0)
        .update(agreed=[], agreed_at=None, withdrawn_at=timezone.now())
    ):
        raise NotSignedOn
    Token.objects.filter(client=row.client.oidc_id, user=row.account_id).delete()
    journal.record("connect.taken_back", row, by=by)
