"""Streams and keys in the database: opening, who may watch, lost keys, closing, deleting."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db.models import Q
from django.utils import timezone

from lantian.content.media import services
from lantian.content.media.enums import StreamState
from lantian.content.media.errors import DiskFull, KeyLost
from lantian.content.media.models import MediaKey, Stream
from lantian.content.media.queries import media_url, poster_url, streams_visible_to
from lantian.content.media.rules import may_delete_stream, may_open_stream, may_view_stream
from lantian.content.media.services import KeyRing
from lantian.content.media.services import streams as verbs
from lantian.content.media.services.space import LESSON_BYTES, Room, room_for_lesson
from lantian.content.media.tests.publisher import Publisher
from lantian.content.media.tests.support import assert_allowed, assert_refused, lesson, playable
from lantian.kernel import crypto
from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.retention import RETENTION
from lantian.kernel.rules import ANONYMOUS, SHARE_EDGES, SYSTEM, Actor, ActorKind, Denied, Grant

pytestmark = pytest.mark.django_db

TEACHER = Actor(kind=ActorKind.PERSON, name="李老师", account_id=uuid4(), person_id=uuid4())
SCREEN = Actor(kind=ActorKind.SCREEN, name="三年级一班", account_id=uuid4())


def operator() -> Actor:
    grant = Grant(uuid4(), "operator", uuid4(), "平台", "province", "a")
    return Actor(
        kind=ActorKind.PERSON, name="运维", account_id=uuid4(), person_id=uuid4(), grant=grant, grants=(grant,)
    )


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    settings.LANTIAN_MEDIA_ROOT = tmp_path / "media"
    settings.LANTIAN_DISK_RESERVE_BYTES = 0
    settings.LANTIAN_KEY_FILE = tmp_path / "lantian.key"
    crypto.forget_keys()
    yield tmp_path
    crypto.forget_keys()


def broadcast(stream: Stream) -> KeyRing:
    """A short lesson into this stream, to its end."""
    keys, lost = services.stream_keys(stream.pk)
    assert not lost
    ring = KeyRing(keys, supply=lambda: services.make_key(stream.pk))
    writer = services.open_writer(services.folder_of(stream), ring)
    Publisher([chunk.data for chunk in lesson()]).send(writer)
    writer.finish()
    services.save_progress(stream.pk, seconds=writer.seconds, segments=writer.segments, size=writer.bytes)
    return ring


def test_a_stream_opens_with_a_key_in_use_and_one_ahead() -> None:
    stream = services.create_stream(by=TEACHER)
    assert [key.number for key in stream.keys.order_by("number")] == [0, 1]
    keys, _lost = services.stream_keys(stream.pk)
    assert len({key.secret for key in keys}) == 2
    for row in stream.keys.all():
        assert all(key.secret not in bytes(row.sealed) for key in keys)
    assert services.make_key(stream.pk).number == 2
    assert JournalEntry.objects.filter(action="media.stream_opened", object_id=stream.pk).count() == 1


def test_who_may_open() -> None:
    assert_allowed(may_open_stream, TEACHER)
    for actor in (ANONYMOUS, SCREEN):
        assert_refused(may_open_stream, actor)
        with pytest.raises(Denied):
            services.create_stream(by=actor)


def test_only_those_an_app_above_shares_with_see_a_stream_and_its_keys() -> None:
    stream, other = services.create_stream(by=TEACHER), services.create_stream(by=TEACHER)
    key = stream.keys.get(number=0)
    assert_refused(may_view_stream, SCREEN, stream)
    with pytest.raises(MediaKey.DoesNotExist):
        services.content_key(key.pk, by=SCREEN)
    edges = SHARE_EDGES.setdefault("media.stream", [])
    edges.append(lambda actor: Q(pk=stream.pk) if actor.is_screen else Q(pk__in=[]))
    try:
        assert_allowed(may_view_stream, SCREEN, stream)
        assert_refused(may_view_stream, SCREEN, other)
        assert_refused(may_view_stream, ANONYMOUS, stream)
        assert set(streams_visible_to(SCREEN)) == {stream}
        assert services.content_key(key.pk, by=SCREEN).secret
        with pytest.raises(MediaKey.DoesNotExist):
            services.content_key(other.keys.get(number=0).pk, by=SCREEN)
    finally:
        edges.pop()
    assert set(streams_visible_to(SYSTEM)) == {stream, other}


def test_a_replaced_key_file_loses_old_recordings_and_not_new_lessons(home: Path) -> None:
    old = services.create_stream(by=TEACHER)
    broadcast(old)
    (home / "lantian.key").unlink()
    crypto.forget_keys()
    keys, lost = services.stream_keys(old.pk)
    assert keys == []
    assert len(lost) >= 2
    with pytest.raises(KeyLost) as error:
        services.content_key(old.keys.get(number=0).pk, by=SYSTEM)
    assert error.value.code == "key_lost"
    assert "密钥" in str(error.value.message)
    new = services.create_stream(by=TEACHER)
    ring = broadcast(new)
    assert playable(services.folder_of(new), "av", ring)


def test_a_lesson_under_way_when_the_key_file_is_replaced_goes_on_with_a_new_key(home: Path) -> None:
    stream = services.create_stream(by=TEACHER)
    folder = services.folder_of(stream)
    writer = services.open_writer(folder, KeyRing(services.stream_keys(stream.pk)[0]))
    page = Publisher([chunk.data for chunk in lesson()])
    page.send(writer, 6)
    (home / "lantian.key").unlink()
    crypto.forget_keys()
    keys, _lost = services.stream_keys(stream.pk)
    ring = KeyRing(keys, used=services.used_keys(folder), supply=lambda: services.make_key(stream.pk))
    writer = services.open_writer(services.folder_of(stream), ring)
    page.send(writer)
    writer.finish()
    assert writer.segments == 12
    assert len(services.used_keys(folder)) == 2


def test_closing_takes_totals_and_epochs_from_the_disk() -> None:
    stream = services.create_stream(by=TEACHER)
    broadcast(stream)
    closed = services.close_stream(stream, by=TEACHER)
    assert closed.state == StreamState.CLOSED
    assert closed.segments == 12
    assert closed.seconds == pytest.approx(12, abs=0.1)
    assert closed.bytes > 100_000
    epoch = closed.epochs.get()
    assert (epoch.number, epoch.codecs, epoch.width) == (0, "avc1.42c015,opus", 426)
    assert closed.keys.get(number=0).first_segment == 0
    assert services.close_stream(closed, by=TEACHER).closed_at == closed.closed_at
    services.save_epochs(stream.pk, services.folder_of(stream).av.load().epochs.values())
    assert closed.epochs.count() == 1


def test_figures_that_come_after_the_end_change_no_totals() -> None:
    stream = services.create_stream(by=TEACHER)
    broadcast(stream)
    closed = services.close_stream(stream, by=TEACHER)
    services.save_progress(stream.pk, seconds=3, segments=3, size=3)
    stream.refresh_from_db()
    assert (stream.seconds, stream.segments, stream.bytes) == (closed.seconds, closed.segments, closed.bytes)


def test_files_that_go_while_they_are_counted_count_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a lesson finds the follower at work on the second rendition."""
    stream = services.create_stream(by=TEACHER)
    broadcast(stream)
    folder = services.folder_of(stream)
    before, files = folder.bytes_used(), list(folder._files())
    gone = folder.av.path / "000099-gone.m4s"
    monkeypatch.setattr(type(folder), "_files", lambda _self: [*files, gone])
    assert folder.bytes_used() == before


