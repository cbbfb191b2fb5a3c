"""OpenID Connect (Core 1.0) and OAuth 2 (RFC 6749, 7636, 9700) over allauth's provider, and stricter than it.

allauth keeps clients and tokens and speaks the protocol. Here stand: who the subject is and what is said of them, that a stopped
or expired client and a person who left are refused at once, that redirect addresses are compared letter by letter, that PKCE is
S256 alone, that what software fetches by itself and what it is told of a person never mix, that a code or refresh token works
once even for two requests at one moment, and that somebody who has to prove anew who they are has done so since it was asked.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from allauth.core import context
from allauth.core.internal.httpkit import extract_basic_auth
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.internal.oauthlib.server import get_server
from allauth.idp.oidc.models import Token
from allauth.idp.oidc.views import token as allauths_token
from django.conf import settings
from django.core.signing import BadSignature, dumps, loads
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oauthlib.oauth2.rfc6749.errors import FatalClientError, OAuth2Error

from lantian.kernel.rules import check
from lantian.people.connect import queries
from lantian.people.connect.engine.addresses import is_registered
from lantian.people.connect.enums import Kind, Scope, SignOnScope
from lantian.people.connect.models import Client
from lantian.people.connect.rules import may_sign_on
from lantian.people.connect.services import families
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from allauth.idp.oidc.models import Client as OidcClient

    from lantian.kernel.rules import Text
    from lantian.people.identity.models import Account

AUTHORIZE = "/identity/o/authorize"
# Since when somebody is asked to sign in again, sealed, while they do.
ASKED, ASKED_SALT, ASKED_LIVES_S = "lantian_asked", "connect.asked_at", 900


_SECONDS = re.compile(r"[0-9]{1,9}")


class Unanswerable(Exception):
    """A request that names no software or no registered address: the person is told, and nobody is sent anywhere."""

    def __init__(self, message: "Text") -> None:
        self.message = message
        super().__init__(str(message))


class Answered(Exception):
    """A request that is answered at once, with an error for the software: `location` is where the browser goes."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__(location)


@dataclass(frozen=True)
class Asked:
    """A valid request for a sign-on. `query` is it without `prompt`, and with the scopes that the client may have."""

    client: Client
    query: str
    scopes: tuple[str, ...]
    prompts: frozenset[str]
    redirect_uri: str
    state: str
    max_age: int | None = None
    asked_at: float | None = None

    @property
    def again(self) -> str:
        """The query with which the browser comes back from signing in: what was asked, and since when."""
        prompts = " ".join(sorted(self.prompts))
        if not prompts and self.max_age is None:
            return self.query
        since = dumps(self.asked_at or time.time(), salt=ASKED_SALT)
        return f"{self.query}&{urlencode({'prompt': prompts, ASKED: since} if prompts else {ASKED: since})}"

    def is_fresh(self, authenticated_at: float | None) -> bool:
        """Whether somebody who last proved at `authenticated_at` (Unix time) who they are need not do so again (OpenID
        Connect Core §3.1.2.1, `prompt` and `max_age`)."""
        if "login" not in self.prompts and self.max_age is None:
            return True
        if authenticated_at is None:
            return False
        if self.asked_at is not None and authenticated_at >= self.asked_at:
            return True
        return "login" not in self.prompts and authenticated_at >= time.time() - (self.max_age or 0)

    def refuse(self, error: str, description: str = "") -> Answered:
        """The answer that says no: an error code of RFC 6749 §4.1.2.1 or OpenID Connect Core §3.1.2.6."""
        said = {"error": error}
        if description:
            said["error_description"] = description
        if self.state:
            said["state"] = self.state
        return Answered(with_query(self.redirect_uri, said))


def with_query(address: str, said: dict[str, str]) -> str:
    """An address with more parameters behind those it has."""
    parts = urlsplit(address)
    more = urlencode(said)
    return urlunsplit(parts._replace(query=f"{parts.query}&{more}" if parts.query else more))


