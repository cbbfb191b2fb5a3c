"""Followers of a series are told before each of its lessons, and when one is cancelled, moved, or held after all."""

from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantian.kernel.events import receiver
from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling, moment_words, reached_among
from lantian.people.messaging.services import Audience, subscribe
from lantian.people.schedule.enums import LessonState
from lantian.people.schedule.events import LessonCancelled, LessonRescheduled, LessonsMade
from lantian.people.schedule.queries.concerned import is_told, lesson_known, told_of_lesson
from lantian.teach.series import queries, services
from lantian.teach.series.events import LessonChanged, LessonSoon


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


@receiver(LessonCancelled)
def follow_cancelled(fact: LessonCancelled) -> None:
    """Somebody cancelled a lesson, or the timetable did, or its alliance has ended."""
    told = is_told(fact)
    reason = str(fact.context.get("reason") or "") if told else ""
    services.tell_of_changes(lesson=fact.object_id, reason=reason, classes_told=told)


@receiver(LessonRescheduled)
def follow_moved(fact: LessonRescheduled) -> None:
    """Somebody moved a lesson."""
    services.tell_of_changes(lesson=fact.object_id, classes_told=is_told(fact))


@receiver(LessonsMade)
def follow_made(fact: LessonsMade) -> None:
    """The timetable moved a school's lessons, or brought some back: classes see it in their week, followers have no such week."""
    services.tell_of_changes(school=fact.object_id)


def _about_change(fact: LessonChanged) -> Telling | None:
    """To those followers whom the timetable's own notice does not reach."""
    lesson, series = lesson_known(fact.object_id), queries.series_holding(fact.object_id)
    if lesson is None or not series:
        return None
    before = parse_datetime(str(fact.context.get("before") or ""))
    off = lesson.state == LessonState.CANCELLED
    if before is None if off else before == lesson.starts_at:  # taken back in the meantime
        return None
    people = set(queries.followers_of_any(series))
    if fact.context.get("classes_told"):
        people -= reached_among(told_of_lesson(lesson), people)
    return Telling(
        audience=Audience.of(people=people),
        facts={
            "change": "off" if off else "moved" if before else "back",
            "series": [one.title for one in series],
            "title": lesson.title,
            "teacher": lesson.teacher.name,
            "school": str(lesson.organization),
            "starts_at": lesson.starts_at,
            "before": before,
            "reason": fact.context.get("reason", ""),
        },
        subject=f"series-lesson:{lesson.pk}",
        link=reverse("series_series", args=[series[0].pk]),
        people=[lesson.teacher_id],
        organization_id=lesson.organization_id,
    )


def _change_words(facts: Any) -> dict[str, Any]:
    at, before = moment_words(facts["starts_at"]), moment_words(facts["before"])
    what, detail = {
        "off": (_("系列课取消"), _("原定%(before)s的这节课不上了。")),
        "moved": (_("系列课改时间"), _("原定%(before)s，改到%(at)s。")),
        "back": (_("系列课恢复"), _("这节课还是要上，%(at)s开课。")),
    }[facts["change"]]
    reason = _("原因：%(reason)s") % facts if facts["reason"] else ""
    return {
        "what": what,
        "series": _("”“").join(facts["series"]),
        "title": facts["title"],
        "school": facts["school"],
        "teacher": facts["teacher"],
        "detail": "\n".join(part for part in (detail % {"at": at, "before": before}, reason) if part),
    }


subscribe(
    Kind(
        key="series.lesson_changed",
        event=LessonChanged,
        category=Category.LESSON,
        title=gettext_lazy("%(what)s：%(title)s"),
        body=gettext_lazy("您订阅的“%(series)s”有变动：%(title)s（%(school)s %(teacher)s）。\n%(detail)s"),
        tell=_about_change,
        words=_change_words,
    )
)