def test_deleting_removes_files_and_keys(django_capture_on_commit_callbacks: object) -> None:
    stream = services.create_stream(by=TEACHER)
    broadcast(stream)
    folder = services.folder_of(stream)
    assert_refused(may_delete_stream, TEACHER, stream)
    with pytest.raises(Denied):
        services.delete_stream(stream, by=TEACHER)
    assert_allowed(may_delete_stream, operator(), stream)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture
        services.delete_stream(stream, by=operator())
    stream.refresh_from_db()
    assert stream.state == StreamState.DELETED
    assert not stream.keys.exists()
    assert not folder.path.exists()
    assert not list(folder.path.parent.iterdir())


def test_retention_takes_only_old_recordings(django_capture_on_commit_callbacks: object) -> None:
    old, young, running = (services.create_stream(by=TEACHER) for _ in range(3))
    for stream, days in ((old, 400), (young, 3)):
        services.close_stream(stream, by=TEACHER)
        Stream.objects.filter(pk=stream.pk).update(closed_at=timezone.now() - timedelta(days=days))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture
        assert services.expire_streams(before=timezone.now() - timedelta(days=365), by=SYSTEM) == 1
    states = {stream.pk: stream.state for stream in Stream.objects.all()}
    assert states == {old.pk: "deleted", young.pk: "closed", running.pk: "open"}


