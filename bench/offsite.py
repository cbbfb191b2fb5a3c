"""Segments into an S3 (SeaweedFS on this machine): what the uploader costs, how late a segment is safe, how long a restore takes.

`make bench B=offsite`. One operation is one segment of 375 kB with its line in the journal, one at a time, as a lesson writes
them; `--segments N` (300), `--restore N` (2 700 segments, 45 minutes, in two renditions), `--lessons N` (20 at once, 190 kB a
second each, for `--seconds`). CPU and memory are this process's, without the S3's; writing the segment to disk is in it.
"""

import os
import resource
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bench.run import Options, Result, percentile

if TYPE_CHECKING:
    from lantian.content.media.services.folder import SegmentRecord, StreamFolder
    from lantian.kernel.bucket import Bucket

LARGE, SMALL = 375_000, 190_000


def run(options: Options) -> Result:
    with tempfile.TemporaryDirectory(prefix="lantian-bench-") as name:
        os.environ |= {"LANTIAN_HOME": name, "DJANGO_SETTINGS_MODULE": "config.settings"}
        os.environ.setdefault("DATABASE_URL", "postgresql:///unused")
        import django

        django.setup()
        from tests.seaweed import Seaweed

        server = Seaweed(Path(name) / "weed").start()
        try:
            return _measure(server.bucket(), Path(name), options)
        finally:
            server.stop()


def _measure(bucket: "Bucket", home: Path, options: Options) -> Result:
    count = int(options.number("segments", 300))
    more: dict[str, Any] = {f"put_{size // 1000}_kb": _puts(bucket, size, count) for size in (LARGE, SMALL)}
    more["lesson_190_kb"] = _one_lesson(bucket, home / "small", SMALL, count)
    more["lessons_at_once"] = _many(bucket, home / "many", int(options.number("lessons", 20)), options.seconds)
    more["restore"] = _restore(bucket, home / "restored", int(options.number("restore", 2700)))
    large = _one_lesson(bucket, home / "large", LARGE, count)
    return Result(
        work="segment of 375 kB safe in the S3, with its line in the journal",
        count=count,
        seconds=count / large["rate"],
        cpu_seconds=large["cpu_ms"] * count / 1000,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        ratio_to="one lesson a second",
        ratio=large["rate"],
        more={"lesson_375_kb": large, **more},
    )


def _puts(bucket: "Bucket", size: int, count: int) -> dict[str, float]:
    """Plain puts, one after the other."""
    data, took = secrets.token_bytes(size), []
    cpu, began = time.process_time(), time.perf_counter()
    for number in range(count):
        at = time.perf_counter()
        bucket.put(f"streams/bench/{size}-{number}", data)
        took.append(time.perf_counter() - at)
    seconds = time.perf_counter() - began
    return {
        "rate": round(count / seconds, 1),
        "ms_p50": round(percentile(took, 0.5) * 1000, 2),
        "ms_p95": round(percentile(took, 0.95) * 1000, 2),
        "cpu_ms": round((time.process_time() - cpu) * 1000 / count, 3),
    }


def _folder(root: Path) -> "StreamFolder":
    from lantian.content.media.services.folder import EpochRecord, stream_folder

    folder = stream_folder(root, uuid4().hex)
    folder.create()
    for side in (folder.av, folder.aac):
        side.path.mkdir(exist_ok=True)
        name = side.add_init(secrets.token_bytes(900))
        side.append(EpochRecord(0, str(uuid4()), "video/mp4", "avc1,opus", name, 1280, 720, "opus", 1_790_000_000_000))
    return folder


def _record(number: int, name: str, size: int) -> "SegmentRecord":
    from lantian.content.media.services.folder import SegmentRecord

    at = number * 1_000_000
    return SegmentRecord(
        number, 0, name, size, 1_000_000, at, at + 1_000_000, 1_790_000_000_000 + number * 1000, str(uuid4())
    )


def _write(folder: "StreamFolder", number: int, data: bytes) -> None:
    folder.av.append(_record(number, folder.av.add_segment(number, data), len(data)))


