"""What is filled in at the desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantian.teach.desk.enums import Cause, FaultKind, Word


class CorrectionForm(forms.Form):
    """Put an attendance right."""

    word = forms.ChoiceField(label=_("这个班"), choices=Word.choices, widget=forms.RadioSelect)
    cause = forms.ChoiceField(
        label=_("查明的原因"),
        choices=[("", _("不改，用系统判断的原因")), *Cause.choices],
        required=False,
        help_text=_("只在没有到课时填写。"),
        widget=forms.Select(attrs={"data-when": "word=missed"}),
    )
    reason = forms.CharField(
        label=_("更正理由"),
        max_length=200,
        help_text=_("会记入这节课的历史，上级能看到。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("cause") and data.get("word") != Word.MISSED:
            data["cause"] = ""
        return data


class HeadsForm(forms.Form):
    """Confirm how many are in the room."""

    present = forms.IntegerField(label=_("实到人数"), min_value=0, max_value=200)
    note = forms.CharField(
        label=pgettext_lazy("remark", "说明"),
        max_length=200,
        required=False,
        help_text=_("例如：两人请假，一人在校医室。"),
    )


class FaultForm(forms.Form):
    """One button: what is wrong. The rest is optional, or told by the machine."""

    kind = forms.ChoiceField(label=_("出了什么问题"), choices=FaultKind.choices)
    words = forms.CharField(
        label=_("补充几句"),
        help_text=_("要写的话，写好再点上面的按钮。"),  # each of which sends the report at once
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    facts = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)


class WordsForm(forms.Form):
    """A sentence about a ticket."""

    words = forms.CharField(label=_("说几句"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class SolveForm(forms.Form):
    """How it was mended."""

    words = forms.CharField(label=_("怎么解决的"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    cause = forms.ChoiceField(label=_("原因"), choices=[("", _("说不准")), *Cause.choices], required=False)


class ContactForm(forms.Form):
    """The number on the class screens."""

    phone = forms.CharField(
        label=_("服务台电话"),
        max_length=40,
        help_text=_("收不到课的时候，班级大屏上显示这个电话。下级没有自己的电话时也用它。"),
    )
    hours = forms.CharField(label=_("接听时间"), max_length=80, required=False, help_text=_("例如：上课日 8:00–17:30"))
