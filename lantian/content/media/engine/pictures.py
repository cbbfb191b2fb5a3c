"""One still picture of a lesson from a segment's first keyframe."""

from fractions import Fraction
from io import BytesIO

import av
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from PIL import Image

from lantian.content.media.engine.boxes import Box, child
from lantian.content.media.engine.model import Run


def keyframe_jpeg(run: Run, *, width: int = 480, quality: int = 72) -> bytes | None:
    """JPEG of the run's first picture, at most `width` pixels wide; None when it cannot be decoded."""
    entry = run.track.entry
    config = child(entry, Box("avc1", 0, 8, len(entry)), "avcC", skip=78)
    decoder = CodecContext.create("h264", "r")
    if config is None or not isinstance(decoder, VideoCodecContext):
        return None
    decoder.extradata = entry[config.body : config.end]
    decoder.thread_count = 1
    packet = av.Packet(run.samples[0].data)
    packet.pts = packet.dts = 0
    packet.time_base = Fraction(1, run.track.timescale)
    try:
        frames = [*decoder.decode(packet), *decoder.decode(None)]
        picture = Image.fromarray(frames[0].to_ndarray(format="rgb24"))
    except (av.FFmpegError, IndexError):
        return None
    picture.thumbnail((width, width))
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
