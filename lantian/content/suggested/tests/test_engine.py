"""Pairs are what counting them one by one gives; the order has variety."""

from itertools import combinations
from math import log2, sqrt
from typing import Any

import numpy as np
import pytest

from lantian.content.suggested.engine.blending import Nature, Said, blended, varied
from lantian.content.suggested.engine.together import Pairs, pairs_of


def drawn(seed: int, people: int = 40, items: int = 25, each: int = 8) -> tuple[Any, Any, Any]:
    chance = np.random.default_rng(seed)
    rows = [(person, item) for person in range(people) for item in chance.choice(items, each, replace=False)]
    person, item = (np.array(column) for column in zip(*rows, strict=True))
    _known, item = np.unique(item, return_inverse=True)
    return person, item, chance.uniform(0.5, 1.5, len(person))


def counted(person: Any, item: Any, worth: Any, least: int, shrink: float) -> dict[tuple[int, int], tuple[float, int]]:
    """The same, one pair after another."""
    of: dict[int, dict[int, float]] = {}
    for one, thing, said in zip(person, item, worth, strict=True):
        of.setdefault(int(one), {})[int(thing)] = float(said)
    norm: dict[int, float] = {}
    both: dict[tuple[int, int], list[float]] = {}
    for used in of.values():
        damp = 1 / log2(1 + len(used))
        for thing, said in used.items():
            norm[thing] = norm.get(thing, 0.0) + said * said * damp
        for first, second in combinations(sorted(used), 2):
            both.setdefault((first, second), []).append(used[first] * used[second] * damp)
    found = {}
    for (first, second), said_of in both.items():
        if len(said_of) >= least:
            cosine = sum(said_of) / sqrt(norm[first] * norm[second])
            found[first, second] = found[second, first] = (
                cosine * len(said_of) / (len(said_of) + shrink),
                len(said_of),
            )
    return found


def as_dict(pairs: Pairs) -> dict[tuple[int, int], tuple[float, int]]:
    columns = (pairs.item.tolist(), pairs.other.tolist(), pairs.strength.tolist(), pairs.together.tolist())
    return {(one, other): (strength, n) for one, other, strength, n in zip(*columns, strict=True)}


@pytest.mark.parametrize("block", [1, 700, 10**6])
@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_are_what_counting_gives_in_blocks_of_any_size(seed: int, block: int) -> None:
    person, item, worth = drawn(seed)
    mixed = np.random.default_rng(seed).permutation(len(person))
    found = as_dict(pairs_of(person[mixed], item[mixed], worth[mixed], most=99, least=3, shrink=5.0, block=block))
    right = counted(person, item, worth, 3, 5.0)
    assert found.keys() == right.keys()
    assert right
    for pair, (strength, together) in right.items():
        assert found[pair] == (pytest.approx(strength), together)


def test_the_nearest_are_kept_and_come_first() -> None:
    person, item, worth = drawn(3, people=80)
    full, few = pairs_of(person, item, worth, most=99), pairs_of(person, item, worth, most=4)
    for one in range(int(item.max()) + 1):
        kept = few.strength[few.item == one]
        assert len(kept) <= 4
        assert list(kept) == sorted(full.strength[full.item == one], reverse=True)[:4]


def test_of_somebody_who_used_very_much_only_what_says_most_counts() -> None:
    person, item = np.repeat(np.arange(3), 30), np.tile(np.arange(30), 3)
    worth = np.tile(np.where(np.arange(30) < 10, 1.5, 1.0), 3)
    assert set(pairs_of(person, item, worth, reach=10).item.tolist()) == set(range(10))


def test_of_nothing_nothing_is_made() -> None:
    empty = np.empty(0, np.int64)
    assert len(pairs_of(empty, empty, np.empty(0)).item) == 0
    assert len(pairs_of(np.arange(5), np.zeros(5, np.int64), np.ones(5)).item) == 0


def test_the_source_that_weighs_most_gives_the_reason_and_sources_add_up() -> None:
    found = blended(
        [Said("a", "peers", 12), Said("b", "together", 0.2), Said("b", "peers", 6), Said("c", "together", 0.1)]
    )
    assert [one.key for one in sorted(found.values(), key=lambda one: -one.score)] == ["b", "a", "c"]
    assert found["b"].best.source == "together"


def test_one_author_does_not_fill_the_list() -> None:
    said = [Said(n, "subject", 1 - n / 100) for n in range(20)]
    natures = {n: Nature("one" if n < 10 else n, "document" if n % 2 else "video") for n in range(20)}
    chosen = [one.key for one in varied(blended(said).values(), natures, 6)]
    assert chosen[0] == 0
    assert sum(n < 10 for n in chosen) <= 2
    assert {n % 2 for n in chosen} == {0, 1}
    assert [one.key for one in varied(blended(said).values(), {3: natures[3]}, 6)] == [3]


def test_one_chapter_does_not_fill_the_list() -> None:
    said = [Said(n, "next", 1 - n / 100, ("面积", False) if n < 10 else (str(n), False)) for n in range(14)]
    natures = {n: Nature(n, n) for n in range(14)}
    chosen = [one.key for one in varied(blended(said).values(), natures, 6)]
    assert sum(n < 10 for n in chosen) <= 3
