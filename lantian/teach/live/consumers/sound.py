"""The second sound: child processes that follow the lessons' segments and make the AAC rendition beside them.

One child for every `LESSONS` lessons, started with the first and let go with the last. A child that dies (a codec aborts, the
kernel wants its memory) is started again after a growing pause and goes on from the disk; the live process and its
lessons never notice. What a child had in hand when it died counts against that lesson: at the second time the segment
is passed over, at the eighth the lesson does without.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from lantian.content.media.services import KeyRing, SegmentRecord
from lantian.teach.live.consumers import figures

log = structlog.get_logger("live")
LESSONS = 24  # of one child: a third of a core
Rest = Callable[["Followed"], None]
PASS_OVER, GIVE_UP = 2, 8  # deaths over one lesson
HUNG_S = 60.0  # a step takes 0.3 s at most; whoever is in one so long will not come out of it
FIRST_PAUSE, LONGEST_PAUSE, CALM_S = 0.5, 30.0, 60.0
CHILD = "lantian.teach.live.consumers.sound_child"


@dataclass(eq=False, slots=True)
class Followed:
    """One lesson's rendition, as far as this process knows. `done`: it has ended, or was given up."""

    session: str
    folder: Path
    ring: KeyRing
    sent: set[str] = field(default_factory=set)
    poster: str = ""
    made: bool = False  # what it makes for weak lines is there to be played
    deaths: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Sound:
    """All children of a hub. With `wanted` false nothing is followed, and every lesson counts as done. `rested` is told after
    each step."""

    def __init__(self, folder: Path, *, wanted: bool = True, rested: Rest = lambda _lesson: None) -> None:
        self._folder, self._wanted, self._rested = folder, wanted, rested
        self._children: list[Child] = []
        self._of: dict[str, Child] = {}

    def follow(self, session: str, folder: Path, ring: KeyRing) -> None:
        """Begin, or go on with what the disk says."""
        if not self._wanted or session in self._of:
            return
        child = next((child for child in self._children if len(child.followed) < LESSONS), None)
        if child is None:
            child = Child(self._folder / f"sound-{len(self._children)}.lock", rested=self._rested)
            self._children.append(child)
        self._of[session] = child
        child.follow(Followed(session, folder, ring))

    def wrote(self, session: str, last: SegmentRecord | None) -> None:
        """A segment is on disk (`last`), or the end is."""
        child = self._of.get(session)
        if child is not None:
            child.wrote(session, last.key if last is not None else None)

    def followed(self, session: str) -> Followed | None:
        """What is known of a lesson's rendition."""
        child = self._of.get(session)
        return child.followed[session] if child is not None else None

    def poster(self, session: str) -> str:
        """File name of the newest still picture, empty before the first."""
        lesson = self.followed(session)
        return lesson.poster if lesson is not None else ""

    async def finished(self, session: str) -> None:
        """Wait until the ended lesson's rendition is whole, then let go of it."""
        child = self._of.get(session)
        if child is not None:
            await child.followed[session].done.wait()
            self.drop(session)

    async def leave(self, session: str, patience: float) -> None:
        """Let go of a running lesson that another process goes on with; waits so long for a step that is under way."""
        child = self._of.get(session)
        self.drop(session)
        until = time.monotonic() + patience
        while child is not None and child.works_on(session) and time.monotonic() < until:  # noqa: ASYNC110 - it says so by and by
            await asyncio.sleep(0.02)

    def drop(self, session: str) -> None:
        """Let go of a lesson, wherever its rendition stands."""
        child = self._of.pop(session, None)
        if child is not None:
            child.drop(session)

    @property
    def pids(self) -> list[int]:
        return [child.process.pid for child in self._children if child.process is not None]

    async def stop(self) -> None:
        for child in self._children:
            await child.stop()


