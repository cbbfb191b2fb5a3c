"""The whole story in real browsers: a lesson goes live, two classes see and hear it, and nothing that happens to it ends it.

Teacher, class screens and student each sit in a browser process of their own. The teacher's camera is replaced by one that
shows a clock; the recorder, the wire, the server and the players are the real ones. One lesson lives through all of it: a cut, a
reload, the death of each process, sessions that end; then its replay is read segment by segment for seconds that are missing.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.live.cdp import Page
from tests.e2e.live.chromium92 import PACKAGE, chromium92
from tests.e2e.live.classroom import SOUND_ALLOWED, Teacher, Viewer, end_other_sessions, together, until
from tests.e2e.live.recording import Part, gaps, read_recording

# Twice what the platform promises (p50 3.0 s, p95 3.5 s): three browsers share the cores with it. About 2.5 s on a quiet machine.
LATEST, LATEST_P95 = 6.0, 7.0
RESUMED = 10.0  # seconds a picture may stand after any fault: the promise itself; 1–3 on a quiet machine
AFTERWARDS = 6.0  # seconds that are watched when a fault is over: a player has no more in store that could hide it
LOST = 1.0  # seconds by which the clock of a whole recording may jump: a starved machine draws it late
EMPTY_BATTERY = -timedelta(days=3900).total_seconds()  # a class panel that wakes up in 2016
FAST_PHONE = timedelta(minutes=47).total_seconds()


@dataclass
class Register:
    """What the lesson went through, for the end to be held against (Unix s)."""

    went_live: float = 0
    away: list[tuple[float, float]] = field(default_factory=list)  # when the teacher's page was not there
    restarts: int = 0  # of the recorder, by the page itself
    results: float = 0  # of a poll, for everybody to see
    taken: float = 0  # the board, instead of the camera
    put_away: float = 0  # the board, for the camera
    ended: float = 0
    parts: list[Part] = field(default_factory=list)  # of the recording


@pytest.fixture(scope="module")
def register() -> Register:
    return Register()


@pytest.fixture(scope="module")
def old_chromium() -> str:
    """Chromium 92, as panels with Windows 7 have it; why there is none, when it cannot be fetched."""
    try:
        return chromium92()
    except (subprocess.SubprocessError, OSError) as error:
        return f"Chromium 92 cannot be fetched ({PACKAGE} from the npm registry): {error}"


def class_screen(instance: Instance, *flags: str, **options: Any) -> Viewer:
    viewer = Viewer.open(instance, "screen", *flags, **options)
    viewer.page.goto(f"{instance.url}/live/screen/")
    return viewer


def old_panel(instance: Instance, binary: str) -> Viewer | None:
    if not binary.startswith("/"):
        return None
    viewer = class_screen(instance, "--no-zygote", binary=binary)
    viewer.page.click(".ls-tap-button")
    return viewer


@dataclass
class People:
    teacher: Teacher
    screen: Viewer
    student: Viewer
    panel: Viewer | None


@pytest.fixture(scope="module")
def people(instance: Instance, old_chromium: str) -> Iterator[People]:
    """They come at the same time, before the lesson."""
    came = together(
        lambda: Teacher(instance),
        lambda: class_screen(instance, clock_wrong_by=EMPTY_BATTERY),
        lambda: Viewer.open(instance, "student", phone=True, clock_wrong_by=FAST_PHONE),
        lambda: old_panel(instance, old_chromium),
    )
    found = People(*came)
    yield found
    together(*(someone.close for someone in vars(found).values() if someone))


@pytest.fixture(scope="module")
def teacher(people: People) -> Teacher:
    return people.teacher


@pytest.fixture(scope="module")
def screen(people: People) -> Viewer:
    """The class screen of a receiving class, on since the morning; its clock has lost the date."""
    return people.screen


@pytest.fixture(scope="module")
def student(people: People) -> Viewer:
    return people.student


def restarts_of(teacher: Teacher) -> int:
    return int(teacher.page.eval("document.querySelector('.lv-teach').dataset.epochs")) - 1


def are_level(*viewers: Viewer) -> None:
    """The picture is no older than promised."""
    for series in together(*(lambda viewer=viewer: viewer.settled(LATEST) for viewer in viewers)):
        assert series.at(0.5) < LATEST


def go_on_while(happening: Callable[[], object], *viewers: Viewer, afterwards: float = AFTERWARDS) -> None:
    """Nobody's picture stands for longer than is promised, from the beginning of what happens until some seconds after it is
    over; and then it is no older than promised."""

    def happens() -> None:
        try:
            happening()
            time.sleep(afterwards)
        finally:
            together(*(viewer.enough for viewer in viewers))

    watching = [lambda viewer=viewer: viewer.watch(90) for viewer in viewers]
    *seen, _ = together(*watching, happens)
    for frozen, ages in seen:
        assert 0 < frozen < RESUMED, f"stood still for {frozen:.1f} s; {ages}"
    behind = [viewer for viewer, (_, ages) in zip(viewers, seen, strict=True) if ages.at(0.5) >= LATEST]
    if behind:
        are_level(*behind)


@pytest.mark.timeout(300)
def test_goes_live_by_keyboard_and_is_seen_and_heard(
    teacher: Teacher, screen: Viewer, student: Viewer, instance: Instance, register: Register
) -> None:
    screen.page.click(".ls-tap-button")  # the morning's tap
    teacher.go_live_by_keyboard()
    register.went_live = time.time()
    assert (
        teacher.page.eval("[...document.querySelectorAll('.lv-check')].map(e => e.dataset.level).join()")
        == "ok,ok,ok,ok,ok"
    )
    screen.wait_picture(60)
    student.page.goto(f"{instance.url}/live/lessons/{teacher.lesson}/watch/")
    student.wait_picture()
    student.page.click(".lw-tap")  # phones want a tap before there is sound
    are_level(screen, student)
    for viewer in (screen, student):
        sound = viewer.page.eval("listen()")
        assert sound["peak"] > 0.05
        assert sound["hertz"] == pytest.approx(440, abs=15)
        assert viewer.page.eval("document.querySelector('video').muted") is False
    assert not teacher.page.errors + screen.page.errors + student.page.errors


def test_a_class_screen_on_a_very_old_browser_joins_by_itself_and_plays(people: People, old_chromium: str) -> None:
    panel = people.panel
    if panel is None:
        if os.environ.get("CI"):
            pytest.fail(
                f"{old_chromium}\nThe class screens of 2021 went untested; a check that is green must not hide that."
            )
        pytest.skip(old_chromium)
    assert "Chrome/92." in panel.page.eval("navigator.userAgent")
    panel.wait_picture(40)
    are_level(panel)
    assert panel.page.eval("document.querySelector('video').muted") is False
    assert panel.page.eval("heard()") > 2000  # bytes of sound decoded in a second
    assert not panel.page.errors


def press_words(page: Page, within: str, words: str) -> None:
    """The button with these words, once it is there."""
    found = f"[...document.querySelectorAll('{within} button')].find(each => each.innerText.includes('{words}'))"
    page.wait(found, 15)
    page.eval(f"{found}.click()")


def ask(teacher: Teacher, panel: Viewer, student: Viewer, register: Register) -> None:
    """The class counts hands on its panel, the student answers alone, both are counted, all see the results."""
    page = teacher.page
    page.click("#desk-tab-polls")
    page.wait("document.querySelector('.lv-form [name=question]')", 15)
    page.eval(
        """(() => {
        document.querySelector(".lv-form [name=question]").value = "图象上升还是下降？";
        document.querySelector(".lv-form [name=options]").value = "上升\\n下降";
        })()"""
    )
    page.click("[data-action=poll-open]")
    panel.page.wait("document.querySelector('[data-more=\"1\"]')", 20)
    for option in (0, 0, 1):
        panel.page.click(f"[data-more='{option}']")
    panel.page.click(".lr-send")
    student.page.wait("document.querySelector('[data-option=\"0\"]')", 20)
    student.page.click("[data-option='0']")
    page.wait("document.querySelector('.lv-running .lr-bars')?.innerText.includes('75%')", 15)
    page.click("[data-action=poll-close]")
    page.wait("document.querySelector('[data-action=poll-show]:not([hidden])')", 15)
    register.results = time.time()
    page.click("[data-action=poll-show]")
    for viewer in (panel, student):
        viewer.page.wait(BARS, 20)
    page.click("[data-action=poll-clear]")


def write_on_a_board(teacher: Teacher, viewers: list[Viewer], register: Register) -> None:
    """By keyboard; everybody sees the stroke, and the camera again."""
    page = teacher.page
    register.taken = time.time()
    page.click("[data-main=board]")
    page.wait("document.querySelector('.lv-drawing')", 20)
    page.eval("document.querySelector('.lv-surface').focus()")
    for key in ("Enter", *["ArrowRight"] * 4, *["ArrowDown"] * 4, "Enter"):
        page.press(key)
    for viewer in viewers:
        viewer.page.wait(f"{STROKES} === '1'", 20)
    time.sleep(3)  # what is shown for less than two seconds was leafed over, and has no place in the replay's list
    register.put_away = time.time()
    page.click("[data-main=camera]")
    for viewer in viewers:
        viewer.page.wait(f"{SHEET} === '' && {STROKES} === '0'", 20)


BARS = "document.querySelectorAll('.lr-poll .lr-bar').length === 2"
STROKES = "document.querySelector('.lb-layer')?.dataset.strokes"
SHEET = "document.querySelector('.lb-layer')?.dataset.sheet"


@pytest.mark.timeout(240)
def test_all_take_part_and_the_oldest_browser_too(
    people: People, teacher: Teacher, screen: Viewer, student: Viewer, register: Register
) -> None:
    """A poll, a hand, a name drawn, a stroke on a board: four browsers at once, one of them of 2021."""
    panel = people.panel or screen
    ask(teacher, panel, student, register)
    student.page.click(".lr-hand")
    teacher.page.click("#desk-tab-hands")
    press_words(teacher.page, "#desk-hands", "请发言")
    student.page.wait("document.querySelector('.lr-hand').disabled", 15)
    press_words(teacher.page, "#desk-hands", "请坐")
    teacher.page.click("#desk-tab-tools")
    press_words(teacher.page, "#desk-tools", "抽一名学生")
    teacher.page.wait("document.querySelector('#desk-tools').innerText.includes('（从 1 个里抽）')", 15)
    write_on_a_board(teacher, [screen, student] if panel is screen else [screen, student, panel], register)
    teacher.page.click("#desk-tab-classes")
    screen.wait_picture()
    assert not panel.page.errors + teacher.page.errors
    if people.panel:
        people.panel.close()
        people.panel = None


def test_the_teacher_sees_who_is_there(teacher: Teacher, screen: Viewer) -> None:
    teacher.page.wait("document.querySelector('.lv-class[data-where=watching]')", 30)
    assert teacher.page.eval("document.querySelectorAll('.lv-class').length") > 1


def test_axe_finds_nothing_in_the_three_rooms_while_they_are_live(
    teacher: Teacher, screen: Viewer, student: Viewer
) -> None:
    assert together(*(someone.page.faults_of_access for someone in (teacher, screen, student))) == [[], [], []]


def test_goes_on_while_the_teacher_looks_at_another_tab(teacher: Teacher, screen: Viewer) -> None:
    other = teacher.hide()
    teacher.page.eval("new Promise(done => setTimeout(done, 3000))")
    hidden = screen.glass(6)
    sound = screen.page.eval("listen()")
    assert teacher.page.eval("document.hidden")
    other.close()
    teacher.browser.show(teacher.page)
    assert hidden.at(0.95) < LATEST_P95
    assert len(hidden.values) > 15
    assert sound["peak"] > 0.05


@pytest.mark.timeout(180)
def test_a_screen_that_fell_behind_catches_up(screen: Viewer) -> None:
    """Its picture stands for two seconds, as on a computer that is busy with something else."""
    before = screen.settled(LATEST).at(0.5)
    screen.page.eval(
        """new Promise((done) => {
        const video = document.querySelector("video");
        video.pause();
        setTimeout(() => video.play().then(done), 2000);
        })"""
    )
    behind = screen.glass(1).at(0.5)
    # the distance itself is a figure of `bench glass`; here, beside three other browsers, that most of what was lost comes back
    enough = max(3.0, before + 0.4, before + (behind - before) / 2)
    began = time.monotonic()
    while (now := screen.glass(2).at(0.5)) > enough and time.monotonic() - began < 45:
        pass
    assert now < behind
    assert now <= enough, f"{before:.1f} s before, {behind:.1f} s after, {now:.1f} s in the end"


def test_a_cable_pulled_for_three_seconds_loses_nothing(teacher: Teacher, screen: Viewer) -> None:
    def cut() -> None:
        teacher.cable.cut(3)
        teacher.wait_live()

    go_on_while(cut, screen)
    assert teacher.page.eval("document.querySelector('.lv-teach').dataset.epochs") == "1"


def test_a_severed_connection_resumes_the_same_recording(teacher: Teacher, screen: Viewer) -> None:
    def sever() -> None:
        teacher.cable.sever()
        teacher.wait_live()

    go_on_while(sever, screen)
    assert teacher.page.eval("document.querySelector('.lv-teach').dataset.epochs") == "1"


@pytest.mark.timeout(240)
def test_a_reload_in_mid_lesson_comes_back_by_itself(teacher: Teacher, screen: Viewer, register: Register) -> None:
    def reload() -> None:
        register.restarts += restarts_of(teacher)
        left = time.time()
        teacher.page.reload()
        teacher.wait_live()
        register.away.append((left, time.time()))

    go_on_while(reload, screen)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("services", ["live", "caddy", "postgres", "web worker"])
def test_processes_are_killed_and_the_class_goes_on(
    teacher: Teacher, screen: Viewer, student: Viewer, instance: Instance, services: str
) -> None:
    def kill() -> None:
        for service, is_back in [(service, instance.kill(service)) for service in services.split()]:
            until(is_back, 30, f"{service} was not back")  # lessons do not wait for it

    go_on_while(kill, screen, student)
    teacher.wait_live()
    student.page.reload()  # whoever comes now gets in
    student.wait_picture()
    if services == "live":
        assert screen.page.eval("listen()")["peak"] > 0.05


@pytest.mark.timeout(240)
def test_a_teacher_signed_out_on_another_device_teaches_on(
    teacher: Teacher, screen: Viewer, instance: Instance
) -> None:
    go_on_while(lambda: end_other_sessions(instance, "teacher"), screen)
    assert teacher.page.eval("fetch('/today/', {redirect: 'manual'}).then(answer => answer.type)") == "opaqueredirect"
    teacher.cable.sever()  # the line breaks as well: the way back needs no session either
    teacher.wait_live()
    screen.wait_picture()
    are_level(screen)


@pytest.mark.timeout(240)
def test_a_class_screen_and_a_student_signed_out_elsewhere_watch_on(
    screen: Viewer, student: Viewer, instance: Instance
) -> None:
    def sign_out() -> None:
        together(*(lambda login=login: end_other_sessions(instance, login) for login in ("screen", "student")))

    go_on_while(sign_out, screen, student, afterwards=12)  # each reports once in ten seconds
    screen.page.eval("document.dispatchEvent(new Event('visibilitychange'))")  # it asks for the day's plan, in vain
    screen.page.wait("document.querySelector('.ls-line').textContent.includes('退出登录')", 10)
    until(instance.kill("live"), 30, "live was not back")
    for viewer in (screen, student):
        viewer.wait_picture()
    are_level(screen, student)
    assert screen.page.eval("document.querySelector('.lv-screen').dataset.task") == "lesson"


@pytest.mark.timeout(240)
def test_the_end_and_the_replay(
    people: People,
    teacher: Teacher,
    screen: Viewer,
    student: Viewer,
    instance: Instance,
    register: Register,
    old_chromium: str,
) -> None:
    panel = people.panel = old_panel(instance, old_chromium)
    screens = [screen.page] + ([panel.page] if panel else [])
    if panel:
        panel.wait_picture(40)
    taught = teacher.page.eval("document.querySelector('.lv-pill').textContent")
    register.restarts += restarts_of(teacher)
    register.ended = time.time()
    teacher.end(by_keyboard=True)
    for each in screens:
        each.wait("document.querySelector('.lv-screen').dataset.task !== 'lesson'", 20)
    if panel:
        assert not panel.page.errors
        panel.close()
        people.panel = None
    student.page.wait("location.pathname.includes('/login')", 30)  # signed out a while ago: now it matters
    student.sign_in_here("student")
    student.page.wait("document.querySelector('.lv-watch').dataset.mode === 'replay'", 30)
    student.page.wait("readClock() !== null", 20)
    length = student.page.eval("document.querySelector('video').duration")
    assert length > 60, taught
    first = student.page.eval("document.querySelector('video').play(), readClock()")
    # seek to the middle, over the seams of reload and restart, then near the end
    for share in (0.5, 0.9):
        student.page.eval(f"document.querySelector('video').currentTime = {length * share}")
        student.page.wait("!document.querySelector('video').seeking", 15)
        shown = student.page.wait(f"readClock() > {first} && readClock()", 10)
        # the picture there is as old as its place in the replay says (seams are the seconds nobody could receive)
        assert abs((shown - first) / 1000 - length * share) < 30
    student.page.wait("document.querySelector('video').currentTime > 0 && !document.querySelector('video').paused", 10)
    see_it_again(student, register, first)
    student.page.press("Tab")  # a new page's sound waits for a hand on the device, the ear of this test too
    assert student.page.eval("listen()")["peak"] > 0.05
    assert student.page.faults_of_access() == []


def see_it_again(student: Viewer, register: Register, first: float) -> None:
    """What was done beside the picture is done again when the clock in it says so."""
    page = student.page
    page.eval(f"document.querySelector('video').currentTime = {register.results - first / 1000 - 4}")
    page.wait(
        "!document.querySelector('video').seeking && document.querySelectorAll('.lr-poll .lr-bar').length === 0", 15
    )
    shown = page.wait(f"{BARS} && readClock()", 20, every=0.05)
    assert abs(shown / 1000 - register.results) < 1.5
    page.click(".lw-sheets")
    page.click(".lb-chapters button")
    page.wait(f"{STROKES} === '1'", 30)
    gone = page.wait(f"{SHEET} === '' && readClock()", 40, every=0.05)
    assert abs(gone / 1000 - register.put_away) < 1.5
    page.eval("document.querySelector('video').currentTime = 0")
    page.wait(f"{SHEET} === '' && {STROKES} === '0'", 10)


def replay_of(viewer: Viewer) -> dict[str, Any]:
    return dict(json.loads(viewer.page.eval("document.getElementById('watch-config').textContent"))["replay"])


def test_the_replay_is_whole_but_for_seconds_never_received(
    student: Viewer, teacher: Teacher, instance: Instance, register: Register
) -> None:
    """All the clock's seconds from the first picture to the last are there, but for those when the teacher's page was away."""
    parts = register.parts = read_recording(instance.url, replay_of(student))
    assert parts[0].clock < register.went_live + 1
    assert parts[-1].clock + parts[-1].seconds > register.ended - 1
    hidden = [part.clock for part in parts if not part.shown]
    assert all(register.taken - 2 < clock < register.put_away + 2 for clock in hidden), hidden
    missing = gaps(parts, LOST)
    assert all(gap.seam for gap in missing), f"seconds that were recorded are not there: {missing}"
    # a recorder that begins anew is a seam: after the reload, and where a starved machine made the page restart it
    assert len(missing) <= len(register.away) + register.restarts, missing
    if register.restarts == 0:
        for gap, (left, back) in zip(missing, register.away, strict=False):
            assert left - 1.5 < gap.at  # a recorder that dies takes the second with it that it had not handed out
            assert gap.at + gap.seconds < back + 1


def test_a_replay_passes_over_what_no_key_opens_and_says_when_nothing_is_left(
    student: Viewer, teacher: Teacher, instance: Instance, register: Register
) -> None:
    parts = register.parts or read_recording(instance.url, replay_of(student))
    behind = next(part for part in parts if part.key != parts[0].key)
    keys = (
        "from lantian.content.media.models import MediaKey as K;"
        f"k = K.objects.filter(stream__live_session__lesson='{teacher.lesson}')"
    )
    from_the_beginning = "localStorage.clear(); Storage.prototype.setItem = () => {}"
    student.page.eval(from_the_beginning)
    instance.shell(f"{keys}; k.filter(pk='{parts[0].key}').update(sealed=bytes(60))")
    student.page.reload()
    shown = student.page.wait("readClock()", 20)
    assert behind.clock - 0.1 < shown / 1000 < behind.clock + 10
    student.page.eval(from_the_beginning)
    instance.shell(f"{keys}; k.update(sealed=bytes(60))")
    student.page.reload()
    student.page.wait("document.body.innerText.includes('这段录像打不开')", 20)


def test_no_script_failed_on_the_way(teacher: Teacher, screen: Viewer, student: Viewer) -> None:
    assert not teacher.page.errors + screen.page.errors + student.page.errors


def test_axe_finds_nothing_in_the_rooms_before_and_after_a_lesson(teacher: Teacher, screen: Viewer) -> None:
    assert together(*(someone.page.faults_of_access for someone in (teacher, screen))) == [[], []]


def test_sound_needs_no_tap_where_the_kiosk_allows_it(instance: Instance) -> None:
    kiosk = Viewer.open(instance, "screen", SOUND_ALLOWED)
    try:
        kiosk.page.goto(f"{instance.url}/live/screen/")
        kiosk.page.wait("document.querySelector('.ls-head')")
        assert kiosk.page.eval("document.querySelector('.ls-tap').hidden")
    finally:
        kiosk.close()
