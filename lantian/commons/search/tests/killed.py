"""Keepers and builders that are killed, for the tests: each does its work and dies without a word at the moment that is named.

`python -m lantian.commons.search.tests.killed` reads lines "HOME WORK MOMENT" and answers each with how that process ended (a
signal is negative). Each is a process of its own, forked before anything was connected: Django is loaded once for all of them.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _die(*args: Any, **more: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _then_die(function: Callable[..., Any], when: Callable[..., bool] = lambda *args: True) -> Callable[..., Any]:
    def both(*args: Any, **more: Any) -> None:
        function(*args, **more)
        if when(*args):
            _die()

    return both


def _moments() -> dict[str, tuple[Any, str, Callable[..., Any]]]:
    """Moment → (where, the function there, what takes its place)."""
    from lantian.commons.search.services import building, keeping, writing

    writer = writing.Writer
    return {
        "build:adding": (writer, "add", _then_die(writer.add)),
        "build:added": (writer, "commit", _die),
        "build:committed": (writer, "commit", _then_die(writer.commit)),
        "build:closed": (writer, "close", _then_die(writer.close)),
        "build:ready": (building, "put", _then_die(building.put, lambda path, _text: path.name == "READY")),
        "turn:applied": (writer, "_apply", _then_die(writer._apply)),
        "turn:committed": (writer, "write_down", _die),
        "turn:over": (writer, "write_down", _then_die(writer.write_down)),
        "switch:begun": (keeping, "put", _die),
        "switch:named": (keeping, "put", _then_die(keeping.put)),
    }


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    from lantian.commons.search.services import building, keeping

    for line in sys.stdin:
        home, work, moment = line.split()
        child = os.fork()
        if not child:
            settings.LANTIAN_HOME = Path(home)
            setattr(*_moments()[moment])
            if work == "build":
                building.build()
            else:
                keeping.Keeper().turn()
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