class Child:
    """One child process and those who watch over it. `job`: what it makes, as `sound_child` has it."""

    def __init__(self, lock: Path, job: str = "sound", *, rested: Rest = lambda _lesson: None) -> None:
        self._lock, self._job, self._rested = lock, job, rested
        self.followed: dict[str, Followed] = {}
        self.process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._working: str | None = None
        self._since = 0.0
        self._stopping = False

    # -- orders -----------------------------------------------------------------------------------------------------------

    def follow(self, lesson: Followed) -> None:
        self.followed[lesson.session] = lesson
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.get_running_loop().create_task(self._keep())
        else:
            self._order_follow(lesson)

    def wrote(self, session: str, key: str | None) -> None:
        """A segment is on disk, sealed with this key; None: there is something new to be read in any case."""
        lesson = self.followed[session]
        keys = {}
        if key is not None and key not in lesson.sent:
            lesson.sent.add(key)
            keys = {key: lesson.ring.secret(UUID(key)).hex()}
        self._order(t="new", s=session, keys=keys)

    def drop(self, session: str) -> None:
        self.followed.pop(session, None)
        self._order(t="drop", s=session)
        if not self.followed and self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()  # nothing left to do: it ends by itself

    def _order_follow(self, lesson: Followed) -> None:
        keys = {str(key.id): key.secret.hex() for key in lesson.ring.all()}
        lesson.sent = set(keys)
        careful = lesson.deaths >= PASS_OVER
        self._order(t="follow", s=lesson.session, folder=str(lesson.folder), keys=keys, pass_over=careful)

    def _order(self, **order: object) -> None:
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(OSError, RuntimeError):  # it has just died: the next one begins from the disk
                self.process.stdin.write(json.dumps(order, separators=(",", ":")).encode() + b"\n")

    def works_on(self, session: str) -> bool:
        """Whether it has this lesson in hand now."""
        return self.process is not None and self._working == session

    # -- life -------------------------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """As long as there is something to follow: run a child, and another when it dies."""
        pause = FIRST_PAUSE
        while self.followed and not self._stopping:
            began = time.monotonic()
            try:
                await self._run()
            except Exception:  # whatever it was, the next child deserves its chance
                log.exception("the second sound's process could not be kept")
            if not self.followed or self._stopping:
                return
            figures.SOUND_RESTARTS.inc()
            pause = FIRST_PAUSE if time.monotonic() - began > CALM_S else min(LONGEST_PAUSE, pause * 2)
            self._blame()
            await asyncio.sleep(pause)

    async def _run(self) -> None:
        self.process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            CHILD,
            str(self._lock),
            self._job,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        watchdog = asyncio.ensure_future(self._watch(process))
        try:
            for lesson in self.followed.values():
                if not lesson.done.is_set():
                    self._order_follow(lesson)
            assert process.stdout is not None
            async for line in process.stdout:
                if line.endswith(b"\n"):  # it may die in the middle of a word
                    self._hear(json.loads(line))
        finally:
            self.process = None
            watchdog.cancel()
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await process.wait()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        while True:
            await asyncio.sleep(HUNG_S / 6)
            if self._working is not None and time.monotonic() - self._since > HUNG_S:
                log.warning("the second sound hangs", session=self._working)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()

    def _hear(self, report: dict[str, Any]) -> None:
        session, at = report["s"], report["at"]
        self._working, self._since = (session if at == "work" else None), time.monotonic()
        lesson = self.followed.get(session)
        if lesson is None:
            return
        if at == "rest":
            lesson.deaths, lesson.poster, lesson.made = 0, report["poster"], report["made"]
            if report["ended"]:
                lesson.done.set()
            else:
                lesson.done.clear()
            self._rested(lesson)
        elif at == "failed":
            self._count(lesson, report["error"])

    def _blame(self) -> None:
        """The child died: what had it in hand?"""
        culprit, self._working = self._working, None
        log.warning("the second sound's process died", session=culprit)
        lesson = self.followed.get(culprit or "")
        if lesson is not None:
            self._count(lesson, "died")

    @staticmethod
    def _count(lesson: Followed, error: str) -> None:
        lesson.deaths += 1
        log.warning("the second sound failed", session=lesson.session, error=error, times=lesson.deaths)
        if lesson.deaths >= GIVE_UP:
            lesson.done.set()

    async def stop(self) -> None:
        """Let go of it. What it leaves half done, the next one takes up."""
        self._stopping = True
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
