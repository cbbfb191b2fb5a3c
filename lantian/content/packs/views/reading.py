"""Lists of packs, and one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from lantian.content.packs import queries, rules
from lantian.content.packs.enums import PackReach
from lantian.content.packs.models import Judgement, Pack
from lantian.kernel.rules import check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, public
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.shell import base_of
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries import GRADE_CHOICES, grade_words

REACH_TONES = {PackReach.PRIVATE: "neutral", PackReach.SCHOOL: "info", PackReach.REGION: "info", PackReach.PUBLIC: "ok"}


def _address(row: Pack) -> str:
    return reverse("packs_pack", args=[row.pk])


class _Packs(ListPage[Pack]):
    unit = lazy("个资源包")
    order = "-changed"
    empty_icon = "briefcase"


class Packs(_Packs):
    key = "packs"
    title = lazy("别人的资源包")
    columns = (
        Column("title", lazy("名称"), primary=True, sort="title", link=_address),
        Column("subject", lazy("学科"), value=lambda row: row.get_subject_display()),
        Column("stage", lazy("学段"), value=lambda row: row.get_stage_display()),
        Column("grade", lazy("年级"), value=lambda row: grade_words(row.grade, row.stage)),
        Column("size", lazy("资源"), kind="number", sort="size"),
        Column("owner", lazy("谁做的"), value="owner.name"),
        Column("unit", lazy("单位"), value="organization.name"),
        Column("changed", lazy("最近改动"), value="changed_at", kind="datetime", sort="changed_at"),
    )
    filters = (
        Filter("subject", lazy("学科"), Subject.choices),
        Filter("stage", lazy("学段"), Stage.choices),
        Filter("grade", lazy("年级"), GRADE_CHOICES),
    )
    search = ("title", "words", "owner__name", "organization__name")
    search_hint = lazy("名称、老师或学校")
    empty_title = lazy("还没有别人的资源包")
    empty_text = lazy("老师们愿意给别人看的资源包，会出现在这里。")


class MyPacks(_Packs):
    key = "my-packs"
    title = lazy("我的资源包")
    columns = (
        Column("title", lazy("名称"), primary=True, sort="title", link=_address),
        Column("subject", lazy("学科"), value=lambda row: row.get_subject_display()),
        Column("grade", lazy("年级"), value=lambda row: grade_words(row.grade, row.stage)),
        Column("size", lazy("资源"), kind="number", sort="size"),
        Column("given", lazy("放到几处"), kind="number", sort="given"),
        Column(
            "reach",
            lazy("给谁看"),
            value=lambda row: row.get_reach_display(),
            kind="badge",
            tone=lambda row: REACH_TONES[PackReach(row.reach)],
        ),
        Column("changed", lazy("最近改动"), value="changed_at", kind="datetime", sort="changed_at"),
    )
    filters = (
        Filter("subject", lazy("学科"), Subject.choices),
        Filter("reach", lazy("给谁看"), PackReach.choices),
    )
    search = ("title", "words")
    search_hint = lazy("名称或简介")
    empty_title = lazy("您还没有资源包")
    empty_text = lazy("在“资源”里看到合用的，点“放进资源包”，上课时一处都找得到。")


@require_safe
@public
def packs_list(request: HttpRequest) -> HttpResponseBase:
    """What others let whoever asks see."""
    actor = acting(request)
    rows = queries.packs_meant_for(actor)
    rows = rows.exclude(owner=actor.person_id) if actor.person_id else rows
    page = Packs(request, queries.with_figures(rows, actor))
    context = {"base": base_of(request), "may_make": bool(check(rules.may_make_pack, actor))}
    return page.respond("packs/list.html", context)


@require_safe
@guarded("packs.make_pack")
def mine(request: HttpRequest) -> HttpResponseBase:
    """One's own, and those that can still be brought back."""
    actor = acting(request)
    page = MyPacks(request, queries.with_own_figures(queries.own_packs(actor)))
    return page.respond("packs/mine.html", {"deleted": list(queries.deleted_packs(actor)[:10])})


def found_pack(request: HttpRequest, pk: UUID) -> Pack:
    """One that the actor sees; others are not there."""
    rows = queries.packs_visible_to(acting(request)).select_related("owner", "organization", "region", "copied_from")
    return get_visible_or_404(rows, pk=pk)


@require_safe
@public
def pack(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is in it, and for its owner where it was put and what helped."""
    actor, found = acting(request), found_pack(request, pk)
    lines = queries.lines_of([found], actor)[found.pk]
    manages = bool(check(rules.may_manage_pack, actor, found))
    attachment = queries.latest_for(actor, found)
    handed = queries.handed([attachment], actor) if attachment else []
    said = handed[0].said if handed else {}
    helped = queries.helped_by(Judgement.objects.filter(attachment__pack=found)) if manages else {}
    context: dict[str, Any] = {
        "base": base_of(request),
        "pack": found,
        "tone": REACH_TONES[PackReach(found.reach)],
        "lines": [(line, said.get(line.item.resource_id), helped.get(line.item.resource_id)) for line in lines],
        "attachment": attachment,
        "given": queries.given_of(found, lines) if manages else [],
        "may_manage": manages,
        "may_copy": bool(check(rules.may_copy_pack, actor, found)),
        "may_unshare": bool(check(rules.may_unshare_pack, actor, found)),
        "origin": _origin(request, found),
        "here": request.build_absolute_uri(request.path),
    }
    return render(request, "packs/pack.html", context)


def _origin(request: HttpRequest, found: Pack) -> Pack | None:
    """The pack that it was copied from, if the actor sees that one."""
    if found.copied_from_id is None:
        return None
    return queries.packs_visible_to(acting(request)).filter(pk=found.copied_from_id).first()
