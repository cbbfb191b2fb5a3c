"""Finished lessons leave a disk that only live ones need, once the S3 has them, and not before."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from lantian.content.media import services
from lantian.content.media.models import Stream
from lantian.content.media.services import offsite
from lantian.content.media.tests.test_offsite_streams import bucket, stream
from lantian.kernel.bucket import Bucket
from lantian.kernel.rules import SYSTEM

__all__ = ["bucket", "stream"]  # fixtures
pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def old(stream: Stream) -> Stream:
    """It ended two hours ago."""
    assert stream.closed_at is not None
    Stream.objects.filter(pk=stream.pk).update(closed_at=stream.closed_at - 2 * HOUR)
    return stream


def there(stream: Stream) -> bool:
    return services.folder_of(stream).path.exists()


def test_a_lesson_that_the_s3_has_goes_and_is_played_from_there(bucket: Bucket, old: Stream) -> None:
    assert services.sweep_sent(keep=HOUR) == 1
    assert not there(old)
    assert services.can_be_played(old)
    assert services.sweep_sent(keep=HOUR) == 0


def test_a_lesson_that_has_just_ended_stays(stream: Stream) -> None:
    assert services.sweep_sent(keep=HOUR) == 0
    assert there(stream)


def test_a_lesson_that_is_being_sent_stays(old: Stream) -> None:
    assert services.sweep_sent(keep=HOUR, unsent={old.token}) == 0
    assert there(old)


def _line_too_many(bucket: Bucket, stream: Stream) -> None:
    index = services.folder_of(stream).av.path / "index.jsonl"
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(b"".join([*lines, lines[-2]]))


def _nothing_there(bucket: Bucket, stream: Stream) -> None:
    offsite.forget(stream.token)


@pytest.mark.parametrize("spoil", [_line_too_many, _nothing_there])
def test_what_this_disk_alone_has_stays(bucket: Bucket, old: Stream, spoil: Callable[[Bucket, Stream], None]) -> None:
    spoil(bucket, old)
    assert services.sweep_sent(keep=HOUR) == 0
    assert there(old)


def test_an_s3_that_is_away_costs_nothing(old: Stream, settings: object) -> None:
    settings.LANTIAN_S3_ENDPOINT = "http://127.0.0.1:9"  # type: ignore[attr-defined]  # pytest-django's
    assert services.sweep_sent(keep=HOUR) == 0
    assert there(old)


def test_a_running_lesson_stays_whoever_has_it(bucket: Bucket) -> None:
    open_one = services.create_stream(by=SYSTEM)
    services.folder_of(open_one).create()
    assert services.sweep_sent(keep=-HOUR) == 0
    assert there(open_one)


def test_a_deleted_lesson_goes_without_being_asked_for_in_the_s3(bucket: Bucket, old: Stream) -> None:
    services.delete_stream(old, by=SYSTEM)  # which takes the files from the disk of the machine that it is done on
    assert there(old)
    assert services.sweep_sent(keep=HOUR) == 1
    assert not there(old)
