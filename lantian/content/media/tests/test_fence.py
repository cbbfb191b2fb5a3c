"""Two who write one stream: whoever takes the folder shuts the one before out, in the middle of its work too."""

import threading
import time
from pathlib import Path

import pytest

from lantian.content.media.engine.lesson.source import MIME
from lantian.content.media.errors import StreamTaken
from lantian.content.media.services import fence as fencing
from lantian.content.media.services.fence import Fence
from lantian.content.media.services.folder import StreamFolder
from lantian.content.media.services.writer import open_writer
from lantian.content.media.tests.support import lesson, ring


@pytest.fixture
def folder(tmp_path: Path) -> StreamFolder:
    return StreamFolder(tmp_path / "streams" / ("0" * 32))


def test_a_process_that_stood_still_writes_nothing_after_another_one_has_taken_its_lesson(folder: StreamFolder) -> None:
    data = b"".join(chunk.data for chunk in lesson(6))
    size = len(data) // 24 + 1
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    keys = ring()
    before = open_writer(folder, keys, term=1)
    before.open_epoch("page", MIME)
    for number in range(12):
        before.feed(number, chunks[number])
    after = open_writer(StreamFolder(folder.path), keys, term=2)
    start = after.open_epoch("page", MIME)
    assert start.resumed
    with pytest.raises(StreamTaken):
        [before.feed(number, chunks[number]) for number in range(12, 24)]
    with pytest.raises(StreamTaken):
        before.finish()
    for number in range(start.next_chunk, len(chunks)):
        after.feed(number, chunks[number])
    after.finish()
    segments = StreamFolder(folder.path).av.load().segments
    assert [record.sequence for record in segments] == list(range(len(segments)))
    assert StreamFolder(folder.path).av.load().ended
    with pytest.raises(StreamTaken):
        open_writer(folder, keys, term=1)


def test_who_takes_a_folder_waits_for_a_write_that_is_under_way(tmp_path: Path) -> None:
    first = Fence(tmp_path, 1)
    done: list[str] = []

    def take() -> None:
        Fence(tmp_path, 2)
        done.append("taken")

    with first.held():
        taker = threading.Thread(target=take)
        taker.start()
        time.sleep(0.1)
        done.append("written")
    taker.join()
    assert done == ["written", "taken"]
    with pytest.raises(StreamTaken), first.held():
        pass


def test_who_stands_still_in_the_middle_of_a_write_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(fencing, "PATIENCE_S", 0.05)
    with Fence(tmp_path, 1).held(), pytest.raises(StreamTaken):
        Fence(tmp_path, 2)


def test_a_stream_of_which_there_is_one_writer_has_no_fence(tmp_path: Path) -> None:
    with Fence(tmp_path, 0).held():
        assert list(tmp_path.iterdir()) == []
