"""Chat in the lesson: students, assistants and the teacher write; the sending side moderates.

`chat.set` (open, slow: seconds between two of one's messages), `chat.say` (text), `chat.report` (n: the number of the
message, why); by the sending side `chat.hide` (n), `chat.keep` (n: a report that means nothing), `chat.silence` (n, on:
its writer writes no more in this lesson, or may again). The map has `chat` {open, slow} and the newest KEPT messages as
`chat:<n>`; what is hidden is taken out of all that is told later as well.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Any

from lantian.teach.live.engine.happenings.fields import flag, shown_name, text, whole
from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Refused, Scene
from lantian.teach.live.engine.happenings.registry import HOSTS, Seat, kind, view
from lantian.teach.live.engine.words import found

KEPT, SAID, WHY = 80, 200, 60
LEAST_MS = 1000  # between two messages of anybody
RUSH, RUSH_MS = 30, 5000  # so many pupils' messages in so long can still be read by somebody
MOST_SAID = 20_000
SLOWEST_S = 300
MOST_REPORTS, MOST_REPORTS_OF_ONE, REPORTS_SHOWN, SILENCED_SHOWN = 200, 20, 20, 50
SPEAKERS = HOSTS | {"student", "room"}
READERS = HOSTS | {"student", "observe"}  # with a name of their own: they may report
# how many in the lesson → seconds between two messages of one, when nobody says another number
CROWDS = ((500, 30), (100, 15), (30, 5))


@dataclass(slots=True)
class Message:
    """One message. `name` as everybody may see it; `by` who it was, for the sending side."""

    n: int
    by: By
    text: str
    part: str
    name: str
    ms: int


class Chat:
    """`messages`: those that stand in the map or are reported, by number; `last`: when somebody wrote last (ms)."""

    def __init__(self) -> None:
        self.open, self.slow, self.said = False, 0, 0
        self.messages: dict[int, Message] = {}
        self.shown: deque[int] = deque()
        self.last: dict[str, int] = {}
        self.rush: deque[int] = deque(maxlen=RUSH)
        self.reports: dict[int, list[str]] = {}
        self.reporters: dict[tuple[str, int], str] = {}
        self.reported: dict[str, int] = {}
        self.settled: set[int] = set()
        self.silent: dict[str, Message] = {}


def is_host(by: By) -> bool:
    return by.role in HOSTS or by.duty in HOSTS


def part_of(by: By) -> str:
    """As whom somebody writes: teach, host, room (the assistant of a receiving class) or student."""
    return by.role if by.role == "teach" else by.duty or by.role


def _check_set(data: dict[str, Any], _by: By, room: HappeningRoom, scene: Scene) -> dict[str, Any]:
    opened = flag(data, "open")
    if data.get("slow") is not None:
        return {"open": opened, "slow": whole(data, "slow", 0, SLOWEST_S)}
    chat = room.part(Chat)
    if not opened or chat.said:
        return {"open": opened, "slow": chat.slow}
    crowd = len(scene.present())
    return {"open": opened, "slow": next((seconds for least, seconds in CROWDS if crowd >= least), 0)}


def _fold_set(event: Event, room: HappeningRoom) -> Effects:
    chat = room.part(Chat)
    chat.open, chat.slow = event.data["open"], event.data["slow"]
    return Effects({"chat": {"open": chat.open, "slow": chat.slow}})


def _check_say(data: dict[str, Any], by: By, room: HappeningRoom, scene: Scene) -> dict[str, Any]:
    chat = room.part(Chat)
    said = text(data, "text", SAID)
    wait = LEAST_MS
    if not is_host(by):
        if by.key in chat.silent:
            raise Refused("silenced")
        if not chat.open:
            raise Refused("chat_closed")
        wait = max(LEAST_MS, chat.slow * 1000)
    left = chat.last.get(by.key, -wait) + wait - scene.ms
    if left > 0:
        raise Refused("slow", str(math.ceil(left / 1000)))
    if chat.said >= MOST_SAID:
        raise Refused("full")
    if not is_host(by) and len(chat.rush) == RUSH and scene.ms - chat.rush[0] < RUSH_MS:
        raise Refused("rush")
    if found(scene.words, said):
        raise Refused("word")
    return {"text": said, "part": part_of(by), "name": shown_name(by.name, by.role, scene)}


def _fold_say(event: Event, room: HappeningRoom) -> Effects:
    chat, data, by = room.part(Chat), event.data, event.by
    chat.said += 1
    chat.last[by.key] = event.ms
    if data["part"] == "student":
        chat.rush.append(event.ms)
    chat.messages[event.seq] = Message(event.seq, by, data["text"], data["part"], data["name"], event.ms)
    chat.shown.append(event.seq)
    patch: dict[str, Any] = {
        f"chat:{event.seq}": {
            "n": event.seq,
            "text": data["text"],
            "part": data["part"],
            "name": data["name"],
            "school": by.school,
            "ms": event.ms,
        }
    }
    if len(chat.shown) > KEPT:
        old = chat.shown.popleft()
        patch[f"chat:{old}"] = None
        if old not in chat.reports:
            chat.messages.pop(old, None)
    return Effects(patch, {by.key: {"said": event.ms}})


def _message(data: dict[str, Any], room: HappeningRoom) -> Message:
    message = room.part(Chat).messages.get(whole(data, "n", 1, 2**31))
    if message is None:
        raise Refused("no_message")
    return message


def _check_hide(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    return {"n": _message(data, room).n}


def _fold_hide(event: Event, room: HappeningRoom) -> Effects:
    chat, n = room.part(Chat), event.data["n"]
    chat.messages.pop(n, None)
    chat.reports.pop(n, None)
    if n in chat.shown:
        chat.shown.remove(n)
    key = f"chat:{n}"
    return Effects({key: None}, stale=frozenset({"chat"}), forget=frozenset({key}))


def _check_keep(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    message = _message(data, room)
    if message.n not in room.part(Chat).reports:
        raise Refused("no_message")
    return {"n": message.n}


def _fold_keep(event: Event, room: HappeningRoom) -> Effects:
    chat, n = room.part(Chat), event.data["n"]
    chat.reports.pop(n, None)
    chat.settled.add(n)
    if n not in chat.shown:
        chat.messages.pop(n, None)
    return Effects(stale=frozenset({"chat"}))


def _check_silence(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    chat = room.part(Chat)
    if not flag(data, "on"):
        n = whole(data, "n", 1, 2**31)
        if all(message.n != n for message in chat.silent.values()):
            raise Refused("no_message")
        return {"n": n, "on": False}
    message = _message(data, room)
    if message.part in HOSTS:
        raise Refused("forbidden")
    if message.by.key in chat.silent:
        raise Refused("silenced_before")
    return {"n": message.n, "on": True}


def _fold_silence(event: Event, room: HappeningRoom) -> Effects:
    chat, n = room.part(Chat), event.data["n"]
    if event.data["on"]:
        message = chat.messages[n]
        chat.silent[message.by.key] = message
        return Effects(own={message.by.key: {"silenced": True}}, stale=frozenset({"chat"}))
    key = next(key for key, message in chat.silent.items() if message.n == n)
    del chat.silent[key]
    return Effects(own={key: {"silenced": None}}, stale=frozenset({"chat"}))


def _check_report(data: dict[str, Any], by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    chat, message = room.part(Chat), _message(data, room)
    known = chat.reports.get(message.n, [])
    if message.by.key == by.key or message.part in HOSTS:
        raise Refused("forbidden")
    if message.n in chat.settled or (by.key, message.n) in chat.reporters:
        raise Refused("reported")
    if chat.reported.get(by.key, 0) >= MOST_REPORTS_OF_ONE or (not known and len(chat.reports) >= MOST_REPORTS):
        raise Refused("full")
    return {"n": message.n, "why": text(data, "why", WHY, least=0)}


def _fold_report(event: Event, room: HappeningRoom) -> Effects:
    chat, n, by = room.part(Chat), event.data["n"], event.by
    chat.reports.setdefault(n, []).append(event.data["why"])
    chat.reporters[by.key, n] = event.data["why"]
    chat.reported[by.key] = chat.reported.get(by.key, 0) + 1
    return Effects(stale=frozenset({"chat"}))


def _seen(_key: str, seat: Seat) -> bool:
    return seat.part in HOSTS


@view("chat", seen=_seen)
def reports(room: HappeningRoom) -> dict[str, Any]:
    """What was reported and waits for a word, the most reported first; who may not write."""
    chat = room.part(Chat)
    rows = []
    for n, whys in sorted(chat.reports.items(), key=lambda item: (-len(item[1]), item[0]))[:REPORTS_SHOWN]:
        why = next((each for each in whys if each), "")
        rows.append({**_row(chat.messages[n]), "count": len(whys), "why": why})
    silent = [_row(message) for message in list(chat.silent.values())[-SILENCED_SHOWN:]]
    found_here: dict[str, Any] = {}
    if rows:
        found_here["reports"] = {"count": len(chat.reports), "first": rows}
    if silent:
        found_here["silenced"] = silent
    return found_here


def _row(message: Message) -> dict[str, Any]:
    return {
        "n": message.n,
        "text": message.text,
        "name": message.by.name,
        "school": message.by.school,
        "ms": message.ms,
    }


kind("chat.set", roles=HOSTS, check=_check_set, fold=_fold_set, now=True)
kind("chat.say", roles=SPEAKERS, check=_check_say, fold=_fold_say, grows=True, now=True)
kind("chat.hide", roles=HOSTS, check=_check_hide, fold=_fold_hide, now=True)
kind("chat.keep", roles=HOSTS, check=_check_keep, fold=_fold_keep, replayed=False)
kind("chat.silence", roles=HOSTS, check=_check_silence, fold=_fold_silence, replayed=False)
kind("chat.report", roles=READERS, check=_check_report, fold=_fold_report, replayed=False)
