"""Followers of a series are told before each of its lessons."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling, moment_words
from lantian.people.messaging.services import Audience, subscribe
from lantian.people.schedule.enums import LessonState
from lantian.teach.series import queries
from lantian.teach.series.events import LessonSoon


def _about_lesson(fact: LessonSoon) -> Telling | None:
    entry = queries.entry_known(fact.object_id)
    if entry is None or entry.lesson.state == LessonState.CANCELLED:  # called off in the meantime
        return None
    return Telling(
        audience=Audience.of(people=queries.followers_of(entry.series_id)),
        facts={
            "series": entry.series.title,
            "title": entry.lesson.title,
            "teacher": entry.lesson.teacher.name,
            "school": str(entry.lesson.organization),
            "starts_at": entry.lesson.starts_at,
        },
        subject=f"series:{entry.pk}",
        link=reverse("series_series", args=[entry.series_id]),
        people=[entry.lesson.teacher_id],
        organization_id=entry.series.organization_id,
    )


def _words(facts: Any) -> dict[str, Any]:
    return {**facts, "at": moment_words(facts["starts_at"])}


subscribe(
    Kind(
        key="series.lesson_soon",
        event=LessonSoon,
        category=Category.LESSON,
        title=gettext_lazy("快开始了：%(title)s"),
        body=gettext_lazy("您订阅的“%(series)s”%(at)s开课：%(title)s。\n%(school)s %(teacher)s"),
        tell=_about_lesson,
        words=_words,
    )
)
