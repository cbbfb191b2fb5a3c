"""Building a new generation beside the one that is read, in a process of its own. Killed, it leaves a folder to be swept away."""

import json
import secrets
import time
from collections.abc import Callable
from uuid import UUID

from django.utils import timezone

from lantian.commons.search.queries import reading
from lantian.commons.search.queries.registry import Indexed, indexed
from lantian.commons.search.services.copies import begin
from lantian.commons.search.services.writing import Writer, horizon, lock, put

HEAP_BYTES = 200_000_000
BATCH = 2000
SAY_EVERY_S = 1.0
SWEEPING_S = 3.0  # the keeper holds the lock while it removes what was left

Say = Callable[[str, int, int], None]


class _Progress:
    """Says how far it is, on the disk and to whoever listens, not more often than once a second."""

    def __init__(self, say: Say | None) -> None:
        self.say, self.began, self.last = say, time.time(), 0.0
        self.totals = {key: kind.total() if kind.total else 0 for key, kind in indexed().items()}
        self.done = 0

    def tell(self, key: str, *, now: bool = False) -> None:
        if not now and time.monotonic() - self.last < SAY_EVERY_S:
            return
        self.last = time.monotonic()
        total = max(sum(self.totals.values()), self.done)
        said = {"kind": key, "done": self.done, "total": total, "began": int(self.began)}
        put(reading.folders().progress, json.dumps(said))
        if self.say:
            self.say(key, self.done, total)


def build(say: Say | None = None) -> str:
    """Build a generation of all there is, catch up with what changed meanwhile, and leave it ready to become the current one.

    The name of the generation. Raises Locked when one is being built.
    """
    at = reading.folders()
    with lock(at.builder_lock, patience=SWEEPING_S):
        name = f"{timezone.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        begun = horizon().upto
        begin(begun)
        writer = Writer(at, name, heap=HEAP_BYTES, threads=0)
        writer.upto = begun
        progress = _Progress(say)
        for key, kind in indexed().items():
            _add_all(writer, key, kind, progress)
        writer.commit()
        while writer.catch_up():
            pass
        writer.write_down()
        writer.close()
        put(at.ready(name), "")
        at.wanted.unlink(missing_ok=True)
        progress.tell("", now=True)
        at.progress.unlink(missing_ok=True)
        return name


def _add_all(writer: Writer, key: str, kind: Indexed, progress: _Progress) -> None:
    after: UUID | None = None
    while ids := list(kind.ids(after, BATCH)):
        writer.add(key, kind, ids)
        after = ids[-1]
        progress.done += len(ids)
        progress.tell(key)
