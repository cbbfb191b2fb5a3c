"""Files in and out: what goes out comes in again as it was, faults are said by row and column, nothing is applied in part."""

import json
import time
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.content.taxonomy import queries, services
from lantian.content.taxonomy.engine import case, sheet
from lantian.content.taxonomy.engine.graph import find_cycle, layers
from lantian.content.taxonomy.engine.judging import difference, judge, links_of
from lantian.content.taxonomy.engine.rows import NotRead, Row, clean
from lantian.content.taxonomy.enums import MAY_STAND_BELOW, LinkKind
from lantian.content.taxonomy.errors import CodeTaken, FaultyFile, Outdated, Settled, Unreadable
from lantian.content.taxonomy.models import Change, Framework, Link, Node
from lantian.content.taxonomy.tests.shelf import Shelf
from lantian.kernel.rules import SYSTEM, Denied

pytestmark = pytest.mark.django_db

HEAD = "编码,上级编码,类型,名称,年级,册次,知识点\n"


def read_csv(shelf: Shelf, text: str, framework: Framework | None = None, **how):
    data = text.encode() if isinstance(text, str) else text
    return services.read_upload(framework or shelf.book, data, form="csv", title="甲版.csv", by=SYSTEM, **how)


def faults(upload) -> list[tuple[int, str, str]]:
    return [(one["line"], one["column"], one["code"]) for one in upload.faults]


def uri(what: str, one) -> str:
    return f"http://localhost/ims/case/v1p0/{what}/{one}"


# Round trips ---------------------------------------------------------------------------------------------------------------


def test_what_a_framework_is_written_as_changes_nothing_when_it_is_read_again(shelf: Shelf) -> None:
    for framework in (shelf.book, shelf.points):
        rows = queries.rows_of(framework)
        upload = read_csv(shelf, sheet.write(rows, kind=framework.kind), framework)
        assert upload.faults == []
        assert queries.difference_of(upload).is_empty
        assert queries.difference_of(upload).missing == []
        package = case.package(
            queries.case_document(framework), queries.case_items(framework), queries.case_links(framework), uri
        )
        data = json.dumps(package).encode()
        upload = services.read_upload(framework, data, form="case", title="x.json", by=SYSTEM)
        assert upload.faults == []
        assert queries.difference_of(upload).is_empty


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Co", "Cn")), max_size=12)


@st.composite
def trees(draw) -> list[Row]:
    """Points below areas below points, in order of the tree, with links that lead forward."""
    count = draw(st.integers(1, 14))
    rows: list[Row] = []
    for number in range(count):
        parent = draw(st.sampled_from([row.code for row in rows])) if rows and draw(st.booleans()) else ""
        earlier = [row.code for row in rows if row.kind == "point"]
        is_point = bool(parent)
        chosen = st.lists(st.sampled_from(earlier), unique=True, max_size=3) if earlier and is_point else st.just([])
        rows.append(
            Row(
                code=f"{draw(st.sampled_from('K=-'))}{number}",
                title=clean(draw(TEXT) + "题"),
                kind="point" if is_point else "area",
                parent=parent,
                words=clean(draw(TEXT)),
                grade=draw(st.one_of(st.none(), st.integers(1, 12))),
                requires=tuple(sorted(draw(chosen))),
                related=tuple(sorted(draw(chosen))),
                ident=str(uuid4()),
            )
        )
    below: dict[str, list[Row]] = {}
    for row in rows:
        below.setdefault(row.parent, []).append(row)
    ordered: list[Row] = []
    waiting = list(reversed(below.get("", [])))
    while waiting:
        row = waiting.pop()
        ordered.append(row)
        waiting.extend(reversed(below.get(row.code, [])))
    return ordered


def bare(row: Row) -> tuple:
    return (row.code, row.title, row.kind, row.parent, row.words, row.grade, row.requires)


@settings(max_examples=30, deadline=None)
@given(trees())
def test_any_tree_comes_back_from_csv_as_it_went(rows) -> None:
    back, wrong = sheet.read(sheet.write(rows, kind="points"))
    assert wrong == []
    assert [bare(row) for row in back] == [bare(row) for row in rows]
    assert links_of(back) == links_of(rows)


@settings(max_examples=30, deadline=None)
@given(trees())
def test_any_tree_comes_back_from_case_as_it_went(rows) -> None:
    ids = {row.code: row.ident for row in rows}
    framework = uuid4()
    now = datetime(2026, 9, 1, tzinfo=UTC)
    items = [
        case.Item(
            id=UUID(row.ident),
            code=row.code,
            title=row.title,
            kind=row.kind,
            changed_at=now,
            document=framework,
            document_title="点",
            parent=UUID(ids[row.parent]) if row.parent else None,
            position=number,
            words=row.words,
            grade=row.grade,
        )
        for number, row in enumerate(rows)
    ]
    links = [
        case.Association(uuid4(), kind, *_end(ids[one]), *_end(ids[other]), now) for kind, one, other in links_of(rows)
    ]
    about = case.Document(framework, "点", "局", "数学", "published", "", now, 2022)
    data = json.dumps(case.package(about, items, links, uri)).encode()
    back, wrong = case.read(data, kind="points", codes={})
    assert wrong == []
    assert [bare(row) for row in back] == [bare(row) for row in rows]
    assert links_of(back) == links_of(rows)


