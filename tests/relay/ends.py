"""A browser's part in a talk, played by aiortc: real ICE, DTLS, SRTP and H.264, on addresses of this machine alone."""

import asyncio
import fractions
from collections.abc import Callable

import numpy as np
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack
from av import AudioFrame, VideoFrame

RATE = 48_000


class Wall(VideoStreamTrack):
    """A camera before a wall of this colour (red, green, blue)."""

    def __init__(self, colour: tuple[int, int, int]) -> None:
        super().__init__()
        self._picture = np.full((90, 160, 3), colour, np.uint8)

    async def recv(self) -> VideoFrame:
        pts, base = await self.next_timestamp()
        frame = VideoFrame.from_ndarray(self._picture, format="rgb24")
        frame.pts, frame.time_base = pts, base
        return frame


class Tone(AudioStreamTrack):
    """A microphone that hears one tone (Hz)."""

    def __init__(self, hertz: int) -> None:
        super().__init__()
        self._hertz, self._at, self._began = hertz, 0, 0.0

    async def recv(self) -> AudioFrame:
        size, loop = RATE // 50, asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(max(0.0, self._began + self._at / RATE - loop.time()))
        wave = np.sin(2 * np.pi * self._hertz * (np.arange(size) + self._at) / RATE) * 12_000
        frame = AudioFrame.from_ndarray(wave.astype(np.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, fractions.Fraction(1, RATE)
        self._at += size
        return frame


def connection(*servers: RTCIceServer) -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(iceServers=list(servers)))


async def offered(line: RTCPeerConnection, *tracks: MediaStreamTrack) -> str:
    """Its offer of these tracks, with all candidates."""
    for track in tracks:
        line.addTrack(track)
    await line.setLocalDescription(await line.createOffer())
    return line.localDescription.sdp


async def answered(line: RTCPeerConnection, offer: str) -> str:
    await line.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await line.setLocalDescription(await line.createAnswer())
    return line.localDescription.sdp


class Heard:
    """What comes over a connection: the last picture's middle, and the strongest tone."""

    def __init__(self, line: RTCPeerConnection) -> None:
        self.line, self.kinds = line, set[str]()
        self.colour: tuple[int, ...] | None = None
        self.hertz = 0.0
        self._tasks: list[asyncio.Task[None]] = []

        @line.on("track")
        def came(track: MediaStreamTrack) -> None:
            self.kinds.add(track.kind)
            take: Callable[[MediaStreamTrack], object] = self._look if track.kind == "video" else self._listen
            self._tasks.append(asyncio.ensure_future(take(track)))  # type: ignore[arg-type] - a coroutine function

    async def _look(self, track: MediaStreamTrack) -> None:
        while True:
            picture = (await track.recv()).to_ndarray(format="rgb24")
            self.colour = tuple(int(value) for value in picture[picture.shape[0] // 2, picture.shape[1] // 2])

    async def _listen(self, track: MediaStreamTrack) -> None:
        known = np.zeros(0)
        while True:
            frame = await track.recv()
            samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0].astype(float)
            known = np.concatenate([known, samples])[-RATE // 2 :]
            if len(known) >= RATE // 4 and np.abs(known).max() > 500:
                strength = np.abs(np.fft.rfft(known * np.hanning(len(known))))
                self.hertz = float(np.argmax(strength) * frame.sample_rate / len(known))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.line.close()
