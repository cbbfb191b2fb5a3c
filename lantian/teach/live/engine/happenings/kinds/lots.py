"""A name or a class drawn by lot among those who are there; whoever was drawn is not drawn again until `lot.again`."""

from typing import Any

from lantian.teach.live.engine.happenings.fields import one_of, shown_name
from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Refused, Scene
from lantian.teach.live.engine.happenings.registry import TEACH, kind, nothing, view

AMONG = {"students": "student", "classes": "class"}


class Lots:
    """`drawn`: keys of those who had their turn; `names`: of the last of them, for the desk."""

    def __init__(self) -> None:
        self.drawn: set[str] = set()
        self.names: list[dict[str, Any]] = []


def _check_draw(data: dict[str, Any], _by: By, room: HappeningRoom, scene: Scene) -> dict[str, Any]:
    """The lot falls here, once: what is kept is who was drawn, of how many."""
    among = one_of(data, "among", AMONG)
    there = {one.key: one for one in scene.present() if one.role == AMONG[among]}
    if not there:
        raise Refused("nobody_there")
    drawn = room.part(Lots).drawn
    left = sorted(key for key in there if key not in drawn)
    if not left:
        raise Refused("nobody_left")
    chosen = there[scene.choose(left)]
    name = shown_name(chosen.name, chosen.role, scene)
    return {
        "among": among,
        "key": chosen.key,
        "name": chosen.name,
        "shown": name,
        "school": chosen.school,
        "of": len(left),
    }


def _fold_draw(event: Event, room: HappeningRoom) -> Effects:
    lots, data = room.part(Lots), event.data
    lots.drawn.add(data["key"])
    shown = {"n": event.seq, "among": data["among"], "name": data["shown"], "school": data["school"]}
    lots.names = [*lots.names, {**shown, "name": data["name"], "of": data["of"]}][-20:]
    return Effects({"lot": shown}, stale=frozenset({"lots"}))


def _fold_clear(_event: Event, _room: HappeningRoom) -> Effects:
    return Effects({"lot": None})


def _fold_again(_event: Event, room: HappeningRoom) -> Effects:
    lots = room.part(Lots)
    lots.drawn, lots.names = set(), []
    return Effects({"lot": None}, stale=frozenset({"lots"}))


@view("lots")
def drawn(room: HappeningRoom) -> dict[str, Any]:
    """Who was drawn, the last ones last."""
    lots = room.part(Lots)
    return {"lots": {"count": len(lots.drawn), "last": lots.names}} if lots.drawn else {}


kind("lot.draw", roles=TEACH, check=_check_draw, fold=_fold_draw)
kind("lot.clear", roles=TEACH, check=nothing, fold=_fold_clear)
kind("lot.again", roles=TEACH, check=nothing, fold=_fold_again)
