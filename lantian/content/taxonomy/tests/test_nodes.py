"""Nodes that are moved, renamed, merged, split, retired: their ids stay, what stood on them is found, and it can be undone."""

import threading

import pytest
from django.db import connection, connections

from lantian.content.taxonomy import queries, services
from lantian.content.taxonomy.enums import LinkKind
from lantian.content.taxonomy.errors import (
    CannotUndo,
    CodeTaken,
    NotInUse,
    Settled,
    VolumeTaken,
    WouldBeCycle,
    WrongLink,
    WrongPlace,
)
from lantian.content.taxonomy.models import Change, Framework, Link, Node
from lantian.content.taxonomy.tests.shelf import Shelf, make_shelf
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied

pytestmark = pytest.mark.django_db


def last_change(node: Node) -> Change:
    return Change.objects.filter(node=node).order_by("-pk")[0]


def order_below(node: Node) -> list[str]:
    return [one.code for one in queries.children_of(node)]


def test_a_moved_node_keeps_its_id_and_all_below_it_and_can_be_moved_back(shelf: Shelf) -> None:
    unit, volume = shelf.node("V1-1"), shelf.node("V2")
    services.move_node(unit, parent=volume, position=0, by=shelf.acting("officer"))
    assert order_below(volume) == ["V1-1", "V2-1"]
    chapter = shelf.node("V1-1-2")
    assert (chapter.grade, chapter.term) == (1, 2)
    assert [one.code for one in queries.ancestors_of(chapter)] == ["V2", "V1-1"]
    services.undo_change(last_change(unit), by=shelf.acting("officer"))
    assert order_below(shelf.node("V1")) == ["V1-1", "V1-2"]
    assert shelf.node("V1-1-2").term == 1
    assert order_below(volume) == ["V2-1"]


def test_a_move_to_the_same_place_leaves_no_trace(shelf: Shelf) -> None:
    chapter = shelf.node("V1-1-1")
    before = Change.objects.count()
    services.move_node(chapter, parent=shelf.node("V1-1"), position=0, by=SYSTEM)
    assert Change.objects.count() == before
    services.move_node(chapter, parent=shelf.node("V1-1"), by=SYSTEM)
    assert order_below(shelf.node("V1-1")) == ["V1-1-2", "V1-1-1"]


def test_a_node_does_not_go_below_itself_nor_where_its_kind_cannot_stand(shelf: Shelf) -> None:
    with pytest.raises(WouldBeCycle):
        services.move_node(shelf.node("V1-1"), parent=shelf.node("V1-1-1"), by=SYSTEM)
    with pytest.raises(WrongPlace):
        services.move_node(shelf.node("V1-1"), parent=shelf.node("V2-1-1"), by=SYSTEM)
    with pytest.raises(WrongPlace, match="同一套"):
        services.move_node(shelf.node("V1-1"), parent=shelf.node("N"), by=SYSTEM)
    with pytest.raises(WrongPlace):
        services.move_node(shelf.node("V1-1"), parent=None, by=SYSTEM)
    with pytest.raises(WrongPlace):
        services.add_node(shelf.book, kind="chapter", title="课", by=SYSTEM)


def test_points_move_below_points_and_keep_their_own_grades(shelf: Shelf) -> None:
    services.change_node(shelf.node("N3"), grade=1, by=SYSTEM)
    services.move_node(shelf.node("N3"), parent=shelf.node("N2"), by=SYSTEM)
    assert shelf.node("N3").grade == 1
    area = services.add_node(shelf.points, kind="area", title="图形与几何", code="G", by=SYSTEM)
    services.move_node(shelf.node("N2"), parent=area, by=SYSTEM)
    assert [one.code for one in queries.ancestors_of(shelf.node("N3"))] == ["G", "N2"]


def test_a_renamed_node_is_found_by_its_new_name_and_the_name_can_be_taken_back(shelf: Shelf) -> None:
    chapter = shelf.node("V1-1-2")
    officer = shelf.acting("officer")
    services.change_node(chapter, title=" 十几减几 ", words="破十法", by=officer)
    assert queries.search_nodes(officer, "破十").get() == chapter
    assert JournalEntry.objects.filter(action="taxonomy.changed", object_id=chapter.pk).count() == 1
    services.change_node(chapter, title="十几减几", by=officer)
    services.undo_change(last_change(chapter), by=officer)
    assert shelf.node("V1-1-2").title == "十几减九"
    assert list(queries.search_nodes(officer, "破十")) == []
    with pytest.raises(CannotUndo):
        services.undo_change(last_change(chapter), by=officer)
    with pytest.raises(TypeError):
        services.change_node(chapter, kind="unit", by=officer)


