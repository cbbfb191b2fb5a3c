"""What is said about a series."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Stage, Subject
from lantian.teach.series import queries
from lantian.teach.series.enums import KIND_WORDS, SeriesAccess, SeriesKind
from lantian.teach.series.services import FACTS

if TYPE_CHECKING:
    from lantian.kernel.rules import Actor
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson

    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField


class LessonChooser(Chooser):
    """A lesson by its time and title."""

    def label_from_instance(self, lesson: "Lesson") -> str:
        from lantian.people.messaging.queries import moment_words

        return f"{moment_words(lesson.starts_at)} · {lesson.title} · {lesson.teacher.name}"


class SeriesForm(forms.Form):
    """A series of one school or office. `facts`: what the services take, of a form that is valid."""

    title = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("类型"), choices=SeriesKind.choices, widget=forms.RadioSelect)
    teacher: Chooser = forms.ModelChoiceField(
        label=_("主讲名师"), queryset=None, required=False, empty_label=_("不止一位")
    )
    teacher_note = forms.CharField(
        label=_("教师介绍"), max_length=40, required=False, help_text=_("例如：正高级教师、省特级教师。")
    )
    subject = forms.ChoiceField(label=_("学科"), choices=[("", _("不限")), *Subject.choices], required=False)
    stage = forms.ChoiceField(label=_("学段"), choices=[("", _("不限")), *Stage.choices], required=False)
    words = forms.CharField(
        label=_("简介"),
        max_length=1000,
        required=False,
        help_text=_("讲什么、适合谁听、怎么安排，几句话就够。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    cover = forms.FileField(
        label=_("封面"),
        required=False,
        help_text=_("5 MB 以内的图片，会裁成 16:9。不传就用课的画面。"),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    access = forms.ChoiceField(
        label=_("给谁看"), choices=SeriesAccess.choices, initial=SeriesAccess.PUBLIC, widget=forms.RadioSelect
    )
    region: Chooser = forms.ModelChoiceField(
        label=_("哪个地区"),
        queryset=None,
        required=False,
        empty_label=_("请选择"),
        help_text=_("只给一个地区看时填。"),
        widget=forms.Select(attrs={"data-when": "access=region"}),
    )
    alliance: Chooser = forms.ModelChoiceField(
        label=_("哪个联盟"),
        queryset=None,
        required=False,
        empty_label=_("请选择"),
        help_text=_("只给一个联盟看时填。"),
        widget=forms.Select(attrs={"data-when": "access=alliance"}),
    )

    def __init__(self, *args: Any, organization: "Organization", actor: "Actor", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("teacher", roster.staff_of(organization).order_by("sort_key"))
        self._choose("region", queries.regions_around(organization))
        self._choose("alliance", queries.alliances_around(organization, actor))
        kind: Any = self.fields["kind"]
        kind.choices = [(value, f"{label}：{KIND_WORDS[SeriesKind(value)]}") for value, label in SeriesKind.choices]

    def _choose(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]  # a Chooser

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}

    @staticmethod
    def initial_of(series: Any) -> dict[str, Any]:
        return {name: getattr(series, name) for name in FACTS}


class AttachForm(forms.Form):
    """One lesson more."""

    lesson: Chooser = LessonChooser(label=_("选一节课"), queryset=None, empty_label=_("请选择"))

    def __init__(self, *args: Any, lessons: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lesson"].queryset = lessons  # type: ignore[attr-defined]  # a Chooser
