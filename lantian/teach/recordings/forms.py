"""What is said about a recording: where it begins and ends, its title and chapters, for whom it is."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.teach.recordings import queries
from lantian.teach.recordings.engine.chapters import LONGEST, MOST, Chapter
from lantian.teach.recordings.engine.clock import clock, seconds_of
from lantian.teach.recordings.enums import Audience

if TYPE_CHECKING:
    from lantian.teach.recordings.models import Recording

    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField

SPARE = 3  # empty lines for more chapters


class MomentField(forms.CharField):
    """A moment as it is written: 12:30, 1:02:03, 75. Gives seconds, None when it is left empty."""

    def __init__(self, **kwargs: Any) -> None:
        hints = {"autocomplete": "off", "spellcheck": "false", "class": "moment-field"}
        super().__init__(max_length=12, widget=forms.TextInput(attrs=hints), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return seconds_of(text)
        except ValueError as error:
            raise forms.ValidationError(_("请按“分:秒”或“时:分:秒”填写，例如 2:30")) from error

    def prepare_value(self, value: Any) -> Any:
        return clock(value) if isinstance(value, (int, float)) else value


class CutForm(forms.Form):
    """Where the recording begins and ends; both count in the whole of it."""

    start = MomentField(label=_("从哪里开始"))
    end = MomentField(label=_("到哪里结束"))


class EditForm(forms.Form):
    """Title and chapters; a line without a title is no chapter."""

    title = forms.CharField(label=_("标题"), max_length=120)

    def __init__(self, *args: Any, recording: "Recording", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("title", recording.title)
        rows = recording.chapters
        self.count = min(MOST, len(rows) + SPARE)
        for index in range(self.count):
            at, title = (
                MomentField(label=_("时间"), required=False),
                forms.CharField(max_length=LONGEST, required=False),
            )
            title.label = _("章节标题")
            self.fields[f"at_{index}"], self.fields[f"title_{index}"] = at, title
            if index < len(rows):
                self.initial.update({f"at_{index}": rows[index]["at"], f"title_{index}": rows[index]["title"]})

    @property
    def lines(self) -> list[tuple[Any, Any]]:
        """The two fields of each chapter."""
        return [(self[f"at_{index}"], self[f"title_{index}"]) for index in range(self.count)]

    @property
    def chapters(self) -> list[Chapter]:
        """Of a form that is valid."""
        facts = self.cleaned_data
        found = [(facts[f"at_{index}"], facts[f"title_{index}"].strip()) for index in range(self.count)]
        return [{"at": at or 0.0, "title": title} for at, title in found if title]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        for index in range(self.count):
            if facts.get(f"title_{index}") and facts.get(f"at_{index}") is None and f"at_{index}" not in self.errors:
                self.add_error(f"at_{index}", _("请填写这一章从哪里开始"))
        return facts


class PublishForm(forms.Form):
    """For whom it is; `allowed` are the audiences that whoever asks may choose."""

    audience = forms.ChoiceField(label=_("给谁看"), widget=forms.RadioSelect)
    region: Chooser = forms.ModelChoiceField(
        label=_("哪个地区"),
        queryset=None,
        required=False,
        empty_label=_("请选择"),
        help_text=_("只给一个地区看时填。"),
        widget=forms.Select(attrs={"data-when": "audience=region"}),
    )

    def __init__(self, *args: Any, recording: "Recording", allowed: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["audience"]
        if queries.is_of_open_lesson(recording):  # whatever is kept here, everybody sees it while it is shown
            choice.choices, choice.initial = [(Audience.CLASS, Audience.PUBLIC.label)], Audience.CLASS
            choice.help_text = _("公开课的录像谁都可以看；不想再给外面的人看，请把它撤回。")
            self.initial["audience"] = Audience.CLASS
            del self.fields["region"]
            return
        choice.choices = [(value, words) for value, words in Audience.choices if value in allowed]
        if Audience.REGION in allowed:
            region = self.fields["region"]
            assert isinstance(region, forms.ModelChoiceField)
            region.queryset = queries.regions_for(recording.organization)
        else:
            del self.fields["region"]