def read_request(query: str) -> Asked:
    """Read a request for a sign-on (the query of the authorization endpoint). Raises Unanswerable, Answered."""
    said = QueryDict(query, mutable=True)
    if any(len(values) > 1 for _name, values in said.lists()):
        raise Unanswerable(gettext_lazy("登录请求里有重复的内容，没有照做。请回到那个软件重新登录。"))
    client = queries.client_of(said.get("client_id", ""))
    if client is None or not client.is_live(timezone.localdate()) or Kind.SIGN_ON not in client.kinds:
        raise Unanswerable(gettext_lazy("这个软件没有登记统一登录，或者已经停用、到期。请联系提供它的单位。"))
    target = said.get("redirect_uri", "")
    if not is_registered(target, client.oidc.get_redirect_uris()):
        raise Unanswerable(gettext_lazy("登录后要返回的地址没有登记，为了安全没有继续。请联系提供这个软件的单位。"))
    prompts = frozenset(said.pop("prompt", [""])[0].split())
    since = _sealed_moment(said.pop(ASKED, [""])[0])
    age = said.get("max_age", "")
    open_to_it = [scope for scope in client.oidc.get_scopes() if scope in SignOnScope.values]
    scopes = [scope for scope in said.get("scope", "").split() if scope in open_to_it]
    said["scope"] = " ".join(scopes)
    asked = Asked(
        client,
        said.urlencode(),
        tuple(scopes),
        prompts,
        target,
        said.get("state", ""),
        max_age=int(age) if _SECONDS.fullmatch(age) else None,
        asked_at=since,
    )
    if age and asked.max_age is None:
        raise asked.refuse("invalid_request", "max_age is a number of seconds")
    if SignOnScope.OPENID not in scopes:
        raise asked.refuse("invalid_scope", "the scope openid is missing")
    if "code_challenge" in said and said.get("code_challenge_method") != "S256":
        raise asked.refuse("invalid_request", "code_challenge_method is S256")
    if "request" in said or "request_uri" in said:
        raise asked.refuse("request_not_supported" if "request" in said else "request_uri_not_supported")
    try:
        get_server().validate_authorization_request(f"{AUTHORIZE}?{asked.query}", "GET", None, {})
    except FatalClientError as error:
        raise Unanswerable(_("登录请求不完整：%(what)s") % {"what": error.description or error.error}) from error
    except OAuth2Error as error:
        raise asked.refuse(error.error, error.description or "") from error
    return asked


def _sealed_moment(sealed: str) -> float | None:
    try:
        return float(loads(sealed, salt=ASKED_SALT, max_age=ASKED_LIVES_S)) if sealed else None
    except BadSignature:
        return None


def issue_code(asked: Asked, account: "Account", authenticated_at: float | None = None) -> str:
    """Where the browser goes with a code for `account`. The caller has asked the rule, and the person where that is due.

    `authenticated_at` (Unix time) is told to software that asked with `max_age`.
    """
    headers, _body, _status = get_server().create_authorization_response(
        f"{AUTHORIZE}?{asked.query}", "GET", None, {}, scopes=list(asked.scopes), credentials={"user": account}
    )
    location = str(headers["Location"])
    if asked.max_age is not None and authenticated_at is not None:
        families.note_auth_time(parse_qs(urlsplit(location).query)["code"][0], authenticated_at)
    return location


