"""What happened in a lesson, for its replay and for those who gave it."""

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from lantian.kernel.web.guards import public
from lantian.people.schedule.queries.lessons import concerns
from lantian.teach.live import queries
from lantian.teach.live.views.found import actor_of, visible_lesson

KEPT_S = 300


@require_safe
@public
def events(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """`{"v": 1, "session": id, "events": [...]}`, in order, for whoever may watch the replay; browsers keep it for five minutes
    once the lesson is over."""
    lesson = visible_lesson(request, lesson_id)
    session = queries.latest_session(lesson)
    if session is None:
        raise Http404
    # who sees the lesson by its publication alone sees the board, not who raised a hand or wrote what
    concerned = concerns(actor_of(request), lesson, lesson.receivers.all())
    shown = queries.replayed_events(session, all_kinds=concerned)
    content = {"v": 1, "session": str(session.pk), "events": shown}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(text, content_type="application/json")
    patch_cache_control(response, private=True, max_age=0 if session.is_open else KEPT_S)
    return response
