"""Finding and using resources."""

import json
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantian.content.resources import queries, rules, services
from lantian.content.resources.engine import kinds, lrmi
from lantian.content.resources.enums import (
    LICENCE_URLS,
    OPEN_VERSIONS,
    Audience,
    FaultKind,
    Licence,
    Purpose,
    Reach,
    ResourceKind,
    ResourceState,
    VersionState,
)
from lantian.content.resources.errors import ResourceError
from lantian.content.resources.models import Fault, Resource, ResourceVersion
from lantian.content.resources.views.files import seen_version
from lantian.content.resources.views.filming import view_of_film
from lantian.content.resources.views.making import TONES, VERSION_TONES
from lantian.kernel.rules import Actor, Denied, check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object, public
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.shell import base_of
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries import GRADE_CHOICES, grade_words


def _whose(rows: QuerySet[Resource], value: str) -> QuerySet[Resource]:
    return rows.exclude(mark="") if value == "marked" else rows


class Resources(ListPage[Resource]):
    key = "resources"
    title = lazy("资源")
    unit = lazy("个资源")
    columns = (
        Column("published", lazy("发布时间"), value="published_at", kind="datetime", sort="published_at"),
        Column("title", lazy("名称"), primary=True, sort="title"),
        Column("kind", lazy("种类"), value=lambda row: row.get_kind_display()),
        Column("purpose", lazy("是什么"), value=lambda row: row.get_purpose_display()),
        Column("subject", lazy("学科"), value=lambda row: row.get_subject_display()),
        Column("stage", lazy("学段"), value=lambda row: row.get_stage_display()),
        Column("grade", lazy("年级"), value=lambda row: grade_words(row.grade, row.stage)),
        Column("unit", lazy("单位"), value="organization.name"),
        Column("licence", lazy("使用许可"), value=lambda row: row.get_licence_display()),
        Column("downloads", lazy("下载"), kind="number", sort="downloads"),
        Column("score", lazy("评价"), kind="number", sort="score"),
    )
    filters = (
        Filter("subject", lazy("学科"), Subject.choices),
        Filter("stage", lazy("学段"), Stage.choices),
        Filter("grade", lazy("年级"), GRADE_CHOICES),
        Filter("kind", lazy("种类"), ResourceKind.choices),
        Filter("purpose", lazy("是什么"), Purpose.choices),
        Filter("mark", lazy("优质"), (("marked", lazy("有优质标记")),), _whose),
    )
    search = ("title", "keywords", "words", "organization__name", "author__name")
    search_hint = lazy("名称、学校或作者")
    order = "-published"
    tile = "resources/_tile.html"
    dress = staticmethod(queries.with_names)

    @cached_property
    def uses(self) -> list[queries.Use]:
        """What can be done with each, from the list."""
        return queries.uses_for(self.actor)

    empty_icon = "folder-open"
    empty_title = lazy("还没有资源")
    empty_text = lazy("学校和教育局审核发布以后，会出现在这里。")


@require_safe
@public
def resources_list(request: HttpRequest) -> HttpResponseBase:
    """What is published and for whoever asks."""
    actor = acting(request)
    rows = queries.resources_visible_to(actor).filter(state=ResourceState.PUBLISHED)
    page = Resources(request, queries.with_score(rows))
    context = {
        "base": base_of(request),
        "may_upload": bool(check(rules.may_upload, actor)),
        "alternates": [each for forms in queries.ALTERNATES for each in forms(request.GET.dict())],
        "links": queries.links_of_list(actor, request.GET.dict()),
        # not for a part of the list that htmx asks for
        "panels": [] if request.headers.get("HX-Request") else queries.panels_of_list(actor, request.GET.dict()),
    }
    return page.respond("resources/list.html", context)


def _found(request: HttpRequest, pk: UUID) -> Resource:
    rows = queries.resources_visible_to(acting(request)).select_related("region")
    return get_visible_or_404(queries.with_names(rows), pk=pk)


