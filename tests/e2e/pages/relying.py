"""A tiny piece of other software that people sign on to, on an independent OpenID Connect library (authlib, joserfc)."""

import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

SCOPE = "openid profile lantian.roles"


@dataclass
class Attempt:
    """One sign-on under way: what the software remembers until the browser is back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass
class Reading:
    """The software: it knows the issuer, its own identifier and secret, and finds all else by discovery."""

    issuer: str
    back: str
    client_id: str = ""
    secret: str = ""
    attempts: dict[str, Attempt] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, Any]:
        return dict(httpx.get(f"{self.issuer}/.well-known/openid-configuration").raise_for_status().json())

    def session(self) -> OAuth2Session:
        return OAuth2Session(
            self.client_id, self.secret, scope=SCOPE, redirect_uri=self.back, code_challenge_method="S256"
        )

    def begin(self, **more: str) -> Attempt:
        """Where the browser is sent, with PKCE and a nonce."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        address, state = self.session().create_authorization_url(
            self.known["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more
        )
        attempt = Attempt(address, state, nonce, verifier)
        self.attempts[state] = attempt
        return attempt

    def tokens(self, came_back: str, attempt: Attempt, *, verifier: str = "") -> dict[str, Any]:
        """Tokens for the code in the address with which the browser came back. Raises OAuthError."""
        return dict(
            self.session().fetch_token(
                self.known["token_endpoint"],
                authorization_response=came_back,
                state=attempt.state,
                code_verifier=verifier or attempt.verifier,
            )
        )

    def claims(self, tokens: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
        """What the id_token says: signature by the published keys, issuer, audience, nonce, times and at_hash are checked."""
        known = self.known
        keys = KeySet.import_key_set(httpx.get(known["jwks_uri"]).json())
        token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={"iss": {"value": known["issuer"]}, "aud": {"value": self.client_id}},
            params={"nonce": attempt.nonce, "client_id": self.client_id, "access_token": tokens["access_token"]},
        )
        claims.validate()
        return dict(claims)

    def userinfo(self, tokens: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        return httpx.get(self.known["userinfo_endpoint"], headers=headers)


class Served:
    """The software behind an address of this machine: `/` signs on, the way back greets by name."""

    def __init__(self, issuer: str) -> None:
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.answer(self)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        self.software = Reading(issuer, f"{self.url}/back")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if not request.path.startswith("/back"):
            request.send_response(302)
            request.send_header("Location", self.software.begin().address)
            request.end_headers()
            return
        came_back = self.url + request.path
        said = httpx.URL(came_back).params
        attempt = self.software.attempts.pop(said.get("state", ""))
        if "code" in said:
            tokens = self.software.tokens(came_back, attempt)
            told = self.software.claims(tokens, attempt) | self.software.userinfo(tokens).json()
            words = f"hello {told['name']} " + " ".join(role["role"] for role in told["lantian.roles"])
        else:
            words = f"no: {said['error']}"
        request.send_response(200)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.end_headers()
        request.wfile.write(f"<!doctype html><title>reading</title><p id=said>{words}</p>".encode())

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
