"""Boxes, the door, the gateway and the live process, all of them real: a lesson that nobody's hand begins or ends."""

import asyncio
import contextlib
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from django.utils import timezone

from lantian.kernel.confined import lesser_user
from lantian.kernel.rules import SYSTEM
from lantian.people.schedule.enums import LessonState
from lantian.teach.live import services as live_services
from lantian.teach.live.enums import EndReason
from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.stage import Teacher, media_folder
from lantian.teach.live.tests.support import decoded_frames, lesson_chunks, open_for, settled
from lantian.teach.recorders import queries, services
from lantian.teach.recorders.consumers.door import APPLICATION, Door
from lantian.teach.recorders.consumers.gateway import Gateway
from lantian.teach.recorders.enums import Fault, Happened, State, Way
from lantian.teach.recorders.models import Recorder
from lantian.teach.recorders.tests.streams import FPS
from lantian.teach.recorders.tests.test_recorders import room_of
from runtime import rtmp
from runtime.home import Instance
from tests.e2e.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
CROSSES_AFTER_S = 14
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@dataclass
class Doorway:
    """A running door."""

    instance: Instance

    @property
    def port(self) -> int:
        return self.instance.rtmp_port

    @property
    def folder(self) -> Path:
        return self.instance.door_folder

    def address(self, key: str) -> str:
        return f"rtmp://127.0.0.1:{self.port}/{APPLICATION}/{key}"


@pytest.fixture(scope="module")
def door():
    home = Path(mkdtemp(prefix="lt-door-"))
    home.chmod(0o711)
    (home / "run").mkdir()
    instance = Instance(home=home, rtmp_port=free_port(), bind="127.0.0.1")
    process = subprocess.Popen(rtmp.prepare(instance), env=rtmp.environment())
    asked, until = Door(instance.door_folder / "rtmp.sock"), time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError):
            assert asked.arriving() == {}
            break
        assert time.monotonic() < until, "the door does not open"
        time.sleep(0.1)
    yield Doorway(instance)
    process.terminate()
    process.wait(10)
    rmtree(instance.door_folder, ignore_errors=True)
    rmtree(home, ignore_errors=True)


