"""The page of all components, with made-up content. Open to everyone: it shows nothing of anybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lantian.kernel.web.guards import public
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.maps import AreaFacts, areas, map_of

SETTINGS = [("urban", "城区"), ("town", "镇区"), ("rural", "乡村")]
STATES = {"ok": "正常", "warn": "缺课表", "error": "停用"}
TOWNS = ("涪城", "游仙", "安州", "江油", "三台", "盐亭", "梓潼", "北川", "平武")


@dataclass(frozen=True)
class SampleSchool:
    """Stands in for a model on the components page."""

    pk: int
    name: str
    setting: str
    pupils: int
    state: str
    seen: datetime | None


def _schools() -> list[SampleSchool]:
    now = timezone.now().replace(hour=2, minute=5)
    kinds = ("中学", "小学", "九年制学校", "中心小学")
    return [
        SampleSchool(
            number,
            f"{TOWNS[number % 9]}{'第一二三四五六'[1 + number // 9 % 6]}{kinds[number % 4]}",
            SETTINGS[number % 3][0],
            180 + number * 37 % 1900,
            ("ok", "ok", "warn", "ok", "error")[number % 5],
            None if number % 7 == 3 else now - timedelta(hours=number),
        )
        for number in range(1, 46)
    ]


class SampleList(ListPage[Any]):
    """A list over plain objects: search, filter and order done here, everything else is ListPage's own."""

    key = "samples"
    title = "学校"
    unit = "所"
    columns = (
        Column("name", "名称", primary=True, sort="name", link=lambda school: f"#school-{school.pk}"),
        Column("setting", "位置", value=lambda school: dict(SETTINGS)[school.setting]),
        Column("pupils", "学生", kind="number", sort="pupils"),
        Column("state", "状态", value=lambda s: STATES[s.state], kind="badge", tone=lambda s: s.state),
        Column("seen", "最近上课", kind="datetime", sort="seen"),
    )
    filters = (Filter("setting", "位置", SETTINGS),)
    search = ("name",)
    search_hint = "按名称查找"
    order = "name"
    bulk = True

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, None)  # type: ignore[arg-type]  # no database behind this one

    @cached_property
    def _found(self) -> list[SampleSchool]:
        wanted = self.filter_states[0].value
        found = [s for s in _schools() if self.q in s.name and (not wanted or s.setting == wanted)]
        key, descending = self.sort
        return sorted(found, key=lambda s: (getattr(s, key) is None, getattr(s, key) or 0), reverse=descending)

    @cached_property
    def total(self) -> int:
        return len(self._found)

    def _slice(self, number: int, length: int) -> list[Any]:
        start = (number - 1) * self.size
        return list(self._found[start : start + length])

    def _length(self) -> int:
        return len(self._found)

    def _note_export(self, kind: str, rows: int) -> None:
        """Made-up rows are nobody's to account for."""

    def _values(self, columns: Any) -> Any:
        return ([column.exported(row) for column in columns] for row in self._found)


class SampleForm(forms.Form):
    name = forms.CharField(label="课题", max_length=40, help_text="学生会在课表上看到它。")
    subject = forms.ChoiceField(label="学科", choices=[("", "请选择"), ("math", "数学"), ("chinese", "语文")])
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    scope = forms.ChoiceField(
        label="谁可以看", choices=[("alliance", "联盟内的班级"), ("public", "所有人")], widget=forms.RadioSelect
    )
    parts = forms.MultipleChoiceField(
        label="环节",
        choices=[("quiz", "课前小测"), ("board", "互动白板")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    summary = forms.CharField(label="简介", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    record = forms.BooleanField(label="录制本节课，课后可回看", required=False)


def _map() -> dict[str, Any]:
    region = map_of("510700")
    shapes = region.shapes if region else ()
    facts = {
        shape.code: AreaFacts(n * 3, f"{shape.name}：联盟学校 {n * 3} 所", f"#ui-{shape.code}", now=n in (2, 5))
        for n, shape in enumerate(shapes)
    }
    return {"region": region, "areas": areas(region, facts) if region else []}


def _context() -> dict[str, Any]:
    now = timezone.now()
    refused = SampleForm({"name": "", "subject": "math", "day": ""}, auto_id="bad_%s")
    return {
        **_map(),
        "form": SampleForm(initial={"scope": "alliance"}),
        "refused": refused,
        "bars": [("周二", 93), ("周三", 95), ("周四", 91), ("周五", 97), ("今天", 98)],
        "chart": {
            "kind": "bar",
            "unit": "%",
            "over": "区县",
            "categories": list(TOWNS[:6]),
            "series": [
                {"name": "本月", "values": [97, 95, 96, 91, 88, 93]},
                {"name": "上月", "values": [96, 93, 96, 92, 81, 90]},
            ],
        },
        "history": [
            {"words": "开始直播《二次函数的图像》", "who": "林晓月", "at": now},
            {"words": "增加接收班级 12 个", "who": "林晓月", "at": now - timedelta(hours=20)},
            {"words": "建立了这节课", "who": "教务处", "at": now - timedelta(days=3)},
        ],
        "tabs": [("facts", "概况"), ("classes", "班级"), ("notes", "说明")],
        "nav_tabs": [("all", "全部", "#"), ("mine", "我的", "#"), ("archive", "归档", "#")],
        "stages": [("all", "全部", "#"), ("primary", "小学", "#"), ("junior", "初中", "#"), ("senior", "高中", "#")],
        "sections": [
            ("colours", _("颜色")),
            ("words", _("文字")),
            ("buttons", _("按钮")),
            ("states", _("标签与提示")),
            ("today", _("今天")),
            ("list", _("列表")),
            ("record", _("档案")),
            ("form", _("表单")),
            ("board", _("图表")),
            ("steps", _("办事进度")),
            ("small", _("其他")),
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@public
def components(request: HttpRequest) -> HttpResponse:
    """All components in all their states. A POST only shows the page again: nothing here is kept."""
    return SampleList(request).respond("web/ui/page.html", _context())


@public
def room(request: HttpRequest) -> HttpResponse:
    """The dark room's frame, empty."""
    return render(request, "web/ui/room.html")
