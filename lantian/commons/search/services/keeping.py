"""Keeping this home's index: it alone writes the current generation, has new ones built, and switches to them."""

import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from django.db import close_old_connections

from lantian.commons.search.queries import reading
from lantian.commons.search.services.copies import drop_marks_of_another_database, is_remembered, report
from lantian.commons.search.services.writing import Locked, Writer, horizon, lock, put

log = structlog.get_logger("search")

EVERY_S = 1.0
WAIT_FOR_LOCK_S = 20.0
REPORT_EVERY_S = 30.0
# What was read until now stays on the disk a little: somebody may be opening it.
GRACE_S = 20.0
BUILD_AGAIN_AFTER_S = 60.0
NICE = 10


def want_rebuild() -> None:
    """Ask the keeper of this home for a new generation."""
    at = reading.folders()
    at.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(at.wanted, "")


def _builder() -> "subprocess.Popen[bytes]":
    """A process of its own: building takes a core, and this one has jobs to do."""
    command = [sys.executable, "-m", "django", "search", "build"]
    return subprocess.Popen(
        ["nice", "-n", str(NICE), *command] if shutil.which("nice") else command,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.DEVNULL,
    )


@dataclass
class Keeper:
    """One turn after the other. Raises Locked when this home is kept by another process."""

    stack: ExitStack = field(default_factory=ExitStack)
    writer: Writer | None = None
    builder: "subprocess.Popen[bytes] | None" = None
    built_at: float = -BUILD_AGAIN_AFTER_S
    switched_at: float = 0.0
    reported_at: float = -REPORT_EVERY_S

    def __post_init__(self) -> None:
        self.at = reading.folders()
        self.stack.enter_context(lock(self.at.keeper_lock))

    def turn(self) -> int:
        """Switch if something new is ready, have something built if it is needed, and apply what changed. How many documents."""
        self.switch()
        if self.writer is None and (name := reading.current()) and self._fits(name):
            self.writer = Writer(self.at, name)
        many = self.writer.catch_up() if self.writer else 0
        if self._needs_building():
            self._build()
        self._report()
        self._sweep()
        return many

    def close(self) -> None:
        """Let go of everything."""
        if self.builder is not None and self.builder.poll() is None:
            self.builder.terminate()
            self.builder.wait()
        if self.writer is not None:
            self.writer.close()
            self.writer = None
        self.stack.close()

    def _fits(self, name: str) -> bool:
        """Whether a generation can be gone on with: of this make, of this database, and no mark that it lacks is gone."""
        told = reading.held(name)
        return told is not None and told.make == reading.make() and told.upto <= horizon().next and is_remembered()

    def _needs_building(self) -> bool:
        return self.writer is None or self.at.wanted.exists()

    def _build(self) -> None:
        if self.builder is not None and self.builder.poll() is None:
            return
        if time.monotonic() - self.built_at < BUILD_AGAIN_AFTER_S or self._ready():
            return
        if self.writer is None:
            drop_marks_of_another_database(horizon().next)
            report("", 0, 0, building=True)
        self.built_at = time.monotonic()
        self.builder = _builder()

    def _ready(self) -> str:
        """The newest generation that is complete and not the current one."""
        current, found = reading.current(), []
        for path in self.at.root.glob("*/READY"):
            told = reading.held(path.parent.name)
            if told is not None and told.make == reading.make() and path.parent.name != current:
                found.append((told.upto, path.parent.name))
        return max(found)[1] if found else ""

    def switch(self) -> None:
        """Go on with a generation that is ready: catch up first, so that nobody sees older things than before."""
        name = self._ready()
        if not name:
            return
        writer = Writer(self.at, name)
        writer.catch_up()
        put(self.at.current, name)
        self.at.ready(name).unlink()
        before, self.writer = self.writer, writer
        if before is not None:
            before.close()
        self.switched_at, self.reported_at = time.monotonic(), -REPORT_EVERY_S
        log.info("search.switched", generation=name)

    def _report(self) -> None:
        if time.monotonic() - self.reported_at < REPORT_EVERY_S:
            return
        self.reported_at = time.monotonic()
        building = self.builder is not None and self.builder.poll() is None
        if self.writer is not None:
            self.writer.index.reload()
            report(self.writer.name, self.writer.upto, self.writer.index.searcher().num_docs, building=building)

    def _sweep(self) -> None:
        """Remove generations of before, and what a killed builder left."""
        if self.switched_at and time.monotonic() - self.switched_at < GRACE_S:
            return
        if not self._old():
            return
        try:
            with lock(self.at.builder_lock):
                for path in self._old():
                    shutil.rmtree(path, ignore_errors=True)
        except Locked:  # one of them is being built
            return

    def _old(self) -> list[Path]:
        stay = (reading.current(), self._ready())
        return [path for path in self.at.root.iterdir() if path.is_dir() and path.name not in stay]


def keep(stop: threading.Event) -> None:
    """Keep this home's index until told to stop; while another process does, wait for it."""
    while not stop.is_set():
        try:
            keeper = Keeper()
        except Locked:
            stop.wait(WAIT_FOR_LOCK_S)
            continue
        try:
            _turns(keeper, stop)
        finally:
            keeper.close()


def _turns(keeper: Keeper, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            close_old_connections()
            keeper.turn()
        except Exception:  # the database may be away for a while: what was marked waits
            log.exception("search.keeping")
            if keeper.writer is not None:
                keeper.writer = None  # what it had not committed is read again
            stop.wait(5)
        stop.wait(EVERY_S)
