"""The process that decodes what a stranger's browser recorded: it gives up what it does not need, then answers orders.

    python -I child.py MEMORY SECONDS UID <orders >answers

Run as a script and by itself: of the platform it loads the engine's pure code and nothing else. MEMORY (bytes of address space)
and SECONDS of CPU are its limits, UID whom it becomes when it is started as root (`-`: nobody else). An order is a line of JSON
and as many bytes as its `bytes` says, and so is an answer; one answer an order.

    {"do":"init"} + initialisation part              {}
    {"do":"look","tile":[w,h]|null} + segment        {"mean","spread","moved","peaks","loud","width","height"} + RGB pixels
    {"do":"aim","width","height","number","rate","channels","bit_rate","picture","sound"}      {}
    {"do":"recode"} + segment                        {"init": n} + initialisation part of n bytes + fragment
    {"do":"flush"}                                   as recode

`mean`, `spread`, `moved` (levels of 0–255): brightness of the first picture, its deviation, its mean difference from the first
picture of the segment before; null without one. `peaks` and `loud`: the sound's highest and mean level (0–1), five a second.
What cannot be read answers {"fault": "…"}.
"""

import importlib
import json
import os
import pkgutil
import resource
import runpy
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[5]
sys.path.append(str(ROOT))  # before the rights to read it are gone; a script finds the engine in no other way

import av  # noqa: E402 - needs it
import numpy as np  # noqa: E402 - needs it

from lantian.content.media.engine.fragments import parse_init, read_segment, write_fragment, write_init  # noqa: E402 - needs it
from lantian.content.media.engine.model import US, Init, Limits, MediaFault, Run, Track  # noqa: E402 - needs it
from lantian.content.media.engine.pictures import fitting, keyframe  # noqa: E402 - needs it
from lantian.content.media.engine.recode import Aim, PictureRecoder, SoundRecoder, sound_decoder  # noqa: E402 - needs it

CONFINED = ROOT / "lantian" / "kernel" / "confined.py"
LEVELS_A_SECOND = 5
SMALL = (160, 90)

for _module in pkgutil.walk_packages(av.__path__, "av."):  # what is loaded later may lie where only root reads
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)


