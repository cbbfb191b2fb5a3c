"""Sources by WHIP through the front door, Janus, the gateway and the live process, all of them real. They are ffmpeg's own WHIP
(which heeds no request for a keyframe, as OBS) and aiortc as a browser."""

import asyncio
import contextlib
import subprocess
import sys
import threading

import httpx
import pytest
from aiortc import RTCSessionDescription
from django.db import connection as db
from django.utils import timezone

from lantian.kernel.confined import lesser_user
from lantian.kernel.rules import SYSTEM
from lantian.teach.live import services as live_services
from lantian.teach.live.enums import EndReason
from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.support import decoded_frames, settled
from lantian.teach.recorders import services
from lantian.teach.recorders.consumers.gateway import Gateway
from lantian.teach.recorders.consumers.whip import Whip
from lantian.teach.recorders.enums import Happened, State, Way
from lantian.teach.recorders.models import Recorder
from lantian.teach.recorders.tests.streams import FPS
from lantian.teach.recorders.tests.test_recorders import room_of
from runtime import caddy
from tests.e2e.conftest import free_port
from tests.recorders.test_gateway import Box, happened, state_of, stream_of, until
from tests.relay.ends import Tone, Wall, connection, offered
from tests.relay.wire import JanusProcess, interface, janus_process, offer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.deep]
SDP = {"Content-Type": "application/sdp"}


@pytest.fixture(scope="module")
def janus():
    """Janus, and a front door that leads to the gateway."""
    told = {"LANTIAN_WHIP": "on", "LANTIAN_JANUS": "on", "LANTIAN_BIND": "127.0.0.1", "LANTIAN_PORT": str(free_port())}
    with interface() as (name, _address), janus_process(name, **told) as process:
        command = [caddy.caddy_binary(), "run", "--config", str(caddy.write_caddyfile(process.instance))]
        front = subprocess.Popen([*command, "--adapter", "caddyfile"], env=caddy.environment(process.instance))
        try:
            yield process
        finally:
            front.terminate()
            front.wait(10)


def address(process: JanusProcess) -> str:
    return f"{process.instance.url}/whip"


@contextlib.contextmanager
def gateway(process: JanusProcess, live):
    """The gateway in a loop of its own, as its process has one."""
    loop, whip = asyncio.new_event_loop(), Whip(process.socket, process.secrets)
    folder = process.instance.door_folder
    made = Gateway(folder, user=lesser_user(), whip=whip, live_address=f"unix:{live.socket}")
    task = loop.create_task(made.run())

    def run():
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        until(lambda: whip.janus.up, "the line to Janus")
        yield made
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(20)


class Whipper(Box):
    """ffmpeg's WHIP."""

    def __init__(self, to: str, key: str, *, gop_s: float = 1) -> None:
        module = "lantian.teach.recorders.tests.streams"
        self.run([sys.executable, "-m", module, to, str(gop_s), "0", key])


def post(to: str, key: str, sdp: str, **headers: str) -> httpx.Response:
    return httpx.post(to, content=sdp, headers={**SDP, "Authorization": f"Bearer {key}", **headers}, timeout=20)


