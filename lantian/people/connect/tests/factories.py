"""Registered software for tests, and its tokens as it would fetch them."""

import base64

from django.test import Client as Browser

from lantian.kernel.rules import SYSTEM
from lantian.people.connect.enums import Scope
from lantian.people.connect.models import Client
from lantian.people.connect.services import NewClient, register_client
from lantian.people.roster.models import Organization

TOKEN = "/identity/o/api/token"


def registered(*units: Organization, scopes: "tuple[str, ...] | None" = None, **more) -> tuple[Client, str]:
    """A client of the first unit, for all of `units`, and its secret."""
    new = NewClient(
        name=more.pop("name", "排课软件"),
        organization=more.pop("organization", units[0]),
        units=units,
        scopes=Scope.values if scopes is None else scopes,
        **more,
    )
    return register_client(new, by=SYSTEM)


def token_response(client: Client, secret: str, **more: str):
    basic = base64.b64encode(f"{client.oidc_id}:{secret}".encode()).decode()
    data = {"grant_type": "client_credentials", **more}
    return Browser().post(TOKEN, data, headers={"Authorization": f"Basic {basic}"})


def token_of(client: Client, secret: str, **more: str) -> str:
    answer = token_response(client, secret, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]
