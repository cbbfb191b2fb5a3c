"""Two live processes for real, a disk each and a real S3 between them: one is killed, the other has all that was acknowledged."""

import asyncio
import shutil
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.stage import LiveProcess, Teacher
from lantian.teach.live.tests.support import decoded_frames, frames_of, lesson_chunks, open_for, settled, until
from lantian.teach.live.tests.test_nodes_live import steady, taken_by

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.deep]


@pytest.fixture
def apart(transactional_db, seaweed, tmp_path):
    """(main, b, bucket): the same database and keys, two homes."""
    bucket = seaweed.bucket()
    place = bucket.place
    made = []
    for name in ("main", "b"):
        home = tmp_path / name
        shutil.copytree(Path(django_settings.LANTIAN_HOME) / "keys", home / "keys")
        process = LiveProcess(
            LANTIAN_LIVE_AAC="1",
            LANTIAN_NODE=name,
            LANTIAN_HOME=str(home),
            LANTIAN_S3_ENDPOINT=place.endpoint,
            LANTIAN_S3_BUCKET=place.bucket,
            LANTIAN_S3_KEY=place.key,
            LANTIAN_S3_SECRET=place.secret,
        )
        process.environment["LANTIAN_LIVE_ADDRESS"] = f"unix:{process.socket}"
        made.append(process)
    try:
        for process in made:
            process.start(wait=False)
        for process in made:
            process.wait_ready()
        yield *made, bucket
    finally:
        for process in made:
            process.stop()


def test_a_killed_node_takes_nothing_with_it_though_the_other_has_another_disk(
    apart, world, seaweed, settings, tmp_path
):
    main, b, bucket = apart
    _lesson, session, ticket = open_for(world)
    LiveSession.objects.filter(pk=session.pk).update(node="main")
    chunks = lesson_chunks(10)
    token = session.stream.token

    async def before() -> Teacher:
        await steady()
        async with Teacher(main, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 14)
            await teacher.hear("ack", where=lambda m: m["chunk"] >= 7)
            seaweed.pause()
            try:
                await teacher.send_all(chunks, 14, 26)
                await asyncio.sleep(1.5)  # two more segments are on the disk that is about to be lost
                main.kill()
            finally:
                seaweed.resume()
            return teacher

    async def after(first: Teacher) -> None:
        await taken_by("b", session)
        async with Teacher(b, ticket, epoch=first.epoch) as teacher:
            ready = await teacher.hello()
            assert ready["epoch_no"] == 0, "the same recorder goes on"
            assert first.acked + 1 <= ready["next_chunk"] <= 22
            await teacher.send_all(chunks, ready["next_chunk"], last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            await teacher.closed()

    first = asyncio.run(before())
    on_the_lost_disk = list((tmp_path / "main" / "media").rglob("av/*.m4s"))
    assert len(on_the_lost_disk) > len(list(bucket.names(f"streams/{token}/av/0")))
    asyncio.run(after(first))
    settled(session)
    at = f"streams/{token}/"
    until(lambda: f"{at}replay.m3u8" in set(bucket.names(at)), 30)
    settings.LANTIAN_MEDIA_ROOT = tmp_path / "from-the-s3"
    for name in bucket.names(at):
        path = settings.LANTIAN_MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bucket.get(name))
    shutil.copy(tmp_path / "b" / "media" / at / "av" / "index.jsonl", settings.LANTIAN_MEDIA_ROOT / at / "av")
    assert decoded_frames(session) == frames_of(chunks)
    recorded, second = (bucket.get(f"{at}{side}/replay.m3u8").count(b"EXTINF") for side in ("av", "aac"))
    assert recorded == second == LiveSession.objects.get(pk=session.pk).stream.segments
    assert all(len(bucket.get(name)) > 1000 for name in bucket.names(f"{at}aac/0")), "no second sound was left out"
