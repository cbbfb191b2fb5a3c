"""Files for the lesson: upload, progress, removal."""

from typing import BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lantian.kernel.rules import require
from lantian.kernel.web.guards import guarded_by_object
from lantian.people.schedule import queries as schedule
from lantian.teach.live import services
from lantian.teach.live.errors import BadUpload
from lantian.teach.live.models import PageUpload
from lantian.teach.live.rules import may_manage_pages
from lantian.teach.live.views import payloads
from lantian.teach.live.views.found import actor_of, visible_lesson
from lantian.teach.live.views.sessions import answers_json


@require_http_methods(["GET", "POST"])
@never_cache
@guarded_by_object("live.manage_pages")
@answers_json
def pages(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """GET: all files with their progress, and the sheets. POST `file`: one more."""
    actor = actor_of(request)
    lesson = visible_lesson(request, lesson_id)
    require(may_manage_pages, actor, lesson)
    if request.method == "GET":
        return JsonResponse(payloads.sheets_of(lesson))
    sent = request.FILES.get("file")
    if sent is None or sent.file is None:
        raise BadUpload
    row = services.add_page_upload(lesson, upload=cast("BinaryIO", sent.file), name=sent.name or "", by=actor)
    return JsonResponse({"upload": payloads.upload(row)}, status=201)


@require_POST
@guarded_by_object("live.manage_pages")
@answers_json
def remove(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    lessons = schedule.lessons_visible_to(actor).values("pk")
    row = get_object_or_404(PageUpload.objects.select_related("lesson"), pk=upload_id, lesson__in=lessons)
    services.remove_page_upload(row, by=actor)
    return HttpResponse(status=204)
