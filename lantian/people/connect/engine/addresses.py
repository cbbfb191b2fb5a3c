"""Addresses that a browser may be sent back to after a sign-on (RFC 6749 §3.1.2, RFC 8252 §7.3, RFC 9700 §2.1)."""

import re
from urllib.parse import urlsplit

LONGEST = 500
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# What a URI is written with (RFC 3986 §2), without the fragment's mark and the wildcard's.
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()+,;=%-]+")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.?")


def gettext_noop(words: str) -> str:
    """Marks words for translation: the service translates them, since engines know no Django."""
    return words


def fault_of(address: str) -> str:
    """What is wrong with an address as a target of a sign-on, in words; empty when it may be one."""
    if "*" in address:
        return gettext_noop("地址要写完整，不能用 * 代替一部分。")
    if "#" in address:
        return gettext_noop("地址里不能有 # 和它后面的部分。")
    if len(address) > LONGEST or not _CHARACTERS.fullmatch(address):
        return gettext_noop("这不是一个完整的网址；中文域名请写成 xn-- 的形式。")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return gettext_noop("这不是一个完整的网址；中文域名请写成 xn-- 的形式。")
    if "@" in parts.netloc:
        return gettext_noop("网址里不能带用户名或密码。")
    if parts.scheme == "http" and host in LOOPBACK:
        return ""
    if parts.scheme != "https":
        return gettext_noop("网址要以 https:// 开头；只有本机（localhost）可以用 http://。")
    return "" if _HOST.fullmatch(host) else gettext_noop("这不是一个完整的网址；中文域名请写成 xn-- 的形式。")


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as a browser's Origin header has them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_registered(address: str, registered: list[str]) -> bool:
    """Whether `address` is one of those registered, letter by letter; of a loopback IP the port may be any (RFC 8252 §7.3)."""
    return address in registered or any(_is_loopback_twin(address, known) for known in registered)


def _is_loopback_twin(address: str, known: str) -> bool:
    try:
        one, other = urlsplit(address), urlsplit(known)
        ports = (one.port, other.port)
    except ValueError:
        return False
    if other.scheme != "http" or other.hostname not in {"127.0.0.1", "::1"} or "@" in one.netloc or "#" in address:
        return False
    same = (one.scheme, one.hostname, one.path, one.query) == (other.scheme, other.hostname, other.path, other.query)
    return same and ports[0] != ports[1]
