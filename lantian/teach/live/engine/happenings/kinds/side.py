"""The assistants' side channel: between the rooms' assistants and the sending side, out of the pupils' sight and of the replay.

`side.say` (text, to). An assistant in a room writes in that room's thread, which the sending side and that room's
assistants read; the sending side writes to one room (`to`: a class's id) or to all (null). `side.heads` comes from the
platform itself when a head count was confirmed. Nothing of it stands in the map for everybody: the view `side` has
`side:<class id or all>:<n>` and `heads:<class id>`.
"""

from collections import deque
from typing import Any

from lantian.teach.live.engine.happenings.fields import maybe_id, text, whole
from lantian.teach.live.engine.happenings.kinds.chat import LEAST_MS, is_host, part_of
from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Refused, Scene
from lantian.teach.live.engine.happenings.registry import HOSTS, SYSTEM, Seat, kind, view

KEPT, KEPT_OF_ROOM, SAID, NAME = 300, 30, 300, 40
RUSH, RUSH_MS = 30, 5000
ALL = "all"


class Side:
    """`said`: the newest lines with their threads; `heads`: the head count of each class."""

    def __init__(self) -> None:
        self.said: deque[tuple[str, dict[str, Any]]] = deque()
        self.heads: dict[str, dict[str, Any]] = {}
        self.last: dict[str, int] = {}
        self.rush: deque[int] = deque(maxlen=RUSH)


def _check_say(data: dict[str, Any], by: By, room: HappeningRoom, scene: Scene) -> dict[str, Any]:
    side = room.part(Side)
    said = text(data, "text", SAID)
    if side.last.get(by.key, -LEAST_MS) + LEAST_MS > scene.ms:
        raise Refused("slow", "1")
    if is_host(by):
        return {"text": said, "to": maybe_id(data, "to"), "part": part_of(by)}
    if len(side.rush) == RUSH and scene.ms - side.rush[0] < RUSH_MS:
        raise Refused("rush")
    return {"text": said, "to": by.group, "part": part_of(by)}


def _fold_say(event: Event, room: HappeningRoom) -> Effects:
    side, by = room.part(Side), event.by
    thread = event.data["to"] or ALL
    side.last[by.key] = event.ms
    if by.role != "teach":
        side.rush.append(event.ms)
    line = {
        "n": event.seq,
        "text": event.data["text"],
        "part": event.data["part"],
        "name": by.name,
        "school": by.school,
        "to": event.data["to"],
        "ms": event.ms,
    }
    side.said.append((thread, line))
    mine = [each for each in side.said if each[0] == thread]
    if len(mine) > KEPT_OF_ROOM:
        side.said.remove(mine[0])
    elif len(side.said) > KEPT:
        side.said.popleft()
    return Effects(stale=frozenset({"side"}))


def _check_heads(data: dict[str, Any], _by: By, _room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    group = maybe_id(data, "class")
    if group is None:
        raise Refused("bad_data")
    return {
        "class": group,
        "name": text(data, "name", NAME, least=0),
        "school": text(data, "school", NAME, least=0),
        "present": whole(data, "present", 0, 1000),
        "expected": whole(data, "expected", 0, 1000),
    }


def _fold_heads(event: Event, room: HappeningRoom) -> Effects:
    room.part(Side).heads[event.data["class"]] = {**event.data, "ms": event.ms}
    return Effects(stale=frozenset({"side"}))


def _seen(key: str, seat: Seat) -> bool:
    if seat.part in HOSTS:
        return True
    thread = key.split(":")[1]
    return thread == seat.group or (thread == ALL and seat.part == "room")


@view("side", seen=_seen)
def channel(room: HappeningRoom) -> dict[str, Any]:
    """The newest lines, and the head counts."""
    side = room.part(Side)
    lines = {f"side:{thread}:{line['n']}": line for thread, line in side.said}
    return lines | {f"heads:{group}": count for group, count in side.heads.items()}


kind("side.say", roles=HOSTS | {"room"}, check=_check_say, fold=_fold_say, replayed=False)
kind("side.heads", roles=SYSTEM, check=_check_heads, fold=_fold_heads, replayed=False)