def _error(error: str, description: str, status: int = 400) -> JsonResponse:
    response = JsonResponse({"error": error, "error_description": description}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _client_id(request: HttpRequest) -> str:
    named, _secret = extract_basic_auth({"Authorization": request.headers.get("Authorization", "")})
    return str(named or request.POST.get("client_id", ""))


def _one_at_a_time(secret: str) -> None:
    """Two requests with one code or refresh token: the second waits until the first is done, and then finds it used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [secret])


def give_token(request: HttpRequest) -> HttpResponse:
    """The answer of the token endpoint. In a transaction."""
    refused = refuse_token(request)
    if refused is not None:
        return refused
    exchange = families.Exchange(request)
    answer: HttpResponse = allauths_token(request)
    exchange.keep(answer)
    return answer


def refuse_token(request: HttpRequest) -> JsonResponse | None:
    """What is wrong with a request at the token endpoint beyond what allauth looks at; None to let it on. In a transaction."""
    grant = request.POST.get("grant_type", "")
    client = queries.client_of(_client_id(request))
    if client is not None and not client.is_live(timezone.localdate()):
        return _error("unauthorized_client", "the client is stopped or has expired")
    if grant == "client_credentials" and set(request.POST.get("scope", "").split()) - set(Scope.values):
        return _error("invalid_scope", "a client by itself has the scopes of the roster alone")
    if grant == "authorization_code":
        _one_at_a_time(request.POST.get("code", ""))
    if grant == "refresh_token":
        value = request.POST.get("refresh_token", "")
        _one_at_a_time(value)
        token = Token.objects.select_related("user").filter(client=client.oidc if client else None)
        found = token.lookup(Token.Type.REFRESH_TOKEN, value)
        if found is not None and client is not None and not holds(client, found.user):
            Token.objects.filter(client=client.oidc, user=found.user).delete()
            return _error("invalid_grant", "the person may not sign on to this client any more")
        if found is None and client is not None and families.end_if_spent(client, value):
            return _error("invalid_grant", "the refresh token was used before: all tokens of this sign-on have ended")
    return None


def refuse_revocation(request: HttpRequest) -> JsonResponse | None:
    """A client ends its own tokens alone (RFC 7009 §2.1)."""
    token = Token.objects.by_value(request.POST.get("token", "")).first()
    if token is not None and token.client_id != _client_id(request):
        return _error("invalid_grant", "the token was not given to this client")
    return None


def refuse_userinfo(request: HttpRequest) -> JsonResponse | None:
    """A token of a stopped client, of nobody, or of somebody who left, opens nothing, from that moment on."""
    kind, _space, value = request.headers.get("Authorization", "").partition(" ")
    token = Token.objects.select_related("user").lookup(Token.Type.ACCESS_TOKEN, value.strip())
    client = queries.client_of(token.client_id) if token is not None and token.client_id else None
    if kind.lower() == "bearer" and token is not None and client is not None and holds(client, token.user):
        return None
    response = _error("invalid_token", "the token is unknown, has run out or was taken back", 401)
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def holds(client: Client, account: "Account | None") -> bool:
    """Whether what a person's sign-on gave to a client still holds: the account is open, and the rule still says yes."""
    if account is None or not account.is_active:
        return False
    return bool(check(may_sign_on, roster.actor_of_account(account), client))


def metadata(request: HttpRequest) -> dict[str, Any]:
    """What this provider can (OpenID Connect Discovery 1.0 §3)."""
    issuer = Adapter().get_issuer()
    api = f"{issuer}/identity/o/api"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}{AUTHORIZE}",
        "token_endpoint": f"{api}/token",
        "userinfo_endpoint": f"{api}/userinfo",
        "revocation_endpoint": f"{api}/revoke",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "scopes_supported": [*SignOnScope.values, *Scope.values],
        "claims_supported": ["sub", "auth_time", "name", "locale", "lantian.person", "lantian.roles"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "prompt_values_supported": ["none", "login", "consent"],
        "ui_locales_supported": ["zh-CN", "en"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


class Adapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth is untyped
    """What allauth asks of its host (settings.IDP_OIDC_ADAPTER)."""

    def get_issuer(self) -> str:
        return settings.LANTIAN_ISSUER or str(super().get_issuer())

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: "Account",
        client: "OidcClient",
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        registration = queries.client_of(client.id)
        return queries.claims_of(user, registration, tuple(scopes)) if registration else {"sub": str(user.pk)}

    def populate_id_token(
        self, id_token: dict[str, Any], client: "OidcClient", scopes: Iterable[str], **kwargs: Any
    ) -> None:
        """When the person last proved who they are, for software that asked."""
        id_token.pop("auth_time", None)  # oauthlib's is the moment of the token
        if at := getattr(context.request, "auth_time", None):
            id_token["auth_time"] = at

    def get_user_sub(self, client: "OidcClient", user: "Account") -> str:
        return str(user.pk)

    def get_user_by_sub(self, client: "OidcClient", sub: str) -> "Account | None":
        """The person a code was given to, if what it says still holds when it is used."""
        account: Account | None = super().get_user_by_sub(client, sub)
        registration = queries.client_of(client.id)
        return account if registration is not None and holds(registration, account) else None
