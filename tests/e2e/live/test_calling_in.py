"""Classes are called into the lesson: picture and voice both ways at once, all of it in the lesson that everybody sees, and
nothing that happens to a call ends the lesson.

Teacher and two class screens, each in a browser process of their own. The classes' cameras show a clock on walls of their own
colour, and each sounds a tone of its own height, so that whose picture and voice arrives where can be told. WebRTC, recorder,
server and players are the real ones.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.live.cdp import Page
from tests.e2e.live.classroom import CAMERA, SOUND_ALLOWED, TEACHER_FLAGS, Teacher, Viewer, together, until

JOINED = 4.0  # seconds from accepting to the picture: twice the promise, three browsers share the cores
DELAY = 1.0  # seconds between a camera and the screen it is called to: the lesson itself is two and a half behind
NEAR_TONE, FAR_TONE = 880, 1320
RED, GREEN = "#b02020", "#1f8a3a"
# keeps the connections that a page makes where the test can ask for their figures
KEEP = """window.__lines = []; { const Made = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Made { constructor(...words) { super(...words); window.__lines.push(this); } }; }"""
HEARD = """(async () => { let most = 0; for (const line of window.__lines) {
  if (line.connectionState !== "connected") continue;
  for (const row of (await line.getStats()).values()) if (row.type === "inbound-rtp" && row.kind === "audio") {
    if (row.totalAudioEnergy > 0.001) most += 1;
  } } return most; })()"""
TALK = "document.querySelector('.lg')?.dataset.state"
CLOCK = "(v => v?.videoWidth ? readClock(v, 1280) : null)(document.querySelector('.lg-picture'))"
SEEN = "(v => v?.videoWidth ? glass(v, 1280) : null)(document.querySelector('.lg-picture'))"


def camera(colour: str, tone: int) -> str:
    return KEEP + CAMERA.replace("#2b5f8a", colour).replace("frequency.value = 440", f"frequency.value = {tone}")


@dataclass
class People:
    teacher: Teacher
    near: Viewer
    far: Viewer


def screen(instance: Instance, login: str, colour: str, tone: int) -> Viewer:
    viewer = Viewer.open(instance, login, *TEACHER_FLAGS, SOUND_ALLOWED, camera=camera(colour, tone))
    viewer.page.goto(f"{instance.url}/live/screen/")
    return viewer


def other_screen(instance: Instance, teacher: Teacher) -> str:
    """The login of the screen of another class that receives this lesson."""
    found = instance.home / "other-screen"
    instance.shell(
        "from lantian.people.schedule.models import LessonReceiver, Room; "
        f"g = LessonReceiver.objects.filter(lesson='{teacher.lesson}').values('class_group'); "
        "r = Room.objects.filter(class_group__in=g, screen_account__isnull=False).exclude(screen_account__username='screen'); "
        f"open({str(found)!r}, 'w').write(r.order_by('pk').first().screen_account.username)"
    )
    return found.read_text()


@pytest.fixture(scope="module")
def people(instance: Instance) -> Iterator[People]:
    with ThreadPoolExecutor(2) as pool:
        teaching = pool.submit(Teacher, instance)
        watching = pool.submit(screen, instance, "screen", RED, NEAR_TONE)
    teacher = teaching.result()
    far = screen(instance, other_screen(instance, teacher), GREEN, FAR_TONE)
    found = People(teacher, watching.result(), far)
    yield found
    found.teacher.end()
    together(found.teacher.close, found.near.close, found.far.close)


def key_of(viewer: Viewer) -> str:
    room = json.loads(viewer.page.eval("document.getElementById('screen-config').textContent"))["room"]
    return f"class:{room['class_group_id']}"


def call(people: People, viewer: Viewer) -> float:
    """The teacher calls, the class accepts; seconds from accepting until the class has the teacher's picture."""
    page = people.teacher.page
    page.click(f"[data-call='{key_of(viewer)}'] button", 20)
    viewer.page.click(".lg-accept", 10)
    began = time.monotonic()
    viewer.page.wait(f"{TALK} === 'talking' && document.querySelector('.lg-picture').currentTime > 0", 20, every=0.05)
    took = time.monotonic() - began
    viewer.page.wait(f"{SEEN} !== null", 20)  # the clock's strip is finer than the first pictures
    page.wait(f"document.querySelector('[data-end=\"{key_of(viewer)}\"]')?.dataset.line === 'up'", 10)
    return took


