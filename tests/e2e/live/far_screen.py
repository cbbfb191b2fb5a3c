"""A class screen at the end of a line of its own, what it plays, and what of its sound is missing."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.e2e.conftest import Instance
from tests.e2e.live.classroom import SOUND_ALLOWED, Viewer
from tests.e2e.live.weak_line import WeakLine

HEARING = (Path(__file__).parent / "hearing.js").read_text()
HOST = "school.localhost"  # counts as secure, so that the page may decipher
# What is on the screen is asked of the picture: the dark one that goes with sound alone is 160 wide, the small one 640.
_STATE = """(() => {
    const video = document.querySelector("video"), still = document.querySelector(".lv-still"), ranges = video.buffered;
    return {
        width: video.videoWidth, at: video.currentTime, rate: video.playbackRate,
        buffer: ranges.length ? ranges.end(ranges.length - 1) - video.currentTime : 0,
        note: still && !still.hidden ? still.innerText : "",
    };
})()"""
GOOD_KBPS, GOOD_DELAY_MS = 20_000, 10


@dataclass(frozen=True)
class State:
    """Seconds of media, and the words in the picture's place."""

    width: int
    at: float
    rate: float
    buffer: float
    note: str

    @property
    def rendition(self) -> str:
        return {160: "sound", 640: "small"}.get(self.width, "full")


@dataclass(frozen=True)
class Gap:
    """Silence: when it began (Unix s), how long it was (s)."""

    began: float
    length: float

    @property
    def end(self) -> float:
        return self.began + self.length


class FarScreen:
    """The demonstration's class screen, on a good line until `line` is made worse."""

    def __init__(self, instance: Instance, line: WeakLine) -> None:
        far = Instance(f"http://{HOST}:{instance.port}", instance.home)
        self.line = line
        self.good_line()
        with line.inside():
            self.viewer = Viewer.open(far, "screen", SOUND_ALLOWED, f"--host-resolver-rules=MAP {HOST} {line.address}")
        self.page = self.viewer.page
        self.page.at_start(HEARING)
        self.page.goto(f"{far.url}/live/screen/")

    def good_line(self) -> None:
        self.line.quality(GOOD_DELAY_MS / 2, 0)
        self.line.rate(GOOD_KBPS)

    def listen(self) -> None:
        """Once the picture runs: from now on the sound is heard."""
        self.page.wait(
            "document.querySelector('video')?.videoWidth > 0 && document.querySelector('video').currentTime > 0", 60
        )
        self.page.eval("listenOn()")
        self.page.wait("hearing.blocks > 100 && glass() !== null", 20)
        self._level = float(self.page.eval("Date.now() / 1000 - document.querySelector('video').currentTime - glass()"))

    @property
    def state(self) -> State:
        return State(**self.page.eval(_STATE))

    @property
    def behind(self) -> float:
        """Seconds from the teacher to this screen: read in the picture while there was one, and reckoned on from there."""
        return float(self.page.eval("Date.now() / 1000 - document.querySelector('video').currentTime")) - self._level

    def gaps(self, since: float, longest: float = 0.5) -> list[Gap]:
        """Silences since then (Unix s) longer than that, also one that lasts still."""
        found = self.page.eval("({ gaps: hearing.gaps, silent: hearing.silent, missed: hearing.missed })")
        assert not found["missed"], "the page was too busy to listen"
        gaps = [Gap(began / 1000, length / 1000) for began, length in found["gaps"]]
        if found["silent"]:
            gaps.append(Gap(time.time() - found["silent"] / 1000, found["silent"] / 1000))
        return [gap for gap in gaps if gap.end > since and gap.length > longest]

    def becomes(self, rendition: str, seconds: float) -> float:
        """Until this is what plays; how long it took, s."""
        began = time.monotonic()
        while self.state.rendition != rendition:
            assert time.monotonic() - began < seconds, f"not {rendition} within {seconds} s: {self.state}"
            time.sleep(0.2)
        return time.monotonic() - began

    def heard_again(self, since: float, seconds: float) -> float:
        """After a cut that was mended at `since` (Unix s): until there is sound, s."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.page.eval("hearing.silent"):
                ends = [gap.end for gap in self.gaps(since)]
                return max(0.0, max(ends, default=since) - since)
            time.sleep(0.1)
        raise AssertionError(f"no sound within {seconds} s: {self.state}")

    def close(self) -> None:
        self.viewer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