class Hand:
    """Answers orders about one lesson."""

    def __init__(self) -> None:
        self._init: Init | None = None
        self._before: Any = None  # the last first picture, small and grey
        self._ears: Any = None
        self._aim: Aim | None = None
        self._what = (False, False)
        self._pictures: PictureRecoder | None = None
        self._sound: SoundRecoder | None = None
        self._said = False

    def init(self, _order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        self._init = parse_init(data, Limits())
        self._ears, self._sound, self._said = None, None, False
        return {}, b""

    def look(self, order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        runs = self._runs(data)
        facts: dict[str, Any] = {"mean": None, "spread": None, "moved": None, "peaks": [], "loud": []}
        pixels = self._look(runs, order.get("tile"), facts)
        heard = next((run for run in runs if run.track.kind == "audio"), None)
        if heard is not None:
            self._listen(heard, facts)
        return facts, pixels

    def _runs(self, data: bytes) -> list[Run]:
        if self._init is None:
            raise MediaFault("malformed", "no initialisation part")
        return read_segment(data, self._init, Limits())

    def _look(self, runs: list[Run], tile: list[int] | None, facts: dict[str, Any]) -> bytes:
        seen = next((run for run in runs if run.track.kind == "video" and run.samples[0].sync), None)
        frame = keyframe(seen) if seen is not None else None
        if frame is None:
            return b""
        grey = frame.reformat(width=SMALL[0], height=SMALL[1], format="gray").to_ndarray().astype(np.float32)
        facts["mean"], facts["spread"] = round(float(grey.mean()), 1), round(float(grey.std()), 1)
        if self._before is not None:
            facts["moved"] = round(float(np.abs(grey - self._before).mean()), 2)
        self._before = grey
        if tile is None:
            return b""
        facts["width"], facts["height"] = fitting(frame.width, frame.height, (tile[0], tile[1]))
        small = frame.reformat(width=facts["width"], height=facts["height"], format="rgb24")
        return np.ascontiguousarray(small.to_ndarray()).tobytes()

    def _listen(self, run: Run, facts: dict[str, Any]) -> None:
        if self._ears is None:
            self._ears = sound_decoder(run.track)
        blocks = []
        for sample in run.samples:
            try:
                decoded = self._ears.decode(av.Packet(sample.data))
            except av.FFmpegError:
                continue
            blocks += [_mono(frame) for frame in decoded]
        if not blocks:
            return
        seconds = max(0.2, (run.end_us - run.start_us) / US)
        for piece in np.array_split(np.concatenate(blocks), max(1, round(seconds * LEVELS_A_SECOND))):
            facts["peaks"].append(round(float(np.abs(piece).max(initial=0.0)), 4))
            facts["loud"].append(round(float(np.sqrt(np.mean(piece * piece))) if len(piece) else 0.0, 5))

    def aim(self, order: dict[str, Any], _data: bytes) -> tuple[dict[str, Any], bytes]:
        names = ("width", "height", "number", "rate", "channels", "bit_rate")
        self._aim = Aim(**{name: int(order[name]) for name in names})
        self._what = bool(order["picture"]), bool(order["sound"])
        self._pictures = self._sound = None
        self._said = False
        return {}, b""

    def recode(self, _order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        made: list[Run] = []
        for run in self._runs(data):
            coded = self._recoded(run)
            if coded is not None:
                made.append(coded)
        return self._answer(made)

    def flush(self, _order: dict[str, Any], _data: bytes) -> tuple[dict[str, Any], bytes]:
        last = self._sound.flush() if self._sound is not None else None
        return self._answer([last] if last is not None else [])

    def _recoded(self, run: Run) -> Run | None:
        self._begin()
        if run.track.kind == "video":
            return self._pictures.convert(run) if self._pictures is not None else run
        return self._sound.convert(run) if self._sound is not None else run

    def _begin(self) -> None:
        """Recoders for what the aim names and this part has."""
        assert self._aim is not None
        assert self._init is not None
        if self._what[0] and self._pictures is None:
            self._pictures = PictureRecoder(self._aim)
        if self._what[1] and self._sound is None and self._init.audio is not None:
            self._sound = SoundRecoder(self._init.audio, self._aim)

    def _answer(self, runs: list[Run]) -> tuple[dict[str, Any], bytes]:
        head = b"" if self._said else write_init(tuple(_numbered(track) for track in self._tracks()))
        self._said = True
        made = [replace(run, track=_numbered(run.track)) for run in runs]
        return {"init": len(head)}, head + (write_fragment(1, made) if made else b"")

    def _tracks(self) -> tuple[Track, ...]:
        """As they are after recoding."""
        assert self._init is not None
        made = {"video": self._pictures, "audio": self._sound}
        return tuple(
            recoder.track if (recoder := made[track.kind]) is not None else track for track in self._init.tracks
        )


def _numbered(track: Track) -> Track:
    return replace(track, id=1 if track.kind == "video" else 2, defaults=(0, 0, 0))


def _mono(frame: Any) -> Any:
    """A decoded frame's samples as one channel of floats."""
    data = frame.to_ndarray()
    if data.dtype == np.int16:
        data = data.astype(np.float32) / 32768
    channels = frame.layout.nb_channels
    return data.mean(axis=0) if frame.format.is_planar else data.reshape(-1, channels).mean(axis=1)


def serve() -> None:
    """Until there are no more orders."""
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints must not look like an answer
    hand = Hand()
    for line in orders:
        order = json.loads(line)
        data = orders.read(order.get("bytes", 0))
        try:
            facts, payload = getattr(hand, order["do"])(order, data)
        except (MediaFault, av.FFmpegError) as error:
            facts, payload = {"fault": f"{type(error).__name__}: {error}"[:200]}, b""
        answers.write(json.dumps(facts | {"bytes": len(payload)}).encode() + b"\n" + payload)
        answers.flush()


def main(memory: str, seconds: str, uid: str) -> None:
    """Bound, shed, serve."""
    limits = {resource.RLIMIT_AS: int(memory), resource.RLIMIT_CPU: int(seconds), resource.RLIMIT_FSIZE: 0}
    runpy.run_path(str(CONFINED))["confine"](uid, limits)
    serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
