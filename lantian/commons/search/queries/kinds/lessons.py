"""Lessons. Their tokens say what `schedule.queries.lessons_visible_to` says; the apps above add theirs (`widen`)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lantian.commons.search.queries.registry import STAGE, SUBJECT, Document, Facet, Hit, Indexed, wider
from lantian.commons.search.queries.tokens import ALL, below, concerned, region, token, tokens
from lantian.kernel.rules import Actor
from lantian.kernel.web.dates import said_day
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.queries import (
    every_lesson,
    lesson_url,
    lessons_known,
    lessons_visible_to,
    with_names,
)

if TYPE_CHECKING:
    from lantian.kernel.rules import Text
    from lantian.people.schedule.models import Lesson


def _state_words(value: str) -> "Text":
    return LessonState(value).label if value in LessonState.values else value


STATE = Facet("state", _("状态"), _state_words)


def audience(lesson: "Lesson") -> frozenset[str]:
    """Whom a lesson concerns, in tokens; read with `with_names`."""
    rehearsal = lesson.access == LessonAccess.REHEARSAL
    receivers = list(lesson.receivers.all())
    schools = {lesson.organization, *(each.class_group.organization for each in receivers)}
    found = {token("p", lesson.teacher_id)}
    found |= tokens("s", (school.pk for school in schools))
    found |= set().union(*(below(school.path) for school in schools))
    found |= tokens("c", filter(None, (lesson.class_group_id, *(each.class_group_id for each in receivers))))
    found |= tokens("r", filter(None, (None if rehearsal else lesson.room_id, *(each.room_id for each in receivers))))
    if lesson.access == LessonAccess.PUBLIC:
        found.add(ALL)
    return frozenset(found)


def lesson_tokens(lessons: "Iterable[Lesson]") -> dict[UUID, frozenset[str]]:
    """All tokens of lessons that were read with `with_names`, with those that apps above add: for what is seen with a lesson."""
    own = {lesson.pk: audience(lesson) for lesson in lessons}
    more = wider("lesson", list(own))
    return {pk: see.union(more.get(pk, ())) for pk, see in own.items()}


def _documents(ids: Sequence[UUID]) -> Iterable[Document]:
    for lesson in with_names(lessons_known(ids)):
        yield Document(
            id=lesson.pk,
            title=lesson.title,
            see=audience(lesson),
            body=lesson.summary,
            words=(
                lesson.organization.name,
                lesson.organization.short_name,
                str(lesson.get_subject_display()),
                str(lesson.get_stage_display()),
            ),
            people=(lesson.teacher.name,),
            facets={"stage": (lesson.stage,), "subject": (lesson.subject,), "state": (lesson.state,)},
            at=lesson.starts_at,
        )


def _ids(after: UUID | None, most: int) -> Sequence[UUID]:
    rows = every_lesson().filter(pk__gt=after) if after else every_lesson()
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _tokens(actor: Actor) -> frozenset[str]:
    return frozenset({ALL} | concerned(actor) | region(actor))


def _hits(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, Hit]:
    rows = lessons_visible_to(actor).filter(pk__in=list(ids)).select_related("teacher", "organization")
    return {
        row.pk: Hit(row.title, _note(row), lesson_url(row))
        for row in rows.defer("teacher__phone", "teacher__citizen_id", "teacher__student_number")
    }


def _note(lesson: "Lesson") -> str:
    """When, which subject (a lesson of the timetable has it for its title), by whom and where."""
    subject = str(lesson.get_subject_display())
    said = (said_day(lesson.starts_at), "" if subject in lesson.title else subject, lesson.teacher.name)
    return " · ".join(filter(None, (*said, str(lesson.organization))))


KIND = Indexed(
    title=_("课程"),
    icon="presentation",
    documents=_documents,
    ids=_ids,
    tokens=_tokens,
    hits=_hits,
    facets=(STAGE, SUBJECT, STATE),
    total=lambda: every_lesson().count(),
)
