"""The short way of text gives what Django gives."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from django.template import Context, Template
from django.template.base import VariableNode, render_value_in_context
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from lantian.kernel.web import quick


class Kind(StrEnum):
    A = "<a>"


class Marked:
    def __html__(self) -> str:
        return "<i>"


class Odd(str):  # noqa: SLOT000 - as odd as they come
    def __str__(self) -> str:
        return "<odd>"


VALUES = [
    "", "plain", "<b>&\"'", mark_safe("<b>"), gettext_lazy("搜索"), None, True, 1149, 3.5, Decimal("1.50"), Kind.A, Marked(),
    Odd("x"), ["<", 1], date(2026, 11, 27), datetime(2026, 11, 27, 20, tzinfo=UTC),
]  # fmt: skip


@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("value", VALUES)
def test_every_value_looks_as_django_would_have_it(value, autoescape):
    assert VariableNode.render is quick.render
    context = Context({"value": value}, autoescape=autoescape)
    assert Template("{{ value }}").render(context) == str(render_value_in_context(value, context))


def test_what_is_missing_is_empty_and_filters_apply():
    assert (
        Template("[{{ none.such }}|{{ a|upper }}|{{ b|safe }}]").render(Context({"a": "<x", "b": "<y>"}))
        == "[|&lt;X|<y>]"
    )
