"""Tickets to a live session: a signed statement of who may do what, verified without a database.

Form: base64url(JSON) "." base64url(HMAC-SHA-256 over the first part), unpadded. The names are short because a ticket
travels in an address.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Literal
from uuid import UUID

LIFETIME_S = 12 * 3600
LONGEST = 2048
Role = Literal["teach", "class", "student", "guest", "observe", "lobby"]
ROLES = frozenset({"teach", "class", "student", "guest", "observe", "lobby"})
Duty = Literal["", "host", "room"]
DUTIES = frozenset({"", "host", "room"})


class TicketInvalid(Exception):
    """Torn, forged, expired, or nothing we ever made."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """s session, l lesson, r role, a account, p person, c class, o organisation (ids as text), n display name,
    on organisation's name, d duty (host: on the sending side beside the teacher; room: the assistant of class c; else empty),
    exp Unix seconds, j a random mark: renewed tickets keep it, so a guest stays one guest."""

    s: str | None
    l: str | None  # noqa: E741 - the wire's name
    r: Role
    a: str | None = None
    p: str | None = None
    c: str | None = None
    o: str | None = None
    n: str = ""
    on: str = ""
    d: Duty = ""
    exp: int = 0
    v: int = 1
    j: str = field(default_factory=lambda: secrets.token_hex(6))

    def expired(self, now_s: float) -> bool:
        return now_s >= self.exp

    @property
    def issued(self) -> int:
        """Unix seconds at which it was made, or made anew."""
        return self.exp - LIFETIME_S

    def stale(self, now_s: float) -> bool:
        """Past half of its life: time for a new one."""
        return now_s >= self.exp - LIFETIME_S // 2

    def renewed(self, now_s: float) -> "Ticket":
        return replace(self, exp=int(now_s) + LIFETIME_S)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def ticket_key(secret: str) -> bytes:
    """The signing key, derived from the platform's secret for this purpose alone."""
    return hmac.new(secret.encode(), b"lantian.live.ticket.v1", hashlib.sha256).digest()


def sign(ticket: Ticket, key: bytes) -> str:
    body = _encode(json.dumps(asdict(ticket), ensure_ascii=False, separators=(",", ":")).encode())
    return f"{body}.{_encode(hmac.new(key, body.encode(), hashlib.sha256).digest())}"


def verify(text: str, key: bytes, now_s: float) -> Ticket:
    """Raises TicketInvalid."""
    if len(text) > LONGEST:
        raise TicketInvalid("too long")
    body, dot, mark = text.partition(".")
    try:
        if not dot or not hmac.compare_digest(_decode(mark), hmac.new(key, body.encode(), hashlib.sha256).digest()):
            raise TicketInvalid("signature")
        ticket = Ticket(**json.loads(_decode(body)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise TicketInvalid("torn") from error
    if ticket.v != 1 or ticket.r not in ROLES or ticket.d not in DUTIES:
        raise TicketInvalid("version")
    if ticket.expired(now_s):
        raise TicketInvalid("expired")
    for value in (ticket.s, ticket.l, ticket.a, ticket.p, ticket.c, ticket.o):
        if value is not None:
            UUID(value)
    return ticket
