"""Streams that no Chromium made: FFmpeg's muxer with Opus and AAC, and our own AAC rendition cut again."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from lantian.content.media.engine.fragments import parse_init, read_segment, write_fragment
from lantian.content.media.engine.lesson.source import MIME
from lantian.content.media.engine.model import Limits
from lantian.content.media.engine.transcode import AacTranscoder
from lantian.content.media.tests.support import cut, cut_lesson, frames, sound


def muxed(audio: str, flags: str, seconds: int = 6, gop: int = 25, ahead: int = 0, **options: str) -> bytes:
    """A fragmented MP4 by FFmpeg: 320×180 at 25 fps with a tone. `ahead`: B-frames, as boxes make them and browsers do not."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": flags, **options}) as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        video.options = {"preset": "ultrafast", "sc_threshold": "0"}
        video.options |= {"bf": str(ahead)} if ahead else {"tune": "zerolatency"}
        video.gop_size = gop
        heard = container.add_stream(audio, rate=48_000)
        heard.layout = "mono"
        for number in range(25 * seconds):
            picture = av.VideoFrame.from_ndarray(np.full((180, 320, 3), number % 200, np.uint8), format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            container.mux(video.encode(picture))
            tone = np.sin(np.arange(number * 1920, (number + 1) * 1920) / 48_000 * 2 * np.pi * 440) * 8000
            block = av.AudioFrame.from_ndarray(tone.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
            block.sample_rate, block.pts = 48_000, number * 1920
            container.mux(heard.encode(block))
        container.mux(video.encode(None))
        container.mux(heard.encode(None))
    return out.getvalue()


@pytest.mark.parametrize(("audio", "codec"), [("libopus", "opus"), ("aac", "mp4a.40.2")])
def test_ffmpegs_fragments_by_keyframe(audio: str, codec: str) -> None:
    init, segments = cut(MIME, [muxed(audio, "frag_keyframe+empty_moov+default_base_moof")])
    assert init.codecs.endswith(codec)
    assert len(segments) == 6
    whole = init.data + b"".join(segment.data for segment in segments)
    assert frames(whole) == 150
    assert len(sound(whole)[1]) / 48_000 == pytest.approx(6, abs=0.1)


def test_ffmpegs_fragments_by_time_are_gathered() -> None:
    data = muxed("libopus", "empty_moov+default_base_moof", frag_duration="200000")
    init, segments = cut(MIME, [data])
    assert frames(init.data + b"".join(segment.data for segment in segments)) == 150
    assert all(segment.independent for segment in segments[2:])
    assert 6 <= len(segments) <= 8


def test_keyframes_three_seconds_apart_are_kept_whole() -> None:
    _init, segments = cut(MIME, [muxed("libopus", "frag_keyframe+empty_moov+default_base_moof", gop=75)])
    assert [round(segment.duration_us / 1e6) for segment in segments] == [3, 3]


def test_our_own_aac_rendition_can_be_cut_again() -> None:
    init, segments = cut_lesson()
    coder = AacTranscoder(init)
    data = bytearray(coder.init.data)
    for segment in segments:
        video, audio = segment.runs
        coded = coder.convert(audio)
        assert coded is not None
        data += write_fragment(1, [video, coded])
    again, got = cut(MIME, [bytes(data)])
    assert again.codecs == "avc1.42c015,mp4a.40.2"
    assert parse_init(again.data, Limits()) == again
    assert len(got) == 12
    assert read_segment(got[3].data, again, Limits())[1].track.codec == "mp4a.40.2"
