"""deploy/school-cache.conf with a real nginx: what many classes of a school ask for comes over its line once."""

import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.conftest import free_port

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "school-cache.conf"
NAME = "lantian.example.edu.cn"
SEGMENT = f"/media/streams/{'0' * 32}/av/000001-0123456789abcdef.m4s"
LIST = f"/media/streams/{'0' * 32}/av/live.m3u8"


def certificate(folder: Path) -> tuple[Path, Path]:
    """For the platform's name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "fullchain.pem", folder / "privkey.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return chain, private


class Platform(BaseHTTPRequestHandler):
    """Stands for the platform at the far end of a slow line; counts what it is asked for."""

    asked: ClassVar[Counter[str]] = Counter()
    heads: ClassVar[list[dict[str, str]]] = []
    status: ClassVar[dict[str, int]] = {}
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        self.heads.append({name.lower(): value for name, value in self.headers.items()})
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            self.wfile.write(b"\x81\x02hi")
            self.close_connection = True
            return
        time.sleep(0.3)
        body = f"{self.path} {self.asked[self.path]}".encode()
        self.send_response(self.status.get(self.path, 200))
        lasting = self.path.endswith(".m4s")
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if lasting else "no-cache")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None: ...


class School:
    """Its cache, as the classes see it."""

    def __init__(self, port: int, chain: Path) -> None:
        self.url = f"https://127.0.0.1:{port}"
        self._trust = ssl.create_default_context(cafile=str(chain))

    def get(self, path: str, **headers: str) -> httpx.Response:
        transport = httpx.HTTPTransport(verify=self._trust)
        with httpx.Client(transport=transport) as client:
            return client.get(
                self.url + path, headers={"Host": NAME, **headers}, extensions={"sni_hostname": NAME}, timeout=10
            )

    def all_get(self, path: str, classes: int = 30) -> list[httpx.Response]:
        with ThreadPoolExecutor(classes) as pool:
            return list(pool.map(lambda _class: self.get(path), range(classes)))


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    assert nginx, "make services installs it"
    folder = tmp_path_factory.mktemp("school")
    folder.chmod(0o755)
    origin = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    origin.daemon_threads = True
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    chain, private = certificate(folder)
    port = free_port()
    text = CONFIGURATION.read_text()
    for own, ours in (
        ("203.0.113.10:443", f"127.0.0.1:{origin.server_port}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/nginx/lantian/fullchain.pem", str(chain)),
        ("/etc/nginx/lantian/privkey.pem", str(private)),
        ("/var/cache/nginx/lantian", str(folder / "cache")),
        ("proxy_pass https://", "proxy_pass http://"),  # the way to the platform is nginx's own; here it is a plain one
    ):
        assert own in text
        text = text.replace(own, ours)
    temporary = " ".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # a test's folder is its owner's alone
    whole.write_text(
        f"{user} daemon off; worker_processes 2; pid {folder / 'pid'}; error_log stderr; events {{ }}\n"
        f"http {{ access_log off; {temporary}\n{text}\n}}\n"
    )
    process = subprocess.Popen([nginx, "-e", "stderr", "-p", str(folder), "-c", str(whole)])
    found = School(port, chain)
    try:
        _wait(found, process)
        yield found
    finally:
        process.terminate()
        process.wait(10)
        origin.shutdown()


def _wait(school: School, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        assert process.poll() is None, "nginx does not take the file"
        try:
            school.get("/_/front")
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not answer")


def test_a_segment_that_thirty_classes_want_at_once_is_fetched_once(school: School) -> None:
    answers = school.all_get(SEGMENT)
    assert {answer.text for answer in answers} == {f"{SEGMENT} 1"}
    assert Platform.asked[SEGMENT] == 1
    assert answers[0].headers["cache-control"] == "public, max-age=31536000, immutable"
    assert school.get(SEGMENT).headers["x-lantian-cache"] == "HIT"


def test_a_list_is_fetched_once_a_second_and_is_never_old(school: School) -> None:
    until = time.monotonic() + 4
    asked = 0
    while time.monotonic() < until:
        answers = school.all_get(LIST, 10)
        asked += len(answers)
        assert {answer.headers["cache-control"] for answer in answers} == {"no-cache"}
    fetched = Platform.asked[LIST]
    assert asked > 100
    assert 2 <= fetched <= 5
    time.sleep(2.1)
    assert school.get(LIST).text == f"{LIST} {fetched + 1}"


def test_what_is_not_there_is_not_remembered(school: School) -> None:
    path = SEGMENT.replace("000001", "000002")
    Platform.status[path] = 404
    assert school.get(path).status_code == 404
    del Platform.status[path]
    assert school.get(path).status_code == 200


def test_who_asks_is_nobody_for_segments_and_is_passed_on_for_all_else(school: School) -> None:
    segment = SEGMENT.replace("000001", "000003")
    school.get(segment, Cookie="session=mine")
    assert "cookie" not in Platform.heads[-1]
    for turn in (1, 2):
        answer = school.get("/live/keys/00000000?ticket=t", Cookie="session=mine")
        assert answer.text.endswith(f" {turn}"), "keys are never kept"
    head = Platform.heads[-1]
    assert (head["cookie"], head["host"], head["x-forwarded-proto"]) == ("session=mine", NAME, "https")


def test_sockets_pass_through(school: School) -> None:
    with httpx.stream(
        "GET",
        f"{school.url}/live/ws/watch?ticket=t",
        headers={"Host": NAME, "Upgrade": "websocket", "Connection": "Upgrade"},
        verify=False,
        timeout=5,
    ) as answer:
        assert answer.status_code == 101
        assert Platform.heads[-1]["upgrade"] == "websocket"


def test_the_file_has_four_things_to_put_in_and_says_where() -> None:
    lines = [line for line in CONFIGURATION.read_text().splitlines() if re.search(r"# HERE", line)]
    assert [line.split()[0] for line in lines] == ["server", "server_name", "ssl_certificate", "ssl_certificate_key"]
