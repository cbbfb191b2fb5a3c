"""A lesson's page: what, who, when, and the one thing to do next."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lantian.content.media import queries as media
from lantian.kernel.journal.queries import newest_of
from lantian.kernel.rules import check
from lantian.kernel.web.guards import public
from lantian.people.roster.queries import grade_words
from lantian.people.schedule.enums import LESSON_TONES, LessonState
from lantian.people.schedule.queries import panels_of_lesson
from lantian.people.schedule.rules import may_change_lesson, may_hand_over_lesson, may_teach_lesson
from lantian.teach.live import queries, rules
from lantian.teach.live.views.found import actor_of, visible_lesson


@require_safe
@public
def lesson_page(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Public lessons for everyone, all others for those they concern; 404 for the rest."""
    actor = actor_of(request)
    lesson = visible_lesson(request, lesson_id)
    session = queries.latest_session(lesson)
    opens, closes = queries.opening_window(lesson)
    now = timezone.now()
    teaches = bool(check(may_teach_lesson, actor, lesson))
    schools: dict[str, list[str]] = {}
    for row in lesson.receivers.all():
        schools.setdefault(str(row.class_group.organization), []).append(str(row.class_group))
    context: dict[str, Any] = {
        "lesson": lesson,
        "session": session,
        "tone": LESSON_TONES[lesson.state],
        "grade": grade_words(lesson.grade, lesson.stage),
        "schools": schools,
        "teaches": teaches,
        "may_open": teaches and lesson.state in (LessonState.PLANNED, LessonState.LIVE) and opens <= now <= closes,
        "opens": opens,
        "too_early": teaches and now < opens,
        "missed": lesson.state == LessonState.PLANNED and now > closes,
        "may_watch": session is not None
        and (session.is_open or (session.stream.segments > 0 and not session.stream.withheld)),
        "may_change": bool(check(may_change_lesson, actor, lesson)),
        "may_hand_over": bool(check(may_hand_over_lesson, actor, lesson)),
        "may_read_attendance": session is not None and bool(check(rules.may_read_attendance, actor, lesson)),
        "may_read_polls": bool(check(rules.may_read_polls, actor, lesson)),
        "may_read_chat": session is not None and bool(check(rules.may_read_chat, actor, lesson)),
        "recording_url": (queries.help_url("recording", lesson) or "") if session and (teaches or actor.paths) else "",
        "poster": media.poster_url(session.stream) if session and not session.stream.withheld else "",
        "history": newest_of(lesson) if not actor.is_anonymous and (teaches or actor.paths) else [],
        "panels": panels_of_lesson(actor, lesson),
        "base": "web/public.html" if actor.is_anonymous else "web/shell.html",
    }
    return render(request, "live/lesson.html", context)
