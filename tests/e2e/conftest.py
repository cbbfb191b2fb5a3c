"""One running platform for all end-to-end tests: `lantian up --demo` on a free port with a home of its own.

LANTIAN_E2E_URL and LANTIAN_E2E_HOME point to one that was started already (`make e2e` has one for all its tests; handy while
writing tests, too); it is then left running.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from runtime.postgres import EmbeddedPostgres
from tests.relay.wire import interface

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
START_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these share one instance, hence one worker of xdist."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))


@dataclass(frozen=True)
class Instance:
    """A running platform."""

    url: str
    home: Path

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def state(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "run" / "state.json").read_text()))

    def pid(self, service: str) -> int:
        return int(self.state()["services"][service]["pid"])

    def accounts(self) -> dict[str, dict[str, str]]:
        """Demo accounts by login."""
        return {row["login"]: row for row in json.loads((self.home / "demo" / "accounts.json").read_text())}

    def shell(self, code: str, timeout: float = 60) -> str:
        """Run Python inside the platform, over its database (`lantian shell -c`), within seconds; what it printed."""
        environment = os.environ | {
            "LANTIAN_HOME": str(self.home),
            "LANTIAN_PORT": str(self.port),
            "LANTIAN_TEST_HARNESS": "0",
        }
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "runtime.cli", "shell", "-c", code]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=timeout,
        )
        return done.stdout.decode()

    def sql(self, command: str, *values: object) -> None:
        """One command over its database: quicker than a shell by the seconds that Django takes to start."""
        with psycopg.connect(EmbeddedPostgres(self.home).url, autocommit=True) as database:
            database.execute(command, values)

    def _wait_up(self, service: str) -> None:
        """The worker ends with the database and is started again: what is not there cannot be killed."""
        deadline = time.monotonic() + 30
        while self.state()["services"][service]["state"] != "ready":
            assert time.monotonic() < deadline, f"{service} does not come up"
            time.sleep(0.1)

    def kill(self, service: str) -> Callable[[], bool]:
        """kill -9 one process. The function returned says whether another one serves in its place."""
        self._wait_up(service)
        before = self.pid(service)
        os.kill(before, signal.SIGKILL)

        def is_back() -> bool:
            entry = self.state()["services"][service]
            return bool(entry["pid"] and entry["pid"] != before and entry["state"] == "ready")

        return is_back


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_ready(home: Path, log: Path, process: "subprocess.Popen[bytes] | None" = None) -> None:
    state = home / "run" / "state.json"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        try:
            if json.loads(state.read_text())["ready"]:
                return
        except (OSError, ValueError, KeyError):
            pass
        time.sleep(0.3)
    said = log.read_text(errors="replace")[-3000:] if log.exists() else "it says nothing"
    raise RuntimeError(f"the platform did not come up:\n{said}")


@contextlib.contextmanager
def _stage() -> Iterator[dict[str, str]]:
    """How classes talk in it: from browser to browser, unless LANTIAN_E2E_RELAY wants a relay, on an interface of its own."""
    if not os.environ.get("LANTIAN_E2E_RELAY"):
        yield {"LANTIAN_STAGE": "mesh"}
        return
    with interface() as (name, _address):
        yield {"LANTIAN_STAGE": "relay", "LANTIAN_JANUS": "on", "LANTIAN_JANUS_INTERFACES": name}


@contextlib.contextmanager
def running_instance(*, wait: bool = True, **own: str) -> Iterator[Instance]:
    """A platform of one's own for the length of the block, or the one the environment names; without `wait` one that is
    still starting. `own`: variables for one that is another's in no case."""
    given = os.environ.get("LANTIAN_E2E_URL")
    if given and not own:
        home = Path(os.environ["LANTIAN_E2E_HOME"])
        _wait_ready(home, home.parent / "up.log")
        yield Instance(given.rstrip("/"), home)
        return
    folder = Path(tempfile.mkdtemp(prefix="lantian-e2e-"))
    folder.chmod(0o755)
    home, log, port = folder / "home", folder / "up.log", free_port()
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("LANTIAN_", "DATABASE_", "DJANGO_"))
    }
    environment |= {"LANTIAN_HOME": str(home), "LANTIAN_PORT": str(port), "LANTIAN_DISK_RESERVE_MB": "64"}
    environment |= {"LANTIAN_RTMP_PORT": str(free_port()), "LANTIAN_CONTENT_PORT": str(free_port())}
    # four browsers and a server share two cores here, which draw 720p for one teacher alone: that is for benchmarks
    environment |= {"LANTIAN_LIVE_PICTURE": "360p"}
    with _stage() as stage, log.open("wb") as output:
        environment |= stage | own
        process = subprocess.Popen(
            [sys.executable, "-m", "runtime.cli", "up", "--demo"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            if wait:
                _wait_ready(home, log, process)
            yield Instance(f"http://localhost:{port}", home)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
            if not os.environ.get("LANTIAN_E2E_KEEP"):
                shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def instance() -> Iterator[Instance]:
    with running_instance() as running:
        yield running
