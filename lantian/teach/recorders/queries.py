"""Reads of recorders."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from lantian.kernel import crypto
from lantian.kernel.retention import Line
from lantian.kernel.rules import Actor, shared
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.enums import LessonState
from lantian.teach.live.queries import opening_window
from lantian.teach.recorders.enums import Advice
from lantian.teach.recorders.models import Recorder, RecorderLine

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson

TEACHING_ROLES = schedule.TEACHING_ROLES
EARLY = timedelta(minutes=1)  # a lesson's picture is there before it begins
GOP_S, HEAVY_KBPS = 2.5, 4000


def recorders_visible_to(actor: Actor) -> QuerySet[Recorder]:
    """Those of one's subtree; teachers see those of their school."""
    q = Q(pk__in=[])
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths)
    if actor.grant and actor.has_role(*TEACHING_ROLES):
        q |= Q(organization=actor.grant.organization_id)
    return Recorder.objects.filter(q | shared("recorders.recorder", actor))


def with_names(rows: QuerySet[Recorder]) -> QuerySet[Recorder]:
    return rows.select_related("room", "organization", "lesson")


def lines_of(recorder: Recorder, most: int = 50) -> list[RecorderLine]:
    """Its log, the newest first. One query."""
    return list(recorder.lines.select_related("lesson").order_by("-at", "-pk")[:most])


def old_lines(before: datetime) -> QuerySet[RecorderLine]:
    return RecorderLine.objects.filter(at__lt=before)


def key_index(key: str) -> bytes:
    return crypto.blind_index(key, purpose="recorders.key")


def recorder_of_key(key: str) -> Recorder | None:
    """Whose key it is. One query."""
    return Recorder.objects.filter(key_index=key_index(key)).first()


def in_use() -> list[Recorder]:
    """All that may send, with their rooms. One query."""
    return list(Recorder.objects.filter(is_active=True).select_related("room", "organization").order_by("pk"))


def lessons_due(rooms: list[UUID], now: datetime | None = None) -> "dict[UUID, Lesson]":
    """By room the lesson that is to be given there now: one that runs before one that begins. One query."""
    moment = now or timezone.now()
    rows = schedule.lessons_given_in(rooms, moment + EARLY, moment)
    found: dict[UUID, Lesson] = {}
    for lesson in sorted(rows, key=lambda row: (row.state != LessonState.LIVE, row.starts_at), reverse=True):
        room = lesson.room_id or (lesson.class_group.room.pk if lesson.class_group else None)
        if room is not None and opening_window(lesson)[0] <= moment:
            found[room] = lesson
    return found


def advice_for(recorder: Recorder) -> list[str]:
    """What should be set otherwise at the device, in plain words."""
    facts: dict[str, Any] = recorder.facts
    if not facts:
        return []
    found = []
    fps, gop = float(facts.get("fps") or 25), float(facts.get("gop_s") or 0)
    if facts.get("video") != "h264":
        found.append(str(Advice.ENCODING.label) % {"codec": facts.get("video", "")})
    elif gop > GOP_S or facts.get("encoding"):
        found.append(str(Advice.LONG_GOP.label) % {"gop": f"{gop:.0f}" if gop else "12", "frames": round(fps)})
    if (facts.get("kbps") or 0) > HEAVY_KBPS:
        found.append(str(Advice.HEAVY.label) % {"mbit": round(facts["kbps"] / 1000, 1)})
    if not facts.get("audio"):
        found.append(str(Advice.NO_SOUND.label))
    return found


def picture_words(recorder: Recorder) -> str:
    """`1280×720 · 25 fps · 1.9 Mbit/s · H.264 · AAC`, empty before anything was seen."""
    facts: dict[str, Any] = recorder.facts
    if not facts:
        return ""
    names = {"h264": "H.264", "hevc": "H.265", "aac": "AAC", "opus": "Opus"}
    parts = [f"{facts['width']}×{facts['height']}", f"{facts['fps']:g} fps", f"{facts['kbps'] / 1000:.1f} Mbit/s"]
    return " · ".join(
        [*parts, *(names.get(facts[kind], facts[kind]) for kind in ("video", "audio") if facts.get(kind))]
    )


def sample_of_lines(before: datetime, most: int) -> list[Line]:
    """For the page of retention. One query."""
    rows = old_lines(before).select_related("recorder").order_by("at")[:most]
    return [Line(f"{row.recorder} · {row.get_what_display()}", row.at) for row in rows]
