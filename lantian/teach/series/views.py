"""Series: the list, one with its lessons, putting one together, following it."""

from typing import TYPE_CHECKING, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.files import file_response
from lantian.kernel.rules import Denied, check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, public
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.kernel.web.shell import base_of
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Stage, Subject
from lantian.teach.series import queries, rules, services
from lantian.teach.series.enums import SeriesKind, SeriesState
from lantian.teach.series.errors import SeriesError
from lantian.teach.series.forms import AttachForm, SeriesForm
from lantian.teach.series.models import Series, SeriesLesson

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

TONES = {SeriesState.DRAFT: "warn", SeriesState.PUBLISHED: "ok", SeriesState.CLOSED: "neutral"}


class SeriesList(ListPage[Series]):
    key = "series"
    title = lazy("系列课")
    unit = lazy("个系列")
    columns = (
        Column("next", lazy("最近开课"), value="next_at", kind="datetime", sort="next_at"),
        Column("published", lazy("发布时间"), value="published_at", kind="datetime", sort="published_at"),
        Column("title", lazy("名称"), primary=True, sort="title"),
        Column("lessons", lazy("课的多少"), kind="number", sort="lessons"),
    )
    filters = (
        Filter("kind", lazy("类型"), SeriesKind.choices),
        Filter("stage", lazy("学段"), Stage.choices),
        Filter("subject", lazy("学科"), Subject.choices),
    )
    search = ("title", "words", "teacher__name", "organization__name", "entries__lesson__title")
    search_hint = lazy("名称、老师、学校或课题")
    order = "next"
    exportable = False
    tile = "series/_tile.html"
    empty_icon = "library"
    empty_title = lazy("还没有系列课")
    empty_text = lazy("学校和教育局发布以后，会出现在这里。")


@require_safe
@public
def series_list(request: HttpRequest) -> HttpResponseBase:
    """What there is for whoever asks; those who make some find theirs here, too."""
    actor = acting(request)
    page = SeriesList(request, queries.with_figures(queries.series_visible_to(actor)).distinct())
    queries.with_pictures(page.objects, actor)
    context = {"base": base_of(request), "may_create": bool(check(rules.may_create_series, actor))}
    return page.respond("series/list.html", context)


def _found(request: HttpRequest, pk: UUID) -> Series:
    rows = queries.series_visible_to(acting(request)).select_related("organization", "teacher", "region", "alliance")
    return get_visible_or_404(rows, pk=pk)


