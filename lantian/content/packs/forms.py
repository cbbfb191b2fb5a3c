"""What is said about a pack, which pack a resource goes into, and what a pack is put to."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantian.content.packs import queries
from lantian.content.packs.enums import PackReach
from lantian.content.packs.services import FACTS
from lantian.people.roster.enums import Stage, Subject
from lantian.people.roster.queries import GRADE_CHOICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from lantian.content.packs.models import Pack
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.schedule.models import Lesson

    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField

ANY = ("", _("不限"))  # a pack need not be of one subject, stage or grade
NEW = "new"
WEEKS = timedelta(weeks=2)


class PackForm(forms.Form):
    """What is said about a pack. `facts`: what the services take, of a form that is valid."""

    title = forms.CharField(label=_("名称"), max_length=80)
    words = forms.CharField(
        label=_("简介"),
        max_length=1000,
        required=False,
        help_text=_("为哪一课准备的、怎么用，一两句话就够。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    subject = forms.ChoiceField(label=_("学科"), choices=[ANY, *Subject.choices], required=False)
    stage = forms.ChoiceField(label=_("学段"), choices=[ANY, *Stage.choices], required=False)
    grade = forms.TypedChoiceField(
        label=_("年级"),
        choices=[ANY, *GRADE_CHOICES],
        coerce=int,
        empty_value=None,
        required=False,
    )
    reach = forms.ChoiceField(
        label=_("给谁看"),
        choices=PackReach.choices,
        initial=PackReach.PRIVATE,
        widget=forms.RadioSelect,
        help_text=_("放到课上或班上以后，上课的师生都看得到，不用在这里选。"),
    )
    region: Chooser = forms.ModelChoiceField(
        label=_("哪个地区"),
        queryset=None,
        required=False,
        empty_label=_("请选择"),
        widget=forms.Select(attrs={"data-when": "reach=region"}),
    )
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, organization: "Organization", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = queries.regions_around(organization)  # type: ignore[attr-defined]  # a Chooser

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}

    @staticmethod
    def initial_of(pack: "Pack") -> dict[str, Any]:
        return {name: getattr(pack, name) for name in (*FACTS, "edition")}


class PutForm(forms.Form):
    """Which of one's packs a resource goes into, or the name of a new one."""

    pack = forms.ChoiceField(label=_("放进哪个资源包"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("新资源包的名称"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"data-when": f"pack={NEW}"}),
    )
    note = forms.CharField(
        label=_("说明"),
        max_length=300,
        required=False,
        help_text=_("用在哪一步、看哪几页，学生也看得到。"),
    )
    next = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, packs: "Sequence[Pack]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_it = gettext("（已经在里面）")
        known = [(str(one.pk), f"{one.title}{has_it if getattr(one, 'has_it', False) else ''}") for one in packs]
        self.fields["pack"].choices = [*known, (NEW, gettext("新建一个资源包"))]  # type: ignore[attr-defined]  # of a choice field
        self.fields["pack"].initial = known[0][0] if known else NEW

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("pack") == NEW and not str(found.get("title") or "").strip():
            self.add_error("title", gettext("请填写名称"))
        return found


class _Lessons(Chooser):
    """Lessons by day, hour and title; which ones fit is said, where they are not all alike in that."""

    alike = False

    def label_from_instance(self, lesson: "Lesson") -> str:
        at = date_format(timezone.localtime(lesson.starts_at), gettext("n月j日 H:i"))
        words = f"{at} {lesson.title}"
        if lesson.class_group is not None:
            words += f" · {lesson.class_group}"
        fit = 0 if self.alike else getattr(lesson, "fit", 0)
        return words + (gettext("（学科和年级对得上）") if fit == 2 else gettext("（学科对得上）") if fit else "")


class LessonForm(forms.Form):
    """A coming lesson of one's own."""

    lesson = _Lessons(label=_("放到哪节课"), queryset=None, empty_label=None, widget=forms.RadioSelect)

    def __init__(self, *args: Any, lessons: "QuerySet[Lesson]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, fits = self.fields["lesson"], {getattr(one, "fit", 0) for one in lessons}
        assert isinstance(field, _Lessons)
        field.queryset = lessons
        if len(fits) == 1:  # what is true of all is said once
            field.alike = True
            field.help_text = {2: _("学科和年级都对得上。"), 1: _("学科都对得上。")}.get(fits.pop(), "")


class ClassForm(forms.Form):
    """A class that one teaches, and the days on which it has the pack."""

    class_group: Chooser = forms.ModelChoiceField(label=_("放到哪个班"), queryset=None, empty_label=_("请选择"))
    first = forms.DateField(label=_("从哪天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("到哪天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, classes: "QuerySet[ClassGroup]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_group"].queryset = classes  # type: ignore[attr-defined]  # a Chooser
        today = timezone.localdate()
        self.fields["first"].initial, self.fields["until"].initial = today, today + WEEKS
