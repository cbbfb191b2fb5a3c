"""Page turns and the whiteboard: what `engine.board` checks and folds, as kinds of events."""

from typing import Any

from lantian.teach.live.engine.board import KINDS, Board, BoardFault
from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Refused, Scene
from lantian.teach.live.engine.happenings.registry import TEACH, Check, Fold, kind

CODES = {"bad": "bad_data", "full": "board_full", "unknown": "no_stroke", "gap": "gap"}
DATA_BYTES = 8192  # of JSON: as many points, or strokes to hide, as one message may carry
GROWING = ("ink.begin", "ink.points", "ink.show")


def _check(name: str) -> Check:
    def check(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
        try:
            return room.part(Board).check(name, data)
        except BoardFault as fault:
            raise Refused(CODES[fault.code]) from fault

    return check


def _fold(name: str) -> Fold:
    def fold(event: Event, room: HappeningRoom) -> Effects:
        return Effects(room.part(Board).apply(name, event.data))

    return fold


for name in KINDS:
    kind(name, roles=TEACH, check=_check(name), fold=_fold(name), grows=name in GROWING, limit=DATA_BYTES)
