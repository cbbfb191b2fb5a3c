"""What is found: by one's own tokens in the index, and drawn from the database under each app's own rule."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

import structlog
import tantivy
from tantivy import Query

from lantian.commons.search.engine.asking import Scope, words_to_compare
from lantian.commons.search.engine.schema import key_of
from lantian.commons.search.engine.typed import parts_of
from lantian.commons.search.enums import Sort
from lantian.commons.search.queries import reading
from lantian.commons.search.queries.registry import KINDS, Hit, Indexed, Live, indexed
from lantian.commons.search.queries.tokens import regions_once
from lantian.kernel.rules import Actor

log = structlog.get_logger("search")

DEEPEST = 10_000  # hits of one search that can be paged to
LIKE_WORDS = 12
COUNTING = 4  # threads of a process that count values of facets


@dataclass(frozen=True, slots=True)
class Asked:
    """One search. Without a kind it is over all of them. `facets`: facet → the values chosen; `counted`: are theirs asked."""

    typed: str
    kind: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    first: int = 0
    most: int = 20
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """`total` and `facets` count what the actor may see and nothing else. `slip`: only with a slip in it was something found."""

    ids: tuple[tuple[str, UUID], ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    slip: bool = False


def tokens_of(actor: Actor, kind: str = "") -> dict[str, frozenset[str]]:
    """What the actor may see, by kind, in tokens. A fixed number of queries for each kind."""
    with regions_once():
        return {key: each.tokens(actor) for key, each in indexed().items() if kind in ("", key)}


def find(actor: Actor, asked: Asked, *, see: Mapping[str, frozenset[str]] | None = None) -> Found:
    """Ids of what was asked for, the best first, with the number of all and of each facet's values.

    `see`: the actor's tokens when they are known already. Nothing typed finds everything, the newest first.
    """
    mine = dict(see if see is not None else tokens_of(actor, asked.kind))
    if asked.kind:
        mine = {key: own for key, own in mine.items() if key == asked.kind}
    try:
        index, asker = reading.searcher(), reading.asker()
    except reading.NoIndex:
        return Found()
    chosen = tuple((facet, values) for facet, values in sorted(asked.facets.items()) if values)
    parts = parts_of(asked.typed)
    if asked.typed and not parts:
        return Found()
    query = asker.strictly(parts, Scope(mine, chosen))
    # Tantivy lets go of Python's lock: what is found and how many there are of each value are worked out beside one another
    counting = _beside().submit(_facets, index, query, asked, parts, mine) if asked.counted else None
    found = _run(index, query, asked)
    slip = False
    if not found.hits and parts and not asked.first:
        loose = asker.with_a_slip(parts, Scope(mine, chosen))
        if loose is not None and (better := _run(index, loose, asked)).hits:
            query, found, slip = loose, better, True
    ids = tuple(_ids(index, found))
    total: int = found.count or 0  # type: ignore[attr-defined]  # the package's stubs forget it
    if not total or counting is None:
        return Found(ids, total, {}, slip)
    facets = _facets(index, query, asked, parts, mine, slip=True) if slip else counting.result()
    return Found(ids, total, facets, slip)


@cache
def _beside() -> ThreadPoolExecutor:
    """A process's own: made at its first search, after it was forked."""
    return ThreadPoolExecutor(COUNTING, "search")


def _run(index: tantivy.Searcher, query: Query, asked: Asked) -> tantivy.SearchResult:
    first = min(asked.first, DEEPEST)
    by = asked.sort.field or ("at" if not asked.typed else "")
    if by:
        return index.search(query, asked.most, offset=first, order_by_field=by)
    return index.search(query, asked.most, offset=first)


def _ids(index: tantivy.Searcher, found: tantivy.SearchResult) -> Iterable[tuple[str, UUID]]:
    for _score, address in found.hits:
        kind, _colon, pk = str(index.doc(address)["id"][0]).partition(":")
        yield kind, UUID(pk)


def _facets(
    index: tantivy.Searcher,
    query: Query,
    asked: Asked,
    parts: Sequence[object],
    mine: dict[str, frozenset[str]],
    *,
    slip: bool = False,
) -> dict[str, tuple[tuple[str, int], ...]]:
    """How many there are of each value. Of a facet that is chosen already: how many there would be of the others."""
    kind = KINDS.get(asked.kind) if asked.kind else None
    if not isinstance(kind, Indexed) or not kind.facets:
        return {}
    open_ = [facet.key for facet in kind.facets if not asked.facets.get(facet.key)]
    found = _counts(index, query, {key: _most(kind, key) for key in open_})
    asker = reading.asker()
    for facet in kind.facets:
        if asked.facets.get(facet.key):
            others = tuple((key, values) for key, values in sorted(asked.facets.items()) if values and key != facet.key)
            scope = Scope(mine, others)
            wide = (asker.with_a_slip(parts, scope) if slip else None) or asker.strictly(parts, scope)  # type: ignore[arg-type]  # parts as they came from parts_of
            found |= _counts(index, wide, {facet.key: facet.most})
    return {facet.key: found[facet.key] for facet in kind.facets if found.get(facet.key)}


