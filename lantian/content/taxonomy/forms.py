"""Forms by which officers and researchers keep textbooks and knowledge points."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lantian.content.taxonomy.engine.rows import MOST_BYTES
from lantian.content.taxonomy.enums import FileForm, FrameworkKind, LinkKind, NodeKind, Term
from lantian.content.taxonomy.models import Node
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries import GRADE_CHOICES

CHOOSE = ("", _("请选择"))
YEAR = _("填学年开始的那一年，例如 2026 表示 2026—2027 学年。")
EVERY = "every"
ALL_STAGES = (EVERY, _("各学段（只用于知识点）"))


class FrameworkForm(forms.Form):
    """A new edition, or a new set of points."""

    kind = forms.ChoiceField(label=_("种类"), choices=FrameworkKind.choices, widget=forms.RadioSelect)
    subject = forms.ChoiceField(label=_("学科"), choices=[CHOOSE, *Subject.choices])
    stage = forms.ChoiceField(label=_("学段"), choices=[CHOOSE, *Stage.choices, ALL_STAGES])
    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("例如：小学数学（甲版）"))
    code = forms.SlugField(
        label=_("编码"), max_length=40, required=False, help_text=_("字母、数字和横线，在平台上不重复；不填就自动编。")
    )
    valid_from = forms.IntegerField(label=_("从哪个学年起用"), min_value=1980, max_value=2100, help_text=YEAR)
    words = forms.CharField(label=_("说明"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("stage") == EVERY:
            found["stage"] = ""
            if found.get("kind") == FrameworkKind.TEXTBOOK:
                self.add_error("stage", _("教材要选一个学段"))
        return found


class FrameworkFactsForm(forms.Form):
    """What is said of an edition."""

    name = forms.CharField(label=_("名称"), max_length=80)
    code = forms.SlugField(label=_("编码"), max_length=40)
    valid_from = forms.IntegerField(label=_("从哪个学年起用"), min_value=1980, max_value=2100, help_text=YEAR)
    valid_to = forms.IntegerField(
        label=_("用到哪个学年"), min_value=1980, max_value=2100, required=False, help_text=_("不填就一直用。")
    )
    words = forms.CharField(label=_("说明"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class RevisionForm(forms.Form):
    """From when the next version counts."""

    valid_from = forms.IntegerField(label=_("新版从哪个学年起用"), min_value=1980, max_value=2100, help_text=YEAR)
    name = forms.CharField(label=_("新版名称"), max_length=80)


class NodeForm(forms.Form):
    """One node; of units and chapters grade and half year are their volume's, and not asked."""

    kind = forms.ChoiceField(label=_("类型"))
    title = forms.CharField(label=_("名称"), max_length=120)
    code = forms.CharField(label=_("编码"), max_length=60, required=False, help_text=_("不填就自动编。"))
    words = forms.CharField(
        label=_("别名"), max_length=400, required=False, help_text=_("用空格分开，也能用它们查到。")
    )
    grade = forms.TypedChoiceField(
        label=_("年级"), choices=[("", _("不限")), *GRADE_CHOICES], coerce=int, empty_value=None, required=False
    )
    term = forms.TypedChoiceField(
        label=_("册次"), choices=[("", _("不限")), *Term.choices], coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, NodeKind(kind).label) for kind in kinds]  # type: ignore[attr-defined]  # a ChoiceField
        if len(kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
            self.fields["kind"].initial = kinds[0]
        if NodeKind.VOLUME not in kinds:
            del self.fields["term"]
        if not {NodeKind.VOLUME, NodeKind.POINT} & set(kinds):
            del self.fields["grade"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if any(sign in code for sign in ";；、,， "):
            raise ValidationError(_("编码里不能有空格、逗号、顿号和分号"))
        return code


Group = tuple[str, list[tuple[str, str]]]


class PlaceForm(forms.Form):
    """Below what, and as which of those there. `places`: groups of (id, words)."""

    parent = forms.ChoiceField(label=_("放到哪里"))
    position = forms.IntegerField(
        label=_("排第几"), min_value=1, max_value=9999, required=False, help_text=_("不填就排在最后。")
    )

    def __init__(self, *args: Any, places: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = list(places)  # type: ignore[attr-defined]  # a ChoiceField


class PickForm(forms.Form):
    """One of many nodes; `optional`: none may be picked."""

    node = forms.ChoiceField(label=_("选一个"))

    def __init__(
        self, *args: Any, label: Any, places: Iterable[Any], optional: bool = False, help_text: Any = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["node"]
        field.label, field.help_text, field.required = label, help_text, not optional
        field.choices = [("", _("不指定") if optional else _("请选择")), *places]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def picked(self) -> Node | None:
        """The node that was picked, None where that may be."""
        chosen = self.cleaned_data["node"]
        return Node.objects.get(pk=chosen) if chosen else None

    @property
    def chosen(self) -> Node:
        """The node, where one has to be picked."""
        return Node.objects.get(pk=self.cleaned_data["node"])


class LinkForm(PickForm):
    """A link of a kind to another node."""

    kind = forms.ChoiceField(label=_("是什么关系"))

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]  # a ChoiceField
        self.order_fields(["kind", "node"])
        if len(kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
            self.fields["kind"].initial = kinds[0][0]


POINT_LINKS = (
    ("before", _("选的要先学")),
    ("after", _("选的接着学")),
    (LinkKind.RELATED, _("相关")),
)


class SplitForm(forms.Form):
    """The titles of the parts, one a line."""

    titles = forms.CharField(
        label=_("拆成哪几项"),
        max_length=2000,
        help_text=_("一行一个名称，至少两行。下级都归第一项，可以再移动。"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_titles(self) -> list[str]:
        found = [line.strip() for line in self.cleaned_data["titles"].splitlines() if line.strip()]
        if not 2 <= len(found) <= 20 or any(len(one) > 120 for one in found):
            raise ValidationError(_("要有 2 到 20 行，每行最多 120 个字"))
        return found


class ImportForm(forms.Form):
    """A file for a framework."""

    file = forms.FileField(label=_("文件"))
    form = forms.ChoiceField(label=_("格式"), choices=FileForm.choices, widget=forms.RadioSelect, initial=FileForm.CSV)
    retires_missing = forms.BooleanField(
        label=_("文件里没有的一律停用"), required=False, help_text=_("不勾选的话，文件里没有的保持不变。")
    )

    def clean_file(self) -> Any:
        found = self.cleaned_data["file"]
        if found.size > MOST_BYTES:
            raise ValidationError(_("文件太大，最多 %(most)d MB") % {"most": MOST_BYTES // 2**20})
        return found
