"""Who was there, and how long."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from lantian.kernel.rules import Actor, require
from lantian.kernel.web import sheets
from lantian.kernel.web.guards import guarded_by_object
from lantian.kernel.web.maps import AreaFacts, areas, map_over
from lantian.kernel.web.taken import note_taken, watermark_of
from lantian.people.roster import queries as roster
from lantian.teach.live import queries, rules
from lantian.teach.live.enums import AttendanceKind
from lantian.teach.live.views.found import actor_of, visible_lesson

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson


HERE = timedelta(seconds=90)  # presence reaches the database every half minute


@dataclass(slots=True)
class Place:
    """A county's classes in a lesson: `here` are there now (or were, when it is over), `stalled` have stood still."""

    code: str
    name: str
    all: int = 0
    here: int = 0
    stalled: int = 0

    @property
    def words(self) -> str:
        said = _("%(name)s：%(all)d 个班，%(here)d 个在听") % {"name": self.name, "all": self.all, "here": self.here}
        return said + (_("，%(n)d 个卡顿过") % {"n": self.stalled} if self.stalled else "")


def _places(classes: list[queries.Row], *, running: bool) -> dict[str, Any]:
    """The classes by county, and the map they stand on; nothing where all are of one county. One query."""
    counties = roster.counties_above(row.path for row in classes if row.path)
    found: dict[str, Place] = {}
    for row in classes:
        if row.path not in counties:
            continue
        county = counties[row.path]
        place = found.setdefault(str(county.pk), Place(county.code or "", str(county)))
        place.all += 1
        place.stalled += row.stalls > 0
        place.here += row.last_seen is not None and (not running or timezone.now() - row.last_seen < HERE)
    if len(found) < 2:
        return {"places": []}
    places = sorted(found.values(), key=lambda place: (place.here == place.all, place.code))
    region = map_over(place.code for place in places)
    facts = {
        place.code: AreaFacts(place.here, place.words, f"#place-{place.code}", place.stalled > 0, place.all)
        for place in places
    }
    return {"places": places, "region": region, "areas": areas(region, facts) if region else []}


@require_safe
@guarded_by_object("live.read_attendance")
def attendance(request: HttpRequest, lesson_id: UUID) -> HttpResponseBase:
    """Classes first, then persons. `?format=csv` gives the same rows as a file, `?part=places` the counties alone."""
    actor = actor_of(request)
    lesson = visible_lesson(request, lesson_id)
    require(rules.may_read_attendance, actor, lesson)
    session = queries.latest_session(lesson)
    rows = queries.attendance_rows(session, actor=actor, now=timezone.now()) if session else []
    length = queries.length_of(session, timezone.now()) if session else None
    if request.GET.get("format") == "csv":
        return _csv(actor, lesson, rows, length)
    classes = [row for row in rows if row.kind == AttendanceKind.CLASS]
    running = session is not None and session.ended_at is None
    places = {**_places(classes, running=running), "running": running}
    if request.GET.get("part") == "places":
        return render(request, "live/_places.html", places)
    context = {
        **places,
        "lesson": lesson,
        "session": session,
        "length": length,
        "classes": classes,
        "people": [row for row in rows if row.kind != AttendanceKind.CLASS],
        "present": sum(1 for row in classes if row.first_seen),
        "attended": sum(1 for row in classes if row.attended),
        "students": sum(1 for row in rows if row.kind == AttendanceKind.PERSON),
        "guests": queries.guests_of(session) if session else 0,
        "schools": len({row.organization for row in classes if row.first_seen}),
    }
    return render(request, "live/attendance.html", context)


def _csv(actor: Actor, lesson: "Lesson", rows: list[queries.Row], length: queries.Length | None) -> HttpResponseBase:
    """The file says who took it, when and for whom; the journal does too."""
    title = f"{lesson.title} {_('到课')}"
    head = [
        _("类别"),
        _("学校"),
        _("班级或姓名"),
        pgettext("time", "进入"),
        pgettext("time", "离开"),
        _("分钟"),
        _("占比"),
        _("占几分钟"),
        _("卡顿次数"),
        _("人数"),
        _("到课"),
    ]
    lines = []
    for row in rows:
        there = "" if row.attended is None else (_("是") if row.attended else _("否"))
        times = [timezone.localtime(at).strftime("%H:%M:%S") if at else "" for at in (row.first_seen, row.last_seen)]
        lines.append(
            [
                str(AttendanceKind(row.kind).label),
                row.organization,
                row.name,
                *times,
                str(row.minutes),
                f"{row.percent}%",
                str(length.whole_minutes if length else ""),
                str(row.stalls),
                str(row.head_count or ""),
                there,
            ]
        )
    day = f"{timezone.localtime(lesson.starts_at):%Y-%m-%d}"
    note_taken(by=actor, key="attendance", title=title, kind="csv", rows=len(lines), narrowed=[day])
    content = sheets.csv_lines(head, lines, watermark=watermark_of(actor))
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{title}.csv") or "attachment"
    response["Cache-Control"] = "no-store"
    return response
