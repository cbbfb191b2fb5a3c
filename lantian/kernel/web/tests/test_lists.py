"""List pages over a real table."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import Actor, ActorKind
from lantian.kernel.web import lists, sheets
from lantian.kernel.web.lists import Column, Filter, ListPage, picked, spaced
from lantian.kernel.web.models import SavedView

pytestmark = pytest.mark.django_db
OWNER = UUID(int=7)


class Views(ListPage[SavedView]):
    key = "views"
    title = "视图"
    columns = (
        Column("name", "名称", primary=True, sort="name", link=lambda view: f"/views/{view.pk}"),
        Column("list_key", "列表", kind="badge", tone=lambda view: "ok"),
        Column("length", "长度", value=lambda view: len(view.name), kind="number"),
        Column("created_at", "时间", sort="created_at"),
        Column("id", "内部编号", export=False),
        Column("query", "查询", page=False),
    )
    filters = (
        Filter("list_key", "列表", [("even", "双"), ("odd", "单")]),
        Filter("short", "短名", [("1", "是")], apply=lambda found, value: found.filter(name__lt="item-2")),
    )
    search = ("name", "query")
    order = "name"


@pytest.fixture
def views() -> list[SavedView]:
    return SavedView.objects.bulk_create(
        SavedView(
            account_id=OWNER, list_key=("even", "odd")[n % 2], name=f"item-{n:03}", query="=cmd()" if n == 5 else ""
        )
        for n in range(130)
    )


@pytest.fixture
def show(views: list[SavedView]) -> Callable[..., Views]:
    def make(query: str = "", kind: type[Views] = Views) -> Views:
        request = RequestFactory().get(f"/list?{query}")
        request.actor = Actor(kind=ActorKind.PERSON, name="刘主任", account_id=uuid4())  # type: ignore[attr-defined]
        request.user = None  # type: ignore[assignment]
        return kind(request, SavedView.objects.all())

    return make


def names(page: Views) -> list[str]:
    return [row.title for row in page.rows]


def test_a_page_shows_its_rows_in_the_declared_order(show: Callable[..., Views]) -> None:
    page = show()
    assert names(page)[0] == "item-000"
    assert (page.total, page.pages, page.first_row, page.last_row) == (130, 7, 1, 20)
    assert [head.column.key for head in page.heads] == ["name", "list_key", "length", "created_at", "id"]
    assert len(page.rows[0].cells) == 5
    assert page.rows[0].cells[1].html == '<span class="badge badge-ok">even</span>'


class Sparse(Views):
    columns = (*Views.columns[:1], Column("query", "查询", optional=True))


def test_a_column_that_is_optional_is_there_where_a_row_of_the_page_has_something_in_it(
    show: Callable[..., Views],
) -> None:
    for query, keys in (("", ["name", "query"]), ("page=2", ["name"])):
        page = show(query, Sparse)
        assert [head.column.key for head in page.heads] == keys
        assert {len(row.cells) for row in page.rows} == {len(keys)}


def test_all_that_is_asked_for_stays_in_the_address(show: Callable[..., Views]) -> None:
    page = show("q=item&list_key=odd&sort=-name&size=50&page=2&utm=x")
    assert names(page) == [f"item-{n:03}" for n in range(29, 0, -2)]
    assert page.query == "q=item&list_key=odd&sort=-name&size=50"
    assert [chip.url for chip in page.chips] == [
        "/list?list_key=odd&sort=-name&size=50",
        "/list?q=item&sort=-name&size=50",
    ]
    assert [chip.text for chip in page.chips] == ["搜索：item", "列表：单"]
    assert page.chips[0].html == '搜索：<bdi translate="no">item</bdi>'
    assert page.heads[0].direction == "descending"
    assert "page" not in page.heads[0].url


def test_words_searched_for_are_no_html(show: Callable[..., Views]) -> None:
    (chip,) = show("q=%3Cb%3E%26").chips
    assert chip.text == "搜索：<b>&"
    assert chip.html == '搜索：<bdi translate="no">&lt;b&gt;&amp;</bdi>'


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=9999999999999999",
        "page=x",
        "page=²",
        "size=7",
        "sort=id",
        "sort=;",
        "list_key=none",
        "q=%00",
    ],
)
def test_nonsense_in_the_address_is_taken_for_nothing(show: Callable[..., Views], query: str) -> None:
    page = show(query)
    assert page.total == 130
    assert names(page)[0] == "item-000"
    assert show("page=99").number == 7


def test_several_words_must_all_be_found(show: Callable[..., Views]) -> None:
    assert names(show("q=item+07+1")) == ["item-071", "item-107"]
    assert show("q=%25").total == 0


def test_a_filter_may_be_a_function(show: Callable[..., Views]) -> None:
    assert show("short=1").total == 130
    assert show("short=2").filter_states[1].value == ""


@pytest.mark.parametrize("query", ["", "size=100", "q=item&list_key=odd&sort=-created_at"])
def test_the_number_of_queries_does_not_grow_with_the_rows(show: Callable[..., Views], query: str) -> None:
    page = show(query)
    with CaptureQueriesContext(connection) as taken:
        assert page.rows
        assert page.pages
        assert page.heads
    assert len(taken) == 2


def test_pages_never_overlap_when_many_rows_are_equal(show: Callable[..., Views]) -> None:
    SavedView.objects.update(created_at="2026-11-22T00:00:00Z")
    seen: list[str] = []
    for number in range(1, 8):
        seen += names(show(f"sort=created_at&page={number}"))
    assert len(set(seen)) == 130


@pytest.fixture
def capped(show: Callable[..., Views], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Views]:
    monkeypatch.setattr(Views, "count_cap", 50)
    return show


def test_where_counting_is_dear_it_stops_and_says_so(capped: Callable[..., Views]) -> None:
    page = capped()
    with CaptureQueriesContext(connection) as taken:
        assert (page.total_words, page.first_row, page.last_row) == ("50+", 1, 20)
        assert [number for number, _ in page.page_links] == [1, 2]
    assert len(taken) == 2
    assert "LIMIT 51" in taken[0]["sql"]
    assert capped("list_key=odd&q=item-00").total_words == "5"


def test_uncounted_pages_go_on_to_the_last_row_and_end_there(capped: Callable[..., Views]) -> None:
    page = capped("page=7")
    assert (names(page)[-1], page.first_row, page.last_row) == ("item-129", 121, 130)
    assert (page.next_url, page.previous_url) == ("", "/list?page=6")
    assert names(capped("page=8"))[0] == "item-000"
    assert len(content(capped("export=csv").respond()).splitlines()) == 132


def test_it_says_so_when_nothing_matches_and_offers_the_way_back(show: Callable[..., Views]) -> None:
    page = show("q=nothing")
    assert page.rows == []
    assert page.is_narrowed
    assert (page.first_row, page.last_row, page.pages) == (0, 0, 1)


def test_the_number_of_a_matter_is_kept_in_one_piece(views: list[SavedView]) -> None:
    plain, linked = Column("name", "单号", kind="code"), Column("name", "单号", kind="code", link=lambda row: "/x/")
    assert plain.html(views[0]) == '<span class="is-code">item-000</span>'
    assert linked.html(views[0]) == '<a class="row-link is-code" href="/x/">item-000</a>'
    assert plain.html(SavedView()) == "—"


# Files ----------------------------------------------------------------------------------------------------------------------
def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_csv_opens_as_utf8_and_holds_all_rows_asked_for(show: Callable[..., Views]) -> None:
    response = show("export=csv&list_key=odd").respond()
    data = content(response)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").splitlines()
    assert lines[0] == "名称,列表,长度,时间,查询"
    assert len(lines) == 67
    assert "刘主任 · " in lines[-1]
    assert "attachment" in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"


def test_xlsx_carries_who_took_it(show: Callable[..., Views]) -> None:
    response = show("export=xlsx").respond()
    assert isinstance(response, HttpResponse)
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    assert "刘主任" in str(sheet["A1"].value)
    assert "刘主任" in str(sheet.oddFooter.center.text)
    assert [cell.value for cell in sheet[2]] == ["名称", "列表", "长度", "时间", "查询"]
    assert sheet["C3"].value == 8


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠SUM(A1)", '=HYPERLINK("http://x")']
)
def test_no_cell_begins_a_formula(evil: str) -> None:
    assert sheets.safe_cell(evil).startswith("'")
    head, row = list(sheets.csv_lines(["名"], [[evil]]))[1:]
    assert not row.decode().lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r"))
    assert head.decode().startswith("名")


def test_characters_that_no_workbook_takes_are_left_out() -> None:
    assert sheets.safe_cell("王\x0b\x00芳\x1f") == "王芳"
    made = sheets.xlsx("名\x07单", ["姓\x01名"], [["王\x0b芳"]], watermark="a\x02b")
    assert load_workbook(io.BytesIO(made)).active["A3"].value == "王芳"  # type: ignore[index]  # there is one sheet


def test_numbers_stay_numbers_in_files() -> None:
    assert sheets.safe_cell(-3.5) == -3.5
    assert sheets.safe_cell(None) is None
    assert sheets.safe_cell(True) == "True"


def test_every_export_is_in_the_journal_with_how_the_list_was_narrowed(show: Callable[..., Views]) -> None:
    page = show("export=csv&list_key=odd&q=item-00")
    page.respond()
    entry = JournalEntry.objects.get(action="web.list_exported")
    assert (entry.account_id, entry.actor_name) == (page.actor.account_id, "刘主任")
    assert entry.data == {
        "list": "views",
        "title": "视图",
        "kind": "csv",
        "rows": 5,
        "narrowed": ["搜索：item-00", "列表：单"],
    }


def test_a_file_that_was_cut_says_so(show: Callable[..., Views], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "EXPORT_LIMIT", 10)
    lines = content(show("export=csv").respond()).decode("utf-8-sig").splitlines()
    assert len(lines) == 12
    assert "只含前 10 行" in lines[-1]


# Selection --------------------------------------------------------------------------------------------------------------------
def test_picked_rows_are_only_those_one_may_see(views: list[SavedView]) -> None:
    visible = SavedView.objects.filter(list_key="even")
    request = RequestFactory().post("/", {"pick": [str(views[0].pk), str(views[1].pk), "rubbish", ""]})
    assert [view.name for view in picked(request, visible)] == ["item-000"]


def test_large_numbers_are_grouped_by_three() -> None:
    assert spaced(1149) == "1\u2009149"