def _end(ident: str) -> tuple:
    return UUID(ident), "点"


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_a_circle_is_found_where_and_only_where_there_is_one(edges) -> None:
    way = find_cycle(edges)
    if way:
        assert all(pair in edges for pair in zip(way, [*way[1:], way[0]], strict=True))
        return
    depth = layers(range(9), edges)
    assert all(depth[one] < depth[other] for one, other in edges)


# Broken files --------------------------------------------------------------------------------------------------------------


def test_faults_are_said_by_row_and_column(shelf: Shelf) -> None:
    text = HEAD + (
        "V3,,册,二年级上册,二,上,\n"
        "V3-1,V3,单元,,,,\n"
        "V3-1,V3,单元,又一个,,,\n"
        "V3 2,V9,单元,没有上级,,,\n"
        "V3-3,V3,节,不能放,,,\n"
        "V3-4,V3,篇,没有这类,,,\n"
        "V3-5,V3,章,没有的点,,,N9；N2\n"
        "V4,,册,又是上册,2,上册,\n"
        "V5,,册,没有的年级,十三,中,\n"
    )
    found = faults(read_csv(shelf, text))
    for expected in (
        (3, "title", "empty"),
        (4, "code", "twice"),
        (5, "code", "code"),
        (5, "parent", "parent"),
        (6, "parent", "place"),
        (7, "kind", "kind"),
        (8, "points", "point"),
        (9, "term", "volume"),
        (10, "grade", "grade"),
        (10, "term", "term"),
    ):
        assert expected in found
    for one in queries.uploaded_faults(read_csv(shelf, text)):
        assert queries.fault_words(one)


def test_circles_in_a_file_are_found(shelf: Shelf) -> None:
    head = "编码,上级编码,类型,名称,先学,相关\n"
    text = head + "N1,N,知识点,甲,N3,N1\nN3,N,知识点,丙,N2,\nN5,N6,知识点,戊,,\nN6,N5,知识点,己,,\n"
    found = faults(read_csv(shelf, text, shelf.points))
    assert {(column, code) for _line, column, code in found} >= {
        ("requires", "circle"),
        ("parent", "circle"),
        ("related", "self"),
    }
    deep = "".join(f"D{n},{f'D{n - 1}' if n else 'N'},知识点,深,,\n" for n in range(20))
    assert "deep" in {code for _line, _column, code in faults(read_csv(shelf, head + deep, shelf.points))}


def test_a_file_that_is_none_is_refused_in_words(shelf: Shelf) -> None:
    for data in (
        b"",
        b"{}",
        b"\x00\x01",
        "名称,年级\n甲,一\n".encode(),
        "é".encode("latin-1") * 3 + b"\xff\xff\xfe",
        b"x" * (9 * 2**20),
        (HEAD + "A,,\u518c,b,,,\n" * 20_001).encode(),
    ):
        with pytest.raises(Unreadable):
            read_csv(shelf, data)
    for package in (
        b"[]",
        b"not json",
        b"\xff",
        b"[" * 100_000,
        b'{"CFItems": []}',
        b'{"CFItems": {}}',
        json.dumps({"CFItems": [{}] * 20_001}).encode(),
    ):
        with pytest.raises(Unreadable):
            services.read_upload(shelf.book, package, form="case", title="x", by=SYSTEM)


def test_a_package_with_broken_items_and_circles_says_so_and_is_not_applied(shelf: Shelf) -> None:
    one, other = str(uuid4()), str(uuid4())
    child = {
        "associationType": "isChildOf",
        "originNodeURI": {"identifier": one},
        "destinationNodeURI": {"identifier": other},
    }
    back = {**child, "originNodeURI": {"identifier": other}, "destinationNodeURI": {"identifier": one}}
    items = [{"identifier": ident, "fullStatement": "x"} for ident in (one, other, one, "no uuid")]
    data = {
        "CFItems": [*items, 7, {"identifier": one}],
        "CFAssociations": [child, back, 3, {"associationType": "precedes"}],
    }
    upload = services.read_upload(shelf.points, json.dumps(data).encode(), form="case", title="x", by=SYSTEM)
    codes = [code for _line, _column, code in faults(upload)]
    assert {"case_item", "case_association", "twice", "circle"} <= set(codes)
    with pytest.raises(FaultyFile):
        services.apply_upload(upload, by=SYSTEM)


