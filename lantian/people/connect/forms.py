"""Forms of connect. What may be is decided by the rules and services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.people.connect.enums import Scope


class ClientForm(forms.Form):
    """Software to be let in."""

    name = forms.CharField(label=_("软件名称"), max_length=80)
    purpose = forms.CharField(
        label=_("用途"), max_length=300, required=False, help_text=_("谁在用、用来做什么；开放证件号时必须写明。")
    )
    units = forms.MultipleChoiceField(
        label=_("开放哪些单位"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("连同它们的下级；不选就是本单位全部。"),
    )
    scopes = forms.MultipleChoiceField(
        label=_("开放哪些内容"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.ROSTER.value],
    )
    may_have_sensitive = forms.BooleanField(
        label=_("包括手机号、身份证号和学籍号"),
        required=False,
        help_text=_("默认不开放。开放以后，每次取走都会记在本人的记录里。"),
    )
    expires_on = forms.DateField(
        label=_("用到哪一天"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("不填就是长期。"),
    )

    def __init__(self, *args: Any, units: "list[tuple[str, str]]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].choices = units  # type: ignore[attr-defined]  # a choice field
