"""The list of lessons; planning, moving and cancelling one."""

from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Subject
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.enums import LESSON_TONES, LessonAccess, LessonState
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.forms import CancelForm, HandOverForm, PlanForm, TimesForm, next_quarter
from lantian.people.schedule.models import Lesson

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

# Unasked the list begins today: what one comes for is the next lesson, not one in three weeks.
WHEN = (
    ("today", lazy("今天")),
    ("week", lazy("今后七天")),
    ("past", lazy("已过去")),
    ("all", lazy("以前和以后")),
)


def _from_today(lessons: QuerySet[Lesson]) -> QuerySet[Lesson]:
    return lessons.filter(ends_at__gt=queries.day_bounds(timezone.localdate())[0])


def _when(lessons: QuerySet[Lesson], value: str) -> QuerySet[Lesson]:
    start, end = queries.day_bounds(timezone.localdate())
    if value == "all":
        return lessons
    if value == "today":
        return lessons.filter(starts_at__lt=end, ends_at__gt=start)
    if value == "week":
        return lessons.filter(starts_at__gte=start, starts_at__lt=start + timedelta(days=7))
    return lessons.filter(ends_at__lt=timezone.now())


@cache
def _subjects() -> frozenset[str]:
    """The subjects' own names, which regular lessons have for a title."""
    with translation.override(settings.LANGUAGE_CODE):
        return frozenset(str(label) for _value, label in Subject.choices)


def full_title(lesson: Lesson) -> str:
    """A lesson that is called by its subject alone says of whom it is as well."""
    if lesson.title not in _subjects():
        return lesson.title
    return f"{lesson.title} · {lesson.class_group or lesson.teacher.name}"


class LessonList(ListPage[Lesson]):
    key = "lessons"
    title = lazy("课程")
    unit = lazy("节课")
    columns = (
        Column("title", lazy("课题"), value=full_title, primary=True, sort="title", link=queries.lesson_url),
        Column("starts_at", lazy("时间"), kind="datetime", sort="starts_at"),
        Column("subject", lazy("学科"), value="get_subject_display"),
        Column("teacher", lazy("主讲"), value="teacher.name"),
        Column("organization", lazy("主讲学校"), value=lambda row: str(row.organization)),
        Column("receivers", lazy("接收班级"), value="classes", kind="number"),
        Column(
            "state", lazy("状态"), value="get_state_display", kind="badge", tone=lambda row: LESSON_TONES[row.state]
        ),
    )
    filters = (
        Filter("when", lazy("时间"), WHEN, apply=_when, unasked=lazy("今天起")),
        Filter("state", lazy("状态"), LessonState.choices),
        Filter("subject", lazy("学科"), Subject.choices),
    )
    search = ("title", "teacher__name", "organization__name", "organization__short_name")
    search_hint = lazy("课题、教师或学校")
    order = "starts_at"
    empty_icon = "calendar-days"
    empty_title = lazy("今天起没有课")
    empty_text = lazy("安排好的课会出现在这里；上过的课和回放在“已过去”里。")

    @property
    def time(self) -> str:
        return next(state.value for state in self.filter_states if state.key == "when")

    @cached_property
    def queryset(self) -> QuerySet[Lesson]:
        return super().queryset if self.time else _from_today(super().queryset)

    @cached_property
    def sort(self) -> tuple[str, bool]:
        key, descending = super().sort
        return key, descending if self.params.get("sort") else self.time in ("past", "all")


@require_safe
@signed_in
def lessons(request: HttpRequest) -> HttpResponseBase:
    """The lessons one may see: from today on, the next one first; those that are over behind a choice."""
    actor = acting(request)
    page = LessonList(request, queries.counted(queries.lessons_visible_to(actor)))
    return page.respond("schedule/lessons.html", {"may_plan": bool(check(rules.may_plan_lesson, actor))})