def test_retention_goes_on_behind_a_recording_that_cannot_be_deleted(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    streams = [services.create_stream(by=TEACHER) for _ in range(3)]
    for stream in streams:
        services.close_stream(stream, by=TEACHER)
    Stream.objects.update(closed_at=timezone.now() - timedelta(days=9))
    first = Stream.objects.order_by("pk").first()
    delete = verbs.delete_stream

    def stubborn(stream: Stream, *, by: Actor) -> None:
        if stream == first:
            raise PermissionError
        delete(stream, by=by)

    monkeypatch.setattr(verbs, "delete_stream", stubborn)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture
        assert services.expire_streams(before=timezone.now() - timedelta(days=7), by=SYSTEM) == 2
    assert Stream.objects.filter(state=StreamState.DELETED).count() == 2


def test_what_a_deletion_left_on_the_disk_is_swept_away(home: Path) -> None:
    """A process killed between the deletion and the removal of its files."""
    kept, deleted = services.create_stream(by=TEACHER), services.create_stream(by=TEACHER)
    for stream in (kept, deleted):
        broadcast(stream)
    Stream.objects.filter(pk=deleted.pk).update(state=StreamState.DELETED)
    half = services.folder_of(kept).path.with_name("gone-0a1b2c3d.tmp")
    (half / "av").mkdir(parents=True)
    (half / "av" / "000000-x.m4s").write_bytes(b"x")
    assert services.sweep_deleted() == 2
    assert [path.name for path in half.parent.iterdir()] == [kept.token]
    assert services.sweep_deleted() == 0


def test_a_new_lesson_is_refused_while_there_is_room_for_those_that_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "room_for_lesson", lambda *_a, **_k: Room(LESSON_BYTES // 2, 0, 0))
    with pytest.raises(DiskFull):
        services.create_stream(by=TEACHER)
    assert not Stream.objects.exists()


def test_room_counts_the_lessons_that_run(tmp_path: Path) -> None:
    alone = room_for_lesson(tmp_path / "not" / "there" / "yet", 0)
    beside = room_for_lesson(tmp_path, 0, open_streams=2)
    assert alone.lessons - beside.lessons in {1, 2, 3}
    assert room_for_lesson(tmp_path, 1 << 60).full


def test_addresses() -> None:
    stream = services.create_stream(by=TEACHER)
    assert media_url(stream, "master.m3u8") == f"/media/streams/{stream.token}/master.m3u8"
    assert poster_url(stream) == ""
    stream.poster = "poster-ab.jpg"
    assert poster_url(stream).endswith("/poster-ab.jpg")
    assert len(stream.token) == 32
    for bad in ("", "../../etc", stream.token.upper().replace("A", "G") + "x"):
        with pytest.raises(ValueError, match="token"):
            services.stream_folder(Path("/"), bad)


def test_what_is_kept_no_longer_is_found_shown_and_deleted() -> None:
    for age in (1, 5):
        stream = services.create_stream(by=SYSTEM)
        services.close_stream(stream, by=SYSTEM)
        Stream.objects.filter(pk=stream.pk).update(closed_at=timezone.now() - timedelta(days=age))
    rule, before = RETENTION["media.recordings"], timezone.now() - timedelta(days=3)
    assert rule.count(before) == len(rule.sample(before, 10)) == 1
    assert rule.let_go(before) == 1
    assert rule.count(before) == 0
    assert Stream.objects.filter(state=StreamState.CLOSED).count() == 1
