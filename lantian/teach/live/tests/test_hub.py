"""The hub alone: what one session meets costs no other, and who was shut out stays out."""

import asyncio
import time
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.identity.services import accounts
from lantian.people.identity.tests.factories import AccountFactory
from lantian.teach.live.consumers import books, clock, gate, notices
from lantian.teach.live.consumers import hub as hubs
from lantian.teach.live.consumers import room as rooms
from lantian.teach.live.consumers.books import Books
from lantian.teach.live.consumers.hub import Hub
from lantian.teach.live.consumers.records import Record, Records
from lantian.teach.live.consumers.room import LiveRoom, Publisher
from lantian.teach.live.engine.protocol import Hello, parse_beat
from lantian.teach.live.engine.tickets import LIFETIME_S, Ticket
from lantian.teach.live.enums import EndReason, SessionState
from lantian.teach.live.queries import SessionFacts, shut_out_since, unsettled_sessions
from lantian.teach.live.services import verify_ticket
from lantian.teach.live.services.tickets import renew


async def comes_true(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come true"
        await asyncio.sleep(0.01)


def facts(state: str = "live") -> SessionFacts:
    return SessionFacts(
        id=str(uuid4()), lesson=str(uuid4()), title="", stream=str(uuid4()), token="0" * 32, state=state,
        teacher=str(uuid4()), planned_end_ms=int(time.time() * 1000) + 3_600_000, started_ms=None, stream_open=True,
    )  # fmt: skip


class Writer:
    """A segment writer that writes nothing."""

    segments, ended, seconds = 0, False, 0.0

    def __init__(self) -> None:
        self.history = SimpleNamespace(segments=[])
        self.keys = SimpleNamespace(handed_out=list, all=list)
        self.closed = 0

    def close_epoch(self):
        self.closed += 1
        return ()

    def finish(self):
        self.ended = True
        return ()


def room(writer=None) -> LiveRoom:
    return LiveRoom(facts(), writer or Writer(), None)


class Exit:
    """An outlet that notes the codes it is closed with."""

    closing = False

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.close = self.drop = self.codes.append

    def send(self, _text: str) -> bool:
        return True


def ticket(account: str | None = None, role: str = "student", issued: float | None = None) -> Ticket:
    made = time.time() if issued is None else issued
    return Ticket(s=str(uuid4()), l=None, r=role, a=account, exp=int(made) + LIFETIME_S)


# --- one session's trouble ---------------------------------------------------------------------------------------------------


def test_a_session_that_cannot_be_loaded_keeps_the_process_from_nothing(tmp_path, monkeypatch):
    begun: list[str] = []

    async def note(name: str) -> None:
        begun.append(name)

    monkeypatch.setattr(hubs, "run_clock", lambda _hub: note("clock"))
    monkeypatch.setattr(hubs, "resync_forever", lambda _hub: note("resync"))
    monkeypatch.setattr(Books, "keep", lambda _self: note("books"))
    (tmp_path / "sessions").mkdir()
    for _ in range(2):
        (tmp_path / "sessions" / f"{uuid4()}.json").write_text("{}")

    async def story() -> None:
        hub = Hub(tmp_path, sound=False)

        async def unreadable(_session: str):
            raise PermissionError

        hub.room = unreadable
        await hub._take_over()
        await asyncio.sleep(0)
        hub.spool.close()

    asyncio.run(story())
    assert sorted(begun) == ["books", "clock", "resync"]


def test_after_a_gap_every_session_is_compared_whatever_one_of_them_meets():
    ended: list[str] = []
    rooms = [room(), room()]

    class Unsettled:
        answers = True

        async def run(self, function, *_args):
            return [SimpleNamespace(id=r.id, state="ended") for r in rooms] if function is unsettled_sessions else []

    async def end(which, _reason):
        if which is rooms[0]:
            raise OSError
        ended.append(which.id)

    hub = SimpleNamespace(database=Unsettled(), rooms={r.id: r for r in rooms}, end=end)
    asyncio.run(notices.resync(hub))
    assert ended == [rooms[1].id]


def test_the_clock_goes_on_when_a_session_stumbles(monkeypatch):
    monkeypatch.setattr(clock, "TICK_S", 0.02)
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(1)
        raise OSError

    stumbling = SimpleNamespace(state=SessionState.LIVE, tick=tick)

    async def story() -> None:
        calm = SimpleNamespace(tick=lambda: None)
        hub = SimpleNamespace(rooms={"a": stumbling}, spawn=None, pictures=calm)
        running = asyncio.create_task(clock.run_clock(hub))
        await comes_true(lambda: len(ticks) > 2 or running.done())
        assert not running.done()
        running.cancel()

    asyncio.run(story())


def test_books_that_cannot_be_closed_are_tried_again(monkeypatch):
    asked: list[str] = []

    class Stumbling:
        async def run(self, function, *_args, **_kwargs):
            asked.append(function.__name__)
            if len(asked) == 2:
                raise FileNotFoundError  # a file of the second rendition went under our hands

    async def quiet(*_args):
        return True

    forgotten: list[LiveRoom] = []
    hub = SimpleNamespace(
        database=Stumbling(), spool=SimpleNamespace(flush=quiet), sound=SimpleNamespace(finished=quiet),
        forget=forgotten.append,
    )  # fmt: skip
    over = room()
    over.ended_ms, over.end_reason = 1, EndReason.TEACHER
    monkeypatch.setattr(books.asyncio, "sleep", quiet)
    asyncio.run(Books(hub).settle(over))
    assert asked == ["end_live_session", "settle_live_session"] * 2
    assert forgotten == [over]


def test_a_lesson_whose_last_line_finds_no_room_is_ended_a_little_later(tmp_path, monkeypatch):
    monkeypatch.setattr(hubs, "END_AGAIN_S", 0.05)
    settled: list[LiveRoom] = []

    class Full(Writer):
        tries = 0

        def finish(self):
            self.tries += 1
            if self.tries < 4:
                raise OSError(28, "No space left on device")
            return super().finish()

    async def story() -> None:
        hub = Hub(tmp_path, sound=False)

        async def remember(_room):
            raise OSError(28, "No space left on device")

        async def settle(which):
            settled.append(which)

        hub.remember, hub.books = remember, SimpleNamespace(settle=settle)
        writer = Full()
        ending = room(writer)
        await hub.end(ending, EndReason.TEACHER)
        await hub.end(ending, EndReason.TEACHER)  # asked again meanwhile: still one retry at a time
        assert ending.state is not SessionState.ENDED
        await comes_true(lambda: ending.state is SessionState.ENDED and settled)
        assert writer.tries == 4

    asyncio.run(story())
    assert len(settled) == 1


def test_of_two_writers_of_a_sessions_file_the_later_state_stays(tmp_path, monkeypatch):
    """The books are keeping a running session's file when it ends."""
    save, slow = Records.save, [0.2, 0.0]

    def slowly(records: Records, record: Record) -> None:
        time.sleep(slow.pop(0))
        save(records, record)

    monkeypatch.setattr(Records, "save", slowly)

    async def story() -> Record | None:
        hub = Hub(tmp_path, sound=False)
        hub.records = Records(tmp_path / "sessions")
        running = room()
        books_keep = asyncio.create_task(hub.remember(running))
        await asyncio.sleep(0.05)
        running.ended_ms, running.end_reason = 7, EndReason.TEACHER
        await hub.remember(running)
        await books_keep
        return hub.records.load(running.id)

    kept = asyncio.run(story())
    assert kept is not None
    assert (kept.ended_ms, kept.reason) == (7, "teacher")


def test_a_recorders_last_chunk_does_not_end_the_epoch_of_whoever_took_its_seat():
    async def story() -> None:
        writer = Writer()
        one = room(writer)
        hello = Hello(str(uuid4()), "video/mp4", 0, 0, False, None)
        old = one.claim(hello, Exit(), ticket(role="teach"))
        one.claim(Hello(str(uuid4()), "video/mp4", 0, 0, True, None), Exit(), ticket(role="teach"))
        assert await one.close_epoch(old) is False
        assert writer.closed == 0
        assert isinstance(one.publisher, Publisher)
        assert await one.close_epoch(one.publisher) is True
        assert writer.closed == 1

    asyncio.run(story())


def test_a_class_joins_then_watches_and_is_stuck_only_once_a_stall_lasts(monkeypatch):
    clock_says = [100.0]
    monkeypatch.setattr(rooms.time, "monotonic", lambda: clock_says[0])
    one = room()
    viewer = one.join(ticket(role="class"), Exit())
    viewer.still_since = clock_says[0]

    def after(seconds: float, **beat: object) -> str:
        clock_says[0] += seconds
        if beat:
            one.heard(viewer, parse_beat(beat))
        return viewer.state

    assert after(0) == "joining"
    assert after(15, playing=False) == "joining"
    assert after(1, playing=True) == "watching"
    assert after(2, playing=False, stalls=1) == "watching"
    assert after(3) == "watching"
    assert after(4) == "stalled"
    assert after(0.5, playing=True, stalls=1) == "watching"
    one.heard(viewer, parse_beat({"playing": False}))
    assert after(60) == "stalled"
    one.state = SessionState.INTERRUPTED  # the teacher's own line: what stands now is nobody's stall
    one._become(SessionState.LIVE)
    assert viewer.state == "watching"


def test_a_class_without_any_picture_is_stuck_after_a_while():
    viewer = room().join(ticket(role="class"), Exit())
    viewer.still_since -= 21
    assert viewer.state == "stalled"


# --- who may come in ---------------------------------------------------------------------------------------------------------


def door(monkeypatch, hub, of: Ticket) -> list[int]:
    """Codes that a socket with this ticket is closed with at the door; none when it is let in."""
    monkeypatch.setattr(gate.services, "verify_ticket", lambda _text: of)
    socket = SimpleNamespace(query_params={"ticket": "any"})
    way_out = Exit()
    gate.admit(socket, way_out, hub)
    return way_out.codes


@pytest.fixture
def hub(tmp_path):
    made = Hub(tmp_path, sound=False)
    made.ready = True
    return made


def test_a_closed_account_is_shown_out_of_every_room_and_the_lobby_and_its_tickets_let_nobody_in(hub, monkeypatch):
    account = str(uuid4())
    theirs, others = ticket(account, "lobby"), ticket(str(uuid4()))
    shown_out, left_alone = Exit(), Exit()
    hub.sockets = {shown_out: theirs, left_alone: others}
    assert hub.shut_out(account, time.time()) == 1
    assert (shown_out.codes, left_alone.codes) == ([4003], [])
    assert door(monkeypatch, hub, theirs) == [4003]
    assert door(monkeypatch, hub, others) == []


@pytest.mark.django_db
def test_who_was_shut_out_while_nobody_listened_is_found_by_the_next_look(hub, monkeypatch):
    """The live process was being started again, or had lost its line to the database."""
    closed, reset, other = (AccountFactory() for _ in range(3))
    accounts.close_account(closed, by=SYSTEM, reason="")
    accounts.reset_account(reset, by=SYSTEM)
    before = {account: ticket(str(account.pk), issued=time.time() - 60) for account in (closed, reset, other)}
    gone = shut_out_since(timezone.now() - timedelta(hours=12))
    inside = Exit()
    hub.sockets = {inside: before[closed]}

    class AtHand:
        answers = True

        async def run(self, function, *_args):
            return gone if function is shut_out_since else []

    hub.database = AtHand()
    asyncio.run(notices.resync(hub))
    asyncio.run(notices.resync(hub))
    assert inside.codes == [4003]
    assert door(monkeypatch, hub, before[closed]) == [4003]
    assert door(monkeypatch, hub, before[reset]) == [4003]
    assert door(monkeypatch, hub, before[other]) == []


def test_after_a_reset_the_new_ticket_is_good(hub, monkeypatch):
    account = str(uuid4())
    hub.shut_out(account, time.time() - 30)  # word of it came late
    assert door(monkeypatch, hub, ticket(account, issued=time.time() - 60)) == [4003]
    assert door(monkeypatch, hub, ticket(account)) == []


def test_a_crowd_of_guests_leaves_room_for_classes_and_never_keeps_a_teacher_out(hub, monkeypatch):
    monkeypatch.setattr(gate, "CONNECTIONS", 4)
    monkeypatch.setattr(gate, "CONNECTIONS_OF", {"teach": 100, "guest": 2})
    hub.sockets = {object(): ticket() for _ in range(2)}
    assert door(monkeypatch, hub, ticket(role="guest")) == [1013]
    assert door(monkeypatch, hub, ticket(role="class")) == []
    hub.sockets |= {object(): ticket() for _ in range(2)}
    assert door(monkeypatch, hub, ticket(role="class")) == [1013]
    assert door(monkeypatch, hub, ticket(role="teach")) == []


@pytest.mark.django_db
def test_a_renewed_ticket_was_made_when_it_was_renewed():
    before = ticket(issued=time.time() - 3600)
    assert verify_ticket(renew(before)).issued == pytest.approx(time.time(), abs=2)
