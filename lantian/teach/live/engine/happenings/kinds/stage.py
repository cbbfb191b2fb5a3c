"""Who is on stage: classes that the teacher has called into the lesson, with picture and voice both ways.

By the teacher `stage.invite` (a class that is there; its raised hand goes down), `stage.remove` (also takes an invitation back),
`stage.mute` and `stage.look` (how the picture is put together); by the class `stage.accept`, `stage.decline` and `stage.leave`;
by the platform `stage.lost`, when an end has been away for too long or an invitation was not answered. Pictures and voices
themselves go from browser to browser (consumers/switchboard), or through Janus (consumers/relay): which of the two is decided
with the first invitation and holds until the stage is empty again.
"""

from dataclasses import dataclass, replace
from typing import Any

from lantian.teach.live.engine.happenings.fields import flag, one_of
from lantian.teach.live.engine.happenings.kinds.hands import Hands
from lantian.teach.live.engine.happenings.model import MARK_LENGTH, By, Effects, Event, HappeningRoom, Refused, Scene
from lantian.teach.live.engine.happenings.registry import SYSTEM, TEACH, kind, view

TEACHER = "teacher"  # the key of the one end that is no class
MOST_CLASSES = 3  # beside the teacher: in a mesh each end sends to every other
MOST_BY_RELAY = 6  # each sends once; what is bounded is how many pictures the teacher's computer puts together
CLASS = frozenset({"class"})
LOOKS = ("row", "even", "one")  # small in a row over the picture; all alike; one large
STALE = frozenset({"stage", "hands"})


@dataclass(frozen=True, slots=True)
class End:
    """A class on its way to the stage (`line` empty) or on it; `line` is the mark of the page that took the call."""

    key: str
    name: str
    school: str
    ms: int
    line: str = ""
    muted: bool = False


class StageEnds:
    """`all`: in the order of their invitations; `look` and, for "one", whose picture is the large one."""

    def __init__(self) -> None:
        self.all: dict[str, End] = {}
        self.relay = False
        self.look: str = "row"
        self.large: str | None = None

    @property
    def most(self) -> int:
        return MOST_BY_RELAY if self.relay else MOST_CLASSES

    @property
    def on(self) -> list[End]:
        return [end for end in self.all.values() if end.line]


def _key(data: dict[str, Any]) -> str:
    key = data.get("key")
    if not isinstance(key, str) or len(key) > 80:
        raise Refused("bad_data")
    return key


def _known(data: dict[str, Any], room: HappeningRoom) -> End:
    end = room.part(StageEnds).all.get(_key(data))
    if end is None:
        raise Refused("not_on_stage")
    return end


def _check_invite(data: dict[str, Any], _by: By, room: HappeningRoom, scene: Scene) -> dict[str, Any]:
    key, stage = _key(data), room.part(StageEnds)
    there = {one.key: one for one in scene.present() if one.role == "class"}
    if key in stage.all:
        raise Refused("on_stage")
    if key not in there:
        raise Refused("nobody_there")
    if not stage.all and scene.line == "none":
        raise Refused("no_relay")
    relay = stage.relay if stage.all else scene.line == "relay"
    if len(stage.all) >= (MOST_BY_RELAY if relay else MOST_CLASSES):
        raise Refused("stage_full")
    return {"key": key, "name": there[key].name, "school": there[key].school, "relay": relay}


def _fold_invite(event: Event, room: HappeningRoom) -> Effects:
    data, stage, hands = event.data, room.part(StageEnds), room.part(Hands)
    stage.relay = data.get("relay") is True
    stage.all[data["key"]] = End(data["key"], data["name"], data["school"], event.ms)
    lowered = {"hand": None} if hands.up.pop(data["key"], None) else {}
    return Effects(own={data["key"]: {"stage": {"state": "invited", "ms": event.ms}, **lowered}}, stale=STALE)


