"""The child that reads a recorder's stream: what it passes on, what it encodes anew, and how it ends."""

import io
import itertools
import json
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import pytest

from lantian.content.media.engine.cutter import Fmp4Cutter
from lantian.kernel.confined import lesser_user
from lantian.teach.recorders.services import relay_child
from lantian.teach.recorders.tests.streams import make_stream, packets_of

pytestmark = pytest.mark.slow


@dataclass
class Said:
    chunks: list[bytes] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    end: str = ""
    detail: str = ""
    closed: bool = False

    @property
    def data(self) -> bytes:
        return b"".join(self.chunks)


def relay(url: Path | str, *, encode: bool = True, user: str | None = None, look: bool = False) -> Said:
    order = {"url": str(url), "encode": encode, "width": 1280, "height": 720, "bits": 500_000, "look": look}
    done = subprocess.run(
        [sys.executable, "-I", str(Path(relay_child.__file__)), str(1 << 30), user or "-"],
        input=json.dumps(order).encode() + b"\n",
        capture_output=True,
        timeout=90,
        check=False,
    )
    said, out = Said(), io.BytesIO(done.stdout)
    while head := out.read(13):
        letter, size, _at = struct.unpack(">cIQ", head)
        body = out.read(size)
        if letter in b"CL":
            said.chunks.append(body)
            said.closed = letter == b"L"
        elif letter == b"F":
            said.facts = json.loads(body)
        else:
            end = json.loads(body)
            said.end, said.detail = end["code"], end["detail"]
    return said


def test_h264_and_aac_are_passed_on_as_they_are_a_gop_a_chunk(tmp_path):
    make_stream(tmp_path / "box.flv", seconds=5)
    said = relay(tmp_path / "box.flv")
    assert said.end == "gone"
    assert said.closed
    facts = {name: said.facts[name] for name in ("video", "audio", "width", "height", "gop_s", "encoding")}
    assert facts == {"video": "h264", "audio": "aac", "width": 320, "height": 180, "gop_s": 1.0, "encoding": False}
    keys = [at for kind, at, key in packets_of(said.data) if kind == "video" and key]
    assert keys == pytest.approx([0, 1, 2, 3, 4], abs=0.05)
    # all that was sent is there, from the first moment, which is nought
    assert len([1 for kind, _at, _key in packets_of(said.data) if kind == "video"]) == 125
    with av.open(str(tmp_path / "box.flv")) as box, av.open(io.BytesIO(said.data)) as kept:
        sent = [bytes(packet) for packet in box.demux(video=0) if packet.size]
        assert [bytes(packet) for packet in kept.demux(video=0) if packet.size] == sent


@pytest.mark.parametrize(("gop_s", "sound", "encoding"), [(1, "aac", False), (4, "", True)])
def test_a_look_says_what_it_is_and_hands_nothing_over(tmp_path, gop_s, sound, encoding):
    make_stream(tmp_path / "box.flv", seconds=9, gop_s=gop_s, sound=sound)
    said = relay(tmp_path / "box.flv", look=True)
    assert (said.end, said.chunks) == ("looked", [])
    facts = {name: said.facts[name] for name in ("video", "audio", "gop_s", "encoding")}
    assert facts == {"video": "h264", "audio": sound, "gop_s": gop_s, "encoding": encoding}


def test_what_it_gives_is_cut_as_a_browsers_recording_is(tmp_path):
    make_stream(tmp_path / "box.flv", seconds=4)
    cutter, found = Fmp4Cutter(), []
    for number, chunk in enumerate(relay(tmp_path / "box.flv").chunks):
        found += cutter.feed(number, chunk)
    found += cutter.finish()
    init, *segments = found
    assert [track.codec.partition(".")[0] for track in init.tracks] == ["avc1", "mp4a"]
    assert [segment.independent for segment in segments] == [True] * 4
    assert [segment.start_us / 1e6 for segment in segments] == pytest.approx([0, 1, 2, 3], abs=0.05)


@pytest.mark.parametrize(("codec", "gop_s"), [("libx264", 5), ("mpeg4", 1)])
def test_far_keyframes_and_other_codecs_are_encoded_anew_with_a_keyframe_a_second(tmp_path, codec, gop_s):
    make_stream(tmp_path / "box.mkv", seconds=11, gop_s=gop_s, codec=codec)
    said = relay(tmp_path / "box.mkv")
    assert said.facts["encoding"] is True
    keys = [at for kind, at, key in packets_of(said.data) if kind == "video" and key]
    assert max(after - before for before, after in itertools.pairwise(keys)) < 1.2
    with av.open(io.BytesIO(said.data)) as kept:
        assert kept.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _frame in kept.decode(video=0)) == pytest.approx(275, abs=3)


