"""Files appear whole or not at all, and what a killed process left behind goes."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lantian.kernel import files
from lantian.kernel.whole import write_whole


def test_a_file_is_replaced_at_once_with_the_mode_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    path.chmod(0o644)
    write_whole(path, "新的")
    assert path.read_text() == "新的"
    assert path.stat().st_mode & 0o777 == 0o600
    write_whole(path, [b"one ", b"two"], mode=0o640, durable=False)
    assert path.read_bytes() == b"one two"
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old")

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, pieces())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_files_that_no_record_knows_go_once_they_are_old(tmp_path: Path, settings) -> None:
    settings.LANTIAN_FILES_ROOT = tmp_path
    known, fresh, forgotten = (files.save_bytes(b"PK\x03\x04", folder="exports", kind="application/zip") for _ in "123")
    torn = files.path_of(forgotten.name).with_name(".torn.zip.0000.tmp")
    torn.write_bytes(b"half")
    for path in (files.path_of(known.name), files.path_of(forgotten.name), torn):
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    assert files.remove_strays("exports", {known.name}, older_s=3600) == 2
    assert files.path_of(known.name).exists()
    assert files.path_of(fresh.name).exists()
    assert not files.path_of(forgotten.name).exists()
    assert not torn.exists()
    assert files.remove_strays("imports", set(), older_s=3600) == 0