def delay(page: Page, seconds: float = 3) -> float:
    """Middle of the seconds between the teacher's camera and this screen, by the clock in the picture."""
    values: list[float] = []
    until_ = time.monotonic() + seconds
    while time.monotonic() < until_:
        value = page.eval(SEEN)
        if value is not None:
            values.append(float(value))
        time.sleep(0.1)
    assert values, page.text()[:300]
    return sorted(values)[len(values) // 2]


def test_a_class_is_called_accepts_and_talks_within_seconds(people: People) -> None:
    teacher, near = people.teacher, people.near
    teacher.open_devices()
    teacher.go_live()
    together(lambda: near.wait_picture(40), lambda: people.far.wait_picture(40))
    teacher.page.click("#desk-tab-stage")
    took = call(people, near)
    assert took < JOINED, f"{took:.1f} s"
    assert delay(near.page) < DELAY
    until(lambda: near.page.eval(HEARD) >= 1, 10, "the class hears the teacher")
    until(lambda: teacher.page.eval("document.querySelectorAll('[data-end]').length") == 1, 5, "the teacher's list")
    assert near.page.eval("document.querySelector('.ls-video').paused") or not near.page.eval("readClock()")


def test_a_second_class_joins_and_the_two_hear_one_another(people: People) -> None:
    call(people, people.far)
    for each in (people.near, people.far):
        until(lambda page=each.page: page.eval(HEARD) >= 2, 15, "each hears the teacher and the other class")
    side_by_side, small = (f".lv-stage-panel [role=group] button:nth-child({number})" for number in (2, 1))
    people.teacher.page.click(side_by_side)
    time.sleep(4)  # long enough for the recording to show it
    people.teacher.page.click(small)


def test_a_call_outlives_reloads_and_the_death_of_the_live_process(people: People, instance: Instance) -> None:
    teacher, near, far = people.teacher, people.near, people.far
    near.page.reload()
    near.page.wait(f"{TALK} === 'talking'", 20)
    until(lambda: near.page.eval(HEARD) >= 1, 10, "the reloaded class hears")
    is_back = instance.kill("live")
    shown = far.page.wait(CLOCK, 10)
    far.page.wait(f"{CLOCK} > {shown}", 5)  # the talk does not need the server
    until(is_back, 20, "the live process")
    teacher.wait_live()
    teacher.page.wait("document.querySelectorAll('[data-end]').length === 2", 15)
    teacher.page.reload()
    teacher.wait_live(40)
    together(*(lambda page=each.page: page.wait(f"{SEEN} !== null && {SEEN} < 2", 30) for each in (near, far)))


def test_the_teacher_mutes_and_ends_calls_and_a_class_ends_its_own(people: People) -> None:
    page, near, far = people.teacher.page, people.near, people.far
    page.click("#desk-tab-stage")
    row = f"[data-end='{key_of(near)}']"
    page.click(f"{row} button:nth-of-type(2)", 15)
    near.page.wait("document.querySelector('.lg-status').textContent.includes('静音')", 10)
    far.page.click(".lg-leave")
    page.wait("document.querySelectorAll('[data-end]').length === 1", 10)
    page.click(f"{row} .btn-ghost")
    together(lambda: near.wait_picture(30), lambda: far.wait_picture(30))
    assert near.page.eval(TALK) == "none"
    page.wait("document.querySelectorAll('[data-end]').length === 0", 10)
    assert near.page.eval("window.__lines.every((line) => line.connectionState === 'closed')"), (
        "camera and line are let go of"
    )