def test_characters_that_no_database_takes_are_left_out(shelf: Shelf) -> None:
    bad = "\\ud800\\u0000"
    item = (
        f'{{"identifier": "{uuid4()}", "fullStatement": "甲{bad}乙", "humanCodingScheme": "Z{bad}1", "notes": "{bad}"}}'
    )
    data = f'{{"CFItems": [{item}], "CFAssociations": [{{"identifier": "{bad}", "originNodeURI": 7}}]}}'
    upload = services.read_upload(shelf.points, data.encode(), form="case", title="甲\x00.json", by=SYSTEM)
    assert [row.title for row in queries.uploaded_rows(upload)] == ["甲 乙"]
    assert upload.title == "甲 .json"


def test_a_foreign_package_is_read_by_its_depths(shelf: Shelf) -> None:
    ids = [str(uuid4()) for _ in range(3)]
    items = [
        {"identifier": one, "fullStatement": f"Standard {n}", "educationLevel": ["KG", "03"], "CFItemType": "Domain"}
        for n, one in enumerate(ids)
    ]
    chain = [
        {
            "associationType": "isChildOf",
            "originNodeURI": {"identifier": low},
            "destinationNodeURI": {"identifier": high},
        }
        for high, low in pairwise(ids)
    ]
    data = {"CFItems": items, "CFAssociations": chain}
    upload = services.read_upload(shelf.points, json.dumps(data).encode(), form="case", title="x", by=SYSTEM)
    services.apply_upload(upload, by=SYSTEM)
    made = [Node.objects.get(pk=one) for one in ids]
    assert [(node.kind, node.grade) for node in made] == [("area", 3), ("point", 3), ("point", 3)]
    assert made[2].parent_id == made[1].pk


def test_ids_of_another_framework_are_not_taken(shelf: Shelf) -> None:
    item = {"identifier": str(shelf.nodes["N1"].pk), "fullStatement": "偷来的"}
    upload = services.read_upload(
        shelf.book, json.dumps({"CFItems": [item]}).encode(), form="case", title="x", by=SYSTEM
    )
    assert "elsewhere" in {code for _line, _column, code in faults(upload)}


# Applied -------------------------------------------------------------------------------------------------------------------


def test_a_file_is_laid_over_what_is_there(shelf: Shelf) -> None:
    text = HEAD + (
        "V1,,册,一年级上册,1,上,\n"
        "V1-2,V1,单元,认识图形,,,\n"
        "V1-1,V1,单元,认数,,,\n"
        "V1-1-2,V1-1,课,十几减几,,,N2\n"
        "V3,,册,二年级上册,二年级,上册,\n"
        "V3-1,V3,单元,乘法口诀,,,\n"
        "V1-1-1,V3-1,课,一位数加一位数,,,N2；N1\n"
    )
    upload = read_csv(shelf, text)
    change = queries.difference_of(upload)
    assert [row.code for row in change.added] == ["V3", "V3-1"]
    assert {(one.code, *one.fields) for one in change.changed} == {("V1-1", "title"), ("V1-1-2", "title")}
    assert {(one.code, *one.fields) for one in change.moved} == {
        ("V1-2", "position"),
        ("V1-1", "position"),
        ("V1-1-2", "position"),
        ("V1-1-1", "parent"),
    }
    assert [row.code for row in change.missing] == ["V2", "V2-1", "V2-1-1"]
    assert (change.links_added, change.links_removed) == (2, 1)
    services.apply_upload(upload, by=shelf.acting("officer"))
    assert [one.code for one in queries.children_of(shelf.node("V1"))] == ["V1-2", "V1-1"]
    moved = shelf.node("V1-1-1")
    assert (moved.grade, moved.term) == (2, 1)
    assert [one.code for one in queries.ancestors_of(moved)] == ["V3", "V3-1"]
    assert [one.code for one in queries.points_of([moved.pk])] == ["N1", "N2"]
    assert [one.code for one in queries.points_of([shelf.nodes["V1-1-2"].pk])] == ["N2"]
    assert shelf.node("V2-1-1").retired_at is None
    again = read_csv(shelf, text)
    assert queries.difference_of(again).is_empty
    services.undo_change(Change.objects.filter(node=shelf.nodes["V1-1"]).order_by("-pk")[0], by=SYSTEM)
    assert shelf.node("V1-1").title == "认数与计算"


