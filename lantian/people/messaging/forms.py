"""The form of a notice. Whom one may tell is decided by the rule; the form offers what is at hand."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import Actor
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import Category, Urgency
from lantian.people.messaging.queries import groups_for
from lantian.people.messaging.queries.places import PLACE_CLASS, PLACE_UNIT, places_for

OFFERED = (Category.ANNOUNCEMENT, Category.LESSON, Category.SAFETY)


class NoticeForm(forms.Form):
    """`asked`: a place to begin with, such as "class:<id>"."""

    where = forms.MultipleChoiceField(label=_("发给哪里"), widget=forms.CheckboxSelectMultiple, choices=())
    to = forms.MultipleChoiceField(label=_("发给谁"), widget=forms.CheckboxSelectMultiple, choices=())
    category = forms.ChoiceField(label=_("类别"), choices=[(each.value, each.label) for each in OFFERED])
    title = forms.CharField(label=_("标题"), max_length=120)
    body = forms.CharField(
        label=_("内容"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("纯文字，写进去的网址会变成链接。请不要写学生的身份证号、成绩名次等私人信息。"),
    )
    needs_confirmation = forms.BooleanField(
        label=_("要求确认收到"), required=False, help_text=_("对方要点“我已知悉”，您能看到谁还没有。")
    )
    urgent = forms.BooleanField(
        label=_("紧急"), required=False, help_text=_("紧急的安全通知不分时间立即提醒，请只在真正紧急时用。")
    )

    def __init__(self, *args: Any, actor: Actor, asked: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = places_for(actor, asked)
        groups = [(group.value, group.label) for group in groups_for(actor)]
        self.fields["where"].choices = places  # type: ignore[attr-defined]
        self.fields["to"].choices = groups  # type: ignore[attr-defined]
        if not self.is_bound:
            first = [value for value, _words in places if value == asked] or [value for value, _words in places[:1]]
            self.initial = {"where": first, "to": [groups[0][0]] if groups else [], **self.initial}

    @property
    def audience(self) -> Audience:
        """Of a valid form."""
        found: dict[str, list[UUID]] = {PLACE_CLASS: [], PLACE_UNIT: []}
        for value in self.cleaned_data["where"]:
            kind, _sep, pk = value.partition(":")
            found[kind].append(UUID(pk))
        return Audience.of(classes=found[PLACE_CLASS], units=found[PLACE_UNIT], to=self.cleaned_data["to"])

    @property
    def said(self) -> dict[str, Any]:
        """Of a valid form: what `services.send_notice` takes besides the actor."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "body": data["body"],
            "audience": self.audience,
            "category": data["category"],
            "urgency": Urgency.URGENT if data["urgent"] else Urgency.NORMAL,
            "needs_confirmation": data["needs_confirmation"],
        }
