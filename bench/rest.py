"""A client pulls all users of a city over OneRoster REST, page by page, from the web process as it runs in production.

The crowd is that of `population`; the client is this process, over the web's own socket (no front door, no network), with one
connection and one page at a time, as vendors do. Deep pages are compared with the first ones.
"""

import http.client
import json
import socket
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.database import database
from bench.population import make
from bench.run import Options, Result, Usage

ROOT = "/ims/oneroster/rostering/v1p2"


class Socket(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def run(options: Options) -> Result:
    """`--people N` (230 000), `--limit N` users a page (1 000), `--sensitive 1` with sealed facts."""
    with database(throwaway=True, environment={"LANTIAN_DEMO": "1"}) as started:
        return _measure(options, started.home)


def _measure(options: Options, home: Path) -> Result:
    from django.db import connection

    from lantian.kernel.rules import SYSTEM
    from lantian.people.connect.enums import Scope
    from lantian.people.connect.services import Terms, register_client

    crowd = make(int(options.number("people", 230_000)))
    new = Terms(
        "bench", crowd.city, [Scope.ROSTER], may_have_sensitive=bool(options.number("sensitive", 0)), purpose="bench"
    )
    client, secret = register_client(new, by=SYSTEM)
    path = str(home / "web.sock")
    web = subprocess.Popen([sys.executable, "-m", "runtime.serve", "web", path, "1", "2"], stdout=subprocess.DEVNULL)
    try:
        wire = _reached(path)
        token = _token(wire, client.oidc_id, secret)
        with Usage(web.pid, *_backends(home)) as usage:
            users, pages = _pull(wire, token, int(options.number("limit", 1000)))
    finally:
        web.terminate()
        web.wait(20)
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool:
            close_pool()
    tenth = max(1, len(pages) // 10)
    return Result(
        work="users pulled by a client over OneRoster REST",
        count=users,
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        more={
            "people": crowd.people,
            "pages": len(pages),
            "first_page_s": round(pages[0], 2),
            "early_pages_ms": round(1000 * sum(pages[1 : 1 + tenth]) / tenth, 1),
            "last_pages_ms": round(1000 * sum(pages[-tenth:]) / tenth, 1),
        },
    )


def _backends(home: Path) -> list[int]:
    """The PostgreSQL of this run: its work is part of an answer."""
    found = list(home.rglob("postmaster.pid"))
    return [int(found[0].read_text().split()[0])] if found else []


def _reached(path: str) -> Socket:
    until = time.monotonic() + 60
    while True:
        wire = Socket(path)
        try:
            wire.connect()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return wire


def _token(wire: Socket, name: str, secret: str) -> str:
    basic = b64encode(f"{name}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    wire.request("POST", "/identity/o/api/token", urlencode({"grant_type": "client_credentials"}), headers)
    answer: dict[str, Any] = json.loads(wire.getresponse().read())
    return str(answer["access_token"])


def _pull(wire: Socket, token: str, limit: int) -> tuple[int, list[float]]:
    """All users by the Link of each page; (users, seconds of each page)."""
    address, met, pages = f"{ROOT}/users?limit={limit}", 0, []
    while address:
        began = time.perf_counter()
        wire.request("GET", address, headers={"Authorization": f"Bearer {token}"})
        answer = wire.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {body[:300]!r}")
        met += len(json.loads(body)["users"])
        pages.append(time.perf_counter() - began)
        links = (part.partition(">; rel=") for part in (answer.headers["Link"] or "").split(", "))
        following = next((link[1:] for link, _, word in links if word == '"next"'), "")
        place = urlsplit(following)
        address = f"{place.path}?{place.query}" if following else ""
    return met, pages
