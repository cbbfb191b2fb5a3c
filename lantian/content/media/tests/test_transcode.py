"""Opus to AAC: in time, without holes, across restarts."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from lantian.content.media.engine.fragments import write_fragment
from lantian.content.media.engine.model import Init, Run, Sample, Segment
from lantian.content.media.engine.transcode import FRAME, AacTranscoder
from lantian.content.media.tests.support import capture, cut, cut_lesson, frames, sound


def sounds(segments: list[Segment]) -> list[Run]:
    return [next(run for run in segment.runs if run.track.kind == "audio") for segment in segments]


def joined(init: Init, runs: list[Run]) -> bytes:
    return init.data + b"".join(write_fragment(number, [run]) for number, run in enumerate(runs, 1))


def transcode(init: Init, runs: list[Run]) -> tuple[AacTranscoder, list[Run]]:
    coder = AacTranscoder(init)
    return coder, [coded for run in runs if (coded := coder.convert(run)) is not None]


def lag_ms(one: tuple[float, np.ndarray], two: tuple[float, np.ndarray], at: float, seconds: float = 2.5) -> float:
    """How much later `two` sounds than `one` around time `at` (ms), by cross-correlation."""
    rate = 48_000
    cuts = []
    for start, pcm in (one, two):
        first = round((at - start) * rate)
        cuts.append(pcm[first : first + round(seconds * rate)])
    size = 1 << (2 * len(cuts[0])).bit_length()
    spectrum = np.fft.rfft(cuts[1], size) * np.conj(np.fft.rfft(cuts[0], size))
    found = np.fft.irfft(spectrum, size)
    place = int(np.argmax(found))
    return (place - size if place > size // 2 else place) / 48


def test_aac_runs_on_without_holes_and_in_time() -> None:
    init, segments = cut_lesson(30)
    source = sounds(segments)
    coder, coded = transcode(init, source)
    assert coder.init.codecs.endswith("mp4a.40.2")
    for before, after in pairwise(coded):
        assert after.dts == before.dts + before.ticks
    assert all(sample.duration == FRAME for run in coded for sample in run.samples)
    assert coded[-1].end_us == pytest.approx(30e6, abs=60_000)
    before, after = sound(joined(init, source)), sound(joined(coder.init, coded))
    for at in (0.6, 14.0, 26.0):
        assert abs(lag_ms(before, after, at)) < 10


def test_a_browsers_jittering_stamps_do_not_move_the_sound() -> None:
    init, segments = cut(*capture("chromium-156.mp4"))
    coder, coded = transcode(init, sounds(segments))
    total = sum(run.ticks for run in coded)
    assert coded[0].start_us < 25_000
    assert total / 48_000 == pytest.approx(6.0, abs=0.08)
    video = [run for segment in segments for run in segment.runs if run.track.kind == "video"]
    mixed = coder.init.data + b"".join(write_fragment(1, [v, a]) for v, a in zip(video, coded, strict=True))
    assert frames(mixed) == 90


def test_a_drifting_sound_card_is_followed() -> None:
    """A card that runs 300 ppm slow: stamps gain 18 ms a minute, an hour would be a second out of step."""
    init, segments = cut_lesson(60)
    source = [dataclasses.replace(run, dts=round(run.dts * 1.0003)) for run in sounds(segments)]
    coder, coded = transcode(init, source)
    after = sound(joined(coder.init, coded))
    start, pcm = sound(joined(init, sounds(segments)))
    late = lag_ms((start, pcm), after, 55.0)
    assert late == pytest.approx(55 * 0.3, abs=12)


def test_a_hole_becomes_silence_and_what_follows_is_in_place() -> None:
    init, segments = cut_lesson(12)
    source = sounds(segments)
    coder, coded = transcode(init, source[:4] + source[6:])
    for before, after in pairwise(coded):
        assert after.dts == before.dts + before.ticks
    start, pcm = sound(joined(coder.init, coded))
    quiet = pcm[round((4.3 - start) * 48_000) : round((5.7 - start) * 48_000)]
    assert np.abs(quiet).max() < 0.01
    assert abs(lag_ms(sound(joined(init, source)), (start, pcm), 8.0)) < 10


def test_a_packet_that_cannot_be_decoded_becomes_silence() -> None:
    init, segments = cut_lesson(12)
    source = sounds(segments)
    broken = tuple(Sample(b"\xff" * 3, s.duration, s.sync) for s in source[3].samples)
    _coder, coded = transcode(init, [*source[:3], dataclasses.replace(source[3], samples=broken), *source[4:]])
    assert coded[-1].end_us == pytest.approx(12e6, abs=60_000)


def test_after_a_restart_sound_goes_on_sample_by_sample() -> None:
    init, segments = cut_lesson(12)
    source = sounds(segments)
    whole, expected = transcode(init, source)
    first, head = transcode(init, source[:6])
    second = AacTranscoder(init)
    second.prime(source[5], first.next_audio)
    tail = [coded for run in source[6:] if (coded := second.convert(run)) is not None]
    assert tail[0].dts == first.next_audio
    assert head[-1].dts + head[-1].ticks == tail[0].dts
    one, two = sound(joined(whole.init, expected)), sound(joined(first.init, head + tail))
    at = round((6.0 - one[0]) * 48_000)
    seam = slice(at - 9600, at + 9600)
    assert np.abs(one[1][seam] - two[1][seam]).max() < 0.02
    assert abs(lag_ms(one, two, 8.0)) < 1


def test_sound_that_comes_late_begins_with_silence() -> None:
    """A WebM recording's first packet is stamped 30 ms: without silence before it players stall there."""
    init, segments = cut(*capture("chromium-156.webm"))
    assert sounds(segments)[0].start_us == 30_000
    coder = AacTranscoder(init)
    coder.begin(0)
    coded = [made for run in sounds(segments) if (made := coder.convert(run)) is not None]
    assert coded[0].dts == 0
    assert coded[-1].end_us == pytest.approx(6e6, abs=60_000)


def test_segments_without_sound_are_filled_with_silence() -> None:
    init, segments = cut_lesson(12)
    source = sounds(segments)
    coder = AacTranscoder(init)
    coded = []
    for segment, run in zip(segments, source, strict=True):
        made = coder.convert(run) if segment.start_us not in {4_000_000, 5_000_000} else coder.fill(segment.end_us)
        assert made is not None
        coded.append(made)
    for before, after in pairwise(coded):
        assert after.dts == before.dts + before.ticks
    assert abs(lag_ms(sound(joined(init, source)), sound(joined(coder.init, coded)), 8.0)) < 10
