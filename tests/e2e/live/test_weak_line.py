"""A school whose line drops to 512 kbit/s goes on with sound and a smaller picture; its sound does not stop. `make test-live`."""

import time

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.live.far_screen import FarScreen
from tests.e2e.live.lecture import Lecture
from tests.e2e.live.weak_line import WeakLine, possible

BACK_S = 8.0  # after a cut of 30 s; alone on a machine 4.3, and 5 are promised

pytestmark = [pytest.mark.shaped, pytest.mark.timeout(400)]


def test_a_line_that_becomes_weak_costs_the_picture_and_not_the_sound(instance: Instance) -> None:
    assert possible(), "needs root, /dev/net/tun and tc"
    with WeakLine(512) as line, Lecture(instance), FarScreen(instance, line) as screen:
        screen.listen()
        assert screen.state.rendition == "full"
        dropped = time.time()
        line.quality(150, 0.02)
        line.rate(512)
        screen.becomes("sound", 10)
        screen.page.wait("document.querySelector('.lv-still')?.innerText.includes('线路慢')", 3)
        time.sleep(max(0.0, dropped + 45 - time.time()))
        assert screen.gaps(dropped, 1.0) == [], "not at the drop either"
        assert screen.gaps(dropped + 5) == []

        line.cut()
        time.sleep(30)
        line.mend()
        assert screen.heard_again(time.time(), 20) < BACK_S

        line.quality(50, 0)
        line.rate(800)
        screen.becomes("small", 90)
        screen.page.wait("document.querySelector('.lv-still').hidden", 3)
        screen.good_line()
        screen.becomes("full", 60)
