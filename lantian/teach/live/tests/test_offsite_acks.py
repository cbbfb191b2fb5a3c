"""Acknowledgements that wait until a segment is in a real S3, and go by the disk again when that is away."""

import asyncio
import time
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress

import pytest

from lantian.content.media import services as media
from lantian.content.media.engine.lesson.source import MIME
from lantian.content.media.tests.publisher import Publisher
from lantian.content.media.tests.support import lesson, ring
from lantian.kernel.bucket import BucketAway
from lantian.teach.live.consumers import holding
from lantian.teach.live.consumers.app import make_app
from lantian.teach.live.consumers.database import DatabaseAway
from lantian.teach.live.consumers.holding import Holding
from lantian.teach.live.consumers.hub import Hub
from lantian.teach.live.engine.protocol import build_chunk
from lantian.teach.live.tests.support import lesson_chunks, open_for

CHUNKS = 40


def test_an_acknowledgement_waits_for_its_segment_and_for_none_after_it():
    said: list[str] = []
    held = Holding()
    held.when(0, lambda: said.append("a"))
    held.when(1, lambda: said.append("b"))
    held.learn(0)
    assert said == ["a"]
    assert not held.tick(time.monotonic() + holding.PATIENCE_S - 1)
    assert held.tick(time.monotonic() + holding.PATIENCE_S + 1)
    assert said == ["a", "b"]
    held.when(40, lambda: said.append("c"))
    assert said == ["a", "b", "c"], "by the disk, while the S3 is far behind"
    held.learn(10)
    held.when(41, lambda: said.append("d"))
    assert said[-1] == "d"
    held.learn(40)
    held.when(42, lambda: said.append("e"))
    assert said[-1] == "d", "it is back: what comes waits again"
    held.learn(42)
    assert said[-1] == "e"


@pytest.fixture
def with_s3(seaweed, settings, tmp_path):
    place = seaweed.bucket().place
    settings.LANTIAN_HOME = tmp_path
    settings.LANTIAN_MEDIA_ROOT = tmp_path / "media"
    settings.LANTIAN_LIVE_AAC = False
    settings.LANTIAN_S3_ENDPOINT, settings.LANTIAN_S3_BUCKET = place.endpoint, place.bucket
    settings.LANTIAN_S3_KEY, settings.LANTIAN_S3_SECRET = place.key, place.secret
    return place


class Wire:
    """A publisher in step with the server: what it hears is what it has asked for, in order."""

    def __init__(self, socket) -> None:
        self.socket = socket
        self.acked, self.clock = -1, 0

    def hello(self, epoch: str) -> dict:
        self.socket.send_json({"t": "hello", "v": 1, "epoch": epoch, "mime": MIME, "width": 426, "height": 240})
        return self.until("ready")

    def until(self, kind: str) -> dict:
        while True:
            message = self.socket.receive_json()
            if message["t"] == "ack":
                self.acked = max(self.acked, message["chunk"])
            if message["t"] == kind:
                return message

    def settle(self) -> int:
        """What is acknowledged once the server has taken all that was sent."""
        self.clock += 1
        self.socket.send_json({"t": "time", "c": self.clock})
        while self.until("time")["c"] != self.clock:
            pass
        return self.acked

    def send(self, chunks, start: int, stop: int) -> None:
        for number in range(start, stop):
            self.socket.send_bytes(build_chunk(number, int(time.time() * 1000), chunks[number]))

    def wait_for(self, chunk: int, seconds: float = 15) -> None:
        end = time.monotonic() + seconds
        while self.settle() < chunk:
            assert time.monotonic() < end, f"acknowledged up to {self.acked}"
            time.sleep(0.02)


@contextmanager
def publishing(client, ticket: str):
    """The client ends the server's side of a socket by cancelling it, and at times tells of that as of a failure."""
    failed: BaseException | None = None
    with suppress(CancelledError), client.websocket_connect(f"/live/ws/ingest?ticket={ticket}") as socket:
        try:
            yield Wire(socket)
        except BaseException as error:  # noqa: BLE001 - raised below, past the client's own
            failed = error
    if failed is not None:
        raise failed


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using `httpx`")
def test_a_publisher_hears_of_nothing_that_would_die_with_this_node(with_s3, seaweed, world, monkeypatch):
    from starlette.testclient import TestClient

    monkeypatch.setattr(holding, "PATIENCE_S", 2.5)
    _lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(10)
    token = session.stream.token
    with TestClient(make_app(hold_acks=True)) as client:
        hub = client.app.state.hub
        while not hub.ready:
            time.sleep(0.02)
        with publishing(client, ticket) as page:
            page.hello("a" * 8 + "-aaaa-4aaa-8aaa-" + "a" * 12)
            page.send(chunks, 0, 12)
            page.wait_for(7)
            room = hub.rooms[str(session.pk)]
            safe = room.holding.up_to
            assert safe >= 1
            there = media.offsite.store().names(f"streams/{token}/av/")
            assert len([name for name in there if name.endswith(".m4s")]) >= safe + 1
            seaweed.pause()
            try:
                page.send(chunks, 12, 24)
                before = page.settle()
                written = room.writer.segments
                assert written > room.holding.up_to + 1, "the disk has what the S3 has not"
                assert before <= room.writer.history.segments[room.holding.up_to].chunk - 1
                assert not room.holding.given_up
                page.wait_for(room.writer.history.segments[-1].chunk - 1)
                assert room.holding.given_up
                assert room.holding.up_to < written - 1
            finally:
                seaweed.resume()
            page.send(chunks, 24, 36)
            page.wait_for(30)
            end = time.monotonic() + 15
            while room.holding.given_up or room.holding.up_to < room.writer.segments - 1:
                assert time.monotonic() < end
                time.sleep(0.02)
            page.wait_for(room.writer.history.segments[-1].chunk - 1)
            assert hub.offsite.measure() == media.offsite.noted_behind() == media.offsite.Behind()


def test_while_the_s3_is_away_a_node_goes_on_from_its_disk_only_where_that_has_all_that_is_known(
    settings, tmp_path, monkeypatch
):
    settings.LANTIAN_MEDIA_ROOT = tmp_path / "media"
    token = "ab" * 16
    keys = ring()
    writer = media.open_writer(media.stream_folder(tmp_path / "media", token), keys)
    Publisher([chunk.data for chunk in lesson()]).send(writer)
    noted = writer.segments

    def away(_token):
        raise BucketAway("no answer")

    monkeypatch.setattr(media.offsite, "restore", away)

    async def story() -> None:
        hub = Hub(tmp_path / "live", sound=False)

        async def run(_function, _token):
            return noted

        hub.database.run = run
        await hub._fetch(token)
        noted_by_another_node = noted + 1

        async def run_more(_function, _token):
            return noted_by_another_node

        hub.database.run = run_more
        with pytest.raises(DatabaseAway):
            await hub._fetch(token)
        hub.database.close()

    asyncio.run(story())
