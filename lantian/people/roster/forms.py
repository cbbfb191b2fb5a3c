"""Forms of the roster. What may be is decided by the rules and services; forms ask politely and show their words."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import Actor
from lantian.kernel.time.enums import DayKind
from lantian.people.roster.enums import (
    GRANTABLE,
    MAY_STAND_BELOW,
    BatchAction,
    ClassKind,
    EndReason,
    Gender,
    MemberRole,
    OrganizationKind,
    Relation,
    Setting,
    Stage,
    Subject,
)
from lantian.people.roster.models import Batch, ClassGroup, Membership, Organization, Person
from lantian.people.roster.queries import class_groups_visible_to, default_school_year
from lantian.people.roster.rules.holding import PLACES, holds

LAST_GRADE = {"kindergarten": 3}


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _blank(choices: Any, words: Any) -> list[tuple[str, Any]]:
    return [("", words), *choices]


class OrganizationForm(forms.Form):
    """Facts of a unit. `kind` is asked only for a new one."""

    kind = forms.ChoiceField(label=_("类型"), choices=OrganizationKind.choices)
    name = forms.CharField(label=_("全称"), max_length=80)
    short_name = forms.CharField(
        label=_("简称"), max_length=40, required=False, help_text=_("页面上优先显示简称，如“南山中学”。")
    )
    code = forms.CharField(
        label=_("代码"),
        max_length=20,
        required=False,
        help_text=_("地区填行政区划代码（GB/T 2260），学校填学校标识码。"),
    )
    stages = forms.MultipleChoiceField(
        label=_("学段"), choices=Stage.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    setting = forms.ChoiceField(label=_("城乡"), choices=_blank(Setting.choices, _("不填")), required=False)

    def __init__(self, *args: Any, parent: Organization | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if parent is None:
            del self.fields["kind"]
        else:
            allowed = MAY_STAND_BELOW[str(parent.kind)]
            self.fields["kind"].choices = [c for c in OrganizationKind.choices if c[0] in allowed]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why; kept in the journal."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("会写入记录，至少四个字。"),
    )


class ClassGroupForm(forms.Form):
    stage = forms.ChoiceField(label=_("学段"), choices=Stage.choices)
    grade = forms.IntegerField(
        label=_("年级"), min_value=1, max_value=12, help_text=_("小学到高中按 1–12 填，幼儿园小、中、大班填 1–3。")
    )
    number = forms.IntegerField(label=_("班号"), min_value=1, max_value=99)
    kind = forms.ChoiceField(label=_("类型"), choices=ClassKind.choices)
    name = forms.CharField(label=_("班名"), max_length=40, required=False, help_text=_("不填时按年级和班号取名。"))
    entry_year = forms.IntegerField(label=_("入学年份"), min_value=1990, max_value=2100, required=False)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if organization.stages:
            own = [c for c in Stage.choices if c[0] in organization.stages]
            self.fields["stage"].choices = own  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """Facts of a person; sealed ones are shown empty and kept when left empty."""

    name = forms.CharField(label=_("姓名"), max_length=80)
    gender = forms.ChoiceField(label=_("性别"), choices=Gender.choices, required=False)
    birth_date = forms.DateField(label=_("出生日期"), required=False, widget=DateInput())
    phone = forms.CharField(label=_("手机号"), max_length=30, required=False)
    citizen_id = forms.CharField(label=_("身份证号"), max_length=30, required=False)
    student_number = forms.CharField(label=_("学籍号"), max_length=24, required=False)


class MembershipForm(forms.Form):
    """What a person is at a unit."""

    role = forms.ChoiceField(label=_("身份"), choices=MemberRole.choices)
    class_group = forms.ModelChoiceField(
        label=_("班级"), queryset=ClassGroup.objects.none(), required=False, empty_label=_("不分班")
    )
    subject = forms.ChoiceField(label=_("任教学科"), choices=_blank(Subject.choices, _("无")), required=False)
    valid_from = forms.DateField(label=_("开始日期"), required=False, widget=DateInput(), help_text=_("不填为今天。"))

    def __init__(self, *args: Any, actor: Actor, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_group"].queryset = (  # type: ignore[attr-defined]
            class_groups_visible_to(actor)
            .filter(organization=organization, is_active=True)
            .order_by("grade", "number", "name")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") in {MemberRole.STUDENT, MemberRole.HOMEROOM_TEACHER} and not cleaned.get("class_group"):
            self.add_error("class_group", _("请选择班级。"))
        return cleaned


class NewPersonForm(PersonForm, MembershipForm):
    """A new person of a unit, with an account if wished."""

    account = forms.BooleanField(label=_("同时开通账号"), required=False, initial=True)
    field_order = ["name", "role", "class_group", "subject", "gender", "birth_date", "phone", "citizen_id"]


class GuardianForm(forms.Form):
    """A guardian, found by phone number or registered anew."""

    name = forms.CharField(label=_("监护人姓名"), max_length=80)
    phone = forms.CharField(
        label=_("手机号"), max_length=30, help_text=_("已登记的监护人按姓名和手机号找到，不会重复登记。")
    )
    relation = forms.ChoiceField(label=_("关系"), choices=Relation.choices)
    account = forms.BooleanField(label=_("没有账号时同时开通"), required=False, initial=True)


class GrantForm(forms.Form):
    """A role that may be held at this kind of unit, until a day."""

    role = forms.ChoiceField(label=_("职务"), choices=())
    valid_to = forms.DateField(
        label=_("到哪天为止"), required=False, widget=DateInput(), help_text=_("包含当天；不填为长期有效。")
    )

    def __init__(self, *args: Any, actor: Actor, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label)
            for role in GRANTABLE
            if organization.kind in PLACES[role] and holds(actor, role, organization.path)
        ]

    def clean_valid_to(self) -> date | None:
        day: date | None = self.cleaned_data["valid_to"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("不能早于今天。"))
        return day


class ExtendForm(forms.Form):
    """Until when a role is held from now on."""

    valid_to = forms.DateField(
        label=_("到哪天为止"), required=False, widget=DateInput(), help_text=_("包含当天；不填为长期有效。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_to"].widget.attrs["min"] = timezone.localdate().isoformat()


EARLIEST_MONTH = 5  # of the year: before, nobody moves up yet unless they say that they mean it


class PromotionForm(forms.Form):
    """Into which school year classes move up, and when the last grades left."""

    school_year = forms.IntegerField(
        label=_("升入的学年"), min_value=2000, max_value=2100, help_text=_("填学年开始的年份，如 2026 年秋季填 2026。")
    )
    last_day = forms.DateField(label=_("毕业生在校的最后一天"), widget=DateInput(), help_text=_("包含当天。"))
    carry_over = forms.BooleanField(
        label=_("九年一贯制学校的六年级整班升入七年级"),
        required=False,
        help_text=_("不勾选时六年级毕业，七年级另行编班。"),
    )
    early = forms.BooleanField(
        label=_("离新学年还早，确认现在就升级"),
        required=False,
        help_text=_("升级一般在 5 月以后办理；现在办，班级和毕业生立即变化。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial = self.defaults()

    def clean(self) -> dict[str, Any]:
        """A year that is still far off is moved into by those alone who say so."""
        cleaned = super().clean() or {}
        early, year = cleaned.pop("early", False), cleaned.get("school_year")
        if year and timezone.localdate() < date(year, EARLIEST_MONTH, 1) and not early:
            self.add_error("early", _("这个学年还没到办理升级的时候。确实要现在办理，请勾选确认。"))
        return cleaned

    @staticmethod
    def defaults() -> dict[str, Any]:
        """What is meant when nobody has said anything."""
        return {"school_year": default_school_year(), "last_day": timezone.localdate(), "carry_over": False}

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("不能晚于今天：升级当天办理，班级立即变化。"))
        return day


class MoveStudentsForm(forms.Form):
    """Who goes to which class of the school."""

    people = forms.MultipleChoiceField(label=_("学生"), widget=forms.CheckboxSelectMultiple)
    target = forms.ModelChoiceField(label=_("调到"), queryset=ClassGroup.objects.none(), empty_label=_("请选择班级"))
    reason = forms.CharField(label=_("原因"), max_length=200, required=False)

    def __init__(self, *args: Any, actor: Actor, group: ClassGroup, members: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [(str(row.person_id), row.person.name) for row in members]  # type: ignore[attr-defined]
        self.fields["target"].queryset = (  # type: ignore[attr-defined]
            class_groups_visible_to(actor)
            .filter(organization=group.organization_id, is_active=True)
            .exclude(pk=group.pk)
            .order_by("grade", "number", "name")
        )


class MergeForm(forms.Form):
    """Which of two records goes on."""

    keep = forms.ChoiceField(label=_("留下哪一份"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("怎么确认是同一个人"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("会写入记录，至少四个字。"),
    )

    def __init__(self, *args: Any, one: Person, other: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), _("第一份")),
            (str(other.pk), _("第二份")),
        ]
        # the record that is signed in with, else the older one, is the likelier to go on
        first = (one.account_id is None, one.created_at) <= (other.account_id is None, other.created_at)
        self.initial["keep"] = str(one.pk if first else other.pk)


class BindForm(forms.Form):
    """A code from the school, and whose it is."""

    code = forms.CharField(
        label=_("绑定码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    child_name = forms.CharField(label=_("孩子姓名"), max_length=80)
    relation = forms.ChoiceField(label=_("我是孩子的"), choices=Relation.choices)


class RegisterFamilyForm(BindForm):
    """The same for somebody who has no account: the phone signs in."""

    name = forms.CharField(label=_("我的姓名"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("手机号"),
        max_length=30,
        help_text=_("以后用它登录。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class TermForm(forms.Form):
    """From when to when a term runs."""

    starts_on = forms.DateField(label=_("开学"), widget=DateInput())
    ends_on = forms.DateField(label=_("最后一天"), widget=DateInput(), help_text=_("包含当天；不超过 200 天。"))


class DaysForm(forms.Form):
    """Days in a row: holidays, or working days and whose timetable they run."""

    first = forms.DateField(label=_("第一天"), widget=DateInput())
    last = forms.DateField(
        label=_("最后一天"), required=False, widget=DateInput(), help_text=_("包含当天；只有一天就不填。")
    )
    kind = forms.ChoiceField(label=_("这几天"), choices=DayKind.choices, widget=forms.RadioSelect)
    follows_weekday = forms.TypedChoiceField(
        label=_("上哪天的课"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", _("没有定")), *WEEKDAYS.items()],
        help_text=_("只用于上班的日子。周末调休要说明按星期几的课表上课，没有定就没有课。"),
        widget=forms.Select(attrs={"data-when": "kind=workday"}),
    )
    name = forms.CharField(label=_("名称"), max_length=40, required=False, help_text=_("例如：国庆节、运动会。"))
    source = forms.CharField(label=_("依据"), max_length=120, required=False, help_text=_("国务院通知的标题和文号。"))

    def __init__(self, *args: Any, national: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not national:
            del self.fields["source"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("first") and not found.get("last"):
            found["last"] = found["first"]
        if found.get("kind") == DayKind.HOLIDAY:
            found["follows_weekday"] = None
        return found

    @property
    def kind_words(self) -> Any:
        return DayKind(self.cleaned_data["kind"]).label


class BatchForm(forms.Form):
    """What is still to be said before many are acted on; for most actions nothing."""

    target = forms.ModelChoiceField(label=_("调到"), queryset=ClassGroup.objects.none(), empty_label=_("请选择班级"))
    end_reason = forms.ChoiceField(
        label=_("离开的原因"),
        choices=[(value.value, value.label) for value in (EndReason.TRANSFERRED, EndReason.LEFT, EndReason.GRADUATED)],
    )
    last_day = forms.DateField(label=_("最后一天"), widget=DateInput(), help_text=_("包含当天。"))
    reason = forms.CharField(label=_("说明"), max_length=200, help_text=_("会写入每个人的记录，至少四个字。"))

    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {
        BatchAction.MOVE: ("target", "reason"),
        BatchAction.END: ("end_reason", "last_day", "reason"),
        BatchAction.SUSPEND: ("reason",),
    }

    def __init__(self, *args: Any, batch: Batch, classes: list[ClassGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.FIELDS.get(batch.action, ())):
            del self.fields[name]
        if "target" in self.fields:
            several = len({group.organization_id for group in classes}) > 1
            target: Any = self.fields["target"]
            target.queryset = ClassGroup.objects.filter(pk__in=[group.pk for group in classes]).select_related(
                "organization"
            )
            target.choices = [
                ("", _("请选择班级")),
                *((group.pk, f"{group.organization} {group}" if several else group.name) for group in classes),
            ]
            self.fields["reason"].required = False
            self.fields["reason"].help_text = _("会写入每个人的记录。")
        self.initial.setdefault("last_day", timezone.localdate())


class AssignmentForm(forms.Form):
    """Who teaches a subject in a class from a day on: those there are, and one more."""

    on = forms.DateField(label=_("从哪天起"), widget=DateInput(), required=False, help_text=_("包含当天；不填为今天。"))

    def __init__(
        self, *args: Any, staff: list[tuple[Person, bool]], now: list[Membership], several: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [("", _("无"))]
        choices += [(str(person.pk), person.name) for person, _teaches in staff]
        known = {value for value, _words in choices}
        choices += [(str(row.person_id), row.person.name) for row in now if str(row.person_id) not in known]
        count = len(now) + 1 if several and now else max(len(now), 1)
        self.slots = [f"teacher{number}" for number in range(count)]
        on = self.fields.pop("on")
        for number, name in enumerate(self.slots):
            self.fields[name] = forms.ChoiceField(
                label=_("教师") if number == 0 else _("另一位教师"), choices=choices, required=False
            )
            self.initial[name] = str(now[number].person_id) if number < len(now) else ""
        self.fields["on"] = on
        self.fields[self.slots[0]].widget.attrs["autofocus"] = True

    def people(self) -> list[UUID]:
        """The chosen ones, each once."""
        chosen = [self.cleaned_data[name] for name in self.slots]
        return [UUID(pk) for pk in dict.fromkeys(chosen) if pk]
