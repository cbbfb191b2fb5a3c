"""Forms of the exchange. What may be is decided by the rules and services."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.people.exchange.enums import Entity, RunMode
from lantian.people.exchange.errors import HasErrors, RemovalsNotConfirmed

if TYPE_CHECKING:
    from datetime import datetime

    from lantian.people.exchange.models import ImportRun


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


FIRST_SOURCE = _("教务系统")


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several."""

    def __init__(self, accept: str = ".zip,.csv", **more: Any) -> None:
        super().__init__(widget=FilesInput(attrs={"accept": accept}), **more)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # several, not one
        return [super(FilesField, self).clean(one, initial) for one in (data or [None])]


class UploadForm(forms.Form):
    """What is sent, for which unit, and where it comes from."""

    organization = forms.ChoiceField(
        label=_("导入到"), help_text=_("只会改动这个单位和它的下级；文件里别处的内容会指出来，不会写入。")
    )
    source = forms.CharField(
        label=_("数据来源"),
        max_length=80,
        initial=FIRST_SOURCE,
        help_text=_(
            "同一个系统每次填同样的名字。文件写明是全量（整份名册）时，里面没有的人会离开，但只限来自同一来源的。"
        ),
    )
    uploads = FilesField(
        label=_("文件"),
        help_text=_("OneRoster 1.2 的 ZIP，或者 users.csv、orgs.csv 等几个 CSV 一起选。UTF-8 编码。"),
    )

    def __init__(self, *args: Any, units: "list[tuple[str, str]]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = units  # type: ignore[attr-defined]  # a choice field
        self.fields["organization"].initial = units[0][0]


class ConfirmForm(forms.Form):
    """The last word before a run is applied: numbers that are held are typed, errors are left out on purpose."""

    def __init__(self, *args: Any, run: "ImportRun", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        for entity, count in run.counts.get("held", {}).items():
            self.fields[f"removals_{entity}"] = forms.IntegerField(
                label=_("离开：%(what)s") % {"what": Entity(entity).label},
                help_text=_("有 %(count)s 条会离开，比平常多。请核对以后照实填写这个数字。") % {"count": count},
                min_value=0,
                error_messages={"required": RemovalsNotConfirmed.message},
                widget=forms.NumberInput(attrs={"autocomplete": "off"}),
            )
        if run.errors:
            self.fields["leave_out_errors"] = forms.BooleanField(
                label=_("不导入有错误的行"),
                error_messages={"required": HasErrors.message},
                help_text=_("有错误的行和依赖它们的行这次都不写入，其余照常。"),
            )

    @property
    def removals(self) -> dict[str, int]:
        return {
            name.removeprefix("removals_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("removals_")
        }


class SheetsForm(forms.Form):
    """Spreadsheets, many at once, and for which unit."""

    organization = forms.ChoiceField(
        label=_("导入到"), help_text=_("只会改动这个单位和它的下级；名单里别处的学校会指出来，不会写入。")
    )
    uploads = FilesField(
        accept=".xlsx,.csv,.tsv,.txt,.zip",
        label=_("文件"),
        help_text=_("可以一次选许多个，或者打成一个 ZIP。.xlsx 和 .csv 都行，GBK 和 UTF-8 编码自动识别。"),
    )

    def __init__(self, *args: Any, units: "list[tuple[str, str]]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = units  # type: ignore[attr-defined]  # a choice field
        self.fields["organization"].initial = units[0][0]


class ReturnedForm(forms.Form):
    """A school's errors, corrected in the workbook that it was sent."""

    returned = forms.FileField(
        label=_("更正好的表格"),
        help_text=_("上传从这里下载、更正过的那份 .xlsx，只会改动标出的行。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


class ExportForm(forms.Form):
    """What is to be taken out."""

    mode = forms.ChoiceField(
        label=_("范围"),
        choices=RunMode.choices,
        widget=forms.RadioSelect,
        initial=RunMode.BULK,
        help_text=_("全量是现在的整份名册，增量只有某个时间以后改过的。"),
    )
    since = forms.DateTimeField(
        label=_("从什么时候起的变动"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "data-when": "mode=delta"}, format="%Y-%m-%dT%H:%M"
        ),
        help_text=_("不填就是从头。"),
    )
    sensitive = forms.BooleanField(
        label=_("包括手机号、身份证号和学籍号"), required=False, help_text=_("每个人的记录里都会记下这次导出。")
    )
    purpose = forms.CharField(label=_("用途"), max_length=300, required=False, help_text=_("包括证件号时必须写明。"))

    def __init__(self, *args: Any, sensitive: bool, since: "datetime | None" = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = since
        if not sensitive:
            del self.fields["sensitive"]


class WeekForm(forms.Form):
    """A timetable as a spreadsheet, and for which days it is to hold."""

    upload = forms.FileField(
        label=_("课表文件"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=_("一班一张的周课表，或者班级、星期、节次、学科、教师一行一节的清单。Excel（.xlsx）或 CSV。"),
    )
    name = forms.CharField(label=_("课表名称"), max_length=60, help_text=_("例如：本学期课表"))
    first = forms.DateField(label=_("从哪天起"), widget=DayInput())
    last = forms.DateField(label=_("到哪天止"), widget=DayInput())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not first <= last <= first + timedelta(days=400):
            self.add_error("last", _("日期不对：结束不能早于开始，也不能超过一年"))
        return data
