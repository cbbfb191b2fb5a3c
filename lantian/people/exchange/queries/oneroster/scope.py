"""Of whom and when: the units whose records leave, and the few lines of SQL that all records share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone


@dataclass(frozen=True)
class Scope:
    """Subtrees by their ltree roots, as of a day; `sensitive` lets phone, citizen ID and student number go along in clear."""

    roots: tuple[str, ...]
    sensitive: bool = False
    today: date = field(default_factory=timezone.localdate)

    @property
    def params(self) -> dict[str, Any]:
        return {"roots": list(self.roots), "today": self.today, "zone": settings.TIME_ZONE}


UNIT = "unit AS MATERIALIZED (SELECT id FROM roster_organization WHERE path <@ ANY(%(roots)s::ltree[]))"


def live(alias: str) -> str:
    """Whether a dated row still holds, or will."""
    return f"({alias}.valid_to IS NULL OR {alias}.valid_to >= %(today)s)"


def changed(alias: str) -> str:
    """When a dated row last changed: written, or run out by the clock alone (nothing is written then)."""
    return (
        f"GREATEST({alias}.updated_at, CASE WHEN {alias}.valid_to < %(today)s"
        f" THEN ({alias}.valid_to + 1)::timestamp AT TIME ZONE %(zone)s END)"
    )


def rows(sql: str, params: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall()
        return found
