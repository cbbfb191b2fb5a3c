"""Forms of the privacy pages; rules and services decide."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.people.privacy.enums import RefusalGround
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.kernel.retention import RetentionRule
    from lantian.people.roster.models import Person


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PaperForm(forms.Form):
    """Who signed, and when."""

    guardian = forms.ChoiceField(label=_("签名的监护人"))
    signed_on = forms.DateField(label=_("签名日期"), widget=DateInput())

    def __init__(self, *args: Any, student: "Person", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(row.guardian_id): row.guardian for row in roster.guardians_of(student)}
        field = self.fields["guardian"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, person.name) for key, person in self.people.items()]
        self.fields["signed_on"].initial = timezone.localdate

    def clean_guardian(self) -> "Person":
        return self.people[self.cleaned_data["guardian"]]


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("监护人怎样提出撤回"), max_length=200)


class AskForm(forms.Form):
    """One asks for oneself or one's child: no reason is needed."""

    reason = forms.CharField(
        label=_("说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LetterForm(forms.Form):
    """A request on paper: about whom, and from whom it came."""

    name = forms.CharField(label=_("姓名"), max_length=80)
    number = forms.CharField(
        label=_("证件号或手机号"),
        max_length=24,
        help_text=_("登记的身份证号、学籍号或手机号，要完整。离校的人也能查到。"),
    )
    reason = forms.CharField(
        label=_("谁提出的，怎样提出的"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如：母亲持身份证和户口簿到校，书面提出。"),
    )


class RefuseForm(forms.Form):
    ground = forms.ChoiceField(label=_("依据"), choices=RefusalGround)
    answer = forms.CharField(
        label=_("给申请人的答复"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("申请人会看到这段话。依法拒绝要书面说明理由。"),
    )


class StopForm(forms.Form):
    answer = forms.CharField(label=_("给申请人的说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class PeriodForm(forms.Form):
    """How long one kind is kept."""

    amount = forms.IntegerField(label=_("保存多久"))
    reason = forms.CharField(label=_("为什么这样设"), max_length=200)

    def __init__(self, *args: Any, rule: "RetentionRule", limits: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("保存多少年") if rule.unit == "year" else _("保存多少天")
        self.fields["amount"].help_text = limits
        self.fields["amount"].widget.attrs |= {"min": rule.least, "max": rule.most}
