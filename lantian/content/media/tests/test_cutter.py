"""Cutting a publisher's bytes: real captures, any chunk boundaries, taking up again, hostile input."""

import random
import struct
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.content.media.engine.codecs import avc_config
from lantian.content.media.engine.cutter import open_cutter
from lantian.content.media.engine.fragments import parse_init, read_segment, write_fragment
from lantian.content.media.engine.lesson.source import MIME
from lantian.content.media.engine.model import ChunkGap, Init, Limits, MediaFault, Run, Sample, Segment
from lantian.content.media.tests.support import capture, cut, cut_lesson, frames, lesson, sound

CAPTURES = ["chromium-156.mp4", "chromium-156.webm"]
slowly = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def resplit(data: bytes, cuts: list[int]) -> list[bytes]:
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(bounds)]


@pytest.mark.parametrize("name", CAPTURES)
def test_a_browsers_capture_becomes_segments_of_one_gop(name: str) -> None:
    init, segments = cut(*capture(name))
    assert init.codecs == "avc1.42c01f,opus"
    assert len(segments) == 6
    assert all(segment.independent and not segment.jump for segment in segments)
    assert all(0.7e6 < segment.duration_us < 1.1e6 for segment in segments)
    whole = init.data + b"".join(segment.data for segment in segments)
    assert frames(whole) == 90
    _start, pcm = sound(whole)
    assert len(pcm) / 48_000 == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize("name", CAPTURES)
def test_no_hole_is_left_between_segments(name: str) -> None:
    """Chrome's guess of the last duration leaves 30–48 ms; mended, at most 12 ms remain, and they do not add up."""
    _init, segments = cut(*capture(name))
    for before, after in pairwise(segments):
        for one, two in zip(before.runs, after.runs, strict=True):
            assert abs(two.start_us - one.end_us) < 12_000


@pytest.mark.parametrize("name", CAPTURES)
@slowly
@given(cuts=st.lists(st.integers(0, 1 << 20), max_size=60))
def test_chunk_boundaries_change_nothing(name: str, cuts: list[int]) -> None:
    mime, blobs = capture(name)
    expected = cut(mime, blobs)
    got = cut(mime, resplit(b"".join(blobs), cuts))
    assert got[0] == expected[0]
    assert [s.data for s in got[1]] == [s.data for s in expected[1]]


@pytest.mark.parametrize("name", [*CAPTURES, "lesson"])
@slowly
@given(cuts=st.lists(st.integers(0, 1 << 20), max_size=30), stop=st.integers(0, 5))
def test_a_new_process_takes_up_where_the_last_segment_ended(name: str, cuts: list[int], stop: int) -> None:
    """Only the init, the last segment's `resume` and the publisher's unacked chunks are left, and nothing is lost."""
    mime, blobs = capture(name) if name != "lesson" else (MIME, tuple(chunk.data for chunk in lesson()))
    chunks = resplit(b"".join(blobs), cuts)
    init, expected = cut(mime, chunks)
    at = expected[stop].resume
    kept = parse_init(init.data, Limits())
    cutter = open_cutter(mime, init=kept, resume=at)
    assert cutter.next_chunk == at.position.chunk
    rest: list[Init | Segment] = []
    for number in range(at.position.chunk, len(chunks)):
        rest += cutter.feed(number, chunks[number])
    rest += cutter.finish()
    got = [read_segment(part.data, init, Limits()) for part in rest if isinstance(part, Segment)]
    assert got == [read_segment(segment.data, init, Limits()) for segment in expected[stop + 1 :]]


def test_acks_name_only_chunks_wholly_inside_segments() -> None:
    mime, blobs = capture("chromium-156.mp4")
    data = b"".join(blobs)
    chunks = [data[at : at + 5000] for at in range(0, len(data), 5000)]
    cutter = open_cutter(mime)
    for number, chunk in enumerate(chunks):
        for part in cutter.feed(number, chunk):
            if isinstance(part, Segment):
                at = part.resume.position
                end = at.chunk * 5000 + at.skip
                assert data[end + 4 : end + 8] in {b"moof", b""}
                assert at.acked == at.chunk - 1 <= number


def test_repeats_are_ignored_and_gaps_named() -> None:
    mime, blobs = capture("chromium-156.mp4")
    cutter = open_cutter(mime)
    cutter.feed(0, blobs[0])
    assert len(cutter.feed(1, blobs[1])) == 2
    assert cutter.feed(0, blobs[0]) == []
    assert cutter.feed(1, b"something else") == []
    with pytest.raises(ChunkGap) as gap:
        cutter.feed(4, blobs[4])
    assert gap.value.next_chunk == 2
    assert len(cutter.feed(2, blobs[2])) == 1


