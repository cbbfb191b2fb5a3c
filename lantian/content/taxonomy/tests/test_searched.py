"""Chapters and points in the search."""

import pytest

from lantian.commons.search.models import Mark
from lantian.commons.search.queries import KINDS, Document, Indexed
from lantian.content.taxonomy import services
from lantian.content.taxonomy.models import Framework, Node
from lantian.content.taxonomy.tests.shelf import Shelf
from lantian.kernel.rules import ANONYMOUS, SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind() -> Indexed:
    found = KINDS["node"]
    assert isinstance(found, Indexed)
    return found


def documents(kind: Indexed) -> dict[str, Document]:
    return {one.title: one for one in kind.documents(list(Node.objects.values_list("pk", flat=True)))}


def marked() -> set[str]:
    ids = {one for ids in Mark.objects.filter(kind="node").values_list("ids", flat=True) for one in ids}
    Mark.objects.all().delete()
    return set(Node.objects.filter(pk__in=ids).values_list("code", flat=True))


def test_what_is_in_use_is_found_by_everybody_and_says_where_it_stands(shelf: Shelf, kind: Indexed) -> None:
    services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)  # a draft of the same nodes
    found = documents(kind)
    assert len(found) == Node.objects.filter(framework__state="published").count() == len(kind.ids(None, 99))
    chapter = found["十几减九"]
    assert {"一年级上册", "认数与计算"} <= set(chapter.words)
    assert chapter.facets["stage"] == ("primary",)
    everybody = [ANONYMOUS, *(shelf.acting(who) for who in ("officer", "researcher", "foreign", "head"))]
    ids = [one.id for one in found.values()]
    assert all(set(kind.hits(actor, ids)) == set(ids) and kind.tokens(actor) == {"all"} for actor in everybody)
    hit = kind.hits(ANONYMOUS, [chapter.id])[chapter.id]
    assert "一年级上册 › 认数与计算" in hit.note


def test_what_is_retired_and_drafts_are_not_found_whoever_asks(shelf: Shelf, kind: Indexed) -> None:
    draft = services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)
    drafts = list(Node.objects.filter(framework=draft).values_list("pk", flat=True))
    services.retire_node(shelf.node("V1-2"), by=SYSTEM)
    away = [*drafts, shelf.nodes["V1-2"].pk]
    assert not list(kind.documents(away))
    assert not kind.hits(shelf.acting("researcher"), away)


def test_a_title_marks_all_that_stands_below_and_a_publication_the_whole_book(shelf: Shelf) -> None:
    marked()
    Node.objects.filter(pk=shelf.nodes["V1"].pk).update(title="一年级第一册")
    assert marked() == {"V1", "V1-1", "V1-1-1", "V1-1-2", "V1-2"}
    Node.objects.filter(pk=shelf.nodes["V1"].pk).update(position=7)
    assert marked() == set()
    Framework.objects.filter(pk=shelf.book.pk).update(state="superseded")
    assert marked() == set(shelf.book.nodes.values_list("code", flat=True))
    Node.objects.filter(pk=shelf.nodes["V1-1-2"].pk).delete()
    assert len(Mark.objects.filter(kind="node").values_list("ids", flat=True).get()) == 1
