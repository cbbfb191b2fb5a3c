"""A registry: the way an upper app adds itself to a lower one that knows nobody above."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class DuplicateEntry(ValueError):
    """Two entries were registered under one key."""


class Registry(Generic[T]):
    """Named entries, filled by `AppConfig.ready()` of the apps above, read at run time in order of registration."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, T] = {}

    def register(self, key: str, entry: T) -> T:
        """Add `entry` under `key`. Raises DuplicateEntry unless it is the same object again."""
        known = self._entries.get(key)
        if known is not None and known is not entry:
            raise DuplicateEntry(f"{self.name}: {key!r} is registered twice")
        self._entries[key] = entry
        return entry

    def get(self, key: str) -> T | None:
        return self._entries.get(key)

    def __getitem__(self, key: str) -> T:
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)

    def items(self) -> list[tuple[str, T]]:
        return list(self._entries.items())
