"""Nothing that happens to a lesson ends it: another window, a cut, the death of each process, sessions that end, a teacher who
falls ill."""

import time

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.live.classroom import Teacher, Viewer, end_other_sessions, together, until
from tests.e2e.live.conftest import People
from tests.e2e.live.doings import Register, hand_over
from tests.e2e.live.watching import LATEST_P95, go_on_while, leave_and_come_back, restarts_of

pytestmark = pytest.mark.usefixtures("lesson")


@pytest.mark.timeout(180)
def test_goes_on_while_the_teacher_looks_at_another_tab_and_a_screen_that_fell_behind_catches_up(
    teacher: Teacher, screen: Viewer, student: Viewer
) -> None:
    """The screen's picture stands for two seconds, as on a computer that is busy with something else."""
    other = teacher.hide()
    time.sleep(3)
    before = screen.glass(3).at(0.5)
    screen.page.eval(
        """new Promise((done) => {
        const video = document.querySelector("video");
        video.pause();
        setTimeout(() => video.play().then(done), 2000);
        })"""
    )
    behind = screen.glass(1).at(0.5)
    enough = max(3.0, before + 0.4)
    now, hidden = together(lambda: screen.becomes(enough, 45), lambda: student.glass(6))
    sound = screen.page.eval("listen()")
    assert teacher.page.eval("document.hidden")
    other.close()
    teacher.browser.show(teacher.page)
    assert hidden.at(0.95) < LATEST_P95
    assert len(hidden.values) > 15
    assert sound["peak"] > 0.05
    assert now < behind
    assert now <= enough, f"{before:.1f} s before, {behind:.1f} s after, {now:.1f} s in the end"


def test_a_cable_pulled_for_three_seconds_and_a_severed_line_lose_nothing(
    teacher: Teacher, screen: Viewer, student: Viewer
) -> None:
    """And the same recording goes on."""

    def cut() -> None:
        teacher.cable.cut(3)
        teacher.wait_live()

    def sever() -> None:
        teacher.cable.sever()
        teacher.wait_live()

    before = restarts_of(teacher)
    go_on_while(cut, screen, afterwards=3)
    go_on_while(sever, screen)
    assert restarts_of(teacher) == before


@pytest.mark.timeout(240)
def test_a_reload_in_mid_lesson_comes_back_by_itself(teacher: Teacher, screen: Viewer, register: Register) -> None:
    go_on_while(lambda: leave_and_come_back(teacher, register), screen)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("services", ["caddy", "web worker postgres"])
def test_processes_are_killed_and_the_class_goes_on(
    teacher: Teacher, screen: Viewer, student: Viewer, instance: Instance, services: str
) -> None:
    """The live process dies in other tests, while classes are on stage and when nobody is signed in any more."""
    go_on_while(lambda: kill(instance, services), screen, student)
    teacher.wait_live()
    student.page.reload()  # whoever comes now gets in
    student.wait_picture()


def kill(instance: Instance, services: str) -> None:
    for service, is_back in [(service, instance.kill(service)) for service in services.split()]:
        until(is_back, 30, f"{service} was not back")  # lessons do not wait for it


@pytest.mark.timeout(240)
def test_who_is_signed_out_on_another_device_teaches_and_watches_on(
    teacher: Teacher, screen: Viewer, student: Viewer, instance: Instance
) -> None:
    """Even if the line breaks or the live process dies as well: the way back needs no session."""

    def sign_out() -> None:
        logins = ("teacher", "screen", "student")
        together(*(lambda login=login: end_other_sessions(instance, login) for login in logins))

    go_on_while(sign_out, screen, student, afterwards=12)  # each reports once in ten seconds
    assert teacher.page.eval("fetch('/today/', {redirect: 'manual'}).then(answer => answer.type)") == "opaqueredirect"
    screen.page.eval("document.dispatchEvent(new Event('visibilitychange'))")  # it asks for the day's plan, in vain
    screen.page.wait("document.querySelector('.ls-line').textContent.includes('退出登录')", 10)
    teacher.cable.sever()
    teacher.wait_live()
    go_on_while(lambda: kill(instance, "live"), screen, student)
    teacher.wait_live()
    assert screen.page.eval("listen()")["peak"] > 0.05
    assert screen.page.eval("document.querySelector('.lv-screen').dataset.task") == "lesson"


@pytest.mark.timeout(240)
def test_a_substitute_takes_over_in_mid_lesson(
    people: People, teacher: Teacher, screen: Viewer, student: Viewer, register: Register
) -> None:
    register.restarts += restarts_of(teacher)

    def falls_ill() -> None:
        hand_over(people.staff, teacher, people.substitute, people.cast, register)

    go_on_while(falls_ill, screen, student)
