"""What was watched under a record that turned out to be somebody's second one."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from lantian.teach.live.models import Attendance, LessonEvent


@transaction.atomic
def join_attendance(*, dropped: UUID, kept: UUID) -> int:
    """Two records were one human being: lessons watched under `dropped` count for `kept`. Returns how many.

    `viewer` keeps saying under which record it was, so that it can be taken apart; two stretches of one lesson, one under each
    record, stay two. Safe to repeat.
    """
    for model in (LessonEvent, Attendance):
        moved = model.objects.filter(Q(person=dropped) | Q(viewer=f"person:{dropped}")).update(person=kept)
    return moved


@transaction.atomic
def part_attendance(*, records: Collection[UUID], back_to: UUID) -> int:
    """They are two after all: what was watched under `records` (the one that is apart again, and those merged into it before)
    counts for `back_to`. Returns how many. Safe to repeat."""
    viewers = [f"person:{pk}" for pk in records]
    for model in (LessonEvent, Attendance):
        moved = model.objects.filter(viewer__in=viewers).update(person=back_to)
    return moved