def test_only_the_newest_change_of_a_node_is_undone(shelf: Shelf) -> None:
    chapter = shelf.node("V1-1-2")
    services.change_node(chapter, title="一", by=SYSTEM)
    first = last_change(chapter)
    services.change_node(chapter, title="二", by=SYSTEM)
    with pytest.raises(CannotUndo):
        services.undo_change(first, by=SYSTEM)
    services.undo_change(last_change(chapter), by=SYSTEM)
    services.undo_change(Change.objects.get(pk=first.pk), by=SYSTEM)
    assert shelf.node("V1-1-2").title == "十几减九"


def test_codes_are_given_once_in_a_framework_and_volumes_once_for_a_half_year(shelf: Shelf) -> None:
    with pytest.raises(CodeTaken):
        services.change_node(shelf.node("V1-1-2"), code="V1-1-1", by=SYSTEM)
    with pytest.raises(VolumeTaken):
        services.change_node(shelf.node("V2"), term=1, by=SYSTEM)
    services.change_node(shelf.node("V2"), grade=2, term=1, by=SYSTEM)
    assert (shelf.node("V2-1-1").grade, shelf.node("V2-1-1").term) == (2, 1)
    services.undo_change(last_change(shelf.node("V2")), by=SYSTEM)
    assert (shelf.node("V2-1-1").grade, shelf.node("V2-1-1").term) == (1, 2)
    assert services.add_node(shelf.book, kind="volume", title="二年级上册", grade=2, term=1, by=SYSTEM).code


def test_a_retired_node_is_out_of_use_with_all_below_it_and_comes_back(shelf: Shelf) -> None:
    unit = shelf.node("V1-1")
    services.retire_node(unit, successor=shelf.node("V2-1"), by=SYSTEM)
    assert "V1-1-1" not in [branch.node.code for branch in queries.tree_of(shelf.book)[0].walk()]
    assert queries.successors([unit.pk])[unit.pk] == [shelf.nodes["V2-1"].pk]
    with pytest.raises(NotInUse):
        services.change_node(unit, title="别的", by=SYSTEM)
    with pytest.raises(NotInUse):
        services.restore_node(shelf.node("V1-1-1"), by=SYSTEM)
    with pytest.raises(NotInUse):
        services.move_node(shelf.node("V2-1-1"), parent=unit, by=SYSTEM)
    services.restore_node(unit, by=SYSTEM)
    assert queries.successors([unit.pk])[unit.pk] == [unit.pk]
    with pytest.raises(Settled):
        services.restore_node(unit, by=SYSTEM)
    services.undo_change(last_change(unit), by=SYSTEM)
    assert shelf.node("V1-1-1").retired_at is not None
    with pytest.raises(WrongPlace):
        services.retire_node(shelf.node("V2"), successor=shelf.node("V2-1"), by=SYSTEM)


def test_a_retirement_is_undone(shelf: Shelf) -> None:
    unit = shelf.node("V1-1")
    services.retire_node(unit, successor=shelf.node("V2-1"), by=SYSTEM)
    services.undo_change(last_change(unit), by=SYSTEM)
    assert shelf.node("V1-1-1").retired_at is None
    assert queries.successors([unit.pk])[unit.pk] == [unit.pk]


def test_merged_nodes_give_what_they_have_and_can_be_taken_apart_again(shelf: Shelf) -> None:
    one, other = shelf.node("V1-1"), shelf.node("V2-1")
    assert services.merge_nodes(one, other, by=SYSTEM) == other
    assert order_below(other) == ["V2-1-1", "V1-1-1", "V1-1-2"]
    assert shelf.node("V1-1-2").term == 2
    assert queries.successors([one.pk])[one.pk] == [other.pk]
    assert one.pk in queries.standing_ids([other.pk])
    services.undo_change(last_change(one), by=SYSTEM)
    assert order_below(shelf.node("V1-1")) == ["V1-1-1", "V1-1-2"]
    assert order_below(other) == ["V2-1-1"]
    assert queries.successors([one.pk])[one.pk] == [one.pk]


