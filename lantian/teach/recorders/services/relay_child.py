"""The process that reads a recorder's stream (RTMP from the door, RTSP from a camera, RTP from Janus) and hands it over as
fragmented MP4.

    python -I relay_child.py MEMORY UID <order >frames

Run as a script and by itself: codecs are other people's C and the bytes are a stranger's, so nothing of the platform is in its
memory, and of its rights only the network is left. The order is a line of JSON on standard input: `url` (or an SDP: the ports of
this machine to which RTP is sent), `encode` (whether it may encode anew what nobody could play), `width`, `height`, `bits` (of
what it encodes), `look` (say what it is, and end).
Frames on standard output: a letter, the length of what follows (u32), the wall clock in Unix ms (u64, both big endian), then

    C  a chunk: bytes of fragmented MP4 (an init and whole fragments)      L  the last chunk of this recorder
    F  facts as JSON: codecs, width, height, fps, kbps, gop_s, encoding
    X  why it ends, as JSON: `code` one of no_answer no_video unreadable jump gone, of a look looked

H.264 is passed on as it is, unless its keyframes lie further apart than a player can wait; AAC too; all else is encoded anew.
"""

import contextlib
import importlib
import io
import itertools
import json
import os
import pkgutil
import resource
import runpy
import struct
import sys
import time
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

CONFINED = Path(__file__).resolve().parents[3] / "kernel" / "confined.py"
LONGEST_GOP_S = 2.5  # a GOP is a segment, and a segment is what everybody is late by
QUICK_LOOK_S, LOOK_S = 0.8, 12.0  # so long is waited for a second keyframe
JUMP_S = 3.0
FACTS_EVERY_S = 10.0
OPEN_S, READ_S = 10.0, 12.0
MP4 = {"movflags": "frag_keyframe+empty_moov+default_base_moof+skip_trailer", "flush_packets": "1"}
# To the loop alone; what was lost on the way is sent again, and may come so much (µs) later.
RTP = {"protocol_whitelist": "udp,rtp", "localaddr": "127.0.0.1", "max_delay": "400000", "buffer_size": "2000000"}
AUDIO_RATE, AUDIO_BITS = 48_000, 96_000


# All of it now: what it would load when it is first needed may lie where only root reads, and root is given up by then.
for _module in pkgutil.walk_packages(av.__path__, "av."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)


class End(Exception):
    """It ends, and why."""

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code)
        # of libav's faults its own words alone: the whole text names the address, and an address may hold a password
        words = getattr(detail, "strerror", detail)
        self.code, self.detail = code, str(words or "")[:200]


