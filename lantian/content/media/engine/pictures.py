"""Still pictures of a lesson from a segment's first keyframe."""

from fractions import Fraction
from io import BytesIO

import av
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from PIL import Image

from lantian.content.media.engine.model import MediaFault, Run
from lantian.content.media.engine.parameters import avc_record


def picture_decoder(run: Run) -> VideoCodecContext | None:
    """A decoder for a run's pictures; None when its track says nothing that one could be made from."""
    decoder = CodecContext.create("h264", "r")
    try:
        decoder.extradata = avc_record(run.track)
    except MediaFault:
        return None
    decoder.thread_count = 1
    return decoder if isinstance(decoder, VideoCodecContext) else None


def keyframe(run: Run) -> VideoFrame | None:
    """The run's first picture; None when it cannot be decoded."""
    decoder = picture_decoder(run)
    if decoder is None:
        return None
    packet = av.Packet(run.samples[0].data)
    packet.pts = packet.dts = 0
    packet.time_base = Fraction(1, run.track.timescale)
    try:
        return next(iter([*decoder.decode(packet), *decoder.decode(None)]), None)
    except av.FFmpegError:
        return None


def fitting(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """The largest even size of the same shape that fits a box (pixels)."""
    scale = min(box[0] / width, box[1] / height)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def keyframe_jpeg(run: Run, *, width: int = 480, quality: int = 72) -> bytes | None:
    """JPEG of the run's first picture, at most `width` pixels wide; None when it cannot be decoded."""
    frame = keyframe(run)
    if frame is None:
        return None
    picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
    picture.thumbnail((width, width))
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