def test_a_source_gives_its_rooms_lesson_outlives_janus_and_ends_with_its_key(world, live, janus):
    found, key = services.register_recorder(room=room_of(world), name="OBS", way=Way.RTMP, by=SYSTEM)
    lesson = world.plan(start=timezone.now())
    with gateway(janus, live):
        box = Whipper(address(janus), key)
        try:
            session = until(lambda: LiveSession.objects.filter(lesson=lesson, state="live").first(), "on the air")
            until(lambda: stream_of(session).segments >= 4, "segments")
            until(lambda: state_of(found) == State.ON_AIR, "on the air")
            facts = Recorder.objects.get(pk=found.pk).facts
            assert (facts["video"], facts["audio"], facts["encoding"], facts["gop_s"]) == ("h264", "opus", False, 1.0)
            assert post(address(janus), key, offer()).status_code == 409
            assert post(address(janus), "0" * 24, offer()).status_code == 401

            janus.kill()
            assert post(address(janus), key, offer()).status_code == 503
            before = stream_of(session).segments
            box.off()
            janus.start()
            box = Whipper(address(janus), key)
            until(lambda: stream_of(session).segments >= before + 4, "it goes on")
            live_services.end_live_session(session.pk, reason=EndReason.PLANNED, by=SYSTEM)
            until(lambda: Happened.ENDED in happened(found), "the relay ends with its lesson")
            services.renew_key(found, by=SYSTEM)
            until(lambda: state_of(found) == State.OFFLINE, "who has the old key is sent away")
        finally:
            box.off()
    assert LiveSession.objects.filter(lesson=lesson).count() == 1
    assert Happened.SECOND in happened(found)
    closed = settled(session)
    assert closed.stream.seconds > 8
    assert decoded_frames(closed) == pytest.approx(closed.stream.seconds * FPS, abs=5)


class Browser:
    """aiortc, which tells its candidates afterwards as browsers do, sends a keyframe when it is asked for one, and has no certain
    pace of them by itself."""

    def __init__(self, to: str, key: str) -> None:
        self.to, self.key, self.line = to, key, connection()

    async def begin(self) -> httpx.Response:
        sdp = await offered(self.line, Wall((200, 30, 30)), Tone(440))
        kept = [line for line in sdp.splitlines() if not line.startswith(("a=candidate", "a=end-of-candidates"))]
        said = await asyncio.to_thread(post, self.to, self.key, "\r\n".join([*kept, ""]))
        if said.status_code == 201:
            await self.line.setRemoteDescription(RTCSessionDescription(said.text, "answer"))
            first = sdp.partition("m=audio")[0]
            found = [line for line in first.splitlines() if line.startswith(("a=candidate", "a=end", "a=ice"))]
            patched = await self.ask("PATCH", said, "\r\n".join([*found, "m=video 9 RTP/SAVPF 0", "a=mid:0", ""]))
            assert patched.status_code == 204, patched.text
        return said

    async def ask(self, method: str, session: httpx.Response, body: str = "") -> httpx.Response:
        headers = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": session.headers["ETag"]}
        headers["Authorization"] = f"Bearer {self.key}"
        async with httpx.AsyncClient() as client:
            where = httpx.URL(self.to).join(session.headers["Location"])
            return await client.request(method, where, content=body, headers=headers)

    async def fall_silent(self) -> None:
        for sender in self.line.getSenders():
            sender.replaceTrack(None)


def test_a_browser_tells_its_candidates_later_says_goodbye_and_is_missed_when_it_falls_silent(world, live, janus):
    found, key = services.register_recorder(room=room_of(world), name="OBS", way=Way.RTMP, by=SYSTEM)

    def wait_for(state: State) -> None:
        try:
            until(lambda: state_of(found) == state, str(state), 20)
        finally:
            db.close()  # this thread's

    async def stands(state: State) -> None:
        await asyncio.to_thread(wait_for, state)

    async def story() -> None:
        first, second, third = (Browser(address(janus), key) for _ in range(3))
        session = await first.begin()
        assert session.status_code == 201
        await stands(State.READY)
        assert (await second.begin()).status_code == 409
        assert (await first.ask("DELETE", session)).status_code == 200
        await stands(State.OFFLINE)
        assert (await third.begin()).status_code == 201
        await stands(State.READY)
        await third.fall_silent()
        await stands(State.OFFLINE)
        assert (await Browser(address(janus), key).begin()).status_code == 201, "its place is free again"
        for browser in (first, second, third):
            await browser.line.close()

    with gateway(janus, live):
        asyncio.run(story())
    # the same again within a minute is one line
    assert happened(found) == [Happened.CAME, Happened.SECOND, Happened.WENT]
