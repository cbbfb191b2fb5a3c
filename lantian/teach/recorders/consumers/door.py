"""The door for RTMP: an nginx with its rtmp module (`runtime/rtmp`), asked over one socket, asking over the other.

A box shows its key as the stream's name. The door asks us whose it is, and goes on with the recorder's id as the name, so that
the key is in no list and no log, and of two sources with the same key the second is sent away. Streams outlive this process:
who sends is asked of the door, not remembered.
"""

import http.client
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import parse_qs, quote
from uuid import UUID

import structlog
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # it has no types

from lantian.kernel.numbers import number_of

log = structlog.get_logger("recorders")
APPLICATION = "recorder"
PATIENCE_S = 3.0
MOST_BODY = 16 << 10


@dataclass(frozen=True, slots=True)
class Arriving:
    """A stream that comes in: since when (seconds ago), how many bytes so far, and what the box says of it."""

    recorder: UUID
    seconds: float
    bytes: int
    facts: dict[str, Any]


class _Unix(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(str(self._path))


class Door:
    """What the door is asked. `socket_path`: where it listens for that. All raise OSError while it is away."""

    def __init__(self, socket_path: Path) -> None:
        self._path = socket_path

    def _get(self, address: str) -> bytes:
        connection = _Unix(self._path)
        try:
            connection.request("GET", address)
            answer = connection.getresponse()
            body = answer.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()
        return body if answer.status == 200 else b""

    def arriving(self) -> dict[UUID, Arriving]:
        """Every stream that is being published now."""
        found = {}
        for stream in fromstring(self._get("/stat") or b"<rtmp/>").iter("stream"):
            if stream.find("publishing") is not None and (one := _arriving(stream)) is not None:
                found[one.recorder] = one
        return found

    def send_away(self, recorder: UUID) -> None:
        """End the connection of whoever publishes as this recorder."""
        self._get(f"/control/drop/publisher?app={APPLICATION}&name={quote(recorder.hex)}")


def _arriving(stream: Any) -> Arriving | None:
    try:
        recorder = UUID(hex=stream.findtext("name") or "")
    except ValueError:
        return None
    publisher = next((client for client in stream.iter("client") if client.find("publishing") is not None), None)
    if publisher is None:
        return None
    meta = stream.find("meta")
    facts: dict[str, Any] = {}
    if meta is not None:
        facts = {
            "width": _number(meta.findtext("video/width")),
            "height": _number(meta.findtext("video/height")),
            "fps": _number(meta.findtext("video/frame_rate")),
            "video": (meta.findtext("video/codec") or "").lower(),
            "audio": (meta.findtext("audio/codec") or "").lower(),
        }
    return Arriving(recorder, _number(publisher.findtext("time")) / 1000, _number(stream.findtext("bytes_in")), facts)


def _number(text: str | None) -> int:
    return number_of(text) or 0


class _Handler(BaseHTTPRequestHandler):
    server: "Hook"

    def do_POST(self) -> None:
        """`name` is what the box shows, `addr` where it is."""
        length = min(MOST_BODY, _number(self.headers.get("Content-Length")))
        form = parse_qs(self.rfile.read(length).decode(errors="replace"))
        name, address = (form.get(key, [""])[0] for key in ("name", "addr"))
        try:
            recorder = self.server.admit(name, address)
        except Exception as error:  # noqa: BLE001 - whatever it was: nobody is let in by mistake, and the box asks again
            log.warning("a recorder could not be checked", error=type(error).__name__)
            recorder = None
        self.send_response(302 if recorder else 403)
        if recorder:
            self.send_header("Location", recorder.hex)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Nothing: a request holds the key."""


class Hook(ThreadingMixIn, UnixStreamServer):
    """Where the door asks who comes. `admit(key, address)` gives the recorder, or None for whoever is not let in."""

    daemon_threads = True

    def __init__(self, path: Path, admit: Callable[[str, str], UUID | None]) -> None:
        path.unlink(missing_ok=True)
        super().__init__(str(path), _Handler)
        path.chmod(0o666)  # the door's worker is somebody else; its folder lets nobody see it
        self.admit = admit

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, name="recorders-hook", daemon=True).start()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, _nobody = super().get_request()
        connection.settimeout(PATIENCE_S)
        return connection, ("door", 0)