def _school(request: HttpRequest) -> "Organization":
    """The school planned for: one's own, or for an office the one named in the address."""
    actor = acting(request)
    visible = roster.organizations_visible_to(actor)
    asked = request.GET.get("school", "")
    if asked:
        return get_visible_or_404(visible, pk=asked)
    if actor.grant is None:
        raise Http404
    return get_visible_or_404(visible, pk=actor.grant.organization_id)


@require_http_methods(["GET", "POST"])
@guarded("schedule.plan_lesson")
@once
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a lesson."""
    actor, school = acting(request), _school(request)
    require(rules.may_plan_lesson, actor, school)
    own = actor.person_id if actor.has_role(*queries.TEACHING_ROLES) else None
    form = PlanForm(request.POST or None, organization=school, person_id=own, initial=next_quarter())
    if form.is_valid():
        data = form.cleaned_data
        starts_at, ends_at = form.times()
        try:
            lesson = services.plan_lesson(
                title=data["title"],
                subject=data["subject"],
                stage=data["class_group"].stage,
                grade=data["class_group"].grade,
                teacher=data["teacher"],
                organization=school,
                starts_at=starts_at,
                ends_at=ends_at,
                class_group=None if data["access"] == LessonAccess.REHEARSAL else data["class_group"],
                room=data["room"],
                alliance=data.get("alliance"),
                access=data["access"],
                summary=data["summary"],
                receivers=form.chosen_receivers(),
                by=actor,
            )
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("课程已安排"))
            return redirect(queries.lesson_url(lesson) or "schedule_lessons")
    return render(request, "schedule/plan.html", {"form": form, "school": school})


def _found(request: HttpRequest, lesson_id: UUID) -> Lesson:
    lessons = queries.with_names(queries.lessons_visible_to(acting(request)))
    return get_visible_or_404(lessons, pk=lesson_id)


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.change_lesson")
@once
def edit(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Move a lesson that has not begun."""
    actor, lesson = acting(request), _found(request, lesson_id)
    require(rules.may_change_lesson, actor, lesson)
    form = TimesForm(request.POST or None, initial=TimesForm.initial_of(lesson))
    if form.is_valid():
        starts_at, ends_at = form.times()
        try:
            services.reschedule_lesson(lesson, starts_at=starts_at, ends_at=ends_at, by=actor)
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("时间已调整"))
            return _back(lesson)
    return _edit_page(request, lesson, form, CancelForm())


@require_POST
@guarded_by_object("schedule.change_lesson")
@once
def cancel(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Cancel a lesson that has not begun."""
    lesson = _found(request, lesson_id)
    require(rules.may_change_lesson, acting(request), lesson)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, lesson, TimesForm(initial=TimesForm.initial_of(lesson)), form)
    try:
        services.cancel_lesson(lesson, reason=form.cleaned_data["reason"], by=acting(request))
    except ScheduleError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("课程已取消"))
    return _back(lesson)


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.hand_over_lesson")
@once
def hand_over(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Let another teacher take a lesson over, before it begins or in the middle of it."""
    actor, lesson = acting(request), _found(request, lesson_id)
    require(rules.may_hand_over_lesson, actor, lesson)
    form = HandOverForm(request.POST or None, lesson=lesson)
    if form.is_valid():
        teacher = form.cleaned_data["teacher"]
        try:
            services.hand_over_lesson(lesson, teacher=teacher, reason=form.cleaned_data["reason"], by=actor)
        except ScheduleError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            messages.success(request, _("已请%(name)s老师代课") % {"name": teacher.name})
            return _back(lesson)
    context = {"lesson": lesson, "form": form, "lesson_url": queries.lesson_url(lesson)}
    return render(request, "schedule/hand_over.html", context)


def _edit_page(request: HttpRequest, lesson: Lesson, form: Any, cancel_form: Any) -> HttpResponse:
    context = {"lesson": lesson, "form": form, "cancel_form": cancel_form, "lesson_url": queries.lesson_url(lesson)}
    return render(request, "schedule/edit.html", context)


def _back(lesson: Lesson) -> HttpResponse:
    return redirect(queries.lesson_url(lesson) or "schedule_lessons")
