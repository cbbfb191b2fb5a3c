"""Small films, made here: with a flash and a beep in the same moment, of any codec and container."""

import io
from fractions import Fraction
from typing import Any

import av
import numpy as np

FLASH_S = 1.0


def film(
    *,
    seconds: float = 3,
    size: tuple[int, int] = (160, 96),
    rate: int = 10,
    container: str = "mp4",
    picture: str = "libx264",
    sound: str | None = "aac",
    channels: int = 1,
    gop: int = 10,
    turned: int = 0,
    chapters: list[tuple[float, str]] | None = None,
    title: str = "",
    options: dict[str, str] | None = None,
) -> bytes:
    """Grey, but white for a tenth of a second from `FLASH_S` on, with a tone as long."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        if chapters:
            made.set_chapters(_chapters(chapters, seconds))
        if title:
            made.metadata["title"] = title
        moving: Any = made.add_stream(picture, rate=rate, options=_options(picture) | (options or {}))
        moving.width, moving.height, moving.pix_fmt, moving.gop_size = *size, "yuv420p", gop
        if turned:
            moving.set_display_rotation(turned)
        heard: Any = None
        if sound:
            heard = made.add_stream(sound, rate=48_000)
            heard.layout = "mono" if channels == 1 else "stereo"
        _fill(made, moving, heard, seconds, size, rate, channels)
    return out.getvalue()


def _options(codec: str) -> dict[str, str]:
    return {"libx264": {"preset": "ultrafast"}, "libvpx": {"deadline": "realtime", "cpu-used": "8"}}.get(codec, {})


def _chapters(chapters: list[tuple[float, str]], seconds: float) -> Any:
    ends = [*(at for at, _title in chapters[1:]), seconds]
    return [
        {
            "id": number,
            "start": int(at * 1000),
            "end": int(end * 1000),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": title},
        }
        for number, ((at, title), end) in enumerate(zip(chapters, ends, strict=True))
    ]


def _fill(made: Any, moving: Any, heard: Any, seconds: float, size: tuple[int, int], rate: int, channels: int) -> None:
    """Picture and sound by turns, as recorders write them."""
    piece = 1024
    tone = np.sin(np.arange(int(48_000 * seconds)) * 2 * np.pi * 880 / 48_000).astype(np.float32) * 0.8
    at = np.arange(len(tone)) / 48_000
    tone[(at < FLASH_S) | (at >= FLASH_S + 0.1)] = 0
    done = 0
    for number in range(round(seconds * rate)):
        lit = FLASH_S <= number / rate < FLASH_S + 0.1
        luma = np.full((size[1], size[0], 3), 250 if lit else 60, np.uint8)
        luma[: size[1] // 4, : size[0] // 4] = 200  # which corner is which
        frame = av.VideoFrame.from_ndarray(luma, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, rate)
        made.mux(moving.encode(frame))
        while heard is not None and done + piece <= min(len(tone), (number + 1) / rate * 48_000):
            _sound(made, heard, tone[done : done + piece], done, channels)
            done += piece
    made.mux(moving.encode(None))
    if heard is not None:
        made.mux(heard.encode(None))


def _sound(made: Any, heard: Any, tone: Any, done: int, channels: int) -> None:
    planar = np.stack([tone] * channels)
    frame = av.AudioFrame.from_ndarray(planar, format="fltp", layout="mono" if channels == 1 else "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, done, Fraction(1, 48_000)
    made.mux(heard.encode(frame))


class Played:
    """What a player makes of a rendition's file."""

    def __init__(self, data: bytes) -> None:
        self.pictures: list[tuple[float, float, float]] = []  # seconds, brightness, of the upper left corner
        self.loud: list[float] = []  # seconds at which there is a tone
        self.heard_s = 0.0
        with av.open(io.BytesIO(data)) as opened:
            self.codecs = [one.codec_context.name for one in (*opened.streams.video, *opened.streams.audio)]
            video = opened.streams.video[0]
            self.size = video.width, video.height
            for frame in opened.decode(*opened.streams.video, *opened.streams.audio):
                if isinstance(frame, av.VideoFrame):
                    grey = frame.to_ndarray(format="gray")
                    corner = grey[: frame.height // 8, : frame.width // 8]
                    self.pictures.append((float(frame.time or 0), float(grey.mean()), float(corner.mean())))
                elif isinstance(frame, av.AudioFrame):
                    self._hear(frame)

    def _hear(self, frame: av.AudioFrame) -> None:
        data = frame.to_ndarray()[0]
        begin = float(frame.time or 0)
        self.heard_s = max(self.heard_s, begin + len(data) / frame.sample_rate)
        loud = np.flatnonzero(np.abs(data) > 0.2)
        self.loud += [begin + index / frame.sample_rate for index in loud[:1]]

    @property
    def flash(self) -> float:
        """When the first white picture is shown."""
        return next(at for at, grey, _corner in self.pictures if grey > 200)
