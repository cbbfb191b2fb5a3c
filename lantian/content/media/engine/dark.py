"""A picture of nothing, for those who only hear: a few hundred bits a second, so that the rendition has the same two tracks as
the others and a player changes to it and back without a new start.

Eight dark pictures a second and not one: browsers begin to play once some pictures are there, not some seconds.
"""

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from av.codec.context import CodecContext, Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from lantian.content.media.engine.codecs import avc1_entry, avc_codec, avc_config, split_annex_b, to_lengths
from lantian.content.media.engine.model import US, MediaFault, Run, Sample, Track

WIDTH, HEIGHT, RATE = 160, 90, 8
TICKS = 90_000
LONGEST = 13 * RATE  # pictures: no segment is longer than 12 s


def dark_track(number: int) -> Track:
    """The track, under the number that the picture's track has elsewhere."""
    config, _pictures = _made()
    return Track(
        number, "video", TICKS, avc_codec(config), avc1_entry(config, WIDTH, HEIGHT), width=WIDTH, height=HEIGHT
    )


def dark_run(track: Track, start_us: int, end_us: int) -> Run:
    """Dark from `start_us` to `end_us` (12 s at most), beginning with a keyframe."""
    _config, pictures = _made()
    first, last = start_us * TICKS // US, end_us * TICKS // US
    count = max(1, min(LONGEST, (last - first) * RATE // TICKS))
    times = [first + (last - first) * index // count for index in range(count + 1)]
    samples = tuple(
        Sample(pictures[index], max(1, times[index + 1] - times[index]), sync=index == 0) for index in range(count)
    )
    return Run(track, first, samples)


@cache
def _made() -> tuple[bytes, tuple[bytes, ...]]:
    """Parameter sets and LONGEST pictures: a keyframe, and such as change nothing. They are the same for ever."""
    encoder = CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE, 1)
    encoder.gop_size = 10_000
    encoder.thread_count = 1
    encoder.flags |= Flags.global_header
    encoder.options = {"preset": "veryfast", "tune": "zerolatency", "profile": "baseline", "crf": "30"}
    encoder.open()
    config = avc_config(split_annex_b(bytes(encoder.extradata or b"")))
    if config is None:
        raise MediaFault("unsupported_codec", "the encoder gave no parameter sets")
    planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    planes[:HEIGHT] = 16
    packets: list[Any] = []
    for index in range(LONGEST):
        frame = VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = index
        packets += encoder.encode(frame)
    return config, tuple(_slices(bytes(packet)) for packet in packets)


def _slices(packet: bytes) -> bytes:
    """Without the encoder's note about itself, which is longer than the picture."""
    return to_lengths([unit for unit in split_annex_b(packet) if unit[0] & 31 != 6])
