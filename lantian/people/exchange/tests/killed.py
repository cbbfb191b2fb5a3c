"""Workers that are killed, for the tests: each brings a run forward and dies without a word at the moment that is named.

`python -m lantian.people.exchange.tests.killed` reads lines "RUN MOMENT" and answers each with how that worker ended (a signal is
negative). MOMENT is the beginning of a phase, or "read:users:1" for the first progress within it. Each worker is a process of its
own, forked before anything was connected: Django is loaded once for all of them.
"""

import os
import signal
import sys


def main() -> None:
    import django

    django.setup()
    from lantian.people.exchange.services import outside, reading, runs

    reading.CHUNK = 1  # every row is a step
    reading.BESIDE_FROM = reading.CHILD_FROM = 0  # and two files are under way when it dies, each with a child
    told = outside.Outside.tell

    def work(run_id: str, moment: str) -> None:
        def tell(self, phase: str, done: int, total: int, *, now: bool = False) -> None:
            told(self, phase, done, total, now=now)
            if phase.startswith(moment):
                os.kill(os.getpid(), signal.SIGKILL)

        outside.Outside.tell = tell  # type: ignore[method-assign]  # where this process is to die
        runs.proceed(run_id)

    for line in sys.stdin:
        child = os.fork()
        if not child:
            work(*line.split())
            sys.exit()
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
