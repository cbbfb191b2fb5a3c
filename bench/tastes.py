"""Teachers, resources and who used what, from a seed, with the structure that such data has; and how well something foretells it.

Every teacher teaches a subject in a grade and has a taste; every resource is of a subject and a grade, has a style and is more or
less loved. Four of five uses are of one's own subject and grade, most of them in one's taste; the others of one's subject, and a
few of anything. Arrays alone: neither Django nor a database.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SUBJECTS, GRADES, STYLES = 15, 12, 8
TASTE = 9.0  # how much rather one takes what is of one's own style
SAME, SUBJECT = 0.8, 0.15  # of one's own subject and grade, of the subject, else of anything
HELD_OUT = 5
TOP = 10


@dataclass(frozen=True)
class World:
    """Codes from 0 on. `person` and `item`: who used what, each once; `at`: days ago."""

    taught: NDArray[Any]  # of a person: subject * GRADES + grade
    taste: NDArray[Any]
    about: NDArray[Any]  # of a resource: subject * GRADES + grade
    style: NDArray[Any]
    loved: NDArray[Any]
    person: NDArray[Any]
    item: NDArray[Any]
    at: NDArray[Any]

    @property
    def people(self) -> int:
        return len(self.taught)

    @property
    def items(self) -> int:
        return len(self.about)


def make(people: int, items: int, uses: int, seed: int = 7) -> World:
    chance = np.random.default_rng(seed)
    weights = 1 / (2 + np.arange(SUBJECTS))  # some subjects have many teachers
    lots = (weights / weights.sum(), np.full(GRADES, 1 / GRADES))

    def place(count: int) -> NDArray[Any]:
        return chance.choice(SUBJECTS, count, p=lots[0]) * GRADES + chance.choice(GRADES, count, p=lots[1])

    taught, about = place(people), place(items)
    taste, style = chance.integers(STYLES, size=people), chance.integers(STYLES, size=items)
    loved = chance.pareto(1.6, items) + 0.15
    busy = chance.lognormal(0, 0.7, people)
    count = np.maximum(3, np.round(busy / busy.sum() * uses)).astype(int)
    found: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for share, of_people, of_items in (
        (SAME, taught, about),
        (SUBJECT, taught // GRADES, about // GRADES),
        (1 - SAME - SUBJECT, np.zeros(people, int), np.zeros(items, int)),
    ):
        for code in np.unique(of_people):
            who, what = np.flatnonzero(of_people == code), np.flatnonzero(of_items == code)
            wanted = np.round(count[who] * share + chance.uniform(-0.49, 0.49, len(who))).astype(int)
            parts = np.array_split(np.arange(len(who)), max(1, len(who) * len(what) // 4_000_000))
            found += [_drawn(chance, who[part], what, wanted[part], taste, style, loved) for part in parts]
    person, item = (np.concatenate([one[n] for one in found]) for n in (0, 1))
    once = np.unique(person.astype(np.int64) * items + item)
    once = once[chance.permutation(len(once))]
    return World(taught, taste, about, style, loved, once // items, once % items, chance.exponential(120, len(once)))


def _drawn(
    chance: np.random.Generator,
    who: NDArray[Any],
    what: NDArray[Any],
    wanted: NDArray[Any],
    taste: NDArray[Any],
    style: NDArray[Any],
    loved: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[Any]]:
    """So many of each without drawing one twice: the largest of weights with Gumbel noise."""
    if not len(what) or not len(who):
        return np.empty(0, int), np.empty(0, int)
    noise = chance.gumbel(size=(len(who), len(what))).astype(np.float32)
    noise += np.log(loved[what]).astype(np.float32)
    noise += np.where(taste[who][:, None] == style[what][None, :], np.log(TASTE), 0).astype(np.float32)
    most = int(min(max(wanted.max(), 1), len(what)))
    best = np.argpartition(-noise, most - 1, axis=1)[:, :most]
    best = np.take_along_axis(best, np.argsort(-np.take_along_axis(noise, best, 1), axis=1), 1)
    taken = np.arange(most)[None, :] < wanted[:, None]
    return np.repeat(who, taken.sum(1)), what[best[taken]]


# Foretelling ----------------------------------------------------------------------------------------------------------------


def held_out(world: World, asked: int, seed: int = 11) -> tuple[NDArray[Any], dict[int, set[int]]]:
    """Which uses are known, as a mask, and five of each of some people that are not."""
    chance = np.random.default_rng(seed)
    degree = np.bincount(world.person, minlength=world.people)
    some = set(chance.permutation(np.flatnonzero(degree >= 3 * HELD_OUT))[:asked].tolist())
    known = np.ones(len(world.person), bool)
    out: dict[int, set[int]] = {}
    for place in chance.permutation(len(world.person)).tolist():
        person = int(world.person[place])
        if person in some and len(out.setdefault(person, set())) < HELD_OUT:
            out[person].add(int(world.item[place]))
            known[place] = False
    return known, out


@dataclass(frozen=True)
class Score:
    """Of the people asked, how many had one of their five among the ten shown; how many of the five those were."""

    hit: float
    recall: float


def score(out: dict[int, set[int]], told: Callable[[int], Iterable[int]]) -> Score:
    """`told(person)`: things, the best first, without those that are known."""
    hits, recalled = 0, 0
    for person, hidden in out.items():
        shown: set[int] = set()
        for one in told(person):
            shown.add(int(one))
            if len(shown) == TOP:
                break
        found = len(shown & hidden)
        hits += found > 0
        recalled += found
    return Score(hits / len(out), recalled / (HELD_OUT * len(out)))


class Known:
    """Known uses, by person; the most used of all and of those who teach the same."""

    def __init__(self, world: World, known: NDArray[Any]) -> None:
        self.world = world
        self.person, self.item = world.person[known], world.item[known]
        order = np.argsort(self.person, kind="stable")
        self._items = self.item[order]
        self._starts = np.searchsorted(self.person[order], np.arange(world.people + 1))
        used = np.bincount(self.item, minlength=world.items)
        self._popular = np.argsort(-used, kind="stable")[:500]
        self._peers: dict[int, tuple[Sequence[int], Sequence[int]]] = {}

    def of(self, person: int) -> NDArray[Any]:
        found: NDArray[Any] = self._items[self._starts[person] : self._starts[person + 1]]
        return found

    def popular(self, person: int) -> Iterable[int]:
        mine = set(self.of(person).tolist())
        return (one for one in self._popular.tolist() if one not in mine)

    def peers(self, person: int, most: int = 150) -> list[tuple[int, int]]:
        """What those used who teach the same, with how many."""
        cohort = int(self.world.taught[person])
        if cohort not in self._peers:
            theirs = self.item[self.world.taught[self.person] == cohort]
            counts = np.bincount(theirs, minlength=self.world.items)
            best = np.argsort(-counts, kind="stable")[:most]
            self._peers[cohort] = (best.tolist(), counts[best].tolist())
        mine = set(self.of(person).tolist())
        return [(one, n) for one, n in zip(*self._peers[cohort], strict=True) if n and one not in mine]