def _check_accept(data: dict[str, Any], by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    line = data.get("line")
    if not isinstance(line, str) or not 8 <= len(line) <= MARK_LENGTH or not (line.isascii() and line.isalnum()):
        raise Refused("bad_data")
    end = room.part(StageEnds).all.get(by.key)
    if end is None:
        raise Refused("not_invited")
    if end.line:
        raise Refused("on_stage")  # from another screen of the same class
    return {"line": line}


def _fold_accept(event: Event, room: HappeningRoom) -> Effects:
    stage = room.part(StageEnds)
    end = stage.all.get(event.by.key)
    if end is not None:
        stage.all[event.by.key] = replace(end, line=event.data["line"], ms=event.ms)
    return _told(stage)


def _told(stage: StageEnds, gone: str | None = None) -> Effects:
    """What follows from who is on stage now: everybody sees their names, each end its part and the other classes."""
    own: dict[str, dict[str, Any]] = {} if gone is None else {gone: {"stage": None}}
    for end in stage.on:
        peers = [{"key": other.key, "line": other.line} for other in stage.on if other.key != end.key]
        own[end.key] = {
            "stage": {"state": "on", "ms": end.ms, "line": end.line, "muted": end.muted, "peers": peers, "key": end.key}
        }
    shown = [{"name": end.name, "school": end.school} for end in stage.on]
    return Effects({"stage": shown or None}, own, STALE)


def _gone(room: HappeningRoom, key: str) -> Effects:
    stage = room.part(StageEnds)
    stage.all.pop(key, None)
    if stage.large == key or not stage.all:
        stage.look, stage.large = "row", None
    return _told(stage, key)


def _check_own(_data: dict[str, Any], by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    if by.key not in room.part(StageEnds).all:
        raise Refused("not_on_stage")
    return {}


def _fold_own(event: Event, room: HappeningRoom) -> Effects:
    return _gone(room, event.by.key)


def _check_remove(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    return {"key": _known(data, room).key}


def _fold_remove(event: Event, room: HappeningRoom) -> Effects:
    return _gone(room, event.data["key"])


def _check_mute(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    return {"key": _known(data, room).key, "on": flag(data, "on")}


def _fold_mute(event: Event, room: HappeningRoom) -> Effects:
    stage, key = room.part(StageEnds), event.data["key"]
    end = stage.all.get(key)
    if end is not None:
        stage.all[key] = replace(end, muted=event.data["on"])
    return _told(stage)


def _check_look(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    look = one_of(data, "look", LOOKS)
    return {"look": look, "key": _known(data, room).key if look == "one" else None}


def _fold_look(event: Event, room: HappeningRoom) -> Effects:
    stage = room.part(StageEnds)
    stage.look, stage.large = event.data["look"], event.data["key"]
    return Effects(stale=frozenset({"stage"}))


@view("stage")
def desk(room: HappeningRoom) -> dict[str, Any]:
    """For the teacher: who is called and who is on, and how the picture is put together."""
    stage = room.part(StageEnds)
    if not stage.all:
        return {}
    ends = [
        {
            "key": end.key,
            "name": end.name,
            "school": end.school,
            "state": "on" if end.line else "invited",
            "line": end.line,
            "muted": end.muted,
            "ms": end.ms,
        }
        for end in stage.all.values()
    ]
    return {"stage": {"ends": ends, "look": stage.look, "large": stage.large, "most": stage.most}}


kind("stage.invite", roles=TEACH, check=_check_invite, fold=_fold_invite, replayed=False)
kind("stage.accept", roles=CLASS, check=_check_accept, fold=_fold_accept)
kind("stage.decline", roles=CLASS, check=_check_own, fold=_fold_own, replayed=False)
kind("stage.leave", roles=CLASS, check=_check_own, fold=_fold_own)
kind("stage.remove", roles=TEACH, check=_check_remove, fold=_fold_remove)
kind("stage.mute", roles=TEACH, check=_check_mute, fold=_fold_mute, replayed=False)
kind("stage.look", roles=TEACH, check=_check_look, fold=_fold_look, replayed=False)
kind("stage.lost", roles=SYSTEM, check=_check_remove, fold=_fold_remove)
