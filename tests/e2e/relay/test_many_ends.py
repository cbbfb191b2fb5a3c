"""Four classes on stage with the teacher, by way of Janus, in a browser: all see and hear, and neither the death of Janus nor
that of the live process ends the talk. `make test-live`."""

import time
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.relay.talk import Talk, talk, tickets

CLASSES = 4
pytestmark = [pytest.mark.relayed, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def four(instance: Instance) -> Iterator[Talk]:
    with talk(instance, tickets(instance), CLASSES) as found:
        yield found


def test_four_classes_are_called_and_all_see_and_hear_one_another(four: Talk) -> None:
    for key in four.classes:
        four.call(key)
    four.all_hear(60)
    for page in four.classes.values():
        pictures = page.eval("Object.values(end.videos).filter((video) => video.videoWidth > 0).length")
        assert pictures == 1, "a class has the teacher's picture alone"
    assert four.teacher.eval("Object.values(end.videos).filter((video) => video.videoWidth > 0).length") == CLASSES
    assert (
        four.teacher.eval("window.__lines.filter((line) => line.connectionState === 'connected').length") == CLASSES + 1
    )


@pytest.mark.parametrize("service", ["janus", "live"])
def test_what_is_killed_in_mid_talk_comes_back_and_so_does_the_talk(
    four: Talk, instance: Instance, service: str
) -> None:
    for page in four.pages:
        page.eval("window.__lines.length = 0")  # only what is made from now on counts
    is_back = instance.kill(service)
    deadline = time.monotonic() + 60
    while not is_back():
        assert time.monotonic() < deadline, f"{service} does not come back"
        time.sleep(0.1)
    four.all_hear(60)
    assert four.teacher.eval("end.refused") is None


def test_a_page_that_loses_its_line_keeps_the_talk_and_who_is_removed_is_cut_off(four: Talk) -> None:
    first, *others = four.classes
    page = four.classes[first]
    page.eval("window.cut()")
    page.wait("end.lost > 0 && end.on.size === 4", 20)
    four.remove(first)
    page.wait("window.__lines.every((line) => ['closed', 'failed'].includes(line.connectionState))", 30)
    for key in others:
        other = four.classes[key]
        other.wait(f"end.on.size === {CLASSES - 1}", 20)
        assert other.eval(f"hears().then((heard) => heard >= {CLASSES - 1})")
