"""What a call says, until when it goes on, and which resource answers it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from lantian.content.resources.enums import Purpose
from lantian.content.wanted.services import FACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from lantian.content.resources.models import Resource
    from lantian.people.schedule.models import Alliance

    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField

USUAL = timedelta(days=30)


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CallForm(forms.Form):
    """A new call. `facts`: what the service takes, of a form that is valid."""

    title = forms.CharField(label=_("名称"), max_length=80)
    nodes = forms.TypedMultipleChoiceField(
        label=_("哪些知识点或章节"), coerce=UUID, widget=forms.CheckboxSelectMultiple
    )
    purposes = forms.MultipleChoiceField(
        label=_("要的是什么"),
        choices=Purpose.choices,
        required=False,
        help_text=_("不选就是都可以。"),
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("想要什么样的"),
        max_length=2000,
        required=False,
        help_text=_("给几年级用、多长、有什么要求，写清楚老师才好做。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    number = forms.IntegerField(label=_("需要几个"), min_value=1, max_value=200, initial=1)
    due_on = forms.DateField(label=_("截止日期"), widget=_day_input())
    alliance: Chooser = forms.ModelChoiceField(
        label=_("向谁征集"), queryset=None, required=False, empty_label=_("本地区的所有老师")
    )

    def __init__(
        self,
        *args: Any,
        places: "Sequence[tuple[UUID, str]]",
        alliances: "QuerySet[Alliance]",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        known = [(pk, format_html('<span translate="no">{}</span>', words)) for pk, words in places]
        self.fields["nodes"].choices = known  # type: ignore[attr-defined]  # of a choice field
        self.fields["nodes"].initial = [pk for pk, _words in places]
        self.fields["alliance"].queryset = alliances  # type: ignore[attr-defined]  # a Chooser
        self.fields["due_on"].initial = timezone.localdate() + USUAL

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}


class ExtendForm(forms.Form):
    """Until when it goes on, and for how many."""

    due_on = forms.DateField(label=_("截止日期"), widget=_day_input())
    number = forms.IntegerField(label=_("需要几个"), min_value=1, max_value=200)


class AnswerForm(forms.Form):
    """Which resource is offered."""

    resource = forms.TypedChoiceField(label=_("用哪个资源应征"), coerce=UUID, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("说明"), max_length=300, required=False, help_text=_("讲什么、怎么用，征集的单位看得到。")
    )

    def __init__(self, *args: Any, offered: "Sequence[Resource]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].choices = [(one.pk, _said(one)) for one in offered]  # type: ignore[attr-defined]  # of a choice field


def _said(resource: "Resource") -> str:
    title = format_html('<span translate="no">{}</span>', resource.title)
    return format_html("{} · {} · {}", title, resource.get_kind_display(), resource.get_state_display())
