"""Calling in: how old the pictures of a talk are, how soon the first one comes, and what it costs, by mesh and by Janus.

`make bench B=live-twoway` starts a platform of its own for each way. Ends are tabs of one browser with the pages' own connections
(frontend/src/live/stage) over the lesson's real sockets, without the rest of their pages, which two cores would not carry.
Of seven ends four send whole pictures, three small ones (`--full N`): their encoders, all in one browser, are not what is asked.
One operation is one look at a picture. `--kill 1` kills Janus, and then the live process, in the middle of the largest talk.
Promised: p95 of the age at most 0.25 s, the first picture within 1.5 s.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil

from bench.run import Options, Result, Usage
from tests.e2e.conftest import Instance, running_instance
from tests.e2e.relay.talk import Talk, talk, tickets

TALKS = (("mesh", 1), ("mesh", 3), ("relay", 1), ("relay", 3), ("relay", 6))
FULL = 3  # classes that send whole pictures; what is beyond, `--full 6`, two cores do not carry


@contextlib.contextmanager
def _platform(way: str) -> Iterator[Instance]:
    before = os.environ.pop("LANTIAN_E2E_RELAY", None)
    if way == "relay":
        os.environ["LANTIAN_E2E_RELAY"] = "1"
    try:
        with running_instance() as instance:
            yield instance
    finally:
        os.environ.pop("LANTIAN_E2E_RELAY", None)
        if before is not None:
            os.environ["LANTIAN_E2E_RELAY"] = before


def _killed(found: Talk) -> dict[str, float]:
    """Seconds until all see and hear all again after the death of Janus, and of the live process."""
    again = {}
    for service in ("janus", "live"):
        for page in found.pages:
            page.eval("window.__lines.length = 0")
        is_back = found.instance.kill(service)
        began = time.monotonic()
        while not is_back():
            time.sleep(0.05)
        again[f"{service}_back_s"] = round(time.monotonic() - began, 2)
        found.all_hear(60)
        again[f"{service}_all_again_s"] = round(time.monotonic() - began, 2)
    return again


def _measure(
    instance: Instance, opened: dict[str, Any], classes: int, seconds: float, *, full: int, kill: bool
) -> tuple[dict[str, Any], Usage, int]:
    with talk(instance, opened, classes, full=full) as found:
        firsts = [each for key in found.classes for each in found.call(key)]
        found.all_hear(40)
        time.sleep(3)
        began_ms = time.time() * 1000
        services = [name for name in ("live", "janus") if name in instance.state()["services"]]
        usages = {name: Usage(instance.pid(name)) for name in services}
        with contextlib.ExitStack() as stack, Usage() as whole:
            for usage in usages.values():
                stack.enter_context(usage)
            time.sleep(seconds)
        ages = found.ages(began_ms)
        figures: dict[str, Any] = {
            "ends": classes + 1,
            "whole_pictures": min(classes, full) + 1,
            "age_p50_ms": round(ages[len(ages) // 2] * 1000),
            "age_p95_ms": round(ages[int(len(ages) * 0.95)] * 1000),
            "first_picture_p50_s": round(sorted(firsts)[len(firsts) // 2], 2),
            "first_picture_max_s": round(max(firsts), 2),
            "load": round(os.getloadavg()[0], 1),
        }
        for name, usage in usages.items():
            figures[f"{name}_cpu_percent"] = round(100 * usage.cpu_seconds / usage.seconds, 1)
        figures["browser_cpu_percent"] = round(100 * whole.cpu_seconds / whole.seconds)
        if kill:
            figures |= _killed(found)
        return figures, whole, len(ages)


def run(options: Options) -> Result:
    """Each talk for `--seconds`; `--only relay`, `--only mesh3` for some of them."""
    seconds, kill, only = max(10.0, options.seconds), bool(options.number("kill", 0)), options.more.get("only", "")
    full = int(options.number("full", FULL))
    talks = [each for each in TALKS if f"{each[0]}{each[1]}".startswith(only)]
    figures_of: dict[str, Any] = {}
    count, spent = 0, 0.0
    for way in dict.fromkeys(way for way, _ in talks):
        with _platform(way) as instance:
            opened = tickets(instance)
            for classes in (number for kind, number in talks if kind == way):
                last = way == "relay" and classes == max(number for kind, number in talks if kind == way)
                figures, usage, seen = _measure(instance, opened, classes, seconds, full=full, kill=kill and last)
                print(f"  {way} {figures}", file=sys.stderr)
                figures_of[f"{way}{classes}"] = figures
                count, spent = count + seen, spent + usage.cpu_seconds
    machine = f"{psutil.cpu_count()} cores"
    return Result(
        work="pictures of a talk, looked at four times a second",
        count=count,
        seconds=seconds * len(talks),
        cpu_seconds=spent,
        more={"talks": figures_of, "machine_size": machine},
    )
