"""What stands in a room when its lesson fails: the page of one button, and what to do meanwhile."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.web.guards import acting, found_or_404, get_visible_or_404, guarded
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.teach.desk import queries, services
from lantian.teach.desk.enums import FaultKind
from lantian.teach.desk.errors import DeskError
from lantian.teach.desk.forms import FaultForm

if TYPE_CHECKING:
    from lantian.kernel.rules import Actor
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.schedule.models import Lesson

# A screen cannot go live; a teacher's own lesson is not missed by its teacher.
NOT_ON_SCREENS, NOT_TEACHING = (FaultKind.CANNOT_OPEN,), (FaultKind.NO_TEACHER,)


def _own_class(actor: "Actor", lesson: "Lesson | None") -> "ClassGroup | None":
    """The class whose room it is: a screen's, or the one of the lesson that a local teacher minds."""
    if lesson is None:
        return None
    mine = (row.class_group for row in lesson.receivers.all() if row.class_group_id in actor.class_group_ids)
    return next(mine, None)


def _place(actor: "Actor", group: "ClassGroup | None") -> "Organization | None":
    if group is not None:
        return group.organization
    own = actor.grant.organization_id if actor.grant else actor.organization_id
    return roster.organizations_known([own]).first() if own else None


@require_http_methods(["GET", "POST"])
@never_cache
@guarded("desk.raise_ticket")
@once
def fault(request: HttpRequest, lesson_id: UUID | None = None) -> HttpResponse:
    """One button for each thing that goes wrong; what the machine knows is sent along. Answers with the ticket's number."""
    actor = acting(request)
    lesson = found_or_404(schedule.visible_lesson(actor, lesson_id)) if lesson_id else None
    group = _own_class(actor, lesson)
    teaches = lesson is not None and lesson.teacher_id == actor.person_id
    left_out = NOT_ON_SCREENS if actor.is_screen else NOT_TEACHING if teaches else ()
    form = FaultForm(request.POST or None)
    ticket, error = None, ""
    if form.is_valid():
        data = form.cleaned_data
        try:
            ticket = services.raise_ticket(
                kind=data["kind"],
                words=data["words"],
                lesson=lesson,
                class_group=group,
                browser=data["facts"],
                agent=request.headers.get("User-Agent", ""),
                by=actor,
            )
        except DeskError as refused:
            error = str(refused.message)
    place = _place(actor, group)
    context = {
        "lesson": lesson,
        "kinds": [(value, words) for value, words in FaultKind.choices if value not in left_out],
        "form": form,
        "ticket": ticket,
        "error": error,
        "contact": queries.contact_for(place) if place else None,
        "base": "web/room.html" if actor.is_screen else "web/shell.html",
    }
    return render(request, "desk/fault.html", context, status=201 if ticket else 200)


@require_safe
@never_cache
@guarded("live.use_screen")
def standby(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """On a class screen whose lesson has not come; shown inside the screen's own page, which goes on by itself when it does."""
    actor = acting(request)
    lesson = found_or_404(schedule.visible_lesson(actor, lesson_id))
    rooms = schedule.rooms_visible_to(actor).select_related("class_group__organization", "organization")
    room = get_visible_or_404(rooms, pk=actor.room_id)
    found = queries.standby(lesson, actor=actor, organization=room.organization)
    return render(request, "desk/standby.html", {"standby": found, "lesson": lesson})
