"""The front door, the pages and the live process for real, over a test's own database, all by one clock that the test sets."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from django.core.management import call_command

from lantian.teach.live.tests.stage import LiveProcess
from runtime import caddy
from runtime.home import Instance, make_home, read_instance
from tests.clock.set_forward import VARIABLE, Clock, follow

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
READY_SECONDS = 90


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """Three processes; `clock` sets the time of all of them and of this one."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        port = _free_port()
        home = os.environ["LANTIAN_HOME"]
        self.instance: Instance = read_instance(
            {"LANTIAN_HOME": home, "LANTIAN_PORT": str(port), "LANTIAN_BIND": "127.0.0.1"}
        )
        self.url = f"http://127.0.0.1:{port}"
        self._told = {VARIABLE: str(clock.path), "PYTHONPATH": str(HERE), "LANTIAN_PORT": str(port)}
        self.live = LiveProcess(LANTIAN_LIVE_AAC="", **self._told)
        self.live.socket = self.instance.live_socket
        self.log = self.live.folder / "web.log"
        self._web: subprocess.Popen[bytes] | None = None
        self._door: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        make_home(self.instance.home)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.live.start(wait=False)
        arguments = ["-W", "ignore", "-m", "runtime.serve", "web", str(self.instance.web_socket), "1", "4"]
        environment = os.environ | {"LANTIAN_TEST_HARNESS": "0"} | self._told
        self._web = self._run([sys.executable, *arguments], environment)
        self.open_door()
        self.live.wait_ready(READY_SECONDS)
        self._wait_for_pages()

    def _run(self, command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as out:
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )

    def _wait_for_pages(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/accounts/login/", timeout=30).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"no pages\n{self.log.read_text()}")

    def open_door(self) -> None:
        path = caddy.write_caddyfile(self.instance)
        command = [caddy.caddy_binary(), "run", "--config", str(path), "--adapter", "caddyfile"]
        self._door = self._run(command, caddy.environment(self.instance))

    def shut_door(self) -> None:
        """From now on nobody gets through from outside: what the screens know, they know."""
        assert self._door is not None
        self._door.kill()
        self._door.wait()

    def stop(self) -> None:
        for process in (self._door, self._web):
            if process is not None:
                process.terminate()
        for process in (self._door, self._web):
            if process is not None:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.live.stop()


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Served]:
    """All of it for the length of the block."""
    clock = Clock(folder / "clock")
    let_go = follow(clock.path)
    platform = Served(clock)
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
        let_go()
