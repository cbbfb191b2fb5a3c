"""Words of the timetable in templates."""

from typing import TYPE_CHECKING

from django import template

from lantian.people.schedule.engine.fitting import Fit
from lantian.people.schedule.enums import FIT_WORDS, LESSON_TONES, WEEKDAYS
from lantian.people.schedule.queries import lesson_url

if TYPE_CHECKING:
    from lantian.kernel.rules import Text
    from lantian.people.schedule.models import Lesson

register = template.Library()


@register.filter
def weekday(number: int) -> "Text":
    """0 → 周一."""
    return WEEKDAYS[number]


@register.filter
def fit(value: Fit) -> "Text":
    """How a received period falls into the class's day, in words."""
    return FIT_WORDS[value.value]


@register.filter
def lesson_page(lesson: "Lesson") -> str:
    """The address of a lesson's page, "" when no app shows lessons."""
    return lesson_url(lesson)


@register.filter
def lesson_tone(lesson: "Lesson") -> str:
    """The tone of a badge that says a lesson's state."""
    return LESSON_TONES[lesson.state]
