"""Runs one benchmark: `python -m bench.run NAME [--key value …]`. The last line printed is one JSON object.

A benchmark is a module `bench/NAME.py` (a hyphen in NAME is an underscore there) with `def run(options: Options) -> Result`.
Its docstring's first line is shown by `--list`. `Result` says what was done how often in how many seconds, and what it is
compared with: a rate alone means nothing on a shared machine, a ratio to a plain yardstick measured in the same minute does.
"""

import argparse
import importlib
import json
import math
import os
import pkgutil
import platform
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Options:
    """What the command line gave: `--seconds`, and any `--key value` in `more`."""

    seconds: float = 10.0
    more: dict[str, str] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        return float(self.more.get(name, default))


@dataclass(frozen=True)
class Result:
    """One benchmark's figures.

    `rate` is operations a second, `cpu_ms_per_op` CPU of the measured processes for one operation in milliseconds,
    `peak_mb` their largest resident memory together, `ratio` our rate over that of the yardstick `ratio_to`.
    `more` holds figures of the benchmark's own (percentiles, query counts).
    """

    work: str
    count: int
    seconds: float
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    ratio_to: str = ""
    ratio: float | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        rate = self.count / self.seconds if self.seconds else 0.0
        return {
            "work": self.work,
            "count": self.count,
            "seconds": round(self.seconds, 3),
            "rate": round(rate, 3),
            "cpu_ms_per_op": round(self.cpu_seconds * 1000 / self.count, 4) if self.count else None,
            "peak_mb": round(self.peak_mb, 1),
            "ratio_to": self.ratio_to,
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            **self.more,
        }


def _with_children(pids: Iterable[int]) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for pid in pids:
        try:
            parent = psutil.Process(pid)
            for process in [parent, *parent.children(recursive=True)]:
                found[process.pid] = process
        except psutil.NoSuchProcess:
            continue
    return list(found.values())


class Usage:
    """CPU seconds and peak resident memory (MB) of processes and their children, while the `with` block runs.

    Processes that start or end within the block count for as long as they were seen (five times a second). What processes of
    one program share (libraries, the database's buffers) counts once.
    """

    def __init__(self, *pids: int) -> None:
        self.pids = pids or (os.getpid(),)
        self.cpu_seconds = 0.0
        self.peak_mb = 0.0
        self.seconds = 0.0
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def _sample(self, *, opening: bool = False) -> None:
        memory = 0
        shared: dict[str, int] = {}
        for process in _with_children(self.pids):
            try:
                times, held, program = process.cpu_times(), process.memory_info(), process.name()
            except psutil.Error:
                continue
            common = getattr(held, "shared", 0)
            memory += held.rss - common
            shared[program] = max(shared.get(program, 0), common)
            used = times.user + times.system
            self._first.setdefault(process.pid, used if opening else 0.0)
            self._last[process.pid] = used
        self.peak_mb = max(self.peak_mb, (memory + sum(shared.values())) / 2**20)

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            self._sample()

    def __enter__(self) -> Self:
        self._sample(opening=True)
        self._began = time.perf_counter()
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._began
        self._done.set()
        self._watcher.join()
        self._sample()
        self.cpu_seconds = sum(last - self._first[pid] for pid, last in self._last.items())


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie, by nearest rank; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(round(share * len(ordered), 9)) - 1)] if ordered else 0.0


def machine() -> dict[str, Any]:
    """Where the figures were taken."""
    name = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        name = models[0] if models else name
    return {
        "cpu": name,
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "load": round(os.getloadavg()[0], 2),
    }


def names() -> dict[str, str]:
    """Every benchmark and its first line."""
    found = {}
    for module in pkgutil.iter_modules([str(FOLDER)]):
        if module.name == "run" or module.name.startswith("_"):
            continue
        text = (FOLDER / f"{module.name}.py") if not module.ispkg else FOLDER / module.name / "__init__.py"
        body = text.read_text()
        if "def run(" in body:
            found[module.name.replace("_", "-")] = body.lstrip().lstrip('"').splitlines()[0].rstrip('"')
    return found


def _options(words: list[str], seconds: float) -> Options:
    more: dict[str, str] = {}
    pairs = iter(words)
    for word in pairs:
        if not word.startswith("--"):
            raise SystemExit(f"unexpected argument: {word}")
        key, _, value = word[2:].partition("=")
        more[key.replace("-", "_")] = value or next(pairs, "")
    return Options(seconds, more)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.run", description="Run one benchmark; the last line is JSON."
    )
    parser.add_argument("name", nargs="?")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--seconds", type=float, default=10.0)
    known, rest = parser.parse_known_args()
    if known.list or not known.name:
        for name, line in names().items():
            print(f"  {name:12} {line}")
        return 0 if known.list else 2
    if known.name not in names():
        print(f"no benchmark named {known.name!r}; there are: {', '.join(names()) or 'none'}", file=sys.stderr)
        return 2
    result: Result = importlib.import_module(f"bench.{known.name.replace('-', '_')}").run(_options(rest, known.seconds))
    print(json.dumps({**result.line(), "machine": machine()}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
