"""What was typed, as a query: strictly first, and with one slip allowed when that finds nothing."""

from collections.abc import Iterable, Sequence
from copy import copy
from typing import NamedTuple

from tantivy import Occur, Query, Searcher

from lantian.commons.search.engine.schema import schema_of, whole_of
from lantian.commons.search.engine.synonyms import Synonyms
from lantian.commons.search.engine.typed import Part
from lantian.commons.search.engine.words import characters_of, is_chinese, pinyin, words_of

TITLE, NAMES, LETTERS, SYNONYM = 4.0, 2.5, 1.5, 0.7
FEWEST_BEGUN = 3  # letters with which a word that is written in letters begins
FEWEST_WRONG = 3  # characters of a word in which one may be wrong
FEWEST_FUZZY = 4  # letters of a word in which one may be wrong
# What so many are read like is not taken for the beginning of something else: thousands of other readings begin like it.
OFTEN = 1000
WHOLE = 1000.0  # more than any words weigh
# So many tokens are asked for one by one, which stops early; more of them as one set.
MOST_SINGLY = 40
# Fields of which only is known that they have a word.
BASIC = frozenset({"see", "id", "kind", "sample", "whole"})


class Scope(NamedTuple):
    """Where to look: `see` are the actor's tokens by kind; `facets` narrow, values of one facet are alternatives."""

    see: dict[str, frozenset[str]]
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Asker:
    """Makes queries for one schema. What `unranked` makes finds the same and says nothing of how well it fits: for counting."""

    def __init__(self, facets: Sequence[str], synonyms: Synonyms, *, ranked: bool = True) -> None:
        self.schema = schema_of(facets)
        self.facets = frozenset(facets)
        self.synonyms = synonyms
        self.unranked: Asker = Asker(facets, synonyms, ranked=False) if ranked else self
        self.index: Searcher | None = None

    def over(self, index: Searcher) -> "Asker":
        """The same, for one index as it is now: what is frequent in it is asked for otherwise."""
        made = copy(self)
        made.index, made.unranked = index, made if self.unranked is self else self.unranked.over(index)
        return made

    def _often(self, field: str, word: str) -> bool:
        return self.index is not None and self.index.doc_freq(field, word) >= OFTEN

    # Who asks, and where -----------------------------------------------------------------------------------------------

    def within(self, query: Query, scope: Scope, share: int = 0, whole: str = "") -> Query:
        """What fits and may be seen, which says nothing about how well it fits. With `share` one of so many of it, and before
        those what has the very title `whole`."""
        may = _unscored(self._any("see", [f"{kind}|{token}" for kind, own in scope.see.items() for token in own]))
        found = [(Occur.Must, query), (Occur.Must, may), *self._chosen(scope)]
        if share:
            some = [self.sample(share)]
            if whole:
                some.append(_constant(self._term("whole", whole_of(whole)), WHOLE))
            found.append((Occur.Must, _any_of(some)))
        return Query.boolean_query(found)

    def sample(self, share: int) -> Query:
        """One in `share` of all documents, always the same ones."""
        return _unscored(self._term("sample", str(share)))

    def _chosen(self, scope: Scope) -> list[tuple[Occur, Query]]:
        chosen = [(facet, values) for facet, values in scope.facets if facet in self.facets and values]
        return [(Occur.Must, _unscored(self._any(f"f_{facet}", values))) for facet, values in chosen]

    def _any(self, field: str, values: Sequence[str]) -> Query:
        if not values:
            return Query.empty_query()
        if len(values) == 1:
            return self._term(field, values[0])
        if len(values) > MOST_SINGLY:
            return Query.term_set_query(self.schema, field, list(values))
        return _any_of(self._term(field, value) for value in values)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self.schema, field, word, "basic" if field in BASIC else "freq")

    # What was typed ------------------------------------------------------------------------------------------------------

    def strictly(self, parts: Sequence[Part]) -> Query:
        """Everything typed must be there. Nothing typed finds everything."""
        return _all_of(self._part(part) for part in parts) if parts else Query.all_query()

    def beginning(self, parts: Sequence[Part]) -> Query:
        """As `strictly`, for somebody who is still typing: the last word may go on."""
        *before, last = parts
        going_on = _any_of([self._part(last), self._goes_on(last)])
        return _all_of([*(self._part(part) for part in before), going_on])

    def with_a_slip(self, parts: Sequence[Part]) -> Query:
        """As `strictly`, but every word may be misspelt by one character."""
        return _all_of(
            self._part(part) if part.exact else _any_of([self._part(part), *self._slips(part)]) for part in parts
        )

    def _part(self, part: Part) -> Query:
        if part.exact:
            return self._run_of(part.text)
        if not part.chinese:
            return self._letters(part.text)
        words = [self._word(word) for word in part.words]
        if len(words) == 1:  # a word of the dictionary: to look for its characters as well would cost as much again
            return words[0]
        if any(len(word) == 1 for word in part.words):  # these are not among a title's words
            return _all_of(words)
        # Titles in which they follow one another come first. By words, of which few are in many titles: by characters it costs
        # twice the search itself.
        beside = Query.phrase_query(self.schema, "title", list(part.words))
        return self._rather(_all_of(words), Query.boost_query(beside, TITLE))

    def _word(self, word: str) -> Query:
        """A Chinese word, or what means the same."""
        if len(word) == 1:
            return self._term("chars", word)
        same = [self._same(other) for other in self.synonyms.of(word)]
        return _any_of([self._anywhere(word), *same]) if same else self._anywhere(word)

    def _anywhere(self, word: str) -> Query:
        """A word wherever it stands, in titles and names before others. Not a union of three lists, which can only be read from
        one end to the other: one list says where the word is, the others are looked up for what fits otherwise too."""
        there = self._rather(self._term("text", word), Query.boost_query(self._term("title", word), TITLE))
        return self._rather(there, Query.boost_query(self._term("names", word), NAMES))

    def _rather(self, query: Query, more: Query) -> Query:
        """What fits a query, and first of it what fits the other too."""
        return query if self.unranked is self else Query.boolean_query([(Occur.Must, query), (Occur.Should, more)])

    def _same(self, text: str) -> Query:
        """What means the same, in titles and names: the texts of a tenth of all things have some of these words."""
        words = [word for word in words_of(text) if len(word) > 1 or word.isascii()]
        if len(words) > 1 and text not in words:
            return _all_of(self._named(word) for word in words)
        return self._named(text)

    def _named(self, word: str) -> Query:
        boosts = (("title", TITLE), ("names", NAMES))
        return _any_of(Query.boost_query(self._term(field, word), boost * SYNONYM) for field, boost in boosts)

    def _letters(self, word: str) -> Query:
        """A word of letters or digits: itself, or the beginning of how something is read."""
        found = [self._anywhere(word), *(self._same(other) for other in self.synonyms.of(word))]
        if word.isascii() and word.isalpha() and len(word) > 1:
            found.append(Query.boost_query(self._term("letters", word), LETTERS))
            if not self._often("letters", word):
                found.append(_constant(self._prefix("letters", word), 0.5))
            if len(word) >= FEWEST_BEGUN:
                found.append(_constant(self._prefix("title", word), 0.5))
        return _any_of(found)

    def _goes_on(self, part: Part) -> Query:
        if part.chinese or not part.words:
            return _constant(self._prefix("title", part.words[-1]), 0.5) if part.words else Query.empty_query()
        return _any_of([_constant(self._prefix(field, part.text), 0.5) for field in ("title", "names", "letters")])

    def _prefix(self, field: str, word: str) -> Query:
        return Query.fuzzy_term_query(self.schema, field, word, 0, prefix=True)

    def _run_of(self, text: str, slop: int = 0) -> Query:
        """The very characters, one after the other, in a title or a name."""
        characters = characters_of(text)
        if not characters:
            return Query.empty_query()
        if len(characters) == 1:
            return self._term("chars", characters[0])
        return Query.phrase_query(self.schema, "chars", list(characters), slop)

    # Slips ---------------------------------------------------------------------------------------------------------------

    def _slips(self, part: Part) -> list[Query]:
        if not can_slip([part]):
            return []
        if not part.chinese:
            fields = ("title", "names", "letters") if part.text.isascii() else ("title", "names")
            return [_constant(Query.fuzzy_term_query(self.schema, field, part.text, 1), 0.5) for field in fields]
        very = self._run_of(part.text)  # within other words
        if len(part.text) < FEWEST_WRONG:
            return [very]
        # read alike (涵数 for 函数), or one character wrong, too few or too many
        alike = _constant(self._prefix("letters", pinyin(part.text)), 1.0)
        return [very, alike, *(_constant(query, 0.5) for query in self._one_off(part.text))]

    def _one_off(self, text: str) -> Iterable[Query]:
        """The characters without one of them, in their order; where it was, one other may stand."""
        characters = characters_of(text)[:8]
        for gap in range(len(characters)):
            left: list[str | tuple[int, str]] = [(at, char) for at, char in enumerate(characters) if at != gap]
            yield Query.phrase_query(self.schema, "chars", left) if len(left) > 1 else Query.empty_query()
            if 0 < gap < len(characters) - 1:
                yield Query.phrase_query(self.schema, "chars", [*characters[:gap], *characters[gap + 1 :]])

    # What is like another thing ------------------------------------------------------------------------------------------

    def like(self, weighed: Sequence[tuple[str, str, float]], but: str) -> Query:
        """What shares words of its title (field, word, weight) with something, but not the thing itself (`but` is its key)."""
        titles = [(Occur.Should, self._weighed(each)) for each in weighed if each[0] == "title"]
        others = [(Occur.Should, self._weighed(each)) for each in weighed if each[0] != "title"]
        some = Query.boolean_query(titles, minimum_number_should_match=1 if len(titles) < 5 else 2)
        same = (Occur.MustNot, self._term("id", but))
        return Query.boolean_query([(Occur.Must, some), *others, same])

    def _weighed(self, word: tuple[str, str, float]) -> Query:
        return Query.boost_query(self._term(word[0], word[1]), word[2])


def _any_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def can_slip(parts: Sequence[Part]) -> bool:
    """Whether anything of what was typed could be misspelt."""
    return any(len(part.text) >= (2 if part.chinese else FEWEST_FUZZY) for part in parts if not part.exact)


def _all_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _constant(query: Query, score: float) -> Query:
    return Query.const_score_query(query, score)


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def words_to_compare(title: str, named: Sequence[str]) -> list[tuple[str, str]]:
    """(field, word) by which another thing could be like this one: its longer words, each once."""
    found = [("title", word) for word in words_of(title)] + [
        ("names", word) for text in named for word in words_of(text)
    ]
    return [pair for pair in dict.fromkeys(found) if len(pair[1]) > 1 and (is_chinese(pair[1]) or len(pair[1]) > 2)]
