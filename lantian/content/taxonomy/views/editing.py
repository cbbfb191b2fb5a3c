"""Keeping textbooks and knowledge points: each verb a page of its own, whose form says what the service refuses."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.content.taxonomy import queries, services
from lantian.content.taxonomy.enums import Action, FrameworkKind, LinkKind, NodeKind
from lantian.content.taxonomy.forms import (
    POINT_LINKS,
    FrameworkFactsForm,
    FrameworkForm,
    LinkForm,
    NodeForm,
    PickForm,
    PlaceForm,
    RevisionForm,
    SplitForm,
)
from lantian.content.taxonomy.models import Change, Framework, Node
from lantian.content.taxonomy.templatetags.taxonomy import change_facts, change_words
from lantian.content.taxonomy.views.parts import done, edited, edited_node, grouped, kinds_below, takes
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster


def _form(request: HttpRequest, title: str, form: forms.Form, framework: Framework | None, **more: Any) -> HttpResponse:
    context = {"title": title, "form": form, "framework": framework, **more}
    return render(request, "taxonomy/form.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("taxonomy.create")
@once
def framework_new(request: HttpRequest) -> HttpResponse:
    """Begin a draft at one's own unit."""
    actor = acting(request)
    if actor.grant is None:
        raise Http404
    unit = get_visible_or_404(roster.organizations_visible_to(actor), pk=actor.grant.organization_id)
    form = FrameworkForm(
        request.POST or None, initial={"kind": FrameworkKind.TEXTBOOK, "valid_from": timezone.localdate().year}
    )
    made = done(request, form, lambda facts: services.create_framework(organization=unit, by=actor, **facts))
    if made:
        return redirect("taxonomy_framework", made.pk)
    return _form(request, _("新建目录"), form, None, submit=_("建立草稿"))


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def framework_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name, code, years."""
    found, actor = edited(request, pk), acting(request)
    names = ("name", "code", "valid_from", "valid_to", "words")
    form = FrameworkFactsForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    if done(request, form, lambda facts: services.change_framework(found, by=actor, **facts)):
        return redirect("taxonomy_framework", pk)
    return _form(request, _("修改说明"), form, found)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def revise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft of the next version."""
    found, actor = edited(request, pk), acting(request)
    initial = {"valid_from": max(found.valid_from + 1, timezone.localdate().year + 1), "name": found.name}
    form = RevisionForm(request.POST or None, initial=initial)
    made = done(request, form, lambda facts: services.begin_revision(found, by=actor, **facts))
    if made:
        messages.success(request, _("新版的草稿已经建好，改好以后再发布。"))
        return redirect("taxonomy_framework", made.pk)
    about = _("先照现在这一版抄一份草稿；发布以前，大家看到的还是现在这一版。")
    return _form(request, pgettext("verb", "修订新版"), form, found, about=about, submit=_("建立草稿"))


def _about(row: Change) -> str:
    return " · ".join(change_facts(row)) or _("整个目录")


class ChangeList(ListPage[Change]):
    key = "taxonomy-history"
    title = lazy("修改记录")
    unit = lazy("条")
    columns = (
        Column("about", lazy("对象"), value=_about, primary=True, export=False),
        Column("words", lazy("做了什么"), value=change_words, page=False),
        Column("action", lazy("操作"), value="get_action_display", sort="action", export=False),
        Column("name", lazy("谁"), sort="name"),
        Column("at", lazy("时间"), kind="datetime", sort="id"),
    )
    filters = (Filter("action", lazy("操作"), Action.choices),)
    search = ("node__title", "name")
    search_hint = lazy("章节、知识点或姓名")
    order = "-at"


