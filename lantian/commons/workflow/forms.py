"""Forms that are made of data (an application's answers), and those by which definitions are made."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.commons.workflow import queries
from lantian.commons.workflow.engine.plan import MOST_DAYS, MOST_VOTES, Level, Overdue
from lantian.commons.workflow.engine.schema import LONGEST_HELP, LONGEST_LABEL, MOST_CHOICES, TEXT_LENGTH, Field, Kind

if TYPE_CHECKING:
    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField

KINDS = (
    (Kind.LINE, _("一行文字")),
    (Kind.TEXT, _("多行文字")),
    (Kind.NUMBER, _("数字")),
    (Kind.DATE, _("日期")),
    (Kind.CHOICE, _("单选")),
    (Kind.CHOICES, _("多选")),
    (Kind.YES, _("请勾选确认")),
)
LEVELS = (
    (Level.UNIT, _("申请人所在的单位")),
    (Level.SCHOOL, _("学校")),
    (Level.COUNTY, _("县（市、区）")),
    (Level.CITY, _("市")),
    (Level.PROVINCE, _("省")),
)
OVERDUES = (
    (Overdue.REMIND, _("每个工作日催一次")),
    (Overdue.MOVE, _("转到上一级单位")),
    (Overdue.PASS, _("按同意办理")),
)


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")  # what browsers take, in every language


class AnswersForm(forms.Form):
    """A form of questions; a `draft` may lack answers. `answers`: as JSON, without those that say nothing."""

    def __init__(self, *args: Any, questions: Sequence[Field], draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.key] = _control(question, required=question.required and not draft)

    @property
    def answers(self) -> dict[str, Any]:
        return {key: _plain(value) for key, value in self.cleaned_data.items() if value not in (None, "", [])}


def _plain(value: Any) -> Any:
    """1500.0 as 1500: as it was typed."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Day(forms.DateField):
    """A day as JSON has it."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return found.isoformat() if found else None


def _control(question: Field, *, required: bool) -> forms.Field:
    told: dict[str, Any] = {"label": question.label, "help_text": question.help, "required": required}
    made: forms.Field = _CONTROLS[question.kind](question, told)
    return made


def _number(question: Field, told: dict[str, Any]) -> forms.Field:
    return forms.FloatField(min_value=question.least, max_value=question.most, **told)


def _choice(question: Field, told: dict[str, Any]) -> forms.Field:
    pairs = [(one, one) for one in question.choices]
    if len(pairs) > 6:
        return forms.ChoiceField(choices=[("", _("请选择")), *pairs], **told)
    return forms.ChoiceField(choices=pairs, widget=forms.RadioSelect, **told)


def _choices(question: Field, told: dict[str, Any]) -> forms.Field:
    pairs = [(one, one) for one in question.choices]
    return forms.MultipleChoiceField(choices=pairs, widget=forms.CheckboxSelectMultiple, **told)


_CONTROLS: Mapping[Kind, Any] = {
    Kind.LINE: lambda question, told: forms.CharField(max_length=int(question.most or 200), **told),
    Kind.TEXT: lambda question, told: forms.CharField(
        max_length=int(question.most or TEXT_LENGTH), widget=forms.Textarea(attrs={"rows": 4}), **told
    ),
    Kind.NUMBER: _number,
    Kind.DATE: lambda _question, told: _Day(widget=_day_input(), **told),
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.YES: lambda _question, told: forms.BooleanField(**told),
}


class WordsForm(forms.Form):
    """Why."""

    words = forms.CharField(label=_("理由"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class WorkflowForm(forms.Form):
    """What is said about something that can be applied for."""

    title = forms.CharField(label=_("事项名称"), max_length=60)
    words = forms.CharField(
        label=_("办事须知"),
        max_length=1000,
        required=False,
        help_text=_("谁可以办、要准备什么、办好以后怎样，几句话就够。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    audience = forms.MultipleChoiceField(
        label=_("谁可以申请"),
        choices=[(role, role.label) for role in queries.APPLYING_ROLES],
        widget=forms.CheckboxSelectMultiple,
    )
    opens_on = forms.DateField(label=_("从哪天起受理"), required=False, widget=_day_input())
    closes_on = forms.DateField(label=_("受理到哪天"), required=False, widget=_day_input())

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("opens_on"), found.get("closes_on")
        if first and last and last < first:
            self.add_error("closes_on", _("截止的日子在开始之前"))
        return found


class FieldForm(forms.Form):
    """One question of a form."""

    label = forms.CharField(label=_("问什么"), max_length=LONGEST_LABEL)
    kind = forms.ChoiceField(label=_("怎么填"), choices=KINDS)
    choices = forms.CharField(
        label=_("选项"),
        required=False,
        max_length=4000,
        help_text=_("一行一个。"),
        widget=forms.Textarea(attrs={"rows": 4, "data-when": "kind=choice choices"}),
    )
    required = forms.BooleanField(label=_("必填"), required=False, initial=True)
    help = forms.CharField(label=_("填写说明"), max_length=LONGEST_HELP, required=False)

    def clean_choices(self) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()))
        if len(found) > MOST_CHOICES:
            raise forms.ValidationError(_("选项太多"))
        return found

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("kind") in (Kind.CHOICE, Kind.CHOICES) and not found.get("choices"):
            self.add_error("choices", _("请写上选项"))
        return found

    def field(self, key: str) -> Field:
        """The question that was described."""
        facts = self.cleaned_data
        kind = Kind(facts["kind"])
        choices = facts["choices"] if kind in (Kind.CHOICE, Kind.CHOICES) else ()
        return Field(key, facts["label"].strip(), kind, facts["required"], facts["help"].strip(), choices)

    @staticmethod
    def initial_of(field: Field) -> dict[str, Any]:
        facts = {"label": field.label, "kind": field.kind, "required": field.required, "help": field.help}
        return facts | {"choices": "\n".join(field.choices)}


class StepForm(forms.Form):
    """One step of a plan."""

    title = forms.CharField(label=_("这一步叫什么"), max_length=40)
    level = forms.ChoiceField(label=_("哪一级办"), choices=LEVELS)
    role = forms.ChoiceField(label=_("谁办"), choices=[(role, role.label) for role in queries.DECIDING_ROLES])
    days = forms.IntegerField(
        label=_("期限（工作日）"), min_value=0, max_value=MOST_DAYS, initial=5, help_text=_("填 0 表示不限。")
    )
    overdue = forms.ChoiceField(label=_("超过期限"), choices=OVERDUES)
    votes = forms.IntegerField(label=_("要几个人同意"), min_value=1, max_value=MOST_VOTES, initial=1)
    may_return = forms.BooleanField(label=_("可以退回修改"), required=False, initial=True)
    when_field = forms.ChoiceField(label=_("只在这样填的时候才有这一步"), required=False)
    when_is = forms.CharField(label=_("填的是"), max_length=200, required=False, help_text=_("和选项一字不差。"))

    def __init__(self, *args: Any, questions: Sequence[Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing = [(one.key, one.label) for one in questions if one.kind in (Kind.CHOICE, Kind.CHOICES)]
        self.fields["when_field"].choices = [("", _("总是有")), *choosing]  # type: ignore[attr-defined]  # a ChoiceField
        if not choosing:
            del self.fields["when_field"], self.fields["when_is"]

    def step(self, key: str) -> dict[str, Any]:
        """The step as the plan's JSON has it."""
        facts = self.cleaned_data
        names = ("title", "level", "role", "days", "overdue", "votes", "may_return")
        made = {"key": key, **{name: facts[name] for name in names}}
        if facts.get("when_field"):
            made["when"] = {"field": facts["when_field"], "is": facts["when_is"].strip()}
        return made

    @staticmethod
    def initial_of(step: Mapping[str, Any]) -> dict[str, Any]:
        when = step.get("when") or {}
        return {**step, "when_field": when.get("field", ""), "when_is": when.get("is", "")}


class StandInForm(forms.Form):
    """Who decides in one's place, and when."""

    taker: Chooser = forms.ModelChoiceField(label=_("请谁代办"), queryset=None, empty_label=_("请选择"))
    first = forms.DateField(label=_("从哪天"), initial=timezone.localdate, widget=_day_input())
    last = forms.DateField(label=_("到哪天"), initial=timezone.localdate, widget=_day_input())

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"].queryset = people  # type: ignore[attr-defined]  # a Chooser

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("结束的日子在开始之前"))
        return found
