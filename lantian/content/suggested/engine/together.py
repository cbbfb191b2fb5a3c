"""Which things are used by the same people, of arrays alone.

Two things are near when many of those who used one used the other, measured by the cosine of their columns in the matrix of
people and things. Who used much says little of each (`damp`), and a few people say little at all (`shrink`). Pairs are counted
block by block of things, so that the memory is that of one block, whatever the number of pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Of each thing the nearest others, the nearest first; `together`: how many people used both."""

    item: Ints
    other: Ints
    strength: Floats
    together: Ints


def pairs_of(
    person: NDArray[Any],
    item: NDArray[Any],
    worth: NDArray[Any],
    *,
    most: int = 20,
    least: int = 3,
    shrink: float = 5.0,
    reach: int = 150,
    block: int = 2_000_000,
) -> Pairs:
    """The `most` nearest of each thing that at least `least` people used together with it.

    `person` and `item` are codes from 0 on, without gaps, each pair once; of each person the `reach` uses of most worth count.
    `block`: pairs looked at at a time.
    """
    person, item, worth = _by_person(person, item, worth, reach)
    if not len(person):
        return _joined([])
    people, items = int(person.max()) + 1, int(item.max()) + 1
    starts = np.searchsorted(person, np.arange(people + 1))
    degree = np.diff(starts)
    damp = 1.0 / np.log2(1.0 + np.maximum(degree, 1))
    norm = np.sqrt(np.bincount(item, worth * worth * damp[person], minlength=items))
    order = np.argsort(item, kind="stable")
    user, thing, said = person[order], item[order], worth[order]
    first = np.searchsorted(thing, np.arange(items + 1))
    cost = np.concatenate(([0], np.cumsum(degree[user])))[first]
    found: list[Pairs] = []
    for low, high in _blocks(cost, block):
        rows = slice(first[low], first[high])
        many = degree[user[rows]]
        total = int(many.sum())
        # where the uses of each of these users stand, one after another
        at = np.repeat(starts[user[rows]] - (np.cumsum(many) - many), many) + np.arange(total)
        other = item[at]
        mine = np.repeat(thing[rows], many)
        weight = np.repeat(said[rows] * damp[user[rows]], many) * worth[at]
        apart = other != mine
        key = (mine[apart] - low) * items + other[apart]
        found.append(_nearest(key, weight[apart], low, items, norm, most=most, least=least, shrink=shrink))
    return _joined(found)


def _by_person(person: NDArray[Any], item: NDArray[Any], worth: NDArray[Any], reach: int) -> tuple[Ints, Ints, Floats]:
    """In the order of people, and of each the `reach` of most worth."""
    order = np.lexsort((-worth, person))
    person, item, worth = person[order], item[order], worth[order]
    if len(person):
        place = np.arange(len(person)) - np.searchsorted(person, person)
        keep = (place < reach) & (worth > 0)
        person, item, worth = person[keep], item[keep], worth[keep]
    return person.astype(np.int64), item.astype(np.int64), worth.astype(np.float64)


def _blocks(cost: Ints, block: int) -> Iterator[tuple[int, int]]:
    """Runs of things whose pairs are about `block`; one thing at least."""
    low, last = 0, len(cost) - 1
    while low < last:
        high = int(np.searchsorted(cost, cost[low] + block, side="right")) - 1
        high = min(max(high, low + 1), last)
        yield low, high
        low = high


def _nearest(
    key: Ints, weight: Floats, low: int, items: int, norm: Floats, *, most: int, least: int, shrink: float
) -> Pairs:
    """Of the pairs of a block, those that are often enough, and of each thing the nearest."""
    if not len(key):
        return _joined([])
    order = np.argsort(key)
    key = key[order]
    begins = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    count = np.diff(np.concatenate((begins, [len(key)])))
    total = np.add.reduceat(weight[order], begins)
    often = count >= least
    key, count, total = key[begins][often], count[often], total[often]
    mine, other = key // items + low, key % items
    strength = total / (norm[mine] * norm[other]) * (count / (count + shrink))
    order = np.lexsort((other, -strength, mine))
    mine, other, strength, count = mine[order], other[order], strength[order], count[order]
    best = np.arange(len(mine)) - np.searchsorted(mine, mine) < most
    return Pairs(mine[best], other[best], strength[best], count[best])


def _joined(found: list[Pairs]) -> Pairs:
    if not found:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))
    return Pairs(
        np.concatenate([one.item for one in found]),
        np.concatenate([one.other for one in found]),
        np.concatenate([one.strength for one in found]),
        np.concatenate([one.together for one in found]),
    )
