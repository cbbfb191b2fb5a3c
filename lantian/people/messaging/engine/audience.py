"""Whom a notice is for, said in a way that can be kept and asked again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True)
class Audience:
    """`people` by name; and the groups `to` (enums.Group) of `classes` and of the subtrees below `units`."""

    people: tuple[UUID, ...] = ()
    classes: tuple[UUID, ...] = ()
    units: tuple[UUID, ...] = ()
    to: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        people: Iterable[UUID | None] = (),
        classes: Iterable[UUID] = (),
        units: Iterable[UUID] = (),
        to: Iterable[str] = (),
    ) -> Self:
        """Each id once, in a fixed order; None among the people is nobody."""
        return cls(
            people=tuple(sorted({person for person in people if person is not None})),
            classes=tuple(sorted(set(classes))),
            units=tuple(sorted(set(units))),
            to=tuple(sorted({str(group) for group in to})),
        )

    @property
    def is_empty(self) -> bool:
        return not self.people and not ((self.classes or self.units) and self.to)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "people": [str(each) for each in self.people],
            "classes": [str(each) for each in self.classes],
            "units": [str(each) for each in self.units],
            "to": list(self.to),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """What `plain` gave."""
        return cls.of(
            people=map(UUID, kept.get("people", ())),
            classes=map(UUID, kept.get("classes", ())),
            units=map(UUID, kept.get("units", ())),
            to=kept.get("to", ()),
        )
