"""How many there are of what somebody may see: exactly while they are few, else more than `MANY`, with estimates from a sample.

A sample is the same documents for everybody, a 64th, a 16th or a fourth of all, drawn by their ids and lying together in the
files (schema.py). What is counted in it is what one may see of it, so that no number tells of anything else.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import tantivy
from tantivy import Query

from lantian.commons.search.engine.asking import Asker, Scope
from lantian.commons.search.engine.schema import SAMPLES

MANY = 10_000
# What a sample of a 64th says to be so many is more than MANY: by more than six times the error of such an estimate.
SURELY = 15_000
ENOUGH = 2_500  # hits of a sample by which values are estimated: one that a hundredth has, to a fifth
_ALL = {"value_count": {"field": "kind"}}

Values = tuple[tuple[str, int], ...]


class Counted(NamedTuple):
    """`total` are all, or with `more` fewer than there are. `values`: facet → its values and their numbers, which are estimates
    for the facets in `about`."""

    total: int
    more: bool = False
    values: Mapping[str, Values] = {}
    about: frozenset[str] = frozenset()


def first_sample(
    index: tantivy.Searcher, asker: Asker, query: Query, scope: Scope, facets: Mapping[str, int]
) -> Counted | None:
    """What is in the smallest sample, for `counted` and to know about how many there are; None where there cannot be many."""
    if index.num_docs <= SURELY:
        return None
    return _counted(index, asker.within(query, scope, SAMPLES[0]), facets)


def about(some: Counted | None) -> int:
    """About how many there are, by the smallest sample."""
    return some.total * SAMPLES[0] if some else 0


def counted(
    index: tantivy.Searcher,
    asker: Asker,
    query: Query,
    scope: Scope,
    facets: Mapping[str, int],
    first: Counted | None,
) -> Counted:
    """How many there are, and how many of each value of the facets (facet → values at most)."""
    estimate = _estimated(index, asker, query, scope, facets, first) if first else None
    return estimate or _counted(index, asker.within(query, scope), facets)


def kinds_counted(
    index: tantivy.Searcher, asker: Asker, query: Query, scope: Scope, *, sampled: bool = True
) -> dict[str, Counted]:
    """How many there are of each kind of which there are any."""
    fewer, found = scope.see, dict[str, Counted]()
    if sampled and index.num_docs > SURELY:
        some = _values(index, asker.within(query, scope, SAMPLES[0]), {"kind": len(scope.see)})
        found = {kind: Counted(MANY, True) for kind, many in some["kind"] if many * SAMPLES[0] >= SURELY}
        fewer = {kind: own for kind, own in fewer.items() if kind not in found}
    if fewer:
        exact = _values(index, asker.within(query, Scope(fewer)), {"kind": len(fewer)})
        found |= {kind: Counted(many) for kind, many in exact["kind"]}
    return found


def _estimated(
    index: tantivy.Searcher, asker: Asker, query: Query, scope: Scope, facets: Mapping[str, int], some: Counted
) -> Counted | None:
    """From the smallest sample that is large enough; None when there are not surely more than MANY."""
    share, many = SAMPLES[0], about(some)
    for larger in SAMPLES[1:]:
        if many < SURELY or some.total >= ENOUGH:
            break
        if many >= ENOUGH * larger or larger == SAMPLES[-1]:
            share, some = larger, _counted(index, asker.within(query, scope, larger), facets)
            many = some.total * share
    if many < SURELY:
        return None
    values = {key: tuple((value, those * share) for value, those in found) for key, found in some.values.items()}
    return Counted(MANY, True, values, frozenset(facets))


def _counted(index: tantivy.Searcher, query: Query, facets: Mapping[str, int]) -> Counted:
    said = index.aggregate(query, {"total": _ALL, **_asked({f"f_{key}": most for key, most in facets.items()})})
    return Counted(int(said["total"]["value"]), False, {key: _buckets(said[f"f_{key}"]) for key in facets})


def _values(index: tantivy.Searcher, query: Query, fields: Mapping[str, int]) -> dict[str, Values]:
    said = index.aggregate(query, _asked(fields))
    return {key: _buckets(said[key]) for key in fields}


def _asked(fields: Mapping[str, int]) -> dict[str, Any]:
    return {key: {"terms": {"field": key, "size": most}} for key, most in fields.items()}


def _buckets(said: Mapping[str, Any]) -> Values:
    return tuple((str(each["key"]), int(each["doc_count"])) for each in said["buckets"])
