"""The address for WHIP (RFC 9725): HTTP from the front door, over a socket of its own.

POST   /whip          the offer, with the key as bearer token → 201, the answer, where the session is
PATCH  /whip/NAME     further candidates → 204; ICE restarts are refused (422)
DELETE /whip/NAME     the end → 200
"""

import asyncio
import concurrent.futures
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from uuid import UUID

import structlog

from lantian.kernel.numbers import number_of
from lantian.teach.live.services.janus import JanusAway, JanusRefused
from lantian.teach.recorders.consumers.whip import Coming, Taken, Whip
from lantian.teach.recorders.engine.whip import OFFER_BYTES, Unreadable, Unwanted, parse_fragment, parse_offer

log = structlog.get_logger("recorders")
PATH = "/whip"
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
AT_ONCE = 32  # requests; the front door lets strangers in
PATIENCE_S, ANSWER_S = 5.0, 20.0
PASSED_BYTES = 1 << 20  # of what is too long: read and dropped
METHODS = {"endpoint": "OPTIONS, POST", "session": "OPTIONS, PATCH, DELETE"}
OPEN_TO_PAGES = {  # it is a bearer's token that lets one in, never a cookie: a page of any origin may try
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Location",
}


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]  # names in small letters
    body: bytes = field(default=b"", repr=False)

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def key(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    @property
    def address(self) -> str:
        """Of whoever asks, by the front door's word."""
        return self.headers.get("x-forwarded-for", "")


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class No(Exception):
    """An answer that is a refusal."""

    def __init__(self, status: int, text: str, **headers: str) -> None:
        super().__init__(text)
        self.told = Told(status, text, {name.replace("_", "-"): value for name, value in headers.items()})


class Door:
    """Answers. `admit(key, address)` gives the recorder (in the loop); raises No."""

    def __init__(self, whip: Whip, admit: Callable[[str, str], Coroutine[Any, Any, UUID]]) -> None:
        self._whip, self._admit = whip, admit

    async def answer(self, asked: Asked) -> Told:
        try:
            return await self._answered(asked)
        except No as no:
            return no.told
        except JanusAway:
            return Told(503, "The media server is being restarted.", {"Retry-After": "2"})
        except JanusRefused as refused:
            log.info("Janus refused a WHIP source", reason=str(refused)[:200])
            return Told(422, "The media server does not take this.")

    async def _answered(self, asked: Asked) -> Told:
        name = asked.path.removeprefix(PATH).strip("/")
        place = "session" if name else "endpoint"
        if asked.method == "OPTIONS":
            return _options(place)
        if asked.method not in METHODS[place]:
            raise No(405, "Not here.", Allow=METHODS[place])
        if not name:
            return await self._publish(asked)
        coming = self._session(name, asked.key)
        if asked.method == "PATCH":
            return await self._patch(asked, coming)
        self._whip.end(coming.recorder, "deleted")
        return Told(200)

    async def _publish(self, asked: Asked) -> Told:
        if asked.kind != SDP:
            raise No(415, f"Send {SDP}.", Accept_Post=SDP)
        if not asked.key:
            raise No(401, "The key goes into the bearer token.", WWW_Authenticate="Bearer")
        recorder = await self._admit(asked.key, asked.address)
        try:
            offer = parse_offer(asked.body.decode("ascii"))
        except (Unreadable, UnicodeDecodeError) as error:
            raise No(422, "This is no offer of a session.") from error
        except Unwanted as error:
            raise No(406, f"Send H.264 and Opus: {error}.") from error
        try:
            coming, answer = await self._whip.publish(recorder, asked.key, offer)
        except Taken as error:
            raise No(409, "Another source sends with this key.") from error
        headers = {"Content-Type": SDP, "Location": f"{PATH}/{coming.name}", "ETag": f'"{coming.tag}"'}
        return Told(201, answer, headers)

    def _session(self, name: str, key: str) -> Coming:
        if not key:
            raise No(401, "The key goes into the bearer token.", WWW_Authenticate="Bearer")
        coming = self._whip.named(name)
        if coming is None:
            raise No(404, "This session is over.")
        if not coming.is_of(key):
            raise No(401, "Not with this key.", WWW_Authenticate='Bearer error="invalid_token"')
        return coming

    async def _patch(self, asked: Asked, coming: Coming) -> Told:
        if asked.kind != FRAGMENT:
            raise No(415, f"Send {FRAGMENT}.", Accept_Patch=FRAGMENT)
        wanted = asked.headers.get("if-match", "").strip()
        if not wanted:
            raise No(428, "Name the session's ETag.")
        if wanted == "*":
            raise No(422, "ICE is not restarted: end this session and begin another.")
        if wanted != f'"{coming.tag}"':
            raise No(412, "Not this session's ETag.")
        try:
            fragment = parse_fragment(asked.body.decode("ascii"), coming.offer)
        except (Unreadable, UnicodeDecodeError) as error:
            raise No(422, "This is no fragment of a session.") from error
        if fragment.user and fragment.user != coming.offer.user:
            raise No(422, "ICE is not restarted: end this session and begin another.")
        await self._whip.trickle(coming, fragment)
        return Told(204)


def _options(place: str) -> Told:
    headers = {
        "Allow": METHODS[place],
        "Access-Control-Allow-Methods": METHODS[place],
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
        "Access-Control-Max-Age": "86400",
    }
    return Told(204, "", headers | ({"Accept-Post": SDP} if place == "endpoint" else {"Accept-Patch": FRAGMENT}))


class _Handler(BaseHTTPRequestHandler):
    server: "WhipServer"

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # whoever asked has gone, or says no more
            self._say(self._told())

    def _say(self, told: Told) -> None:
        body = told.text.encode()
        self.send_response_only(told.status)
        kind = {} if not body or "Content-Type" in told.headers else {"Content-Type": "text/plain; charset=utf-8"}
        for name, value in {**OPEN_TO_PAGES, "Cache-Control": "no-store", **kind, **told.headers}.items():
            self.send_header(name, value)
        if told.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _told(self) -> Told:
        length = self.headers.get("Content-Length") or "0"
        if self.headers.get("Transfer-Encoding"):
            return Told(411, "Say how long it is.")
        size = number_of(length, most=OFFER_BYTES)
        if size is None:
            self._let_pass(number_of(length, most=PASSED_BYTES) or 0)
            return Told(413, "Too long.")
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path.partition("?")[0]
        return self.server.ask(Asked(self.command, path, headers, self.rfile.read(size)))

    def _let_pass(self, size: int) -> None:
        """Who is still sending what nobody wants would find the line cut before they hear why."""
        while size > 0 and (piece := self.rfile.read(min(size, 1 << 16))):
            size -= len(piece)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - as http.server asks

    def log_message(self, *words: object) -> None:
        """Nothing: an address names a session."""


class WhipServer(ThreadingMixIn, UnixStreamServer):
    """Where the front door brings requests; they are answered in the gateway's loop."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, door: Door, loop: asyncio.AbstractEventLoop) -> None:
        path.unlink(missing_ok=True)
        super().__init__(str(path), _Handler)
        path.chmod(0o600)
        self._door, self._loop = door, loop
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, name="recorders-whip", daemon=True).start()

    def ask(self, asked: Asked) -> Told:
        """In a request's own thread."""
        if not self._room.acquire(blocking=False):
            return Told(503, "Too many at once.", {"Retry-After": "2"})
        try:
            return asyncio.run_coroutine_threadsafe(self._door.answer(asked), self._loop).result(ANSWER_S)
        except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError, RuntimeError):
            return Told(503, "Not now.", {"Retry-After": "2"})
        except Exception:
            log.exception("a WHIP request failed")
            return Told(500, "It failed.")
        finally:
            self._room.release()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, _nobody = super().get_request()
        connection.settimeout(PATIENCE_S)
        return connection, ("front", 0)
