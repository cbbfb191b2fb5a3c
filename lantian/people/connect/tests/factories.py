"""Registered software for tests, and its tokens as it would fetch them."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client as Browser

from lantian.kernel.rules import SYSTEM
from lantian.people.connect.enums import Kind, Scope, SignOnScope
from lantian.people.connect.models import Client
from lantian.people.connect.services import Terms, register_client
from lantian.people.roster.models import Organization, Person
from lantian.people.roster.tests.factories import with_account

TOKEN = "/identity/o/api/token"
AUTHORIZE = "/identity/o/authorize"
BACK = "https://reading.example.com/oidc/callback"
VERIFIER = "an-unguessable-verifier-of-at-least-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def registered(*units: Organization, scopes: "tuple[str, ...] | None" = None, **more) -> tuple[Client, str]:
    """A client of the first unit, for all of `units`, and its secret."""
    terms = Terms(
        name=more.pop("name", "排课软件"),
        organization=more.pop("organization", units[0]),
        units=units,
        scopes=Scope.values if scopes is None else scopes,
        **more,
    )
    return register_client(terms, by=SYSTEM)


def sign_on_client(*units: Organization, **more) -> tuple[Client, str]:
    """A client that people of `units` sign on to, approved for pupils and staff unless said otherwise."""
    said = {
        "name": "书香校园",
        "purpose": "阅读",
        "kinds": [Kind.SIGN_ON],
        "hands_over": [SignOnScope.PROFILE, SignOnScope.ROLES],
        "redirect_uris": [BACK],
        "approved": True,
    }
    return registered(*units, scopes=(), **{**said, **more})


def token_response(client: Client, secret: str, **more: str):
    basic = base64.b64encode(f"{client.oidc_id}:{secret}".encode()).decode()
    data = {"grant_type": "client_credentials", **more}
    return Browser().post(TOKEN, data, headers={"Authorization": f"Basic {basic}"})


def token_of(client: Client, secret: str, **more: str) -> str:
    answer = token_response(client, secret, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


def browser_of(person: Person) -> Browser:
    """A browser in which the person is signed in."""
    browser = Browser(headers={"X-Forwarded-For": "10.0.0.1"})
    known = Person.objects.select_related("account").get(pk=person.pk)
    browser.force_login(known.account or with_account(known))
    return browser


def request_of(client: Client, **more: str) -> str:
    """The address a browser is sent to by the software."""
    said = {
        "client_id": client.oidc_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid profile lantian.roles",
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }
    return f"{AUTHORIZE}?{urlencode({name: value for name, value in said.items() if value})}"


def answer_in(location: str) -> dict[str, str]:
    """The parameters with which the browser came back."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def code_for(browser: Browser, client: Client, **more: str) -> str:
    """The code that somebody's browser carries back; they are not asked, or have agreed."""
    page = browser.get(request_of(client, **more))
    assert page.status_code == 302, page.content.decode()
    return answer_in(page["Location"])["code"]


def exchanged(client: Client, secret: str, code: str, **more: str):
    """The answer of the token endpoint to a code."""
    said = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER, **more}
    return token_response(client, secret, **said)
