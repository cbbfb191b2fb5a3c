from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from lantian.content.media import services as media
from lantian.content.media.engine.lesson.source import MIME
from lantian.content.media.tests.support import lesson as chunks
from lantian.kernel.rules import SYSTEM
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.live import services as live
from lantian.teach.live.enums import EndReason
from lantian.teach.live.models import LessonEvent, LiveSession
from lantian.teach.live.tests.world import World, make_world
from lantian.teach.recordings import queries, services
from lantian.teach.recordings.models import Making, Recording
from tests.kept import Keep, Kept

SECONDS = 12
SHEETS = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")


@pytest.fixture(scope="session")
def kept_world(keep: Keep) -> Kept[World]:
    return keep(make_world)


@pytest.fixture
def world(db: None, kept_world: Kept[World], settings, tmp_path: Path) -> World:
    settings.LANTIAN_MEDIA_ROOT = tmp_path / "media"
    return kept_world.back()


def teach(world: World, *, access: str = LessonAccess.ALLIANCE, title: str = "一次函数的图象", **plan) -> LiveSession:
    """A lesson that was given: twelve seconds, two pages turned to, and over."""
    lesson = world.plan(title=title, access=access, **plan)
    session = live.open_live_session(lesson, by=world.teacher_actor)
    began = timezone.now() - timedelta(minutes=1)
    live.mark_live(session.pk, started_at=began)
    keys, _lost = media.stream_keys(session.stream_id)
    folder, ring = media.folder_of(session.stream), media.KeyRing(keys)
    writer = media.open_writer(folder, ring)
    writer.open_epoch(str(uuid4()), MIME)
    for chunk in chunks(SECONDS):
        writer.feed(chunk.number, chunk.data)
    writer.finish()
    media.StreamFollower(folder, ring.secret).step()
    turns = [(2.0, SHEETS[0], "导入"), (7.5, SHEETS[1], "")]
    for number, (at, sheet, name) in enumerate(turns, 1):
        turn = {"sheet": sheet, "form": "page", "name": name, "number": number}
        happened(session, number, "page.turn", at, {"page:now": turn})
    happened(session, 3, "chat.say", 3.0, {"chat:3": {"text": "听懂了"}})
    happened(session, 4, "chat.say", 9.0, {"chat:4": {"text": "再讲一遍"}})
    live.end_live_session(session.pk, reason=EndReason.TEACHER, by=world.teacher_actor)
    live.settle_live_session(session.pk)
    session.refresh_from_db()
    return session


def happened(session: LiveSession, seq: int, kind: str, at: float, shown: dict) -> None:
    LessonEvent.objects.create(
        session=session,
        seq=seq,
        kind=kind,
        at=at,
        happened_at=timezone.now(),
        viewer="person:x",
        role="teach",
        shown=shown,
    )


def keep_of(session: LiveSession) -> Recording:
    """Its recording as pages have it."""
    found = queries.recording_known(services.keep_recording(session).pk)
    assert found is not None
    return found


def fresh(recording: Recording) -> Recording:
    found = queries.recording_known(recording.pk)
    assert found is not None
    return found


def made(recording: Recording, work: str = "look") -> Making:
    """What the worker does with what was asked for."""
    making = services.ask_for_making(recording, work=work, by=SYSTEM)
    services.run_making(making.pk)
    making.refresh_from_db()
    return making


@pytest.fixture
def recording(world: World) -> Recording:
    return keep_of(teach(world))
