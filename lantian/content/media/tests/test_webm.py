"""The WebM fallback: what it refuses."""

import pytest

from lantian.content.media.engine.cutter import open_cutter
from lantian.content.media.engine.model import MediaFault
from lantian.content.media.tests.support import DATA, capture


def test_vp8_is_refused_by_name_and_by_content() -> None:
    for mime in ("video/webm;codecs=vp8,opus", "video/webm;codecs=vp9", "video/webm;codecs=av01.0.04M.08"):
        with pytest.raises(MediaFault) as fault:
            open_cutter(mime)
        assert fault.value.code == "unsupported_codec"
    with pytest.raises(MediaFault) as fault:
        open_cutter("video/webm").feed(0, (DATA / "chromium-156.vp8.webm").read_bytes())
    assert fault.value.code == "unsupported_codec"


def test_elements_past_their_bounds_are_refused() -> None:
    _mime, blobs = capture("chromium-156.webm")
    head = blobs[0][:40]
    for data, code in (
        (b"not webm, " * 9, "malformed"),
        (head + bytes.fromhex("1654ae6b") + bytes.fromhex("0100000010000000"), "oversize"),
        (
            head + bytes.fromhex("1f43b67501ffffffffffffff") + bytes.fromhex("a3") + bytes.fromhex("0100000070000000"),
            "oversize",
        ),
        (head + bytes.fromhex("1f43b67501ffffffffffffff") + bytes.fromhex("a38481000080"), "malformed"),
        (head + bytes.fromhex("1654ae6b80"), "too_many_tracks"),
    ):
        with pytest.raises(MediaFault) as fault:
            open_cutter("video/webm").feed(0, data)
        assert fault.value.code == code


def test_a_change_of_the_pictures_format_ends_the_epoch() -> None:
    _mime, blobs = capture("chromium-156.webm")
    data = b"".join(blobs)
    sps = bytes.fromhex("6742c01f8c8d40")
    at = data.index(sps, data.index(sps) + 1)
    changed = data[:at] + bytes.fromhex("6742c0208c8d40") + data[at + len(sps) :]
    with pytest.raises(MediaFault) as fault:
        open_cutter("video/webm;codecs=h264").feed(0, changed)
    assert fault.value.code == "unsupported_codec"
