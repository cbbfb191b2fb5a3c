"""`lantian up` as a whole, over the stand-in project: kills, neighbours, commands beside it, a clean end."""

import asyncio
import os
import signal
import time
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect

from runtime.postgres import EmbeddedPostgres
from tests.runtime.platform import Platform, wait_for

pytestmark = pytest.mark.e2e


def talk(platform: Platform, size: int = 10) -> str:
    """One message through the front door's websocket."""

    async def once() -> str:
        async with connect(f"ws://127.0.0.1:{platform.port}/live/ws/echo", open_timeout=15, proxy=None) as socket:
            await socket.send(b"x" * size)
            return str(await socket.recv())

    return asyncio.run(once())


def test_the_door_leads_to_each_process(platform: Platform) -> None:
    seen = platform.get("/echo/a%20b", headers={"X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4"}).json()
    assert seen["forwarded_for"] == "127.0.0.1"
    assert (seen["scheme"], seen["host"]) == ("http", f"127.0.0.1:{platform.port}")
    assert talk(platform, 300_000).endswith(" 300000")
    assert platform.get("/healthz").text == "ok"


def test_pages_and_scripts_come_compressed(platform: Platform) -> None:
    page = platform.get("/page", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    script = platform.get("/static/assets/main-0a1b2c.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]
    assert script.text.startswith("export const sky")
    assert platform.get("/static/robots.txt").headers["cache-control"] == "public, no-cache"
    assert platform.get("/static/.fingerprint").status_code == 404


@pytest.mark.parametrize("service", ["web", "live", "worker", "caddy", "postgres", "broadcaster"])
def test_a_killed_process_is_back_within_seconds(platform: Platform, service: str) -> None:
    old = platform.pid(service)
    children = [child.pid for child in psutil.Process(old).children(recursive=True)]
    began = time.monotonic()
    os.kill(old, signal.SIGKILL)

    def back() -> bool:
        entry = platform.state()["services"][service]
        return entry["pid"] not in {None, old} and entry["state"] == "ready"

    wait_for(back, 10)

    def serves() -> bool:
        try:
            return platform.get("/echo/").status_code == 200
        except httpx.TransportError:
            return False

    wait_for(serves, 10)
    assert talk(platform).endswith(" 10")
    assert time.monotonic() - began < 20
    assert not [pid for pid in children if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]


def test_requests_wait_at_the_door_while_web_comes_back(platform: Platform) -> None:
    os.kill(platform.pid("web"), signal.SIGKILL)
    time.sleep(0.1)
    assert platform.get("/echo/").status_code == 200


def test_a_second_one_on_the_same_home_says_so(platform: Platform) -> None:
    second = platform.run("up", check=False)
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_said_plainly(platform: Platform, tmp_path: Path) -> None:
    second = Platform(tmp_path / "home", port=platform.port).run("up", check=False)
    assert second.returncode == 1
    assert f"port {platform.port} is in use" in second.stderr


def test_commands_beside_it_share_its_database(platform: Platform) -> None:
    # the test before this one may have taken a process along with the one it killed: status is 0 when all are ready again
    wait_for(lambda: platform.run("status", check=False).returncode == 0, every=1)
    assert '"running": true' in platform.run("status", "--json").stdout
    assert (
        "孙浩然"
        in platform.run(
            "shell",
            "-c",
            "from django.db import connection as c; k = c.cursor(); k.execute('select name from pupils'); print(k.fetchall())",
        ).stdout
    )


def test_names_proxies_and_limits_that_were_told_are_kept(tmp_path: Path) -> None:
    told = {"LANTIAN_HOSTS": "school.example", "LANTIAN_TRUSTED_PROXIES": "127.0.0.0/8", "LANTIAN_MAX_UPLOAD_MB": "1"}
    platform = Platform(tmp_path / "home", env=told)
    try:
        platform.start().wait_ready()
        seen = platform.get("/echo/", headers={"X-Forwarded-For": "203.0.113.7, 127.0.0.1"}).json()
        assert seen["forwarded_for"] == "203.0.113.7"
        upload = httpx.post(f"{platform.url}/echo/", content=b"0" * 900_000, trust_env=False)
        assert upload.json()["received"] == 900_000
        assert httpx.post(f"{platform.url}/echo/", content=b"0" * 2_000_000, trust_env=False).status_code == 413
    finally:
        platform.remove()


def test_demo_accounts_are_printed_once_it_is_ready(platform: Platform) -> None:
    wait_for(lambda: "teacher1" in platform.output.read_text())


def test_two_instances_stand_side_by_side_and_end_cleanly(platform: Platform, tmp_path: Path) -> None:
    other = Platform(tmp_path / "other").start()
    try:
        other.wait_ready()
        assert other.get("/healthz").text == platform.get("/healthz").text == "ok"
        assert other.get("/echo/").json()["pid"] != platform.get("/echo/").json()["pid"]
        assert other.run("stop").returncode == 0
        assert other.process is not None
        assert other.process.wait(5) == 0
        assert wait_for(lambda: not other.processes())
        assert platform.get("/healthz").text == "ok"
        began = time.monotonic()
        other.start().wait_ready()
        assert time.monotonic() - began < 20
        assert other.process is not None
        other.process.send_signal(signal.SIGKILL)
        wait_for(lambda: not other.processes(), 15)
        other.start().wait_ready()
        assert other.get("/healthz").text == "ok"
    finally:
        other.remove()


def test_it_runs_as_an_ordinary_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    if os.geteuid() != 0:
        pytest.skip("the other tests ran as an ordinary user already")
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="lantian-user-"))
    shutil.chown(folder, "nobody")
    platform = Platform(folder / "home", user="nobody")
    try:
        platform.start().wait_ready()
        assert platform.get("/healthz").text == "ok"
        assert {psutil.Process(entry["pid"]).uids().real for entry in platform.state()["services"].values()} == {65534}
        assert talk(platform).endswith(" 10")
        backup = folder / "backup.tar"
        platform.run("backup", str(backup))
        assert backup.exists()
    finally:
        platform.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_an_external_database_is_used_and_left_running(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "server", throwaway=True) as server:
        platform = Platform(tmp_path / "home", env={"DATABASE_URL": server.url})
        try:
            platform.start().wait_ready()
            assert "postgres" not in platform.state()["services"]
            assert not (platform.home / "pg").exists()
            assert platform.get("/healthz").text == "ok"
            assert platform.run("migrate", "--check").returncode == 0
        finally:
            platform.remove()
        assert server.is_ready()


