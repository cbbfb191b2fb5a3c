"""Grades as schools say them, in the language of the page: what every page, list, field and filter shows a grade by."""

from django.utils.translation import gettext_lazy as _

from lantian.people.roster.enums import Stage

_NAMES = (
    _("一年级"),
    _("二年级"),
    _("三年级"),
    _("四年级"),
    _("五年级"),
    _("六年级"),
    _("七年级"),
    _("八年级"),
    _("九年级"),
    _("高一"),
    _("高二"),
    _("高三"),
)
_KINDERGARTEN = (_("小班"), _("中班"), _("大班"))
# For fields and filters that ask for a grade without a stage.
GRADE_CHOICES = tuple(enumerate(_NAMES, start=1))


def grade_words(grade: int | None, stage: str = "") -> str:
    """八年级, 高一, 中班; "" for no grade. Without a stage grades run on from primary to senior secondary school."""
    if not grade:
        return ""
    names = _KINDERGARTEN if stage == Stage.KINDERGARTEN else _NAMES
    return str(names[grade - 1]) if 1 <= grade <= len(names) else str(grade)