@require_safe
@guarded_by_object("taxonomy.edit")
def history(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """All that was done to a framework."""
    found = edited(request, pk)
    return ChangeList(request, queries.changes_of(found)).respond("taxonomy/history.html", {"framework": found})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def node_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a node below another (`parent`), or at the top."""
    found, actor = edited(request, pk), acting(request)
    asked = request.GET.get("parent", "")
    parent = get_visible_or_404(Node.objects.filter(framework=found), pk=asked) if asked else None
    kinds = kinds_below(found, parent)
    if not kinds:
        raise Http404
    form = NodeForm(request.POST or None, kinds=kinds)
    made = done(request, form, lambda facts: services.add_node(found, parent=parent, by=actor, **facts))
    if made:
        messages.success(request, _("已加上“%(title)s”。") % {"title": made.title})
        return redirect("taxonomy_node", (parent or made).pk)
    return _form(request, _("加一项"), form, found, node=parent)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def node_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Title, code, other words, and where it has its own: grade and half year."""
    found, actor = edited_node(request, pk), acting(request)
    names = ("title", "code", "words", "grade", "term")
    initial = {name: getattr(found, name) for name in names}
    form = NodeForm(request.POST or None, kinds=(found.kind,), initial=initial)
    form.fields["code"].required = True
    form.fields["code"].help_text = ""  # a new one may be left to the platform, a given one not

    def act(facts: dict[str, Any]) -> Node:
        return services.change_node(found, by=actor, **{key: facts[key] for key in names if key in facts})

    if done(request, form, act):
        return redirect("taxonomy_node", pk)
    return _form(request, pgettext("verb", "修改"), form, found.framework, node=found)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pick where it stands from now on; all below it comes along."""
    found, actor = edited_node(request, pk), acting(request)
    places: list[Any] = list(grouped(found.framework, takes(found.framework, found.kind), without=found))
    if found.kind in kinds_below(found.framework, None):
        places.insert(0, ("top", _("最上层")))
    form = PlaceForm(request.POST or None, places=places, initial={"parent": str(found.parent_id or "top")})

    def act(facts: dict[str, Any]) -> Node:
        parent = Node.objects.get(pk=facts["parent"]) if facts["parent"] != "top" else None
        position = facts["position"] - 1 if facts["position"] else None
        return services.move_node(found, parent=parent, position=position, by=actor)

    if done(request, form, act):
        messages.success(request, _("“%(title)s”已移动，放在上面的内容跟着走。") % {"title": found.title})
        return redirect("taxonomy_node", pk)
    return _form(request, pgettext("verb", "移动"), form, found.framework, node=found, about=_("它下面的都跟着走。"))


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Out of use, with a successor if there is one."""
    found, actor = edited_node(request, pk), acting(request)
    places = grouped(found.framework, lambda node: node.kind == found.kind, without=found)
    form = PickForm(
        request.POST or None,
        label=_("由哪一项接替"),
        places=places,
        optional=True,
        help_text=_("放在它上面的内容会在接替它的那一项上找到。"),
    )

    def act(_facts: dict[str, Any]) -> Node:
        return services.retire_node(found, successor=form.picked, by=actor)

    if done(request, form, act):
        messages.success(request, _("“%(title)s”已停用，可以撤销。") % {"title": found.title})
        return redirect("taxonomy_node", pk)
    about = _("它和它下面的都不再列出；编码和记录都还在。")
    return _form(request, _("停用"), form, found.framework, node=found, about=about, variant="danger", submit=_("停用"))


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Into another of its kind."""
    found, actor = edited_node(request, pk), acting(request)
    places = grouped(found.framework, lambda node: node.kind == found.kind, without=found)
    form = PickForm(request.POST or None, label=_("并入哪一项"), places=places)
    target = done(request, form, lambda _f: services.merge_nodes(found, form.chosen, by=actor))
    if target:
        messages.success(request, _("已并入“%(title)s”，可以撤销。") % {"title": target.title})
        return redirect("taxonomy_node", target.pk)
    about = _("它的下级、知识点和放在上面的内容都归到选的那一项。")
    return _form(request, _("并入另一项"), form, found.framework, node=found, about=about, submit=_("合并"))


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def split(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Into several, in its place."""
    found, actor = edited_node(request, pk), acting(request)
    form = SplitForm(request.POST or None)
    made = done(
        request,
        form,
        lambda facts: services.split_node(found, [services.Part(title) for title in facts["titles"]], by=actor),
    )
    if made:
        return redirect("taxonomy_node", made[0].pk)
    about = _("放在它上面的内容会在拆出来的每一项上找到。")
    return _form(request, _("拆成几项"), form, found.framework, node=found, about=about, submit=_("拆分"))


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A chapter to a point, a point to a point."""
    found, actor = edited_node(request, pk), acting(request)
    textbook = found.framework.kind == FrameworkKind.TEXTBOOK
    points = queries.points_framework(found.framework.subject) if textbook else found.framework
    if points is None or (not textbook and found.kind != NodeKind.POINT):
        raise Http404
    places = grouped(points, lambda node: node.kind == NodeKind.POINT and node.pk != found.pk)
    kinds = [(LinkKind.COVERS, lazy("包含知识点"))] if textbook else list(POINT_LINKS)
    form = LinkForm(request.POST or None, kinds=kinds, label=_("知识点"), places=places)

    def act(facts: dict[str, Any]) -> bool:
        other = form.chosen
        kind = LinkKind.PRECEDES if facts["kind"] in ("before", "after") else LinkKind(facts["kind"])
        one, two = (other, found) if facts["kind"] == "before" else (found, other)
        services.link_nodes(one, two, kind=kind, by=actor)
        return True

    if done(request, form, act):
        return redirect("taxonomy_node", pk)
    return _form(request, _("关联知识点"), form, found.framework, node=found)
