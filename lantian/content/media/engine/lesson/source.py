"""The synthetic lesson as a browser would send it: H.264 baseline, one GOP a second, Opus; fragmented MP4 in chunks.

`LessonSource.chunks()` gives what MediaRecorder's `dataavailable` gives: bytes cut without regard to boxes, a fragment at
each keyframe, a last sample whose duration is guessed too short. Paced by the wall clock it plays a live lesson; unpaced it
makes an hour of lesson in about a minute, with a clock that runs from `start_ms`.
"""

import itertools
import math
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext

from lantian.content.media.engine.codecs import (
    avc1_entry,
    avc_codec,
    avc_config,
    opus_entry,
    split_annex_b,
    to_lengths,
)
from lantian.content.media.engine.fragments import write_fragment, write_init
from lantian.content.media.engine.lesson.clock import draw_clock
from lantian.content.media.engine.lesson.slides import REFRACTION, Deck, Page, digit_tiles, draw_pages
from lantian.content.media.engine.model import Run, Sample, Track

MIME = 'video/mp4;codecs="avc1.42E01E,opus"'
VIDEO_SCALE, RATE = 30_000, 48_000
OPUS_FRAME = 960
PAGE_SECONDS = 20
TIMESLICE_MS = 250
BEIJING = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One `dataavailable`: its number, the wall clock (Unix ms) when it was given, its bytes; `last` after the final one."""

    number: int
    captured_ms: int
    data: bytes = field(repr=False)
    last: bool = False


class LessonSource:
    """One run of the recorder: one epoch. `start_ms`: wall clock at media time 0 (now, when paced)."""

    def __init__(
        self,
        *,
        width: int = 854,
        height: int = 480,
        fps: int = 12,
        bit_rate: int = 400_000,
        sound: bool = True,
        start_ms: int | None = None,
        deck: Deck = REFRACTION,
    ) -> None:
        self.width, self.height, self.fps = width, height, fps
        self._start_ms = start_ms
        self._pages: list[Page] = draw_pages(width, height, deck)
        self._digits = digit_tiles(height // 10 // 2 * 2)
        self._video = _video_encoder(width, height, fps, bit_rate)
        self._audio = _audio_encoder() if sound else None
        self._tracks: tuple[Track, ...] = ()
        self._frames: list[tuple[int, bytes, bool]] = []
        self._packets: list[bytes] = []
        self._packet_at = 0  # samples in packets already written
        self._pcm_at = 0  # samples made
        self._sequence = 0
        self._out = bytearray()

    # -- public -------------------------------------------------------------------------------------------------------------

    def chunks(
        self, seconds: float | None = None, *, paced: bool = True, stop: Callable[[], bool] | None = None
    ) -> Iterator[Chunk]:
        """Chunks until `seconds` of media are sent or `stop()` says so; the last one is marked. Paced: sleeps in between."""
        origin = time.monotonic()
        if self._start_ms is None:
            self._start_ms = time.time_ns() // 1_000_000
        number, frame, sent_ms = 0, 0, 0
        while not (stop and stop()) and (seconds is None or frame / self.fps < seconds):
            if paced:
                frame = self._wait(origin, frame)
            self._take_frame(frame)
            frame += 1
            now_ms = frame * 1000 // self.fps
            if now_ms - sent_ms >= TIMESLICE_MS:
                sent_ms = now_ms
                if self._out:
                    yield Chunk(number, self._start_ms + now_ms, self._flush())
                    number += 1
        self._close(frame)
        yield Chunk(number, self._start_ms + frame * 1000 // self.fps, self._flush(), last=True)

    def _wait(self, origin: float, frame: int) -> int:
        """Sleep until this frame is due; when the machine was too slow, leave frames out as a camera does."""
        late = time.monotonic() - origin - frame / self.fps
        if late < 0:
            time.sleep(-late)
            return frame
        return frame + int(late * self.fps)

    def _flush(self) -> bytes:
        data = bytes(self._out)
        self._out.clear()
        return data

    # -- picture --------------------------------------------------------------------------------------------------------------

    def _take_frame(self, frame: int) -> None:
        at = frame / self.fps
        picture = self._picture(at)
        picture.pts = frame
        picture.time_base = Fraction(1, self.fps)
        picture.pict_type = 1 if self._due_for_key(frame) else 0
        for packet in self._video.encode(picture):
            self._take_picture(packet, frame)
        if self._audio is not None:
            self._take_sound(int((frame + 1) / self.fps * RATE))

    def _due_for_key(self, frame: int) -> bool:
        """A keyframe at the first frame of each second, also when frames were left out."""
        last = self._frames[-1][0] if self._frames else -VIDEO_SCALE
        return frame * VIDEO_SCALE // self.fps // VIDEO_SCALE != last // VIDEO_SCALE

    def _take_picture(self, packet: Any, frame: int) -> None:
        units = split_annex_b(bytes(packet))
        if packet.is_keyframe:
            if not self._tracks:
                self._begin(avc_config(units) or b"")
            elif self._frames:
                self._write_fragment(frame * VIDEO_SCALE // self.fps)
        self._frames.append((frame * VIDEO_SCALE // self.fps, to_lengths(units), packet.is_keyframe))

    def _picture(self, at: float) -> Any:
        page = self._pages[int(at // PAGE_SECONDS) % len(self._pages)]
        y = page.y.copy()
        unix_ms = (self._start_ms or 0) + round(at * 1000)
        self._draw_digits(y, unix_ms)
        self._draw_pointer(y, at)
        draw_clock(y, unix_ms)
        frame = av.VideoFrame(self.width, self.height, "yuv420p")
        for plane, data in zip(frame.planes, (y, page.u, page.v), strict=True):
            _fill(plane, data)
        return frame

    def _draw_digits(self, y: np.ndarray[Any, Any], unix_ms: int) -> None:
        """HH:MM:SS.t (Beijing time), top right."""
        moment = datetime.fromtimestamp(unix_ms / 1000, UTC) + BEIJING
        words = f"{moment:%H:%M:%S}.{moment.microsecond // 100_000}"
        tiles = [self._digits[sign] for sign in words]
        left = self.width - sum(tile.shape[1] for tile in tiles) - 8
        for tile in tiles:
            tall, wide = tile.shape
            y[:tall, left : left + wide] = tile
            left += wide

    def _draw_pointer(self, y: np.ndarray[Any, Any], at: float) -> None:
        """A dark spot that wanders over the page, so that every frame differs."""
        x = int(self.width * (0.5 + 0.4 * math.sin(at * 0.7)))
        top = int(self.height * (0.5 + 0.25 * math.sin(at * 1.1)))
        size = self.height // 60
        y[top : top + size, x : x + size] = 60

    # -- sound ----------------------------------------------------------------------------------------------------------------

    def _take_sound(self, until: int) -> None:
        assert self._audio is not None
        while self._pcm_at + OPUS_FRAME <= until:
            block = self._tone(self._pcm_at, OPUS_FRAME)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate = RATE
            frame.pts = self._pcm_at
            self._pcm_at += OPUS_FRAME
            self._packets += [bytes(packet) for packet in self._audio.encode(frame)]

    def _tone(self, at: int, count: int) -> np.ndarray[Any, np.dtype[np.int16]]:
        """A soft fifth that swells and fades, a tick at each full wall second, a higher one when the page turns."""
        time_s = (np.arange(at, at + count) / RATE).astype(np.float64)
        swell = 0.5 + 0.5 * np.sin(time_s * 0.8)
        sound = 0.06 * swell * (np.sin(2 * np.pi * 220 * time_s) + 0.6 * np.sin(2 * np.pi * 330 * time_s))
        wall = time_s + ((self._start_ms or 0) % 1000) / 1000
        phase = wall % 1.0
        turn = time_s % PAGE_SECONDS < 1
        pitch = np.where(turn, 1760.0, 1000.0)
        sound += np.where(phase < 0.03, 0.35 * np.sin(2 * np.pi * pitch * phase) * (1 - phase / 0.03), 0)
        return (sound * 32767).astype(np.int16).reshape(1, -1)

    # -- boxes ----------------------------------------------------------------------------------------------------------------

    def _begin(self, config: bytes) -> None:
        video = Track(1, "video", VIDEO_SCALE, avc_codec(config), avc1_entry(config, self.width, self.height),
                      width=self.width, height=self.height)  # fmt: skip
        tracks = [video]
        if self._audio is not None:
            head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, RATE, 0, 0)
            tracks.append(Track(2, "audio", RATE, "opus", opus_entry(head), channels=1, rate=RATE))
        self._tracks = tuple(tracks)
        self._out += write_init(self._tracks)

    def _write_fragment(self, until: int) -> None:
        """What has come since the last keyframe; `until` is not used for the last picture: browsers guess, and so do we."""
        times = [at for at, _data, _key in self._frames]
        spans = [after - before for before, after in itertools.pairwise(times)]
        spans.append(min(999, until - times[-1]))
        samples = (Sample(data, span, key) for (_at, data, key), span in zip(self._frames, spans, strict=True))
        runs = [Run(self._tracks[0], times[0], tuple(samples))]
        if self._packets:
            heard = tuple(Sample(packet, OPUS_FRAME, sync=True) for packet in self._packets)
            runs.append(Run(self._tracks[1], self._packet_at, heard))
            self._packet_at += OPUS_FRAME * len(heard)
        self._sequence += 1
        self._out += write_fragment(self._sequence, runs)
        self._frames, self._packets = [], []

    def _close(self, frame: int) -> None:
        for packet in self._video.encode(None):
            self._take_picture(packet, frame)
        if self._frames:
            self._write_fragment(frame * VIDEO_SCALE // self.fps)


def _fill(plane: Any, data: np.ndarray[Any, Any]) -> None:
    """Copy rows into a frame's plane, whose lines may be longer than the picture."""
    height, width = data.shape
    if plane.line_size == width:
        plane.update(data)
        return
    padded = np.zeros((height, plane.line_size), np.uint8)
    padded[:, :width] = data
    plane.update(padded)


def _video_encoder(width: int, height: int, fps: int, bit_rate: int) -> VideoCodecContext:
    encoder = CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, fps)
    encoder.framerate = Fraction(fps, 1)
    encoder.bit_rate = bit_rate
    encoder.gop_size = fps * 10  # keyframes are asked for one by one, at full seconds
    encoder.thread_count = 1
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "forced-idr": "1",
        "sc_threshold": "0",
    }
    encoder.open()
    return encoder


def _audio_encoder() -> AudioCodecContext:
    encoder = CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"application": "audio", "frame_duration": "20"}
    encoder.open()
    return encoder
