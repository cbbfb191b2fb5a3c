"""Which addresses may be asked: http or https, of a host that is nobody's own network."""

import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit


class Refused(Exception):
    """An address that is not asked; `code`: "form", "private"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """Where an address leads."""

    secure: bool
    host: str
    port: int
    path: str


def read(url: str) -> Target:
    """Raises Refused for what is no plain address of the web."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("form") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise Refused("form")
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise Refused("form")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, parts.hostname, port or (443 if secure else 80), path)


def is_open(address: str) -> bool:
    """Whether an IP address belongs to the internet at large."""
    try:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if mapped is not None and not is_open(str(mapped)):
        return False
    return found.is_global and not found.is_multicast


def choose(target: Target, addresses: Iterable[str], allowed: Collection[str]) -> list[str]:
    """The IP addresses to connect to, one after the other, and no others afterwards. All that the name leads to must be fit,
    unless the host (or host:port) is allowed by whoever runs the platform. Raises Refused.
    """
    found = list(dict.fromkeys(addresses))
    if target.host in allowed or f"{target.host}:{target.port}" in allowed:
        return found
    if not found or not all(is_open(each) for each in found):
        raise Refused("private")
    return found
