"""Why a class missed a lesson, from what its players reported and what the server saw.

All lengths are seconds. What the sending side did not do is never charged to the class; of what happened at the class's own end,
that counts which cost most of its time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

HELD_SHARE = 0.2  # of the planned time: what stopped sooner was no lesson
GAP_SHARE = 0.2  # of the run, without picture from the teacher
MANY = 3  # so many classes are needed to say that something was common to all

SILENCE, AWAY = 15, 45  # seconds: a teacher's line that is up sends four chunks a second, a player a beat every ten

# Codes of hls.js (ErrorDetails) as players report them, and our own.
SOUND = "soundBlocked"
PLAYER_CODES = (
    "bufferAddCodecError", "bufferAppendError", "bufferAppendingError", "bufferFullError", "manifestIncompatibleCodecsError",
    "fragParsingError", "fragDecryptError", "remuxAllocError", "internalException",
)  # fmt: skip
LINE_CODES = (
    "manifestLoadError", "manifestLoadTimeOut", "levelLoadError", "levelLoadTimeOut", "fragLoadError", "fragLoadTimeOut",
    "keyLoadError", "keyLoadTimeOut", "bufferStalledError", "bufferNudgeOnStall", "bufferSeekOverHole",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """How the lesson was given. `recorded`: media on disk, None when nothing was kept of it; `classes_seen` and
    `classes_attended` are of all its receiving classes."""

    planned: float
    cancelled: bool = False
    opened: bool = True
    started: bool = True
    ran: float = 0.0
    recorded: float | None = None
    end_reason: str = ""
    classes: int = 1
    classes_seen: int = 1
    classes_attended: int = 0

    @property
    def held(self) -> bool:
        """There was a picture, for long enough to call it a lesson."""
        return self.started and not self.cancelled and self.ran >= HELD_SHARE * self.planned

    @property
    def gap(self) -> float:
        """How long the teacher's picture was away."""
        return 0.0 if self.recorded is None else max(0.0, self.ran - self.recorded)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one class in it: `late` after the first picture it came, `early` before the end it was last seen,
    `present` for how long it was there in between. `errors` are the codes of its players."""

    has_screen: bool = True
    seen: bool = True
    late: float = 0.0
    early: float = 0.0
    present: float = 0.0
    stall: float = 0.0
    errors: tuple[str, ...] = field(default=())

    def reported(self, codes: Iterable[str]) -> bool:
        return any(code in codes for code in self.errors)


def cause_of(given: Given, seen: Seen) -> str:
    """The cause (a value of `enums.Cause`) for a class that did not attend."""
    return _at_the_sending_end(given) or _at_the_platform(given, seen) or _at_the_class(given, seen)


def _at_the_sending_end(given: Given) -> str:
    if given.cancelled:
        return "cancelled"
    if not given.opened:
        return "never_opened"
    if given.end_reason == "limit":  # the stream's bounds, or the disk: not the teacher's doing
        return ""
    if not given.started:
        return "no_picture"
    if given.gap > GAP_SHARE * given.ran:
        return "teacher_line"
    if not given.held:
        return "teacher_line" if given.end_reason == "silent" else "cut_short"
    return ""


def _at_the_platform(given: Given, seen: Seen) -> str:
    if given.end_reason == "limit" and not given.held:
        return "platform"
    nobody_came = given.classes >= MANY and given.classes_seen == 0
    all_fell_out = given.classes_seen >= MANY and given.classes_attended == 0 and seen.reported(LINE_CODES)
    return "platform" if nobody_came or all_fell_out else ""


def _at_the_class(given: Given, seen: Seen) -> str:
    if not seen.seen:
        return "screen_off" if seen.has_screen else "no_screen"
    if seen.reported(PLAYER_CODES):
        return "player"
    late, early = min(seen.late, given.ran), min(seen.early, given.ran)
    between = max(0.0, given.ran - late - early - seen.present) + seen.stall
    most = max(late, early, between)
    if most <= 0:
        return "unknown"
    if most == between:
        return "class_line"
    if most == early:
        if SOUND in seen.errors:
            return "sound_blocked"
        return "class_line" if seen.reported(LINE_CODES) else "left_early"
    return "came_late"


def suspect(
    *,
    state: str | None,
    silent: float | None = None,
    seen: float | None = None,
    error: str = "",
    online: bool = True,
    muted: bool = False,
) -> str:
    """What a fault that is reported now is likely to be, "" when the facts do not say: `state` of the session (None: not opened),
    seconds since the teacher's last chunk and since the class's last sign, the player's last code."""
    if not online:
        return "class_line"
    if state is None:
        return "never_opened"
    if state == "waiting" or silent is None:
        return "no_picture"
    if state == "interrupted" or silent > SILENCE:
        return "teacher_line"
    if error in PLAYER_CODES:
        return "player"
    if error in LINE_CODES or (seen is not None and seen > AWAY):
        return "class_line"
    return "sound_blocked" if muted or error == SOUND else ""
