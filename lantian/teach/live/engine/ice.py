"""Servers that help two browsers find one another (RFC 8445), as a browser takes them. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

CREDENTIAL_S = 6 * 3600  # longer than any lesson


def ice_servers(stun: Sequence[str], turn: Sequence[str], secret: str, name: str, now_s: float) -> list[dict[str, Any]]:
    """RTCIceServer dictionaries. The TURN password is made for `name` and runs out by itself: a time in Unix seconds and the
    name are the user, its HMAC-SHA-1 under the secret shared with the server the password (coturn's `use-auth-secret`,
    draft-uberti-behave-turn-rest-00). Without a secret no TURN server is named."""
    servers: list[dict[str, Any]] = [{"urls": list(stun)}] if stun else []
    if turn and secret:
        user = f"{int(now_s) + CREDENTIAL_S}:{name}"
        mark = hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()
        servers.append({"urls": list(turn), "username": user, "credential": base64.b64encode(mark).decode()})
    return servers
