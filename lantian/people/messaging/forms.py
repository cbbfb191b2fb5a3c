"""The form of a notice. Whom one may tell is decided by the rule; the form offers what is at hand."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import Actor
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.engine.channels import usual_channels
from lantian.people.messaging.enums import WEEKDAYS, Category, Channel, Digest, Urgency
from lantian.people.messaging.models import Preference
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
        self.fields["where"].choices = places  # type: ignore[attr-defined]  # a choice field
        self.fields["to"].choices = groups  # type: ignore[attr-defined]  # a choice field
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


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MailForm(forms.Form):
    mail = forms.CharField(
        label=_("邮箱"),
        max_length=254,
        required=False,
        help_text=_("会发一封确认信，确认以后才生效；留空就是不用邮件。"),
    )


class PreferenceForm(forms.Form):
    """One row of boxes a category, hours of rest, and when mail is gathered."""

    quiet_from = forms.TimeField(label=_("免打扰从"), widget=TimeInput())
    quiet_to = forms.TimeField(
        label=_("到"),
        widget=TimeInput(),
        help_text=_("这段时间不提醒，过后再发；紧急的安全通知除外。两个时间相同就是不要免打扰。"),
    )
    digest = forms.ChoiceField(label=_("邮件"), choices=Digest.choices)
    digest_at = forms.TimeField(label=_("汇总时间"), widget=TimeInput())
    digest_day = forms.TypedChoiceField(label=_("每周汇总在"), coerce=int, choices=list(enumerate(WEEKDAYS)))

    def __init__(self, *args: Any, preference: Preference | None, channels: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wish = preference or Preference()
        names = ("quiet_from", "quiet_to", "digest", "digest_at", "digest_day")
        self.initial = {**{name: getattr(wish, name) for name in names}, **self.initial}
        self.rows: list[str] = []
        self._usual: dict[str, set[str]] = {}
        words = [(channel.value, channel.label) for channel in Channel if channel.value in channels]
        for category in Category:
            usual = usual_channels(category.value, "")
            chosen = wish.channels.get(category.value, usual)
            name = f"by_{category.value}"
            self._usual[name] = set(usual) & set(channels)
            self.fields[name] = forms.MultipleChoiceField(
                label=category.label, choices=words, required=False, widget=forms.CheckboxSelectMultiple
            )
            self.initial[name] = [channel for channel in chosen if channel in channels]
            self.rows.append(name)
        if not words:
            for name in self.rows:
                del self.fields[name]
            self.rows = []

    @property
    def by_category(self) -> "list[forms.BoundField]":
        return [self[name] for name in self.rows]

    @property
    def chosen(self) -> dict[str, Any]:
        """Of a valid form: what `services.set_preferences` takes besides the actor.

        A row left as is usual is no choice: written down as one, it would take from somebody who only changed the hours of rest
        the text messages of urgent notices about safety.
        """
        names = ("quiet_from", "quiet_to", "digest", "digest_at", "digest_day")
        channels = {
            name.removeprefix("by_"): self.cleaned_data[name]
            for name in self.rows
            if set(self.cleaned_data[name]) != self._usual[name]
        }
        return {**{name: self.cleaned_data[name] for name in names}, "channels": channels}
