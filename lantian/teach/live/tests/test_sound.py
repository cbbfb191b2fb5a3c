"""The AAC rendition is made in a child: what happens to it never happens to a lesson."""

import asyncio
import os
import signal

import psutil
import pytest

from lantian.content.media import services as media
from lantian.content.media.services.folder import StreamFolder
from lantian.content.media.tests.publisher import Publisher
from lantian.content.media.tests.support import frames, lesson, playable, ring, sound
from lantian.teach.live.consumers import sound as second
from lantian.teach.live.consumers.sound import Sound
from lantian.teach.live.tests.stage import LiveProcess, Teacher
from lantian.teach.live.tests.support import decoded_frames, frames_of, lesson_chunks, open_for, settled, until

pytestmark = pytest.mark.timeout(300)  # a busy machine takes ten seconds to start a child, and these kill several
SECONDS = 12


@pytest.fixture
def sounding(transactional_db):
    """A live process of its own that makes the second rendition."""
    process = LiveProcess(LANTIAN_LIVE_AAC="1")
    process.start()
    yield process
    process.stop()


def children(live: LiveProcess) -> list[psutil.Process]:
    found = psutil.Process(live.process.pid).children(recursive=True)
    return [process for process in found if any("sound_child" in word for word in words_of(process))]


def words_of(process: psutil.Process) -> list[str]:
    """Its command line; nothing of one that has died and is not yet, or was just now, collected by its parent."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # a zombie is one of these
        return []


def followed(session) -> int:
    """Segments of the second rendition on disk."""
    return len(media.folder_of(session.stream).aac.load().segments)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_child_is_killed_and_the_broadcast_goes_on_while_the_rendition_catches_up(sounding, world):
    _lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(SECONDS)

    async def story():
        async with Teacher(sounding, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 20)
            await asyncio.to_thread(until, lambda: followed(session) >= 2, 20)
            for at in (20, 30):
                (child,) = children(sounding)
                os.kill(child.pid, signal.SIGKILL)
                await teacher.send_all(chunks, at, at + 10)
                await teacher.hear("ack", where=lambda m, at=at: m["chunk"] > at)  # nobody waited for the dead
                await asyncio.to_thread(until, lambda pid=child.pid: [c.pid for c in children(sounding)] != [pid], 20)
                await asyncio.to_thread(until, lambda: children(sounding), 20)
            await teacher.send_all(chunks, 40, last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            await teacher.closed()

    asyncio.run(story())
    settled(session)
    assert sounding.get("/live/ws/health").json()["ready"]
    assert decoded_frames(session) == frames_of(chunks)
    until(lambda: media.folder_of(session.stream).aac.load().ended, 30)
    assert decoded_frames(session, "aac") == frames_of(chunks)
    until(lambda: not children(sounding), 10, "the child is let go of with its last lesson")


@pytest.mark.deep
@pytest.mark.django_db(transaction=True)
def test_the_child_dies_with_the_live_process_and_the_next_one_goes_on(sounding, world):
    _lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(SECONDS)

    async def first() -> str:
        async with Teacher(sounding, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 24)
            await asyncio.to_thread(until, lambda: followed(session) >= 3, 20)
            return teacher.epoch

    async def second_part(epoch: str) -> None:
        async with Teacher(sounding, ticket, epoch=epoch) as teacher:
            ready = await teacher.hello()
            await teacher.send_all(chunks, ready["next_chunk"], last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            await teacher.closed()

    epoch = asyncio.run(first())
    (child,) = children(sounding)
    worker = child.parent()
    worker.kill()  # alone, not with its group: nobody tells the child
    child.wait(5)
    sounding.kill()
    sounding.start()
    asyncio.run(second_part(epoch))
    settled(session)
    until(lambda: media.folder_of(session.stream).aac.load().ended, 30)
    assert decoded_frames(session, "aac") == frames_of(chunks)


# --- without a live process ----------------------------------------------------------------------------------------------


@pytest.fixture
def poisoned(monkeypatch):
    """The children die of a segment, and nobody waits long for the next one."""
    monkeypatch.setattr(second, "CHILD", "lantian.teach.live.tests.poisoned_child")
    monkeypatch.setattr(second, "FIRST_PAUSE", 0.01)


async def follow_whole(desk: Sound, folder: StreamFolder, keys: media.KeyRing, name: str = "one") -> None:
    """A lesson that is already over, followed from its beginning to its end."""
    desk.follow(name, folder.path, keys)
    desk.wrote(name, None)
    await asyncio.wait_for(desk.finished(name), 240)


def recorded(tmp_path, name: str) -> tuple[StreamFolder, media.KeyRing]:
    folder, keys = StreamFolder(tmp_path / name), ring()
    writer = media.open_writer(folder, keys)
    Publisher([chunk.data for chunk in lesson(SECONDS)]).send(writer)
    writer.finish()
    return folder, keys


@pytest.mark.deep
def test_a_segment_that_kills_the_codec_twice_is_passed_over(tmp_path, poisoned):
    folder, keys = recorded(tmp_path, "poisoned")

    async def story() -> None:
        desk = Sound(tmp_path)
        try:
            await follow_whole(desk, folder, keys)
        finally:
            await desk.stop()

    asyncio.run(story())
    aac = folder.aac.load()
    assert aac.ended
    assert [record.sequence for record in aac.segments if record.bytes == 0] == [4]
    assert len(aac.segments) == len(folder.av.load().segments)


@pytest.mark.deep
def test_a_lesson_that_always_kills_the_codec_is_given_up_and_the_others_have_their_sound(
    tmp_path, monkeypatch, poisoned
):
    monkeypatch.setattr(second, "GIVE_UP", 2)
    folder, keys = recorded(tmp_path, "poisoned")
    good, _keys = recorded(tmp_path, "good")
    others = ring()  # do not open this one's segments: its sound is never decoded and kills nobody

    async def story() -> None:
        desk = Sound(tmp_path)
        try:
            await asyncio.gather(follow_whole(desk, folder, keys, "bad"), follow_whole(desk, good, others, "good"))
        finally:
            await desk.stop()

    asyncio.run(story())
    assert not folder.aac.load().ended
    assert good.aac.load().ended


@pytest.mark.deep
def test_more_lessons_than_one_child_takes_get_another(tmp_path, monkeypatch):
    monkeypatch.setattr(second, "LESSONS", 2)
    streams = [recorded(tmp_path, f"s{number}") for number in range(3)]

    async def story() -> list[int]:
        desk = Sound(tmp_path)
        try:
            for number, (folder, keys) in enumerate(streams):
                desk.follow(str(number), folder.path, keys)
            await asyncio.sleep(0.3)
            pids = desk.pids
            await asyncio.gather(*(asyncio.wait_for(desk.finished(str(n)), 240) for n in range(3)))
            return pids
        finally:
            await desk.stop()

    assert len(asyncio.run(story())) == 2
    for folder, keys in streams:
        (piece,) = playable(folder, "aac", keys)
        assert frames(piece) == SECONDS * 12
        start, pcm = sound(piece)
        assert start < 0.05
        assert len(pcm) / 48_000 == pytest.approx(SECONDS, abs=0.08)
