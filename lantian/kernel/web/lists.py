"""List pages, declared once: search, filters kept in the address, order, pages, export, selection, saved views.

    class Schools(ListPage["Organization"]):
        key = "schools"
        title = _("学校")
        columns = (
            Column("name", _("名称"), primary=True, sort="sort_key", link=lambda school: school.get_absolute_url()),
            Column("setting", _("位置"), value=lambda school: school.get_setting_display()),
            Column("pupils", _("学生"), kind="number", sort="pupils"),
        )
        filters = (Filter("setting", _("位置"), Setting.choices),)
        search = ("name", "code")
        order = "name"

    def schools(request):
        return Schools(request, organizations_visible_to(request.actor)).respond("roster/schools.html")

and in the template `<c-list :page="page" />`. The rows are two queries whatever is asked: a count and a page. Bring related
objects with `select_related` and annotations in the queryset given.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ANONYMOUS, Actor
from lantian.kernel.web import sheets
from lantian.kernel.web.models import SavedView

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

M = TypeVar("M", bound=Model)
Choices = Iterable[tuple[Any, "Text"]]
log = structlog.get_logger("web")

PAGE_SIZES = (20, 50, 100)
EXPORT_LIMIT = 50_000
MAX_SEARCH = 60


@dataclass(frozen=True)
class Column:
    """One column. `value` is an attribute path ("person.name") or a function of the row; default: the key.

    kind: text, number, date, datetime, badge. `tone(row)` colours a badge. `primary`: names the row (its header, the card's
    title). `sort`: what to order by, the row's key added so that pages never overlap. `export=False` keeps it out of files.
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
        value = self.of(row)
        if value is None or value == "":
            return ""
        if isinstance(value, datetime):
            return date_format(timezone.localtime(value) if timezone.is_aware(value) else value, "Y-m-d H:i")
        if isinstance(value, date):
            return date_format(value, "Y-m-d")
        if self.kind == "number" and isinstance(value, (int, float)):
            return spaced(value)
        return str(value)

    def html(self, row: Any) -> SafeString:
        """The cell as shown on the page."""
        text = self.text(row)
        if self.kind == "badge" and text:
            return format_html(
                '<span class="badge badge-{}">{}</span>', self.tone(row) if self.tone else "neutral", text
            )
        address = self.link(row) if self.link and text else ""
        if address:
            return format_html('<a class="row-link" href="{}">{}</a>', address, text)
        return format_html("{}", text or "—")

    def exported(self, row: Any) -> Any:
        """Numbers stay numbers in files; all else is what the page says."""
        value = self.of(row)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else self.text(row)


@dataclass(frozen=True)
class Filter:
    """One choice above the list. `apply` is a lookup ("organization__kind") or a function (queryset, value) -> queryset.

    `choices` may be a function of the request when they depend on who looks. Values not among the choices are ignored.
    """

    key: str
    label: "Text"
    choices: Choices | Callable[[HttpRequest], Choices]
    apply: str | Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None

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

    @property
    def words(self) -> str:
        return dict(self.options).get(self.value, "")


@dataclass(frozen=True, slots=True)
class Chip:
    """One narrowing in force, and the address without it."""

    words: str
    url: str


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