class Frames:
    """What leaves: frames on a pipe, and the file that the muxer believes to write."""

    def __init__(self, pipe: int) -> None:
        self._pipe, self._kept = pipe, bytearray()

    def write(self, data: bytes) -> int:
        self._kept += data
        return len(data)

    def flush_chunk(self, *, last: bool = False) -> int:
        """Send what the muxer wrote since; its bytes."""
        data = bytes(self._kept)
        self._kept.clear()
        if data or last:
            self._send(b"L" if last else b"C", data)
        return len(data)

    def say(self, letter: bytes, facts: dict[str, Any]) -> None:
        self._send(letter, json.dumps(facts).encode())

    def _send(self, letter: bytes, data: bytes) -> None:
        frame = letter + struct.pack(">IQ", len(data), time.time_ns() // 1_000_000) + data
        while frame:
            frame = frame[os.write(self._pipe, frame) :]


class Timeline:
    """The source's clock, begun anew at nought. Raises End("jump") when it leaps or goes back: that is a new recorder."""

    def __init__(self) -> None:
        self._origin: float | None = None
        self._last: dict[int, float] = {}

    def place(self, packet: Any) -> None:
        base = float(packet.time_base)
        at = (packet.dts if packet.dts is not None else packet.pts) * base
        if self._origin is None:
            self._origin = at
        last = self._last.get(packet.stream.index)
        if last is not None and not last < at < last + JUMP_S:
            raise End("jump", f"{at - last:.2f} s")
        self._last[packet.stream.index] = at
        shift = round(self._origin / base)
        if packet.dts is not None:
            packet.dts -= shift
        if packet.pts is not None:
            packet.pts -= shift


class Relay:
    def __init__(self, source: Any, order: dict[str, Any], frames: Frames) -> None:
        self._source, self._order, self._frames = source, order, frames
        if not source.streams.video:
            raise End("no_video")
        self._video: Any = source.streams.video[0]
        self._audio: Any = source.streams.audio[0] if source.streams.audio else None
        self._timeline = Timeline()
        self._held: deque[Any] = deque()
        self._keys: deque[float] = deque(maxlen=8)
        self._out: Any = None
        self._picture: Any = None
        self._sound: Any = None
        self._resampler: Any = None
        self._encoding = False
        self._bytes, self._pictures, self._since = 0, 0, time.monotonic()
        self._told = 0.0
        self._second = -1  # of the last picture that was encoded anew

    # -- looking ----------------------------------------------------------------------------------------------------------

    def packets(self) -> Iterator[Any]:
        """Of picture and sound, those held back first. Raises End."""
        wanted = [stream for stream in (self._video, self._audio) if stream is not None]
        try:
            for packet in self._source.demux(wanted):
                if packet.size and (packet.dts is not None or packet.pts is not None):
                    self._note(packet)
                    yield packet
        except (av.FFmpegError, ValueError) as error:
            raise End("gone", error) from error
        raise End("gone")

    def _note(self, packet: Any) -> None:
        self._bytes += packet.size
        if packet.stream is self._video:
            self._pictures += 1
            if packet.is_keyframe:
                self._keys.append(float((packet.dts if packet.dts is not None else packet.pts) * packet.time_base))

    @property
    def _gop_s(self) -> float:
        """The longest of the last GOPs, 0 before two keyframes were seen."""
        keys = list(self._keys)
        return max((after - before for before, after in itertools.pairwise(keys)), default=0.0)

    def look(self, packets: Iterator[Any]) -> None:
        """Hold packets back until a second keyframe says how far apart they are."""
        began = time.monotonic()
        for packet in packets:
            if packet.stream is self._video and self._is_misdated(packet):
                self._held.clear()
                self._keys.clear()
            if self._held or (packet.stream is self._video and packet.is_keyframe):
                self._held.append(packet)
            if len(self._keys) >= 2 or time.monotonic() - began > LOOK_S:
                break
        if not self._held:
            raise End("unreadable", "no keyframe")

    def _is_misdated(self, packet: Any) -> bool:
        """Of RTP libav gives the very first picture a time to come: then this one lies before what is held."""
        before = next((held for held in reversed(self._held) if held.stream is self._video), None)
        return before is not None and packet.dts is not None and before.dts is not None and packet.dts <= before.dts

    # -- passing on -------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        packets = self.packets()
        self.look(packets)
        self._encoding = self._needs_encoding()
        if self._order.get("look"):
            self._tell()
            raise End("looked")
        self._open()
        self._tell()
        while self._held:
            self._pass(self._held.popleft())
        for packet in packets:
            self._pass(packet)
            if time.monotonic() - self._told > FACTS_EVERY_S:
                self._tell()

    def close(self) -> None:
        """What the muxer still holds, and the last chunk."""
        if self._out is None:
            return
        with contextlib.suppress(av.FFmpegError, ValueError):
            for stream in filter(
                None, (self._picture if self._encoding else None, self._sound if self._resampler else None)
            ):
                self._out.mux(stream.encode(None))
        with contextlib.suppress(av.FFmpegError, ValueError):
            self._out.close()
        self._frames.flush_chunk(last=True)

    def _needs_encoding(self) -> bool:
        """Nobody could play it, or everybody would be late by its GOP."""
        codec = self._video.codec_context
        plain = codec.name == "h264" and codec.pix_fmt in (None, "yuv420p", "yuvj420p")
        far = self._gop_s > LONGEST_GOP_S or len(self._keys) < 2
        return not plain or (far and self._order["encode"])

    def _open(self) -> None:
        video, order = self._video, self._order
        if self._encoding and not order["encode"]:
            raise End("unreadable", video.codec_context.name)
        self._out = av.open(self._frames, "w", format="mp4", options=MP4)
        self._picture = self._encoder() if self._encoding else self._out.add_stream_from_template(video)
        if self._audio is None:
            return
        if self._audio.codec_context.name == "aac":
            self._sound = self._out.add_stream_from_template(self._audio)
        else:
            self._sound = self._out.add_stream("aac", rate=AUDIO_RATE)
            self._sound.bit_rate, self._sound.layout = AUDIO_BITS, "mono"
            self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=AUDIO_RATE)

    def _size(self) -> tuple[int, int]:
        """The picture's, made to fit; even, as the codec wants."""
        wide, tall = self._video.codec_context.width, self._video.codec_context.height
        if not wide or not tall:
            raise End("unreadable", "no size")
        scale = min(1.0, self._order["width"] / wide, self._order["height"] / tall)
        return int(wide * scale) // 2 * 2, int(tall * scale) // 2 * 2

    def _encoder(self) -> Any:
        fps = self._video.average_rate or self._video.guessed_rate or Fraction(25)
        stream = self._out.add_stream("libx264", rate=min(fps, 30))
        stream.width, stream.height = self._size()
        stream.pix_fmt, stream.bit_rate = "yuv420p", self._order["bits"]
        stream.time_base = self._video.time_base
        stream.codec_context.time_base = self._video.time_base
        stream.codec_context.gop_size = 10_000  # keyframes are asked for by the clock
        stream.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "profile": "main",
            "forced-idr": "1",
            "sc_threshold": "0",
        }
        return stream

    def _pass(self, packet: Any) -> None:
        self._timeline.place(packet)
        try:
            if packet.stream is self._video:
                self._pass_picture(packet)
            elif self._resampler is None:
                packet.stream = self._sound
                self._out.mux(packet)
            else:
                self._pass_sound(packet)
        except (av.FFmpegError, ValueError) as error:
            raise End("unreadable", error) from error
        self._frames.flush_chunk()

    def _pass_picture(self, packet: Any) -> None:
        if not self._encoding:
            packet.stream = self._picture
            self._out.mux(packet)
            return
        for frame in packet.decode():
            second = int(frame.time or 0)
            key = second != self._second
            self._second = second
            width, height = self._picture.width, self._picture.height
            frame = frame.reformat(width=width, height=height, format="yuv420p")  # noqa: PLW2901 - the same picture
            frame.pict_type = 1 if key else 0
            self._out.mux(self._picture.encode(frame))

    def _pass_sound(self, packet: Any) -> None:
        for frame in packet.decode():
            for part in self._resampler.resample(frame):
                self._out.mux(self._sound.encode(part))

    # -- telling ----------------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        now = time.monotonic()
        spent = max(0.5, now - self._since)
        video, audio = self._video.codec_context, self._audio.codec_context if self._audio is not None else None
        size = self._picture if self._encoding and self._picture is not None else video
        facts = {
            "video": video.name,
            "width": video.width,
            "height": video.height,
            "fps": round(float(self._video.average_rate or self._pictures / spent), 1),
            "kbps": round(self._bytes * 8 / 1000 / spent),
            "gop_s": round(self._gop_s, 2),
            "audio": audio.name if audio is not None else "",
            "rate": audio.sample_rate if audio is not None else 0,
            "encoding": self._encoding,
            "out": [size.width, size.height],
        }
        self._frames.say(b"F", facts)
        self._bytes, self._pictures, self._since, self._told = 0, 0, now, now


