"""One order out of what several sources say, and variety in it. Pure: ids, numbers and names of sources."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

# How much the best of a source is worth beside the best of another.
WEIGHTS: Mapping[str, float] = {"together": 1.0, "here": 0.8, "next": 0.75, "peers": 0.7, "subject": 0.35}
# What each further one of the same author, kind, source or very same reason is worth of what it would be.
SAME_AUTHOR, SAME_KIND, SAME_SOURCE, SAME_REASON = 0.45, 0.8, 0.85, 0.7


@dataclass(frozen=True, slots=True)
class Said(Generic[K]):
    """What one source says of one thing: more is better, in the source's own measure. `because`: what it rests on."""

    key: K
    source: str
    measure: float
    because: Hashable = None


@dataclass(frozen=True, slots=True)
class Blended(Generic[K]):
    """A thing with its score, and what of all that was said of it weighs most."""

    key: K
    score: float
    best: Said[K]


@dataclass(frozen=True, slots=True)
class Nature:
    """What should not come all at once."""

    author: Hashable
    kind: Hashable


def blended(said: Iterable[Said[K]]) -> dict[K, Blended[K]]:
    """Each source's measures against its largest, weighed, and added up; a thing's best source gives the reason."""
    rows = list(said)
    largest: dict[str, float] = {}
    for one in rows:
        largest[one.source] = max(largest.get(one.source, 0.0), one.measure)
    scores: dict[K, float] = {}
    best: dict[K, tuple[float, Said[K]]] = {}
    for one in rows:
        top = largest[one.source]
        worth = WEIGHTS[one.source] * (one.measure / top if top > 0 else 0.0)
        scores[one.key] = scores.get(one.key, 0.0) + worth
        if one.key not in best or worth > best[one.key][0]:
            best[one.key] = (worth, one)
    return {key: Blended(key, scores[key], best[key][1]) for key in scores}


def varied(found: Iterable[Blended[K]], natures: Mapping[K, Nature], most: int) -> list[Blended[K]]:
    """The best one after another, where each further one of the same author, kind or source has to be better than others."""
    left = sorted((one for one in found if one.key in natures), key=lambda one: (-one.score, str(one.key)))
    left = left[: max(120, 3 * most)]  # what is far behind does not come to the front by being different
    chosen: list[Blended[K]] = []
    authors: Counter[Hashable] = Counter()
    kinds: Counter[Hashable] = Counter()
    sources: Counter[Hashable] = Counter()
    while left and len(chosen) < most:
        pick = max(left, key=lambda one: _worth(one, natures[one.key], authors, kinds, sources))
        left.remove(pick)
        chosen.append(pick)
        nature = natures[pick.key]
        kinds[nature.kind] += 1
        sources[pick.best.source] += 1
        if pick.best.because is not None:
            sources[pick.best.source, pick.best.because] += 1
        if nature.author is not None:
            authors[nature.author] += 1
    return chosen


def _worth(
    one: Blended[K],
    nature: Nature,
    authors: Counter[Hashable],
    kinds: Counter[Hashable],
    sources: Counter[Hashable],
) -> float:
    source, because = one.best.source, one.best.because
    worth = one.score * SAME_KIND ** kinds[nature.kind] * SAME_SOURCE ** sources[source]
    worth *= SAME_REASON ** sources[source, because]
    return worth * SAME_AUTHOR ** authors[nature.author] if nature.author is not None else worth
