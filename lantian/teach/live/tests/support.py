"""Steps that several live tests take."""

import asyncio
import io
import json
import re
import time
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

import av
from django.apps import apps
from django.db import connections

from lantian.content.media import services as media
from lantian.content.media.engine.crypto import decrypt_segment, sequence_iv
from lantian.content.media.engine.lesson.source import LessonSource
from lantian.content.media.tests.support import frames, playable, read_playlist
from lantian.teach.live import services
from lantian.teach.live.engine.happenings import patched
from lantian.teach.live.models import LiveSession

if TYPE_CHECKING:
    from lantian.teach.live.tests.stage import Page

FPS = 25


@cache
def lesson_chunks(seconds: int) -> tuple[bytes, ...]:
    """A synthetic lesson in four chunks a second, cut without regard to boxes."""
    source = LessonSource(width=426, height=240, start_ms=1_790_000_000_000)
    data = b"".join(chunk.data for chunk in source.chunks(seconds, paced=False))
    size = len(data) // (4 * seconds) + 1
    return tuple(data[at : at + size] for at in range(0, len(data), size))


def open_for(world, **plan):
    """A lesson that is due, opened by its teacher: (lesson, session, teacher's ticket)."""
    lesson = world.plan(**plan)
    by = world.teacher_actor
    session = services.open_live_session(lesson, by=by)
    return lesson, session, services.ticket_for_teacher(session, by=by)


def sign_in(client, who=None, room=None):
    account = apps.get_model("identity", "Account")(
        username=f"u{uuid4().hex[:10]}", must_set_password=False, kind="class_screen" if room else "person"
    )
    account.set_password("lantian-2026")
    account.save()
    if room is not None:
        room.screen_account = account
        room.save()
    else:
        who.account = account
        who.save()
    client.force_login(account)
    return client


def config(response, name):
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', response.content.decode())
    assert found, response.content.decode()[:500]
    return json.loads(found.group(1))


def settled(session, seconds: float = 20) -> LiveSession:
    """The session with its books closed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = LiveSession.objects.select_related("stream").get(pk=session.pk)
        if found.state == "ended" and found.stream.state == "closed":
            return found
        time.sleep(0.1)
    raise AssertionError(f"still {found.state}, stream {found.stream.state}")


def until(condition, seconds: float = 15, message: str = "") -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(message or "did not come true")
        time.sleep(0.05)


def ring_of(session) -> media.KeyRing:
    keys, _lost = media.stream_keys(session.stream_id)
    return media.KeyRing(keys)


def pictures(session, rendition: str = "av") -> list[float]:
    """Times (s) of all pictures of the replay, epoch after epoch, as a decoder gives them."""
    folder = media.folder_of(session.stream)
    times = []
    for piece in playable(folder, rendition, ring_of(session)):
        with av.open(io.BytesIO(piece)) as opened:
            times.append([float(frame.pts * frame.time_base) for frame in opened.decode(video=0)])
    return [moment for epoch in times for moment in epoch]


def decoded_frames(session, rendition: str = "av") -> int:
    return len(pictures(session, rendition))


def frames_under(session, keys: dict[str, str], rendition: str = "av") -> int:
    """How many pictures of the replay open with these keys alone (id → hex)."""
    path = media.folder_of(session.stream).path / rendition
    listed = read_playlist((path / "replay.m3u8").read_text())
    epochs: dict[str, bytes] = {}
    for index, name in enumerate(listed.names):
        key = keys.get(listed.keys[index].rsplit("/", 1)[1])
        if key is not None:
            init = listed.maps[index]
            clear = decrypt_segment(
                (path / name).read_bytes(), bytes.fromhex(key), sequence_iv(listed.sequence + index)
            )
            epochs[init] = epochs.get(init, (path / init).read_bytes()) + clear
    return sum(frames(piece) for piece in epochs.values())


def frames_of(chunks) -> int:
    """How many pictures the recorder's own file holds."""
    with av.open(io.BytesIO(b"".join(chunks))) as opened:
        return sum(1 for _ in opened.decode(video=0))


def shown_by(heard: list[dict]) -> dict:
    """What a page shows beside its picture once that has come so far, by the messages it heard."""
    seq, known = 0, {}
    for message in heard:
        if message["t"] == "room":
            seq, known = message["seq"], dict(message["state"])
        for event in message["events"] if message["t"] == "events" else ():
            if event["seq"] > seq:
                seq = event["seq"]
                patched(known, event["set"])
    return known


async def aside(call, *args):
    """The answer of `call` in a thread with a connection of its own: one that is kept may have died in an earlier
    test."""

    def alone():
        try:
            return call(*args)
        finally:
            connections.close_all()

    return await asyncio.to_thread(alone)


async def do(page: "Page", kind: str, mark: str = "", **data) -> dict:
    """Done or not, as the server answers."""
    mark = mark or f"m{len(page.heard)}-{kind}"
    await page.say(t="do", id=mark, kind=kind, data=data)
    found = [asyncio.create_task(page.hear(t, where=lambda m: m["id"] == mark)) for t in ("done", "not")]
    done, rest = await asyncio.wait(found, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    return next(iter(done)).result()
