"""Another platform that people sign in at: a small OpenID Connect provider of its own, written with joserfc."""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "lantian-here", "their-secret"


@dataclass
class Province:
    """The platform. `says` is what it adds of whoever signs in; `wrong` are claims it gets wrong on purpose."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    says: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    wrong_userinfo: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    signs_with: RSAKey | None = None

    def __post_init__(self) -> None:
        province = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*province.answer(self.path, "", self.headers))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                self._answer(*province.answer(self.path, body, self.headers))

            def _answer(self, status: int, said: dict[str, Any]) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(said).encode())

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def sign_in(self, address: str, subject: str) -> str:
        """Somebody signs in there; the address with which their browser comes back."""
        said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert said["client_id"] == CLIENT
        assert said["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = {"subject": subject, "challenge": said["code_challenge"], "back": said["redirect_uri"]}
        return f"{said['redirect_uri']}?{urlencode({'code': code, 'state': said['state']})}"

    def answer(self, path: str, body: str, headers: Any) -> tuple[int, dict[str, Any]]:
        if path.startswith("/.well-known/openid-configuration"):
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            known: dict[str, Any] = {f"{name}_endpoint": f"{self.url}/{at}" for name, at in names.items()}
            methods = ["client_secret_basic", "client_secret_post"]
            return 200, {
                **known,
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "token_endpoint_auth_methods_supported": methods,
            }
        if path == "/jwks":
            return 200, {"keys": [{**self.key.as_dict(private=False), "alg": "RS256"}]}
        if path == "/token":
            return self._token({name: values[0] for name, values in parse_qs(body).items()})
        subject = self.tokens.get(headers.get("Authorization", "").removeprefix("Bearer "))
        return (200, {"sub": subject, **self.says, **self.wrong_userinfo}) if subject else (401, {})

    def _token(self, said: dict[str, str]) -> tuple[int, dict[str, Any]]:
        found = self.codes.pop(said.get("code", ""), None)
        digest = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if found is None or proved != found["challenge"] or said.get("client_secret") != SECRET:
            return 400, {"error": "invalid_grant"}
        token, now = secrets.token_urlsafe(8), int(time.time())
        self.tokens[token] = found["subject"]
        claims = {"iss": self.url, "aud": CLIENT, "sub": found["subject"], "iat": now, "exp": now + 300}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.wrong}, self.signs_with or self.key)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": signed}
