"""Opus to AAC for one stream, continuously: decoder and encoder live across segments, the clock is counted in samples.

AAC frames are 1024 samples at 48 kHz and do not end where segments end; each segment gets the frames that are ready, and
their decode times run on without a hole. Frame n of the encoder's output covers the 1024 samples *before* its input, so the
first packet (priming) is left out and sound stays where it was.

The browser's Opus timestamps jitter by ±10 ms and its sound card drifts from its clock. Small differences are spread over a
segment by stretching sound by at most 0.5 % (nobody hears it); holes above 100 ms are filled with silence, overlaps cut.
"""

import struct
from dataclasses import replace
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import CodecContext

from lantian.content.media.engine.codecs import aac_entry
from lantian.content.media.engine.fragments import write_init
from lantian.content.media.engine.model import US, Init, MediaFault, Run, Sample, Track

RATE = 48_000
FRAME = 1024
HOLE = RATE // 10
TOLERATED = RATE * 4 // 1000
MOST_STRETCH = 0.005
Pcm = npt.NDArray[np.float32]


class AacTranscoder:
    """Turns the Opus run of each segment into an AAC run. Not thread-safe; its calls release the GIL while coding."""

    def __init__(self, init: Init, *, bit_rate: int = 64_000) -> None:
        source = init.audio
        if source is None or source.codec != "opus":
            raise MediaFault("unsupported_codec", "no Opus to transcode")
        self._source = source
        self._decoder = opus_decoder(source)
        self._encoder = _aac_encoder(source.channels, bit_rate)
        config = bytes(self._encoder.extradata or b"")
        entry = aac_entry(config, source.channels, RATE, bit_rate)
        self.track = replace(source, codec="mp4a.40.2", entry=entry, timescale=RATE, rate=RATE, defaults=(0, 0, 0))
        tracks = tuple(self.track if track.kind == "audio" else track for track in init.tracks)
        self.init = Init(write_init(tracks), tracks)
        self._pcm: Pcm = np.zeros((source.channels, 0), np.float32)
        self._start = 0  # sample number of the first sample in _pcm
        self._begun = self._exact = False
        self._drift = 0.0
        self.next_audio = -1  # decode time (samples) of the next AAC frame; -1 before the first
        self._skip_until: int | None = None  # packets before this time are thrown away

    def convert(self, run: Run) -> Run | None:
        """The AAC frames that are ready after this run; None when there are none yet."""
        pcm = self._decode(run)
        self._place(run.dts * RATE // run.track.timescale, pcm)
        return self._encode()

    def fill(self, until_us: int) -> Run | None:
        """A segment came without sound: silence up to its end."""
        self._place(until_us * RATE // US, np.zeros((self._source.channels, 0), np.float32))
        return self._encode()

    def begin(self, at_us: int) -> None:
        """Sound begins here (us) even if the first packet comes a little later: players stall at holes of 30 ms."""
        self._begun, self._start = True, at_us * RATE // US
        self._exact = True

    def prime(self, run: Run, next_audio: int) -> None:
        """After a restart: hear the last segment's sound again, and go on at AAC time `next_audio` as if nothing happened.

        `next_audio` is where the last written AAC frame ended. One frame before it is encoded again and thrown away, so
        that the overlap of the transform is right.
        """
        pcm = self._decode(run)
        self._place(run.dts * RATE // run.track.timescale, pcm)
        lead = next_audio - FRAME - self._start
        if lead < 0:
            silence = np.zeros((self._source.channels, -lead), np.float32)
            self._pcm = np.concatenate((silence, self._pcm), axis=1)
        else:
            self._pcm = self._pcm[:, lead:]
        self._start = next_audio - FRAME
        self._skip_until = next_audio

    # -- decoding ---------------------------------------------------------------------------------------------------------

    def _decode(self, run: Run) -> Pcm:
        """All samples of the packets; a packet that cannot be decoded becomes silence of its length."""
        blocks: list[Pcm] = []
        for sample in run.samples:
            try:
                frames: list[Any] = self._decoder.decode(av.Packet(sample.data))
            except av.FFmpegError:
                silent = sample.duration * RATE // run.track.timescale
                blocks.append(np.zeros((self._source.channels, silent), np.float32))
                continue
            blocks += [_planar(frame, self._source.channels) for frame in frames]
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((self._source.channels, 0), np.float32)

    def _place(self, at: int, pcm: Pcm) -> None:
        """Append `pcm`, whose first sample belongs at sample number `at`."""
        if not self._begun:
            self._begun, self._start = True, at
        due = self._start + self._pcm.shape[1]
        off = at - due  # > 0: sound is missing; < 0: there is more sound than time
        if off > HOLE or (self._exact and off > 0):
            pcm = np.concatenate((np.zeros((self._source.channels, off), np.float32), pcm), axis=1)
            self._drift = 0.0
        elif off < -HOLE:
            pcm = pcm[:, -off:]
            self._drift = 0.0
        else:
            self._drift += 0.25 * (off - self._drift)
            pcm = self._stretch(pcm)
        self._exact = False
        self._pcm = np.concatenate((self._pcm, pcm), axis=1)

    def _stretch(self, pcm: Pcm) -> Pcm:
        length = pcm.shape[1]
        if abs(self._drift) < TOLERATED or length < FRAME:
            return pcm
        most = int(length * MOST_STRETCH)
        change = max(-most, min(most, round(self._drift)))
        self._drift -= change
        places = np.linspace(0, length - 1, length + change)
        grid = np.arange(length)
        return np.stack([np.interp(places, grid, channel) for channel in pcm]).astype(np.float32)

    # -- encoding ---------------------------------------------------------------------------------------------------------

    def _encode(self) -> Run | None:
        """Code all whole frames that are there."""
        layout = "stereo" if self._source.channels == 2 else "mono"
        whole = self._pcm.shape[1] // FRAME
        packets: list[Any] = []
        for index in range(whole):
            block = np.ascontiguousarray(self._pcm[:, index * FRAME : (index + 1) * FRAME])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate = RATE
            frame.pts = self._start + index * FRAME
            packets += self._encoder.encode(frame)
        self._pcm = self._pcm[:, whole * FRAME :]
        self._start += whole * FRAME
        return self._run(packets)

    def _run(self, packets: list[Any]) -> Run | None:
        if packets and self._skip_until is None:
            self._skip_until = int(packets[0].pts) + FRAME  # the first packet lies before the sound: priming, left out
        kept = [packet for packet in packets if int(packet.pts) >= (self._skip_until or 0)]
        if not kept:
            return None
        first = int(kept[0].pts)
        self.next_audio = first + FRAME * len(kept)
        return Run(self.track, first, tuple(Sample(bytes(packet), FRAME, sync=True) for packet in kept))

    def flush(self) -> Run | None:
        """The frames still inside coder and buffer, once nothing follows; the coder cannot be used afterwards."""
        rest = self._pcm.shape[1] % FRAME
        if rest:
            silence = np.zeros((self._source.channels, FRAME - rest), np.float32)
            self._pcm = np.concatenate((self._pcm, silence), axis=1)
        runs = [run for run in (self._encode(), self._run(list(self._encoder.encode(None)))) if run is not None]
        if not runs:
            return None
        return replace(runs[0], samples=tuple(sample for run in runs for sample in run.samples))


def opus_decoder(track: Track) -> AudioCodecContext:
    """A decoder for Opus as browsers send it."""
    decoder = CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.extradata = b"OpusHead" + struct.pack("<BBHIhB", 1, track.channels, 0, RATE, 0, 0)
    decoder.sample_rate = RATE
    decoder.layout = "stereo" if track.channels == 2 else "mono"
    decoder.open()
    return decoder


def _aac_encoder(channels: int, bit_rate: int) -> AudioCodecContext:
    encoder = CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate = RATE
    encoder.layout = "stereo" if channels == 2 else "mono"
    encoder.format = "fltp"
    encoder.bit_rate = bit_rate
    encoder.options = {"aac_coder": "fast"}
    encoder.open()
    return encoder


def _planar(frame: Any, channels: int) -> Pcm:
    """A decoded frame as float32 (channels, samples)."""
    data = frame.to_ndarray()
    if not frame.format.is_planar:
        data = data.reshape(-1, channels).T
    if data.dtype == np.int16:
        data = data.astype(np.float32) / 32768.0
    return np.asarray(data, np.float32)
