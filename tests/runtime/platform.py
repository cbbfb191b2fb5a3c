"""A whole platform over the stand-in project, as a process of its own."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

LAUNCH = Path(__file__).with_name("stand_in") / "launch.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(happens: Callable[[], Any], patience: float = 20, *, every: float = 0.05) -> Any:
    """The first true answer; the test fails when there is none in time."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = happens()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"did not happen within {patience} s")


def python_for(uid: int) -> tuple[str, dict[str, str]]:
    """An interpreter that this user can run, and the variables it needs; skips the test when there is none."""
    for candidate in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        if not Path(candidate).exists():
            continue
        site = os.pathsep.join([str(LAUNCH.parents[3]), *(path for path in sys.path if path.endswith("site-packages"))])
        told = {"PYTHONPATH": site, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
        try:
            subprocess.run(
                [candidate, "-c", "import psycopg, django, runtime"],
                user=uid,
                group=uid,
                extra_groups=[],
                env=told,
                cwd="/",
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate, told
    pytest.skip("no interpreter that an ordinary user can run")


@dataclass
class Platform:
    """`lantian up` on one home folder. `user` is a system user's name to run as."""

    home: Path
    port: int = field(default_factory=free_port)
    env: dict[str, str] = field(default_factory=dict)
    user: str = ""
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.output = self.home.parent / f"{self.home.name}.out"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _command(self, *arguments: str) -> tuple[list[str], dict[str, str], dict[str, Any]]:
        unwanted = ("LANTIAN_", "DATABASE_URL", "DJANGO_", "PYTEST", "COV")
        told = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        told |= {
            "LANTIAN_HOME": str(self.home),
            "LANTIAN_PORT": str(self.port),
            "LANTIAN_CONTENT_PORT": str(free_port()),
            "LANTIAN_LANG": "en",
            "LANTIAN_WEB_WORKERS": "1",
        }
        told |= {"LANTIAN_BIND": "127.0.0.1", **self.env}
        interpreter, extra = sys.executable, {}
        if self.user and os.geteuid() == 0:
            entry = pwd.getpwnam(self.user)
            interpreter, more = python_for(entry.pw_uid)
            told |= more
            told.pop("XDG_RUNTIME_DIR", None)
            extra = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return [interpreter, str(LAUNCH), *arguments], told, extra

    def run(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """One `lantian` command to its end."""
        argv, told, extra = self._command(*arguments)
        done = subprocess.run(
            argv, env=told, cwd="/", capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **extra
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def start(self, *arguments: str) -> "Platform":
        argv, told, extra = self._command("up", *arguments)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                argv, env=told, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, **extra
            )
        return self

    def state(self) -> dict[str, Any]:
        try:
            loaded: dict[str, Any] = json.loads((self.home / "run" / "state.json").read_text())
        except (OSError, ValueError):
            return {}
        return loaded

    def wait_ready(self, patience: float = 60) -> "Platform":
        assert self.process is not None

        def ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.output.read_text()
            return bool(self.state().get("ready")) and self.state()["supervisor"] == self.process.pid

        wait_for(ready, patience)
        return self

    def pid(self, service: str) -> int:
        return int(self.state()["services"][service]["pid"] or 0)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=15, trust_env=False, **options)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def processes(self) -> list[psutil.Process]:
        """Every process that belongs to this home folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if (
                    any(str(self.home) in part for part in process.cmdline())
                    or process.environ().get("LANTIAN_HOME") == str(self.home)
                    or Path(f"/proc/{process.pid}/cwd").readlink().is_relative_to(self.home)
                ):
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return [process for process in found if process.pid != os.getpid()]

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