@require_safe
@public
def resource(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it is, how it looks, who may use it how."""
    found = _found(request, pk)
    versions = list(queries.versions_seen(acting(request), found))
    shown = next((one for one in versions if one.pk == found.current_id), versions[0] if versions else None)
    return _page(request, found, versions, shown)


@require_safe
@public
def version(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One version, as those who decide on it see it."""
    shown = seen_version(request, pk)
    found = _found(request, shown.resource_id)
    return _page(request, found, list(queries.versions_seen(acting(request), found)), shown)


def _page(
    request: HttpRequest, found: Resource, versions: list[ResourceVersion], shown: ResourceVersion | None
) -> HttpResponse:
    actor = acting(request)
    manages = bool(check(rules.may_manage_resource, actor, found))
    opened = next((one for one in versions if one.state in OPEN_VERSIONS), None)
    for one in versions:
        one.tone = VERSION_TONES[VersionState(one.state)]  # type: ignore[attr-defined]  # for the page
    context: dict[str, Any] = {
        "base": base_of(request),
        "resource": found,
        "shown": shown,
        "said": shown or found,
        "tone": TONES[ResourceState(found.state)],
        "versions": versions,
        "opened": opened,
        "may_manage": manages,
        "may_change": opened is not None and bool(check(rules.may_change_version, actor, opened)),
        "may_take_back": opened is not None and bool(check(rules.may_take_back, actor, opened)),
        "may_withdraw": bool(check(rules.may_withdraw, actor, found)),
        "may_mark": found.state == ResourceState.PUBLISHED and bool(check(rules.may_mark, actor, found)),
        "may_speak": bool(check(rules.may_speak, actor, found)),
        "may_rate": bool(check(rules.may_rate, actor, found)),
        "mine": queries.rating_of(actor, found),
        "favourite": queries.is_favourite(actor, found),
        "ratings": queries.ratings_with_words(found),
        "places": queries.nodes_of(found),
        "provenance": queries.provenance_of(found),
        "faults": queries.faults_open(found) if manages else [],
        "fault_kinds": FaultKind.choices,
        "licence_url": LICENCE_URLS.get(Licence(shown.licence)) if shown and shown.licence else "",
        "lrmi": _lrmi(request, found),
        "panels": queries.panels_of_resource(actor, found),
        "uses": [(use, use.url(found.pk)) for use in _uses(found, actor)],
        **_view(shown, manages=manages),
    }
    return render(request, "resources/resource.html", context)


def _uses(found: Resource, actor: Actor) -> list[queries.Use]:
    return queries.uses_for(actor) if found.state == ResourceState.PUBLISHED else []


def _view(shown: ResourceVersion | None, *, manages: bool) -> dict[str, Any]:
    """How the version's file is looked at: the way, the address, and for the reader of PDF its config."""
    blob = shown.blob if shown else None
    if shown is None or blob is None:
        return {"view": "link" if shown and shown.url else ""}
    if blob.kind in kinds.PACKAGES and (runner := next(iter(queries.RUNNERS), None)) is not None:
        return {"view": "runs", "address": runner(shown), "blob": blob}
    if services.is_film(blob):
        return view_of_film(shown, blob, manages=manages)
    view = kinds.FORMATS[blob.kind].view
    address = reverse("resources_file", args=[shown.pk])
    if view == "office":
        if blob.preview_id is None:
            comes = not blob.preview_why and queries.converter() is not None
            if comes:
                services.ask_preview(blob)  # of what came with many others none is made before
            return {"view": "waits" if comes else "none", "blob": blob, "why": blob.preview_why}
        view, address = "pdf", reverse("resources_preview", args=[shown.pk])
    found: dict[str, Any] = {"view": view or "none", "address": address, "blob": blob}
    if view == "text":
        found["text"] = blob.text[:20_000]
    if view == "pdf":
        found["reader"] = {"url": address, "title": shown.title}
    return found


def _lrmi(request: HttpRequest, found: Resource) -> SafeString:
    """For search engines, of what everybody may see; as it may stand in a page."""
    if found.state != ResourceState.PUBLISHED or found.current is None or found.reach != Reach.PUBLIC:
        return SafeString("")
    facts = lrmi.described(
        url=request.build_absolute_uri(reverse("resources_resource", args=[found.pk])),
        title=found.title,
        words=found.words,
        kind=str(found.kind),
        purpose=str(found.purpose),
        subject=found.get_subject_display() if found.subject else "",
        grade=found.grade,
        language=found.language,
        keywords=found.keywords.split(),
        licence=LICENCE_URLS.get(Licence(found.licence), "") if found.licence else "",
        rights_holder=found.rights_holder,
        publisher=str(found.organization),
        published=found.published_at,
        score=getattr(found, "score", None),
        rated=found.rated,
        mime=found.current.blob.kind if found.current.blob else "",
        staff_only=found.audience == Audience.STAFF,
    )
    text = json.dumps(facts, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - nothing in it can end the element that it stands in


# Using ----------------------------------------------------------------------------------------------------------------------


def _stars(text: str) -> int:
    return int(text) if text in ("1", "2", "3", "4", "5") else 0


@never_cache
@require_POST
@guarded_by_object("resources.view_resource")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: keep, drop, rate, report, withdraw, mark, version (begin a new one)."""
    actor, found = acting(request), _found(request, pk)
    asked, words = request.POST.get("act", ""), request.POST.get("words", "")
    try:
        if asked in ("keep", "drop"):
            services.keep_resource(found, keep=asked == "keep", by=actor)
            messages.success(request, _("收藏好了。") if asked == "keep" else _("不再收藏。"))
        elif asked == "rate":
            services.rate_resource(found, stars=_stars(request.POST.get("stars", "")), words=words, by=actor)
            messages.success(request, _("谢谢您的评价。"))
        elif asked == "report":
            services.report_fault(found, kind=request.POST.get("kind", ""), words=words, by=actor)
            messages.success(request, _("已经告诉作者，改好以后会有新版本。"))
        elif asked == "withdraw":
            services.withdraw_resource(found, words=words, by=actor)
            messages.success(request, _("下架了。"))
        elif asked == "mark":
            services.mark_resource(found, mark=request.POST.get("mark", ""), by=actor)
            messages.success(request, _("已保存"))
        elif asked == "version":
            return redirect("resources_edit", services.new_version(found, by=actor).pk)
    except ResourceError as error:
        messages.error(request, str(error.message))
    except Denied as refused:
        messages.error(request, refused.words)
    return redirect("resources_resource", pk)


@never_cache
@require_POST
@guarded_by_object("resources.settle_fault")
def fault_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: mended, dismissed."""
    actor = acting(request)
    rows = Fault.objects.filter(resource__in=queries.resources_visible_to(actor)).select_related(
        "resource__organization"
    )
    found = get_visible_or_404(rows, pk=pk)
    require(rules.may_settle_fault, actor, found)
    try:
        services.settle_fault(found, state=request.POST.get("act", ""), answer=request.POST.get("words", ""), by=actor)
        messages.success(request, _("处理好了。"))
    except ResourceError as error:
        messages.error(request, str(error.message))
    return redirect("resources_resource", found.resource_id)
