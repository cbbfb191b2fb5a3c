"""Streams of the database whose segments are in a real S3 and no longer on this disk: played, cut, made something of, deleted."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from lantian.content.media import services
from lantian.content.media.enums import StreamState
from lantian.content.media.errors import StoreAway
from lantian.content.media.models import Stream
from lantian.content.media.services import offsite
from lantian.content.media.services.offsite.store import file_name
from lantian.content.media.tests.publisher import Publisher
from lantian.content.media.tests.support import lesson
from lantian.kernel import crypto
from lantian.kernel.bucket import Bucket
from lantian.kernel.rules import SYSTEM
from tests.seaweed import Seaweed

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(seaweed: Seaweed, settings: LazySettings, tmp_path: Path) -> Bucket:
    made = seaweed.bucket()
    settings.LANTIAN_MEDIA_ROOT = tmp_path / "media"
    settings.LANTIAN_DISK_RESERVE_BYTES = 0
    settings.LANTIAN_KEY_FILE = tmp_path / "lantian.key"
    settings.LANTIAN_S3_ENDPOINT, settings.LANTIAN_S3_BUCKET = made.place.endpoint, made.place.bucket
    settings.LANTIAN_S3_KEY, settings.LANTIAN_S3_SECRET = made.place.key, made.place.secret
    crypto.forget_keys()
    return made


@pytest.fixture
def stream(bucket: Bucket, tmp_path: Path) -> Stream:
    """A short lesson that was sent whole."""
    stream = services.create_stream(by=SYSTEM)
    keys, _lost = services.stream_keys(stream.pk)
    folder = services.folder_of(stream)
    writer = services.open_writer(folder, services.KeyRing(keys))
    Publisher([chunk.data for chunk in lesson()]).send(writer)
    writer.finish()
    services.save_progress(stream.pk, seconds=writer.seconds, segments=writer.segments, size=writer.bytes)
    uploader = offsite.Uploader(bucket, services.media_root(), tmp_path / "marks")
    uploader.follow(stream.token)
    uploader.close(stream.token)
    end = time.monotonic() + 20
    while list((tmp_path / "marks").iterdir()):
        assert time.monotonic() < end
        time.sleep(0.01)
    uploader.stop()
    return services.close_stream(stream, by=SYSTEM)


def lesson_of(stream: Stream) -> services.StoredLesson:
    keys, _lost = services.stream_keys(stream.pk)
    known = {key.id: key.secret for key in keys}
    return services.StoredLesson(services.folder_at_hand(stream), known.__getitem__)


def lose_the_disk(stream: Stream) -> None:
    shutil.rmtree(services.folder_of(stream).path)


def test_something_is_made_of_a_lesson_whose_segments_are_in_the_s3_alone(bucket: Bucket, stream: Stream) -> None:
    before = lesson_of(stream)
    clear = [before.clear(record) for record in before.segments]
    size = services.folder_of(stream).bytes_used()
    lose_the_disk(stream)
    assert services.can_be_played(stream)
    after = lesson_of(stream)
    assert len(after.parts) == len(before.parts) == 1
    assert [after.clear(record) for record in after.segments] == clear
    assert after.lost == 0
    here = [path for path in services.folder_of(stream).av.path.iterdir() if path.suffix == ".m4s"]
    assert len(here) < len(clear), "its segments were read, not brought here"
    assert services.measure_stream(stream) == pytest.approx(size, rel=0.02)


def test_a_segment_that_is_out_of_reach_is_not_lost(
    bucket: Bucket, stream: Stream, seaweed: Seaweed, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_disk(stream)
    after = lesson_of(stream)
    settings.LANTIAN_S3_ENDPOINT = "http://127.0.0.1:9"
    monkeypatch.setattr(offsite, "PAUSE_S", 0.01)
    with pytest.raises(StoreAway):
        after.clear(after.segments[0])
    assert after.lost == 0
    settings.LANTIAN_S3_ENDPOINT = bucket.place.endpoint
    bucket.delete([file_name(stream.token, f"av/{after.segments[0].name}")])
    assert after.clear(after.segments[0]) is None
    assert after.lost == 1


def test_a_cut_reaches_the_lists_in_the_s3_and_another_disk(
    bucket: Bucket, stream: Stream, settings: LazySettings, tmp_path: Path, run_jobs: Callable[[], int]
) -> None:
    lose_the_disk(stream)
    stream = services.cut_stream(stream, start=3, end=8)
    mine = services.folder_of(stream).av.path / "replay.m3u8"
    listed = bucket.get(file_name(stream.token, "av/replay.m3u8"))
    assert listed == mine.read_bytes()
    assert listed.count(b"EXTINF") == stream.shown_seconds == 5
    whole = services.whole_list(stream)
    assert bucket.get(file_name(stream.token, f"av/{whole}")).count(b"EXTINF") == stream.segments
    lose_the_disk(stream)
    assert services.cut_bounds(stream) == (3, 7)
    assert (services.folder_of(stream).av.path / "replay.m3u8").read_bytes() == listed
    settings.LANTIAN_S3_ENDPOINT = "http://127.0.0.1:9"
    services.cut_stream(stream, start=0, end=100)
    assert bucket.get(file_name(stream.token, "av/replay.m3u8")) == listed, "it is away"
    settings.LANTIAN_S3_ENDPOINT = bucket.place.endpoint
    assert run_jobs() == 1
    assert bucket.get(file_name(stream.token, "av/replay.m3u8")).count(b"EXTINF") == stream.segments


def test_what_is_deleted_goes_from_the_s3_too(
    bucket: Bucket, stream: Stream, run_jobs: Callable[[], int], django_capture_on_commit_callbacks: Callable
) -> None:
    assert len(list(bucket.names(""))) > stream.segments
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_stream(stream, by=SYSTEM)
    assert run_jobs() == 1
    assert list(bucket.names("")) == []
    assert not services.folder_of(stream).path.exists()
    assert not services.can_be_played(Stream.objects.get(pk=stream.pk))


def test_how_far_behind_the_s3_is_goes_to_other_processes_and_grows_old(settings: LazySettings, tmp_path: Path) -> None:
    settings.LANTIAN_HOME = tmp_path
    assert offsite.noted_behind() is None
    (tmp_path / "live").mkdir()
    offsite.note_behind(offsite.Behind(12.5, 3_000_000, 40.0))
    assert offsite.noted_behind() == offsite.Behind(12.5, 3_000_000, 40.0)
    noted = tmp_path / "live" / "offsite.json"
    long_ago = time.time() - offsite.NOTED_S - 1
    os.utime(noted, (long_ago, long_ago))
    assert offsite.noted_behind() is None
    noted.write_text("{")
    assert offsite.noted_behind() is None


def test_the_nightly_sweep_takes_what_was_sent_after_a_deletion(bucket: Bucket, stream: Stream) -> None:
    kept = services.create_stream(by=SYSTEM)
    bucket.put(file_name(kept.token, "av/000000-0123456789abcdef.m4s"), b"1")
    Stream.objects.filter(pk=stream.pk).update(state=StreamState.DELETED)
    assert services.sweep_deleted() == 2, "the folder here and the one there"
    assert offsite.known() >= {kept.token}
    assert {name.split("/")[1] for name in bucket.names("")} == {kept.token}
    assert services.sweep_deleted() == 0
