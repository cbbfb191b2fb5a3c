"""Lessons follow calendars; and who is told when a timetable or a lesson changes: the teachers, the classes at both ends, their
students' families.

What the clock does by itself (lessons made ahead, or cancelled because the timetable says so) is told by the change that
caused it.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lantian.kernel.events import receiver
from lantian.kernel.time.events import CalendarChanged
from lantian.people.messaging.enums import Category, Group
from lantian.people.messaging.queries import BUSY, Kind, Telling, day_words, moment_words
from lantian.people.messaging.services import Audience, subscribe
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Subject
from lantian.people.schedule.enums import TAKEN_BACK, ChangeKind, LessonState
from lantian.people.schedule.events import (
    AllianceEnded,
    AllianceLeft,
    LessonCancelled,
    LessonHandedOver,
    LessonRescheduled,
    TimetableChanged,
)
from lantian.people.schedule.queries.concerned import (
    TOLD,
    classes_of_lesson,
    classes_receiving,
    in_lessons,
    is_told,
    lesson_known,
    told_of_lesson,
)
from lantian.people.schedule.queries.lessons import lesson_url
from lantian.people.schedule.services.timetables import follow_up

BUSY.register("schedule", in_lessons)
_SUBJECTS = dict(Subject.choices)


def _id(value: Any) -> UUID | None:
    return UUID(str(value)) if value else None


def _name_of(pk: UUID | None) -> str:
    found = roster.person_of_id(pk) if pk else None
    return found.name if found else ""


def _about_day(fact: TimetableChanged) -> Telling | None:
    """A day's change; several changes of one period of one day are one notice."""
    told = fact.context
    group = roster.class_groups_known([UUID(str(told["class"]))]).select_related("organization").first()
    if group is None:
        return None
    day = date.fromisoformat(str(told["day"]))
    teacher, substitute = _id(told.get("teacher")), _id(told.get("substitute"))
    classes = [group.pk, *classes_receiving(group.pk, told["subject"], day)]
    monday = day - timedelta(days=day.weekday())
    return Telling(
        audience=Audience.of(people=[teacher, substitute], classes=classes, to=TOLD),
        facts={
            **{key: told.get(key) for key in ("kind", "day", "period", "subject", "to_day", "to_period", "reason")},
            "class": group.name,
            "school": str(group.organization),
            "teacher": _name_of(teacher),
            "substitute": _name_of(substitute),
        },
        subject=f"day:{told['entry']}:{day.isoformat()}",
        link=f"{reverse('schedule_week')}?week={monday.isoformat()}",
        people=[person for person in (teacher, substitute) if person],
        organization_id=fact.organization_id,
    )


def _day_words(facts: Any) -> dict[str, Any]:
    kind, filled = facts["kind"], {**facts, "to_day": day_words(facts["to_day"])}
    details = {
        ChangeKind.CANCELLED: (_("停课"), _("这节课不上了。")),
        ChangeKind.SUBSTITUTE: (_("代课"), _("由%(substitute)s老师代%(teacher)s老师上课。")),
        ChangeKind.MOVED: (_("调课"), _("调到%(to_day)s第 %(to_period)s 节。")),
        TAKEN_BACK: (_("恢复原课表"), _("改动已取消，仍按原来的课表上课。")),
    }
    what, detail = details[kind]
    if kind == ChangeKind.SUBSTITUTE and not facts["teacher"]:
        detail = _("由%(substitute)s老师上课。")
    reason = _("原因：%(reason)s") % facts if facts["reason"] else ""
    return {
        "what": what,
        "school": facts["school"],
        "class": facts["class"],
        "day": day_words(facts["day"]),
        "period": facts["period"],
        "subject": str(_SUBJECTS.get(facts["subject"], facts["subject"])),
        "detail": "\n".join(part for part in (detail % filled, reason) if part),
    }


subscribe(
    Kind(
        key="schedule.day_changed",
        event=TimetableChanged,
        category=Category.TIMETABLE,
        title=gettext_lazy("%(what)s：%(class)s%(day)s第 %(period)s 节%(subject)s"),
        body=gettext_lazy("%(school)s%(class)s%(day)s第 %(period)s 节%(subject)s有变动。\n%(detail)s"),
        tell=_about_day,
        words=_day_words,
    )
)


def _about_lesson(fact: LessonCancelled | LessonRescheduled) -> Telling | None:
    """What somebody did to a lesson; what the timetable or the end of an alliance did is told by its own notice."""
    lesson = lesson_known(fact.object_id)
    if lesson is None or not is_told(fact) or fact.context.get("alliance"):
        return None
    before = fact.context.get("before") or {}
    day = timezone.localtime(lesson.starts_at).date()  # before eight in the morning it is yesterday in UTC
    monday = day - timedelta(days=day.weekday())
    return Telling(
        audience=told_of_lesson(lesson),
        facts={
            "title": lesson.title,
            "school": str(lesson.organization),
            "starts_at": lesson.starts_at,
            "before": before.get("starts_at"),
            "reason": fact.context.get("reason", ""),
        },
        subject=f"lesson:{lesson.pk}",
        link=f"{reverse('schedule_week')}?week={monday.isoformat()}",
        organization_id=lesson.organization_id,
    )


def _lesson_words(facts: Any) -> dict[str, Any]:
    return {
        "title": facts["title"],
        "school": facts["school"],
        "at": moment_words(facts["starts_at"]),
        "before": moment_words(facts["before"]),
        "reason": _("原因：%(reason)s") % facts if facts["reason"] else "",
    }


