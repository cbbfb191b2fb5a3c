"""Parts of a page that are drawn once: `{% drawn items=shell.items current=shell.current %} … {% enddrawn %}`.

What stands inside sees the named values and nothing else of the page (no request, no actor, no token), so what it looks like
depends on them, on the language and on the table of addresses alone; for each of these it is drawn once in a process and kept.
Values must be hashable, and look the same as long as they are equal: no records, which are equal by their id alone. For the
frame, whose navigation and menus were half of the CPU of a small page.
"""

from typing import Any

from django.db.models import Model
from django.template import Context, TemplateSyntaxError
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.urls import get_urlconf
from django.utils.translation import get_language

# Kept of one part; then all is drawn anew.
MOST = 500


class DrawnNode(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, values: dict[str, FilterExpression]) -> None:
        self.nodelist = nodelist
        self.values = values
        self.kept: dict[tuple[Any, ...], str] = {}

    def render(self, context: Context) -> str:
        values = {name: expression.resolve(context) for name, expression in self.values.items()}
        given = tuple(values.values())
        key = (get_language(), get_urlconf(), context.autoescape, _kind_of(given), given)
        found = self.kept.get(key)
        if found is None:
            bare = Context(values, autoescape=context.autoescape)
            bare.template = context.template
            found = self.nodelist.render(bare)
            if len(self.kept) >= MOST:
                self.kept.clear()
            self.kept[key] = found
        return found


def _kind_of(value: Any) -> Any:
    """What tells equal values that look different from each other: text that is safe from text that is not, 1 from True."""
    if isinstance(value, tuple):
        return (type(value), *[_kind_of(each) for each in value])
    if isinstance(value, Model):
        raise TypeError(f"a part drawn once takes what is shown of a record, not the record: {value._meta.label}")
    return type(value)


def drawn(parser: Parser, token: Token) -> DrawnNode:
    """See the module."""
    name, *bits = token.split_contents()
    values = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError(f"{name} takes values as name=value, not {bits}")
    nodelist = parser.parse(("enddrawn",))
    parser.delete_first_token()
    return DrawnNode(nodelist, values)
