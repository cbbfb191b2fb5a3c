"""Timetables read from spreadsheets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from lantian.kernel.retention import Line
from lantian.kernel.rules import Actor, shared
from lantian.people.exchange.models import WeekImport
from lantian.people.exchange.queries.words import WORDS
from lantian.people.roster import queries as roster


def week_imports_visible_to(actor: Actor) -> QuerySet[WeekImport]:
    """Those of schools in the subtrees that one administers."""
    q = Q(organization__path__within_any=actor.paths) if actor.paths else Q(pk__in=[])
    return WeekImport.objects.filter(q | shared("exchange.weekimport", actor))


def old_weeks(before: datetime) -> QuerySet[WeekImport]:
    """Those read before a moment that still hold what the file said."""
    return WeekImport.objects.filter(Q(created_at__lt=before) & ~Q(rows=[], faults=[]))


def sample_of_weeks(before: datetime, most: int) -> list[Line]:
    """Some of `old_weeks`."""
    return [Line(week.title, week.created_at) for week in old_weeks(before).order_by("created_at")[:most]]


def week_faults(week: WeekImport) -> list[dict[str, str]]:
    """What is wrong, in words: where (sheet and cell), what stands there, and what to do."""
    return [
        {**fault, "words": str(WORDS[fault["code"]]) % {"value": fault["value"]}, "where": _where(fault)}
        for fault in week.faults
    ]


def _where(fault: dict[str, Any]) -> str:
    return " ".join(part for part in (fault["sheet"], fault["cell"]) if part)


def week_classes(week: WeekImport) -> list[tuple[str, int]]:
    """(class, how many lessons were read for it), the class's name as the school has it. One query."""
    counts: dict[str, int] = {}
    for row in week.rows:
        counts[row[2]] = counts.get(row[2], 0) + 1
    groups = roster.class_groups_known(UUID(pk) for pk in counts).order_by("grade", "number")
    return [(str(group), counts[str(group.pk)]) for group in groups]
