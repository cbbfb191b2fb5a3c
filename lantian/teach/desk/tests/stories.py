"""Lessons as they went: held, with classes that came, came late, or never."""

from datetime import datetime, timedelta

from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.teach.live import services as live
from lantian.teach.live.engine.presence import Presence, Totals
from lantian.teach.live.enums import EndReason


def moment(days_ago: int = 7, hour: int = 10) -> datetime:
    day = timezone.localtime() - timedelta(days=days_ago)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def hold(world, lesson, *, came=(), minutes: float = 40, reason=EndReason.TEACHER):
    """Hold a lesson from its start for `minutes`; `came`: (class, from minute, to minute, error code)."""
    session = live.open_live_session(lesson, by=SYSTEM, now=lesson.starts_at - timedelta(minutes=5))
    live.mark_live(session.pk, started_at=lesson.starts_at)
    stretches = []
    for group, begin, end, error in came:
        player = Presence(
            session=str(session.pk),
            kind="class",
            viewer=f"class:{group.pk}",
            class_group=str(group.pk),
            organization=str(group.organization_id),
        )
        at, last = begin * 60, end * 60
        while at <= last:
            sign = lesson.starts_at + timedelta(seconds=at)
            stretch = player.sign(int(sign.timestamp() * 1000), totals=Totals(), error=error)
            at += 20
        stretches.append(stretch)
    live.save_presence(stretches)
    ended = lesson.starts_at + timedelta(minutes=minutes)
    live.end_live_session(session.pk, reason=reason, by=SYSTEM, ended_at=ended)
    live.settle_live_session(session.pk)
    return session
