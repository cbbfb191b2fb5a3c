"""Finished segments in a real S3: sent beside the writer, had back on another machine, gone when the stream is."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from lantian.content.media.services.folder import StreamFolder, stream_folder, used_keys
from lantian.content.media.services.follower import StreamFollower
from lantian.content.media.services.keys import KeyRing
from lantian.content.media.services.offsite import JournalBroken, Uploader, sending
from lantian.content.media.services.offsite.journal import PART, Journal, read_journal
from lantian.content.media.services.offsite.restoring import restore_stream
from lantian.content.media.services.offsite.store import file_name, journal_folder
from lantian.content.media.services.writer import open_writer
from lantian.content.media.tests.publisher import Publisher
from lantian.content.media.tests.support import lesson, ring
from lantian.kernel.bucket import Bucket, BucketAway, BucketRefused, NotThere
from tests.seaweed import Seaweed

TOKEN = "ab" * 16


@pytest.fixture
def bucket(seaweed: Seaweed) -> Bucket:
    return seaweed.bucket()


@pytest.fixture
def uploader(bucket: Bucket, tmp_path: Path) -> Iterator[Uploader]:
    made = Uploader(bucket, tmp_path, tmp_path / "marks")
    yield made
    made.stop()


def comes_true(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come true"
        time.sleep(0.01)


def chunks() -> list[bytes]:
    return [chunk.data for chunk in lesson()]


def clear(playlist: Path) -> str:
    """A list, without when it was written."""
    return "".join(line for line in playlist.read_text().splitlines(keepends=True) if not line.startswith("# written"))


def files(folder: StreamFolder) -> dict[str, bytes]:
    """What players may ask for, by name."""
    return {
        str(path.relative_to(folder.path)): path.read_bytes()
        for path in sorted(folder.path.rglob("*"))
        if path.suffix in {".m4s", ".mp4", ".jpg"}
    }


def lists(folder: StreamFolder) -> dict[str, str]:
    return {str(path.relative_to(folder.path)): clear(path) for path in sorted(folder.path.rglob("*.m3u8"))}


def broadcast(root: Path, keys: KeyRing, uploader: Uploader | None = None, *, end: bool = True) -> StreamFolder:
    """Two recorders one after the other, followed; sent as it goes."""
    folder = stream_folder(root, TOKEN)
    writer = open_writer(folder, keys)
    if uploader is not None:
        uploader.follow(TOKEN)
    follower = StreamFollower(folder, keys.secret)
    for _recorder in range(2):
        Publisher(chunks()).send(writer)
        follower.step()
        if uploader is not None:
            uploader.look(TOKEN)
    if end:
        writer.finish()
        follower.step()
    if uploader is not None:
        uploader.look(TOKEN)
    return folder


def sent(uploader: Uploader, folder: StreamFolder) -> bool:
    return uploader.durable_up_to(TOKEN) == folder.av.load().next_sequence - 1 and uploader.behind().bytes == 0


def test_what_is_restored_elsewhere_is_the_stream_byte_for_byte_and_list_for_list(
    bucket: Bucket, uploader: Uploader, tmp_path: Path
) -> None:
    folder = broadcast(tmp_path, ring(), uploader)
    comes_true(lambda: sent(uploader, folder))
    uploader.close(TOKEN)
    comes_true(lambda: not list((tmp_path / "marks").iterdir()))
    kept = files(folder)
    assert len([name for name in kept if name.startswith("aac/")]) > 20
    assert {name: bucket.get(file_name(TOKEN, name)) for name in kept} == kept
    there = stream_folder(tmp_path / "elsewhere", TOKEN)
    began = time.monotonic()
    found = restore_stream(bucket, TOKEN, there)
    assert time.monotonic() - began < 20
    assert found is not None
    assert (found.segments, found.ended) == (folder.av.load().next_sequence, True)
    for side in ("av", "aac"):
        assert (there.path / side / "index.jsonl").read_bytes() == (folder.path / side / "index.jsonl").read_bytes()
    assert {"replay.m3u8", "av/replay.m3u8", "aac/replay.m3u8"} <= set(lists(there))
    assert lists(there) == {name: text for name, text in lists(folder).items() if name != "ladder.m3u8"}
    assert files(there).items() <= kept.items()
    replay = httpx.get(f"{bucket.place.endpoint}/{bucket.place.bucket}/{file_name(TOKEN, 'av/replay.m3u8')}")
    assert replay.text == (folder.path / "av" / "replay.m3u8").read_text()
    assert replay.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert restore_stream(bucket, TOKEN, there) == found, "once more changes nothing"


def test_anybody_may_read_a_segment_by_its_name_and_nobody_a_journal_or_a_list_of_names(
    bucket: Bucket, uploader: Uploader, tmp_path: Path
) -> None:
    folder = broadcast(tmp_path, ring(), uploader, end=False)
    comes_true(lambda: sent(uploader, folder))
    at = f"{bucket.place.endpoint}/{bucket.place.bucket}/"
    name = folder.av.load().segments[0].name
    segment = httpx.get(at + file_name(TOKEN, f"av/{name}"))
    assert segment.content == (folder.av.path / name).read_bytes()
    assert segment.headers["content-type"] == "video/iso.segment"
    assert "immutable" in segment.headers["cache-control"]
    journal = next(iter(bucket.names(journal_folder(TOKEN))))
    assert httpx.get(at + journal).status_code == 403
    assert httpx.get(at, params={"list-type": "2"}).status_code == 403
    assert not [name for name in bucket.names(f"streams/{TOKEN}/") if name.endswith(".m3u8")], "it still runs"


def test_another_node_goes_on_in_the_middle_of_a_recorder_with_the_next_number(
    bucket: Bucket, uploader: Uploader, tmp_path: Path
) -> None:
    keys = ring()
    folder = stream_folder(tmp_path, TOKEN)
    publisher = Publisher(chunks())
    publisher.send(open_writer(folder, keys), until=30)
    StreamFollower(folder, keys.secret).step()
    uploader.follow(TOKEN)
    comes_true(lambda: sent(uploader, folder))
    there = stream_folder(tmp_path / "elsewhere", TOKEN)
    restore_stream(bucket, TOKEN, there)
    live = clear(there.av.path / "live.m3u8")
    assert live == clear(folder.av.path / "live.m3u8")
    before = (there.av.path / "index.jsonl").read_bytes()
    keys_there = KeyRing(keys.all(), used=used_keys(there))
    writer = open_writer(there, keys_there)
    publisher.send(writer)
    writer.finish()
    follower = StreamFollower(there, keys.secret)
    follower.step()
    assert follower.lost == 0
    assert (there.av.path / "index.jsonl").read_bytes().startswith(before)
    whole = stream_folder(tmp_path / "undisturbed", TOKEN)
    undisturbed = open_writer(whole, keys)
    Publisher(chunks()).send(undisturbed)
    undisturbed.finish()
    rows, others = there.av.load().segments, whole.av.load().segments
    facts = [(row.sequence, row.epoch, row.duration_us, row.start_us, row.end_us, row.chunk, row.skip) for row in rows]
    assert facts == [(o.sequence, o.epoch, o.duration_us, o.start_us, o.end_us, o.chunk, o.skip) for o in others]
    # the node that had it before wakes up and sends on: what it says counts no more
    second = Uploader(bucket, tmp_path / "elsewhere", tmp_path / "marks-there")
    second.follow(TOKEN)
    comes_true(lambda: sent(second, there))
    second.stop()
    late = open_writer(folder, KeyRing(keys.all(), used=used_keys(folder)))
    Publisher(chunks()).send(late, until=20)
    uploader.look(TOKEN)
    comes_true(lambda: sent(uploader, folder))
    assert b"".join(read_journal(bucket, TOKEN, "av").lines) == (there.av.path / "index.jsonl").read_bytes()


class Dying(Bucket):
    """Kills its process instead of the put after `most`."""

    most = 10

    def put(self, name: str, data: bytes, *, kind: str = "", keep: str = "") -> None:
        if not self.most:
            os.kill(os.getpid(), signal.SIGKILL)
        super().put(name, data, kind=kind, keep=keep)
        self.most -= 1


def test_a_process_killed_between_a_segment_and_its_line_leaves_a_shorter_stream_that_is_whole(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = broadcast(tmp_path, ring(), end=False)
    monkeypatch.setattr(sending, "PART", 1)
    child = os.fork()
    if child == 0:
        try:
            one = sending.Sending(Dying(bucket.place), TOKEN, stream_folder(tmp_path, TOKEN).av)
            while one.step():
                pass
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    monkeypatch.undo()
    there = stream_folder(tmp_path / "elsewhere", TOKEN)
    found = restore_stream(bucket, TOKEN, there)
    assert found is not None
    uploaded = [name for name in bucket.names(f"streams/{TOKEN}/av/") if name.endswith(".m4s")]
    assert found.segments == len(uploaded) - 1 > 2
    ours = (folder.av.path / "index.jsonl").read_bytes()
    assert ours.startswith((there.av.path / "index.jsonl").read_bytes())
    again = Uploader(bucket, tmp_path, tmp_path / "marks")
    again.follow(TOKEN)
    comes_true(lambda: sent(again, folder))
    again.stop()
    assert b"".join(read_journal(bucket, TOKEN, "av").lines) == ours


def test_while_the_s3_is_away_nothing_waits_for_it_and_then_all_is_sent(
    seaweed: Seaweed, bucket: Bucket, tmp_path: Path
) -> None:
    told: list[int] = []

    def begin() -> Uploader:
        return Uploader(bucket, tmp_path, tmp_path / "marks", told=lambda _token, segment: told.append(segment))

    uploader = begin()
    seaweed.stop()
    try:
        began = time.monotonic()
        folder = broadcast(tmp_path, ring(), uploader, end=False)
        comes_true(lambda: uploader.behind().failing_s > 0)
        behind = uploader.behind()
        lasts = sum(row.duration_us for row in folder.av.load().segments) / 1e6
        assert lasts <= behind.seconds < lasts + 3
        assert behind.bytes > sum(row.bytes for row in folder.av.history.segments)
        assert uploader.durable_up_to(TOKEN) == -1
        assert time.monotonic() - began < 30
        uploader.stop()
    finally:
        seaweed.start()
    uploader = begin()  # as the next process does
    uploader.follow(TOKEN)
    comes_true(lambda: sent(uploader, folder))
    assert told[-1] == folder.av.load().next_sequence - 1
    assert uploader.behind().failing_s == 0
    uploader.stop()


def test_a_process_that_starts_sends_what_ended_before_all_of_it_was_sent(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "marks").mkdir()
    (tmp_path / "marks" / TOKEN).touch()
    (tmp_path / "marks" / ("cd" * 16)).touch()
    folder = broadcast(tmp_path, ring())
    uploader = Uploader(bucket, tmp_path, tmp_path / "marks")
    assert uploader.take_up() == 2
    comes_true(lambda: not list((tmp_path / "marks").iterdir()))
    uploader.stop()
    assert bucket.get(file_name(TOKEN, "replay.m3u8")) == (folder.path / "replay.m3u8").read_bytes()


def test_a_journal_of_many_parts_is_read_as_it_was_written(bucket: Bucket) -> None:
    lines = [b'{"n":%d}\n' % number for number in range(2 * PART + 7)]
    journal = Journal(bucket, TOKEN, "av")
    journal.begin()
    for line in lines:
        journal.add([line])
    assert list(read_journal(bucket, TOKEN, "av").lines) == lines
    second = Journal(bucket, TOKEN, "av", run=1, after=(0, PART + 3))
    second.begin()
    second.add([b"on\n"])
    journal.add([b"late\n"])
    kept = read_journal(bucket, TOKEN, "av")
    assert (kept.run, list(kept.lines)) == (1, [*lines[: PART + 3], b"on\n"])
    bucket.delete([f"{journal_folder(TOKEN, 'av')}0000-000000.jsonl"])
    with pytest.raises(JournalBroken):
        read_journal(bucket, TOKEN, "av")


@pytest.mark.parametrize(
    "line",
    [
        b"no json\n",
        b'{"t":"epoch"}\n',
        b'{"t":"epoch","number":0,"client":"c","mime":"m","codecs":"c","init":"../../x.mp4","width":1,"height":1,"sound":"","wall_start_ms":1}\n',
        b'{"t":"segment","sequence":0,"epoch":0,"name":"000000-0000000000000000.m4s","bytes":1,"duration_us":1,"start_us":0,"end_us":1,"wall_ms":1,"key":"k"}\n',
    ],
)
def test_garbage_is_refused_and_nothing_of_it_reaches_the_disk(bucket: Bucket, tmp_path: Path, line: bytes) -> None:
    journal = Journal(bucket, TOKEN, "av")
    journal.begin()
    journal.add([line])
    folder = stream_folder(tmp_path, TOKEN)
    with pytest.raises(JournalBroken):
        restore_stream(bucket, TOKEN, folder)
    assert not folder.path.exists()


def test_a_stream_that_nobody_has_sent_is_none(bucket: Bucket, tmp_path: Path) -> None:
    assert restore_stream(bucket, uuid4().hex, stream_folder(tmp_path, TOKEN)) is None


def test_a_disk_that_knows_more_than_the_bucket_is_left_alone(
    bucket: Bucket, uploader: Uploader, tmp_path: Path
) -> None:
    keys = ring()
    folder = stream_folder(tmp_path, TOKEN)
    publisher = Publisher(chunks())
    writer = open_writer(folder, keys)
    publisher.send(writer, until=20)
    uploader.follow(TOKEN)
    comes_true(lambda: sent(uploader, folder))
    publisher.send(writer)
    before = files(folder), (folder.av.path / "index.jsonl").read_bytes()
    found = restore_stream(bucket, TOKEN, folder)
    assert found is not None
    assert found.segments == folder.av.load().next_sequence
    assert (files(folder), (folder.av.path / "index.jsonl").read_bytes()) == before


def test_a_wrong_secret_is_refused_with_a_code_and_without_the_secret(seaweed: Seaweed, bucket: Bucket) -> None:
    from dataclasses import replace

    with pytest.raises(BucketRefused) as refused:
        Bucket(replace(bucket.place, secret="wrong-wrong")).put("streams/x", b"1")
    assert refused.value.status == 403
    assert "wrong-wrong" not in f"{refused.value} {refused.value.__dict__} {Bucket(bucket.place).place!r}"
    with pytest.raises(BucketAway):
        Bucket(replace(bucket.place, endpoint="http://127.0.0.1:9")).get("streams/x")


def test_what_is_deleted_is_gone_however_much_it_is(bucket: Bucket) -> None:
    names = [f"streams/{TOKEN}/av/{number:06d}-<&> '.m4s" for number in range(25)]
    threads = [threading.Thread(target=bucket.put, args=(name, b"x")) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(bucket.names(f"streams/{TOKEN}/")) == sorted(names)
    assert list(bucket.folders("streams/")) == [TOKEN]
    assert bucket.delete(bucket.names(f"streams/{TOKEN}/")) == 25
    assert list(bucket.names("")) == []
    with pytest.raises(NotThere):
        bucket.get(names[0])
