"""What was typed, as a query: strictly first, and with one slip allowed when that finds nothing."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tantivy import Occur, Query

from lantian.commons.search.engine.schema import schema_of
from lantian.commons.search.engine.synonyms import Synonyms
from lantian.commons.search.engine.typed import Part
from lantian.commons.search.engine.words import characters_of, is_chinese, pinyin, words_of

TITLE, NAMES, BODY, LETTERS, SYNONYM = 4.0, 2.5, 1.0, 1.5, 0.7
FEWEST_BEGUN = 3  # letters with which a word that is written in letters begins
FEWEST_WRONG = 3  # characters of a word in which one may be wrong
FEWEST_FUZZY = 4  # letters of a word in which one may be wrong
# So many tokens are asked for one by one, which stops early; more of them as one set.
MOST_SINGLY = 40


class Scope(NamedTuple):
    """Where to look: `see` are the actor's tokens by kind; `facets` narrow, values of one facet are alternatives."""

    see: dict[str, frozenset[str]]
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Asker:
    """Makes queries for one schema."""

    def __init__(self, facets: Sequence[str], synonyms: Synonyms) -> None:
        self.schema = schema_of(facets)
        self.facets = frozenset(facets)
        self.synonyms = synonyms

    # Who asks, and where -----------------------------------------------------------------------------------------------

    def scope(self, scope: Scope) -> list[tuple[Occur, Query]]:
        """Conditions that say nothing about how well something fits."""
        tokens = [f"{kind}|{token}" for kind, own in scope.see.items() for token in own]
        found = [(Occur.Must, _unscored(self._any("see", tokens)))]
        for facet, values in scope.facets:
            if facet in self.facets and values:
                found.append((Occur.Must, _unscored(self._any(f"f_{facet}", values))))
        return found

    def _any(self, field: str, values: Sequence[str]) -> Query:
        if not values:
            return Query.empty_query()
        if len(values) == 1:
            return self._term(field, values[0])
        if len(values) > MOST_SINGLY:
            return Query.term_set_query(self.schema, field, list(values))
        return _any_of(self._term(field, value) for value in values)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self.schema, field, word, "basic" if field in {"see", "id", "kind"} else "freq")

    # What was typed ------------------------------------------------------------------------------------------------------

    def strictly(self, parts: Sequence[Part], scope: Scope) -> Query:
        """Everything typed must be there."""
        return Query.boolean_query([*((Occur.Must, self._part(part)) for part in parts), *self.scope(scope)])

    def beginning(self, parts: Sequence[Part], scope: Scope) -> Query:
        """As `strictly`, for somebody who is still typing: the last word may go on."""
        *before, last = parts
        going_on = _any_of([self._part(last), self._goes_on(last)])
        return Query.boolean_query(
            [*((Occur.Must, self._part(part)) for part in before), (Occur.Must, going_on), *self.scope(scope)]
        )

    def with_a_slip(self, parts: Sequence[Part], scope: Scope) -> Query | None:
        """As `strictly`, but every word may be misspelt by one character; None when nothing typed could be."""
        if all(part.exact or not self._can_slip(part) for part in parts):
            return None
        loose = [self._part(part) if part.exact else _any_of([self._part(part), *self._slips(part)]) for part in parts]
        return Query.boolean_query([*((Occur.Must, query) for query in loose), *self.scope(scope)])

    def _part(self, part: Part) -> Query:
        if part.exact:
            return self._run_of(part.text)
        if not part.chinese:
            return self._letters(part.text)
        words = [self._word(word) for word in part.words]
        if len(words) == 1:  # a word of the dictionary: to look for its characters as well would cost as much again
            return words[0]
        return Query.boolean_query([*((Occur.Must, word) for word in words), *self._beside(part.words)])

    def _beside(self, words: Sequence[str]) -> list[tuple[Occur, Query]]:
        """Titles in which words follow one another come first. By words, of which few are in many titles: by characters it costs
        twice the search itself."""
        if any(len(word) == 1 for word in words):  # these are not among a title's words
            return []
        return [(Occur.Should, Query.boost_query(Query.phrase_query(self.schema, "title", list(words)), TITLE))]

    def _word(self, word: str) -> Query:
        """A Chinese word, or what means the same."""
        if len(word) == 1:
            return self._term("chars", word)
        same = [Query.boost_query(self._fields(other), SYNONYM) for other in self.synonyms.of(word)]
        return _any_of([self._fields(word), *same]) if same else self._fields(word)

    def _fields(self, text: str) -> Query:
        words = [word for word in words_of(text) if len(word) > 1 or word.isascii()]
        if len(words) > 1 and text not in words:  # a synonym of several words
            return Query.boolean_query([(Occur.Must, self._fields(word)) for word in words])
        boosts = (("title", TITLE), ("names", NAMES), ("body", BODY))
        return Query.disjunction_max_query(
            [Query.boost_query(self._term(field, text), boost) for field, boost in boosts], 0.1
        )

    def _letters(self, word: str) -> Query:
        """A word of letters or digits: itself, or the beginning of how something is read."""
        found = [self._fields(word)]
        found += [Query.boost_query(self._fields(other), SYNONYM) for other in self.synonyms.of(word)]
        if word.isascii() and word.isalpha() and len(word) > 1:
            found.append(Query.boost_query(self._term("letters", word), LETTERS))
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

    def _can_slip(self, part: Part) -> bool:
        return len(part.text) >= (2 if part.chinese else FEWEST_FUZZY)

    def _slips(self, part: Part) -> list[Query]:
        if not self._can_slip(part):
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

    def like(self, weighed: Sequence[tuple[str, str, float]], but: str, scope: Scope) -> Query:
        """What shares words of its title (field, word, weight) with something, but not the thing itself (`but` is its key)."""
        titles = [(Occur.Should, self._weighed(each)) for each in weighed if each[0] == "title"]
        others = [(Occur.Should, self._weighed(each)) for each in weighed if each[0] != "title"]
        some = Query.boolean_query(titles, minimum_number_should_match=1 if len(titles) < 5 else 2)
        same = (Occur.MustNot, self._term("id", but))
        return Query.boolean_query([(Occur.Must, some), *others, same, *self.scope(scope)])

    def _weighed(self, word: tuple[str, str, float]) -> Query:
        return Query.boost_query(self._term(word[0], word[1]), word[2])


def _any_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


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
