"""One supervised process: started in a group of its own, watched, stopped, restarted with back-off.

Knows nothing of what it runs; `services.py` says that.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from runtime.launch import Launch
from runtime.logs import ServiceLog

POLL_SECONDS = 0.05


class State(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    BACKOFF = "backoff"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass
class Backoff:
    """Seconds to wait before the next start: at once the first time, then doubling; forgiven after `stable` seconds."""

    first: float = 0.2
    factor: float = 2.5
    limit: float = 30.0
    stable: float = 60.0
    failures: int = 0

    def after(self, uptime: float) -> float:
        if uptime >= self.stable:
            self.failures = 0
        delay = min(self.limit, self.first * self.factor**self.failures)
        self.failures += 1
        return delay


async def _always() -> bool:
    return True


@dataclass
class Spec:
    """What to run and how to know that it is well.

    `launch` is called, in a thread, before every start (it may clean up). `ready` says whether the process answers;
    once it did, `alive` is asked every `alive_every` seconds and `alive_failures` refusals in a row mean a restart.
    """

    name: str
    launch: Callable[[], Launch]
    ready: Callable[[], Awaitable[bool]] = _always
    ready_timeout: float = 60.0
    settle: float = 0.0  # must have lived this long to count as ready
    after: tuple[str, ...] = ()
    stop_signal: int = signal.SIGTERM
    stop_timeout: float = 10.0
    alive: Callable[[], Awaitable[bool]] | None = None
    alive_every: float = 10.0
    alive_failures: int = 4
    tries_at_first: int = 4  # 0: never give up, and let the rest stand without it
    title: str = ""


@dataclass
class Service:
    """The running side of a Spec."""

    spec: Spec
    log: ServiceLog
    changed: Callable[["Service"], None]
    backoff: Backoff = field(default_factory=Backoff)
    state: State = State.WAITING
    restarts: int = 0
    pid: int | None = None
    started_at: float = 0.0
    ready_after: float = 0.0
    ready_since: float = 0.0
    exit_code: int | None = None
    was_ready: asyncio.Event = field(default_factory=asyncio.Event)
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    _launched: asyncio.Event = field(default_factory=asyncio.Event)  # clear while a process is being started
    _process: asyncio.subprocess.Process | None = None

    def _become(self, state: State) -> None:
        self.state = state
        self.log.event(f"service {state}", pid=self.pid, restarts=self.restarts, exit_code=self.exit_code)
        self.changed(self)

    def __post_init__(self) -> None:
        self._launched.set()

    async def run(self) -> None:
        """Start, watch and restart until `stop` is called. Gives up when it never got ready in the first tries."""
        while not self._stop.is_set():
            began = time.monotonic()
            await self._run_once()
            if self._stop.is_set():
                break
            delay = self.backoff.after(time.monotonic() - began)
            if (
                not self.was_ready.is_set()
                and self.spec.tries_at_first
                and self.backoff.failures >= self.spec.tries_at_first
            ):
                self._become(State.FAILED)
                self.failed.set()
                return
            self.restarts += 1
            self._become(State.BACKOFF)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), delay)
        self._become(State.STOPPED)

    async def _run_once(self) -> None:
        # A pipe of our own: asyncio's would make `wait` last as long as any grandchild holds the other end.
        output, theirs = os.pipe()
        os.set_blocking(output, False)
        self._launched.clear()
        try:
            launch = await asyncio.to_thread(self.spec.launch)
            if self._stop.is_set():
                os.close(output)
                return
            process = self._process = await self._spawn(launch, theirs)
        except Exception as error:  # noqa: BLE001 - any failure to start is one, to be tried again
            self.log.event("launch failed", level="error", error=repr(error))
            self.log.last.append(str(error))
            os.close(output)
            return
        else:
            self.pid = process.pid
            self.idle.clear()
        finally:
            os.close(theirs)
            self._launched.set()
        loop = asyncio.get_running_loop()
        loop.add_reader(output, self._read, output)
        self.started_at = time.monotonic()
        self._become(State.STARTING)
        watching = asyncio.create_task(self._watch())
        self.exit_code = await process.wait()
        watching.cancel()
        self._kill_group(process.pid)
        self._read(output)
        loop.remove_reader(output)
        os.close(output)
        self.pid = None
        self.idle.set()
        if not self._stop.is_set():
            self.log.event("service died", level="error", exit_code=self.exit_code)

    @staticmethod
    async def _spawn(launch: Launch, output: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *launch.command(),
            env=launch.env,
            cwd=launch.cwd,
            pass_fds=launch.fds,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def _read(self, output: int) -> None:
        """What there is to read now, in portions so that a talkative process starves nobody."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(16):
                data = os.read(output, 65536)
                if not data:
                    asyncio.get_running_loop().remove_reader(output)
                    return
                self.log.feed(data)

    async def _answers(self, question: Callable[[], Awaitable[bool]]) -> bool:
        try:
            return await question()
        except Exception as error:  # noqa: BLE001 - a probe that fails in any way is a no
            self.log.event("probe failed", level="warning", error=repr(error))
            return False

    async def _watch(self) -> None:
        """Until the process ends: wait for readiness, then ask now and then whether it still answers."""
        spec = self.spec
        while True:
            lived = time.monotonic() - self.started_at
            if lived >= spec.settle and await self._answers(spec.ready):
                break
            if lived > spec.ready_timeout:
                self.log.event("not ready in time", level="error", seconds=round(lived, 1))
                await self._terminate()
                return
            await asyncio.sleep(POLL_SECONDS)
        self.ready_after, self.ready_since = time.monotonic() - self.started_at, time.time()
        self.was_ready.set()
        self._become(State.READY)
        refusals = 0
        while spec.alive is not None:
            await asyncio.sleep(spec.alive_every)
            refusals = 0 if await self._answers(spec.alive) else refusals + 1
            if refusals >= spec.alive_failures:
                self.log.event("does not answer any more", level="error", refusals=refusals)
                await self._terminate()
                return

    async def _terminate(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.spec.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), self.spec.stop_timeout)
        except TimeoutError:
            self.log.event("did not stop, killed", level="warning")
            self._kill_group(process.pid)

    @staticmethod
    def _kill_group(pid: int) -> None:
        """Whatever the process left in its group (granian's workers after a kill -9) must not live on."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)

    async def stop(self) -> None:
        """Stop for good; returns when the process has ended. One that is being started is let start first."""
        self._stop.set()
        await self._launched.wait()
        await self._terminate()
