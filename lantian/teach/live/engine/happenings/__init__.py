"""What happens in a lesson beside picture and sound: polls, hands, lots, a timer, notes, chat. Pure.

`model` has the event and the room that events are folded into, `registry` the kinds, `fields` what checks of data share. Each
module of `kinds` declares some kinds and is found by being there.
"""

from lantian.teach.live.engine.happenings.model import (
    By,
    Effects,
    Event,
    HappeningRoom,
    Patch,
    Present,
    Refused,
    Scene,
    patched,
)
from lantian.teach.live.engine.happenings.registry import load_kinds

load_kinds()

__all__ = [
    "By",
    "Effects",
    "Event",
    "HappeningRoom",
    "Patch",
    "Present",
    "Refused",
    "Scene",
    "patched",
]
