"""Forms of the privacy pages; rules and services decide."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.people.roster import queries as roster

if TYPE_CHECKING:
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
