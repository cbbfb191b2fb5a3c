"""Presence from beats, and attendance from presence."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.kernel.rules import SYSTEM
from lantian.teach.live import queries, services
from lantian.teach.live.consumers.database import Database, DatabaseAway
from lantian.teach.live.consumers.spool import Spool
from lantian.teach.live.engine.attendance import attended, union_seconds
from lantian.teach.live.engine.devices import device_of
from lantian.teach.live.engine.presence import AFTER_MS, GAP_MS, MOST, Presence, Stretch, Totals, load_stretch
from lantian.teach.live.engine.protocol import parse_beat
from lantian.teach.live.models import Attendance, AttendanceInterval, LiveSession
from lantian.teach.live.tests.support import open_for

START = 1_790_000_000_000


def presence() -> Presence:
    return Presence(session=str(uuid4()), kind="class", viewer="class:x")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 70_000), min_size=1, max_size=40), st.integers(0, 60_000))
def test_stretches_cover_every_sign_never_overlap_and_split_only_at_long_gaps(pauses, stay):
    one, stretches, signs, now = presence(), {}, [], START
    for pause in pauses:
        now += pause
        signs.append(now)
        found = one.sign(now)
        stretches[found.id] = found
    one.leave(now + stay)
    rows = sorted(stretches.values(), key=lambda row: row.started_ms)
    assert all(any(row.started_ms <= sign <= row.ended_ms for row in rows) for sign in signs)
    assert all(before.ended_ms <= after.started_ms for before, after in pairwise(rows))
    assert len(rows) == 1 + sum(1 for pause in pauses[1:] if pause > GAP_MS)
    assert rows[-1].ended_ms == now + min(stay, AFTER_MS)
    covered = sum(row.ended_ms - row.started_ms for row in rows)
    assert covered <= signs[-1] - signs[0] + AFTER_MS


def test_counters_are_summed_by_growth_also_after_a_players_reload():
    one = presence()
    one.sign(START, totals=Totals(2, 400, 1))
    one.sign(START + 10_000, totals=Totals(5, 900, 1))
    found = one.sign(START + 20_000, totals=Totals(1, 100, 0), lag=2.5, error="net")
    assert (found.stalls, found.stall_ms, found.dropped, found.lag_ms, found.error) == (6, 1000, 1, 2500, "net")


def test_a_class_says_minute_by_minute_how_it_plays_and_since_when_it_stands():
    one = presence()
    one.sign(START)
    one.sign(START + 1_000, totals=Totals(0, 0, 0), lag=2.0, playing=True)
    found = one.sign(START + 11_000, totals=Totals(1, 800, 0), lag=3.5, playing=False)
    assert (found.still_since_ms, found.lag_now_ms, found.lag_ms) == (START + 11_000, 3500, 3500)
    later = one.sign(START + 41_000, totals=Totals(2, 9800, 0), lag=2.2, playing=False)
    begin = START // 60_000
    assert later.minutes == ((begin, 1, 800, 3500, 1), (begin + 1, 1, 9000, 2200, 1))
    assert later.still_since_ms == START + 11_000
    one.begin_anew(START + 50_000)
    assert one.current.still_since_ms == START + 50_000, "until then it waited for the teacher"
    assert one.sign(START + 51_000, totals=Totals(2, 9800, 0), playing=True).still_since_ms is None
    assert load_stretch(later.dump()).minutes == [list(row) for row in later.minutes]


def test_an_individuals_minutes_and_device_are_not_kept():
    one = Presence(session=str(uuid4()), kind="person", viewer="person:x", device="Chrome 109 · Windows 7")
    found = one.sign(START, totals=Totals(), lag=2.0, playing=True)
    assert (found.minutes, found.device) == ((), "")


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 6.1; Win64) AppleWebKit/537.36 Chrome/109.0.0.0 Safari/537.36",
            "Chrome 109 · Windows 7",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge 126 · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36", "Chrome 140 · Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) Version/15.0 Mobile Safari/604.1",
            "Safari 15 · iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 9) Chrome/88.0 MicroMessenger/8.0", "微信 8 · Android"),
        ("curl/8", ""),
        ("x" * 10_000, ""),
    ],
)
def test_a_device_is_named_by_browser_and_system_alone(agent, device):
    assert device_of(agent) == device
    assert len(device_of(agent)) <= 40


def test_a_class_that_talks_with_the_teacher_has_no_place_in_the_stream_and_its_minutes_count():
    beat = parse_beat({"pos": None, "lag": None, "buffer": 0, "stalls": 1, "stall_ms": 200, "playing": True})
    one = presence()
    for at in range(0, 600_000, 10_000):
        totals = Totals(beat.stalls, beat.stall_ms, beat.dropped)
        found = one.sign(START + at, totals=totals, pos=beat.pos, lag=beat.lag)
    assert beat.playing
    assert (found.started_ms, found.ended_ms, found.media_from, found.stalls) == (START, START + 600_000, None, 1)


def test_a_clock_set_back_takes_no_presence_away():
    one = presence()
    one.sign(START + 60_000)
    found = one.sign(START)
    assert found.ended_ms == START + 60_000 + AFTER_MS


MOMENT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
spans = st.tuples(st.integers(-500, 3500), st.integers(0, 2000))


@settings(max_examples=200, deadline=None)
@given(st.lists(spans, max_size=12))
def test_minutes_are_counted_once_whatever_devices_overlap(raw):
    intervals = [(MOMENT + timedelta(seconds=a), MOMENT + timedelta(seconds=a + length)) for a, length in raw]
    seconds = set()
    for a, length in raw:
        seconds |= set(range(max(0, a), min(2700, a + length)))
    assert union_seconds(intervals, start=MOMENT, end=MOMENT + timedelta(seconds=2700)) == len(seconds)


@pytest.mark.parametrize(
    ("seconds", "planned", "ran", "expected"),
    [
        (2160, 2700, 2700, True),
        (2159, 2700, 2700, False),
        (1440, 2700, 1800, True),
        (2160, 2700, 3600, True),
        (0, 2700, 0, False),
    ],
)
def test_eighty_percent_of_the_planned_time_or_of_the_shorter_one_it_ran(seconds, planned, ran, expected):
    assert attended(seconds, planned=planned, ran=ran) is expected


def stretch(session, viewer, start, end, **extra) -> Stretch:
    return Stretch(
        session=str(session.pk),
        kind=viewer.split(":")[0],
        viewer=viewer,
        class_group=extra.pop("class_group", None),
        person=None,
        organization=extra.pop("organization", None),
        started_ms=int(start.timestamp() * 1000),
        ended_ms=int(end.timestamp() * 1000),
        last_sign_ms=int(end.timestamp() * 1000),
        **extra,
    )


@pytest.mark.django_db
def test_attendance_of_a_class_with_two_screens_is_counted_once_and_absentees_are_named(world):
    lesson, session, _ticket = open_for(world)
    begin = lesson.starts_at.replace(microsecond=0)
    services.mark_live(session.pk, started_at=begin)
    group = world.groups[0]
    mark = f"class:{group.pk}"
    ids = {"class_group": str(group.pk), "organization": str(group.organization_id)}
    services.save_presence(
        [
            stretch(session, mark, begin - timedelta(minutes=5), begin + timedelta(minutes=20), stalls=2, **ids),
            stretch(
                session,
                mark,
                begin + timedelta(minutes=10),
                begin + timedelta(minutes=38),
                stalls=1,
                head_count=41,
                **ids,
            ),
            stretch(session, "guest:abc", begin, begin + timedelta(minutes=1)),
        ]
    )
    services.end_live_session(session.pk, reason="teacher", by=SYSTEM, ended_at=begin + timedelta(minutes=40))
    services.settle_live_session(session.pk)
    services.settle_live_session(session.pk)
    row = Attendance.objects.get(session=session, viewer=mark)
    assert (row.seconds, row.stalls, row.attended, row.head_count) == (38 * 60, 3, True, 41)
    done = LiveSession.objects.get(pk=session.pk)
    rows = queries.attendance_rows(done, actor=world.teacher_actor, now=begin + timedelta(hours=1))
    assert [(r.name, r.organization, r.minutes, r.attended) for r in rows] == [
        (str(group), "梓潼一中", 38, True),
        (str(world.groups[1]), "平武中学", 0, False),
    ]
    length = queries.length_of(done, begin + timedelta(hours=1))
    assert (length.whole_minutes, length.planned_minutes, length.is_short) == (40, 45, False)
    assert queries.guests_of(done) == 1
    from lantian.kernel.journal.models import OutboxEvent

    facts = OutboxEvent.objects.filter(name="live.attendance_closed")
    assert [fact.result["duration"] for fact in facts] == ["PT2280.00S"]


@pytest.mark.django_db
def test_writing_a_stretch_again_changes_its_row_and_a_foreign_session_is_left_out(world):
    _lesson, session, _ticket = open_for(world)
    begin = session.opened_at
    first = stretch(session, "guest:abc", begin, begin + timedelta(seconds=10))
    assert services.save_presence([first]) == 1
    first.ended_ms += 30_000
    other = stretch(session, "guest:abc", begin, begin)
    other.session = str(uuid4())
    assert services.save_presence([first, other]) == 1
    assert AttendanceInterval.objects.get().ended_at == begin.replace(
        microsecond=begin.microsecond // 1000 * 1000
    ) + timedelta(seconds=40)


class Away(Database):
    """A database that is away until told otherwise."""

    down = True

    async def run(self, function, *args, **kwargs):
        if self.down:
            raise DatabaseAway
        return function(*args, **kwargs)


def test_the_spool_survives_an_absent_database_and_a_kill(tmp_path):
    saved: dict[str, Stretch] = {}

    def save(rows):
        saved.update({row.id: row for row in rows})
        return len(rows)

    database = Away()
    spool = Spool(tmp_path, save)
    one = presence()
    spool.note(one.sign(START))
    assert asyncio.run(spool.flush(database)) is False
    spool.note(one.sign(START + 10_000))
    # kill -9 here: a new process reads the files, a torn last line among them
    newest = max(tmp_path.iterdir())
    newest.write_bytes(newest.read_bytes() + b'{"session": "torn')
    again = Spool(tmp_path, save)
    assert len(again) == 1
    database.down = False
    assert asyncio.run(again.flush(database)) is True
    assert [row.ended_ms for row in saved.values()] == [START + 10_000 + AFTER_MS]
    assert len(list(tmp_path.iterdir())) == 1
    assert load_stretch(next(iter(saved.values())).dump()) == next(iter(saved.values()))


def test_a_spools_flushes_wait_for_each_other_so_that_no_file_goes_before_its_rows_are_saved(tmp_path):
    """The books' flush is under way when a session's end asks for one, and then the process is killed."""
    saved: list[str] = []
    spool = Spool(tmp_path, lambda rows: saved.extend(row.id for row in rows))

    async def story() -> None:
        under_way, answer = asyncio.Event(), asyncio.Event()

        class Slow(Database):
            async def run(self, function, *args, **kwargs):
                under_way.set()
                await answer.wait()
                return function(*args, **kwargs)

        prompt = Away()
        prompt.down = False
        held = presence().sign(START)
        spool.note(held)
        first = asyncio.create_task(spool.flush(Slow()))
        await under_way.wait()
        spool.note(presence().sign(START))
        second = asyncio.create_task(spool.flush(prompt))
        await asyncio.sleep(0.05)
        assert held.id in "".join(path.read_text() for path in tmp_path.iterdir())
        answer.set()
        assert await asyncio.gather(first, second) == [True, True]

    asyncio.run(story())
    assert len(saved) == 2


def test_a_player_that_counts_up_and_down_stays_within_what_the_database_holds():
    one = presence()
    for turn in range(600):
        found = one.sign(START, totals=Totals(100_000, 86_400_000, 10_000_000) if turn % 2 else Totals())
    assert (found.stalls, found.stall_ms, found.dropped) == (MOST.stalls, MOST.stall_ms, MOST.dropped)


@pytest.mark.django_db
def test_a_row_that_the_database_cannot_hold_keeps_no_other_out(world):
    _lesson, session, _ticket = open_for(world)
    begin = session.opened_at
    good, bad = (stretch(session, f"guest:{mark}", begin, begin + timedelta(seconds=10)) for mark in ("a", "b"))
    bad.dropped = 2**31
    assert services.save_presence([bad, good]) == 1
    assert Attendance.objects.get().viewer == "guest:a"


@pytest.mark.django_db
def test_many_stretches_of_one_viewer_do_not_overflow_its_attendance(world):
    _lesson, session, _ticket = open_for(world)
    begin = session.opened_at
    services.mark_live(session.pk, started_at=begin)
    rows = [stretch(session, "guest:a", begin, begin, dropped=MOST.dropped) for _ in range(300)]
    services.save_presence(rows)
    services.end_live_session(session.pk, reason="teacher", by=SYSTEM)
    services.settle_live_session(session.pk)
    assert Attendance.objects.get().dropped == 2**31 - 1


@pytest.mark.django_db
def test_a_device_that_fell_silent_long_ago_does_not_take_back_when_its_class_was_last_seen(world):
    _lesson, session, _ticket = open_for(world)
    begin = session.opened_at.replace(microsecond=0)
    services.save_presence([stretch(session, "class:x", begin, begin + timedelta(minutes=30))])
    services.save_presence([stretch(session, "class:x", begin - timedelta(minutes=1), begin + timedelta(minutes=5))])
    row = Attendance.objects.get()
    assert (row.first_seen, row.last_seen) == (begin - timedelta(minutes=1), begin + timedelta(minutes=30))


def test_a_report_never_raises_whatever_figures_it_holds():
    huge = 10**400
    beat = parse_beat(dict.fromkeys(("pos", "buffer", "lag", "stalls", "stall_ms", "dropped", "head_count"), huge))
    assert (beat.stalls, beat.dropped, beat.pos, beat.lag) == (0, 0, None, None)
