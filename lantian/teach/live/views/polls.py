"""Questions of a lesson: prepared before it, and what was answered."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web import sheets
from lantian.kernel.web.guards import guarded_by_object
from lantian.people.schedule import queries as schedule
from lantian.teach.live import queries, rules, services
from lantian.teach.live.errors import TooManyPolls
from lantian.teach.live.forms import PollForm
from lantian.teach.live.models import LessonPoll, PreparedPoll
from lantian.teach.live.views.found import actor_of, visible_lesson

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson


@require_safe
@guarded_by_object("live.read_polls")
def polls(request: HttpRequest, lesson_id: UUID) -> HttpResponseBase:
    """Prepared questions and those that were asked, with their results. `?format=csv` gives every answer as a file."""
    actor = actor_of(request)
    lesson = visible_lesson(request, lesson_id)
    require(rules.may_read_polls, actor, lesson)
    asked = list(queries.polls_of(lesson))
    if request.GET.get("format") == "csv":
        return _csv(request, lesson, asked)
    context = {
        "lesson": lesson,
        "asked": [
            {
                "poll": poll,
                "rows": [
                    {"option": option, "votes": votes, "share": round(votes / poll.people * 100) if poll.people else 0}
                    for option, votes in zip(poll.options, poll.votes, strict=False)
                ],
                "texts": queries.answers_of(poll)[:100] if poll.type == "text" else [],
            }
            for poll in asked
        ],
        "prepared": queries.prepared_polls(lesson),
        "may_prepare": bool(check(rules.may_prepare_polls, actor, lesson)),
    }
    return render(request, "live/polls.html", context)


def _csv(request: HttpRequest, lesson: "Lesson", asked: list[LessonPoll]) -> HttpResponseBase:
    """A line an answer, with the region, who took it and when as its last line."""
    actor = actor_of(request)
    head = [_("问题"), _("学校"), _("班级或姓名"), _("类别"), _("选项"), _("人数"), _("内容")]
    lines = []
    for poll in asked:
        for answer in queries.answers_of(poll):
            counts = answer.data.get("counts") or [
                int(index in answer.data.get("choice", ())) for index in range(len(poll.options))
            ]
            kind = _("班级") if answer.role == "class" else _("个人")
            who = [poll.question, answer.school, answer.name, kind]
            if poll.type == "text":
                lines.append([*who, "", "1", answer.data.get("text", "")])
            lines += [
                [*who, option, str(count), ""] for option, count in zip(poll.options, counts, strict=False) if count
            ]
    school = actor.grant.organization_name if actor.grant else ""
    mark = sheets.watermark_text(
        settings.LANTIAN_REGION_NAME, school, actor.name, timezone.localtime(), _("仅限工作使用，请勿外传")
    )
    services.note_polls_export(lesson, rows=len(lines), by=actor)
    content = sheets.csv_lines(head, lines, watermark=mark)
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        content_disposition_header(True, f"{lesson.title} {_('提问')}.csv") or "attachment"
    )
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@guarded_by_object("live.prepare_polls")
def prepare(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """One more question for the lesson."""
    actor = actor_of(request)
    lesson = visible_lesson(request, lesson_id)
    require(rules.may_prepare_polls, actor, lesson)
    form = PollForm(request.POST or None, pages=queries.pages_of(lesson).filter(upload__isnull=False))
    if request.method == "POST" and form.is_valid():
        try:
            services.prepare_poll(lesson, question=form.question_data, by=actor)
        except TooManyPolls as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("备好了，上课时点一下就能提问。"))
            return redirect("live_polls", lesson.pk)
    status = 422 if form.errors else 200
    return render(request, "live/poll_prepare.html", {"lesson": lesson, "form": form}, status=status)


@require_POST
@guarded_by_object("live.prepare_polls")
def remove_poll(request: HttpRequest, poll_id: UUID) -> HttpResponse:
    """Take a prepared question back."""
    actor = actor_of(request)
    lessons = schedule.lessons_visible_to(actor).values("pk")
    poll = get_object_or_404(PreparedPoll.objects.select_related("lesson"), pk=poll_id, lesson__in=lessons)
    services.remove_prepared_poll(poll, by=actor)
    return redirect("live_polls", poll.lesson_id)
