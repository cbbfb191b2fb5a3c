"""The child that makes a rendition of several lessons, one segment after the other.

    python -m lantian.teach.live.consumers.sound_child LOCKFILE sound|small

`sound`: the AAC rendition and sound alone, for as long as the lesson lasts. `small`: the small picture, until it is dropped.

Codecs are other people's C: if one aborts, this process dies and nothing else. Orders come as JSON lines on standard input,
reports leave as JSON lines on standard output; nothing here needs the database.

orders   {"t":"follow","s":session,"folder":path,"keys":{id: hex},"pass_over":bool}
         {"t":"new","s":…,"keys":{…}} a segment (or the end) is on disk   {"t":"drop","s":…}
reports  {"s":session,"at":"work"} before each step, {"s":…,"at":"rest","ended":bool,"poster":name,"made":bool} after it, or
         "failed". `made`: what is for weak lines (sound alone, the small picture) can be played.
"""

import fcntl
import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django

from lantian.content.media.errors import KeyLost

if TYPE_CHECKING:
    from lantian.content.media.services import StreamFollower, StreamShrinker

SEGMENTS_AT_ONCE = {"sound": 20, "small": 1}  # then another lesson has its turn
AGAIN_S = 5.0
NICENESS = 10  # the second sound is worth having, but never before the picture


class Followed:
    """One lesson's rendition. Its follower is made anew after a failure: the disk says where to go on."""

    def __init__(self, folder: Path, keys: dict[str, str], *, pass_over: bool, job: str) -> None:
        self._folder, self._pass_over, self._job = folder, pass_over, job
        self._keys: dict[UUID, bytes] = {}
        self.add(keys)
        self._follower: StreamFollower | StreamShrinker | None = None

    def add(self, keys: dict[str, str]) -> None:
        self._keys |= {UUID(key): bytes.fromhex(secret) for key, secret in keys.items()}

    def _secret(self, key: UUID) -> bytes:
        if key not in self._keys:
            raise KeyLost(str(key))
        return self._keys[key]

    def step(self) -> "StreamFollower | StreamShrinker":
        from lantian.content.media.services import StreamFolder, StreamFollower, StreamShrinker

        if self._follower is None:
            folder = StreamFolder(self._folder)
            self._follower = (
                StreamShrinker(folder, self._secret)
                if self._job == "small"
                else StreamFollower(folder, self._secret, pass_over=self._pass_over, live=True)
            )
        self._follower.step(SEGMENTS_AT_ONCE[self._job])
        return self._follower

    def leave(self) -> None:
        """Nobody needs it any more."""
        from lantian.content.media.services import StreamShrinker

        if isinstance(self._follower, StreamShrinker):
            self._follower.remove()

    def fail(self, *, pass_over: bool) -> None:
        self._follower, self._pass_over = None, pass_over


class Child:
    def __init__(self, reports: int, job: str) -> None:
        self._reports, self._job = reports, job
        self._orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._followed: dict[str, Followed] = {}
        self._ready: dict[str, None] = {}  # an ordered set: whose turn is next
        self._again: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def listen(self) -> None:
        """Take in orders. When the live process is gone, so are we, in the middle of whatever it is."""
        for line in sys.stdin.buffer:
            self._orders.put(json.loads(line))
        os._exit(0)

    def work(self) -> None:
        while True:
            self._take_orders()
            now = time.monotonic()
            for session in [session for session, at in self._again.items() if at <= now]:
                del self._again[session]
                self._ready[session] = None
            if self._ready:
                session = next(iter(self._ready))
                del self._ready[session]
                if session in self._followed:
                    self._step(session, self._followed[session])

    def _take_orders(self) -> None:
        """All that wait; when there is nothing else to do, wait for one."""
        pause = 0.0 if self._ready else 1.0 if self._again else None
        try:
            self._take(self._orders.get(timeout=pause) if pause != 0.0 else self._orders.get_nowait())
            while True:
                self._take(self._orders.get_nowait())
        except queue.Empty:
            return

    def _take(self, order: dict[str, Any]) -> None:
        session = order["s"]
        if order["t"] == "drop":
            followed = self._followed.pop(session, None)
            if followed is not None:
                followed.leave()
            self._again.pop(session, None)
            self._failures.pop(session, None)
            return
        if order["t"] == "follow":
            folder, keys = Path(order["folder"]), order["keys"]
            self._followed[session] = Followed(folder, keys, pass_over=order["pass_over"], job=self._job)
        elif session in self._followed:
            self._followed[session].add(order["keys"])
        if session not in self._again:
            self._ready[session] = None

    def _step(self, session: str, followed: Followed) -> None:
        self._say(s=session, at="work")
        try:
            follower = followed.step()
        except Exception as error:  # noqa: BLE001 - one lesson's trouble must not cost the others their sound
            failures = self._failures[session] = self._failures.get(session, 0) + 1
            followed.fail(pass_over=failures >= 2)
            self._again[session] = time.monotonic() + AGAIN_S
            self._say(s=session, at="failed", error=f"{type(error).__name__}: {error}"[:200])
            return
        self._failures.pop(session, None)
        if follower.behind:
            self._ready[session] = None
        self._say(s=session, at="rest", ended=follower.ended, poster=follower.poster, made=follower.made)

    def _say(self, **report: object) -> None:
        os.write(self._reports, json.dumps(report).encode() + b"\n")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the live process, which then lets go of us
    os.nice(NICENESS)
    reports = os.dup(1)
    os.dup2(2, 1)  # whatever else prints must not look like a report
    lock = Path(sys.argv[1]).open("w")  # noqa: SIM115 - held for as long as this process lives
    child = Child(reports, sys.argv[2])
    threading.Thread(target=child.listen, daemon=True).start()
    fcntl.flock(lock, fcntl.LOCK_EX)  # a former child may take a moment to die: never two writers
    django.setup()
    child.work()


if __name__ == "__main__":
    main()