def _one_lesson(bucket: "Bucket", root: Path, size: int, count: int) -> dict[str, float]:
    """A segment is written when the one before is safe: what an acknowledgement that waits has to wait for."""
    from lantian.content.media.services.offsite import Uploader

    folder, safe, data = _folder(root), threading.Event(), secrets.token_bytes(size)
    uploader = Uploader(bucket, root, root / "marks", told=lambda _token, _segment: safe.set())
    uploader.follow(folder.path.name)
    took = []
    cpu, began = time.process_time(), time.perf_counter()
    for number in range(count):
        _write(folder, number, data)
        at = time.perf_counter()
        safe.clear()
        uploader.look(folder.path.name)
        safe.wait(30)
        took.append(time.perf_counter() - at)
    seconds = time.perf_counter() - began
    uploader.stop()
    return {
        "rate": round(count / seconds, 1),
        "ms_p50": round(percentile(took, 0.5) * 1000, 2),
        "ms_p95": round(percentile(took, 0.95) * 1000, 2),
        "cpu_ms": round((time.process_time() - cpu) * 1000 / count, 3),
    }


def _many(bucket: "Bucket", root: Path, lessons: int, seconds: float) -> dict[str, float]:
    """Lessons at once, a segment a second each: how far behind the S3 is, and what share of a core the sending takes."""
    from lantian.content.media.services.offsite import Uploader

    folders = [_folder(root) for _ in range(lessons)]
    written: dict[tuple[str, int], float] = {}
    delays: list[float] = []

    def told(token: str, segment: int) -> None:
        now = time.perf_counter()
        safe = [key for key in list(written) if key[0] == token and key[1] <= segment]
        delays.extend(now - written.pop(key) for key in safe)

    uploader = Uploader(bucket, root, root / "marks", told=told)
    for folder in folders:
        uploader.follow(folder.path.name)
    data, number = secrets.token_bytes(SMALL), 0
    cpu, began = time.process_time(), time.perf_counter()
    while time.perf_counter() - began < seconds:
        for place, folder in enumerate(folders):
            _wait_until(began + number + place / lessons)
            _write(folder, number, data)
            written[folder.path.name, number] = time.perf_counter()
            uploader.look(folder.path.name)
        number += 1
    behind = uploader.behind()
    share = (time.process_time() - cpu) / (time.perf_counter() - began)
    uploader.stop()
    return {
        "lessons": lessons,
        "of_a_core": round(share, 3),
        "safe_after_ms_p50": round(percentile(delays, 0.5) * 1000, 1),
        "safe_after_ms_p95": round(percentile(delays, 0.95) * 1000, 1),
        "behind_s": round(behind.seconds, 1),
    }


def _wait_until(moment: float) -> None:
    pause = moment - time.perf_counter()
    if pause > 0:
        time.sleep(pause)


def _restore(bucket: "Bucket", root: Path, count: int) -> dict[str, float]:
    """Index and lists of a long lesson, then the writer that goes on with it. The newest segments alone are real."""
    from lantian.content.media.services import KeyRing, open_writer
    from lantian.content.media.services.folder import stream_folder
    from lantian.content.media.services.offsite.journal import Journal
    from lantian.content.media.services.offsite.restoring import restore_stream
    from lantian.content.media.services.offsite.store import file_name

    folder, data = _folder(root / "made"), secrets.token_bytes(SMALL)
    token = folder.path.name
    for side in (folder.av, folder.aac):
        for number in range(count):
            name = f"{number:06d}-{secrets.token_hex(8)}.m4s"
            side.append(_record(number, name, len(data)))
            if number >= count - 3:
                bucket.put(file_name(token, f"{side.path.name}/{name}"), data)
        bucket.put(file_name(token, f"{side.path.name}/{side.history.epochs[0].init}"), b"init")
        journal = Journal(bucket, token, side.path.name)
        journal.begin()
        journal.add((side.path / "index.jsonl").read_bytes().splitlines(keepends=True))
    restored, opened = [], []
    for turn in range(3):
        there = stream_folder(root / str(turn), token)
        restored.append(_timed(lambda there=there: restore_stream(bucket, token, there)))  # type: ignore[misc]  # bound now
        opened.append(_timed(lambda there=there: open_writer(there, KeyRing([]))))  # type: ignore[misc]  # likewise
        assert len(there.av.history.segments) == count
    return {
        "segments": count,
        "index_kb": round((folder.av.path / "index.jsonl").stat().st_size / 1000),
        "seconds_median": round(percentile(restored, 0.5), 2),
        "seconds_worst": round(max(restored), 2),
        "open_writer_s": round(percentile(opened, 0.5), 2),
    }


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