def test_merged_points_bring_their_links_along(shelf: Shelf) -> None:
    services.merge_nodes(shelf.node("N3"), shelf.node("N2"), by=SYSTEM)
    chapters = [one.code for one in queries.nodes_of_point([shelf.nodes["N2"].pk])]
    assert chapters == ["V1-1-1", "V1-1-2", "V2-1-1"]
    services.undo_change(last_change(shelf.node("N3")), by=SYSTEM)
    assert [one.code for one in queries.nodes_of_point([shelf.nodes["N3"].pk])] == ["V1-1-2"]
    assert [one.code for one in queries.nodes_of_point([shelf.nodes["N2"].pk])] == ["V1-1-1", "V2-1-1"]


def test_what_cannot_be_merged(shelf: Shelf) -> None:
    services.link_nodes(shelf.node("N2"), shelf.node("N3"), kind=LinkKind.PRECEDES, by=SYSTEM)
    with pytest.raises(WouldBeCycle):
        services.merge_nodes(shelf.node("N1"), shelf.node("N3"), by=SYSTEM)
    with pytest.raises(WrongPlace):
        services.merge_nodes(shelf.node("V1-1"), shelf.node("V1-1-1"), by=SYSTEM)
    services.retire_node(shelf.node("V1-2"), by=SYSTEM)
    with pytest.raises(NotInUse):
        services.merge_nodes(shelf.node("V1-1"), shelf.node("V1-2"), by=SYSTEM)
    child = services.add_node(shelf.points, kind="point", title="凑十法", parent=shelf.node("N2"), by=SYSTEM)
    with pytest.raises(WrongPlace):
        services.merge_nodes(child, shelf.node("N2"), by=SYSTEM)


def test_a_split_node_is_replaced_by_its_parts_in_its_place(shelf: Shelf) -> None:
    unit = shelf.node("V1-1")
    parts = (
        services.Part("认数"),
        services.Part("计算", code="V1-1b", children=(shelf.nodes["V1-1-2"].pk,)),
    )
    made = services.split_node(unit, parts, by=SYSTEM)
    assert order_below(shelf.node("V1")) == [made[0].code, "V1-1b", "V1-2"]
    assert order_below(made[0]) == ["V1-1-1"]
    assert order_below(made[1]) == ["V1-1-2"]
    assert set(queries.successors([unit.pk])[unit.pk]) == {one.pk for one in made}
    chapter = shelf.node("V1-1-2")
    two = (services.Part("减九", points=()), services.Part("减八"))
    first, second = services.split_node(chapter, two, by=SYSTEM)
    assert [list(queries.points_of([one.pk])) for one in (first, second)] == [[], [shelf.nodes["N3"]]]
    with pytest.raises(WrongPlace):
        services.split_node(second, [services.Part("一个")], by=SYSTEM)


def test_prerequisites_never_lead_in_a_circle(shelf: Shelf) -> None:
    services.link_nodes(shelf.node("N2"), shelf.node("N3"), kind=LinkKind.PRECEDES, by=SYSTEM)
    with pytest.raises(WouldBeCycle) as caught:
        services.link_nodes(shelf.node("N3"), shelf.node("N1"), kind=LinkKind.PRECEDES, by=SYSTEM)
    assert set(caught.value.way) == {"不进位加法", "进位加法", "退位减法"}
    assert caught.value.way[0] == caught.value.way[-1]
    assert services.link_nodes(shelf.node("N2"), shelf.node("N3"), kind=LinkKind.PRECEDES, by=SYSTEM) is None


def test_links_join_what_they_can_join(shelf: Shelf) -> None:
    for kind, origin, destination in (
        (LinkKind.COVERS, "N1", "N2"),
        (LinkKind.COVERS, "V1-1-1", "N"),
        (LinkKind.PRECEDES, "V1-1-1", "V1-1-2"),
        (LinkKind.RELATED, "V1-1-1", "N1"),
        (LinkKind.REPLACED, "N1", "N2"),
        (LinkKind.RELATED, "N1", "N1"),
    ):
        with pytest.raises(WrongLink):
            services.link_nodes(shelf.node(origin), shelf.node(destination), kind=kind, by=SYSTEM)
    assert services.link_nodes(shelf.node("N3"), shelf.node("N2"), kind=LinkKind.RELATED, by=SYSTEM) is None
    link = Link.objects.get(kind=LinkKind.RELATED)
    with pytest.raises(Denied):
        services.unlink_nodes(link, by=shelf.acting("foreign"))
    services.unlink_nodes(link, by=shelf.acting("officer"))
    assert not Link.objects.filter(kind=LinkKind.RELATED).exists()
    services.retire_node(shelf.node("N3"), by=SYSTEM)
    with pytest.raises(NotInUse):
        services.link_nodes(shelf.node("N3"), shelf.node("N2"), kind=LinkKind.RELATED, by=SYSTEM)


