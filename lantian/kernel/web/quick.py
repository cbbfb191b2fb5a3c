"""Text in templates by the shortest way.

Django asks of every value of `{{ … }}` whether it is a moment to be put into local time, a number to be written in the manner of
the language, a promise, something with markup of its own. Most values are plain text already, to which the answer is no each
time: a list of sixty rows asked three thousand times, a fifth of its page's CPU. Here plain text is escaped, text that is safe is
left, and all else takes Django's way.
"""

from html import escape
from typing import Any

from django.template import Context
from django.template.base import VariableNode, render_value_in_context
from django.utils.safestring import SafeString


def render(self: VariableNode, context: Context) -> str:
    """`VariableNode.render`, with the same answer."""
    try:
        value: Any = self.filter_expression.resolve(context)
    except UnicodeDecodeError:
        return ""
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[no-any-return]  # its kind was just looked at, where mypy does not see it
    if kind is str:
        return escape(value) if context.autoescape else value
    return render_value_in_context(value, context)


def install() -> None:
    setattr(VariableNode, "render", render)  # noqa: B010 - a method of Django's
