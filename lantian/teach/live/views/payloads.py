"""The JSON that pages hand to their islands; docs/engines/live.md describes it field by field."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from lantian.content.media import services as media
from lantian.kernel.rules import Actor, check
from lantian.kernel.web.maps import map_over
from lantian.kernel.web.shell import place
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.enums import LessonState
from lantian.teach.live import queries, rules, services
from lantian.teach.live.engine.protocol import CHUNK_BYTES
from lantian.teach.live.models import LessonPage, LiveSession, PageUpload
from lantian.teach.live.queries.summaries import said_summary
from lantian.teach.live.services import office
from lantian.teach.live.services.uploads import MAX_BYTES, MAX_PAGES

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson, Room

MIMES = (
    'video/mp4;codecs="avc1.42E01E,opus"',
    'video/mp4;codecs="avc1.4D401F,opus"',
    'video/mp4;codecs="avc1.42E01E,mp4a.40.2"',
    "video/webm;codecs=h264,opus",
    "video/x-matroska;codecs=avc1,opus",
)
# What teachers' browsers make, by LANTIAN_LIVE_PICTURE.
PICTURES: dict[str, dict[str, int]] = {
    "720p": {"width": 1280, "height": 720, "fps": 25, "video_bits": 1_400_000},
    "540p": {"width": 960, "height": 540, "fps": 20, "video_bits": 800_000},
    "360p": {"width": 640, "height": 360, "fps": 15, "video_bits": 450_000},
}
REPLAY_KEYS = 64
DAY_POLL_MS = 20_000


@cache
def build() -> str:
    """The front end this process serves: a class screen that runs all day takes the new one between lessons."""
    manifest = Path(str(settings.DJANGO_VITE["default"]["manifest_path"]))
    return hashlib.sha256(manifest.read_bytes()).hexdigest()[:12] if manifest.exists() else ""


def milliseconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp() * 1000) if moment else None


def now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)


def lesson(item: "Lesson") -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "title": item.title,
        "subject": str(item.get_subject_display()),
        "grade": roster.grade_words(item.grade, item.stage),
        "teacher": item.teacher.name,
        "organization": str(item.organization),
        "organization_id": str(item.organization_id),
        "class_group": str(item.class_group) if item.class_group else None,
        "period_no": item.period_no,
        "starts_at": timezone.localtime(item.starts_at).isoformat(),
        "ends_at": timezone.localtime(item.ends_at).isoformat(),
        "starts_ms": milliseconds(item.starts_at),
        "ends_ms": milliseconds(item.ends_at),
        "state": item.state,
        "access": item.access,
        "summary": said_summary(item.summary),
        "url": reverse("live_lesson", args=[item.pk]),
        "watch_url": reverse("live_watch", args=[item.pk]),
        "receivers": [
            {
                "id": str(row.class_group_id),
                "name": str(row.class_group),
                "organization": str(row.class_group.organization),
                "organization_id": str(row.class_group.organization_id),
            }
            for row in item.receivers.all()
        ],
    }


def places(item: "Lesson") -> dict[str, Any] | None:
    """The counties of the receiving classes, their schools, and the map they stand on; None where all are of one. One query."""
    schools = {row.class_group.organization for row in item.receivers.all()}
    above = roster.counties_above(str(school.path) for school in schools)
    found: dict[UUID, tuple[Organization, list[str]]] = {}
    for school in sorted(schools, key=lambda school: str(school.path)):
        county = above.get(str(school.path))
        if county is not None:
            found.setdefault(county.pk, (county, []))[1].append(str(school.pk))
    if len(found) < 2:
        return None
    counties = sorted(found.values(), key=lambda each: (each[0].code or "", each[0].sort_key))
    region = map_over(county.code or "" for county, _schools in counties)
    return {
        "counties": [
            {"code": county.code or str(county.pk), "name": str(county), "schools": ids} for county, ids in counties
        ],
        "map": {
            "width": region.width,
            "height": region.height,
            "schematic": region.schematic,
            "source": region.source,
            "shapes": [asdict(shape) for shape in region.shapes],
        }
        if region
        else None,
    }


def session(item: LiveSession, ticket: str) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "state": item.state,
        "ticket": ticket,
        "ticket_url": reverse("live_ticket", args=[item.pk]),
        "home": queries.home_path(item.node),
        "started_ms": milliseconds(item.started_at),
        "planned_end_ms": milliseconds(item.planned_end),
    }


def upload(item: PageUpload) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "name": item.name,
        "state": item.state,
        "progress": item.progress,
        "error": item.error,
        "remove_url": reverse("live_page_remove", args=[item.pk]),
    }


def sheet(item: LessonPage) -> dict[str, Any]:
    """A page of a file, or a blank board (which has no picture)."""
    blank = item.is_blank
    return {
        "id": str(item.pk),
        "form": "board" if blank else "page",
        "name": item.name,
        "number": None if blank else item.number,
        "upload": str(item.upload_id) if item.upload_id else None,
        "width": item.width,
        "height": item.height,
        "url": "" if blank else reverse("live_page_image", args=[item.pk, "full"]),
        "thumb_url": "" if blank else reverse("live_page_image", args=[item.pk, "thumb"]),
    }


def sheets_of(item: "Lesson") -> dict[str, Any]:
    """What a teacher has brought, and what it became, in order."""
    return {
        "uploads": [upload(row) for row in queries.uploads_of(item)],
        "sheets": [sheet(page) for page in queries.pages_of(item)],
    }


def upload_types() -> list[str]:
    """Endings of the files taken here; presentations only where something can read them."""
    return [".pdf", *([".pptx", ".ppt"] if office.program() else []), ".png", ".jpg", ".jpeg", ".webp"]


def teach_config(item: "Lesson", *, by: Actor) -> dict[str, Any]:
    opened = queries.open_session(item)
    opens, closes = queries.opening_window(item)
    verdict = check(rules.may_open_session, by, item)
    urls = {
        name: reverse(f"live_{name}", args=[item.pk])
        for name in ("open", "extend", "end", "pages", "boards", "lesson", "watch", "attendance")
    }
    sends = opened.publisher if opened else None
    return {
        "v": 1,
        "now_ms": now_ms(),
        "lesson": lesson(item),
        "places": places(item),
        # who sends it now, where the lesson was handed over to whoever asks
        "taking_over": sends.name if sends and sends.pk != by.person_id else None,
        "session": session(opened, services.ticket_for_teacher(opened, by=by)) if opened else None,
        "may_open": {
            "allowed": bool(verdict),
            "reason": verdict.words,
            "opens_ms": milliseconds(opens),
            "closes_ms": milliseconds(closes),
        },
        "urls": {"ingest": "/live/ws/ingest", "fault": queries.help_url("fault", item), **urls},
        "recorder": {
            "mimes": list(MIMES),
            **PICTURES[settings.LANTIAN_LIVE_PICTURE],
            "audio_bits": 96_000,
            "keyframe_ms": 1000,
            "timeslice_ms": 250,
        },
        "limits": {
            "chunk_bytes": CHUNK_BYTES,
            "buffer_ms": 60_000,
            "buffer_bytes": 64 << 20,
            "upload_bytes": MAX_BYTES,
            "upload_pages": MAX_PAGES,
            "upload_types": upload_types(),
        },
        **sheets_of(item),
        "polls": [
            {
                "id": str(row.pk),
                "type": row.type,
                "question": row.question,
                "options": row.options,
                "picture": str(row.picture_id) if row.picture_id else None,
            }
            for row in queries.prepared_polls(item)
        ],
    }


def replay(item: LiveSession) -> dict[str, Any] | None:
    """How to play what was recorded, as far as it is shown; None when there is nothing to play (yet)."""
    if item.stream.withheld:
        return None
    if not media.can_be_played(item.stream):
        return None
    keys, _lost = media.stream_keys(item.stream_id)
    return {
        "master": f"/media/streams/{item.stream.token}/replay.m3u8",
        "seconds": round(item.stream.shown_seconds, 1),
        "keys": [{"id": str(key.id), "key": key.secret.hex()} for key in keys[:REPLAY_KEYS]],
    }


def watch_config(item: "Lesson", *, by: Actor) -> dict[str, Any]:
    """The caller has shown that the lesson is visible to `by`."""
    latest = queries.latest_session(item)
    role, group = services.tickets.viewer_role(item, by)
    duty, room = services.tickets.duty_of(item, by) if role == "observe" else ("", None)
    played = replay(latest) if latest and not latest.is_open else None
    if latest is not None and latest.is_open:
        mode = "live"
    elif item.state == LessonState.PLANNED and played is None:
        mode = "waiting"
    else:
        mode = "replay" if played else "none"
    return {
        "v": 1,
        "now_ms": now_ms(),
        "mode": mode,
        "role": role,
        "lesson": lesson(item),
        "session": session(latest, services.ticket_for_viewer(latest, by=by)) if latest and mode == "live" else None,
        "replay": played,
        "duty": duty or None,
        "places": places(item) if duty == "host" and mode == "live" else None,
        "me": {"name": by.name, "organization": str(group.organization) if group else ""},
        "urls": {
            "watch": "/live/ws/watch",
            "keys": "/live/keys/",
            "lesson": reverse("live_lesson", args=[item.pk]),
            "events": reverse("live_events", args=[item.pk]),
            "home": "/",
            # for the assistant and others of a school; pupils and guests ask their teacher
            "fault": queries.help_url("fault", item) if role == "observe" else None,
            "heads": queries.help_url("heads", item, room.pk) if room else None,
        },
    }


def day(room: "Room", *, by: Actor) -> dict[str, Any]:
    """What a class screen has to know: the lesson of this period, the next one, the whole day."""
    now = timezone.now()
    lessons = list(schedule.lessons_on(timezone.localdate(now), actor=by))
    current = schedule.lesson_for_room(by, now=now)
    following = (
        row
        for row in lessons
        if row.state != LessonState.CANCELLED and row.starts_at > now and (current is None or row.pk != current.pk)
    )
    upcoming = next(following, None)
    return {
        "now_ms": now_ms(),
        "poll_ms": DAY_POLL_MS,
        "version": build(),
        "lobby_ticket": services.ticket_for_lobby(room, by=by),
        "lobby_home": queries.lobby_home(),
        "current": {"lesson": lesson(current), "session": _session_of(current, by)} if current else None,
        "standby": queries.help_url("standby", current) if current else None,
        "next": lesson(upcoming) if upcoming else None,
        "lessons": [lesson(row) for row in lessons],
    }


def _session_of(item: "Lesson", by: Actor) -> dict[str, Any] | None:
    opened = queries.open_session(item)
    if opened is None:
        return None
    opened.lesson = item
    return session(opened, services.ticket_for_viewer(opened, by=by))


def screen_config(room: "Room", *, by: Actor) -> dict[str, Any]:
    return {
        "v": 1,
        "room": {
            "id": str(room.pk),
            "name": room.name,
            "organization": str(room.organization),
            "class_group": str(room.class_group) if room.class_group else "",
            "class_group_id": str(room.class_group_id) if room.class_group_id else None,
        },
        "day": day(room, by=by),
        "urls": {
            "day": reverse("live_screen_day"),
            "watch": "/live/ws/watch",
            "keys": "/live/keys/",
            "sign_out": place("sign_out"),
            "fault": queries.help_url("fault"),
        },
    }
