"""Forms of the timetable. What may be is decided by rules and services."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Stage, Subject
from lantian.people.schedule import queries
from lantian.people.schedule.enums import AlliancePart, LessonAccess
from lantian.people.schedule.models import Alliance, Lesson, Room

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization

    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField

MINUTES = 40


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class TimesForm(forms.Form):
    """When: day, begin, minutes."""

    day = forms.DateField(label=_("日期"), widget=DateInput())
    begins = forms.TimeField(label=_("开始时间"), widget=TimeInput())
    minutes = forms.IntegerField(label=_("时长（分钟）"), min_value=5, max_value=240, initial=MINUTES)

    def times(self) -> tuple[datetime, datetime]:
        """Begin and end, of a form that is valid."""
        begins = timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["begins"]))
        return begins, begins + timedelta(minutes=self.cleaned_data["minutes"])

    @staticmethod
    def initial_of(lesson: Lesson) -> dict[str, Any]:
        begins = timezone.localtime(lesson.starts_at)
        length = lesson.ends_at - lesson.starts_at
        return {"day": begins.date(), "begins": begins.time(), "minutes": int(length.total_seconds() // 60)}


def next_quarter() -> dict[str, date | time]:
    """A begin that is near: the next full quarter of an hour."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    begins = now + timedelta(minutes=15 - now.minute % 15)
    return {"day": begins.date(), "begins": begins.time()}


class PlanForm(TimesForm):
    """A new lesson of one school. The class taught gives stage and grade."""

    title = forms.CharField(label=_("课题"), max_length=120)
    subject = forms.ChoiceField(label=_("学科"), choices=Subject.choices)
    class_group: Chooser = forms.ModelChoiceField(label=_("主讲班级"), queryset=None, empty_label=None)
    teacher: Chooser = forms.ModelChoiceField(label=_("主讲教师"), queryset=None, empty_label=None)
    room: Chooser = forms.ModelChoiceField(label=_("教室"), queryset=None, required=False, empty_label=_("不指定"))
    alliance: Chooser = forms.ModelChoiceField(
        label=_("联盟"), queryset=None, required=False, empty_label=_("不在联盟内")
    )
    receivers = forms.MultipleChoiceField(
        label=_("接收班级"),
        required=False,
        help_text=_("只能选联盟里接收学校的班级。"),
        widget=forms.CheckboxSelectMultiple,
    )
    access = forms.ChoiceField(
        label=_("谁可以看"),
        choices=[(LessonAccess.ALLIANCE, _("有关的班级和学校")), (LessonAccess.PUBLIC, _("所有人（公开课）"))],
        initial=LessonAccess.ALLIANCE,
        widget=forms.RadioSelect,
    )
    summary = forms.CharField(
        label=_("内容简介"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    field_order = (
        "title",
        "subject",
        "class_group",
        "teacher",
        "room",
        "day",
        "begins",
        "minutes",
        "alliance",
        "receivers",
    )

    def __init__(self, *args: Any, organization: "Organization", person_id: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = roster.class_groups_of_schools([organization.pk])
        self._choose("class_group", groups)
        staff = roster.staff_of(organization)
        self._choose("teacher", staff.filter(pk=person_id) if person_id else staff)
        self._choose("room", Room.objects.filter(organization=organization, is_active=True).order_by("name"))
        alliances = queries.alliances_for_planning(organization, timezone.localdate())
        self._choose("alliance", alliances)
        self._receiving = self._receiving_classes(alliances, {(group.stage, group.grade) for group in groups})
        receivers = self.fields["receivers"]
        assert isinstance(receivers, forms.MultipleChoiceField)
        receivers.choices = [(str(pk), f"{group.organization} {group}") for pk, group in self._receiving.items()]

    def _choose(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    @staticmethod
    def _receiving_classes(alliances: Any, grades: set[tuple[str, int]]) -> "dict[str, ClassGroup]":
        found: dict[str, ClassGroup] = {}
        schools = [pk for alliance in alliances for pk in queries.receiving_school_ids(alliance)]
        for group in roster.class_groups_of_schools(schools).select_related("organization"):
            if (group.stage, group.grade) in grades:
                found[str(group.pk)] = group
        return found

    def chosen_receivers(self) -> "list[ClassGroup]":
        return [self._receiving[pk] for pk in self.cleaned_data["receivers"]]


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("取消的原因"), max_length=200)


class AllianceForm(forms.Form):
    """A new alliance under the actor's own organisation."""

    name = forms.CharField(label=_("联盟名称"), max_length=80)
    stage = forms.ChoiceField(label=_("学段"), choices=Stage.choices)
    starts_on = forms.DateField(label=_("开始日期"), widget=DateInput())
    ends_on = forms.DateField(label=_("结束日期"), widget=DateInput())


class MemberForm(forms.Form):
    """A school that joins. The schools offered are those the actor can see."""

    organization: Chooser = forms.ModelChoiceField(label=_("学校"), queryset=None, empty_label=_("请选择"))
    part = forms.ChoiceField(label=_("身份"), choices=AlliancePart.choices, initial=AlliancePart.RECEIVING)

    def __init__(self, *args: Any, alliance: Alliance, schools: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organization"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = schools.exclude(alliance_memberships__alliance=alliance)


class RoomForm(forms.Form):
    name = forms.CharField(label=_("教室名称"), max_length=40)
