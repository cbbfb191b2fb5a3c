"""A worker that is killed, for the tests: it brings a run forward and dies without a word at the moment that is named.

`python -m lantian.people.exchange.tests.killed RUN MOMENT`; MOMENT is the beginning of a phase, or "read:users:1" for the first
progress within it.
"""

import os
import signal
import sys


def main(run_id: str, moment: str) -> None:
    import django

    django.setup()
    from lantian.people.exchange.services import outside, reading, runs

    reading.CHUNK = 1  # every row is a step
    reading.BESIDE_FROM = reading.CHILD_FROM = 0  # and two files are under way when it dies, each with a child
    told = outside.Outside.tell

    def tell(self, phase: str, done: int, total: int, *, now: bool = False) -> None:
        told(self, phase, done, total, now=now)
        if phase.startswith(moment):
            os.kill(os.getpid(), signal.SIGKILL)

    outside.Outside.tell = tell  # type: ignore[method-assign]
    runs.proceed(run_id)


if __name__ == "__main__":
    main(*sys.argv[1:3])