def _most(kind: Indexed, key: str) -> int:
    return next(facet.most for facet in kind.facets if facet.key == key)


def _counts(index: tantivy.Searcher, query: Query, fields: Mapping[str, int]) -> dict[str, tuple[tuple[str, int], ...]]:
    if not fields:
        return {}
    asked = {key: {"terms": {"field": f"f_{key}", "size": most}} for key, most in fields.items()}
    said = index.aggregate(query, asked)
    return {key: tuple((str(each["key"]), int(each["doc_count"])) for each in said[key]["buckets"]) for key in fields}


def counts(actor: Actor, typed: str, see: Mapping[str, frozenset[str]] | None = None) -> dict[str, int]:
    """How many of each kind of the index are found; kinds without any are missing."""
    mine = dict(see if see is not None else tokens_of(actor))
    parts = parts_of(typed)
    if not parts:
        return {}
    try:
        index, asker = reading.searcher(), reading.asker()
    except reading.NoIndex:
        return {}
    found = _by_kind(index, asker.strictly(parts, Scope(mine)))
    if not found and (loose := asker.with_a_slip(parts, Scope(mine))) is not None:
        found = _by_kind(index, loose)
    return found


def _by_kind(index: tantivy.Searcher, query: Query) -> dict[str, int]:
    said = index.aggregate(query, {"kind": {"terms": {"field": "kind", "size": 60}}})
    return {str(each["key"]): int(each["doc_count"]) for each in said["kind"]["buckets"]}


def draw(actor: Actor, ids: Sequence[tuple[str, UUID]]) -> list[tuple[str, UUID, Hit]]:
    """What was found as pages show it, in the same order. What the actor may not see (any more) is left out."""
    drawn: dict[str, Mapping[UUID, Hit]] = {}
    for key in dict.fromkeys(kind for kind, _ in ids):
        kind = KINDS.get(key)
        if isinstance(kind, Indexed):
            drawn[key] = kind.hits(actor, [pk for each, pk in ids if each == key])
    found = [(kind, pk, drawn[kind][pk]) for kind, pk in ids if pk in drawn.get(kind, {})]
    if len(found) < len(ids):
        log.info("search.unseen", found=len(ids), shown=len(found))
    return found


def suggestions(actor: Actor, typed: str, most: int = 8) -> list[tuple[str, UUID, Hit]]:
    """What begins as it was typed so far: things themselves, so that nothing unseen is suggested."""
    parts = parts_of(typed)
    if not parts:
        return []
    try:
        index, asker = reading.searcher(), reading.asker()
    except reading.NoIndex:
        return []
    found = index.search(asker.beginning(parts, Scope(tokens_of(actor))), most * 3, count=False)
    named: dict[tuple[str, str], tuple[str, UUID, Hit]] = {}
    for kind, pk, hit in draw(actor, list(_ids(index, found))):  # lessons of the same name are one suggestion
        named.setdefault((kind, hit.title), (kind, pk, hit))
    return list(named.values())[:most]


def more_like(actor: Actor, kind: str, id: UUID, most: int = 6) -> list[tuple[str, UUID, Hit]]:
    """Things of the same kind that have to do with the same, as far as the actor may see them."""
    described = KINDS.get(kind)
    if not isinstance(described, Indexed):
        return []
    document = next(iter(described.documents([id])), None)
    if document is None:
        return []
    try:
        index, asker = reading.searcher(), reading.asker()
    except reading.NoIndex:
        return []
    weighed = _weighed(index, words_to_compare(document.title, document.words))
    if not weighed:
        return []
    query = asker.like(weighed, key_of(kind, id.hex), Scope(tokens_of(actor, kind)))
    return draw(actor, list(_ids(index, index.search(query, most, count=False))))


def _weighed(index: tantivy.Searcher, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str, float]]:
    """The rarest words, which say most; those that nothing else has say nothing."""
    known = [(field, word, index.doc_freq(field, word)) for field, word in pairs]
    rare = sorted((each for each in known if each[2] > 1), key=lambda each: each[2])[:LIKE_WORDS]
    return [(field, word, 2.0 if field == "title" else 0.7) for field, word, _ in rare]


def is_there() -> bool:
    """Whether there is an index to be read."""
    try:
        reading.searcher()
    except reading.NoIndex:
        return False
    return True


def live_kinds(actor: Actor) -> dict[str, Live]:
    """Kinds that are asked each time, as far as they are offered to the actor."""
    return {key: kind for key, kind in KINDS.items() if isinstance(kind, Live) and kind.shown(actor)}
