"""Resources' files in a real S3: sent, cut, gone on with, had back on another machine, deleted; and while it is away."""

import os
import shutil
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lantian.content.resources import queries, services
from lantian.content.resources.models import Blob
from lantian.content.resources.services import objects, offsite, storing
from lantian.content.resources.tests.files import WORDS
from lantian.content.resources.tests.shelf import Shelf
from lantian.kernel.bucket import Bucket, BucketAway
from lantian.people.roster.tests.factories import PersonFactory, RoleGrantFactory, acting_as
from tests.seaweed import Seaweed

pytestmark = pytest.mark.django_db
LONG = (WORDS * 40).encode()


@pytest.fixture
def bucket(seaweed: Seaweed, settings, monkeypatch) -> Bucket:
    """One of the test's own, in which pieces are small."""
    monkeypatch.setattr(offsite, "PIECE", 4096)
    made = seaweed.bucket()
    settings.LANTIAN_S3_ENDPOINT, settings.LANTIAN_S3_BUCKET = made.place.endpoint, made.place.bucket
    settings.LANTIAN_S3_KEY, settings.LANTIAN_S3_SECRET = made.place.key, made.place.secret
    settings.LANTIAN_S3_PREFIX, settings.LANTIAN_S3_REGION = "", made.place.region
    return made


@pytest.fixture
def away(settings) -> None:
    """An S3 is set, and nobody answers there."""
    settings.LANTIAN_S3_ENDPOINT, settings.LANTIAN_S3_BUCKET = "http://127.0.0.1:9", "b"
    settings.LANTIAN_S3_KEY = settings.LANTIAN_S3_SECRET = "x"
    settings.LANTIAN_S3_PREFIX, settings.LANTIAN_S3_REGION = "", "us-east-1"


def kept(shelf: Shelf, **more: object) -> Blob:
    version = shelf.version(shelf.make(data=LONG, **more))
    assert version.blob is not None
    return version.blob


def elsewhere(media) -> None:
    """As on a machine that has none of the files."""
    shutil.rmtree(media / ".resources" / "blobs")


def test_a_file_goes_there_in_pieces_and_on_where_it_was_cut(shelf: Shelf, bucket: Bucket, monkeypatch) -> None:
    blob = kept(shelf)
    pieces = offsite.pieces_of(blob.size)
    assert pieces > 2
    really, puts = Bucket.put, []

    def cut(self, name, data, **more):
        if len(puts) == 2:
            raise BucketAway("cut")
        puts.append(name)
        really(self, name, data, **more)

    monkeypatch.setattr(Bucket, "put", cut)
    assert services.send_waiting() == 0
    blob.refresh_from_db()
    assert (blob.sent_at, len(list(bucket.names(objects.folder_of(blob.pk))))) == (None, 2)
    monkeypatch.setattr(Bucket, "put", lambda self, name, data, **more: (puts.append(name), really(self, name, data)))
    assert services.send_waiting() == 1
    assert len(puts) == len(set(puts)) == pieces, "nothing is sent twice"
    blob.refresh_from_db()
    assert blob.sent_at is not None
    assert services.send_waiting() == 0
    assert b"".join(bucket.get(name) for name in bucket.names(objects.folder_of(blob.pk))) == LONG


def test_a_machine_without_the_file_gives_it_out_as_any_other(shelf: Shelf, bucket: Bucket, media) -> None:
    resource = shelf.publish(data=LONG)
    services.send_waiting()
    elsewhere(media)
    address = f"/resources/versions/{resource.current_id}/file/"
    front = Client(headers={"X-Sendfile-Type": "X-Accel-Redirect"})
    answer = front.get(address)
    assert answer["X-Accel-Redirect"] == f"/.resources/blobs/{resource.current.blob_id[:2]}/{resource.current.blob_id}"
    assert storing.path_of(resource.current.blob_id).read_bytes() == LONG
    assert not list((storing.root() / "back").iterdir()), "nothing is left behind"
    assert b"".join(Client().get(f"{address}?take=1").streaming_content) == LONG


