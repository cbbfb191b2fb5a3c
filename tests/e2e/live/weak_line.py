"""A school at the end of a bad line: a network namespace of its own, a rate by tbf, delay and loss by a relay. Needs root."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from tests.e2e.live.relay import enter

ROOT = Path(__file__).resolve().parents[3]
HERE = "/proc/self/ns/net"


def possible() -> bool:
    """Whether this machine can have one."""
    return os.geteuid() == 0 and Path("/dev/net/tun").exists() and shutil.which("tc") is not None


class WeakLine:
    """The platform is `address` there. `delay_ms` one way; `loss` a share of the packets, each way; `kbps` each way.

    A queue of `queue_ms` stands before the narrow place, as in a school's modem. Senders here use `control`, the usual control of
    congestion, whatever this machine prefers.
    """

    def __init__(
        self,
        kbps: int,
        *,
        delay_ms: float = 150,
        loss: float = 0.02,
        queue_ms: int = 400,
        number: int = 7,
        control: str = "cubic",
    ) -> None:
        self.name = f"lt-weak-{number}"
        self.address, self._there = f"10.231.{number}.1", f"10.231.{number}.2"
        self._near, self._far = f"ltn{number}", f"ltf{number}"
        self._queue_ms, self._control = queue_ms, control
        _run("ip", "netns", "add", self.name)
        try:
            command = [
                sys.executable,
                "-m",
                "tests.e2e.live.relay",
                self.name,
                self._near,
                self._far,
                str(delay_ms),
                str(loss),
            ]
            self._relay = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert self._relay.stdout is not None
            assert self._relay.stdout.readline() == "ready\n", "no relay"
            _run("ip", "addr", "add", self.address, "peer", self._there, "dev", self._near)
            _run("ip", "link", "set", self._near, "up")
            _run("ip", "route", "replace", self._there, "dev", self._near, "congctl", control)
            for words in (
                ("ip", "link", "set", "lo", "up"),
                ("ip", "addr", "add", self._there, "peer", self.address, "dev", self._far),
                ("ip", "link", "set", self._far, "up"),
            ):
                _run("ip", "netns", "exec", self.name, *words)
            self.rate(kbps)
        except BaseException:
            self.close()
            raise

    def rate(self, kbps: int) -> None:
        """How much passes from now on, each way."""
        shape = ("root", "tbf", "rate", f"{kbps}kbit", "burst", "4kb", "latency", f"{self._queue_ms}ms")
        _run("tc", "qdisc", "replace", "dev", self._near, *shape)
        _run("ip", "netns", "exec", self.name, "tc", "qdisc", "replace", "dev", self._far, *shape)

    def quality(self, delay_ms: float, loss: float) -> None:
        """From now on."""
        self._say(f"set {delay_ms} {loss}")

    def cut(self) -> None:
        self._say("cut")

    def mend(self) -> None:
        self._say("mend")

    def _say(self, word: str) -> None:
        assert self._relay.stdin is not None
        self._relay.stdin.write(f"{word}\n")
        self._relay.stdin.flush()

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """What this thread starts and connects to meanwhile is there."""
        before = os.open(HERE, os.O_RDONLY)
        try:
            enter(self.name)
            yield
        finally:
            enter(f"/proc/self/fd/{before}")
            os.close(before)

    def close(self) -> None:
        relay = getattr(self, "_relay", None)
        if relay is not None:
            relay.kill()
            relay.wait()
        subprocess.run(["ip", "netns", "del", self.name], check=False, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
