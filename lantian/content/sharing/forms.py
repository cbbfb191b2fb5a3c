"""What is said about an import and about another region."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.content.resources import queries as resources
from lantian.content.resources.enums import Audience, Licence, Purpose, Reach
from lantian.content.sharing.enums import Every, Show
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries import GRADE_CHOICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from lantian.content.sharing.models import Cartridge
    from lantian.people.roster.models import Organization

NONE = ("", _("不填"))


class ImportForm(forms.Form):
    """Which spreadsheet below the import root, for which unit, from which old system."""

    sheet = forms.ChoiceField(
        label=_("表格"), help_text=_("服务器导入目录里的 CSV 或 XLSX；里面写的文件从表格所在的目录找起。")
    )
    source = forms.CharField(
        label=_("从哪个系统来"),
        max_length=80,
        help_text=_("同一个系统每次填同样的名字：再导一次时，凭它和编号认出已经导入的。"),
    )
    organization = forms.ChoiceField(label=_("导入到"))

    def __init__(self, *args: Any, sheets: "Sequence[str]", units: "Sequence[tuple[str, str]]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [(one, one) for one in sheets]  # type: ignore[attr-defined]  # a choice field
        self.fields["organization"].choices = units  # type: ignore[attr-defined]  # likewise


class UsualForm(forms.Form):
    """What holds where a row says nothing, and whether it is published."""

    subject = forms.ChoiceField(label=_("学科"), choices=[NONE, *Subject.choices], required=False)
    stage = forms.ChoiceField(label=_("学段"), choices=[NONE, *Stage.choices], required=False)
    purpose = forms.ChoiceField(label=_("是什么"), choices=[NONE, *Purpose.choices], required=False)
    licence = forms.ChoiceField(label=_("使用许可"), choices=[NONE, *Licence.choices], required=False)
    rights_holder = forms.CharField(label=_("权利人"), max_length=120, required=False)
    reach = forms.ChoiceField(label=_("给谁用"), choices=Reach.choices)
    audience = forms.ChoiceField(label=_("给哪些人看"), choices=Audience.choices)
    publish = forms.ChoiceField(
        label=_("导入以后"), choices=[("1", _("马上发布")), ("", _("先做草稿"))], required=False
    )


class CourseForm(forms.Form):
    """What is said once of all that comes out of a course, and what becomes of it."""

    licence = forms.ChoiceField(
        label=_("使用许可"),
        choices=[NONE, *Licence.choices],
        required=False,
        help_text=_("整个课程包按这一种。给本单位以外用的不能“保留所有权利”。"),
    )
    rights_holder = forms.CharField(
        label=_("权利人"), max_length=120, required=False, help_text=_("自己做的填自己或学校；别人的填别人。")
    )
    subject = forms.ChoiceField(label=_("学科"), choices=[NONE, *Subject.choices], required=False)
    stage = forms.ChoiceField(label=_("学段"), choices=[NONE, *Stage.choices], required=False)
    grade = forms.TypedChoiceField(
        label=_("年级"),
        choices=[("", _("不限")), *GRADE_CHOICES],
        coerce=int,
        empty_value=None,
        required=False,
    )
    purpose = forms.ChoiceField(
        label=_("是什么"), choices=[NONE, *Purpose.choices], required=False, help_text=_("课程包里写明的按写明的。")
    )
    words = forms.CharField(label=_("简介"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    audience = forms.ChoiceField(label=_("给哪些人看"), choices=Audience.choices)
    reach = forms.ChoiceField(label=_("给谁用"), choices=Reach.choices, widget=forms.RadioSelect)
    region: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        label=_("哪个地区"),
        queryset=None,
        required=False,
        empty_label=_("请选择"),
        widget=forms.Select(attrs={"data-when": "reach=region"}),
    )
    then = forms.ChoiceField(label=_("导入以后"), choices=[("submit", _("提交审核")), ("draft", _("先做草稿"))])

    def __init__(self, *args: Any, organization: "Organization", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = resources.regions_around(organization)  # type: ignore[attr-defined]  # its field

    @classmethod
    def of(cls, cartridge: "Cartridge", sent: "QueryDict | None" = None) -> "CourseForm":
        """With what was said before, else with what the cartridge says."""
        unit = cartridge.version.resource.organization
        known = {"reach": Reach.PRIVATE, "audience": Audience.ALL, "then": "submit"} | cartridge.facts | cartridge.usual
        if cartridge.usual:
            known["then"] = "submit" if cartridge.hand_in else "draft"
        return cls(sent, initial=known, organization=unit)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("reach") != Reach.REGION:
            said["region"] = None
        elif said.get("region") is None:
            self.add_error("region", _("请选择给哪个地区用"))
        if said.get("reach") not in (Reach.PRIVATE, None):
            for name in ("licence", "rights_holder"):
                if not said.get(name):
                    self.add_error(name, _("给别人用的要填"))
        return said

    @property
    def usual(self) -> dict[str, Any]:
        """As the services take it."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "then"}
        return said | {"region": said["region"].pk if said.get("region") else None}

    @property
    def hand_in(self) -> bool:
        return bool(self.cleaned_data["then"] == "submit")


class AddressForm(forms.Form):
    """Where another region's resources are to be had."""

    url = forms.URLField(
        label=_("OAI-PMH 地址"),
        max_length=300,
        assume_scheme="https",
        help_text=_("对方的基本地址，如 https://example.cn/oai。先试一试，再登记。"),
    )


class RhythmForm(forms.Form):
    """What may be changed of a region that is asked already."""

    name = forms.CharField(label=_("名称"), max_length=80)
    every = forms.TypedChoiceField(label=_("多久采集一次"), choices=Every.choices, coerce=int)
    licence = forms.ChoiceField(
        label=_("使用许可"), choices=[NONE, *Licence.choices], required=False, help_text=_("对方没有写明时按这个。")
    )


class NeighbourForm(forms.Form):
    """What is asked of another region, how often, and what becomes of it."""

    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("资源页上写“来自……”的就是它。"))
    metadata = forms.ChoiceField(label=_("格式"))
    sets = forms.MultipleChoiceField(
        label=_("只要这些分组"),
        required=False,
        help_text=_("一个也不选就是全部。"),
        widget=forms.CheckboxSelectMultiple,
    )
    every = forms.TypedChoiceField(label=_("多久采集一次"), choices=Every.choices, coerce=int, initial=Every.DAY)
    show = forms.ChoiceField(label=_("采集来的"), choices=[one for one in Show.choices if one[0] != Show.HIDDEN])
    licence = forms.ChoiceField(
        label=_("使用许可"), choices=[NONE, *Licence.choices], required=False, help_text=_("对方没有写明时按这个。")
    )

    def __init__(self, *args: Any, prefixes: "Sequence[str]", sets: "Sequence[tuple[str, str]]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = {"oai_dc": "Dublin Core (oai_dc)"}
        self.fields["metadata"].choices = [(one, said.get(one, one)) for one in prefixes]  # type: ignore[attr-defined]  # a choice
        self.fields["sets"].choices = sets  # type: ignore[attr-defined]  # likewise
        if not sets:
            del self.fields["sets"]
