"""Going live, ending, tickets and keys: short answers to islands and players."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.content.media import services as media
from lantian.content.media.errors import KeyLost
from lantian.kernel.numbers import number_of
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.web.guards import get_visible_or_404, guarded_by_object, public
from lantian.people.identity import queries as identity
from lantian.teach.live import queries, services
from lantian.teach.live.engine.tickets import LIFETIME_S
from lantian.teach.live.enums import EndReason
from lantian.teach.live.errors import BadTicket, LessonOver, LiveError
from lantian.teach.live.models import LiveSession
from lantian.teach.live.views import payloads
from lantian.teach.live.views.found import actor_of, visible_lesson


def answers_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refusals as {"error", "message"} instead of a page; put it under the guard."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Denied as denied:
            return JsonResponse({"error": "forbidden", "message": denied.words}, status=403)
        except LiveError as error:
            return JsonResponse({"error": error.code, "message": str(error.message)}, status=error.status)

    return inner


@require_POST
@never_cache
@guarded_by_object("live.open_session")
@answers_json
def open_(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Open the session that the teacher then publishes into."""
    actor = actor_of(request)
    lesson = visible_lesson(request, lesson_id)
    session = services.open_live_session(lesson, by=actor)
    session.lesson = lesson
    return JsonResponse({"session": payloads.session(session, services.ticket_for_teacher(session, by=actor))})


@require_POST
@never_cache
@guarded_by_object("live.end_session")
@answers_json
def end(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """End without a socket (the usual way is over it)."""
    lesson = visible_lesson(request, lesson_id)
    session = queries.open_session(lesson)
    if session is not None:
        services.end_live_session(session.pk, reason=EndReason.TEACHER, by=actor_of(request))
    return JsonResponse({"replay": reverse("live_watch", args=[lesson.pk])})


@require_POST
@never_cache
@guarded_by_object("live.extend_session")
@answers_json
def extend(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """POST `minutes`: the lesson lasts so much longer."""
    session = queries.open_session(visible_lesson(request, lesson_id))
    if session is None:
        raise LessonOver
    minutes = number_of(request.POST.get("minutes"), most=99) or 0
    longer = services.extend_live_session(session.pk, minutes=minutes, by=actor_of(request))
    return JsonResponse({"planned_end_ms": payloads.milliseconds(longer.planned_end)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
@answers_json
def ticket(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """POST: a new ticket for whoever may watch (or teach) now; the page asks when its old one died. GET `ticket`: where
    the session is, for pages whose line was cut: they ask all at once, and have one."""
    if request.method != "POST":
        home = _home(request, session_id)
        return HttpResponseNotAllowed(["POST"]) if home is None else JsonResponse({"home": home})
    actor = actor_of(request)
    sessions = queries.sessions_visible_to(actor).select_related(
        "lesson__organization", "lesson__class_group", "stream"
    )
    session = get_visible_or_404(sessions, pk=session_id)
    if request.POST.get("role") == "teach":
        text = services.ticket_for_teacher(session, by=actor)
    else:
        text = services.ticket_for_viewer(session, by=actor)
    expires = payloads.now_ms() + LIFETIME_S * 1000
    return JsonResponse({"ticket": text, "expires_ms": expires, "home": queries.home_path(session.node)})


def _home(request: HttpRequest, session_id: UUID) -> str | None:
    """None for whoever has no ticket of this session: to them the address knows no GET."""
    try:
        ticket = services.verify_ticket(request.GET.get("ticket", ""))
    except BadTicket:
        return None
    return queries.home_of(session_id) if ticket.s == str(session_id) else None


@require_safe
@never_cache
@public
def key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """A content key for a player that was not given it ahead: by the session's rights, or by a ticket. 16 raw bytes."""
    try:
        try:
            found = media.content_key(key_id, by=actor_of(request))
        except ObjectDoesNotExist:
            found = _by_ticket(request, key_id)
    except KeyLost as lost:
        return JsonResponse({"error": lost.code, "message": str(lost.message)}, status=410)
    return HttpResponse(found.secret, content_type="application/octet-stream")


def _by_ticket(request: HttpRequest, key_id: UUID) -> Any:
    try:
        ticket = services.verify_ticket(request.GET.get("ticket", ""))
    except BadTicket as error:
        raise Http404 from error
    of_session = LiveSession.objects.filter(pk=ticket.s, stream__keys=key_id).exists() if ticket.s else False
    if not of_session or (ticket.a and not identity.is_open(UUID(ticket.a))):
        raise Http404
    return media.content_key(key_id, by=SYSTEM)
