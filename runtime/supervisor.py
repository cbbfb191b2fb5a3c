"""Runs a set of services in the order of their dependencies, and stops them in reverse.

Generic: tests run it over small fake services. State is told in home/run/state.json after every change.
"""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from lantian.kernel.whole import write_whole
from runtime.logs import ServiceLog, Terminal, now_text
from runtime.process import Service, Spec, State
from runtime.words import Problem, say


@dataclass
class Supervisor:
    """`gates` are steps between services: a gate named "migrate" runs when what it comes after is ready."""

    specs: list[Spec]
    state_file: Path
    log_folder: Path
    facts: dict[str, Any] = field(default_factory=dict)
    gates: dict[str, tuple[tuple[str, ...], Callable[[], None]]] = field(default_factory=dict)
    on_ready: Callable[[], None] = lambda: None
    verbose: bool = False
    quiet: bool = False

    def __post_init__(self) -> None:
        self.log = ServiceLog("supervisor", self.log_folder)
        self.services: dict[str, Service] = {}
        self._stop = asyncio.Event()
        self._gates_open: dict[str, asyncio.Event] = {}
        self._problem: str = ""
        self._began = time.monotonic()
        self._all_ready = False

    # Telling ---------------------------------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        if not self.quiet:
            Terminal.write(text)

    def _changed(self, service: Service) -> None:
        self._write_state()
        title = service.spec.title or service.spec.name
        if service.state is State.READY:
            again = say("（已重新启动）", " (restarted)") if service.restarts else ""
            self._say(f"  ✓ {title}{again}  {service.ready_after:.1f} s")
        elif service.state is State.BACKOFF:
            self._say(
                f"  ✗ {title}"
                + say(f" 退出（{service.exit_code}），正在重新启动", f" ended ({service.exit_code}), starting it again")
            )
        elif service.state is State.FAILED:
            last = "\n".join(f"      {line}" for line in service.log.last)
            self._problem = say(f"{title} 未能启动：\n{last}", f"{title} did not start:\n{last}")

    def _write_state(self) -> None:
        services = {
            name: {
                "pid": service.pid,
                "state": service.state,
                "restarts": service.restarts,
                "ready_at": service.ready_since or None,
                "start_seconds": round(service.ready_after, 2),
                "exit_code": service.exit_code,
            }
            for name, service in self.services.items()
        }
        me = psutil.Process()
        content = {
            **self.facts,
            "supervisor": os.getpid(),
            "supervisor_started": me.create_time(),
            "ready": self._all_ready,
            "updated_at": now_text(),
            "services": services,
        }
        with contextlib.suppress(OSError):  # a full disk must not end the supervisor
            write_whole(self.state_file, json.dumps(content, ensure_ascii=False, indent=1), durable=False)

    # Running ---------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until SIGINT, SIGTERM or SIGHUP. Raises Problem when a service or gate cannot start at all."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        for spec in self.specs:
            self.services[spec.name] = Service(
                spec, ServiceLog(spec.name, self.log_folder, echo=self.verbose), self._changed
            )
        self._gates_open = {name: asyncio.Event() for name in self.gates}
        self._write_state()
        tasks = [asyncio.create_task(self._gate(name)) for name in self.gates]
        tasks += [asyncio.create_task(self._serve(service)) for service in self.services.values()]
        watchers = [asyncio.create_task(self._fail_on(service)) for service in self.services.values()]
        announcing = asyncio.create_task(self._announce())
        await self._stop.wait()
        self._all_ready = False
        for task in (*watchers, announcing):
            task.cancel()
        await self._stop_all()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._write_state()
        self.log.event("stopped", problem=self._problem or None)
        if self._problem:
            raise Problem(self._problem)

    async def _ready(self, names: tuple[str, ...]) -> None:
        for name in names:
            await (self._gates_open[name] if name in self._gates_open else self.services[name].was_ready).wait()

    async def _serve(self, service: Service) -> None:
        await self._ready(service.spec.after)
        await service.run()

    async def _gate(self, name: str) -> None:
        after, action = self.gates[name]
        await self._ready(after)
        try:
            await asyncio.to_thread(action)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing after the gate can run
            if self._stop.is_set():  # cut short by being told to stop
                return
            self._problem = str(error) if isinstance(error, Problem) else f"{name}: {error!r}"
            self.log.event("gate failed", level="critical", gate=name, error=repr(error))
            self._stop.set()
            return
        self._gates_open[name].set()

    async def _fail_on(self, service: Service) -> None:
        await service.failed.wait()
        self._stop.set()

    async def _announce(self) -> None:
        needed = (name for name, service in self.services.items() if service.spec.tries_at_first)
        await self._ready((*self.gates, *needed))
        self._all_ready = True
        self._write_state()
        self.log.event("all ready", seconds=round(time.monotonic() - self._began, 2))
        await asyncio.to_thread(self.on_ready)

    # Stopping --------------------------------------------------------------------------------------------------------

    def _layers(self) -> list[list[Service]]:
        """Services by depth of dependency, deepest last; gates count as what they come after."""
        depth: dict[str, int] = {}

        def measure(name: str) -> int:
            if name not in depth:
                after = self.gates[name][0] if name in self.gates else self.services[name].spec.after
                depth[name] = 1 + max((measure(other) for other in after), default=-1)
            return depth[name]

        levels: dict[int, list[Service]] = {}
        for name, service in self.services.items():
            levels.setdefault(measure(name), []).append(service)
        return [levels[level] for level in sorted(levels)]

    async def _stop_all(self) -> None:
        for layer in reversed(self._layers()):
            await asyncio.gather(*(service.stop() for service in layer))
            for service in layer:
                if service.pid is not None:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(service.idle.wait(), 10)
                service.log.close()


def read_state(state_file: Path) -> dict[str, Any] | None:
    """The state of a supervisor that is running now, else None."""
    try:
        state: dict[str, Any] = json.loads(state_file.read_text())
        process = psutil.Process(int(state["supervisor"]))
        if abs(process.create_time() - float(state["supervisor_started"])) > 2:
            return None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
    return state
