"""Words that mean the same: one group a line, apart by spaces or commas; after a # comes a remark. Looked up when somebody asks,
so a change needs no new index."""

import re

from lantian.commons.search.engine.words import folded

_APART = re.compile(r"[\s,，、;；=]+")


class Synonyms:
    """Which words stand for which."""

    def __init__(self, *texts: str) -> None:
        self._others: dict[str, dict[str, None]] = {}
        for text in texts:
            for line in text.splitlines():
                self._add([word for word in _APART.split(folded(line.partition("#")[0])) if word])

    def _add(self, group: list[str]) -> None:
        for word in group:
            self._others.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))

    def of(self, word: str) -> list[str]:
        """The other words of its groups, in the file's order."""
        return list(self._others.get(word, ()))

    def __len__(self) -> int:
        return len(self._others)