def test_other_bytes_are_not_given_out(shelf: Shelf, bucket: Bucket, media) -> None:
    blob = kept(shelf)
    services.send_waiting()
    elsewhere(media)
    bucket.put(next(iter(bucket.names(objects.folder_of(blob.pk)))), b"x" * 4096)
    with pytest.raises(FileNotFoundError):
        services.at_hand(blob.pk)
    assert not storing.path_of(blob.pk).exists()


def test_what_nothing_points_to_goes_there_too(shelf: Shelf, bucket: Bucket) -> None:
    resource = shelf.make(data=LONG)
    blob = shelf.version(resource).blob
    assert blob is not None
    services.send_waiting()
    services.discard_version(shelf.version(resource), by=shelf.acting("teacher"))
    Blob.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert services.sweep_blobs() == 1
    assert list(bucket.names("resources/")) == []


def test_what_was_deleted_while_it_was_away_is_swept_at_night(shelf: Shelf, bucket: Bucket) -> None:
    blob = kept(shelf)
    services.send_waiting()
    bucket.put(objects.folder_of("ab" * 32) + "00000", b"left behind")
    assert services.sweep_bucket() == 1
    assert {name.split("/")[2] for name in bucket.names("resources/")} == {blob.pk}


def test_the_disk_is_a_cache_of_what_the_s3_really_has(shelf: Shelf, bucket: Bucket, settings) -> None:
    blob, other = kept(shelf), shelf.version(shelf.make(data=LONG + b"2")).blob
    services.send_waiting()
    old = time.time() - 9999
    paths = [storing.path_of(one.pk) for one in (blob, other) if one]
    for path in paths:
        os.utime(path, (old, old))
    assert services.tidy_cache() == 0, "there is room"
    settings.LANTIAN_DISK_RESERVE_BYTES = 1 << 60
    bucket.delete(list(bucket.names(objects.folder_of(blob.pk)))[:1])
    assert services.tidy_cache() == 1
    assert [path.exists() for path in paths] == [True, False]
    blob.refresh_from_db()
    assert blob.sent_at is None, "it is sent again"
    settings.LANTIAN_DISK_RESERVE_BYTES = 0
    assert services.send_waiting() == 1
    services.at_hand(blob.pk)
    settings.LANTIAN_DISK_RESERVE_BYTES = 1 << 60
    assert services.tidy_cache() == 0, "it was asked for a moment ago"


def test_while_it_is_away_uploads_go_on_and_the_operator_is_told(shelf: Shelf, away: None, media) -> None:
    resource = shelf.publish(data=LONG)
    assert services.send_waiting() == 0
    address = f"/resources/versions/{resource.current_id}/file/"
    assert Client().get(address).status_code == 200
    operator = PersonFactory()
    RoleGrantFactory(person=operator, organization=shelf.city, role="operator")
    actor, today = acting_as(operator, "operator"), timezone.localdate()
    assert list(queries.todos_of_sending(actor, today)) == []
    Blob.objects.update(created_at=timezone.now() - timedelta(hours=1))
    (todo,) = queries.todos_of_sending(actor, today)
    assert (todo.count, "对象存储里还没有的资源文件" in str(todo.words)) == (1, True)
    assert list(queries.todos_of_sending(shelf.acting("officer"), today)) == []
    Blob.objects.update(sent_at=timezone.now())
    elsewhere(media)
    answer = Client().get(address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_what_was_half_brought_back_when_its_process_was_killed_is_swept(shelf: Shelf, media) -> None:
    part = storing.root() / "back" / "0123456789abcdef0123456789abcdef"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half of it")
    assert services.sweep_blobs(older=timedelta(hours=1)) == 0, "somebody may be at it"
    assert services.sweep_blobs(older=timedelta(seconds=-5)) == 1
    assert not part.exists()


def test_without_an_s3_nothing_is_sent(shelf: Shelf, settings, media) -> None:
    settings.LANTIAN_S3_ENDPOINT = ""
    blob = kept(shelf)
    assert (services.send_waiting(), services.sweep_bucket(), services.tidy_cache()) == (0, 0, 0)
    elsewhere(media)
    with pytest.raises(FileNotFoundError):
        services.at_hand(blob.pk)
