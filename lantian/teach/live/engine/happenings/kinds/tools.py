"""A timer, pinned notes, and captions typed by the teacher."""

from typing import Any

from lantian.teach.live.engine.happenings.fields import text, whole
from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Refused, Scene
from lantian.teach.live.engine.happenings.registry import TEACH, kind, nothing

LONGEST_TIMER_S, MOST_NOTES, NOTE, CAPTION, LABEL = 7200, 6, 500, 200, 40


def _moment(event: Event) -> dict[str, Any]:
    """What a page counts from: `at` in a replay, `ms` while it is live."""
    return {"at": event.at, "ms": event.ms}


def _check_timer(data: dict[str, Any], _by: By, _room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    return {"seconds": whole(data, "seconds", 5, LONGEST_TIMER_S), "label": text(data, "label", LABEL, least=0)}


def _fold_timer(event: Event, _room: HappeningRoom) -> Effects:
    return Effects({"timer": {"n": event.seq, **_moment(event), **event.data}})


def _fold_stop(_event: Event, _room: HappeningRoom) -> Effects:
    return Effects({"timer": None})


def _notes(room: HappeningRoom) -> list[str]:
    return [key for key in room.public if key.startswith("note:")]


def _check_pin(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    if len(_notes(room)) >= MOST_NOTES:
        raise Refused("too_many_notes")
    return {"text": text(data, "text", NOTE, lines=True)}


def _fold_pin(event: Event, _room: HappeningRoom) -> Effects:
    return Effects({f"note:{event.seq}": {"n": event.seq, "text": event.data["text"]}})


def _check_unpin(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    number = whole(data, "n", 1, 2**31)
    if f"note:{number}" not in room.public:
        raise Refused("no_note")
    return {"n": number}


def _fold_unpin(event: Event, _room: HappeningRoom) -> Effects:
    return Effects({f"note:{event.data['n']}": None})


def _check_caption(data: dict[str, Any], _by: By, _room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    return {"text": text(data, "text", CAPTION)}


def _fold_caption(event: Event, _room: HappeningRoom) -> Effects:
    return Effects({"caption": {"n": event.seq, **_moment(event), "text": event.data["text"]}})


def _fold_no_caption(_event: Event, _room: HappeningRoom) -> Effects:
    return Effects({"caption": None})


kind("timer.start", roles=TEACH, check=_check_timer, fold=_fold_timer)
kind("timer.stop", roles=TEACH, check=nothing, fold=_fold_stop)
kind("note.pin", roles=TEACH, check=_check_pin, fold=_fold_pin, grows=True)
kind("note.unpin", roles=TEACH, check=_check_unpin, fold=_fold_unpin)
kind("caption.say", roles=TEACH, check=_check_caption, fold=_fold_caption)
kind("caption.clear", roles=TEACH, check=nothing, fold=_fold_no_caption)
