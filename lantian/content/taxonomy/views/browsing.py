"""Looking: from the stage down to a chapter, one node with all that belongs to it, a subject's knowledge points, lists."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.content.taxonomy import queries, rules, services
from lantian.content.taxonomy.enums import FrameworkKind, FrameworkState, NodeKind, Term
from lantian.content.taxonomy.errors import TaxonomyError
from lantian.content.taxonomy.models import Change, Framework, Link, Node
from lantian.kernel.rules import check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster.engine.names import search_words
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries import GRADE_CHOICES, grade_words

TONES = {
    FrameworkState.DRAFT: "neutral",
    FrameworkState.PUBLISHED: "ok",
    FrameworkState.SUPERSEDED: "warn",
    FrameworkState.RETIRED: "neutral",
}


def framework_tone(row: Framework) -> str:
    return TONES[FrameworkState(row.state)]


def state_words(row: Framework) -> str:
    return _("已停用") if row.state == FrameworkState.RETIRED else str(row.get_state_display())


def stage_words(row: Framework) -> str:
    return str(row.get_stage_display()) if row.stage else _("各学段")


def years_words(row: Framework) -> str:
    """2022 年起 or 2022–2024: school years by the year in which they begin."""
    return f"{row.valid_from}–{row.valid_to}" if row.valid_to else _("%(year)s 年起") % {"year": row.valid_from}


def node_url(row: Node) -> str:
    return reverse("taxonomy_node", args=[row.pk])


def framework_url(row: Framework) -> str:
    return reverse("taxonomy_framework", args=[row.pk])


@require_safe
@signed_in
def browse(request: HttpRequest) -> HttpResponse:
    """Stage, subject, edition, volume, and what stands in it. Every choice is a link."""
    asked = {key: request.GET.get(key, "") for key in ("stage", "subject", "book", "volume")}
    way = queries.way_down(stage=asked["stage"], subject=asked["subject"], book=asked["book"])
    volumes = list(queries.volumes_of(way.book)) if way.book else []
    volume = next((one for one in volumes if str(one.pk) == asked["volume"]), next(iter(volumes), None))
    tree = queries.tree_below(volume).children if volume else []
    ids = [branch.node.pk for root in tree for branch in root.walk()]
    context = {
        "way": way,
        "stages": [(one.value, one.label, f"?stage={one.value}") for one in way.stages],
        "subjects": [(one.value, one.label, f"?stage={way.stage}&subject={one.value}") for one in way.subjects],
        "books": [(str(one.pk), one.name, f"?book={one.pk}") for one in way.books],
        "book_key": str(way.book.pk) if way.book else "",
        "volumes": volumes,
        "volume": volume,
        "tree": tree,
        "points": queries.points_by_node(ids) if ids else {},
        "point_subjects": queries.subjects_with_points(),
        "may_edit": bool(check(rules.may_create_framework, acting(request))),
    }
    return render(request, "taxonomy/browse.html", context)


class FrameworkList(ListPage[Framework]):
    key = "taxonomy-frameworks"
    title = lazy("教材与知识点")
    unit = lazy("套")
    columns = (
        Column("name", lazy("名称"), primary=True, sort="name", link=framework_url),
        Column("kind", lazy("种类"), value="get_kind_display", sort="kind"),
        Column("subject", lazy("学科"), value="get_subject_display", sort="subject"),
        Column("stage", lazy("学段"), value=stage_words, sort="stage"),
        Column("years", lazy("使用学年"), value=years_words, sort="valid_from"),
        Column("state", lazy("状态"), value=state_words, kind="badge", tone=framework_tone, sort="state"),
        Column(
            "organization", lazy("维护单位"), value=lambda row: str(row.organization), sort="organization__sort_key"
        ),
        Column("code", lazy("编码"), sort="code"),
    )
    filters = (
        Filter("kind", lazy("种类"), FrameworkKind.choices),
        Filter("subject", lazy("学科"), Subject.choices),
        Filter("stage", lazy("学段"), Stage.choices),
        Filter("state", lazy("状态"), FrameworkState.choices),
    )
    search = ("name", "code", "words")
    search_hint = lazy("名称或编码")
    order = "code"
    empty_icon = "book-open"
    empty_title = lazy("还没有教材目录")
    empty_text = lazy("教育局或教研室建好目录并发布以后，大家就能在这里找到。")


@require_safe
@signed_in
def frameworks(request: HttpRequest) -> HttpResponseBase:
    """Every edition and set of points, old versions too; drafts for those who make them."""
    actor = acting(request)
    rows = queries.frameworks_visible_to(actor).select_related("organization")
    may = bool(check(rules.may_create_framework, actor))
    return FrameworkList(request, rows).respond("taxonomy/frameworks.html", {"may_create": may})


def _place(row: Node) -> str:
    return row.parent.title if row.parent else ""


def _grade(row: Node) -> str:
    return grade_words(row.grade, row.framework.stage)


class NodeList(ListPage[Node]):
    """Found by words, pinyin and initials, by the index."""

    key = "taxonomy-nodes"
    title = lazy("查找章节和知识点")
    unit = lazy("个")
    columns = (
        Column("title", lazy("名称"), primary=True, sort="sort_key", link=node_url),
        Column("kind", lazy("类型"), value="get_kind_display", sort="kind"),
        Column("parent", lazy("上级"), value=_place),
        Column("framework", lazy("教材"), value="framework.name", sort="framework__name"),
        Column("grade", lazy("年级"), value=_grade, sort=("grade", "term")),
        Column("code", lazy("编码"), sort="code"),
    )
    filters: ClassVar[Sequence[Filter]] = (
        Filter("kind", lazy("类型"), NodeKind.choices),
        Filter("subject", lazy("学科"), Subject.choices, "framework__subject"),
        Filter("stage", lazy("学段"), Stage.choices, "framework__stage"),
        Filter("grade", lazy("年级"), GRADE_CHOICES),
        Filter("term", lazy("册次"), Term.choices),
        Filter("version", lazy("版本"), [("all", lazy("包括旧版"))], lambda rows, _value: rows, lazy("在用的")),
    )
    search = ("search_text",)
    search_hint = lazy("名称、拼音或编码")
    order = "title"
    empty_icon = "search-x"

    @cached_property
    def queryset(self) -> QuerySet[Node]:
        found = self.base
        if self.params.get("version") != "all":
            found = found.filter(framework__state__in=(FrameworkState.PUBLISHED, FrameworkState.DRAFT))
        for item, state in zip(self.filters, self.filter_states, strict=True):
            if state.value:
                found = item.narrow(found, state.value)
        for word in search_words(self.q):
            found = found.filter(search_text__contains=word)
        return self._ordered(found)


@require_safe
@signed_in
def nodes(request: HttpRequest) -> HttpResponseBase:
    """All nodes that one sees."""
    rows = queries.nodes_visible_to(acting(request)).filter(retired_at=None).select_related("framework", "parent")
    return NodeList(request, rows).respond("taxonomy/nodes.html")


class PointList(NodeList):
    key = "taxonomy-points"
    title = lazy("知识点")
    columns = (
        Column("title", lazy("知识点"), primary=True, sort="sort_key", link=node_url),
        Column("area", lazy("领域"), value=_place, sort="parent__code"),
        Column("grade", lazy("年级"), value=_grade, sort=("grade", "code")),
        Column("before", lazy("要先学"), kind="number", sort="before"),
        Column("chapters", lazy("教材章节"), value=lambda row: row.chapters or 0, kind="number", sort="chapters"),
        Column("code", lazy("编码"), sort="code"),
    )
    order = "code"
    filters: ClassVar[Sequence[Filter]] = (
        Filter("area", lazy("领域"), lambda request: getattr(request, "areas", ()), "parent"),  # the view's own
        Filter("grade", lazy("年级"), GRADE_CHOICES),
    )
    empty_icon = "network"
    empty_title = lazy("还没有知识点")


@require_safe
@signed_in
def points(request: HttpRequest, subject: str) -> HttpResponseBase:
    """A subject's knowledge points as a list, and those of one area as a picture of what comes before what."""
    found = queries.points_framework(subject)
    if found is None:
        raise Http404
    areas = list(queries.areas_of(found))
    request.areas = [(str(area.pk), area.title) for area in areas]  # type: ignore[attr-defined]  # for the list's filter
    page = PointList(request, queries.points_listed(found))
    asked = request.GET.get("area", "")
    area = next((one for one in areas if str(one.pk) == asked), next(iter(areas), None))
    drawn = queries.picture_of(queries.points_in(found).filter(path__within=area.path)) if area else None
    context = {
        "framework": found,
        "subjects": [
            (one.value, one.label, reverse("taxonomy_points", args=[one.value]))
            for one in queries.subjects_with_points()
        ],
        "area": area,
        "picture": drawn,
    }
    return page.respond("taxonomy/points.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.view_framework")