def test_far_keyframes_are_passed_on_where_encoding_is_not_wanted(tmp_path):
    make_stream(tmp_path / "box.flv", seconds=11, gop_s=4)
    said = relay(tmp_path / "box.flv", encode=False)
    assert (said.facts["encoding"], said.facts["gop_s"]) == (False, 4.0)
    make_stream(tmp_path / "other.mkv", seconds=3, codec="mpeg4")
    assert relay(tmp_path / "other.mkv", encode=False).end == "unreadable"


def test_other_sound_becomes_aac_and_none_stays_none(tmp_path):
    make_stream(tmp_path / "old.mkv", seconds=4, sound="pcm_s16le")
    with av.open(io.BytesIO(relay(tmp_path / "old.mkv").data)) as kept:
        assert kept.streams.audio[0].codec_context.name == "aac"
        heard = sum(frame.samples for frame in kept.decode(audio=0))
    assert heard == pytest.approx(4 * 48_000, rel=0.03)
    make_stream(tmp_path / "dumb.flv", seconds=3, sound="")
    said = relay(tmp_path / "dumb.flv")
    assert said.facts["audio"] == ""
    assert {kind for kind, _at, _key in packets_of(said.data)} == {"video"}


def test_a_leap_of_the_boxs_clock_ends_this_recorder_with_all_before_it_kept(tmp_path):
    make_stream(tmp_path / "box.flv", seconds=8, leap_at=5)
    said = relay(tmp_path / "box.flv")
    assert said.end == "jump"
    assert said.closed
    last = max(at for _kind, at, _key in packets_of(said.data))
    assert 4.8 < last < 5.1


def test_sound_alone_garbage_and_nobody_there_each_have_their_word(tmp_path):
    make_stream(tmp_path / "radio.mkv", seconds=2, picture=False)
    assert relay(tmp_path / "radio.mkv").end == "no_video"
    (tmp_path / "noise.flv").write_bytes(b"FLV\x01\x05" + bytes(range(256)) * 40)
    assert relay(tmp_path / "noise.flv").end in {"no_answer", "no_video", "unreadable"}
    assert relay("rtmp://127.0.0.1:9/recorder/nobody").end == "no_answer"


def test_it_reads_as_nobody_where_it_was_started_as_root(tmp_path):
    make_stream(tmp_path / "box.flv", seconds=3)
    tmp_path.chmod(0o700)  # a file that nobody may read: what is open in other ways is not what it needs
    user = lesser_user()
    assert relay(tmp_path / "box.flv", user=user).end == ("no_answer" if user != "-" else "gone")


ALONE = """
import json, runpy, sys
child = runpy.run_path(sys.argv[1])
class Refuse:
    def find_spec(self, name, path=None, target=None):
        raise ImportError(f"{name} is loaded when the rights to read it are gone")
sys.meta_path.insert(0, Refuse())
order = {"url": sys.argv[2], "encode": True, "width": 160, "height": 90, "bits": 200_000}
end = child["relay"](order, child["Frames"](1))
print(end.code, end.detail, file=sys.stderr)
"""


@pytest.mark.parametrize(("name", "how"), [("box.flv", {}), ("old.mkv", {"codec": "mpeg4", "sound": "pcm_s16le"})])
def test_nothing_is_loaded_any_more_once_the_rights_are_given_up(tmp_path, name, how):
    make_stream(tmp_path / name, seconds=3, **how)
    command = [sys.executable, "-I", "-c", ALONE, str(Path(relay_child.__file__)), str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.stderr.decode().split() == ["gone"]
    assert len(done.stdout) > 10_000


@pytest.mark.parametrize(
    "address", ["rtsp://who:secret@127.0.0.1:9/ch1", "rtmp://127.0.0.1:9/recorder/secret", "/secret/box.flv"]
)
def test_why_it_ended_never_names_the_address(address):
    said = relay(address)
    assert said.end == "no_answer"
    assert said.detail
    assert "secret" not in said.detail


@pytest.mark.parametrize("kind", [av.error.ExitError, av.error.HTTPUnauthorizedError, av.error.TimeoutError])
def test_no_fault_of_libavs_names_the_address(kind):
    fault = kind(1, "refused", "rtsp://who:secret@192.0.2.1/ch1")
    assert "secret" in str(fault)  # else there would be nothing to keep back
    assert relay_child.End("no_answer", fault).detail == "refused"
