"""Steps, stops and lines of applications in words."""

from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lantian.commons.workflow.engine.plan import Step
from lantian.commons.workflow.engine.schema import Field
from lantian.commons.workflow.enums import Happened
from lantian.commons.workflow.forms import KINDS, LEVELS, OVERDUES
from lantian.commons.workflow.models import Line
from lantian.commons.workflow.queries import Stop
from lantian.people.roster.enums import Role

register = template.Library()
_LEVELS, _OVERDUES, _KINDS = dict(LEVELS), dict(OVERDUES), dict(KINDS)


@register.filter
def step_words(step: Step) -> str:
    """Who decides, in how many days, and what comes after them."""
    words = [f"{_LEVELS[step.level]} · {Role(step.role).label}"]
    if step.votes > 1:
        words.append(_("%(n)s 人同意") % {"n": step.votes})
    if step.days:
        words.append(_("%(n)s 个工作日，过期%(then)s") % {"n": step.days, "then": _OVERDUES[step.overdue]})
    return " · ".join(words)


@register.filter
def field_words(field: Field) -> str:
    """How a question is answered."""
    words = [str(_KINDS[field.kind])]
    if field.choices:
        words.append(_("%(n)s 个选项") % {"n": len(field.choices)})
    if not field.required:
        words.append(_("选填"))
    return " · ".join(words)


@register.filter
def stop_state(stop: Stop) -> str:
    """As the step component calls it."""
    return {"here": "now", "done": "done", "refused": "blocked"}.get(stop.state, "")


@register.filter
def stop_words(stop: Stop) -> str:
    """Where it is, until when."""
    if stop.state == "skipped":
        return _("不用办")
    if stop.state == "here" and stop.due_at:
        words = _("%(unit)s，已超期") if stop.late else _("%(unit)s，%(day)s前")
        return words % {"unit": stop.unit, "day": date_format(stop.due_at, _("n月j日"))}
    return stop.unit or step_words(stop.step)


@register.filter
def line_words(line: Line) -> str:
    """What happened, and at which step or unit."""
    what = Happened(line.what)
    if what in (Happened.OPENED, Happened.MOVED):
        return _("%(what)s%(unit)s（%(step)s）") % {"what": what.label, "unit": line.name, "step": line.step}
    return f"{line.step} · {what.label}" if line.step else str(what.label)


@register.filter
def of_key(known: dict[str, Any], key: str) -> Any:
    return known.get(key, key)