def test_fragments_shorter_than_a_gop_are_gathered_until_the_next_keyframe() -> None:
    """Some recorders cut by time: four fragments a second, only the first with a keyframe."""
    init, segments = cut_lesson()
    data = bytearray(init.data)
    for segment in segments:
        runs = read_segment(segment.data, init, Limits())
        for quarter in range(4):
            data += write_fragment(1, [part for run in runs if (part := _quarter(run, quarter)) is not None])
    _init, got = cut(MIME, [bytes(data)])
    assert all(segment.independent for segment in got[2:])
    assert frames(init.data + b"".join(segment.data for segment in got)) == frames(
        init.data + b"".join(segment.data for segment in segments)
    )
    assert all(segment.duration_us == pytest.approx(1e6, abs=1e5) for segment in got[2:-1])


def _quarter(run: Run, quarter: int) -> Run | None:
    count = len(run.samples)
    low, high = count * quarter // 4, count * (quarter + 1) // 4
    dts = run.dts + sum(sample.duration for sample in run.samples[:low])
    return Run(run.track, dts, run.samples[low:high]) if high > low else None


def test_a_long_fragment_is_cut_at_its_keyframes_and_resumes_inside() -> None:
    init, segments = cut_lesson()
    runs = [read_segment(segment.data, init, Limits()) for segment in segments[:5]]
    joined = [Run(runs[0][k].track, runs[0][k].dts, tuple(s for part in runs for s in part[k].samples)) for k in (0, 1)]
    data = init.data + write_fragment(1, joined) + segments[5].data
    _init, got = cut(MIME, [data])
    assert len(got) == 6
    assert all(segment.independent for segment in got)
    cutter = open_cutter(MIME, init=init, resume=got[2].resume)
    rest = [part for part in cutter.feed(0, data) if isinstance(part, Segment)]
    assert [part.start_us for part in rest] == [
        3_000_000,
        5_000_000,
    ]  # two seconds are not too long to stay in one piece
    assert sum(len(part.runs[0].samples) for part in rest) == sum(len(part.runs[0].samples) for part in got[3:])


def test_frames_before_the_first_keyframe_are_left_out() -> None:
    init, segments = cut_lesson()
    runs = read_segment(segments[0].data, init, Limits())
    headless = [_tail(run, 3) for run in runs]
    _init, got = cut(MIME, [init.data + write_fragment(1, headless) + segments[1].data])
    assert [segment.start_us for segment in got] == [segments[1].start_us]


def _tail(run: Run, count: int) -> Run:
    return Run(run.track, run.dts + sum(s.duration for s in run.samples[:count]), run.samples[count:])


def test_a_leap_of_media_time_is_a_discontinuity_and_a_step_back_a_fault() -> None:
    init, segments = cut_lesson()
    moved = write_fragment(9, [_at(run, run.dts + 600 * run.track.timescale) for run in segments[1].runs])
    _init, got = cut(MIME, [init.data + segments[0].data + moved])
    assert [segment.jump for segment in got] == [False, True]
    with pytest.raises(MediaFault) as fault:
        cut(MIME, [init.data + segments[1].data + segments[0].data])
    assert fault.value.code == "timeline"


def _at(run: Run, dts: int) -> Run:
    return Run(run.track, dts, run.samples)


def test_a_picture_that_stands_still_while_sound_goes_on_leaves_no_hole() -> None:
    init, segments = cut_lesson()
    video, audio = segments[0].runs
    more = segments[1].runs[1].samples
    longer = Run(audio.track, audio.dts, audio.samples + more)
    _init, got = cut(MIME, [init.data + write_fragment(1, [video, longer]) + segments[2].data])
    assert got[0].end_us == pytest.approx(2e6, abs=30_000)
    assert not got[1].jump


# --- hostile input ---------------------------------------------------------------------------------------------------------


def fault_of(data: bytes, mime: str = MIME, limits: Limits | None = None) -> str:
    cutter = open_cutter(mime, limits)
    with pytest.raises(MediaFault) as fault:
        cutter.feed(0, data)
    return fault.value.code


def box(kind: bytes, size: int) -> bytes:
    return struct.pack(">I4s", size, kind)


