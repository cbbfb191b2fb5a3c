"""The file of what happened: whole or cut off, never torn."""

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.teach.live.consumers import eventlog
from lantian.teach.live.consumers.eventlog import EventLog, LogFull
from lantian.teach.live.engine.happenings import By, Event

WHO = By("person:1", "teach", "王芳", "涪城中学")


def event(seq: int, **data) -> Event:
    return Event(seq, "note.pin", seq / 2, 1000 + seq, WHO, {"text": f"第{seq}条", **data}, f"m{seq}")


def written(path, count: int) -> EventLog:
    log = EventLog(path)
    for seq in range(1, count + 1):
        log.append(event(seq))
    return log


@given(st.integers(0, 8), st.integers(0, 10_000))
def test_cut_at_any_byte_what_stands_whole_is_found_and_goes_on(tmp_path_factory, count, cut):
    path = tmp_path_factory.mktemp("log") / "a.jsonl"
    written(path, count).close()
    size = path.stat().st_size
    os.truncate(path, min(cut, size))
    lines = path.read_bytes().count(b"\n")
    log = EventLog(path)
    assert log.found == [event(seq) for seq in range(1, lines + 1)]
    log.append(event(lines + 1))
    log.close()
    again = EventLog(path)
    assert [each.seq for each in again.found] == list(range(1, lines + 2))
    again.close()


def test_a_full_disk_refuses_the_event_and_leaves_no_half_line(tmp_path, monkeypatch):
    log = written(tmp_path / "a.jsonl", 2)
    real = os.write

    def half(file, data):
        return real(file, data[: len(data) // 2])

    def full(_file, _data):
        raise OSError(errno.ENOSPC, "no space")

    for broken in (half, full):
        monkeypatch.setattr(eventlog.os, "write", broken)
        with pytest.raises(LogFull):
            log.append(event(3))
    monkeypatch.setattr(eventlog.os, "write", real)
    log.append(event(3))
    log.close()
    assert [each.seq for each in EventLog(tmp_path / "a.jsonl").found] == [1, 2, 3]


def test_a_log_has_a_bound(tmp_path, monkeypatch):
    log = written(tmp_path / "a.jsonl", 1)
    monkeypatch.setattr(eventlog, "MAX_BYTES", log.path.stat().st_size + 10)
    with pytest.raises(LogFull):
        log.append(event(2))
    log.remove()
    assert not log.path.exists()


def test_what_the_database_has_beyond_the_file_is_taken_over_in_order(tmp_path):
    log = written(tmp_path / "a.jsonl", 2)
    log.close()
    log = EventLog(tmp_path / "a.jsonl")
    log.catch_up([event(4), event(2), event(3), event(6)])
    log.close()
    assert [each.seq for each in EventLog(tmp_path / "a.jsonl").found] == [1, 2, 3, 4]
