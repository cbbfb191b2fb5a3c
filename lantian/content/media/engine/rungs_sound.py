"""The sound that all renditions of a film have: AAC, passed through where it fits and encoded where it does not.

Its frames follow one another without a hole, each of 1 024 samples; frame n stands at n × 1 024 samples of the film, so that a
player never waits for sound that is not there, and whoever goes on later knows where by a number alone.
"""

from collections import deque
from typing import Any

import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.codec.context import CodecContext

from lantian.content.media.engine.codecs import aac_entry
from lantian.content.media.engine.film import SILENCE
from lantian.content.media.engine.model import MediaFault, Run, Sample, Track
from lantian.content.media.engine.rungs import TICKS

FRAME = 1024
RATE = 48_000
BITS = {1: 64_000, 2: 96_000}
PASSED_BITS = 160_000  # more is encoded
_RATES = {3: 48_000, 4: 44_100, 5: 32_000}  # as an AudioSpecificConfig numbers them
HOLE = RATE // 10
MOST_HOLE_S = 600
Pcm = npt.NDArray[np.float32]


def passes(context: AudioCodecContext) -> bool:
    """Whether a stream's AAC can stand in a rendition as it is."""
    config = bytes(context.extradata or b"")
    if context.name != "aac" or len(config) < 2 or context.layout.nb_channels not in SILENCE:
        return False
    plain = config[0] >> 3 == 2 and _RATES.get((config[0] & 7) << 1 | config[1] >> 7) == context.sample_rate
    return plain and (context.bit_rate or 0) <= PASSED_BITS


