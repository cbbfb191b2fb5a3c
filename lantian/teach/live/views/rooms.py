"""The three rooms: the teacher's, the viewers', the class screen's."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lantian.kernel.rules import require
from lantian.kernel.web.guards import get_visible_or_404, guarded, guarded_by_object, public
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.rules import may_teach_lesson
from lantian.teach.live.views import payloads
from lantian.teach.live.views.found import actor_of, visible_lesson

if TYPE_CHECKING:
    from lantian.people.schedule.models import Room


@require_safe
@never_cache
@guarded_by_object("schedule.teach_lesson")
def teach(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """The teacher's room, with the check of camera, microphone and screen before the lesson."""
    actor = actor_of(request)
    lesson = visible_lesson(request, lesson_id)
    require(may_teach_lesson, actor, lesson)
    return render(request, "live/teach.html", {"lesson": lesson, "config": payloads.teach_config(lesson, by=actor)})


@require_safe
@never_cache
@public
def watch(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Live while it is, replay once it is over. `?format=json` gives the island's configuration anew.

    Strangers see public lessons; for all others, and for those that do not exist, they are asked to sign in.
    """
    try:
        lesson = visible_lesson(request, lesson_id)
    except Http404:
        if not actor_of(request).is_anonymous:
            raise
        return redirect_to_login(reverse("live_watch", args=[lesson_id]))
    config = payloads.watch_config(lesson, by=actor_of(request))
    if request.GET.get("format") == "json":
        return JsonResponse(config)
    return render(request, "live/watch.html", {"lesson": lesson, "config": config})


def _room(request: HttpRequest) -> "Room":
    actor = actor_of(request)
    rooms = schedule.rooms_visible_to(actor).select_related("class_group", "organization")
    return get_visible_or_404(rooms, pk=actor.room_id)


@require_safe
@never_cache
@guarded("live.use_screen")
def screen(request: HttpRequest) -> HttpResponse:
    """The class-screen room: open all day, it joins the period's lesson by itself."""
    room = _room(request)
    config = payloads.screen_config(room, by=actor_of(request))
    return render(request, "live/screen.html", {"room": room, "config": config})


@require_safe
@never_cache
@guarded("live.use_screen")
def screen_day(request: HttpRequest) -> HttpResponse:
    """What is on now and next in this room, as JSON."""
    return JsonResponse(payloads.day(_room(request), by=actor_of(request)))
