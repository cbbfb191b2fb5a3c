"""The sheets of a lesson: prepared on a page of their own before it, shown as pictures in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.files import file_response
from lantian.kernel.numbers import number_of
from lantian.kernel.rules import Actor, require
from lantian.kernel.web.guards import get_visible_or_404, guarded_by_object, public
from lantian.teach.live import queries, services
from lantian.teach.live.enums import UploadState
from lantian.teach.live.errors import BadUpload
from lantian.teach.live.models import LessonPage
from lantian.teach.live.rules import may_manage_pages, may_view_page
from lantian.teach.live.services import office
from lantian.teach.live.services.uploads import MAX_BYTES, MAX_PAGES
from lantian.teach.live.views import payloads
from lantian.teach.live.views.found import actor_of, visible_lesson
from lantian.teach.live.views.sessions import answers_json

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson


@require_safe
@public
def page_image(request: HttpRequest, page_id: UUID, size: str) -> HttpResponseBase:
    """One page as a picture. Viewers are told of it when it is shown, and see it sharper than the broadcast has it."""
    actor = actor_of(request)
    pages = queries.pages_visible_to(actor).select_related("lesson")
    page = get_visible_or_404(pages, pk=page_id)
    require(may_view_page, actor, page)
    if page.is_blank:
        raise Http404
    try:
        return file_response(page.thumb if size == "thumb" else page.image)
    except FileNotFoundError as error:
        raise Http404 from error


@require_POST
@never_cache
@guarded_by_object("live.manage_pages")
@answers_json
def add_board(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """A blank board more, while the lesson runs."""
    page = services.add_blank_page(visible_lesson(request, lesson_id), by=actor_of(request))
    return JsonResponse({"sheet": payloads.sheet(page)}, status=201)


@require_http_methods(["GET", "POST"])
@never_cache
@guarded_by_object("live.manage_pages")
def prepare_pages(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Before the lesson: files and boards, their order and names. POST `file`: one more; without it: a blank board."""
    actor, lesson = actor_of(request), visible_lesson(request, lesson_id)
    require(may_manage_pages, actor, lesson)
    if request.method == "GET":
        return _sheets(request, lesson)
    sent = request.FILES.get("file")
    if request.POST.get("action") == "board":
        return _after(request, lesson, lambda: services.add_blank_page(lesson, by=actor))
    if sent is None or sent.file is None:
        return _sheets(request, lesson, fault=_("请先选择一个文件"))
    upload, name = cast("BinaryIO", sent.file), sent.name or ""
    return _after(request, lesson, lambda: services.add_page_upload(lesson, upload=upload, name=name, by=actor))


@require_POST
@never_cache
@guarded_by_object("live.manage_pages")
def change_page(request: HttpRequest, page_id: UUID) -> HttpResponse:
    """POST `action`: rename (`name`), earlier, later, move (`to`: its place, from 1), remove."""
    actor = actor_of(request)
    page = get_visible_or_404(queries.pages_visible_to(actor).select_related("lesson", "upload"), pk=page_id)
    require(may_manage_pages, actor, page.lesson)
    action = request.POST.get("action", "")
    if action == "remove":
        return _after(request, page.lesson, lambda: services.remove_page(page, by=actor))
    if action in ("earlier", "later", "move"):
        return _after(request, page.lesson, lambda: _move(page, action, request.POST.get("to", ""), actor))
    name = request.POST.get("name", "")
    return _after(request, page.lesson, lambda: services.rename_page(page, name=name, by=actor))


def _move(page: LessonPage, action: str, to: str, actor: Actor) -> None:
    order = list(queries.pages_of(page.lesson).values_list("pk", flat=True))
    place = order.index(page.pk)
    if action == "move":
        asked = number_of(to)
        aim = place if asked is None else asked - 1
    else:
        aim = place + (1 if action == "later" else -1)
    order.insert(max(0, min(aim, len(order) - 1)), order.pop(place))
    services.arrange_pages(page.lesson, order=order, by=actor)


def _after(request: HttpRequest, lesson: "Lesson", change: Callable[[], object]) -> HttpResponse:
    """Do it, and show what there is now: the list alone to htmx, the whole page to all others."""
    try:
        change()
    except BadUpload as refused:
        return _sheets(request, lesson, fault=str(refused.message))
    if request.headers.get("HX-Request"):
        return _sheets(request, lesson)
    return redirect("live_prepare", lesson.pk)


def _sheets(request: HttpRequest, lesson: "Lesson", *, fault: str = "") -> HttpResponse:
    uploads = list(queries.uploads_of(lesson))
    working = [row for row in uploads if row.state in (UploadState.WAITING, UploadState.WORKING)]
    asks = request.headers.get("HX-Request")
    if asks and working and request.GET.get("part") == "working":
        return render(request, "live/_working.html", {"lesson": lesson, "working": working})
    context = {
        "lesson": lesson,
        "sheets": list(queries.pages_of(lesson)),
        "working": working,
        "failed": [row for row in uploads if row.state == UploadState.FAILED],
        "fault": fault,
        "accept": ",".join(payloads.upload_types()),
        "presentations": office.program() is not None,
        "most_megabytes": MAX_BYTES >> 20,
        "most_pages": MAX_PAGES,
    }
    if not asks:
        return render(request, "live/prepare.html", context, status=400 if fault else 200)
    answer = render(request, "live/_sheets.html", context)
    # the progress asked for itself, and is over: the whole list takes its place
    answer["HX-Retarget"], answer["HX-Reswap"] = "#sheets", "outerHTML"
    return answer
