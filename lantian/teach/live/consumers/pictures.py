"""The small pictures: made for a lesson only while somebody on a weak line needs one, in child processes of their own.

A tenth of a core each, so few fit into a child, and only so many are made at once as the machine bears; who asks for one more
goes on with pages and sound.
"""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from lantian.teach.live.consumers.sound import Child, Followed, Rest, Sound

log = structlog.get_logger("live")
KEPT_S = 60.0  # after the last viewer who said so it is needed still
LESSONS = 6  # of one child
MOST_A_CORE = 3


@dataclass(slots=True)
class _Need:
    until: float
    child: "Child"


@dataclass(slots=True)
class Pictures:
    """All small pictures of a hub. `rested` is told after each step, and when one is not made any more."""

    folder: Path
    sound: Sound
    rested: Rest
    most: int = field(default_factory=lambda: MOST_A_CORE * (os.cpu_count() or 1))
    _needs: dict[str, _Need] = field(default_factory=dict)
    _children: list[Child] = field(default_factory=list)

    def need(self, session: str) -> None:
        """Somebody needs one, for the next minute."""
        until = time.monotonic() + KEPT_S
        known = self._needs.get(session)
        if known is not None:
            known.until = until
            return
        lesson = self.sound.followed(session)
        if lesson is None or not lesson.made or len(self._needs) >= self.most:
            return
        child = next((child for child in self._children if len(child.followed) < LESSONS), None)
        if child is None:
            child = Child(self.folder / f"small-{len(self._children)}.lock", "small", rested=self.rested)
            self._children.append(child)
        self._needs[session] = _Need(until, child)
        child.follow(Followed(session, lesson.folder, lesson.ring))
        log.info("a small picture is needed", session=session, made=len(self._needs))

    def made(self, session: str) -> bool:
        """Whether there is one to be played."""
        need = self._needs.get(session)
        return need is not None and need.child.followed[session].made

    def wrote(self, session: str, key: str | None) -> None:
        """The segment is there that it is made of."""
        need = self._needs.get(session)
        if need is not None:
            need.child.wrote(session, key)

    def tick(self) -> None:
        """Leave off where nobody needs one any more."""
        now = time.monotonic()
        for session in [session for session, need in self._needs.items() if need.until < now]:
            self.drop(session)

    def drop(self, session: str) -> None:
        need = self._needs.pop(session, None)
        if need is None:
            return
        lesson = need.child.followed[session]
        need.child.drop(session)
        lesson.made = False
        log.info("the small picture is not needed any more", session=session, made=len(self._needs))
        self.rested(lesson)

    async def stop(self) -> None:
        for child in self._children:
            await child.stop()