class Sound:
    """What both kinds have: frames in order, the first of which is number `taken`. `first`: where whoever goes on begins."""

    track: Track

    def __init__(self, rate: int, channels: int, first: int) -> None:
        self.taken = self._next = first
        self._rate, self._channels = rate, channels
        self._frames: deque[bytes] = deque()

    def _append(self, data: bytes) -> None:
        self._frames.append(data)
        self._next += 1

    def reached(self, until: int) -> bool:
        """Whether there is sound up to here (ticks)."""
        return self._next * FRAME * TICKS >= until * self._rate

    def fill(self, until: int) -> None:
        """Silence up to here."""
        if (until * self._rate // TICKS - self._next * FRAME) > MOST_HOLE_S * self._rate:
            raise MediaFault("timeline", "no sound for too long")
        while not self.reached(until):
            self._append(SILENCE[self._channels])

    def take(self, until: int) -> Run | None:
        """The frames that begin before this moment."""
        samples, first = [], self.taken
        while self._frames and self.taken * FRAME * TICKS < until * self._rate:
            samples.append(Sample(self._frames.popleft(), FRAME, sync=True))
            self.taken += 1
        return Run(self.track, first * FRAME, tuple(samples)) if samples else None

    def push(self, packet: Any, base_s: float) -> None:
        """The next packet of the film, which begins at `base_s` of its own clock."""
        raise NotImplementedError

    def finish(self) -> None:
        """Nothing follows."""


class PassedSound(Sound):
    """AAC as the film has it."""

    def __init__(self, context: AudioCodecContext, first: int) -> None:
        rate, channels = context.sample_rate, context.layout.nb_channels
        super().__init__(rate, channels, first)
        entry = aac_entry(bytes(context.extradata or b"")[:2], channels, rate, context.bit_rate or BITS[channels])
        self.track = Track(2, "audio", rate, "mp4a.40.2", entry, channels=channels, rate=rate)
        self._least = first * FRAME - FRAME // 2

    def push(self, packet: Any, base_s: float) -> None:
        """What lies before the beginning (an encoder's lead) or comes twice is left out."""
        if packet.pts is None or not packet.size:
            return
        due = round((float(packet.pts * packet.time_base) - base_s) * self._rate)
        off = due - self._next * FRAME
        if due < self._least or off < -2 * FRAME:
            return
        if off > MOST_HOLE_S * self._rate:
            raise MediaFault("timeline", "no sound for too long")
        for _missing in range(off // FRAME):
            self._append(SILENCE[self._channels])
        self._append(bytes(packet))


class EncodedSound(Sound):
    """Whatever the film has, as AAC of 48 kHz."""

    def __init__(self, source: AudioCodecContext, first: int) -> None:
        channels = min(2, max(1, source.layout.nb_channels))
        super().__init__(RATE, channels, first)
        layout = "stereo" if channels == 2 else "mono"
        self._layout = layout
        self._resampler = AudioResampler(format="fltp", layout=layout, rate=RATE)
        encoder = CodecContext.create("aac", "w")
        assert isinstance(encoder, AudioCodecContext)
        encoder.sample_rate, encoder.format, encoder.layout = RATE, "fltp", layout
        encoder.bit_rate, encoder.options = BITS[channels], {"aac_coder": "fast"}
        encoder.open()
        self._encoder = encoder
        entry = aac_entry(bytes(encoder.extradata or b""), channels, RATE, BITS[channels])
        self.track = Track(2, "audio", RATE, "mp4a.40.2", entry, channels=channels, rate=RATE)
        self._start = max(0, first - 1) * FRAME  # one frame more, thrown away: frames overlap
        self._pcm: Pcm = np.zeros((channels, 0), np.float32)
        self._exact = True

    def push(self, packet: Any, base_s: float) -> None:
        """A packet that cannot be decoded is a hole, which the next one fills with silence."""
        try:
            frames = packet.decode()
        except Exception:  # noqa: BLE001 - whatever a library says of a stranger's film
            return
        for frame in frames:
            due = self._start + self._pcm.shape[1]  # where nothing is said, it goes on
            if frame.pts is not None:
                due = round((float(frame.pts * frame.time_base) - base_s) * RATE)
            frame.pts = None
            blocks = [piece.to_ndarray() for piece in self._resampler.resample(frame)]
            if blocks:
                self._place(due, np.concatenate(blocks, axis=1).astype(np.float32))
        self._encode()

    def _place(self, due: int, pcm: Pcm) -> None:
        off = due - self._start - self._pcm.shape[1]
        if off > MOST_HOLE_S * RATE:
            raise MediaFault("timeline", "no sound for too long")
        least = 0 if self._exact else HOLE
        if off > least:
            pcm = np.concatenate((np.zeros((self._channels, off), np.float32), pcm), axis=1)
        elif off < -least:
            pcm = pcm[:, -off:]
        if pcm.shape[1]:
            self._exact = False
        self._pcm = np.concatenate((self._pcm, pcm), axis=1)

    def _encode(self) -> None:
        whole = self._pcm.shape[1] // FRAME
        for number in range(whole):
            block = np.ascontiguousarray(self._pcm[:, number * FRAME : (number + 1) * FRAME])
            frame = AudioFrame.from_ndarray(block, format="fltp", layout=self._layout)
            frame.sample_rate, frame.pts = RATE, self._start + number * FRAME
            self._keep(list(self._encoder.encode(frame)))
        self._pcm = self._pcm[:, whole * FRAME :]
        self._start += whole * FRAME

    def _keep(self, packets: list[Any]) -> None:
        """What the encoder leads with lies before the sound, and what was made before stays as it is."""
        for packet in packets:
            if int(packet.pts) // FRAME >= self._next:
                self._append(bytes(packet))

    def finish(self) -> None:
        """What is still inside."""
        rest = -self._pcm.shape[1] % FRAME
        self._pcm = np.concatenate((self._pcm, np.zeros((self._channels, rest), np.float32)), axis=1)
        self._encode()
        self._keep(list(self._encoder.encode(None)))


def sound_of(stream: Any, *, first: int) -> Sound:
    """Of a film's stream."""
    context = stream.codec_context
    return PassedSound(context, first) if passes(context) else EncodedSound(context, first)