subscribe(
    Kind(
        key="schedule.lesson_cancelled",
        event=LessonCancelled,
        category=Category.LESSON,
        title=gettext_lazy("课程取消：%(title)s"),
        body=gettext_lazy("%(school)s%(at)s的“%(title)s”取消了。\n%(reason)s"),
        tell=_about_lesson,
        words=_lesson_words,
    )
)
subscribe(
    Kind(
        key="schedule.lesson_moved",
        event=LessonRescheduled,
        category=Category.LESSON,
        title=gettext_lazy("课程改时间：%(title)s"),
        body=gettext_lazy("%(school)s的“%(title)s”原定%(before)s，改到%(at)s。"),
        tell=_about_lesson,
        words=_lesson_words,
    )
)


def _about_hand_over(fact: LessonHandedOver) -> Telling | None:
    """Both teachers and the homeroom teachers of the classes; those who sit in it see who teaches."""
    lesson = lesson_known(fact.object_id)
    if lesson is None:
        return None
    before = _id(fact.context.get("before"))
    return Telling(
        audience=Audience.of(people=[before, fact.teacher_id], classes=classes_of_lesson(lesson), to=[Group.HOMEROOM]),
        facts={
            "title": lesson.title,
            "school": str(lesson.organization),
            "starts_at": lesson.starts_at,
            "teacher": _name_of(before),
            "substitute": _name_of(fact.teacher_id),
            "running": fact.context.get("running") == LessonState.LIVE,
            "reason": fact.context.get("reason", ""),
        },
        subject=f"lesson:{lesson.pk}:teacher",
        link=lesson_url(lesson),
        people=[person for person in (before, fact.teacher_id) if person],
        organization_id=lesson.organization_id,
    )


def _hand_over_words(facts: Any) -> dict[str, Any]:
    now = _("课正在上：代课老师打开课堂页，点“去开播”就能接上，各班不用动。") if facts["running"] else ""
    reason = _("原因：%(reason)s") % facts if facts["reason"] else ""
    return {
        "title": facts["title"],
        "school": facts["school"],
        "at": moment_words(facts["starts_at"]),
        "teacher": facts["teacher"],
        "substitute": facts["substitute"],
        "detail": "\n".join(part for part in (now, reason) if part),
    }


subscribe(
    Kind(
        key="schedule.lesson_handed_over",
        event=LessonHandedOver,
        category=Category.LESSON,
        title=gettext_lazy("代课：%(title)s"),
        body=gettext_lazy("%(school)s%(at)s的“%(title)s”由%(substitute)s老师代%(teacher)s老师上。\n%(detail)s"),
        tell=_about_hand_over,
        words=_hand_over_words,
    )
)


def _about_alliance(fact: AllianceEnded | AllianceLeft) -> Telling | None:
    """One notice to all whose lessons it ends, however many these are, and to those who lead the schools. What runs out by itself
    was known from the beginning."""
    told = fact.context
    left = isinstance(fact, AllianceLeft)
    school = roster.organizations_known([fact.organization_id]).first() if left and fact.organization_id else None
    last = date.fromisoformat(str(told["last"]))
    after = last + timedelta(days=1)
    monday = after - timedelta(days=after.weekday())
    return Telling(
        audience=Audience.of(
            people=[UUID(pk) for pk in (*told.get("teachers", ()), *told.get("heads", ()))],
            classes=[UUID(pk) for pk in told.get("classes", ())],
            to=TOLD,
        ),
        facts={**{key: told.get(key) for key in ("name", "last", "reason", "lessons")}, "school": str(school or "")},
        subject=f"alliance:{fact.object_id}:{fact.organization_id if left else 'end'}",
        link=f"{reverse('schedule_week')}?week={monday.isoformat()}",
        organization_id=fact.organization_id,
    )


def _alliance_words(facts: Any) -> dict[str, Any]:
    count = facts["lessons"] or 0
    lessons = ngettext("已经排好的 %(n)s 节直播课取消。", "已经排好的 %(n)s 节直播课取消。", count) if count else ""
    reason = _("原因：%(reason)s") % facts if facts["reason"] else ""
    return {
        "name": facts["name"],
        "school": facts["school"],
        "last": day_words(facts["last"]),
        "detail": "\n".join(part for part in (lessons and lessons % {"n": count}, reason) if part),
    }


subscribe(
    Kind(
        key="schedule.alliance_ended",
        event=AllianceEnded,
        category=Category.LESSON,
        title=gettext_lazy("联盟提前结束：%(name)s"),
        body=gettext_lazy("“%(name)s”的直播课上到%(last)s为止。\n%(detail)s"),
        tell=_about_alliance,
        words=_alliance_words,
    )
)
subscribe(
    Kind(
        key="schedule.alliance_left",
        event=AllianceLeft,
        category=Category.LESSON,
        title=gettext_lazy("%(school)s退出联盟：%(name)s"),
        body=gettext_lazy("%(school)s在“%(name)s”的直播课上到%(last)s为止。\n%(detail)s"),
        tell=_about_alliance,
        words=_alliance_words,
    )
)


@receiver(CalendarChanged)
def follow_calendar(fact: CalendarChanged) -> None:
    """A holiday, a shifted day or a term was set: lessons follow."""
    follow_up()