@once
def framework(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One edition or set of points. `act`: publish, discard, retire, for those who may."""
    actor = acting(request)
    rows = queries.frameworks_visible_to(actor).select_related("organization", "successor")
    found = get_visible_or_404(rows, pk=pk)
    if request.method == "POST":
        return _framework_act(request, found)
    tops = queries.tree_of(found)
    asked = request.GET.get("part", "")
    top = next((one for one in tops if str(one.node.pk) == asked), next(iter(tops), None))
    may = bool(check(rules.may_edit_framework, actor, found))
    successor = found.successor if (found.successor and found.successor.state != FrameworkState.DRAFT) or may else None
    context = {
        "framework": found,
        "tone": framework_tone(found),
        "state": state_words(found),
        "stage": stage_words(found),
        "years": years_words(found),
        "tops": tops,
        "top": top,
        "points": queries.points_by_node([one.node.pk for one in top.walk()]) if top else {},
        "may_edit": may and found.state in (FrameworkState.DRAFT, FrameworkState.PUBLISHED),
        "successor": successor,
        "predecessor": getattr(found, "predecessor", None),
        "history": queries.history_of(framework=found) if may else None,
        "first_kind": NodeKind.VOLUME if found.kind == FrameworkKind.TEXTBOOK else NodeKind.AREA,
    }
    return render(request, "taxonomy/framework.html", context)


def _framework_act(request: HttpRequest, found: Framework) -> HttpResponse:
    actor, act = acting(request), request.POST.get("act", "")
    try:
        if act == "publish":
            services.publish_framework(found, by=actor)
            messages.success(request, _("“%(name)s”已发布，大家都能看到了。") % {"name": found.name})
        elif act == "retire":
            services.retire_framework(found, by=actor)
            messages.success(request, _("“%(name)s”已停用；放在上面的资源还找得到。") % {"name": found.name})
        elif act == "discard":
            services.discard_draft(found, by=actor)
            messages.success(request, _("草稿“%(name)s”已删除。") % {"name": found.name})
            return redirect("taxonomy_frameworks")
    except TaxonomyError as error:
        messages.error(request, str(error.message))
    return redirect("taxonomy_framework", found.pk)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.view_node")
@once
def node(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One node with all that belongs to it. `act`: undo a change, restore, take a link away, for those who may."""
    actor = acting(request)
    rows = queries.nodes_visible_to(actor).select_related("framework__organization", "parent")
    found = get_visible_or_404(rows, pk=pk)
    may = bool(check(rules.may_edit_framework, actor, found.framework))
    if request.method == "POST":
        return _node_act(request, found)
    ids = queries.standing_ids([found.pk])
    history = queries.history_of(node=found) if may else []
    context = {
        "node": found,
        "framework": found.framework,
        "above": queries.ancestors_of(found),
        "children": queries.children_of(found),
        "panels": queries.panels_of_node(actor, found, ids),
        "replacements": queries.replacements_of(found),
        "replaced": queries.replaced_by(found),
        "may_edit": may and found.framework.state in (FrameworkState.DRAFT, FrameworkState.PUBLISHED),
        "history": history,
        "undoable": history[0] if history and services.undoable(history[0]) else None,
        "links": queries.links_shown(found) if may else [],
        **(_of_point(found) if found.kind == NodeKind.POINT else _of_chapter(found)),
    }
    return render(request, "taxonomy/node.html", context)


def _of_point(found: Node) -> dict[str, Any]:
    around = queries.around(found)
    return {
        "is_point": True,
        "before": queries.required_for(found),
        "after": queries.prepared_by(found),
        "related": queries.related_to(found),
        "chapters": queries.nodes_of_point([found.pk]),
        "picture": queries.picture_of(around) if len(around) > 1 else None,
    }


def _of_chapter(found: Node) -> dict[str, Any]:
    return {"points": queries.points_of([found.pk])} if found.framework.kind == FrameworkKind.TEXTBOOK else {}


def _node_act(request: HttpRequest, found: Node) -> HttpResponse:
    actor, act, which = acting(request), request.POST.get("act", ""), request.POST.get("which", "")
    try:
        if act == "restore":
            services.restore_node(found, by=actor)
            messages.success(request, _("“%(name)s”已恢复使用。") % {"name": found.title})
        elif act == "undo":
            change = get_visible_or_404(Change.objects.filter(node=found), pk=which)
            services.undo_change(change, by=actor)
            messages.success(request, _("已撤销。"))
        elif act == "unlink":
            links = Link.objects.filter(pk__in=[link.pk for link in queries.links_shown(found)])
            services.unlink_nodes(get_visible_or_404(links.select_related("destination"), pk=which), by=actor)
            messages.success(request, _("关联已取消。"))
    except TaxonomyError as error:
        messages.error(request, str(error.message))
    return redirect("taxonomy_node", found.pk)