def _open(url: str, look_s: float) -> Any:
    """`look_s`: how long to look for picture and sound before believing that there is no more. Raises End."""
    options = {"rtsp_transport": "tcp"} if url.startswith(("rtsp:", "rtsps:")) else {"rtmp_live": "live"}
    is_sdp = url.startswith("v=0")
    options = dict(RTP) if is_sdp else options
    options |= {"analyzeduration": str(round(look_s * 1e6)), "probesize": "8000000"}
    try:
        if is_sdp:
            return av.open(io.BytesIO(url.encode()), format="sdp", options=options, timeout=(OPEN_S, READ_S))
        return av.open(url, options=options, timeout=(OPEN_S, READ_S))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise End("no_answer", error) from error


def relay(order: dict[str, Any], frames: Frames) -> End:
    """Until it ends; the reason."""
    try:
        with _source(order["url"]) as source:
            run = Relay(source, order, frames)
            try:
                run.run()
            finally:  # while the source is open: what the muxer still holds is the source's
                run.close()
    except End as end:
        return end
    return End("gone")


def _source(url: str) -> Any:
    """The stream, opened; once more with patience when its first moment was sound alone. Raises End."""
    # an SDP says itself what will come; what is waited for is the first keyframe, with the picture's size
    found = _open(url, LOOK_S if url.startswith("v=0") else QUICK_LOOK_S)
    if found.streams.video:
        return found
    found.close()
    return _open(url, LOOK_S)


def main(memory: str, uid: str) -> None:
    """Bound, shed, pass on."""
    av.logging.set_level(av.logging.PANIC)  # it would name addresses
    pipe = os.dup(1)
    os.dup2(2, 1)  # whatever else prints must not look like a frame
    order = json.loads(sys.stdin.readline())
    limits = {resource.RLIMIT_AS: int(memory), resource.RLIMIT_FSIZE: 0}
    runpy.run_path(str(CONFINED))["confine"](uid, limits, network=True, nice=0)
    frames = Frames(pipe)
    end = relay(order, frames)
    frames.say(b"X", {"code": end.code, "detail": end.detail})


if __name__ == "__main__":
    main(*sys.argv[1:])
