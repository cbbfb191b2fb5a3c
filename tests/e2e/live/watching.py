"""What viewers are promised while something happens to a lesson, and how that is watched."""

import time
from collections.abc import Callable

from tests.e2e.live.classroom import Teacher, Viewer, together
from tests.e2e.live.doings import Register

# Twice what the platform promises (p50 3.0 s, p95 3.5 s): several browsers share the cores with it. About 2.5 s alone.
LATEST, LATEST_P95 = 6.0, 7.0
RESUMED = 10.0  # seconds a picture may stand after any fault: the promise itself; 1–3 on a quiet machine
AFTERWARDS = 6.0  # seconds that are watched when a fault is over: a player has no more in store that could hide it
LOST = 1.0  # seconds by which the clock of a whole recording may jump: a starved machine draws it late
LOST_IN_CALL = (
    2.0  # while a teacher's browser encodes three pictures at once, and two others one each, on the same two cores
)


def restarts_of(teacher: Teacher) -> int:
    """How often the recorder of this page began anew."""
    return int(teacher.page.eval("document.querySelector('.lv-teach').dataset.epochs")) - 1


def leave_and_come_back(teacher: Teacher, register: Register) -> None:
    """The teacher's page is reloaded, and sends again by itself."""
    register.restarts += restarts_of(teacher)
    left = time.time()
    teacher.page.reload()
    teacher.wait_live(40)
    register.away.append((left, time.time()))


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