def test_hostile_boxes_are_refused_at_their_header() -> None:
    init, segments = cut_lesson()
    assert fault_of(box(b"ftyp", 0x7FFFFFFF)) == "oversize"
    assert fault_of(struct.pack(">I4sQ", 1, b"ftyp", 1 << 60)) == "oversize"
    assert fault_of(box(b"ftyp", 4)) == "malformed"
    assert fault_of(box(b"ftyp", 0)) == "malformed"
    assert fault_of(box(b"\0\1\2\3", 20)) == "malformed"
    assert fault_of(b"<html><body>not media at all") == "malformed"
    assert fault_of(init.data + init.data) == "malformed"
    assert fault_of(segments[0].data) == "malformed"
    assert fault_of(init.data + box(b"mdat", 64) + bytes(56)) == "malformed"
    assert fault_of(init.data + box(b"mdat", 1 << 30)) == "oversize"
    assert fault_of(init.data + box(b"moof", 1 << 24)) == "oversize"


def test_samples_outside_their_mdat_are_refused() -> None:
    init, segments = cut_lesson()
    data = segments[0].data
    moof = struct.unpack(">I", data[:4])[0]
    shortened = data[:moof] + box(b"mdat", 100) + data[moof + 8 : moof + 100]
    assert fault_of(init.data + shortened) == "malformed"


def test_an_offset_that_no_fragment_of_ours_could_hold_is_refused() -> None:
    init, segments = cut_lesson()
    runs = [
        Run(r.track, r.dts, tuple(Sample(s.data, s.duration, s.sync, -1) for s in r.samples)) for r in segments[0].runs
    ]
    data = bytearray(write_fragment(1, runs))
    data[data.index(b"trun") + 4] = 0  # version 0: offsets are unsigned, and -1 is 4 294 967 295
    assert fault_of(init.data + bytes(data)) == "malformed"


def test_parameter_sets_that_no_configuration_holds_are_none() -> None:
    assert avc_config([b"\x67" + bytes(70_000), b"\x68"]) is None


def test_bounds_on_tracks_pictures_bitrate_and_codecs() -> None:
    init, segments = cut_lesson()
    assert fault_of(init.data, limits=Limits(width=320)) == "oversize"
    assert fault_of(init.data, limits=Limits(init_bytes=100)) == "oversize"
    assert fault_of(init.data.replace(b"avc1", b"hvc1")) == "unsupported_codec"
    assert fault_of(init.data.replace(b"Opus", b"fLaC")) == "unsupported_codec"
    assert fault_of(init.data.replace(b"vide", b"soun")) in {"unsupported_codec", "too_many_tracks"}
    assert fault_of(init.data + segments[0].data, limits=Limits(bits_per_second=1000)) == "bitrate"
    with pytest.raises(MediaFault) as fault:
        open_cutter("video/mp4").feed(0, bytes(9 << 20))
    assert fault.value.code == "oversize"
    with pytest.raises(MediaFault) as fault:
        open_cutter("image/png")
    assert fault.value.code == "unsupported_codec"


def test_a_publisher_without_keyframes_is_stopped() -> None:
    init, segments = cut_lesson(20)
    data = bytearray(init.data + segments[0].data)
    for segment in segments[1:]:
        runs = [_unkeyed(run) for run in segment.runs]
        data += write_fragment(1, runs)
    assert fault_of(bytes(data)) == "timeline"


def _unkeyed(run: Run) -> Run:
    return Run(run.track, run.dts, tuple(Sample(s.data, s.duration, False, s.offset) for s in run.samples))


@pytest.mark.parametrize("name", CAPTURES)
def test_any_damage_gives_a_fault_or_segments_but_never_another_error(name: str) -> None:
    """Flip, cut and double bytes at random: hundreds of damaged streams."""
    mime, blobs = capture(name)
    whole = b"".join(blobs)
    chance = random.Random(20261122)
    faults = 0
    for _ in range(400):
        data = bytearray(whole[: chance.choice([2000, 20_000, 40_000])])
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            match chance.randrange(3):
                case 0:
                    data[at] ^= 1 << chance.randrange(8)
                case 1:
                    del data[at : at + chance.randint(1, 40)]
                case _:
                    data[at:at] = data[at : at + chance.randint(1, 40)]
        cutter = open_cutter(mime)
        try:
            cutter.feed(0, bytes(data))
            cutter.finish()
        except MediaFault:
            faults += 1
    assert faults > 50
