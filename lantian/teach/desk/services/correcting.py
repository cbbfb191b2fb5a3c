"""What people say over what was measured: that a class was there after all, and how many sat in it."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.roster import queries as roster
from lantian.teach.desk import rules
from lantian.teach.desk.enums import Word
from lantian.teach.desk.errors import CountImpossible
from lantian.teach.desk.events import AttendanceCorrected, HeadsCounted
from lantian.teach.desk.models import Correction, HeadCount, Outcome
from lantian.teach.desk.services.settling import settle_lessons
from lantian.teach.live.services import tell_heads

if TYPE_CHECKING:
    from lantian.people.schedule.models import LessonReceiver

MORE_THAN_KNOWN = 20  # visitors, pupils of another class: beyond that somebody mistyped


@transaction.atomic
def correct_attendance(outcome: Outcome, *, word: str, reason: str, by: Actor, cause: str = "") -> Correction:
    """Say whether the class attended (`Word`), and when it did not, why as found on the spot. The newest word holds; the lesson's
    figures follow at once. Raises Denied.
    """
    require(rules.may_correct_attendance, by, outcome)
    made = Correction.objects.create(
        lesson_id=outcome.lesson_id,
        class_group_id=outcome.class_group_id,
        word=word,
        cause=cause if word == Word.MISSED else "",
        reason=reason.strip(),
        by_id=by.person_id,
    )
    record(
        "desk.attendance_corrected",
        outcome,
        by=by,
        before=outcome.attended,
        word=word,
        cause=made.cause,
        reason=made.reason,
    )
    publish(
        AttendanceCorrected(
            object_id=outcome.lesson_id,
            class_group_id=outcome.class_group_id,
            organization_id=outcome.organization_id,
            result={} if word == Word.MEASURED else {"completion": word == Word.ATTENDED},
            context={"class": outcome.class_group_id, "reason": made.reason},
            **acted_by(by),
        )
    )
    settle_lessons([outcome.lesson_id])
    return made


@transaction.atomic
def confirm_heads(receiver: "LessonReceiver", *, present: int, by: Actor, note: str = "") -> HeadCount:
    """Keep how many pupils sit before the screen; counting again replaces it, the journal keeps both.

    Raises Denied, CountImpossible.
    """
    require(rules.may_confirm_heads, by, receiver)
    day = timezone.localdate(receiver.lesson.starts_at)
    expected = roster.pupils_on(receiver.class_group_id, day)
    if not 0 <= present <= expected + MORE_THAN_KNOWN:
        raise CountImpossible(field="present")
    facts = {
        "present": present,
        "expected": expected,
        "note": note.strip(),
        "by_id": by.person_id,
        "at": timezone.now(),
    }
    made, _created = HeadCount.objects.update_or_create(
        lesson_id=receiver.lesson_id, class_group_id=receiver.class_group_id, defaults=facts
    )
    record("desk.heads_counted", made, by=by, present=present, expected=expected, note=made.note)
    publish(
        HeadsCounted(
            object_id=receiver.lesson_id,
            class_group_id=receiver.class_group_id,
            organization_id=receiver.class_group.organization_id,
            result={"present": present, "expected": expected},
            **acted_by(by),
        )
    )
    settle_lessons([receiver.lesson_id])
    tell_heads(receiver.lesson_id, receiver.class_group_id, present=present, expected=expected)
    return made
