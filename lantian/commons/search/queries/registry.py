"""What can be searched for. An app registers its kinds in `AppConfig.ready`; the search knows none of them.

    KINDS.register("recording", Indexed(
        title=_("录像"), icon="film", documents=…, ids=…, tokens=…, hits=…, facets=(SUBJECT,)))

`Indexed` kinds stand in the index: the app makes the document of an id, says in *tokens* who may see it, and draws
what was found. `Live` kinds are asked each time. Documentation: docs/search.md.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


@dataclass(frozen=True, slots=True)
class Document:
    """One thing as the index holds it: words and numbers, nothing that is shown.

    `see`: tokens of those who may see it (queries/tokens.py); whoever has one of them finds it, and it counts for them. `words`:
    schools, keywords, numbers by which it is found too; `people`: names, read as names. `facets`: facet → values. `quality` and
    `used` order it, the more the sooner; `at` is when it is new.
    """

    id: UUID
    title: str
    see: frozenset[str]
    body: str = ""
    words: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at: datetime | None = None
    quality: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """What is found, as a page shows it. Title, note and picture are data, never translated."""

    title: str
    note: str = ""
    url: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow what is found. `label` says a value in words; `key` is shared by all kinds that have the same one.

    `data`: its values are names that are the same in every language.
    """

    key: str
    title: "Text"
    label: Callable[[str], "Text"]
    most: int = 30
    data: bool = False


@dataclass(frozen=True, slots=True)
class Indexed:
    """A kind in the index. All functions make a fixed number of queries for many ids.

    `documents(ids)`: those that are to be found at all; of ids that are missing in the answer the index forgets what it had.
    `ids(after, most)`: the next ids in ascending order, for building anew. `tokens(actor)`: what the actor may see, in tokens;
    counts and facets hang on them alone, so they must say exactly what `hits` says. `hits(actor, ids)`: asks the database, under
    the app's own `x_visible_to`, and draws; what is missing there is not shown.
    """

    title: "Text"
    icon: str
    documents: Callable[[Sequence[UUID]], Iterable[Document]]
    ids: Callable[[UUID | None, int], Sequence[UUID]]
    tokens: Callable[[Actor], frozenset[str]]
    hits: Callable[[Actor, Sequence[UUID]], Mapping[UUID, Hit]]
    facets: tuple[Facet, ...] = ()
    total: Callable[[], int] | None = None
    # kinds that its documents are made of: which ones to make anew when some of those changed, one query for many ids
    follows: Mapping[str, Callable[[Sequence[UUID]], Iterable[UUID]]] = field(default_factory=dict)
    # sortings that say something of this kind, besides relevance: "new", "quality", "used"
    sorts: tuple[str, ...] = ("new",)
    # stands behind the others: where things are, rather than a thing
    later: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """Of a live kind: the first hits; `total` is how many there are, at most `counted` of them looked at."""

    hits: tuple[Hit, ...]
    total: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """A kind that is asked each time, under its own rules: `find(actor, typed, first, most)`; `shown`: to whom it is offered."""

    title: "Text"
    icon: str
    find: Callable[[Actor, str, int, int], Answers]
    shown: Callable[[Actor], bool] = lambda actor: not actor.is_anonymous


# Tabs stand in the order of registration, those that come `later` last (`in_order`).
KINDS: Registry[Indexed | Live] = Registry("search kinds")

# Tokens that an app above adds to another's documents: kind → functions of ids. It belongs to a `share_edge` there.
Wider = Callable[[Sequence[UUID]], Mapping[UUID, Iterable[str]]]
WIDER: dict[str, list[Wider]] = {}


def widen(kind: str, tokens: Wider) -> None:
    """Declare that some documents of another app's kind may be seen by more people, for one query over many ids."""
    if tokens not in WIDER.setdefault(kind, []):
        WIDER[kind].append(tokens)


def wider(kind: str, ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The added tokens of some documents."""
    found: dict[UUID, set[str]] = {}
    for tokens in WIDER.get(kind, ()):
        for pk, more in tokens(ids).items():
            found.setdefault(pk, set()).update(more)
    return found


def indexed() -> dict[str, Indexed]:
    """The kinds that stand in the index."""
    return {key: kind for key, kind in KINDS.items() if isinstance(kind, Indexed)}


def in_order() -> dict[str, Indexed | Live]:
    """All kinds as tabs stand."""
    return dict(sorted(KINDS.items(), key=lambda one: isinstance(one[1], Indexed) and one[1].later))


def facet_keys() -> list[str]:
    return sorted({facet.key for kind in indexed().values() for facet in kind.facets})


def _stage_words(value: str) -> "Text":
    from lantian.people.roster.enums import Stage

    return Stage(value).label if value in Stage.values else value


def _subject_words(value: str) -> "Text":
    from lantian.people.roster.enums import Subject

    return Subject(value).label if value in Subject.values else value


# Facets that many kinds share.
STAGE = Facet("stage", _("学段"), _stage_words)
SUBJECT = Facet("subject", _("学科"), _subject_words)
