"""Forms of connect. What may be is decided by the rules and services."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.people.connect.enums import Kind, Scope, SignOnScope

HANDED = [(scope.value, scope.label) for scope in SignOnScope if scope is not SignOnScope.OPENID]


class ClientForm(forms.Form):
    """Software to be let in, and its terms later on (`known`)."""

    name = forms.CharField(label=_("软件名称"), max_length=80)
    purpose = forms.CharField(
        label=_("用途"),
        max_length=300,
        required=False,
        help_text=_("谁在用、用来做什么，登录的人会看到；开放证件号或统一同意时必须写明。"),
    )
    units = forms.MultipleChoiceField(
        label=_("开放哪些单位"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("连同它们的下级；不选就是本单位全部。读取的名册和能登录的人都只在这些单位里。"),
    )
    expires_on = forms.DateField(
        label=_("用到哪一天"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("不填就是长期。"),
    )
    kinds = forms.MultipleChoiceField(
        label=_("用来做什么"),
        choices=[
            (Kind.DATA.value, _("读取名册：软件自己通过 OneRoster 接口取单位、班级和人员")),
            (Kind.SIGN_ON.value, _("统一登录：师生和家长用这里的账号登录这个软件")),
        ],
        widget=forms.CheckboxSelectMultiple,
        initial=[Kind.DATA.value],
    )
    scopes = forms.MultipleChoiceField(
        label=_("读取名册：开放哪些内容"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.ROSTER.value],
        required=False,
    )
    may_have_sensitive = forms.BooleanField(
        label=_("读取名册：包括手机号、身份证号和学籍号"),
        required=False,
        help_text=_("默认不开放。开放以后，每次取走都会记在本人的记录里。"),
    )
    hands_over = forms.MultipleChoiceField(
        label=_("统一登录：交出登录人的哪些内容"),
        choices=HANDED,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("总是交出一个固定的编号。手机号、身份证号、学籍号和登录名从不交出。"),
    )
    redirect_uris = forms.CharField(
        label=_("统一登录：登录后返回的地址"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"}),
        required=False,
        max_length=5000,
        help_text=_("由软件提供，一行一个，必须以 https:// 开头，一字不差。"),
    )
    approved = forms.BooleanField(
        label=_("统一登录：由学校和教育局统一同意，师生登录时不再逐个询问"),
        required=False,
        help_text=_("未满十四周岁的学生只能登录统一同意的软件。家长仍由本人决定。"),
    )
    is_public = forms.BooleanField(
        label=_("统一登录：这是手机应用或纯网页应用，藏不住密钥"),
        required=False,
        help_text=_("不发密钥，每次登录用一次性校验码（PKCE）。登记以后不能改。"),
    )

    def __init__(self, *args: Any, units: "list[tuple[str, str]]", known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].choices = units  # type: ignore[attr-defined]  # a choice field
        if known:
            del self.fields["is_public"]

    @staticmethod
    def initial_of(terms: Mapping[str, Any]) -> dict[str, Any]:
        """What the form begins with, from a client's terms."""
        said = dict(terms)
        said["units"] = [str(unit.pk) for unit in said["units"]]
        said["redirect_uris"] = "\n".join(said["redirect_uris"])
        return said

    def clean_redirect_uris(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["redirect_uris"].splitlines() if line.strip()]
