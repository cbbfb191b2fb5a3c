"""A request with a token: whose it is, what it may have, and how often it asks."""

from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.db import connection
from django.utils import timezone

from lantian.kernel.rules import Actor, ActorKind
from lantian.people.connect.models import Client, ClientUse
from lantian.people.connect.queries import Access, roots_of

# What a client may ask for in a minute; a page holds up to ten thousand records.
REQUESTS_PER_MINUTE = 1200
KEEP_USE = timedelta(days=400)


def access_of(token: str) -> Access | None:
    """What a bearer token opens of the roster, or None for one that was never given, ran out, was taken back, or was given for a
    person's sign-on. Three queries.
    """
    found = Token.objects.lookup(Token.Type.ACCESS_TOKEN, token)
    if found is None or found.client_id is None or found.user_id is not None:
        return None
    client = Client.objects.select_related("organization").filter(oidc_id=found.client_id).first()
    if client is None:
        return None
    actor = Actor(kind=ActorKind.CLIENT, name=client.name, organization_id=client.organization_id)
    return Access(client, frozenset(found.get_scopes()), roots_of(client), client.may_have_sensitive, actor=actor)


def count_request(client: Client) -> tuple[bool, int]:
    """Put a request into the client's log. (whether it is within the limit, seconds until the next minute). One statement."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO connect_clientuse AS u (client_id, minute, requests) VALUES (%s, %s, 1)"
            " ON CONFLICT (client_id, minute) DO UPDATE SET requests = u.requests + 1 RETURNING requests",
            [client.pk, minute],
        )
        count = int(cursor.fetchone()[0])
    if count == 1:
        Client.objects.filter(pk=client.pk).update(last_used_at=now)
    return count <= REQUESTS_PER_MINUTE, _left(now)


def _left(now: datetime) -> int:
    return 60 - now.second


def forget_old_use() -> int:
    """Drop what is older than a year of the clients' logs, and tokens that ran out. Returns the number of rows."""
    gone = ClientUse.objects.filter(minute__lt=timezone.now() - KEEP_USE).delete()[0]
    return gone + int(Token.objects.expired().delete()[0])
