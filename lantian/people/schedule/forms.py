"""Forms of the timetable. What may be is decided by rules and services."""

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Stage, Subject
from lantian.people.schedule import queries
from lantian.people.schedule.enums import (
    ALLIANCE_WORDS,
    AllianceKind,
    AlliancePart,
    ChangeKind,
    LessonAccess,
    Settlement,
    Weeks,
)
from lantian.people.schedule.models import Alliance, Lesson, Period, Room, Timetable, TimetableChange, TimetableEntry
from lantian.people.schedule.services import PeriodRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from lantian.people.roster.models import ClassGroup, Organization

    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField

MINUTES = 40
EVERYONE = "all"  # stands for all receiving schools of an alliance


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


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
    whole = forms.MultipleChoiceField(
        label=_("整校接收"),
        required=False,
        help_text=_("与主讲班级同一年级的班都会收。"),
        widget=forms.CheckboxSelectMultiple,
    )
    receivers = forms.MultipleChoiceField(
        label=_("接收班级"),
        required=False,
        help_text=_("也可以一个班一个班地选。只能选所选联盟里接收学校的班级。"),
        widget=forms.CheckboxSelectMultiple,
    )
    access = forms.ChoiceField(
        label=_("谁可以看"),
        choices=[
            (LessonAccess.ALLIANCE, _("有关的班级和学校")),
            (LessonAccess.PUBLIC, _("所有人（公开课）")),
            (LessonAccess.REHEARSAL, _("只有本校老师和管理人员（试讲）")),
        ],
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
        "whole",
        "receivers",
    )

    def __init__(self, *args: Any, organization: "Organization", person_id: Any = None, **kwargs: Any) -> None:
        own = roster.taught_by(person_id, organization)[:1] if person_id else []
        usual = {key: value for subject, group in own for key, value in (("subject", subject), ("class_group", group))}
        super().__init__(*args, **(kwargs | {"initial": usual | (kwargs.get("initial") or {})}))
        groups = roster.class_groups_of_schools([organization.pk])
        self._choose("class_group", groups)
        staff = roster.staff_of(organization)
        self._choose("teacher", staff.filter(pk=person_id) if person_id else staff)
        self._choose("room", Room.objects.filter(organization=organization, is_active=True).order_by("name"))
        self._offer(queries.alliances_for_planning(organization, timezone.localdate()), groups)

    def _offer(self, alliances: "QuerySet[Alliance]", groups: "Iterable[ClassGroup]") -> None:
        """A school without an alliance is asked for none; one that has a single one is in it unless it says otherwise."""
        self._choose("alliance", alliances)
        grades = {(group.stage, group.grade) for group in groups}
        found = {alliance: self._receiving_classes([alliance], grades) for alliance in alliances}
        self._of_alliance = {alliance.pk: set(classes) for alliance, classes in found.items()}
        self._receiving = {pk: group for classes in found.values() for pk, group in classes.items()}
        whole, receivers = self.fields["whole"], self.fields["receivers"]
        assert isinstance(whole, forms.MultipleChoiceField)
        assert isinstance(receivers, forms.MultipleChoiceField)
        receivers.choices = [(str(pk), f"{group.organization} {group}") for pk, group in self._receiving.items()]
        schools = {str(group.organization_id): str(group.organization) for group in self._receiving.values()}
        whole.choices = [(EVERYONE, _("联盟里的全部学校")), *schools.items()]
        if not found:
            for name in ("alliance", "whole", "receivers"):
                del self.fields[name]
        elif len(found) == 1:
            self.initial.setdefault("alliance", next(iter(found)).pk)

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

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("access") == LessonAccess.REHEARSAL:
            data["alliance"] = None  # the one alliance of a school is chosen beforehand
            if data.get("whole") or data.get("receivers"):
                self.add_error("access", _("试讲没有班级接收。请去掉接收的学校和班级。"))
        elif (data.get("whole") or data.get("receivers")) and not data.get("alliance"):
            self.add_error("alliance", _("要让别校的班级接收，请选是哪个联盟。"))
        return data

    def chosen_receivers(self) -> "list[ClassGroup]":
        """Those ticked one by one, and of the schools ticked whole the classes of the taught class's grade."""
        data = self.cleaned_data
        alliance, taught, whole = data.get("alliance"), data["class_group"], set(data.get("whole") or ())
        wanted = set(data.get("receivers") or ())
        for pk in self._of_alliance.get(alliance.pk, ()) if alliance else ():
            group = self._receiving[pk]
            same = (group.stage, group.grade) == (taught.stage, taught.grade)
            if same and group.pk != taught.pk and whole & {EVERYONE, str(group.organization_id)}:
                wanted.add(pk)
        return [group for pk, group in self._receiving.items() if pk in wanted]


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("取消的原因"), max_length=200)


