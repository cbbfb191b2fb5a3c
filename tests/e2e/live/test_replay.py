"""The lesson ends, and is seen again in the evening: whole, with what was done in it at its moments, and whose picture and voice
was there."""

import json
import time
from typing import Any

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.live.classroom import Viewer, together
from tests.e2e.live.conftest import FAR_TONE, GREEN, NEAR_TONE, RED, People
from tests.e2e.live.doings import TWO_CLASSES, Register, see_it_again
from tests.e2e.live.recording import Part, gaps, hidden, read_recording
from tests.e2e.live.watching import LOST, LOST_IN_CALL, restarts_of


@pytest.mark.timeout(240)
def test_the_end_and_the_replay(
    people: People, lesson: str, screen: Viewer, student: Viewer, instance: Instance, register: Register
) -> None:
    teacher = people.substitute if people.substitute.is_live else people.teacher
    screens = [screen.page]
    if people.panel:
        people.panel.page.goto(f"{instance.url}/live/screen/")
        people.panel.wait_picture(40)
        screens.append(people.panel.page)
    taught = teacher.page.eval("document.querySelector('.lv-pill').textContent")
    register.restarts += restarts_of(teacher)
    register.ended = time.time()
    teacher.end(by_keyboard=True)
    for each in screens:
        each.wait("document.querySelector('.lv-screen').dataset.task !== 'lesson'", 20)
        assert not each.errors
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
    pages = (student.page, people.teacher.page, screen.page)
    assert together(*(page.faults_of_access for page in pages)) == [[], [], []]


def replay_of(viewer: Viewer) -> dict[str, Any]:
    return dict(json.loads(viewer.page.eval("document.getElementById('watch-config').textContent"))["replay"])


@pytest.fixture(scope="module")
def parts(student: Viewer, instance: Instance) -> list[Part]:
    return read_recording(instance.url, replay_of(student))


def test_the_replay_is_whole_but_for_seconds_never_received(parts: list[Part], register: Register) -> None:
    """All the clock's seconds from the first picture to the last are there, but for those when the teacher's page was away."""
    assert parts[0].clock < register.went_live + 1
    assert parts[-1].clock + parts[-1].seconds > register.ended - 1
    for last, next_ in hidden(parts):
        assert any(begin < next_ and last < end for begin, end in register.covered), (last, next_, register.covered)
    found = [gap for gap in gaps(parts, LOST) if not (register.examined[0] < gap.at < register.examined[1])]
    in_call = (gap for gap in found if not gap.seam and register.called < gap.at < register.over)
    assert all(gap.seconds < LOST_IN_CALL for gap in in_call)
    missing = [gap for gap in found if gap.seam or not register.called < gap.at < register.over]
    assert all(gap.seam for gap in missing), f"seconds that were recorded are not there: {missing}"
    # a recorder that begins anew is a seam: after the reload, and where a starved machine made the page restart it
    assert len(missing) <= len(register.away) + register.restarts, missing
    if register.restarts == 0:
        for gap in missing:  # a recorder that dies takes the second with it that it had not handed out
            assert any(left - 1.5 < gap.at and gap.at + gap.seconds < back + 1 for left, back in register.away), gap


def test_the_classes_that_were_called_are_seen_and_heard_in_the_replay(parts: list[Part], register: Register) -> None:
    """From when they were called until the last of them left, and again after the teacher's page was reloaded."""

    def within(begin: float, end: float) -> list[Part]:
        return [part for part in parts if begin < part.clock and part.clock + part.seconds < end]

    before, after = within(0, register.called), within(register.over, register.ended)
    assert all(part.share(RED) + part.share(GREEN) < 0.005 for part in before + after)
    assert not any(part.sounds(NEAR_TONE) or part.sounds(FAR_TONE) for part in before)
    if not TWO_CLASSES:
        talk = [part for part in within(register.called, register.over) if part.sounds(NEAR_TONE)]
        assert any(part.share(RED) > 0.015 for part in talk), [(part.clock, part.share(RED)) for part in talk]
        return
    first, last = within(register.called, register.back - 3), within(register.back - 1, register.over)
    for talk, least in ((first, 0.1), (last, 0.015)):
        told = [
            (part.clock, part.share(RED), part.share(GREEN), part.sounds(NEAR_TONE), part.sounds(FAR_TONE))
            for part in talk
        ]
        assert any(min(red, green) > least for _, red, green, _, _ in told), told
        assert any(near and far for *_, near, far in told), told


def test_a_replay_passes_over_what_no_key_opens_and_says_when_nothing_is_left(
    parts: list[Part], student: Viewer, instance: Instance
) -> None:
    behind = next(part for part in parts if part.key != parts[0].key)
    spoil = "UPDATE media_mediakey SET sealed = %s WHERE "
    from_the_beginning = "localStorage.clear(); Storage.prototype.setItem = () => {}"
    student.page.eval(from_the_beginning)
    instance.sql(spoil + "id = %s", bytes(60), parts[0].key)
    student.page.reload()
    shown = student.page.wait("readClock()", 20)
    assert behind.clock - 0.1 < shown / 1000 < behind.clock + 10
    student.page.eval(from_the_beginning)
    instance.sql(spoil + "id = ANY(%s)", bytes(60), [row["id"] for row in replay_of(student)["keys"]])
    student.page.reload()
    student.page.wait("document.body.innerText.includes('这段录像打不开')", 20)


def test_no_script_failed_on_the_way(people: People) -> None:
    staff = people.staff
    pages = [each.page for each in (people.teacher, people.substitute, people.screen, people.student)]
    assert [error for page in (*pages, staff.near, staff.far, staff.head) for error in page.errors] == []