@require_safe
@public
def series(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it is, what comes, what can be watched again."""
    actor, found = acting(request), _found(request, pk)
    entries = queries.entries_of(found, actor)
    coming = sorted((entry for entry in entries if entry.to_come), key=lambda entry: entry.lesson.starts_at)
    over = [entry for entry in entries if not entry.to_come and not entry.is_cancelled]
    context = {
        "base": base_of(request),
        "series": found,
        "tone": TONES[SeriesState(found.state)],
        "picture": queries.covers_of([found], actor).get(found.pk, ""),
        "live": [entry for entry in coming if entry.is_live],
        "coming": [entry for entry in coming if not entry.is_live],
        "replays": [entry for entry in over if entry.has_replay],
        "unseen": [entry for entry in over if not entry.has_replay],
        "lessons": len([entry for entry in entries if not entry.is_cancelled]),
        "may_manage": bool(check(rules.may_manage_series, actor, found)),
        "may_publish": bool(check(rules.may_publish_series, actor, found)),
        "may_follow": bool(check(rules.may_follow_series, actor, found)),
        "follows": queries.follows(actor, found),
    }
    return render(request, "series/series.html", context)


@require_safe
@public
def cover(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The picture of a series, to whoever may see the series."""
    found = _found(request, pk)
    try:
        return file_response(found.cover)
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error


# Following ---------------------------------------------------------------------------------------------------------------


@never_cache
@require_POST
@guarded_by_object("series.follow_series")
def follow(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act=off`: no more."""
    actor, found = acting(request), _found(request, pk)
    if request.POST.get("act") == "off":
        services.unfollow_series(found, by=actor)
        messages.success(request, _("不再提醒。"))
    else:
        services.follow_series(found, by=actor)
        messages.success(request, _("订阅好了，开课前半小时提醒您。"))
    return redirect("series_series", pk)


# Making ------------------------------------------------------------------------------------------------------------------


def _unit(request: HttpRequest) -> "Organization":
    """One's own school or office, or the one below it that the address names."""
    actor = acting(request)
    visible = roster.organizations_visible_to(actor)
    asked = request.GET.get("unit", "")
    if asked:
        return get_visible_or_404(visible, pk=asked)
    if actor.grant is None:
        raise Http404
    return get_visible_or_404(visible, pk=actor.grant.organization_id)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("series.create_series")
@once
def series_new(request: HttpRequest) -> HttpResponse:
    """Begin one; `?unit=` names a school below one's office."""
    actor, unit = acting(request), _unit(request)
    require(rules.may_create_series, actor, unit)
    usual = {"teacher": actor.person_id, "kind": SeriesKind.MASTER}
    form = SeriesForm(request.POST or None, request.FILES or None, organization=unit, actor=actor, initial=usual)
    if form.is_valid():
        try:
            made = services.create_series(organization=unit, by=actor, **form.facts)
        except SeriesError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            _take_cover(request, made)
            messages.success(request, _("系列建好了，下一步把课放进来。"))
            return redirect("series_lessons", made.pk)
    schools = roster.schools_below(unit)[:400] if actor.has_role("officer") and not request.GET.get("unit") else []
    return render(request, "series/edit.html", {"form": form, "unit": unit, "schools": schools})


def _take_cover(request: HttpRequest, found: Series) -> None:
    sent = request.FILES.get("cover")
    if sent is None or sent.file is None:
        return
    try:
        services.set_cover(found, upload=cast("BinaryIO", sent.file), by=acting(request))
    except SeriesError as error:
        messages.error(request, str(error.message))


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("series.manage_series")
@once
def series_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its words, its cover, for whom it is."""
    actor, found = acting(request), _found(request, pk)
    require(rules.may_manage_series, actor, found)
    form = SeriesForm(
        request.POST or None,
        request.FILES or None,
        organization=found.organization,
        actor=actor,
        initial=SeriesForm.initial_of(found),
    )
    if form.is_valid():
        try:
            services.change_series(found, by=actor, **form.facts)
        except SeriesError as error:
            form.add_error(error.field or None, str(error.message))
        except Denied as refused:
            form.add_error("access", refused.words)
        else:
            _take_cover(request, found)
            messages.success(request, _("已保存"))
            return redirect("series_series", pk)
    return render(request, "series/edit.html", {"form": form, "series": found, "unit": found.organization})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("series.manage_series")
@once
def series_lessons(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The lessons in their order, and one more."""
    actor, found = acting(request), _found(request, pk)
    require(rules.may_manage_series, actor, found)
    form = AttachForm(request.POST or None, lessons=queries.lessons_to_choose(actor, found))
    if form.is_valid():
        try:
            services.attach_lesson(found, form.cleaned_data["lesson"], by=actor)
        except SeriesError as error:
            form.add_error("lesson", str(error.message))
        else:
            messages.success(request, _("课放进来了"))
            return redirect("series_lessons", pk)
    context = {
        "series": found,
        "form": form,
        "entries": queries.entries_of(found, actor),
        "may_publish": bool(check(rules.may_publish_series, actor, found)),
    }
    return render(request, "series/lessons.html", context)


@never_cache
@require_POST
@guarded_by_object("series.manage_series")
def lesson_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: earlier, later, out."""
    actor = acting(request)
    rows = SeriesLesson.objects.filter(series__in=queries.series_visible_to(actor)).select_related("series", "lesson")
    entry = get_visible_or_404(rows, pk=pk)
    require(rules.may_manage_series, actor, entry.series)
    act = request.POST.get("act", "")
    try:
        if act == "out":
            services.detach_lesson(entry, by=actor)
        elif act in ("earlier", "later"):
            services.move_lesson(entry, to=entry.position + (1 if act == "later" else -1), by=actor)
    except SeriesError as error:
        messages.error(request, str(error.message))
    return redirect("series_lessons", entry.series_id)


@never_cache
@require_POST
@guarded_by_object("series.publish_series")
def series_publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act=close`: take it down."""
    actor, found = acting(request), _found(request, pk)
    try:
        if request.POST.get("act") == "close":
            services.close_series(found, by=actor)
            messages.success(request, _("已下架，只有制作的人还看得到。"))
        else:
            services.publish_series(found, by=actor)
            messages.success(request, _("已发布。"))
    except SeriesError as error:
        messages.error(request, str(error.message))
    return redirect("series_series", pk)
