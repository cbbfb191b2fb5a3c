"""What is made for weak lines is told to viewers, and the small picture is made only while one of them needs it."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from lantian.content.media import services as media
from lantian.content.media.tests.support import ring
from lantian.teach.live import services
from lantian.teach.live.consumers import pictures
from lantian.teach.live.consumers.pictures import Pictures
from lantian.teach.live.consumers.sound import Followed
from lantian.teach.live.engine.protocol import parse_beat
from lantian.teach.live.models import QualityReport
from lantian.teach.live.tests.stage import LiveProcess, Page, Teacher
from lantian.teach.live.tests.support import lesson_chunks, open_for, settled, until

pytestmark = pytest.mark.timeout(300)
BEAT = {"t": "beat", "stalls": 0, "stall_ms": 0, "dropped": 0, "playing": True}


@pytest.fixture
def sounding(transactional_db):
    process = LiveProcess(LANTIAN_LIVE_AAC="1")
    process.start()
    yield process
    process.stop()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_viewer_who_needs_a_small_picture_is_told_when_there_is_one(sounding, world):
    _lesson, session, ticket = open_for(world)
    watcher = services.ticket_for_viewer(session, by=world.screen_actor())
    chunks = lesson_chunks(12)
    folder = media.folder_of(session.stream).path

    async def story():
        async with Teacher(sounding, ticket) as teacher, Page(sounding, "/live/ws/watch", watcher) as viewer:
            state = await viewer.hear("state")
            assert (state["ladder"], state["made"], state["poster"]) == (None, [], None)
            await teacher.hello()
            await teacher.send_all(chunks, 0, 20)
            made = await teacher.stays_until(viewer.hear("made", seconds=60))
            assert made["made"] == ["sound"]
            assert made["ladder"].endswith(f"{session.stream.token}/ladder.m3u8")
            assert not (folder / "small").exists()
            await viewer.say(**BEAT, rendition="sound", kbps=310, want="small")
            both = viewer.hear("made", seconds=60, where=lambda m: m["made"] == ["small", "sound"])
            await teacher.stays_until(both)
            assert (folder / "small" / "live.m3u8").exists()
            await teacher.send_all(chunks, 20, last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            await teacher.closed()

    asyncio.run(story())
    settled(session)
    until(lambda: sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["aac", "av"], 20)
    report = QualityReport.objects.get()
    assert (report.rendition, report.kbps) == ("sound", 310)


class FakeChild:
    """Takes orders and does nothing."""

    def __init__(self, lock: Path, job: str, *, rested) -> None:
        self.followed: dict[str, Followed] = {}
        self.dropped: list[str] = []

    def follow(self, lesson: Followed) -> None:
        self.followed[lesson.session] = lesson

    def wrote(self, session: str, key: str | None) -> None: ...

    def drop(self, session: str) -> None:
        self.followed.pop(session)
        self.dropped.append(session)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Small pictures of lessons that all have their sound; `told` collects what is said, `at` is the time (s)."""
    monkeypatch.setattr(pictures, "Child", FakeChild)
    clock = SimpleNamespace(at=1000.0, told=[])
    monkeypatch.setattr(pictures.time, "monotonic", lambda: clock.at)
    sound = SimpleNamespace(followed=lambda session: Followed(session, tmp_path, ring(), made=session != "silent"))
    clock.desk = Pictures(tmp_path, sound, lambda lesson: clock.told.append(lesson.session), most=8)
    return clock


def test_a_small_picture_is_made_for_a_minute_after_the_last_who_needs_it(desk):
    desk.desk.need("one")
    desk.at += 50
    desk.desk.need("one")
    desk.at += 50
    desk.desk.tick()
    assert desk.told == []
    desk.at += 11
    desk.desk.tick()
    assert desk.told == ["one"]
    assert not desk.desk.made("one")
    desk.desk.drop("one")
    assert desk.told == ["one"], "once"


def test_no_more_are_made_than_the_machine_bears_and_none_of_a_lesson_without_sound(desk):
    for number in range(9):
        desk.desk.need(str(number))
    desk.desk.need("silent")
    children = {id(need.child): need.child for need in desk.desk._needs.values()}.values()
    assert [len(child.followed) for child in children] == [6, 2]
    desk.at += 61
    desk.desk.tick()
    desk.desk.need("8")
    assert list(desk.desk._needs) == ["8"], "what became free is taken"


def test_a_beat_says_what_is_played_in_words_that_are_known_or_not_at_all():
    beat = parse_beat({**BEAT, "rendition": "small", "kbps": 812.6, "want": "small"})
    assert (beat.rendition, beat.kbps, beat.wants_small) == ("small", 812, True)
    odd = parse_beat({**BEAT, "rendition": ["full"], "kbps": "many", "want": True})
    assert (odd.rendition, odd.kbps, odd.wants_small) == ("", None, False)
