"""Pages that stand in one's navigation, by their name, its pinyin or its initials."""

from django.utils.translation import gettext_lazy as _

from lantian.commons.search.engine.typed import parts_of
from lantian.commons.search.engine.words import folded, letters_of
from lantian.commons.search.queries.registry import Answers, Hit, Live
from lantian.kernel.rules import Actor
from lantian.kernel.web.navigation import items_for

SHORTEST = 2


def _answers(name: str, words: list[str]) -> bool:
    text, letters = folded(name), letters_of([name])
    return all(
        word in text or (len(word) >= SHORTEST and any(each.startswith(word) for each in letters)) for word in words
    )


def _find(actor: Actor, typed: str, first: int, most: int) -> Answers:
    words = [part.text for part in parts_of(typed)]
    found = [item for item in items_for(actor) if item.url and _answers(str(item.label), words)] if words else []
    hits = tuple(Hit(str(item.label), str(item.group), item.url) for item in found[first : first + most])
    return Answers(hits, len(found))


KIND = Live(title=_("页面"), icon="layout-list", find=_find)
