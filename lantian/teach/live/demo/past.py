"""The lessons of the past days as if they had been held: who was there and how it played, two of them with a replay.

All of it goes through the services and the writer that real lessons go through; only the clock is given. The same lesson has
the same attendance whenever it is made, because chance is drawn from its school, day and period.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from lantian.content.media import services as media
from lantian.kernel.demo import DEMO_SETS, DemoContext
from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.queries import working_days
from lantian.people.schedule import services as schedule
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.errors import ScheduleError
from lantian.teach.live import services
from lantian.teach.live.demo.air import SLOT, SUMMARY, TITLES, free_teacher
from lantian.teach.live.engine.presence import Presence, Stretch, Totals
from lantian.teach.live.enums import AttendanceKind, EndReason
from lantian.teach.live.errors import LiveError
from lantian.teach.live.models import LiveSession
from lantian.teach.live.queries import GRACE
from lantian.teach.live.queries.summaries import AHEAD, EXCERPT

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup
    from lantian.people.schedule.models import Lesson

# The lesson that has a replay (its pages are about its title), and how much of it was kept, in seconds.
RECORDED_TITLE, RECORDED_SECONDS = "二次函数的图像", 60
OPEN_LESSON_AT, OPEN_LESSON_LASTS = timedelta(hours=10, minutes=10), timedelta(minutes=40)
OPEN_SUMMARY = f"{SUMMARY}{EXCERPT}"
# Open lessons of the next days, each filling one slot of the broadcast, which then goes into them.
AHEAD_DAYS, AHEAD_SLOTS, AHEAD_SUMMARY = 3, (14, 20), f"{SUMMARY}{AHEAD}"
BEAT_S = 25  # beats far apart tell the same story as real ones, which come every ten seconds
# How likely a class is in its room all the time, by where its school lies; of the others half come late, half not at all.
PUNCTUAL = {"urban": 0.97, "town": 0.94, "rural": 0.88}


@dataclass(frozen=True, slots=True)
class Run:
    """When a lesson really began and ended, and the chance that is its own."""

    session: LiveSession
    started_at: datetime
    ended_at: datetime
    chance: random.Random = field(repr=False)


def seed(context: DemoContext) -> None:
    """The lessons that are over, without replays: these are recorded when everything is up, which nobody waits for."""
    _open_lesson(context.now)
    plan_ahead(context.now)
    held = hold_lessons(context.now, record=False)
    context.say(f"  {held} lessons of the past days")


def keep_past() -> int:
    """What went by untaught since the last call was held too, and open lessons lie ahead. Returns how many lessons."""
    return hold_lessons(timezone.now(), record=True) + plan_ahead(timezone.now())


def hold_lessons(now: datetime, *, record: bool) -> int:
    """Hold the demonstration's own lessons that are over and were never opened. `record` false leaves out those with a replay."""
    regular = DEMO_SETS.get("schedule.regular_lessons")
    if regular is None:
        return 0
    over = Q(state=LessonState.PLANNED, ends_at__lt=now - GRACE, live_sessions=None)
    lessons = list(regular().filter(over).select_related("organization", "alliance").order_by("starts_at", "pk"))
    newest = _lesson_to_record(lessons)
    open_lesson = _open_lessons().filter(over).select_related("organization").first()
    recorded = [lesson for lesson in (newest, open_lesson) if lesson is not None]
    held = 0
    for lesson in [lesson for lesson in lessons if lesson != newest] + (recorded if record else []):
        held += _hold(lesson, recorded=lesson in recorded)
    return held


def _lesson_to_record(lessons: "list[Lesson]") -> "Lesson | None":
    """The newest of the right title, unless such a one has a replay already."""
    known = LiveSession.objects.filter(lesson__title=RECORDED_TITLE, stream__seconds__gt=0)
    if known.exists():
        return None
    return next((lesson for lesson in reversed(lessons) if lesson.title == RECORDED_TITLE), None)


# The open lesson of the last working day ------------------------------------------------------------------------------


def _open_lessons() -> Any:
    return apps.get_model("schedule", "Lesson").objects.filter(summary=OPEN_SUMMARY, access=LessonAccess.PUBLIC)