class ListPage(Generic[M]):
    """One list for one request. Subclasses declare; see the module's example."""

    key: ClassVar[str] = "list"
    title: ClassVar["Text"] = ""
    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    search: ClassVar[Sequence[str]] = ()
    search_hint: ClassVar["Text"] = _("搜索")
    order: ClassVar[str] = ""  # key of the column ordered by at first; "-key" for descending
    unit: ClassVar["Text"] = _("条")
    empty_icon: ClassVar[str] = "inbox"
    empty_title: ClassVar["Text"] = _("这里还没有内容")
    empty_text: ClassVar["Text"] = ""
    exportable: ClassVar[bool] = True
    bulk: ClassVar[bool] = False

    def __init__(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        self.request = request
        self.base = queryset
        self.params = request.GET

    @property
    def actor(self) -> Actor:
        return getattr(self.request, "actor", ANONYMOUS)

    # Asked for ---------------------------------------------------------------------------------------------------------
    @cached_property
    def q(self) -> str:
        return self.params.get("q", "").replace("\x00", "").strip()[:MAX_SEARCH]

    @cached_property
    def filter_states(self) -> list[FilterState]:
        states = []
        for item in self.filters:
            options = item.options(self.request)
            asked = self.params.get(item.key, "")
            value = asked if asked in dict(options) else ""
            states.append(FilterState(item.key, str(item.label), options, value))
        return states

    @cached_property
    def sort(self) -> tuple[str, bool]:
        """(column key, descending)."""
        keys = {column.key for column in self.columns if column.sort}
        for asked in (self.params.get("sort", ""), self.order):
            if asked.lstrip("-") in keys:
                return asked.lstrip("-"), asked.startswith("-")
        return "", False

    @cached_property
    def size(self) -> int:
        asked = self.params.get("size", "")
        return int(asked) if asked in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q) or any(state.value for state in self.filter_states)

    # Found -------------------------------------------------------------------------------------------------------------
    @cached_property
    def queryset(self) -> QuerySet[M]:
        """All rows asked for, in order."""
        found = self.base
        for item, state in zip(self.filters, self.filter_states, strict=True):
            if state.value:
                found = item.narrow(found, state.value)
        for word in self.q.split():
            lookups = (Q(**{f"{name}__icontains": word}) for name in self.search)
            found = found.filter(reduce(or_, lookups, Q())) if self.search else found
        return self._ordered(found)

    def _ordered(self, found: QuerySet[M]) -> QuerySet[M]:
        key, descending = self.sort
        if not key:
            return found if found.ordered else found.order_by("pk")
        column = next(column for column in self.columns if column.key == key)
        names = (column.sort,) if isinstance(column.sort, str) else column.sort or ()
        flipped = [_flip(name) if descending else name for name in names]
        return found.order_by(*flipped, "pk")

    @cached_property
    def total(self) -> int:
        return self.queryset.count()

    @cached_property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @cached_property
    def number(self) -> int:
        """This page's number, 1..pages, whatever was asked."""
        asked = self.params.get("page", "1")
        return min(max(1, int(asked)), self.pages) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1

    @cached_property
    def objects(self) -> list[M]:
        if self.total == 0:
            return []
        start = (self.number - 1) * self.size
        return list(self.queryset[start : start + self.size])

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(each) for each in self.objects]

    def _row(self, each: M) -> Row:
        cells = [Cell(column, column.html(each), column.text(each) == "") for column in self.columns]
        title = next((column.text(each) for column in self.columns if column.primary), str(each))
        return Row(each, str(each.pk), cells, title)

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        return min(self.number * self.size, self.total)

    # Addresses ---------------------------------------------------------------------------------------------------------
    @cached_property
    def state(self) -> dict[str, str]:
        """What is asked for, without the page: the part of the address that a saved view keeps."""
        kept = {"q": self.q} | {state.key: state.value for state in self.filter_states}
        if self.params.get("sort"):
            kept["sort"] = ("-" if self.sort[1] else "") + self.sort[0]
        if self.size != PAGE_SIZES[0]:
            kept["size"] = str(self.size)
        return {key: value for key, value in kept.items() if value}

    def url(self, **changes: Any) -> str:
        """This list with changes; None takes a part away. The page starts anew unless given."""
        merged = {**self.state, **{key: None if value is None else str(value) for key, value in changes.items()}}
        query = urlencode({key: value for key, value in merged.items() if value})
        return f"{self.request.path}?{query}" if query else self.request.path

    @property
    def clean_url(self) -> str:
        return self.request.path

    @property
    def query(self) -> str:
        return urlencode(self.state)

    @cached_property
    def state_key(self) -> str:
        """Key of the column that says the row's state, "" without one; on a phone it stands beside the name."""
        return next((column.key for column in self.columns if column.kind == "badge"), "")

    @cached_property
    def heads(self) -> list[Head]:
        heads = []
        key, descending = self.sort
        for column in self.columns:
            url, direction = "", ""
            if column.sort:
                now = column.key == key
                direction = ("descending" if descending else "ascending") if now else ""
                url = self.url(sort=f"-{column.key}" if now and not descending else column.key)
            heads.append(Head(column, url, direction))
        return heads

    @cached_property
    def chips(self) -> list[Chip]:
        chips = [Chip(gettext("搜索：%(words)s") % {"words": self.q}, self.url(q=None))] if self.q else []
        narrowed = (state for state in self.filter_states if state.value)
        return chips + [Chip(_chip_words(state), self.url(**{state.key: None})) for state in narrowed]

    @cached_property
    def page_links(self) -> list[tuple[int, str]]:
        """(number, address); number 0 stands for a gap."""
        near = {1, self.pages, self.number - 1, self.number, self.number + 1}
        links: list[tuple[int, str]] = []
        for number in sorted(number for number in near if 1 <= number <= self.pages):
            if links and number - links[-1][0] > 1:
                links.append((0, ""))
            links.append((number, self.url(page=number)))
        return links

    @property
    def previous_url(self) -> str:
        return self.url(page=self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url(page=self.number + 1) if self.number < self.pages else ""

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        return [(size, self.url(size=size), size == self.size) for size in PAGE_SIZES]

    @property
    def export_csv_url(self) -> str:
        return self.url(export="csv")

    @property
    def export_xlsx_url(self) -> str:
        return self.url(export="xlsx")

    @cached_property
    def views(self) -> list[tuple[SavedView, str, bool]]:
        """This account's saved views of this list: (view, address, is it what one sees)."""
        if self.actor.account_id is None:
            return []
        mine = SavedView.objects.filter(account_id=self.actor.account_id, list_key=self.key).order_by("name")
        return [(view, f"{self.request.path}?{view.query}", view.query == self.query) for view in mine]

    # Answer ------------------------------------------------------------------------------------------------------------
    def respond(self, template: str = "web/list_page.html", context: dict[str, Any] | None = None) -> HttpResponse:
        """The page, or the file when `?export=csv|xlsx` asks for one. The template finds this object as `page`."""
        asked = self.params.get("export", "")
        if self.exportable and asked in {"csv", "xlsx"}:
            return self.export(asked)  # type: ignore[return-value]  # streamed, answered alike
        response = render(self.request, template, {"page": self, **(context or {})})
        if self.request.headers.get("HX-Request"):
            # the browser shows the address as we would write it, without the form's empty fields
            response["HX-Push-Url"] = self.url(page=self.number if self.number > 1 else None)
        return response

    def export(self, kind: str) -> HttpResponse | StreamingHttpResponse:
        """All rows asked for (at most EXPORT_LIMIT) as a file; who took what is logged."""
        columns = [column for column in self.columns if column.export]
        head = [str(column.label) for column in columns]
        name = f"{self.title or self.key}-{timezone.localtime():%Y%m%d-%H%M}.{kind}"
        log.info("list_exported", list=self.key, kind=kind, account=str(self.actor.account_id), query=self.query)
        response: HttpResponse | StreamingHttpResponse
        if kind == "csv":
            response = StreamingHttpResponse(sheets.csv_lines(head, self._values(columns)), content_type="text/csv")
        else:
            mark = sheets.watermark_text(
                settings.LANTIAN_REGION_NAME, self.actor.name, timezone.localtime(), gettext("仅限工作使用，请勿外传")
            )
            content = sheets.xlsx(str(self.title or self.key), head, self._values(columns), watermark=mark)
            response = HttpResponse(
                content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            )
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        response["Cache-Control"] = "no-store"
        return response

    def _values(self, columns: Sequence[Column]) -> Iterator[list[Any]]:
        for row in self.queryset[:EXPORT_LIMIT].iterator(chunk_size=2000):
            yield [column.exported(row) for column in columns]


def spaced(value: float) -> str:
    """1149 → "1 149", with a thin space that does not break: groups of three as in mathematics, in every language."""
    return f"{value:,}".replace(",", "\u2009")


def picked(request: HttpRequest, queryset: QuerySet[M]) -> QuerySet[M]:
    """The rows a bulk bar's form names (`pick`), within what is visible; ids that are none are ignored."""
    field = queryset.model._meta.pk
    ids = []
    for raw in request.POST.getlist("pick")[:1000]:
        try:
            ids.append(field.to_python(raw))
        except Exception:  # noqa: BLE001, S112 - whatever the key's type calls it, it is no id
            continue
    return queryset.filter(pk__in=ids)


def _chip_words(state: FilterState) -> str:
    return gettext("%(label)s：%(words)s") % {"label": state.label, "words": state.words}


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"
