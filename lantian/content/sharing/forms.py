"""What is said about an import and about another region."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.content.resources.enums import Audience, Licence, Purpose, Reach
from lantian.content.sharing.enums import Every, Show
from lantian.people.roster.enums import Stage, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

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
