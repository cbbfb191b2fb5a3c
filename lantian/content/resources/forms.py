"""What is said about a resource."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.content.resources import queries
from lantian.content.resources.engine import chapters
from lantian.content.resources.enums import Audience, Licence, Purpose, Reach
from lantian.content.resources.services.making import FACTS
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries import GRADE_CHOICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lantian.content.resources.models import ResourceVersion
    from lantian.people.roster.models import Organization

    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField

NONE = ("", _("请选择"))
LANGUAGES = (("zh-CN", _("中文")), ("en", _("英语")), ("bo", _("藏语")), ("ii", _("彝语")), ("zxx", _("没有文字")))


_CHAPTER_WORDS = {
    "line": _("第 %(line)s 行：要先写时间，空一格再写名称，如“02:30 例题”"),
    "rising": _("第 %(line)s 行：时间要比上一行晚"),
    "beyond": _("第 %(line)s 行：时间超出了视频的长度"),
    "long": _("第 %(line)s 行：名称最多 80 个字"),
    "many": _("第 %(line)s 行：最多 100 章"),
}


class LinkForm(forms.Form):
    """A resource that lies elsewhere."""

    title = forms.CharField(label=_("名称"), max_length=120)
    url = forms.URLField(label=_("网址"), max_length=500, assume_scheme="https")


class VersionForm(forms.Form):
    """One version of a resource. `facts`: what the services take, of a form that is valid."""

    title = forms.CharField(label=_("名称"), max_length=120)
    purpose = forms.ChoiceField(label=_("是什么"), choices=[NONE, *Purpose.choices], required=False)
    subject = forms.ChoiceField(label=_("学科"), choices=[NONE, *Subject.choices], required=False)
    stage = forms.ChoiceField(label=_("学段"), choices=[NONE, *Stage.choices], required=False)
    grade = forms.TypedChoiceField(
        label=_("年级"),
        choices=[("", _("不限")), *GRADE_CHOICES],
        coerce=int,
        empty_value=None,
        required=False,
    )
    words = forms.CharField(
        label=_("简介"),
        max_length=2000,
        required=False,
        help_text=_("讲什么、怎么用，一两句话就够。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    keywords = forms.CharField(label=_("关键词"), max_length=200, required=False, help_text=_("用空格隔开。"))
    language = forms.ChoiceField(label=_("语言"), choices=LANGUAGES, initial="zh-CN")
    reach = forms.ChoiceField(label=_("给谁用"), choices=Reach.choices, widget=forms.RadioSelect)
    region: Chooser = forms.ModelChoiceField(
        label=_("哪个地区"),
        queryset=None,
        required=False,
        empty_label=_("请选择"),
        widget=forms.Select(attrs={"data-when": "reach=region"}),
    )
    audience = forms.ChoiceField(label=_("给哪些人看"), choices=Audience.choices, widget=forms.RadioSelect)
    licence = forms.ChoiceField(
        label=_("使用许可"),
        choices=[NONE, *Licence.choices],
        required=False,
        help_text=_("别人可以怎么用。给本单位以外用的不能“保留所有权利”。"),
    )
    rights_holder = forms.CharField(
        label=_("权利人"), max_length=120, required=False, help_text=_("自己做的填自己或学校；别人的填别人。")
    )
    source = forms.CharField(label=_("出处"), max_length=300, required=False)
    chapters = forms.CharField(
        label=_("章节"),
        max_length=12_000,
        required=False,
        help_text=_("一行一章，先写时间再写名称，如“02:30 例题”。不写就用文件里的。"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    changes = forms.CharField(label=_("这一版的改动"), max_length=300, required=False)
    nodes = forms.TypedMultipleChoiceField(
        label=_("教材里的位置"),
        coerce=UUID,
        required=False,
        help_text=_("按名称和简介找的；改了名称，存一次草稿再看。"),
        widget=forms.CheckboxSelectMultiple,
    )
    edition = forms.IntegerField(widget=forms.HiddenInput)
    upload = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        organization: "Organization",
        first: bool,
        places: "Sequence[tuple[UUID, str]]" = (),
        length: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nodes"].choices = places  # type: ignore[attr-defined]  # of a choice field
        if not places:
            del self.fields["nodes"]
        self.fields["region"].queryset = queries.regions_around(organization)  # type: ignore[attr-defined]  # a Chooser
        self._length = length
        if length is None:  # no film
            del self.fields["chapters"]
        if first:
            del self.fields["changes"]

    def clean_chapters(self) -> list[tuple[float, str]]:
        """As they are kept."""
        try:
            return chapters.read(self.cleaned_data["chapters"], self._length or 0)
        except chapters.ChapterFault as fault:
            raise forms.ValidationError(_CHAPTER_WORDS[fault.code] % {"line": fault.line}) from fault

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}

    @staticmethod
    def initial_of(version: "ResourceVersion") -> dict[str, Any]:
        found = {name: getattr(version, name) for name in (*FACTS, "changes", "edition")}
        return found | {"chapters": chapters.written(version.chapters)}
