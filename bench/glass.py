"""Glass to glass: from the teacher's camera to a class screen in another browser, by a clock in the picture.

`make bench B=glass` starts a demonstration instance of its own (or takes LANTIAN_E2E_URL and LANTIAN_E2E_HOME), teaches a
lesson from one browser and reads the clock in another for `--seconds` (at least 60). One operation is one second of lesson seen.
"""

import contextlib
import sys
from collections.abc import Iterator

from bench.run import Options, Result, Usage
from tests.e2e.conftest import Instance, running_instance
from tests.e2e.live.classroom import SOUND_ALLOWED, Series, Teacher, Viewer

LEAST_SECONDS = 60.0
STRETCH = 10.0


@contextlib.contextmanager
def _lesson(instance: Instance) -> Iterator[Viewer]:
    screen = Viewer.open(instance, "screen", SOUND_ALLOWED)
    try:
        screen.page.goto(f"{instance.url}/live/screen/")
        teacher = Teacher(instance)
        try:
            teacher.find_lesson()
            teacher.open_devices()
            teacher.go_live()
            screen.wait_picture(60)
            yield screen
            teacher.end()
        finally:
            teacher.close()
    finally:
        screen.close()


def _stalls(screen: Viewer) -> float:
    return float(screen.page.eval("document.querySelector('video').getVideoPlaybackQuality().droppedVideoFrames"))


def run(options: Options) -> Result:
    """p50 and p95 in seconds, over stretches of ten seconds after ten seconds of settling."""
    seconds = max(LEAST_SECONDS, options.seconds)
    values: list[float] = []
    with running_instance() as instance, _lesson(instance) as screen:
        screen.glass(STRETCH)
        with Usage(instance.pid("live"), instance.pid("caddy")) as usage:
            for _ in range(round(seconds / STRETCH)):
                series = screen.glass(STRETCH)
                print(f"  {series}", file=sys.stderr)
                values += series.values
        dropped = _stalls(screen)
    whole = Series(sorted(values))
    return Result(
        work="glass to glass, seconds of lesson seen",
        count=round(seconds),
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        more={
            "p50_s": round(whole.at(0.5), 2),
            "p95_s": round(whole.at(0.95), 2),
            "max_s": round(whole.values[-1], 2),
            "samples": len(values),
            "dropped_frames": dropped,
        },
    )