def test_https_for_a_school_network(tmp_path: Path) -> None:
    import ssl

    platform = Platform(tmp_path / "home", env={"LANTIAN_TLS": "internal", "LANTIAN_HOSTS": "school.example"})
    platform.env["LANTIAN_HTTP_PORT"] = str(platform.port + 1)
    try:
        platform.start().wait_ready()
        plain = httpx.get(f"http://127.0.0.1:{platform.port + 1}/_/ca.crt", trust_env=False)
        assert plain.headers["content-type"] == "application/x-x509-ca-cert"
        assert b"PRIVATE" not in plain.content
        trust = ssl.create_default_context(cadata=plain.text)
        answer = httpx.get(f"https://localhost:{platform.port}/echo/", verify=trust, trust_env=False)
        assert answer.json()["scheme"] == "https"
        by_address = httpx.get(f"https://127.0.0.1:{platform.port}/echo/", verify=trust, trust_env=False)
        assert by_address.status_code == 200
        moved = httpx.get(f"http://127.0.0.1:{platform.port + 1}/today/?a=1", trust_env=False)
        assert moved.headers["location"] == f"https://127.0.0.1:{platform.port}/today/?a=1"
        wrong_door = httpx.get(f"http://127.0.0.1:{platform.port}/today/", trust_env=False)
        assert wrong_door.headers["location"].startswith("https://")
        assert "root certificate" in platform.output.read_text()
    finally:
        platform.remove()
