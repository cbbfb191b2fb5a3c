"""Asking another server: never one of our own network, never more than is bounded, never longer than is patient."""

import contextlib
import http.client
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from lantian.content.sharing.engine import fetching
from lantian.content.sharing.engine.fetching import Refused, Target
from lantian.content.sharing.errors import AddressRefused, Unreachable
from lantian.kernel.numbers import number_of

CONNECT_S, READ_S, WHOLE_S = 10, 30, 120
MOST_BYTES, MOST_PACKED = 32 << 20, 16 << 20
MOST_REDIRECTS, PIECE = 3, 1 << 16
AGENT = "Lantian OAI-PMH harvester"


class Later(Exception):
    """The other side asks for patience: so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def fetch(url: str, said: Mapping[str, str]) -> bytes:
    """What an address answers to a question. Raises AddressRefused, Unreachable, Later (503 with Retry-After)."""
    address = f"{url}{'&' if '?' in url else '?'}{urlencode(said)}"
    until = time.monotonic() + WHOLE_S
    for _turn in range(MOST_REDIRECTS + 1):
        answer = _ask(address, until)
        if answer.status in (301, 302, 303, 307, 308) and answer.headers.get("Location"):
            address = urljoin(address, answer.headers["Location"])
            continue
        if answer.status in (429, 503):
            raise Later(patience(answer.headers.get("Retry-After", "")))
        if answer.status != 200:
            raise Unreachable(_("对方回答 HTTP %(status)s") % {"status": answer.status})
        return answer.body
    raise Unreachable(_("对方把我们转来转去，没有结果"))


def patience(said: str) -> float:
    """Seconds of a Retry-After: a number, or a date; some minutes where it says nothing."""
    seconds = number_of(said.strip())
    if seconds is not None:
        return min(float(seconds), 7 * 86400.0)
    try:
        at = parsedate_to_datetime(said)
        return min(max((at - datetime.now(UTC)).total_seconds(), 1.0), 7 * 86400.0)
    except (ValueError, TypeError):
        return 300.0


def _places(target: Target) -> list[str]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(_("找不到主机 %(host)s") % {"host": target.host}) from error
    try:
        return fetching.choose(target, [str(each[4][0]) for each in found], settings.LANTIAN_HARVEST_HOSTS)
    except Refused as error:
        raise AddressRefused(_("%(host)s 是内部网络的地址，不能采集") % {"host": target.host}) from error


def _connected(target: Target, places: list[str]) -> socket.socket:
    """To the first address that answers: of a host with two, one may lead nowhere from here."""
    failed: OSError | None = None
    for place in places:
        try:
            return socket.create_connection((place, target.port), timeout=CONNECT_S)
        except OSError as error:
            failed = error
    raise Unreachable(_("连不上 %(host)s") % {"host": target.host}) from failed


def _ask(address: str, until: float) -> _Answer:
    """One request, to the very IP address that was judged: the name is not looked up again."""
    try:
        target = fetching.read(address)
    except Refused as error:
        raise AddressRefused(_("地址要以 http:// 或 https:// 开头")) from error
    line = _connected(target, _places(target))
    try:
        line.settimeout(READ_S)
        if target.secure:
            line = ssl.create_default_context().wrap_socket(line, server_hostname=target.host)
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = line
        connection.request(
            "GET",
            target.path,
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "text/xml, application/xml"},
        )
        answer = connection.getresponse()
        body = _body(answer, until) if answer.status == 200 else b""
        return _Answer(answer.status, answer.headers, body)
    except (OSError, http.client.HTTPException, zlib.error) as error:
        raise Unreachable(_("对方的应答断了：%(why)s") % {"why": type(error).__name__}) from error
    finally:
        with contextlib.suppress(OSError):
            line.close()


def _body(answer: http.client.HTTPResponse, until: float) -> bytes:
    packed = answer.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip")
    opener = zlib.decompressobj(16 + zlib.MAX_WBITS) if packed else None
    out, came = bytearray(), 0
    while piece := answer.read1(PIECE):
        came += len(piece)
        if opener is not None:
            piece = opener.decompress(piece, MOST_BYTES + 1 - len(out))
        out += piece
        if came > (MOST_PACKED if packed else MOST_BYTES) or len(out) > MOST_BYTES:
            raise Unreachable(_("对方一次给的太多，最多 %(mb)s MB") % {"mb": MOST_BYTES >> 20})
        if time.monotonic() > until:
            raise Unreachable(_("对方太慢了"))
    if answer.length:  # it had promised more
        raise Unreachable(_("对方的应答断了：%(why)s") % {"why": "IncompleteRead"})
    return bytes(out)