class Box:
    """A recorder box: sends until it is switched off, or is sent away. A process, as opening an address holds up all threads."""

    def __init__(self, address: str, *, gop_s: float = 1, since: float = 0) -> None:
        module = "lantian.teach.recorders.tests.streams"
        self.run([sys.executable, "-m", module, address, str(gop_s), str(since)])

    def run(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def off(self) -> None:
        self._process.kill()
        self._process.wait()

    def sent_away(self, seconds: float = 20) -> bool:
        return self._process.wait(seconds) != 0


class GStreamer(Box):
    """A sender that is not ffmpeg: another RTMP handshake, other headers, sound that begins before the picture."""

    def __init__(self, address: str) -> None:
        picture = f"videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate={FPS}/1"
        coded = f"x264enc tune=zerolatency bitrate=300 key-int-max={FPS} ! video/x-h264,profile=baseline ! queue"
        sound = "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=1 ! voaacenc ! aacparse ! queue"
        out = f"flvmux name=both streamable=true ! rtmp2sink location={address}"
        self.run(["gst-launch-1.0", *f"{out} {picture} ! {coded} ! both. {sound} ! both.".split()])


@contextlib.contextmanager
def gateway(door: Doorway, live):
    """The gateway in a loop of its own, as its process has one."""
    loop = asyncio.new_event_loop()
    made = Gateway(door.folder, user=lesser_user(), rtmp_port=door.port, live_address=f"unix:{live.socket}")
    task = loop.create_task(made.run())

    def run():
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(20)


def until(condition, what: str, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


def state_of(found) -> str:
    return Recorder.objects.values_list("state", flat=True).get(pk=found.pk)


def happened(found) -> list[str]:
    return list(found.lines.order_by("pk").values_list("what", flat=True))


def test_a_box_gives_its_rooms_lesson_and_only_with_its_key_and_only_once(world, live, door):
    found, key = services.register_recorder(room=room_of(world), name="录播主机", way=Way.RTMP, by=SYSTEM)
    lesson = world.plan(start=timezone.now())
    with gateway(door, live):
        stranger = Box(door.address("0" * 24))
        box = Box(door.address(key))
        try:
            until(lambda: state_of(found) == State.ON_AIR, "on the air")
            assert stranger.sent_away()
            second = Box(door.address(key))
            assert second.sent_away()
            found.refresh_from_db()
            assert (found.lesson_id, found.facts["video"], found.facts["encoding"]) == (lesson.pk, "h264", False)
            session = LiveSession.objects.get(lesson=lesson)
            until(lambda: LiveSession.objects.get(pk=session.pk).stream.segments >= 5, "segments")
            live_services.end_live_session(session.pk, reason=EndReason.PLANNED, by=SYSTEM)
            until(lambda: Happened.ENDED in happened(found), "the relay ends with its lesson")
            until(lambda: state_of(found) == State.READY, "and the box waits for the next")
            services.stop_recorder(found, by=SYSTEM)
            assert box.sent_away()
        finally:
            box.off()
    assert happened(found)[:3] == [Happened.CAME, Happened.BEGAN, Happened.SECOND]
    closed = settled(session)
    assert closed.stream.seconds > 4
    assert decoded_frames(closed) == pytest.approx(closed.stream.seconds * FPS, abs=3)
    lesson.refresh_from_db()
    assert lesson.state == LessonState.ENDED


@pytest.mark.deep
def test_a_box_that_drops_out_comes_back_into_the_same_lesson(world, live, door):
    found, key = services.register_recorder(room=room_of(world), name="录播主机", way=Way.RTMP, by=SYSTEM)
    lesson = world.plan(start=timezone.now())
    with gateway(door, live):
        box = Box(door.address(key))
        until(lambda: state_of(found) == State.ON_AIR, "on the air")
        box.off()
        until(lambda: state_of(found) == State.OFFLINE, "it is missed")
        again = Box(door.address(key), gop_s=5)
        try:
            until(lambda: state_of(found) == State.ON_AIR, "on the air again", 45)
            until(lambda: Recorder.objects.get(pk=found.pk).facts["encoding"], "far keyframes are encoded anew")
        finally:
            again.off()
    assert LiveSession.objects.filter(lesson=lesson).count() == 1


@pytest.mark.deep
def test_a_box_stands_by_while_the_teachers_own_page_sends(world, live, door):
    found, key = services.register_recorder(room=room_of(world), name="录播主机", way=Way.RTMP, by=SYSTEM)
    _lesson, _session, ticket = open_for(world)

    async def story(box_starts):
        async with Teacher(live, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(lesson_chunks(10))
            await teacher.hear("ack")
            box = await asyncio.to_thread(box_starts)
            try:
                await asyncio.to_thread(until, lambda: Happened.STOOD_BY in happened(found), "it stands by")
            finally:
                await asyncio.to_thread(box.off)

    with gateway(door, live):
        asyncio.run(story(lambda: Box(door.address(key))))
    assert Happened.BEGAN not in happened(found)
    assert LiveSession.objects.get(lesson=_lesson).state != "ended"


@pytest.mark.deep
def test_before_any_lesson_it_is_known_what_a_box_should_set_otherwise_and_its_old_key_ends_with_it(world, live, door):
    found, key = services.register_recorder(room=room_of(world), name="录播主机", way=Way.RTMP, by=SYSTEM)
    with gateway(door, live):
        box = Box(door.address(key), gop_s=4)
        try:
            until(lambda: (Recorder.objects.get(pk=found.pk).facts or {}).get("gop_s"), "it was looked at")
            row = Recorder.objects.get(pk=found.pk)
            assert (row.state, row.fault) == (State.READY, "")
            (advice,) = queries.advice_for(row)
            assert "4 秒" in advice
            services.renew_key(found, by=SYSTEM)
            assert box.sent_away(), "who has the old key is sent away"
            until(lambda: state_of(found) == State.OFFLINE, "it is missed")
        finally:
            box.off()
    assert happened(found) == [Happened.CAME, Happened.WENT]


@pytest.mark.deep
def test_a_camera_that_does_not_answer_is_known_before_its_lesson(world, live, door):
    address = f"rtsp://127.0.0.1:{free_port()}/nobody"
    found, _key = services.register_recorder(
        room=room_of(world), name="摄像机", way=Way.RTSP, address=address, by=SYSTEM
    )
    with gateway(door, live):
        until(lambda: state_of(found) == State.FAULTY, "it was asked")
    found.refresh_from_db()
    assert found.fault == Fault.NO_ANSWER
    assert happened(found) == []


@pytest.mark.deep
def test_a_lesson_goes_through_the_moment_at_which_a_boxs_clock_needs_more_digits(world, live, door):
    """RTMP writes times above 0xFFFFFF ms (4 h 39 min) in another place; a box on a wall is not switched off for weeks."""
    _found, key = services.register_recorder(room=room_of(world), name="录播主机", way=Way.RTMP, by=SYSTEM)
    lesson = world.plan(start=timezone.now())
    began = time.monotonic()
    with gateway(door, live):
        box = Box(door.address(key), since=0xFFFFFF / 1000 - CROSSES_AFTER_S)
        try:
            session = until(lambda: LiveSession.objects.filter(lesson=lesson, state="live").first(), "on the air")
            assert time.monotonic() - began < CROSSES_AFTER_S, "it began too late to cross the moment"
            time.sleep(began + CROSSES_AFTER_S + 3 - time.monotonic())
            pieces = media_folder(stream_of(session).token) / "av"
            after = len(list(pieces.glob("*.m4s")))
            until(lambda: len(list(pieces.glob("*.m4s"))) >= after + 3, "it goes on")
        finally:
            box.off()
        live_services.end_live_session(session.pk, reason=EndReason.PLANNED, by=SYSTEM)
        closed = settled(session)
    text = (media_folder(closed.stream.token) / "av" / "replay.m3u8").read_text()
    assert "DISCONTINUITY" not in text
    assert decoded_frames(closed) == pytest.approx(closed.stream.seconds * FPS, abs=3)


@pytest.mark.deep
@pytest.mark.skipif(not shutil.which("gst-launch-1.0"), reason="installed by make test-live")
def test_a_sender_that_is_not_ffmpeg_gives_a_lesson(world, live, door):
    found, key = services.register_recorder(room=room_of(world), name="录播主机", way=Way.RTMP, by=SYSTEM)
    lesson = world.plan(start=timezone.now())
    with gateway(door, live):
        box = GStreamer(door.address(key))
        try:
            session = until(lambda: LiveSession.objects.filter(lesson=lesson, state="live").first(), "on the air")
            until(lambda: stream_of(session).segments >= 6, "segments")
            assert Recorder.objects.get(pk=found.pk).facts["encoding"] is False, (
                "its pictures are passed on as they are"
            )
        finally:
            box.off()
        live_services.end_live_session(session.pk, reason=EndReason.PLANNED, by=SYSTEM)
        closed = settled(session)
    assert decoded_frames(closed) == pytest.approx(closed.stream.seconds * FPS, abs=3)


def stream_of(session):
    return LiveSession.objects.select_related("stream").get(pk=session.pk).stream
