"""Words of the roster in templates."""

from django import template

from lantian.people.roster.queries import grade_words

register = template.Library()


@register.filter
def grade(number: int | None, stage: str = "") -> str:
    """{{ said.grade|grade:said.stage }} → 八年级; nothing stays nothing."""
    return grade_words(number, stage)
