"""Playlists of any sequence of segments, checked by an independent reader."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.content.media.engine.crypto import BadCiphertext, decrypt_segment, encrypt_segment, new_secret, sequence_iv
from lantian.content.media.engine.playlists import (
    Entry,
    Variant,
    Window,
    live_playlist,
    master_playlist,
    replay_playlist,
)
from lantian.content.media.tests.support import read_playlist

STEP = st.tuples(
    st.integers(1_000, 12_000_000),  # duration
    st.sampled_from(["same", "epoch", "jump", "key"]),
    st.integers(0, 100_000),  # wall clock moves on
)


def entries_of(steps: list[tuple[int, str, int]]) -> list[Entry]:
    entries, epoch, key, wall = [], 0, 0, 1_790_000_000_000
    for sequence, (duration, what, moved) in enumerate(steps):
        epoch += what == "epoch" and sequence > 0
        key += what in {"epoch", "key"} and sequence > 0
        wall += moved
        entries.append(
            Entry(
                sequence,
                f"{sequence:06d}-ab.m4s",
                duration,
                f"e{epoch}.mp4",
                epoch,
                what == "jump",
                wall,
                f"/live/keys/{key}",
            )
        )
    return entries


@given(st.lists(STEP, max_size=60))
def test_any_replay_is_valid_and_its_durations_add_up(steps: list[tuple[int, str, int]]) -> None:
    entries = entries_of(steps)
    listed = read_playlist(replay_playlist(entries))
    assert listed.ended
    assert listed.sequence == 0
    assert listed.names == [entry.name for entry in entries]
    assert listed.keys == [entry.key for entry in entries]
    assert listed.maps == [entry.init for entry in entries]
    assert sum(listed.durations) == pytest.approx(sum(entry.duration_us for entry in entries) / 1e6)
    assert listed.breaks[1:] == [entry.jump or entry.epoch != before.epoch for before, entry in pairwise(entries)]


@given(st.lists(STEP, min_size=1, max_size=80))
def test_the_live_window_slides_as_the_rfc_wants(steps: list[tuple[int, str, int]]) -> None:
    entries = entries_of(steps)
    whole = read_playlist(replay_playlist(entries))
    window = Window(span_us=20_000_000)
    target = 0
    for count, entry in enumerate(entries, 1):
        window.push(entry)
        listed = read_playlist(window.text())
        first = listed.sequence
        assert not listed.ended
        assert listed.names == whole.names[first:count]
        assert listed.keys == whole.keys[first:count]
        assert listed.discontinuity == sum(whole.breaks[: first + 1]), (
            "breaks that slid out, the first entry's own included"
        )
        assert len(listed.names) >= min(3, count)
        assert sum(listed.durations) >= min(20.0, sum(whole.durations[:count])) - 1e-6
        assert listed.target >= target
        target = listed.target
    assert read_playlist(window.text(ended=True)).ended


def test_a_playlist_to_the_letter() -> None:
    wall = int(datetime(2026, 11, 22, 4, 0, tzinfo=UTC).timestamp() * 1000)
    entries = [
        Entry(0, "000000-a.m4s", 1_001_000, "i.mp4", 0, False, wall, "/live/keys/k1"),
        Entry(1, "000001-b.m4s", 999_000, "i.mp4", 0, False, wall + 1001, "/live/keys/k2"),
        Entry(2, "000002-c.m4s", 1_000_000, "j.mp4", 1, False, wall + 9000, "/live/keys/k3", iv=bytes(15) + b"\x07"),
    ]
    written = live_playlist(entries, written_ms=1_700_000_000_123)
    assert written == f"{live_playlist(entries)}# written 1700000000123\n"  # a comment to every other player
    assert live_playlist(entries).splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:1",
        "#EXT-X-MEDIA-SEQUENCE:0",
        '#EXT-X-MAP:URI="i.mp4"',
        '#EXT-X-KEY:METHOD=AES-128,URI="/live/keys/k1"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-22T04:00:00.000Z",
        "#EXTINF:1.001000,",
        "000000-a.m4s",
        '#EXT-X-KEY:METHOD=AES-128,URI="/live/keys/k2"',
        "#EXTINF:0.999000,",
        "000001-b.m4s",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-KEY:METHOD=NONE",
        '#EXT-X-MAP:URI="j.mp4"',
        '#EXT-X-KEY:METHOD=AES-128,URI="/live/keys/k3",IV=0x00000000000000000000000000000007',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-22T04:00:09.000Z",
        "#EXTINF:1.000000,",
        "000002-c.m4s",
    ]


def test_a_master_names_codecs_and_size() -> None:
    text = master_playlist([Variant("av/live.m3u8", "avc1.42c01f,opus", 2_500_000, 1280, 720)])
    assert '#EXT-X-STREAM-INF:BANDWIDTH=2500000,CODECS="avc1.42c01f,opus",RESOLUTION=1280x720\nav/live.m3u8\n' in text


@given(st.binary(max_size=300), st.integers(0, 1 << 40))
def test_segments_open_with_their_own_key_and_number_only(data: bytes, sequence: int) -> None:
    secret = new_secret()
    sealed = encrypt_segment(data, secret, sequence_iv(sequence))
    assert len(sealed) % 16 == 0
    assert decrypt_segment(sealed, secret, sequence_iv(sequence)) == data
    with pytest.raises(BadCiphertext):
        decrypt_segment(sealed[:-1], secret, sequence_iv(sequence))
    with suppress(BadCiphertext):
        assert decrypt_segment(sealed, new_secret(), sequence_iv(sequence)) != data or not data
