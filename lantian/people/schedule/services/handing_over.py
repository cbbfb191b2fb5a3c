"""Somebody else teaches a lesson: before it begins, or in the middle of it."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule import queries, rules
from lantian.people.schedule.errors import LessonInvalid
from lantian.people.schedule.events import LessonHandedOver
from lantian.people.schedule.models import Lesson
from lantian.people.schedule.services.lessons import locked_lesson, occupy

if TYPE_CHECKING:
    from lantian.people.roster.models import Person


@transaction.atomic
def hand_over_lesson(lesson: Lesson, *, teacher: "Person", reason: str, by: Actor) -> Lesson:
    """Let another teacher of the same school teach this lesson from now on; one that runs goes on.

    The room, the classes and the time stay. Raises Denied; LessonInvalid (not another teacher of this school, or one who teaches
    elsewhere then, by the timetable or in a lesson); Clash when the database knows of another lesson of theirs.
    """
    lesson = locked_lesson(lesson)
    require(rules.may_hand_over_lesson, by, lesson)
    if teacher.pk == lesson.teacher_id:
        raise LessonInvalid(_("请选择另一位老师"), field="teacher")
    if not queries.teaches_at(teacher.pk, lesson.organization):
        raise LessonInvalid(_("这位老师不在这所学校任教"), field="teacher")
    _check_free(lesson, teacher)
    before, lesson.teacher = lesson.teacher_id, teacher
    lesson.by_hand = True
    lesson.save(update_fields=["teacher", "by_hand"])
    occupy(lesson)
    facts: dict[str, Any] = {"before": before, "teacher": teacher.pk, "running": lesson.state, "reason": reason.strip()}
    record("schedule.lesson_handed_over", lesson, by=by, **facts)
    publish(
        LessonHandedOver(
            object_id=lesson.pk,
            organization_id=lesson.organization_id,
            teacher_id=teacher.pk,
            context=facts,
            **acted_by(by),
        )
    )
    return lesson


def _check_free(lesson: Lesson, teacher: "Person") -> None:
    """What is over of the lesson does not matter any more."""
    since = max(lesson.starts_at, timezone.now())
    other = queries.taught_then(teacher.pk, since, lesson.ends_at, besides=lesson)
    if other is not None:
        words = _("%(name)s老师 %(starts)s–%(ends)s 在上“%(title)s”，请另选一位老师")
        facts = {
            "name": teacher.name,
            "starts": f"{timezone.localtime(other.starts_at):%H:%M}",
            "ends": f"{timezone.localtime(other.ends_at):%H:%M}",
            "title": other.title,
        }
        raise LessonInvalid(words % facts, field="teacher")
