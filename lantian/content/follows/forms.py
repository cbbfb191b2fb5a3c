"""What one wants to know of."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.content.resources.enums import Purpose, ResourceKind
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries import GRADE_CHOICES

ANY = ("", _("不限"))


class FollowForm(forms.Form):
    """All that is filled in has to fit. `facts`: what the service takes, of a form that is valid."""

    subject = forms.ChoiceField(label=_("学科"), choices=[ANY, *Subject.choices], required=False)
    stage = forms.ChoiceField(label=_("学段"), choices=[ANY, *Stage.choices], required=False)
    grade = forms.TypedChoiceField(
        label=_("年级"),
        choices=[ANY, *GRADE_CHOICES],
        coerce=int,
        empty_value=None,
        required=False,
    )
    kind = forms.ChoiceField(label=_("种类"), choices=[ANY, *ResourceKind.choices], required=False)
    purpose = forms.ChoiceField(label=_("是什么"), choices=[ANY, *Purpose.choices], required=False)
    words = forms.CharField(
        label=_("含有哪几个字"),
        max_length=60,
        required=False,
        help_text=_("在名称、关键词或简介里一字不差地出现。"),
    )

    def __init__(self, *args: Any, worded: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not worded:
            del self.fields["words"]

    @property
    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
