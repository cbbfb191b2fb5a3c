"""A week of periods, and what clashes in it.

Times are minutes from midnight, weekdays 0 (Monday) to 6 (Sunday), weeks "every", "odd" or "even" of the term.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Kind = Literal["class", "teacher", "room"]
KINDS: tuple[Kind, ...] = ("class", "teacher", "room")


@dataclass(frozen=True, slots=True)
class Slot:
    """One entry of a week: what it takes up, and when."""

    key: Hashable
    weekday: int
    starts: int
    ends: int
    weeks: str
    class_group: Hashable | None = None
    teacher: Hashable | None = None
    room: Hashable | None = None

    def taken(self, kind: Kind) -> Hashable | None:
        return self.class_group if kind == "class" else self.teacher if kind == "teacher" else self.room


@dataclass(frozen=True, slots=True)
class Clash:
    """Two entries that want the same class, teacher or room (`what` says which one) at the same time."""

    kind: Kind
    what: Hashable
    first: Slot
    second: Slot


def weeks_meet(one: str, other: str) -> bool:
    """Whether there is a week in which both hold: an odd and an even one never meet."""
    return one == other or "every" in (one, other)


def clashes(slots: Iterable[Slot]) -> list[Clash]:
    """Every pair that cannot both be held, in the order of the week. O(n log n) and the clashes found."""
    known = list(slots)
    found = [clash for kind in KINDS for clash in _clashes_of(kind, known)]
    return sorted(found, key=lambda c: (c.second.weekday, c.second.starts, KINDS.index(c.kind), str(c.what)))


def _clashes_of(kind: Kind, slots: list[Slot]) -> Iterator[Clash]:
    taking = [slot for slot in slots if slot.taken(kind) is not None]
    taking.sort(key=lambda slot: (str(slot.taken(kind)), slot.weekday, slot.starts, slot.ends, str(slot.key)))
    for (_, _), day in groupby(taking, key=lambda slot: (slot.taken(kind), slot.weekday)):
        open_slots: list[Slot] = []
        for slot in day:
            open_slots = [earlier for earlier in open_slots if earlier.ends > slot.starts]
            for earlier in open_slots:
                if weeks_meet(earlier.weeks, slot.weeks):
                    yield Clash(kind, slot.taken(kind), earlier, slot)
            open_slots.append(slot)
