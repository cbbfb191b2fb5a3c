"""Order, restarts, back-off and stopping, over processes that cost nothing."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from runtime.launch import Launch
from runtime.logs import RotatingLog, ServiceLog
from runtime.process import Backoff, Service, Spec
from runtime.supervisor import Supervisor, read_state
from runtime.words import Problem
from tests.runtime.platform import wait_for

SLEEP = ["/bin/sleep", "60"]


def spec(name: str, argv: list[str] | None = None, **options: Any) -> Spec:
    env = {"PATH": "/usr/bin:/bin"}
    return Spec(name, lambda: Launch(argv or SLEEP, env), **options)


async def supervised(
    folder: Path, specs: list[Spec], scenario: Callable[[Supervisor], Awaitable[None]], **options: Any
) -> Supervisor:
    """Run a supervisor while `scenario` plays, then stop it as Ctrl-C does."""
    supervisor = Supervisor(specs, folder / "state.json", folder, quiet=True, **options)
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0)
    try:
        await scenario(supervisor)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    return supervisor


async def until(happens: Callable[[], Any], patience: float = 5) -> None:
    deadline = time.monotonic() + patience
    while not happens():
        assert time.monotonic() < deadline, "did not happen"
        await asyncio.sleep(0.02)


def test_backoff_is_quick_first_then_patient_and_forgives() -> None:
    backoff = Backoff()
    delays = [backoff.after(1) for _ in range(8)]
    assert delays[0] <= 0.5
    assert delays == sorted(delays)
    assert delays[-1] == 30
    assert backoff.after(61) == delays[0]


def test_services_start_after_what_they_need(tmp_path: Path) -> None:
    order: list[str] = []

    def noted(name: str) -> Callable[[], Awaitable[bool]]:
        async def ready() -> bool:
            if name not in order:
                order.append(name)
            return True

        return ready

    async def scenario(supervisor: Supervisor) -> None:
        await until(lambda: json.loads(supervisor.state_file.read_text())["ready"])

    specs = [
        spec("third", ready=noted("third"), after=("gate",)),
        spec("second", ready=noted("second"), after=("first",)),
        spec("first", ready=noted("first")),
    ]
    gates: dict[str, Any] = {"gate": (("second",), lambda: order.append("gate"))}
    asyncio.run(supervised(tmp_path, specs, scenario, gates=gates))
    assert order == ["first", "second", "gate", "third"]


def test_what_dies_is_restarted_at_once_and_counted(tmp_path: Path) -> None:
    async def scenario(supervisor: Supervisor) -> None:
        service = supervisor.services["one"]
        await until(service.was_ready.is_set)
        first = service.pid
        assert first
        began = time.monotonic()
        os.kill(first, signal.SIGKILL)
        await until(lambda: service.pid not in {None, first})
        assert time.monotonic() - began < 3
        assert service.restarts == 1
        assert service.exit_code == -signal.SIGKILL

    asyncio.run(supervised(tmp_path, [spec("one")], scenario))


def test_children_of_a_killed_process_die_too(tmp_path: Path) -> None:
    pid_file = tmp_path / "grandchild"
    script = ["/bin/sh", "-c", f"sleep 60 & echo $! > {pid_file}; wait"]

    async def scenario(supervisor: Supervisor) -> None:
        await until(lambda: pid_file.exists() and pid_file.read_text())
        grandchild = int(pid_file.read_text())
        pid = supervisor.services["one"].pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == "zombie")

    asyncio.run(supervised(tmp_path, [spec("one", script)], scenario))


def test_a_service_that_never_starts_ends_it_with_its_last_words(tmp_path: Path) -> None:
    broken = spec("broken", ["/bin/sh", "-c", "echo no such luck; exit 3"], settle=1.0, tries_at_first=2)
    supervisor = Supervisor([broken, spec("good")], tmp_path / "state.json", tmp_path, quiet=True)
    with pytest.raises(Problem, match="no such luck"):
        asyncio.run(supervisor.run())
    assert not [
        entry for entry in json.loads((tmp_path / "state.json").read_text())["services"].values() if entry["pid"]
    ]


def test_a_gate_that_fails_ends_it(tmp_path: Path) -> None:
    def gate() -> None:
        raise Problem("the tables would not")

    supervisor = Supervisor(
        [spec("one")], tmp_path / "state.json", tmp_path, quiet=True, gates={"schema": (("one",), gate)}
    )
    with pytest.raises(Problem, match="the tables would not"):
        asyncio.run(supervisor.run())


def test_a_service_that_stops_answering_is_restarted(tmp_path: Path) -> None:
    answers = {"well": True}

    async def alive() -> bool:
        return answers["well"]

    async def scenario(supervisor: Supervisor) -> None:
        service = supervisor.services["one"]
        await until(service.was_ready.is_set)
        first = service.pid
        answers["well"] = False
        await until(lambda: service.pid not in {None, first})

    asyncio.run(supervised(tmp_path, [spec("one", alive=alive, alive_every=0.05, alive_failures=2)], scenario))


def test_stopping_goes_in_reverse_and_kills_the_deaf(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    ends.touch()

    def script(name: str) -> list[str]:
        return ["/bin/sh", "-c", f"trap 'echo {name} >> {ends}; exit 0' TERM; while :; do sleep 0.05; done"]

    deaf = spec("deaf", ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"], stop_timeout=0.3, settle=0.2)
    specs = [spec("base", script("base"), settle=0.2), spec("top", script("top"), after=("base",), settle=0.2), deaf]

    async def scenario(supervisor: Supervisor) -> None:
        await until(lambda: all(service.was_ready.is_set() for service in supervisor.services.values()))

    supervisor = asyncio.run(supervised(tmp_path, specs, scenario))
    assert ends.read_text().split() == ["top", "base"]
    assert all(service.pid is None for service in supervisor.services.values())


def test_a_process_that_is_being_started_when_told_to_stop_is_stopped_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the database would live on under a supervisor that says that everything has stopped."""
    spawn, made = Service._spawn, list[int]()

    async def slowly(launch: Launch, output: int) -> asyncio.subprocess.Process:
        process = await spawn(launch, output)
        made.append(process.pid)
        await asyncio.sleep(0.5)
        return process

    monkeypatch.setattr(Service, "_spawn", staticmethod(slowly))

    async def scenario(_supervisor: Supervisor) -> None:
        await until(lambda: made)

    supervisor = asyncio.run(supervised(tmp_path, [spec("a")], scenario))
    assert supervisor.services["a"].state == "stopped"
    assert not psutil.pid_exists(made[0])


