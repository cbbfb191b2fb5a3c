"""What other apps ask: trees, places, points, what became of old nodes, and which nodes a text is about."""

import pytest

from lantian.content.taxonomy import queries, services
from lantian.content.taxonomy.engine.suggest import suggest
from lantian.content.taxonomy.enums import LinkKind
from lantian.content.taxonomy.models import Node
from lantian.content.taxonomy.tests.shelf import Shelf
from lantian.kernel.rules import ANONYMOUS, SYSTEM

pytestmark = pytest.mark.django_db


def titles(rows) -> list[str]:
    return [str(row) for row in rows]


def test_a_textbook_is_read_as_a_whole_and_in_order(shelf: Shelf, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        tree = queries.tree_of(shelf.book)
    assert titles(branch.node for branch in tree) == ["一年级上册", "一年级下册"]
    assert [branch.node.code for branch in tree[0].walk()] == ["V1", "V1-1", "V1-1-1", "V1-1-2", "V1-2"]
    assert titles(queries.frameworks_in_use(subject="maths", stage="primary")) == ["甲版"]
    assert titles(queries.frameworks_in_use(subject="maths", stage="junior")) == []
    assert titles(queries.frameworks_in_use(subject="maths", year=2021)) == []
    assert titles(queries.volumes_of(shelf.book)) == ["一年级上册", "一年级下册"]
    assert queries.points_framework("maths") == shelf.points
    assert queries.framework_known(shelf.book.pk) == shelf.book


def test_below_and_above_a_node(shelf: Shelf, django_assert_num_queries) -> None:
    unit, chapter = shelf.node("V1-1"), shelf.node("V1-1-1")
    with django_assert_num_queries(2):
        below = queries.subtree_ids([unit.pk, shelf.nodes["V2"].pk])
    assert len(below) == 6
    with django_assert_num_queries(1):
        assert titles(queries.ancestors_of(chapter)) == ["一年级上册", "认数与计算"]
    assert [branch.node.code for branch in queries.tree_below(unit).walk()] == ["V1-1", "V1-1-1", "V1-1-2"]
    assert titles(queries.children_of(unit)) == ["一位数加一位数", "十几减九"]


def test_where_things_stand_is_said_for_many_at_once(shelf: Shelf, django_assert_num_queries) -> None:
    ids = [node.pk for node in shelf.nodes.values()]
    with django_assert_num_queries(2):
        places = queries.places_of(ids)
    assert places[shelf.nodes["V1-1-2"].pk].words == "甲版 › 一年级上册 › 认数与计算 › 十几减九"
    assert len(places) == len(ids)
    assert queries.places_of([]) == {}


def test_points_of_chapters_and_chapters_of_points(shelf: Shelf, django_assert_num_queries) -> None:
    with django_assert_num_queries(3):
        assert titles(queries.points_of([shelf.nodes["V1"].pk])) == ["进位加法", "退位减法"]
    assert titles(queries.points_of([shelf.nodes["V1"].pk], below=False)) == []
    assert titles(queries.nodes_of_point([shelf.nodes["N2"].pk])) == ["一位数加一位数", "两位数加两位数"]
    with django_assert_num_queries(1):
        by_node = queries.points_by_node([shelf.nodes["V1-1-1"].pk, shelf.nodes["V1-1-2"].pk])
    assert titles(by_node[shelf.nodes["V1-1-2"].pk]) == ["退位减法"]


def test_what_comes_before_and_after_a_point(shelf: Shelf) -> None:
    services.link_nodes(shelf.nodes["N2"], shelf.nodes["N3"], kind=LinkKind.PRECEDES, by=SYSTEM)
    assert titles(queries.required_for(shelf.nodes["N3"])) == ["进位加法"]
    assert titles(queries.prepared_by(shelf.nodes["N1"])) == ["进位加法"]
    assert titles(queries.related_to(shelf.nodes["N2"])) == ["退位减法"]
    assert titles(queries.related_to(shelf.nodes["N3"])) == ["进位加法"]
    assert queries.all_required_for(shelf.nodes["N3"].pk) == {shelf.nodes["N2"].pk: 1, shelf.nodes["N1"].pk: 2}
    assert queries.point_links(shelf.points).count() == 3
    assert queries.points_in(shelf.points).count() == 3


def test_nodes_are_found_by_words_pinyin_and_initials(shelf: Shelf) -> None:
    for typed in ("退位减法", "tuiwei", "twjf", "N3", "减法 退位"):
        assert titles(queries.search_nodes(ANONYMOUS, typed, subject="maths")) == ["退位减法"], typed
    assert titles(queries.search_nodes(ANONYMOUS, "位数", grade=1, term=2, kinds=["chapter"])) == ["两位数加两位数"]
    assert titles(queries.search_nodes(ANONYMOUS, "减法", subject="chinese")) == []
    assert titles(queries.search_nodes(ANONYMOUS, "图形", stage="junior")) == []


def test_a_text_proposes_the_nodes_that_it_is_about(shelf: Shelf, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        found = queries.suggested_nodes("《两位数加两位数》第二课时 教学设计.docx", subject="maths", stage="primary")
    assert found[0].node.title == "两位数加两位数"
    assert found[0].score == 1
    assert "认识图形" not in titles(one.node for one in found)
    assert queries.suggested_nodes("2026年秋季家长会", subject="maths") == []
    assert queries.suggested_nodes("", subject="maths") == []


def test_a_rare_pair_of_characters_says_more_than_one_that_stands_everywhere() -> None:
    known = {1: "认识图形", 2: "认识时间", 3: "认识人民币", 4: "认识钟表"}
    assert [one.id for one in suggest("怎样看钟表", known)] == [4]
    assert suggest("认识", known, most=2) == [] or all(one.score < 1 for one in suggest("认识", known))


def test_what_stood_on_an_old_version_is_found_at_the_new_one(shelf: Shelf, django_assert_num_queries) -> None:
    old = shelf.nodes["V1-1-1"]
    draft = services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)
    new = Node.objects.get(framework=draft, code="V1-1-1")
    assert queries.successors([old.pk]) == {old.pk: [old.pk]}, "a draft replaces nothing yet"
    assert queries.with_predecessors([new.pk]) == [new.pk]
    services.publish_framework(draft, by=SYSTEM)
    with django_assert_num_queries(1):
        assert queries.successors([old.pk, new.pk]) == {old.pk: [new.pk], new.pk: [new.pk]}
    volume = Node.objects.get(framework=draft, code="V1")
    with django_assert_num_queries(3):
        standing = queries.standing_ids([volume.pk])
    assert old.pk in standing
    assert len(standing) == 10
    shelf.book.refresh_from_db()
    assert (shelf.book.state, shelf.book.valid_to) == ("superseded", 2023)
    assert titles(queries.points_of([new.pk])) == ["进位加法"]
    again = services.begin_revision(draft, valid_from=2027, by=SYSTEM)
    services.publish_framework(again, by=SYSTEM)
    newest = Node.objects.get(framework=again, code="V1-1-1")
    assert queries.successors([old.pk])[old.pk] == [newest.pk]
    assert set(queries.frameworks_in_use(subject="maths", year=2025)) == {draft}
