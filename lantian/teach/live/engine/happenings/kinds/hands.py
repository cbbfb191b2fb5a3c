"""Raised hands, and who has the word.

`hand.raise` and `hand.lower` by a class or a student; by the teacher `hand.word` (gives it, and lowers that hand), `hand.done`
(the word goes back), `hand.dismiss` (lowers one) and `hand.clear` (lowers all). Several may have the word at once.
"""

from typing import Any

from lantian.teach.live.engine.happenings.fields import shown_name
from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Refused, Scene
from lantian.teach.live.engine.happenings.registry import PUPILS, TEACH, kind, nothing, view

FIRST_PAGE, PAGE, MOST_WORDS = 30, 50, 4


class Hands:
    """`up`: raised hands, the longest raised first; `words`: who has the word, and the name that everybody sees."""

    def __init__(self) -> None:
        self.up: dict[str, Event] = {}
        self.words: dict[str, tuple[By, str]] = {}


def row(event: Event) -> dict[str, Any]:
    by = event.by
    return {"key": by.key, "role": by.role, "name": by.name, "school": by.school, "ms": event.ms}


def page_of_hands(room: HappeningRoom, start: int) -> list[dict[str, Any]]:
    """Hands number `start` and on (from 0), at most PAGE."""
    return [row(event) for event in list(room.part(Hands).up.values())[start : start + PAGE]]


def _check_raise(_data: dict[str, Any], by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    hands = room.part(Hands)
    if by.key in hands.up or by.key in hands.words:
        raise Refused("raised")
    return {}


def _fold_raise(event: Event, room: HappeningRoom) -> Effects:
    room.part(Hands).up[event.by.key] = event
    return Effects(own={event.by.key: {"hand": event.ms}}, stale=frozenset({"hands"}))


def _check_lower(_data: dict[str, Any], by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    if by.key not in room.part(Hands).up:
        raise Refused("not_raised")
    return {}


def _fold_lower(event: Event, room: HappeningRoom) -> Effects:
    return _lower(room, [event.by.key])


def _lower(room: HappeningRoom, keys: list[str]) -> Effects:
    hands = room.part(Hands)
    for key in keys:
        hands.up.pop(key, None)
    return Effects(own={key: {"hand": None} for key in keys}, stale=frozenset({"hands"}))


def _key(data: dict[str, Any]) -> str:
    key = data.get("key")
    if not isinstance(key, str) or len(key) > 80:
        raise Refused("bad_data")
    return key


def _check_word(data: dict[str, Any], _by: By, room: HappeningRoom, scene: Scene) -> dict[str, Any]:
    key, hands = _key(data), room.part(Hands)
    if key not in hands.up:
        raise Refused("not_raised")
    if len(hands.words) >= MOST_WORDS:
        raise Refused("too_many_words")
    by = hands.up[key].by
    return {"key": key, "name": shown_name(by.name, by.role, scene)}


def _fold_word(event: Event, room: HappeningRoom) -> Effects:
    hands, key = room.part(Hands), event.data["key"]
    hands.words[key] = (hands.up.pop(key).by, event.data["name"])
    return Effects(_words(hands), {key: {"hand": None, "word": event.ms}}, frozenset({"hands"}))


def _words(hands: Hands) -> dict[str, Any]:
    return {"words": [{"name": name, "school": by.school} for by, name in hands.words.values()] or None}


def _check_done(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    key = _key(data)
    if key not in room.part(Hands).words:
        raise Refused("no_word")
    return {"key": key}


def _fold_done(event: Event, room: HappeningRoom) -> Effects:
    hands, key = room.part(Hands), event.data["key"]
    hands.words.pop(key, None)
    return Effects(_words(hands), {key: {"word": None}}, frozenset({"hands"}))


def _check_dismiss(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    key = _key(data)
    if key not in room.part(Hands).up:
        raise Refused("not_raised")
    return {"key": key}


def _fold_dismiss(event: Event, room: HappeningRoom) -> Effects:
    return _lower(room, [event.data["key"]])


def _fold_clear(_event: Event, room: HappeningRoom) -> Effects:
    return _lower(room, list(room.part(Hands).up))


@view("hands")
def waiting(room: HappeningRoom) -> dict[str, Any]:
    """How many hands are up and the first of them; who has the word."""
    hands = room.part(Hands)
    found: dict[str, Any] = {}
    if hands.up:
        first = [row(event) for event in list(hands.up.values())[:FIRST_PAGE]]
        found["hands"] = {"count": len(hands.up), "first": first}
    if hands.words:
        found["words"] = [{"key": key, "name": by.name, "school": by.school} for key, (by, _) in hands.words.items()]
    return found


kind("hand.raise", roles=PUPILS, check=_check_raise, fold=_fold_raise, replayed=False)
kind("hand.lower", roles=PUPILS, check=_check_lower, fold=_fold_lower, replayed=False)
kind("hand.word", roles=TEACH, check=_check_word, fold=_fold_word)
kind("hand.done", roles=TEACH, check=_check_done, fold=_fold_done)
kind("hand.dismiss", roles=TEACH, check=_check_dismiss, fold=_fold_dismiss, replayed=False)
kind("hand.clear", roles=TEACH, check=nothing, fold=_fold_clear, replayed=False)
