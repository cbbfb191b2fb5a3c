"""Much is found: numbers are exact or said to be estimates, a sample is compared, and neither knows of what may not be seen."""

import pytest
import tantivy

from lantian.commons.search.engine import best as bests
from lantian.commons.search.engine import counting
from lantian.commons.search.engine.asking import Asker, Scope
from lantian.commons.search.engine.best import Few, Page, best
from lantian.commons.search.engine.counting import Counted, about, counted, first_sample, kinds_counted
from lantian.commons.search.engine.schema import SAMPLES, Fields, document_of, index_at
from lantian.commons.search.engine.synonyms import Synonyms
from lantian.commons.search.engine.typed import parts_of

FACETS = ("subject",)
ASKER = Asker(FACETS, Synonyms())
DOCUMENTS = 6000
OFFICER = Scope({"resource": frozenset({"all", "u:mine"})})  # sees 3 of 5, and 1 of 5 twice
PUPIL = Scope({"resource": frozenset({"c:mine"})})  # sees 1 of 500


def see_of(number: int) -> set[str]:
    seen = {"s:other"}
    if number % 5 < 2:
        seen.add("all")
    if 1 <= number % 5 < 3:
        seen.add("u:mine")
    if number % 500 == 0:
        seen.add("c:mine")
    return seen


def title_of(number: int) -> str:
    return f"函数练习 {'很长的题目' * (number % 7)}{' 浮力' if number % 40 == 1 else ''}"


def fields(number: int) -> Fields:
    secret = not see_of(number) & {"all", "u:mine", "c:mine"}
    return Fields(
        kind="resource" if number % 10 else "pack",
        id=f"{number:032x}",
        see=see_of(number),
        title=title_of(number),
        facets={"subject": ("secret" if secret else ("maths", "physics", "physics")[number % 3],)},
        at=number,
    )


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tantivy.Index:
    index = index_at(str(tmp_path_factory.mktemp("shelf")), FACETS)
    writer = index.writer(15_000_000, 1)
    for start in range(0, DOCUMENTS, DOCUMENTS // 2):  # two segments
        for number in range(start, start + DOCUMENTS // 2):
            writer.add_document(document_of(fields(number), FACETS))
        writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MANY", 1000)
    monkeypatch.setattr(counting, "SURELY", 1500)
    monkeypatch.setattr(counting, "ENOUGH", 300)


def typed(text: str) -> tantivy.Query:
    return ASKER.unranked.strictly(parts_of(text))


def count(index: tantivy.Searcher, text: str, scope: Scope) -> Counted:
    query, facets = typed(text), {"subject": 30}
    return counted(index, ASKER.unranked, query, scope, facets, first_sample(index, ASKER, query, scope, facets))


def mine(scope: Scope) -> list[int]:
    own = scope.see["resource"]
    return [number for number in range(DOCUMENTS) if number % 10 and see_of(number) & own]


def numbers(index: tantivy.Searcher, text: str, scope: Scope, page: Page) -> list[int]:
    some = first_sample(index, ASKER.unranked, typed(text), scope, {})
    few = Few(about(some), text)
    found = best(index, ASKER, lambda some: some.strictly(parts_of(text)), scope, page, few)
    return [pk.int for _kind, pk in found]


def test_all_are_compared_while_they_are_few(shelf: tantivy.Index) -> None:
    index = shelf.searcher()
    for scope in (OFFICER, PUPIL):
        assert sorted(numbers(index, "函数", scope, Page(0, DOCUMENTS))) == mine(scope)
        newest = numbers(index, "函数", scope, Page(5, 20, "at"))
        assert newest == sorted(mine(scope), reverse=True)[5:25]


def test_of_many_a_sample_is_compared_and_the_very_title_comes_first(
    shelf: tantivy.Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bests, "SURELY", 1500)
    monkeypatch.setattr(counting, "SURELY", 1500)
    index, very = shelf.searcher(), [number for number in mine(OFFICER) if title_of(number).strip() == "函数练习"]
    pages = [numbers(index, "函数练习", OFFICER, Page(first, 200)) for first in range(0, DOCUMENTS, 200)]
    found = [number for each in pages for number in each]
    assert len(found) == len(set(found)) < len(mine(OFFICER)) / 2, "a sample, and nothing twice"
    assert set(found) <= set(mine(OFFICER))
    assert set(found[: len(very)]) == set(very)
    assert sorted(numbers(index, "函数", PUPIL, Page(0, DOCUMENTS))) == mine(PUPIL), "of few nothing is left out"
    assert numbers(index, "函数", OFFICER, Page(0, 20, "at")) == sorted(mine(OFFICER), reverse=True)[:20]


def test_few_are_counted_exactly(shelf: tantivy.Index) -> None:
    found = count(shelf.searcher(), "函数", OFFICER)
    assert (found.total, found.more, found.about) == (len(mine(OFFICER)), False, frozenset())
    assert sum(many for _value, many in found.values["subject"]) == found.total


@pytest.mark.usefixtures("few_are_many")
def test_many_are_more_than_a_number_and_their_values_are_estimates(shelf: tantivy.Index) -> None:
    found = count(shelf.searcher(), "函数", OFFICER)
    assert (found.total, found.more, found.about) == (1000, True, {"subject"})
    values = dict(found.values["subject"])
    assert set(values) == {"maths", "physics"}, "nothing that may not be seen is in an estimate"
    assert sum(values.values()) == pytest.approx(len(mine(OFFICER)), rel=0.15)
    assert values["physics"] == pytest.approx(2 * values["maths"], rel=0.3)


@pytest.mark.usefixtures("few_are_many")
def test_few_among_many_documents_are_counted_exactly(shelf: tantivy.Index) -> None:
    for text, scope in (("函数 浮力", OFFICER), ("函数", PUPIL)):
        found = count(shelf.searcher(), text, scope)
        assert not found.more
        assert found.total == len([n for n in mine(scope) if text == "函数" or n % 40 == 1])


@pytest.mark.usefixtures("few_are_many")
def test_each_kind_is_counted_exactly_or_is_more(shelf: tantivy.Index) -> None:
    both = Scope({"resource": frozenset({"all", "u:mine"}), "pack": frozenset({"all"})})
    found = kinds_counted(shelf.searcher(), ASKER, typed("函数"), both)
    assert (found["resource"].total, found["resource"].more) == (1000, True)
    assert (found["pack"].total, found["pack"].more) == (DOCUMENTS // 10, False)
    assert kinds_counted(shelf.searcher(), ASKER, typed("无此词"), both) == {}


def test_samples_lie_together_and_within_one_another(shelf: tantivy.Index) -> None:
    index, before = shelf.searcher(), set[tuple[int, int]]()
    for share in SAMPLES:
        hits = index.search(ASKER.sample(share), DOCUMENTS).hits
        found = {(at.segment_ord, at.doc) for _score, at in hits}
        assert len(found) == pytest.approx(DOCUMENTS / share, rel=0.3)
        assert before <= found
        for segment in {segment for segment, _doc in found}:
            docs = {doc for each, doc in found if each == segment}
            assert docs == set(range(len(docs))), "the beginning of its segment"
        before = found
