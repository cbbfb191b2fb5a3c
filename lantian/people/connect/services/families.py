"""All tokens that came of one sign-on are a family: a refresh token that is used twice ends the whole of it (RFC 9700 §4.14.2).

allauth deletes a refresh token that was used. What is left of it here is its digest, until it would have run out by itself. The
family's id, and when the person last proved who they are, stand in `data` of each of its tokens.
"""

import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM
from lantian.people.connect.models import Client, SpentToken

CODE_LIVES_S = 60
OF_PEOPLE = ("authorization_code", "refresh_token")


def _digest(value: str) -> str:
    return str(get_adapter().hash_token(value))


def _key(code: str) -> str:
    return f"connect.auth_time.{hashlib.sha256(code.encode()).hexdigest()}"


def note_auth_time(code: str, at: float) -> None:
    """Keep with a code when its person last proved who they are (Unix time), for the token that it is changed for."""
    cache.set(_key(code), int(at), CODE_LIVES_S)


def end_if_spent(client: Client, refresh_token: str) -> bool:
    """Whether a refresh token was used before; if so, all tokens of its family end."""
    spent = SpentToken.objects.filter(digest=_digest(refresh_token), client=client).first()
    if spent is None:
        return False
    ended, _ = Token.objects.filter(client=client.oidc_id, data__family=str(spent.family)).delete()
    journal.record("connect.token_reused", client, by=SYSTEM, ended=ended)
    return True


class Exchange:
    """A request at the token endpoint, from before allauth answers it until after."""

    def __init__(self, request: HttpRequest) -> None:
        self.grant = request.POST.get("grant_type", "")
        self.used: Token | None = None
        known: dict[str, Any] = {}
        if self.grant == "refresh_token":
            self.used = Token.objects.lookup(Token.Type.REFRESH_TOKEN, request.POST.get("refresh_token", ""))
            known = (self.used.data if self.used else None) or {}
        elif self.grant == "authorization_code":
            known = {"auth_time": cache.get(_key(request.POST.get("code", "")))}
        self.family = str(known.get("family") or uuid4())
        self.auth_time: int | None = known.get("auth_time")
        request.auth_time = self.auth_time  # type: ignore[attr-defined]  # for Adapter.populate_id_token

    def keep(self, answer: HttpResponse) -> None:
        """Note of whose family the tokens are that were just given, and that the refresh token they were given for is spent."""
        if self.grant not in OF_PEOPLE or answer.status_code != 200:
            return
        said = json.loads(answer.content)
        digests = [_digest(said[name]) for name in ("access_token", "refresh_token") if name in said]
        kept = {"family": self.family} | ({"auth_time": self.auth_time} if self.auth_time else {})
        Token.objects.filter(hash__in=digests).update(data=kept)
        if self.used is not None and self.used.client_id:
            SpentToken.objects.create(
                digest=self.used.hash,
                client=Client.objects.get(oidc=self.used.client_id),
                family=UUID(self.family),
                expires_at=self.used.expires_at or timezone.now(),
            )


def forget_spent_tokens() -> int:
    """Delete what is left of refresh tokens that would have run out by now. Returns how many."""
    return int(SpentToken.objects.filter(expires_at__lt=timezone.now()).delete()[0])
