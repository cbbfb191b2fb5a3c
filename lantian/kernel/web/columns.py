"""What a list is declared with (columns, filters), and what its template is given (heads, chips, rows)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from lantian.kernel.web.dates import said_day, said_moment

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

M = TypeVar("M", bound=Model)
Choices = Iterable[tuple[Any, "Text"]]


def spaced(value: float) -> str:
    """1149 → "1 149", with a thin space that does not break: groups of three as in mathematics, in every language."""
    return f"{value:,}".replace(",", "\u2009")


@dataclass(frozen=True)
class Column:
    """One column. `value` is an attribute path ("person.name") or a function of the row; default: the key.

    kind: text, number, code (the number of a matter, never broken), date, datetime, badge. `tone(row)` colours a badge.
    `primary`: names the row (its header, the card's title). `sort`: what to order by, the row's key added so that pages never
    overlap. `export=False` keeps it out of files,
    `page=False` off the page. `plain`: says itself what it is, so that a phone's card goes without its label. `optional`: off a
    page whose rows have nothing there.
    `link(row)` may answer "" for a row whose page is not for this person: words alone.
    """

    key: str
    label: "Text"
    value: str | Callable[[Any], Any] | None = None
    kind: str = "text"
    sort: str | tuple[str, ...] | None = None
    link: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None
    primary: bool = False
    export: bool = True
    page: bool = True
    plain: bool = False
    optional: bool = False

    def of(self, row: Any) -> Any:
        """The value for one row."""
        if callable(self.value):
            return self.value(row)
        found = row
        for part in (self.value or self.key).split("."):
            found = getattr(found, part, None)
            if found is None:
                return None
        return found() if callable(found) else found

    def text(self, row: Any) -> str:
        return self._written(self.of(row))

    def _written(self, value: Any) -> str:
        """The value as files have it: days as numbers."""
        if value is None or value == "":
            return ""
        if isinstance(value, datetime):
            return date_format(timezone.localtime(value) if timezone.is_aware(value) else value, "Y-m-d H:i")
        if isinstance(value, date):
            return date_format(value, "Y-m-d")
        if self.kind == "number" and isinstance(value, (int, float)):
            return spaced(value)
        return str(value)

    def _said(self, value: Any) -> str:
        """The value as pages have it: days in words."""
        if isinstance(value, datetime):
            return said_moment(value)
        return said_day(value) if isinstance(value, date) else self._written(value)

    def html(self, row: Any) -> SafeString:
        """The cell as shown on the page."""
        text = self._said(self.of(row))
        if self.kind == "badge" and text:
            return format_html(
                '<span class="badge badge-{}">{}</span>', self.tone(row) if self.tone else "neutral", text
            )
        address = self.link(row) if self.link and text else ""
        kept = " is-code" if self.kind == "code" else ""
        if address:
            return format_html('<a class="row-link{}" href="{}">{}</a>', kept, address, text)
        return format_html('<span class="is-code">{}</span>' if kept and text else "{}", text or "—")

    def exported(self, row: Any) -> Any:
        """Numbers stay numbers in files; all else is what the page says."""
        value = self.of(row)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else self.text(row)


@dataclass(frozen=True)
class Filter:
    """One choice above the list. `apply` is a lookup ("organization__kind") or a function (queryset, value) -> queryset.

    `choices` may be a function of the request when they depend on who looks: names of places and people then. Values not
    among the choices are ignored.
    `unasked`: words for the list as it is without a choice, where that is not everything.
    """

    key: str
    label: "Text"
    choices: Choices | Callable[[HttpRequest], Choices]
    apply: str | Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    unasked: "Text" = ""

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        found = self.choices(request) if callable(self.choices) else self.choices
        return [(str(value), str(words)) for value, words in found]

    def narrow(self, queryset: QuerySet[M], value: str) -> QuerySet[M]:
        if callable(self.apply):
            return self.apply(queryset, value)
        return queryset.filter(**{self.apply or self.key: value})


@dataclass(frozen=True, slots=True)
class FilterState:
    key: str
    label: str
    options: list[tuple[str, str]]
    value: str
    unasked: str = ""
    named: bool = False

    @property
    def words(self) -> str:
        return dict(self.options).get(self.value, "")


@dataclass(frozen=True, slots=True)
class Chip:
    """One narrowing in force, and the address without it. `named`: its words are somebody's name, in no language of ours."""

    label: str
    words: str
    url: str
    named: bool = False

    @property
    def text(self) -> str:
        return self._said(self.label, self.words)

    @property
    def html(self) -> SafeString:
        words = format_html('<bdi translate="no">{}</bdi>' if self.named else "{}", self.words)
        return mark_safe(self._said(escape(self.label), words))  # noqa: S308 - both parts are escaped

    @staticmethod
    def _said(label: str, words: str) -> str:
        return gettext("%(label)s：%(words)s") % {"label": label, "words": words}


@dataclass(frozen=True, slots=True)
class Head:
    column: Column
    url: str
    direction: str  # ascending, descending or ""


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    html: SafeString
    empty: bool


@dataclass(frozen=True, slots=True)
class Row:
    object: Any
    pk: str
    cells: list[Cell]
    title: str
    settled: bool = False  # done with: shown quieter than the rows that wait
