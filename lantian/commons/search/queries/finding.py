"""What is found: by one's own tokens in the index, and drawn from the database under each app's own rule."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from uuid import UUID

import structlog
import tantivy
from tantivy import Query

from lantian.commons.search.engine.asking import Asker, Scope, can_slip, words_to_compare
from lantian.commons.search.engine.best import Few, Page, best
from lantian.commons.search.engine.counting import Counted, about, counted, first_sample, kinds_counted
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
COUNTING = 4  # threads of a process that count


@dataclass(frozen=True, slots=True)
class Asked:
    """One search. Without a kind it is over all of them. `facets`: facet → the values chosen; `counted`: is it asked how many."""

    typed: str
    kind: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    first: int = 0
    most: int = 20
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """`total` and `facets` count what the actor may see and nothing else. `slip`: only with a slip in it was something found.

    `more`: there are more than `total`; `about`: facets whose numbers are estimates. Uncounted, `total` is the number of `ids`.
    """

    ids: tuple[tuple[str, UUID], ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    slip: bool = False
    more: bool = False
    about: frozenset[str] = frozenset()


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
        index, asker = reading.opened()
    except reading.NoIndex:
        return Found()
    parts = parts_of(asked.typed)
    if asked.typed and not parts:
        return Found()
    found = _found(index, asker, lambda some: some.strictly(parts), mine, asked)
    if found.ids or not can_slip(parts):
        return found
    if asked.first and best(index, asker, lambda some: some.strictly(parts), _scope(mine, asked), Page(0, 1)):
        return found
    found = _found(index, asker, lambda some: some.with_a_slip(parts), mine, asked, sampled=False)
    return replace(found, slip=True)


def _found(
    index: tantivy.Searcher,
    asker: Asker,
    ask: Callable[[Asker], Query],
    mine: dict[str, frozenset[str]],
    asked: Asked,
    *,
    sampled: bool = True,
) -> Found:
    """`sampled`: a sample is looked at first. Where to read it costs as much as to read everything, it is not."""
    scope, unranked, facets = _scope(mine, asked), asker.unranked, _facets(asked)
    query = ask(unranked)
    by = asked.sort.field or ("at" if not asked.typed else "")
    open_ = {key: most for key, most in facets.items() if not asked.facets.get(key)} if asked.counted else {}
    some = first_sample(index, unranked, query, scope, open_) if sampled and (asked.counted or not by) else None
    # Tantivy lets go of Python's lock: the best are looked for and all of them counted beside one another
    counting = _beside().submit(_counted, index, unranked, query, mine, asked, some) if asked.counted else None
    page = Page(min(asked.first, DEEPEST), asked.most, by)
    few = Few(about(some), asked.typed)
    ids = tuple(best(index, asker, ask, scope, page, few))
    if counting is None:
        return Found(ids, len(ids))
    all_ = counting.result()
    return Found(ids, all_.total, all_.values, more=all_.more, about=all_.about)


def _facets(asked: Asked) -> dict[str, int]:
    """The facets of the kind, with how many of their values are told."""
    kind = KINDS.get(asked.kind) if asked.kind else None
    return {facet.key: facet.most for facet in kind.facets} if isinstance(kind, Indexed) else {}


@cache
def _beside() -> ThreadPoolExecutor:
    """A process's own: made at its first search, after it was forked."""
    return ThreadPoolExecutor(COUNTING, "search")


def _scope(mine: dict[str, frozenset[str]], asked: Asked, but: str = "") -> Scope:
    """Where to look, without what was chosen of one facet."""
    return Scope(mine, tuple((key, some) for key, some in sorted(asked.facets.items()) if some and key != but))


def _counted(
    index: tantivy.Searcher,
    unranked: Asker,
    query: Query,
    mine: dict[str, frozenset[str]],
    asked: Asked,
    some: Counted | None,
) -> Counted:
    """How many there are, and of each value. Of a facet that is chosen already: how many there would be of the others."""
    facets = _facets(asked)
    open_ = {key: most for key, most in facets.items() if not asked.facets.get(key)}
    found = counted(index, unranked, query, _scope(mine, asked), open_, some)
    if not found.total:
        return Counted(0)
    values, estimates = dict(found.values), found.about
    for key in facets.keys() - open_.keys():
        scope, one = _scope(mine, asked, but=key), {key: facets[key]}
        wide = counted(index, unranked, query, scope, one, first_sample(index, unranked, query, scope, one))
        values, estimates = {**values, **wide.values}, estimates | wide.about
    return Counted(found.total, found.more, {key: values[key] for key in facets if values.get(key)}, estimates)


def counts(actor: Actor, typed: str, see: Mapping[str, frozenset[str]] | None = None) -> dict[str, Counted]:
    """How many of each kind of the index are found; kinds without any are missing."""
    mine = dict(see if see is not None else tokens_of(actor))
    parts = parts_of(typed)
    if not parts:
        return {}
    try:
        index, asker = reading.opened()
    except reading.NoIndex:
        return {}
    unranked, scope = asker.unranked, Scope(mine)
    found = kinds_counted(index, unranked, unranked.strictly(parts), scope)
    if not found and can_slip(parts):
        found = kinds_counted(index, unranked, unranked.with_a_slip(parts), scope, sampled=False)
    return found


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
        index, asker = reading.opened()
    except reading.NoIndex:
        return []
    found = best(index, asker, lambda some: some.beginning(parts), Scope(tokens_of(actor)), Page(0, most * 3))
    named: dict[tuple[str, str], tuple[str, UUID, Hit]] = {}
    for kind, pk, hit in draw(actor, found):  # lessons of the same name are one suggestion
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
        index, asker = reading.opened()
    except reading.NoIndex:
        return []
    weighed = _weighed(index, words_to_compare(document.title, document.words))
    if not weighed:
        return []
    scope = Scope(tokens_of(actor, kind))
    return draw(
        actor,
        best(index, asker, lambda some: some.like(weighed, key_of(kind, id.hex)), scope, Page(0, most)),
    )


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
