"""Forms of live lessons."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.teach.live.engine.happenings import Refused
from lantian.teach.live.engine.happenings.kinds.polls import MOST_OPTIONS, QUESTION, check_question
from lantian.teach.live.engine.words import LONGEST, plain
from lantian.teach.live.enums import PollType
from lantian.teach.live.models import LessonPage

if TYPE_CHECKING:
    _Chooser = forms.ModelChoiceField[LessonPage]
else:
    _Chooser = forms.ModelChoiceField


class PageChooser(_Chooser):
    """A page of the lesson, by file and number."""

    def label_from_instance(self, obj: LessonPage) -> str:
        return f"{obj.upload.name} · {obj.number}" if obj.upload else obj.name


class PollForm(forms.Form):
    """A question for a lesson. `question_data`: it as the room takes it, once the form is valid."""

    question = forms.CharField(
        label=_("问什么"), max_length=QUESTION, strip=True, widget=forms.Textarea(attrs={"rows": 2})
    )
    type = forms.ChoiceField(
        label=_("怎么答"), choices=PollType.choices, initial=PollType.ONE, widget=forms.RadioSelect
    )
    options = forms.CharField(
        label=_("选项"),
        required=False,
        help_text=_("每行一个，二到八个。简短文字不用填。"),
        widget=forms.Textarea(attrs={"rows": 4, "data-when": "type=one many"}),
    )
    picture = PageChooser(label=_("配图"), queryset=None, required=False, empty_label=_("不配图"))

    def __init__(self, *args: Any, pages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].queryset = pages  # type: ignore[attr-defined]  # a PageChooser

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        lines = [line.strip() for line in cleaned.get("options", "").splitlines() if line.strip()]
        picture = cleaned.get("picture")
        asked = {
            "type": cleaned["type"],
            "question": cleaned["question"],
            "options": lines[: MOST_OPTIONS + 1],
            "picture": str(picture.pk) if picture else None,
        }
        try:
            self.question_data = check_question(asked)
        except Refused:
            self.add_error("options", _("请写二到八个不同的选项，每行一个，每个不超过 80 字。"))
        return cleaned


class WordsForm(forms.Form):
    """Words that may not be written, one a line. `words` is a list once the form is valid."""

    words = forms.CharField(
        label=_("不许写的词"),
        max_length=2000,
        help_text=_("每行一个，每个不超过 20 字。不要写平常句子里会出现的词，例如“去死”会挡住“去死海”。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_words(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["words"].splitlines() if line.strip()]
        if any(len(line) > LONGEST or not plain(line) for line in lines):
            raise forms.ValidationError(_("每行写一个词，不超过 20 字，要有文字。"))
        return lines