def _open_lesson(now: datetime) -> None:
    """Plan the open lesson of the last working day before today."""
    today = timezone.localtime(now).date()
    days = working_days(today - timedelta(days=16), today - timedelta(days=1))
    membership = free_teacher()
    if not days or membership is None:
        return
    midnight = timezone.make_aware(datetime.combine(days[-1], datetime.min.time()))
    schedule.plan_lesson(
        title=TITLES[days[-1].toordinal() % len(TITLES)],
        subject="physics",
        stage="junior",
        grade=8,
        teacher=membership.person,
        organization=membership.organization,
        starts_at=midnight + OPEN_LESSON_AT,
        ends_at=midnight + OPEN_LESSON_AT + OPEN_LESSON_LASTS,
        access=LessonAccess.PUBLIC,
        summary=OPEN_SUMMARY,
        by=SYSTEM,
    )


def open_lessons() -> Any:
    """The open lesson of the last working day, and those of the next ones."""
    lessons = apps.get_model("schedule", "Lesson").objects.filter(access=LessonAccess.PUBLIC)
    return lessons.filter(summary__in=(OPEN_SUMMARY, AHEAD_SUMMARY)).order_by("starts_at")


def plan_ahead(now: datetime) -> int:
    """Two open lessons on each of the next working days. Returns how many were planned."""
    today = timezone.localtime(now).date()
    wanted = []
    for day in working_days(today + timedelta(days=1), today + timedelta(days=14))[:AHEAD_DAYS]:
        midnight = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        wanted += [midnight + SLOT * slot for slot in AHEAD_SLOTS]
    known = set(open_lessons().filter(starts_at__in=wanted).values_list("starts_at", flat=True))
    membership = free_teacher() if len(known) < len(wanted) else None
    if membership is None:
        return 0
    planned = 0
    for begin in wanted:
        if begin in known:
            continue
        try:
            with transaction.atomic():
                schedule.plan_lesson(
                    title=TITLES[int(begin.timestamp() // SLOT.total_seconds()) % len(TITLES)],
                    subject="physics",
                    stage="junior",
                    grade=8,
                    teacher=membership.person,
                    organization=membership.organization,
                    starts_at=begin,
                    ends_at=begin + SLOT,
                    access=LessonAccess.PUBLIC,
                    summary=AHEAD_SUMMARY,
                    by=SYSTEM,
                )
        except ScheduleError:  # that teacher is needed elsewhere then
            continue
        planned += 1
    return planned


# Holding a lesson ------------------------------------------------------------------------------------------------------


def _hold(lesson: "Lesson", *, recorded: bool) -> bool:
    """From opening to closed books, in one transaction: the live process hears of a lesson that is settled already."""
    chance = random.Random(f"{lesson.organization.code}:{lesson.starts_at:%Y%m%d%H%M}")  # noqa: S311 - deterministic on purpose
    started_at = lesson.starts_at + timedelta(seconds=chance.randint(15, 75))
    ended_at = lesson.ends_at + timedelta(seconds=chance.randint(-60, 120))
    try:
        with transaction.atomic():
            opened_at = lesson.starts_at - timedelta(seconds=chance.randint(240, 540))
            session = services.open_live_session(lesson, by=SYSTEM, now=opened_at)
            services.mark_live(session.pk, started_at=started_at)
            services.save_presence(list(_presence(Run(session, started_at, ended_at, chance), lesson)))
            if recorded:
                _record(session, started_at, physics=lesson.alliance_id is None)
            services.end_live_session(session.pk, reason=EndReason.TEACHER, by=SYSTEM, ended_at=ended_at)
            services.settle_live_session(session.pk)
    except (LiveError, ScheduleError):  # no room on the disk: the demonstration does without
        return False
    return True


def _presence(run: Run, lesson: "Lesson") -> Iterator[Stretch]:
    sizes = _class_sizes(lesson)
    receivers = lesson.receivers.select_related("class_group__organization").order_by("class_group")
    for row in sorted(receivers, key=lambda row: row.class_group.organization.code):
        yield from _class(run, row.class_group, sizes.get(row.class_group_id, 0))
    for number in range(run.chance.randint(8, 20) if lesson.access == LessonAccess.PUBLIC else 0):
        yield from _stretches(
            run, AttendanceKind.GUEST, f"guest:{run.session.pk.hex[:8]}{number}", late=run.chance.randint(0, 1500)
        )


def _class_sizes(lesson: "Lesson") -> dict[UUID, int]:
    members = apps.get_model("roster", "Membership").objects.filter(
        role="student", class_group__in=lesson.receivers.values("class_group")
    )
    return dict(members.order_by().values_list("class_group").annotate(Count("pk")))


def _class(run: Run, group: "ClassGroup", size: int) -> Iterator[Stretch]:
    """What a class screen did: came in time, late, or not at all."""
    luck, setting = run.chance.random(), group.organization.setting
    punctual = PUNCTUAL.get(setting, PUNCTUAL["town"])
    here = {"class_group": str(group.pk), "organization": str(group.organization_id)}
    late = run.chance.randint(-150, 40) if luck < punctual else run.chance.randint(500, 900)
    heads = max(0, size - run.chance.choice((0, 0, 0, 1, 1, 2)))
    if luck < (1 + punctual) / 2:
        weak = 0.25 if setting == "rural" else 0.06
        yield from _stretches(
            run, AttendanceKind.CLASS, f"class:{group.pk}", late=late, weak=weak, head_count=heads, **here
        )


def _stretches(
    run: Run, kind: str, viewer: str, *, late: int, weak: float = 0.06, head_count: int | None = None, **who: str
) -> Iterator[Stretch]:
    """Presence from `late` seconds after the beginning to the end, with beats as a player sends them; `weak` is the chance that
    the line breaks."""
    chance = run.chance
    first = run.started_at + timedelta(seconds=late)
    breaks = chance.random() < weak
    length = max(60.0, (run.ended_at - first).total_seconds() + chance.randint(-40, 8))
    cut, gap = chance.uniform(0.2, 0.8) * length, chance.randint(45, 200)
    spans = [(0.0, cut), (cut + gap, length)] if breaks and cut + gap < length - 60 else [(0.0, length)]
    player = Presence(session=str(run.session.pk), kind=kind, viewer=viewer, **who)
    totals = Totals()
    for number, (begin, end) in enumerate(spans):
        totals.stalls += chance.choices((0, 1, 2), (8, 2, 1))[0] + number
        totals.stall_ms = totals.stalls * 700
        totals.dropped += chance.randint(0, 9)
        stretch = None
        for at in _beats(begin, end):
            moment = first + timedelta(seconds=at)
            since = (moment - run.started_at).total_seconds()
            stretch = player.sign(
                int(moment.timestamp() * 1000),
                totals=Totals(totals.stalls, totals.stall_ms, totals.dropped) if at > begin else Totals(),
                pos=max(0.0, since - 2.4),
                lag=chance.uniform(2.1, 3.3),
                head_count=head_count,
            )
        left = player.leave(int((first + timedelta(seconds=end)).timestamp() * 1000))
        if stretch is not None and left is not None:
            left.id = str(uuid5(run.session.pk, f"{viewer}:{number}"))
            yield left


def _beats(begin: float, end: float) -> Iterator[float]:
    at = begin
    while at < end:
        yield at
        at += BEAT_S
    yield end


# A replay ----------------------------------------------------------------------------------------------------------------


def _record(session: LiveSession, started_at: datetime, *, physics: bool) -> None:
    """Write the beginning of the lesson as the live process does: chunks in, encrypted segments, AAC, a picture."""
    from lantian.content.media.engine.lesson import maths, slides
    from lantian.content.media.engine.lesson.source import (
        MIME,
        LessonSource,
    )  # codecs: every process imports this module

    keys, _lost = media.stream_keys(session.stream_id)
    folder, ring = media.folder_of(session.stream), media.KeyRing(keys)
    bounds = media.StreamLimits(reserve_bytes=settings.LANTIAN_DISK_RESERVE_BYTES)
    writer = media.open_writer(folder, ring, bounds=bounds)
    start_ms = int(started_at.timestamp() * 1000)
    deck = slides.REFRACTION if physics else maths.PARABOLA
    source = LessonSource(width=640, height=360, fps=8, bit_rate=240_000, start_ms=start_ms, deck=deck)
    writer.open_epoch(str(uuid5(session.pk, "recorder")), MIME, wall_start_ms=start_ms)
    for chunk in source.chunks(RECORDED_SECONDS, paced=False):
        writer.feed(chunk.number, chunk.data, now_ms=chunk.captured_ms)
    writer.finish(now_ms=start_ms + RECORDED_SECONDS * 1000)
    follower = media.StreamFollower(folder, ring.secret)
    follower.step()
    media.save_progress(
        session.stream_id,
        seconds=writer.seconds,
        segments=writer.segments,
        size=writer.bytes,
        poster=follower.poster,
        started_at=started_at,
    )
