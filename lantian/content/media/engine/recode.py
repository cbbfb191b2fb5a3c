"""Pictures and sound of one part of a lesson, encoded anew so that they stand in one file with the rest.

Only what differs comes here: another size or other parameter sets after the recorder was started anew, another sampling rate.
"""

import contextlib
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler
from av.codec.context import CodecContext, Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from lantian.content.media.engine.codecs import aac_entry, avc1_entry, avc_codec, avc_config, split_annex_b, to_lengths
from lantian.content.media.engine.model import US, MediaFault, Run, Sample, Track
from lantian.content.media.engine.parameters import aac_record
from lantian.content.media.engine.pictures import fitting, picture_decoder
from lantian.content.media.engine.transcode import opus_decoder

TICKS = 90_000
FRAME = 1024
HOLE_S = 0.1
Pcm = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Aim:
    """What the rest of the file is like. `number`: of the parameter sets to be used, free in the rest. `ceiling`: bits a second
    that the picture may have (0: as many as it wants), `pictures`: how many a second at most."""

    width: int
    height: int
    number: int
    rate: int
    channels: int
    bit_rate: int = 64_000
    ceiling: int = 0
    pictures: int = 0


class PictureRecoder:
    """H.264 into H.264 of another size or other parameter sets, a segment at a time, each beginning with a keyframe."""

    def __init__(self, aim: Aim, *, number: int = 1) -> None:
        """`number`: of the track."""
        self._aim = aim
        self._encoder = _picture_encoder(aim)
        units = split_annex_b(bytes(self._encoder.extradata or b""))
        config = avc_config(units)
        if config is None:
            raise MediaFault("unsupported_codec", "the encoder gave no parameter sets")
        entry = avc1_entry(config, aim.width, aim.height)
        self.track = Track(number, "video", TICKS, avc_codec(config), entry, width=aim.width, height=aim.height)
        self._last = -1
        self._apart = TICKS * 9 // (10 * aim.pictures) if aim.pictures else 0

    def convert(self, run: Run) -> Run:
        """The same pictures at the same times. Raises MediaFault when none can be decoded."""
        packets: list[Any] = []
        begins = True
        for frame in self._decoded(run):
            at = (frame.pts or 0) * TICKS // run.track.timescale
            if not begins and at - self._last < self._apart:
                continue
            fitted = self._fitted(frame)
            fitted.pts = self._last = max(self._last + 1, at)
            fitted.time_base = Fraction(1, TICKS)
            fitted.pict_type = 1 if begins else 0
            begins = False
            packets += self._encoder.encode(fitted)
        if not packets:
            raise MediaFault("malformed", "no picture can be decoded")
        until = run.end_us * TICKS // US
        times = [int(packet.pts) for packet in packets]
        spans = [max(1, after - at) for at, after in zip(times, [*times[1:], max(until, times[-1] + 1)], strict=True)]
        samples = tuple(
            Sample(to_lengths(split_annex_b(bytes(packet))), span, bool(packet.is_keyframe))
            for packet, span in zip(packets, spans, strict=True)
        )
        return Run(self.track, times[0], samples)

    def _decoded(self, run: Run) -> list[VideoFrame]:
        decoder = picture_decoder(run)
        if decoder is None:
            return []
        frames: list[VideoFrame] = []
        at = run.dts
        for sample in run.samples:
            packet = av.Packet(sample.data)
            packet.dts, packet.pts = at, at + sample.offset
            at += sample.duration
            try:
                frames += decoder.decode(packet)
            except av.FFmpegError:
                continue
        with contextlib.suppress(av.FFmpegError):
            frames += decoder.decode(None)
        return [frame for frame in frames if frame.pts is not None]

    def _fitted(self, frame: VideoFrame) -> VideoFrame:
        """In the aimed-at size, with black beside or above it where the shape is another."""
        aim = self._aim
        wide, high = fitting(frame.width, frame.height, (aim.width, aim.height))
        small = frame.reformat(width=wide, height=high, format="yuv420p")
        if (wide, high) == (aim.width, aim.height):
            return small
        planes = small.to_ndarray()
        canvas = np.full((aim.height * 3 // 2, aim.width), 128, np.uint8)
        canvas[: aim.height] = 16
        left, top = (aim.width - wide) // 4 * 2, (aim.height - high) // 4 * 2
        canvas[top : top + high, left : left + wide] = planes[:high]
        colours = planes[high:].reshape(2, high // 2, wide // 2)
        spread = canvas[aim.height :].reshape(2, aim.height // 2, aim.width // 2)
        spread[:, top // 2 : top // 2 + high // 2, left // 2 : left // 2 + wide // 2] = colours
        return VideoFrame.from_ndarray(canvas, format="yuv420p")


class SoundRecoder:
    """Opus or AAC into AAC of one rate and number of channels; decoder and encoder live across segments."""

    def __init__(self, source: Track, aim: Aim) -> None:
        self._aim, self._layout = aim, "stereo" if aim.channels == 2 else "mono"
        self._decoder = sound_decoder(source)
        self._resampler = AudioResampler(format="fltp", layout=self._layout, rate=aim.rate)
        self._encoder = _sound_encoder(aim)
        config = bytes(self._encoder.extradata or b"")
        entry = aac_entry(config, aim.channels, aim.rate, aim.bit_rate)
        self.track = Track(2, "audio", aim.rate, "mp4a.40.2", entry, channels=aim.channels, rate=aim.rate)
        self._pcm: Pcm = np.zeros((aim.channels, 0), np.float32)
        self._start = -1  # sample number of the first sample in _pcm
        self._first = -1

    def convert(self, run: Run) -> Run | None:
        """The frames that are ready after this run; None when there are none yet."""
        due = run.dts * self._aim.rate // run.track.timescale
        if self._start < 0:
            self._start = due
        off = due - self._start - self._pcm.shape[1]
        if off > HOLE_S * self._aim.rate:
            self._pcm = np.concatenate((self._pcm, np.zeros((self._aim.channels, off), np.float32)), axis=1)
        blocks: list[Any] = [self._pcm]
        for sample in run.samples:
            try:
                decoded: list[Any] = self._decoder.decode(av.Packet(sample.data))
            except av.FFmpegError:
                continue
            for frame in decoded:
                frame.pts = None
                blocks += [piece.to_ndarray() for piece in self._resampler.resample(frame)]
        self._pcm = np.concatenate(blocks, axis=1)
        return self._encode()

    def flush(self) -> Run | None:
        """What is still inside, once nothing follows."""
        rest = -self._pcm.shape[1] % FRAME
        self._pcm = np.concatenate((self._pcm, np.zeros((self._aim.channels, rest), np.float32)), axis=1)
        ready = self._encode()
        last = self._run(list(self._encoder.encode(None)))
        if ready is None or last is None:
            return ready or last
        return replace(ready, samples=ready.samples + last.samples)

    def _encode(self) -> Run | None:
        packets: list[Any] = []
        whole = self._pcm.shape[1] // FRAME
        for index in range(whole):
            block = np.ascontiguousarray(self._pcm[:, index * FRAME : (index + 1) * FRAME], dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=self._layout)
            frame.sample_rate = self._aim.rate
            frame.pts = self._start + index * FRAME
            packets += self._encoder.encode(frame)
        self._pcm = self._pcm[:, whole * FRAME :]
        self._start += whole * FRAME
        return self._run(packets)

    def _run(self, packets: list[Any]) -> Run | None:
        if packets and self._first < 0:
            self._first = int(packets[0].pts) + FRAME  # the first packet lies before the sound
        kept = [packet for packet in packets if int(packet.pts) >= self._first]
        if not kept:
            return None
        return Run(self.track, int(kept[0].pts), tuple(Sample(bytes(packet), FRAME, sync=True) for packet in kept))


def sound_decoder(track: Track) -> AudioCodecContext:
    """A decoder for a track's Opus or AAC. Raises MediaFault."""
    if track.codec == "opus":
        return opus_decoder(track)
    decoder = CodecContext.create("aac", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.extradata = aac_record(track)
    decoder.open()
    return decoder


def _picture_encoder(aim: Aim) -> VideoCodecContext:
    encoder = CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = aim.width, aim.height, "yuv420p"
    encoder.time_base = Fraction(1, TICKS)
    encoder.framerate = Fraction(25, 1)
    encoder.gop_size = 10_000  # keyframes are asked for, one a segment
    encoder.thread_count = 1
    encoder.flags |= Flags.global_header
    bounds = f":vbv-maxrate={aim.ceiling // 1000}:vbv-bufsize={aim.ceiling // 1000}" if aim.ceiling else ""
    encoder.options = {
        "preset": "veryfast",
        "tune": "zerolatency",
        "profile": "main",
        "crf": "23",
        "forced-idr": "1",
        "x264-params": f"sps-id={aim.number}:scenecut=0{bounds}",
    }
    encoder.open()
    return encoder


def _sound_encoder(aim: Aim) -> AudioCodecContext:
    encoder = CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.format = aim.rate, "fltp"
    encoder.layout = "stereo" if aim.channels == 2 else "mono"
    encoder.bit_rate = aim.bit_rate
    encoder.options = {"aac_coder": "fast"}
    encoder.open()
    return encoder