def test_what_a_file_leaves_out_goes_only_where_that_was_asked_for(shelf: Shelf) -> None:
    text = HEAD + "V1,,册,一年级上册,1,上,\nV2,,册,一年级下册,1,下,\nV2-1-1,V2,章,两位数加两位数,,,N2\n"
    services.apply_upload(read_csv(shelf, text, retires_missing=True), by=SYSTEM)
    in_use = Node.objects.filter(framework=shelf.book, retired_at=None)
    assert set(in_use.values_list("code", flat=True)) == {"V1", "V2", "V2-1-1"}
    services.undo_change(Change.objects.filter(node=shelf.nodes["V2-1"]).order_by("-pk")[0], by=SYSTEM)
    assert shelf.node("V2-1").retired_at is None
    with pytest.raises(CodeTaken):
        services.apply_upload(read_csv(shelf, HEAD + "V1-1,V1,单元,认数,,,\n"), by=SYSTEM)


def test_volumes_and_codes_that_change_places_do_not_meet_halfway(shelf: Shelf) -> None:
    text = HEAD + "V2,,册,一年级上册,1,上,\nV1,,册,一年级下册,1,下,\n"
    services.apply_upload(read_csv(shelf, text), by=SYSTEM)
    assert (shelf.node("V1-1-1").term, shelf.node("V2-1-1").term) == (2, 1)
    rows = [row for row in queries.rows_of(shelf.book) if row.code in ("V1", "V2")]
    swapped = [Row(**{**row.as_json(), "code": {"V1": "V2", "V2": "V1"}[row.code], "points": ()}) for row in rows]
    services.import_rows(shelf.book, swapped, by=SYSTEM)
    assert Node.objects.get(pk=shelf.nodes["V1"].pk).code == "V2"


def test_a_preview_that_is_out_of_date_or_was_applied_is_refused(shelf: Shelf) -> None:
    text = HEAD + "V1,,册,一年级（上）,1,上,\n"
    upload = read_csv(shelf, text)
    services.change_node(shelf.node("V1-2"), title="图形", by=SYSTEM)
    with pytest.raises(Outdated):
        services.apply_upload(upload, by=SYSTEM)
    upload = read_csv(shelf, text)
    with pytest.raises(Denied):
        services.apply_upload(upload, by=shelf.acting("foreign"))
    services.apply_upload(upload, by=SYSTEM)
    with pytest.raises(Settled):
        services.apply_upload(upload, by=SYSTEM)
    with pytest.raises(FaultyFile):
        services.import_rows(shelf.book, [Row("V9", "", "volume")], by=SYSTEM)


def test_a_file_may_leave_a_column_out_and_what_it_would_say_stays(shelf: Shelf) -> None:
    upload = read_csv(shelf, "code\tkind\ttitle\tparent\tunknown\nV1-1-1\tchapter\t一加一\tV1-1\tx\n")
    assert faults(upload) == [(1, "", "column")]
    assert services.is_applicable(upload)
    services.apply_upload(upload, by=SYSTEM)
    assert Link.objects.filter(origin=shelf.nodes["V1-1-1"], kind=LinkKind.COVERS).count() == 1
    gbk = (HEAD + "V1-1-1,V1-1,课,一加二,,,\n").encode("gb18030")
    services.apply_upload(read_csv(shelf, gbk), by=SYSTEM)
    assert shelf.node("V1-1-1").title == "一加二"
    assert Link.objects.filter(origin=shelf.nodes["V1-1-1"], kind=LinkKind.COVERS).count() == 0


def test_a_large_file_is_judged_and_compared_in_a_second(shelf: Shelf) -> None:
    rows = [Row("N", "数", "area")]
    rows += [
        Row(
            f"P{n}",
            f"点{n}",
            "point",
            parent=f"P{n // 8}" if n > 7 else "N",
            requires=(f"P{n - 1}",) if n else (),
            related=(),
        )
        for n in range(20_000)
    ]
    begun = time.monotonic()
    assert judge(rows, places=MAY_STAND_BELOW["points"], points=(), current=queries.rows_of(shelf.points)) == []
    assert len(difference(rows, queries.rows_of(shelf.points)).added) == 20_000
    assert time.monotonic() - begun < 60  # each with each other would take many minutes


def test_more_rows_take_no_more_statements(shelf: Shelf) -> None:
    def cost(count: int, number: int) -> int:
        rows = [Row(f"W{number}", f"{number}年级", "volume", grade=number, term=1, points=())]
        rows += [
            Row(f"W{number}-{n}", f"课{n}", "chapter", parent=f"W{number}", points=("N1", "N2")) for n in range(count)
        ]
        with CaptureQueriesContext(connection) as context:
            services.import_rows(shelf.book, rows, by=SYSTEM)
        return len(context)

    assert cost(40, 7) == cost(4, 8)


def test_grades_are_read_as_people_write_them() -> None:
    for text, grade in (
        ("七年级", 7),
        ("初三", 9),
        ("高一", 10),
        ("12", 12),
        ("二", 2),
        ("13", None),
        ("初四", None),
        ("x", None),
    ):
        assert sheet.read_grade(text) == grade
    with pytest.raises(NotRead):
        sheet.read(b"")
