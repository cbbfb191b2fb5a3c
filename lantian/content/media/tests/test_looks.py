"""Where one may want to cut: from what each second looks and sounds like."""

from collections.abc import Iterable

import pytest

from lantian.content.media.engine.looks import Moment, Tip, tips_of, wave_of
from lantian.content.media.engine.model import MediaFault
from lantian.content.media.engine.parameters import AvcConfig, free_number, read_avc_config

SPEECH, ROOM, NOTHING = 0.08, 0.002, 0.0  # mean levels: -22 dB, -54 dB


def seconds(*stretches: tuple[int, dict[str, float]]) -> list[Moment]:
    """Moments of one second; of each stretch its length and what is unlike a usual second of speech over a page."""
    found: list[Moment] = []
    for count, unlike in stretches:
        for _ in range(count):
            usual = {"mean": 180.0, "spread": 60.0, "moved": 2.0, "loud": SPEECH} | unlike
            level = usual.pop("loud")
            found.append(Moment(len(found), 1.0, **usual, peaks=(level * 3,) * 5, loud=(level,) * 5))
    return found


BLACK = {"mean": 16.0, "spread": 0.5, "moved": 0.0}


def said(tips: Iterable[Tip]) -> list[tuple[str, str, float, float]]:
    return [(tip.kind, tip.edge, tip.start, tip.end) for tip in tips]


def test_an_ordinary_lesson_has_nothing_to_cut() -> None:
    assert tips_of(seconds((600, {}))) == []
    assert tips_of([]) == []


def test_silence_at_both_ends_is_proposed_with_a_second_left() -> None:
    found = tips_of(seconds((30, {"loud": ROOM}), (600, {}), (45, {"loud": ROOM})))
    assert said(found) == [("quiet", "begin", 0, 29), ("quiet", "end", 631, 675)]
    assert [tip.cut for tip in found] == [29, 631]


def test_a_noisy_room_is_quiet_compared_with_its_speech() -> None:
    assert said(tips_of(seconds((30, {"loud": 0.009}), (600, {"loud": 0.25})))) == [("quiet", "begin", 0, 29)]


def test_a_black_picture_is_proposed_even_while_somebody_speaks() -> None:
    assert said(tips_of(seconds((20, BLACK), (600, {})))) == [("black", "begin", 0, 20)]


def test_a_page_that_stands_while_somebody_speaks_is_no_reason_to_cut() -> None:
    assert tips_of(seconds((120, {"moved": 0.0}), (600, {}))) == []


def test_a_picture_that_stands_without_sound_says_the_same_as_the_silence() -> None:
    assert said(tips_of(seconds((20, {"moved": 0.0, "loud": ROOM}), (600, {})))) == [("quiet", "begin", 0, 19)]


def test_a_lesson_without_sound_is_told_by_its_pictures() -> None:
    mute = [Moment(at, 1.0, 180, 60, 0.0 if at < 30 else 2.0) for at in range(300)]
    assert said(tips_of(mute)) == [("still", "begin", 0, 30)]


def test_short_pauses_are_speech_and_long_ones_in_between_are_told() -> None:
    found = tips_of(seconds((300, {}), (20, {"loud": ROOM}), (300, {}), (90, {"loud": ROOM}), (300, {})))
    assert said(found) == [("quiet", "inner", 620, 710)]


def test_what_is_silent_altogether_is_left_alone() -> None:
    assert tips_of(seconds((600, {"loud": NOTHING}))) == []


def test_the_wave_keeps_the_highest_of_each_stretch() -> None:
    wave = wave_of([Moment(0, 1, peaks=(0.1, 0.9, 0.2, 0.1, 0.1)), Moment(1, 1, peaks=(0.5,) * 5)], most=4)
    assert (wave.step, wave.peaks) == (0.5, [90, 10, 50, 50])
    assert wave_of([Moment(0, 1)]).peaks == []


# Parameter sets ----------------------------------------------------------------------------------------------------------

SPS_0, SPS_1 = bytes([0x67, 0x42, 0xC0, 0x1E, 0x95, 0xA8]), bytes([0x67, 0x4D, 0x00, 0x1F, 0x4A, 0x80])  # 1…, 010…
PPS_0, PPS_1 = bytes([0x68, 0xCE]), bytes([0x68, 0x4A])


def test_sets_of_two_encoders_stand_side_by_side_under_numbers_of_their_own() -> None:
    one, two = AvcConfig(SPS_0[1:4], (SPS_0,), (PPS_0,)), AvcConfig(SPS_1[1:4], (SPS_1,), (PPS_1,))
    assert (one.highest_number, two.highest_number, free_number(one)) == (0, 1, 1)
    both = one.with_sets_of(two)
    assert both.profile == bytes([0x4D, 0x00, 0x1F])  # the higher of the two
    assert read_avc_config(both.written()) == both
    with pytest.raises(MediaFault):
        one.with_sets_of(one)


@pytest.mark.parametrize(
    "data", [b"", b"\x01\x42\xc0\x1e\xff\xe0\x00", b"\x00" * 30, b"\x01\x42\xc0\x1e\xff\xe1\xff\xff"]
)
def test_a_record_that_is_none_is_a_fault(data: bytes) -> None:
    with pytest.raises(MediaFault):
        read_avc_config(data)
