"""Days that are not as the week says: no lesson, a substitute, another time."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule import queries, rules
from lantian.people.schedule.enums import TAKEN_BACK, ChangeKind, TimetableState
from lantian.people.schedule.errors import TimetableInvalid
from lantian.people.schedule.events import TimetableChanged
from lantian.people.schedule.models import Lesson, TimetableChange, TimetableEntry
from lantian.people.schedule.services.timetables import follow_up

if TYPE_CHECKING:
    from lantian.people.roster.models import Person

MOST_DAYS = 30  # so far a lesson can be moved; `queries.held` looks as far around


@transaction.atomic
def change_day(
    entry: TimetableEntry,
    day: date,
    *,
    kind: str,
    reason: str,
    by: Actor,
    teacher: "Person | None" = None,
    to_day: date | None = None,
    to_period: int | None = None,
) -> TimetableChange:
    """Let one entry be otherwise on one day: `ChangeKind` cancelled, substitute (`teacher`) or moved (`to_day`, `to_period`).

    A change that stood for that day is replaced. The lesson follows in the background, the event tells those concerned.
    Raises Denied, TimetableInvalid.
    """
    entry = TimetableEntry.objects.select_related("timetable__organization", "class_group", "teacher").get(pk=entry.pk)
    timetable = entry.timetable
    require(rules.may_manage_timetable, by, timetable.organization)
    _check_change(entry, day, kind, teacher, to_day, to_period)
    facts = {
        "kind": kind,
        "teacher": teacher if kind != ChangeKind.CANCELLED else None,
        "to_day": to_day if kind == ChangeKind.MOVED else None,
        "to_period": to_period if kind == ChangeKind.MOVED else None,
        "reason": reason.strip(),
        "decided_at": timezone.now(),
    }
    change, _created = TimetableChange.objects.update_or_create(entry=entry, day=day, defaults=facts)
    Lesson.objects.filter(entry=entry, entry_day=day).update(by_hand=False)  # the newest word is this one
    context: dict[str, Any] = {
        "kind": kind,
        "day": day,
        "entry": entry.pk,
        "period": entry.period_no,
        "class": entry.class_group_id,
        "subject": entry.subject,
        "teacher": entry.teacher_id,
        "substitute": change.teacher_id,
        "to_day": change.to_day,
        "to_period": change.to_period,
        "reason": change.reason,
    }
    record("schedule.day_changed", change, by=by, **context)
    organization = timetable.organization_id
    publish(TimetableChanged(object_id=change.pk, organization_id=organization, context=context, **acted_by(by)))
    follow_up()
    return change


def _check_change(
    entry: TimetableEntry,
    day: date,
    kind: str,
    teacher: "Person | None",
    to_day: date | None,
    to_period: int | None,
) -> None:
    timetable = entry.timetable
    if timetable.state != TimetableState.PUBLISHED or day not in timetable.during:
        raise TimetableInvalid(_("这一天不在已发布的课表里"))
    if day < timezone.localdate():
        raise TimetableInvalid(_("过去的日子不能再调课"))
    if not queries.holds_on(entry, day):
        raise TimetableInvalid(_("这一天没有这节课"))
    if kind == ChangeKind.SUBSTITUTE:
        _check_substitute(entry, day, teacher)
    if kind == ChangeKind.MOVED:
        _check_move(entry, day, teacher, to_day, to_period)


def _check_substitute(entry: TimetableEntry, day: date, teacher: "Person | None") -> None:
    if teacher is None or teacher.pk == entry.teacher_id:
        raise TimetableInvalid(_("请选择另一位老师代课"))
    if not queries.teaches_at(teacher.pk, entry.timetable.organization):
        raise TimetableInvalid(_("这位老师不在这所学校任教"))
    if queries.busy_then(teacher.pk, entry, day):
        raise TimetableInvalid(_("这位老师在这段时间已有别的课"))


def _check_move(
    entry: TimetableEntry, day: date, teacher: "Person | None", to_day: date | None, to_period: int | None
) -> None:
    if to_day is None or to_period is None or (to_day, to_period) == (day, entry.period_no):
        raise TimetableInvalid(_("请选择调到哪一天、第几节"))
    if to_day < timezone.localdate() or abs((to_day - day).days) > MOST_DAYS:
        raise TimetableInvalid(_("只能调到今天以后、前后三十天以内"))
    taken = queries.class_has_then(entry, to_day, to_period, for_day=day)
    if taken:
        raise TimetableInvalid(_("这个班那一节已有%(subject)s") % {"subject": taken})
    who = teacher.pk if teacher else entry.teacher_id
    if who is not None and queries.busy_then(who, entry, to_day, period_no=to_period, for_day=day):
        raise TimetableInvalid(_("这位老师在那段时间已有别的课"))


@transaction.atomic
def take_back_change(change: TimetableChange, *, by: Actor) -> None:
    """The day is as the week says again. Raises Denied."""
    require(rules.may_manage_timetable, by, change.entry.timetable.organization)
    entry, timetable = change.entry, change.entry.timetable
    record("schedule.day_change_taken_back", timetable, by=by, day=change.day, kind=change.kind)
    context: dict[str, Any] = {
        "kind": TAKEN_BACK,
        "day": change.day,
        "entry": entry.pk,
        "period": entry.period_no,
        "class": entry.class_group_id,
        "subject": entry.subject,
        "teacher": entry.teacher_id,
        "substitute": change.teacher_id,
        "reason": "",
    }
    organization = timetable.organization_id
    publish(TimetableChanged(object_id=change.pk, organization_id=organization, context=context, **acted_by(by)))
    change.delete()
    follow_up()
