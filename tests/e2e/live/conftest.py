"""The people of one lesson that lives through all tests of this folder, in the order of its acts: it begins, classes are called
in, things break, it ends and is seen again. Classes and faults may be run alone (whoever needs the lesson begins it); the
end is held against all that was before."""

import contextlib
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.live.cast import Cast, arrange
from tests.e2e.live.cdp import Browser, Page
from tests.e2e.live.chromium92 import PACKAGE, chromium92
from tests.e2e.live.classroom import KEEP, TEACHER_FLAGS, Teacher, Viewer, camera, sign_in, together
from tests.e2e.live.doings import Register, Staff, bring_slides

EMPTY_BATTERY = -timedelta(days=3900).total_seconds()  # a class panel that wakes up in 2016
FAST_PHONE = timedelta(minutes=47).total_seconds()
# Walls and voices of the rooms; no tone is an overtone of the teacher's 440 Hz or of another, for loud sound is bent a little.
RED, GREEN = "#b02020", "#1f8a3a"
NEAR_TONE, FAR_TONE = 700, 1270


@pytest.fixture(scope="session")
def register() -> Register:
    return Register()


@pytest.fixture(scope="session")
def old_chromium() -> str:
    """Chromium 92, as panels with Windows 7 have it; why there is none, when it cannot be fetched."""
    try:
        return chromium92()
    except (subprocess.SubprocessError, OSError) as error:
        return f"Chromium 92 cannot be fetched ({PACKAGE} from the npm registry): {error}"


def class_screen(instance: Instance, login: str, *flags: str, **options: Any) -> Viewer:
    viewer = Viewer.open(instance, login, *flags, **options)
    viewer.page.goto(f"{instance.url}/live/screen/")
    return viewer


def old_panel(instance: Instance, binary: str, login: str) -> Viewer | None:
    """The screen of the second receiving room."""
    if not binary.startswith("/"):
        return None
    viewer = class_screen(instance, login, "--no-zygote", binary=binary)
    viewer.page.click(".ls-tap-button")
    return viewer


@dataclass
class People:
    cast: Cast
    teacher: Teacher
    screen: Viewer
    student: Viewer
    panel: Viewer | None
    substitute: Teacher
    staff: Staff


@pytest.fixture(scope="session")
def people(instance: Instance, old_chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """They come at the same time, before the lesson; the teacher has brought slides."""

    def come(login: str) -> Page:
        page = outside.visitor()
        sign_in(page, instance.url, login)
        return page

    with closed_after_all(), Browser() as outside, ThreadPoolExecutor(2) as pool:
        arranged = pool.submit(arrange, instance)
        staff = [pool.submit(come, "head"), pool.submit(come, "homeroom"), pool.submit(come, "county")]
        teacher, screen, student, panel, substitute, far = together(
            lambda: Teacher(instance),
            lambda: class_screen(
                instance, "screen", *TEACHER_FLAGS, camera=KEEP + camera(RED, NEAR_TONE), clock_wrong_by=EMPTY_BATTERY
            ),
            lambda: Viewer.open(instance, "student", phone=True, clock_wrong_by=FAST_PHONE),
            lambda: old_panel(instance, old_chromium, arranged.result().screen),
            lambda: Teacher(instance, arranged.result().substitute),
            lambda: come(arranged.result().assistant),
        )
        cast = arranged.result()
        head, near, officer = (each.result() for each in staff)
        found = People(
            cast, teacher, screen, student, panel, substitute, Staff(near=near, far=far, head=head, officer=officer)
        )
        teacher.find_lesson()
        assert teacher.lesson == cast.lesson
        substitute.lesson = cast.lesson
        bring_slides(teacher, tmp_path_factory.mktemp("slides"))
        screen.page.click(".ls-tap-button")  # the morning's tap
        yield found


@contextlib.contextmanager
def closed_after_all() -> Iterator[None]:
    """No browser stays behind, whoever could not come."""
    try:
        yield
    finally:
        for browser in list(Browser.running):
            browser.close()


@pytest.fixture(scope="session")
def teacher(people: People) -> Teacher:
    return people.teacher


@pytest.fixture(scope="session")
def screen(people: People) -> Viewer:
    """The class screen of a receiving class, on since the morning; its clock has lost the date."""
    return people.screen


@pytest.fixture(scope="session")
def student(people: People) -> Viewer:
    return people.student


@pytest.fixture(scope="module")
def lesson(people: People, instance: Instance) -> str:
    """Its id; it is live, and screen and student have its picture."""
    if not (people.teacher.is_live or people.substitute.is_live):
        people.teacher.open_devices()
        people.teacher.go_live()
        people.student.page.goto(f"{instance.url}/live/lessons/{people.teacher.lesson}/watch/")
    together(people.screen.wait_picture, people.student.wait_picture)
    return people.teacher.lesson