def test_whoever_may_not_edit_changes_nothing(shelf: Shelf) -> None:
    foreign = shelf.acting("foreign")
    node = shelf.node("V1-1")
    for act in (
        lambda: services.add_node(shelf.book, kind="unit", title="x", parent=shelf.node("V1"), by=foreign),
        lambda: services.change_node(node, title="x", by=foreign),
        lambda: services.move_node(node, parent=shelf.node("V2"), by=foreign),
        lambda: services.retire_node(node, by=foreign),
        lambda: services.merge_nodes(node, shelf.node("V2-1"), by=foreign),
        lambda: services.split_node(node, [services.Part("a"), services.Part("b")], by=foreign),
        lambda: services.link_nodes(node, shelf.node("N1"), kind=LinkKind.COVERS, by=foreign),
        lambda: services.undo_change(last_change(node), by=foreign),
        lambda: services.publish_framework(shelf.book, by=foreign),
        lambda: services.retire_framework(shelf.book, by=foreign),
        lambda: services.begin_revision(shelf.book, valid_from=2030, by=foreign),
    ):
        with pytest.raises(Denied):
            act()


def test_versions_follow_one_another(shelf: Shelf) -> None:
    with pytest.raises(Settled, match="学年"):
        services.begin_revision(shelf.book, valid_from=2022, by=SYSTEM)
    with pytest.raises(Settled):
        services.begin_revision(shelf.points, valid_from=2030, by=SYSTEM)
    draft = services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)
    assert draft.code == "A-2024"
    with pytest.raises(Settled):
        services.begin_revision(shelf.book, valid_from=2025, by=SYSTEM)
    services.discard_draft(draft, by=SYSTEM)
    assert Node.objects.filter(framework__code="A-2024").count() == 0
    with pytest.raises(Settled):
        services.discard_draft(shelf.book, by=SYSTEM)
    again = services.begin_revision(shelf.book, valid_from=2025, by=SYSTEM)
    services.publish_framework(again, by=SYSTEM)
    with pytest.raises(Settled):
        services.publish_framework(again, by=SYSTEM)
    with pytest.raises(NotInUse):
        services.change_node(shelf.node("V1"), title="旧书", by=SYSTEM)
    services.retire_framework(again, by=SYSTEM)
    with pytest.raises(Settled):
        services.retire_framework(again, by=SYSTEM)
    assert {row.name for row in OutboxEvent.objects.filter(name__startswith="taxonomy.")} >= {
        "taxonomy.framework_published",
        "taxonomy.framework_retired",
        "taxonomy.nodes_changed",
    }


def test_a_framework_is_described_anew(shelf: Shelf) -> None:
    services.change_framework(shelf.book, name="乙版", valid_to=2030, by=SYSTEM)
    assert Framework.objects.get(pk=shelf.book.pk).name == "乙版"
    with pytest.raises(Settled):
        services.change_framework(shelf.book, valid_to=2020, by=SYSTEM)
    with pytest.raises(CodeTaken):
        services.change_framework(shelf.book, code="maths", by=SYSTEM)
    with pytest.raises(TypeError):
        services.change_framework(shelf.book, state="draft", by=SYSTEM)
    empty = {"kind": "textbook", "subject": "chinese", "stage": "primary", "name": "空", "valid_from": 2022}
    made = services.create_framework(organization=shelf.county, by=SYSTEM, **empty)
    with pytest.raises(Settled, match="内容"):
        services.publish_framework(made, by=SYSTEM)
    with pytest.raises(CodeTaken):
        services.create_framework(organization=shelf.county, code="A", by=SYSTEM, **empty)


@pytest.mark.django_db(transaction=True)
def test_two_who_close_a_circle_together_do_not_both_succeed() -> None:
    shelf = make_shelf()
    pairs = (("N2", "N3"), ("N3", "N1"))
    start, refused = threading.Barrier(2), []

    def join(origin: str, destination: str) -> None:
        start.wait(timeout=10)
        try:
            services.link_nodes(shelf.nodes[origin], shelf.nodes[destination], kind=LinkKind.PRECEDES, by=SYSTEM)
        except WouldBeCycle:
            refused.append(origin)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=join, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(refused) == 1
    assert Link.objects.filter(kind=LinkKind.PRECEDES).count() == 2
    assert connection.is_usable()
