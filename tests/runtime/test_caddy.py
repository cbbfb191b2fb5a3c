"""The front door's configuration, and its manners when nobody is behind it."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer
from typing import Any

import httpx
import pytest

from runtime import caddy
from runtime.home import Instance, make_home, read_instance
from tests.runtime.platform import free_port, wait_for

VARIANTS: list[dict[str, str]] = [
    {},
    {"LANTIAN_BIND": "127.0.0.1", "LANTIAN_ACCESS_LOG": "1", "LANTIAN_TRUSTED_PROXIES": "10.0.0.0/8,fd00::/8"},
    {"LANTIAN_TLS": "internal", "LANTIAN_HOSTS": "school.example", "LANTIAN_PORT": "8443"},
    {"LANTIAN_TLS": "internal", "LANTIAN_HTTP_PORT": "0"},
    {"LANTIAN_WHIP": "on", "LANTIAN_JANUS": "on"},
    {"LANTIAN_LIVE_NODES": "3", "LANTIAN_NODES": "x=10.0.0.5:8000,y=[fd00::5]:8000"},
]


def adapted(instance: Instance, text: Callable[[Instance], str] = caddy.caddyfile) -> str:
    path = caddy.write_caddyfile(instance, text)
    done = subprocess.run(
        [caddy.caddy_binary(), "adapt", "--config", str(path), "--adapter", "caddyfile", "--validate"],
        env=caddy.environment(instance),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("variables", VARIANTS)
def test_caddy_accepts_what_we_write(variables: dict[str, str], tmp_path: Path) -> None:
    instance = read_instance({"LANTIAN_HOME": str(tmp_path / "a home"), **variables})
    make_home(instance.home)
    assert json.loads(adapted(instance))["admin"] == {"disabled": True, "config": {"persist": False}}


def test_a_node_gives_out_its_pictures_and_its_sockets_alone(tmp_path: Path) -> None:
    instance = read_instance({"LANTIAN_HOME": str(tmp_path / "a home"), "LANTIAN_BIND": "10.0.0.5"})
    make_home(instance.home)
    text = adapted(instance, caddy.node_caddyfile)
    assert "web.sock" not in text
    assert "live.sock" in text
    assert str(instance.home / "media") in text
    assert "10.0.0.5" in text


def test_the_certificate_covers_every_address_of_the_machine(tmp_path: Path) -> None:
    instance = read_instance(
        {"LANTIAN_HOME": str(tmp_path), "LANTIAN_TLS": "internal", "LANTIAN_HOSTS": "school.example"}
    )
    make_home(instance.home)
    text = adapted(instance)
    for name in ("school.example", "localhost", *caddy.lan_addresses()):
        assert f'"{name}"' in text


@pytest.fixture(scope="module")
def home_of_door(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("door") / "a home"


@pytest.fixture(scope="module")
def door(home_of_door: Path) -> Iterator[str]:
    """Caddy alone, its upstreams missing."""
    home = home_of_door
    instance = Instance(
        home, port=free_port(), content_port=free_port(), bind="127.0.0.1", max_upload_mb=1, access_log=True
    )
    (home.parent / "content").write_text(f"http://127.0.0.1:{instance.content_port}")
    make_home(home)
    stream = home / "media" / "streams" / "abc" / "av"
    stream.mkdir(parents=True)
    (stream / "1-x.m4s").write_bytes(b"0" * 2000)
    (stream / "live.m3u8").write_text("#EXTM3U\n" * 300)
    (stream / "index.jsonl").write_text("{}\n")
    (stream / ".1-y.m4s").write_text("half")
    (home / "media" / "secret.mp4.part").write_text("x")
    made = home / "media" / "streams" / "abc" / ".made"
    made.mkdir()
    (made / "film.mp4").write_bytes(bytes(range(250)) * 40)
    (stream.parent / "cut.json").write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caddy, "HOLD", "100ms")
        path = caddy.write_caddyfile(instance)
    process = subprocess.Popen(
        [caddy.caddy_binary(), "run", "--config", str(path), "--adapter", "caddyfile"],
        env=caddy.environment(instance),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{instance.port}"

    def answers() -> bool:
        try:
            return httpx.get(url + caddy.FRONT_PROBE, trust_env=False).status_code == 204
        except httpx.TransportError:
            return False

    wait_for(answers)
    yield url
    process.terminate()
    process.wait(10)


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False)


def test_segments_are_kept_forever_and_playlists_never(door: str) -> None:
    segment = get(f"{door}/media/streams/abc/av/1-x.m4s")
    assert (segment.status_code, segment.headers["cache-control"]) == (200, caddy.IMMUTABLE)
    assert segment.headers["content-type"] == "video/iso.segment"
    playlist = get(f"{door}/media/streams/abc/av/live.m3u8", **{"Accept-Encoding": "gzip"})
    assert (playlist.status_code, playlist.headers["cache-control"]) == (200, "no-cache")
    assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert playlist.headers["content-encoding"] == "gzip"
    assert get(f"{door}/media/streams/abc/av/1-x.m4s", Range="bytes=0-9").content == b"0" * 10


@pytest.mark.parametrize(
    "path",
    [
        "streams/abc/av/index.jsonl",
        "streams/abc/av/.1-y.m4s",
        "secret.mp4.part",
        "streams/abc/av/",
        "../keys/lantian.key",
        "streams/none.m4s",
        "streams/abc/.made/film.mp4",
        "streams/abc/cut.json",
    ],
)
def test_nothing_else_of_the_media_folder_is_given_out(door: str, path: str) -> None:
    answer = get(f"{door}/media/{path}")
    assert answer.status_code in {404, 503}
    assert "server" not in answer.headers
    assert "immutable" not in answer.headers.get("cache-control", "")


class Sends(BaseHTTPRequestHandler):
    """A web process that has asked its rules and names a file below the media folder."""

    def do_GET(self) -> None:
        assert self.headers["X-Sendfile-Type"] == "X-Accel-Redirect"  # whatever the client said
        self.send_response(200)
        self.send_header("X-Accel-Redirect", self.path.removeprefix("/as").removeprefix("/c/x/f"))
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Disposition", "attachment")
        self.send_header("Cache-Control", "private, no-store")
        self.send_header("Set-Cookie", "session=1")
        told = [self.headers.get(name, "") for name in ("X-Lantian-Content", "Cookie", "Authorization")]
        self.send_header("X-Told", ",".join(told))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_line: object) -> None:
        """No words."""


class OnSocket(UnixStreamServer):
    def get_request(self) -> tuple[Any, Any]:
        return super().get_request()[0], ("front", 0)


@pytest.fixture
def sends(door: str, home_of_door: Path) -> Iterator[str]:
    path = Instance(home_of_door).web_socket
    path.parent.mkdir(parents=True, exist_ok=True)
    with OnSocket(str(path), Sends) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"{door}/as"
        server.shutdown()
    path.unlink()


def test_a_file_without_an_address_is_handed_out_when_the_web_process_says_so(sends: str) -> None:
    whole = get(f"{sends}/streams/abc/.made/film.mp4", **{"X-Sendfile-Type": "nothing"})
    assert (whole.status_code, len(whole.content)) == (200, 10_000)
    kept = ("content-type", "content-disposition", "cache-control", "accept-ranges")
    assert [whole.headers[name] for name in kept] == ["video/mp4", "attachment", "private, no-store", "bytes"]
    assert "x-accel-redirect" not in whole.headers
    part = get(f"{sends}/streams/abc/.made/film.mp4", Range="bytes=250-259")
    assert (part.status_code, part.content) == (206, bytes(range(10)))
    assert get(f"{sends}/../../../etc/passwd").status_code in {400, 404}


def test_the_content_origin_has_packages_alone_and_no_cookies(sends: str, home_of_door: Path) -> None:
    content = (home_of_door.parent / "content").read_text()
    carried = {"Cookie": "session=2", "Authorization": "Bearer x", "X-Lantian-Content": "1"}
    answer = get(f"{content}/c/x/f/streams/abc/.made/film.mp4", **carried)
    assert (answer.status_code, answer.headers["x-told"]) == (200, "1,,")
    assert "set-cookie" not in answer.headers
    assert get(f"{content}/c/x/f/a.js", **{"Service-Worker": "script"}).status_code == 404
    for path in ("/", "/today/", "/static/a.js", "/media/streams/abc/av/1-x.m4s", "/live/ws/x", "/players/../media/x"):
        assert get(content + path).status_code == 404
    assert httpx.post(f"{content}/c/x/play/", trust_env=False).status_code == 404
    here = get(f"{sends}/streams/abc/.made/film.mp4", **carried)
    assert here.headers["x-told"] == ",session=2,Bearer x", (
        "nobody says by themselves that they come by the content origin"
    )


def test_people_see_a_friendly_page_that_retries(door: str) -> None:
    answer = get(f"{door}/today/", Accept="text/html,*/*")
    assert answer.status_code == 503
    assert "马上就好" in answer.text
    assert 'http-equiv="refresh"' in answer.text
    assert answer.headers["retry-after"] == "2"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert caddy.page_style_hash() in policy
    assert "no-store" in answer.headers["cache-control"]


def test_programs_get_a_short_answer(door: str) -> None:
    answer = get(f"{door}/api/x", Accept="application/json")
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")


def test_the_access_log_holds_nothing_that_lets_one_in(door: str, home_of_door: Path) -> None:
    """Tickets travel in addresses, since a browser's websocket sends no headers of ours; codes of OpenID Connect do too."""
    get(f"{door}/live/ws/watch?a=1&ticket=let-me-in")
    get(f"{door}/elsewhere/callback?code=let-me-in&state=let-me-in")
    path = home_of_door / "logs" / "access.log"
    wait_for(lambda: "/elsewhere/callback" in path.read_text())
    written = path.read_text()
    assert "/live/ws/watch?a=1" in written
    assert "let-me-in" not in written