class _Colleagues(Chooser):
    """Says of each whether they teach then."""

    busy: frozenset[Any] = frozenset()

    def label_from_instance(self, obj: Any) -> str:
        return str(_("%(name)s（这段时间有课）") % {"name": obj.name}) if obj.pk in self.busy else str(obj.name)


class HandOverForm(forms.Form):
    """Who teaches a lesson instead."""

    teacher = _Colleagues(label=_("代课教师"), queryset=None, empty_label=_("请选择"))
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("两位老师和接收班的班主任会看到。"))

    def __init__(self, *args: Any, lesson: Lesson, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teacher = self.fields["teacher"]
        assert isinstance(teacher, _Colleagues)
        teacher.queryset = roster.staff_of(lesson.organization).exclude(pk=lesson.teacher_id)
        teacher.busy = queries.teaching_beside(lesson)


class AllianceForm(forms.Form):
    """A new alliance under the actor's own organisation."""

    name = forms.CharField(label=_("联盟名称"), max_length=80)
    kind = forms.ChoiceField(
        label=_("类型"),
        choices=[(kind, format_lazy("{} — {}", kind.label, ALLIANCE_WORDS[kind])) for kind in AllianceKind],
        initial=AllianceKind.BROADCAST,
        widget=forms.RadioSelect,
    )
    stage = forms.ChoiceField(label=_("学段"), choices=Stage.choices)
    starts_on = forms.DateField(label=_("开始日期"), widget=DateInput())
    ends_on = forms.DateField(label=_("结束日期"), widget=DateInput())


class MembersForm(forms.Form):
    """Schools that join. Offered are those the actor can see, by county."""

    schools = forms.MultipleChoiceField(label=_("学校"), widget=forms.CheckboxSelectMultiple)
    part = forms.ChoiceField(
        label=_("身份"), choices=AlliancePart.choices, initial=AlliancePart.RECEIVING, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, alliance: Alliance, schools: "QuerySet[Organization]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["schools"]
        assert isinstance(field, forms.MultipleChoiceField)
        inside = alliance.members.filter(queries.not_left(timezone.localdate())).values("organization")
        self._offered = {str(school.pk): school for school in schools.exclude(pk__in=inside)}
        counties = roster.counties_above(str(school.path) for school in self._offered.values())
        field.choices = [
            (pk, f"{counties[str(school.path)]} {school}" if str(school.path) in counties else str(school))
            for pk, school in self._offered.items()
        ]

    def chosen(self) -> "list[Organization]":
        return [self._offered[pk] for pk in self.cleaned_data["schools"]]


class InviteForm(forms.Form):
    """A school that is asked to join. Names of schools are no secret, so any may be asked."""

    school = forms.CharField(label=_("学校"), max_length=80, help_text=_("填学校全称，或学校标识码。"))
    part = forms.ChoiceField(label=_("身份"), choices=AlliancePart.choices, initial=AlliancePart.RECEIVING)
    joins_on = forms.DateField(label=_("从哪天起加入"), widget=DateInput())
    deadline = forms.DateField(label=_("请在哪天前答复"), widget=DateInput())
    message = forms.CharField(
        label=_("写给对方校长"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_school(self) -> Any:
        asked = self.cleaned_data["school"].strip()
        found = list(roster.schools_called(asked)[:3])
        if not found:
            raise forms.ValidationError(_("没有叫这个名字或标识码的学校"))
        if len(found) > 1:
            raise forms.ValidationError(_("有几所学校同名，请填学校标识码"))
        return found[0]


class AnswerForm(forms.Form):
    """A head's answer: a refusal says why."""

    answer = forms.ChoiceField(choices=[("accept", _("同意加入")), ("decline", _("不同意"))])
    reason = forms.CharField(
        label=_("不同意的原因"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "decline" and not (data.get("reason") or "").strip():
            self.add_error("reason", _("请写明不同意的原因"))
        return data


class LastDayForm(forms.Form):
    """The last day of an alliance, or of a school in it, and why."""

    last = forms.DateField(label=_("最后一天"), widget=DateInput(), help_text=_("这一天的课照常上，之后的停。"))
    reason = forms.CharField(
        label=_("原因"), max_length=200, help_text=_("有关学校和老师会看到。"), widget=forms.Textarea(attrs={"rows": 2})
    )


class RoomForm(forms.Form):
    name = forms.CharField(label=_("教室名称"), max_length=40)


# Timetables ---------------------------------------------------------------------------------------------------------------


class DraftForm(forms.Form):
    """A new draft of a school."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：本学期课表"))
    first = forms.DateField(label=_("从哪天起"), widget=DateInput())
    last = forms.DateField(label=_("到哪天止"), widget=DateInput())
    like: Chooser = forms.ModelChoiceField(
        label=_("照着哪份课表"), queryset=None, required=False, empty_label=_("从空白开始")
    )

    def __init__(self, *args: Any, organization: "Organization", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["like"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Timetable.objects.filter(organization=organization).order_by("-during")


_LINE = re.compile(r"^\s*(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})\s*(.{0,20})$")  # i18n: data


class BellsForm(forms.Form):
    """The day's periods, one on a line, as people write them on a notice board."""

    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：夏季作息"))
    first = forms.DateField(label=_("从哪天起"), widget=DateInput())
    last = forms.DateField(label=_("到哪天止"), widget=DateInput(), required=False, help_text=_("不填就一直用下去。"))
    periods = forms.CharField(
        label=_("每一节的时间"),
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("一行一节，按顺序写，例如：8:20-9:00。后面可以写名称，例如：16:50-17:30 课后服务"),
    )

    def clean_periods(self) -> list[PeriodRow]:
        rows: list[PeriodRow] = []
        for line in self.cleaned_data["periods"].splitlines():
            if not line.strip():
                continue
            found = _LINE.match(line)
            if found is None:
                raise forms.ValidationError(_("看不懂这一行：%(line)s"), params={"line": line.strip()[:40]})
            hours = [int(part) for part in found.groups()[:4]]
            if max(hours[0], hours[2]) > 23 or max(hours[1], hours[3]) > 59:
                raise forms.ValidationError(_("没有这样的时间：%(line)s"), params={"line": line.strip()[:40]})
            starts, ends = time(hours[0], hours[1]), time(hours[2], hours[3])
            rows.append(PeriodRow(len(rows) + 1, starts, ends, found.group(5).strip()))
        if len(rows) > 20:
            raise forms.ValidationError(_("一天最多二十节"))
        return rows

    @staticmethod
    def initial_of(periods: "list[Period]", today: date) -> dict[str, Any]:
        lines = [
            f"{row.starts:%H:%M}-{row.ends:%H:%M}"
            + ("" if row.name == f"第{row.number}节" else f" {row.name}")  # i18n: data
            for row in periods
        ]
        return {"first": today, "periods": "\n".join(lines)}


class CellForm(forms.Form):
    """One period of a class in a draft. No subject: nothing."""

    subject = forms.ChoiceField(label=_("学科"), choices=[("", _("没有课")), *Subject.choices], required=False)
    teacher: Chooser = forms.ModelChoiceField(label=_("教师"), queryset=None, required=False, empty_label=_("还没有定"))
    room: Chooser = forms.ModelChoiceField(label=_("教室"), queryset=None, required=False, empty_label=_("本班教室"))
    weeks = forms.ChoiceField(label=_("哪些周"), choices=Weeks.choices, widget=forms.RadioSelect, initial=Weeks.EVERY)

    def __init__(self, *args: Any, organization: "Organization", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teacher, room = self.fields["teacher"], self.fields["room"]
        assert isinstance(teacher, forms.ModelChoiceField)
        assert isinstance(room, forms.ModelChoiceField)
        teacher.queryset = roster.staff_of(organization)
        room.queryset = Room.objects.filter(organization=organization, is_active=True).order_by("name")

    @staticmethod
    def initial_of(entry: TimetableEntry | None) -> dict[str, Any]:
        if entry is None:
            return {"weeks": Weeks.EVERY}
        return {"subject": entry.subject, "teacher": entry.teacher_id, "room": entry.room_id, "weeks": entry.weeks}


class ChangeForm(forms.Form):
    """What is otherwise on one day."""

    kind = forms.ChoiceField(label=_("怎么调整"), widget=forms.RadioSelect)
    teacher: Chooser = forms.ModelChoiceField(
        label=_("代课教师"),
        queryset=None,
        required=False,
        empty_label=_("请选择"),
        help_text=_("代课时填写。"),
        widget=forms.Select(attrs={"data-when": "kind=substitute"}),
    )
    to_day = forms.DateField(
        label=_("调到哪一天"),
        widget=DateInput(attrs={"data-when": "kind=moved"}),
        required=False,
        help_text=_("调课时填写。"),
    )
    to_period = forms.IntegerField(
        label=_("调到第几节"),
        min_value=1,
        max_value=20,
        required=False,
        help_text=_("调课时填写。"),
        widget=forms.NumberInput(attrs={"data-when": "kind=moved"}),
    )
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("有关的老师和班级会看到。"))

    def __init__(
        self, *args: Any, entry: TimetableEntry, day: date, change: TimetableChange | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"kind": ChangeKind.SUBSTITUTE, "to_day": day}
        if change is not None:
            initial = {
                "kind": change.kind,
                "teacher": change.teacher_id,
                "to_day": change.to_day or day,
                "to_period": change.to_period,
                "reason": change.reason,
            }
        super().__init__(*args, **(kwargs | {"initial": initial}))
        kind, teacher = self.fields["kind"], self.fields["teacher"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(teacher, forms.ModelChoiceField)
        kind.choices = [*ChangeKind.choices, *([("back", _("恢复原来的安排"))] if change else [])]
        staff = roster.staff_of(entry.timetable.organization)
        teacher.queryset = staff.exclude(pk=entry.teacher_id) if entry.teacher_id else staff
        if self.data.get("kind") == "back":
            self.fields["reason"].required = False

    def facts(self) -> dict[str, Any]:
        return {key: self.cleaned_data[key] for key in ("kind", "teacher", "to_day", "to_period", "reason")}


class PairingForm(forms.Form):
    """Classes that receive one subject from one class, for the alliance's time that is left."""

    subject = forms.ChoiceField(label=_("学科"), choices=Subject.choices)
    sender: Chooser = forms.ModelChoiceField(label=_("主讲班级"), queryset=None, empty_label=_("请选择"))
    receivers = forms.MultipleChoiceField(
        label=_("接收班级"), widget=forms.CheckboxSelectMultiple, help_text=_("要和主讲班级同一个年级。")
    )
    first = forms.DateField(label=_("从哪天起"), widget=DateInput())
    last = forms.DateField(label=_("到哪天止"), widget=DateInput())

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = alliance.members.filter(queries.not_left(timezone.localdate()), part=AlliancePart.SENDING)
        sending = sent.values_list("organization_id", flat=True)
        sender, receivers = self.fields["sender"], self.fields["receivers"]
        assert isinstance(sender, forms.ModelChoiceField)
        assert isinstance(receivers, forms.MultipleChoiceField)
        own = roster.class_groups_of_schools(list(sending)).filter(stage=alliance.stage)
        sender.queryset = own.select_related("organization")
        # replaced on the instance, as Django's documentation does it: mypy takes a method for fixed
        sender.label_from_instance = lambda group: f"{group.organization} {group}"  # type: ignore[method-assign,assignment]
        grades = set(own.values_list("grade", flat=True))
        schools = queries.receiving_school_ids(alliance)
        found = roster.class_groups_of_schools(schools).filter(stage=alliance.stage, grade__in=grades)
        self._receiving = {str(group.pk): group for group in found.select_related("organization")}
        receivers.choices = [(pk, f"{group.organization} {group}") for pk, group in self._receiving.items()]

    def chosen(self) -> "list[ClassGroup]":
        return [self._receiving[pk] for pk in self.cleaned_data["receivers"]]


class SettleForm(forms.Form):
    """What a receiving class does about one period."""

    settlement = forms.ChoiceField(label=_("怎么处理"), choices=Settlement.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