def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = textwrap.dedent(
        """
        import asyncio, sys
        from pathlib import Path
        from runtime.launch import Launch
        from runtime.process import Spec
        from runtime.supervisor import Supervisor
        folder = Path(sys.argv[1])
        launch = lambda: Launch(["/bin/sleep", "60"], {"PATH": "/usr/bin:/bin"})
        asyncio.run(Supervisor([Spec("one", launch), Spec("two", launch)], folder / "state.json", folder, quiet=True).run())
        """
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    state = wait_for(lambda: (found := read_state(tmp_path / "state.json")) and found["ready"] and found)
    pids = [entry["pid"] for entry in state["services"].values()]
    process.kill()
    process.wait()
    wait_for(lambda: not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids), 5)
    assert read_state(tmp_path / "state.json") is None


def test_logs_are_json_lines_and_keep_structured_ones(tmp_path: Path) -> None:
    log = ServiceLog("web", tmp_path)
    log.feed('开始\n{"event": "request", "status": 200}\nERROR: bro'.encode())
    log.feed(b"ken\n")
    records = [json.loads(line) for line in (tmp_path / "web.log").read_text().splitlines()]
    assert [record["event"] for record in records] == ["开始", "request", "ERROR: broken"]
    assert [record.get("level") for record in records] == ["info", None, "error"]
    assert {record["service"] for record in records} == {"web"}


def test_logs_rotate_and_old_ones_go(tmp_path: Path) -> None:
    log = RotatingLog(tmp_path / "a.log", limit=100, keep=2)
    for number in range(60):
        log.write(f"line {number}")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert set(names) <= {"a.log", "a.log.1", "a.log.2"}
    assert "a.log.2" in names
    assert (tmp_path / "a.log.1").stat().st_mode & 0o077 == 0
