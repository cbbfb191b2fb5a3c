"""What is held of a person, and for how long."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from lantian.kernel.holdings import Part, Subject
from lantian.kernel.retention import Line
from lantian.teach.live.models import Attendance, LessonEvent, QualityReport


def attendances_of(subject: Subject) -> QuerySet[Attendance]:
    """When a person watched lessons, as themselves (a class before its screen is nobody in particular)."""
    return Attendance.objects.filter(person__in=subject.person_ids)


def attendances_part(subject: Subject) -> Part:
    """Their part of a person's copy."""
    rows = attendances_of(subject).select_related("session__lesson").order_by("first_seen")
    found = [
        {"lesson": row.session.lesson.title, "from": row.first_seen.isoformat(), "minutes": round(row.seconds / 60)}
        for row in rows
    ]
    labels = {"lesson": gettext("课程"), "from": gettext("时间"), "minutes": gettext("分钟")}
    return Part(gettext("看过的课"), labels, found)


def events_of(subject: Subject) -> QuerySet[LessonEvent]:
    """What a person did in lessons: answered, raised the hand, said."""
    return LessonEvent.objects.filter(person__in=subject.person_ids)


def events_naming(subject: Subject) -> QuerySet[LessonEvent]:
    """What they did, and what others did to them in the same lessons (a lot, the word)."""
    own = events_of(subject)
    keys = [f"person:{pk}" for pk in subject.person_ids]
    there = Q(session__in=own.order_by().values("session")) | Q(session__attendances__person__in=subject.person_ids)
    named = Q(kind__in=("hand.word", "hand.done", "hand.dismiss", "lot.draw")) & (there | Q(data__key__in=keys))
    return LessonEvent.objects.filter(Q(person__in=subject.person_ids) | named).distinct()


def events_part(subject: Subject) -> Part:
    """Their part of a person's copy."""
    rows = events_of(subject).select_related("session__lesson").order_by("happened_at")
    found = [
        {
            "lesson": row.session.lesson.title,
            "at": row.happened_at.isoformat(),
            "what": row.kind,
            "text": row.data.get("text") or ", ".join(str(n + 1) for n in row.data.get("choice", ())),
        }
        for row in rows
    ]
    labels = {"lesson": gettext("课程"), "at": gettext("时间"), "what": gettext("事项"), "text": gettext("内容")}
    return Part(gettext("课堂上的回答、举手和发言"), labels, found)


def old_quality(before: datetime) -> QuerySet[QualityReport]:
    """How lessons played, reported before a moment."""
    return QualityReport.objects.filter(reported_at__lt=before)


def sample_of_quality(before: datetime, most: int) -> list[Line]:
    """Some of `old_quality`."""
    rows = old_quality(before).order_by("reported_at").select_related("attendance__session__lesson")[:most]
    return [Line(row.attendance.session.lesson.title, row.reported_at) for row in rows]
