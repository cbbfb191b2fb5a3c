"""Polls written before the lesson."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from lantian.kernel.journal.services import note, record
from lantian.kernel.rules import Actor, require
from lantian.teach.live import rules
from lantian.teach.live.errors import TooManyPolls
from lantian.teach.live.models import PreparedPoll

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson

MOST_PREPARED = 30


@transaction.atomic
def prepare_poll(lesson: "Lesson", *, question: dict[str, Any], by: Actor) -> PreparedPoll:
    """Keep a question (as `check_question` gives it) for the lesson, after those that are there. Raises Denied, TooManyPolls."""
    require(rules.may_prepare_polls, by, lesson)
    known = PreparedPoll.objects.filter(lesson=lesson)
    if known.count() >= MOST_PREPARED:
        raise TooManyPolls
    last = known.aggregate(last=Max("position"))["last"]
    poll = PreparedPoll.objects.create(
        lesson=lesson,
        position=0 if last is None else last + 1,
        type=question["type"],
        question=question["question"],
        options=question["options"],
        picture_id=question["picture"],
        prepared_by_id=by.person_id,
    )
    record("live.poll_prepared", poll, by=by, lesson=str(lesson.pk))
    return poll


@transaction.atomic
def remove_prepared_poll(poll: PreparedPoll, *, by: Actor) -> None:
    """Take a question back; what was asked already stays with its lesson. Raises Denied."""
    require(rules.may_prepare_polls, by, poll.lesson)
    record("live.poll_removed", poll, by=by, lesson=str(poll.lesson_id))
    poll.delete()


def note_polls_export(lesson: "Lesson", *, rows: int, by: Actor) -> None:
    """Write down who took the answers of a lesson out as a file. Raises Denied."""
    require(rules.may_read_polls, by, lesson)
    note("live.polls_exported", "schedule.lesson", lesson.pk, by=by, rows=rows)
