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

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Generic
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantian.kernel.numbers import number_of
from lantian.kernel.rules import ANONYMOUS, Actor
from lantian.kernel.web import sheets
from lantian.kernel.web.columns import Cell, Chip, Column, Filter, FilterState, Head, M, Row, spaced
from lantian.kernel.web.models import SavedView
from lantian.kernel.web.taken import LIST_EXPORTED, note_taken, watermark_of

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

__all__ = ["LIST_EXPORTED", "Column", "Filter", "FilterState", "ListPage", "picked", "spaced"]

PAGE_SIZES = (20, 50, 100)
EXPORT_LIMIT = 50_000
MAX_SEARCH = 60
DEEPEST = 500  # pages one can go down where the number of rows is not counted


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
    export_action: ClassVar[str] = LIST_EXPORTED
    bulk: bool = False
    # Where rows are pictures rather than facts: the template of one, given `each`; columns then say what to order by and what a
    # file holds, and stand in a menu instead of a table's head.
    tile: ClassVar[str] = ""
    # Where counting is dear: count this far and no further, and say "200+". Pages then go on while there are rows.
    count_cap: ClassVar[int] = 0
    # What rows are shown by but not found by: joined to those of a page alone, where otherwise all that were asked for would be
    # read and joined to find the first of them. What the list is ordered by is there with it and without it.
    dress: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None

    def __init__(self, request: HttpRequest, queryset: QuerySet[M], params: Mapping[str, str] | None = None) -> None:
        """`params` stands in for the address's own, such as those that a bulk bar's form carries."""
        self.request = request
        self.base = queryset
        self.params: Mapping[str, str] = request.GET if params is None else params

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
            named = callable(item.choices)
            states.append(FilterState(item.key, str(item.label), options, value, str(item.unasked), named))
        return states

    @cached_property
    def sort(self) -> tuple[str, bool]:
        """(column key, descending)."""
        keys = {column.key for column in self.columns if column.sort}
        for asked in (self.params.get("sort", ""), self.order):
            if asked.lstrip("-") in keys:
                return asked.lstrip("-"), asked.startswith("-")
        return "", False

    @property
    def orders(self) -> list[tuple[str, "Text", bool]]:
        """(value, words, is it the one in force) of the orders offered where there is no table's head: the most and the newest
        first, unless the list says otherwise.
        """
        if not self.tile:
            return []
        now = ("-" if self.sort[1] else "") + self.sort[0]
        found = []
        for column in [column for column in self.columns if column.sort]:
            downward = column.kind in ("number", "date", "datetime") and column.key != self.order
            value = f"-{column.key}" if downward else column.key
            found.append((value, column.label, value == now))
        return found

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

    @property
    def everything(self) -> QuerySet[M]:
        """All rows asked for, for files and bulk actions; `queryset` unless that is cut short for the page's sake."""
        return self.queryset if self.dress is None else self.dress(self.queryset)

    @cached_property
    def total(self) -> int:
        """How many rows; with `count_cap` at most one more than that."""
        if self.count_cap:
            return self.queryset.order_by()[: self.count_cap + 1].count()
        return self.queryset.count()

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return bool(self.count_cap) and self.total > self.count_cap

    @property
    def total_words(self) -> str:
        """The number of rows as it is shown: "1 149", or "200+"."""
        return f"{spaced(self.count_cap)}+" if self.is_capped else spaced(self.total)

    @cached_property
    def pages(self) -> int:
        """How many pages there are, as far as is known."""
        if self.is_capped:
            return self.number + (len(self._window[1]) > self.size)
        return max(1, -(-self.total // self.size))

    @property
    def number(self) -> int:
        """This page's number, 1..pages, whatever was asked."""
        return self._window[0]

    @cached_property
    def _window(self) -> tuple[int, list[M]]:
        """The page's number and its rows; where rows are not counted, one more row if there is a next page."""
        wanted = number_of(self.params.get("page"), most=10**8) or 1
        if self.total == 0:
            return 1, []
        if not self.is_capped:
            number = min(wanted, -(-self.total // self.size))
            return number, self._slice(number, self.size)
        found = self._slice(min(wanted, DEEPEST), self.size + 1)
        return (min(wanted, DEEPEST), found) if found or wanted == 1 else (1, self._slice(1, self.size + 1))

    def _slice(self, number: int, length: int) -> list[M]:
        start = (number - 1) * self.size
        part = self.queryset[start : start + length]
        if self.dress is None:
            return list(part)
        shown = self.dress(part.model._default_manager.filter(pk__in=part.values("pk")))
        return list(shown.order_by(*self.queryset.query.order_by))

    @property
    def objects(self) -> list[M]:
        return self._window[1][: self.size]

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(each) for each in self.objects]

    @cached_property
    def shown(self) -> list[Column]:
        """The columns of this page."""
        return [
            column
            for column in self.columns
            if column.page and not (column.optional and all(column.text(each) == "" for each in self.objects))
        ]

    def _row(self, each: M) -> Row:
        cells = [Cell(column, column.html(each), column.text(each) == "") for column in self.shown]
        title = next((column.text(each) for column in self.columns if column.primary), str(each))
        return Row(each, str(each.pk), cells, title, self.is_settled(each))

    def is_settled(self, each: M) -> bool:
        """Whether nothing about this row waits any more; such rows are quiet beside those that do."""
        return False

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.objects) - 1 if self.total else 0

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
        for column in self.shown:
            url, direction = "", ""
            if column.sort:
                now = column.key == key
                direction = ("descending" if descending else "ascending") if now else ""
                url = self.url(sort=f"-{column.key}" if now and not descending else column.key)
            heads.append(Head(column, url, direction))
        return heads

    @cached_property
    def chips(self) -> list[Chip]:
        chips = [Chip(gettext("搜索"), self.q, self.url(q=None), named=True)] if self.q else []
        narrowed = (state for state in self.filter_states if state.value)
        return chips + [
            Chip(state.label, state.words, self.url(**{state.key: None}), named=state.named) for state in narrowed
        ]

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
        """All rows asked for (at most EXPORT_LIMIT) as a file that says who took it, when and for whom; the journal does too."""
        columns = [column for column in self.columns if column.export]
        head = [str(column.label) for column in columns]
        name = f"{self.title or self.key}-{timezone.localtime():%Y%m%d-%H%M}.{kind}"
        found = self._length()
        mark = self._watermark(cut=found > EXPORT_LIMIT)
        self._note_export(kind, min(found, EXPORT_LIMIT))
        response: HttpResponse | StreamingHttpResponse
        if kind == "csv":
            lines = sheets.csv_lines(head, self._values(columns), watermark=mark)
            response = StreamingHttpResponse(lines, content_type="text/csv")
        else:
            content = sheets.xlsx(str(self.title or self.key), head, self._values(columns), watermark=mark)
            response = HttpResponse(
                content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            )
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        response["Cache-Control"] = "no-store"
        return response

    def _length(self) -> int:
        """How many rows a file would have; at most one more than EXPORT_LIMIT."""
        return self.everything.order_by()[: EXPORT_LIMIT + 1].count()

    def _watermark(self, *, cut: bool) -> str:
        return watermark_of(self.actor, gettext("只含前 %(rows)s 行") % {"rows": EXPORT_LIMIT} if cut else "")

    def _note_export(self, kind: str, rows: int) -> None:
        note_taken(
            by=self.actor,
            key=self.key,
            title=str(self.title or self.key),
            kind=kind,
            rows=rows,
            narrowed=[chip.text for chip in self.chips],
            action=self.export_action,
        )

    def _values(self, columns: Sequence[Column]) -> Iterator[list[Any]]:
        for row in self.everything[:EXPORT_LIMIT].iterator(chunk_size=2000):
            yield [column.exported(row) for column in columns]


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


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"
