"""The event, and the room: all that the events of one session, taken in order, amount to.

What may be seen is kept in flat maps, key → small JSON, and every event changes such a map by a patch: key → new value, or None
to take the key out; `"board:*"` with None takes out all keys that begin so. A page that applies the patches it is given, in
order, therefore has the same map as the server without knowing any kind. There are three maps: what everybody sees, what one
viewer sees of itself, and the desk of the teaching side (worked out when asked, see `registry.view`).
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

Patch = dict[str, Any]
T = TypeVar("T")

MOST_EVENTS = 100_000  # of one session: thirty polls answered by a full house
KEPT_FOR_TEACHING = 10_000  # of these; the crowd may not leave its teacher without a voice
MOST_OF_ONE = 2_000  # by one class, pupil or guest: a script, beyond that
CROWD = frozenset({"class", "student", "guest"})
MOST_KEYS = 20_000  # of the map that everybody sees
MARK_LENGTH = 40


class Refused(Exception):
    """The event cannot be. `code` goes over the wire and pages say it in their own words; `message` is for those without."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class By:
    """Who did it. `key`: person:<id>, class:<id> or guest:<mark>, one for all devices; the ids are text or None. `duty`:
    beside the role, "host" of the sending side or "room" for the assistant of a receiving class; what follows from it is
    kept in the data."""

    key: str
    role: str
    name: str = ""
    school: str = ""
    person: str | None = None
    group: str | None = None
    organization: str | None = None
    duty: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `seq` 1, 2, 3 … in a session; `at` media seconds on the stream's timeline and `ms` Unix
    milliseconds, both at the moment of the one who did it; `mark` the page's own id of it, by which it is known again when it
    is sent twice."""

    seq: int
    kind: str
    at: float
    ms: int
    by: By
    data: dict[str, Any]
    mark: str = ""

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def load_event(line: str | bytes) -> Event:
    """Raises ValueError, TypeError or KeyError for a torn line."""
    facts = json.loads(line)
    return Event(**{**facts, "by": By(**facts["by"])})


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is in the lesson now: a class before its screen, or a student."""

    key: str
    role: str
    name: str
    school: str


def _nobody() -> Sequence[Present]:
    return ()


def _first(items: Sequence[Any]) -> Any:
    return items[0]


@dataclass(frozen=True, slots=True)
class Scene:
    """What an event may ask of the world at its moment. `choose` picks one of several by lot; `words` the word filter;
    `strangers`: anybody may be watching, so children are not named in full before everybody. `line`: how classes talk that are
    called in from now on: `mesh`, `relay`, or `none` when there is no way."""

    ms: int
    at: float = 0.0
    present: Callable[[], Sequence[Present]] = _nobody
    choose: Callable[[Sequence[Any]], Any] = _first
    words: tuple[str, ...] = ()
    strangers: bool = False
    line: str = "mesh"


@dataclass(slots=True)
class Effects:
    """What an event changes: the map for all, those of single viewers (by key), and which views of the desk are not true any
    more. `forget`: keys of the map whose values nobody is to be told any more, not even somebody who missed them."""

    public: Patch = field(default_factory=dict)
    own: dict[str, Patch] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()
    forget: frozenset[str] = frozenset()


def patched(known: dict[str, Any], patch: Mapping[str, Any]) -> None:
    """Apply a patch to a map, in place."""
    for key, value in patch.items():
        if value is not None:
            known.pop(key, None)  # what is set anew stands last, as in a page
            known[key] = value
        elif key.endswith("*"):
            for each in [each for each in known if each.startswith(key[:-1])]:
                del known[each]
        else:
            known.pop(key, None)


class HappeningRoom:
    """What all events so far amount to. Nothing in it but what follows from them, so that a restart finds it again."""

    def __init__(self) -> None:
        self.seq = 0
        self.at = 0.0
        self.ms = 0
        self.public: dict[str, Any] = {}
        self.own: dict[str, dict[str, Any]] = {}
        self._done: dict[tuple[str, str], int] = {}
        self._counts: Counter[str] = Counter()
        self._parts: dict[type[Any], Any] = {}

    def part(self, kind: type[T]) -> T:
        """The state that a family of kinds keeps for itself, made at its first use."""
        if kind not in self._parts:
            self._parts[kind] = kind()
        found: T = self._parts[kind]
        return found

    def known(self, by: By, mark: str) -> int | None:
        """The number under which this very thing was taken before."""
        return self._done.get((by.key, mark)) if mark else None

    def propose(self, kind: str, data: Any, by: By, scene: Scene, mark: str = "") -> Event:
        """The event that this would be. Changes nothing. Raises Refused: `unknown`, `forbidden`, `bad_data`, `full`, or
        what the kind says."""
        from lantian.teach.live.engine.happenings.registry import KINDS

        declared = KINDS.get(kind)
        if declared is None:
            raise Refused("unknown")
        if by.role not in declared.roles and by.duty not in declared.roles:
            raise Refused("forbidden")
        if self._is_full(by) or (len(self.public) >= MOST_KEYS and declared.grows):
            raise Refused("full")
        if not isinstance(data, dict):
            raise Refused("bad_data")
        clean = declared.check(data, by, self, scene)
        if len(json.dumps(clean, ensure_ascii=False).encode()) > declared.limit:
            raise Refused("too_large")
        # the clock may be set back, and a stretch of picture may have been lost: moments never run backwards
        return Event(self.seq + 1, kind, max(self.at, scene.at), max(self.ms, scene.ms), by, clean, mark[:MARK_LENGTH])

    def _is_full(self, by: By) -> bool:
        if by.role not in CROWD:
            return self.seq >= MOST_EVENTS
        return self.seq >= MOST_EVENTS - KEPT_FOR_TEACHING or self._counts[by.key] >= MOST_OF_ONE

    def fold(self, event: Event) -> Effects:
        """Take an event in. Events of a kind that is not known any more change nothing."""
        from lantian.teach.live.engine.happenings.registry import KINDS

        self.seq, self.at, self.ms = event.seq, event.at, event.ms
        self._counts[event.by.key] += 1
        if event.mark:
            self._done[(event.by.key, event.mark)] = event.seq
        declared = KINDS.get(event.kind)
        effects = declared.fold(event, self) if declared is not None else Effects()
        patched(self.public, effects.public)
        for key, patch in effects.own.items():
            own = self.own.setdefault(key, {})
            patched(own, patch)
            if not own:
                del self.own[key]
        return effects
