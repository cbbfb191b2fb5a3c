"""The desk's part of the demonstration: the figures of the past days, what people said about some, and faults in every state."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from lantian.kernel.demo import DEMO_SETS, DemoContext
from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.queries import working_days
from lantian.people.schedule import services as schedule
from lantian.people.schedule.errors import ScheduleError
from lantian.teach.desk import services
from lantian.teach.desk.enums import Cause, FaultKind, Word
from lantian.teach.desk.models import Correction, Outcome, Ticket

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region
    from lantian.people.schedule.models import Lesson

LOOK_BACK = timedelta(days=28)
CORRECTED = (
    (Word.ATTENDED, "", "大屏当天送修，全班在多媒体教室看完，班主任有照片"),
    (Word.MISSED, Cause.SCREEN_OFF, "值日生忘了开大屏，已提醒"),
)
# What is done to the tickets, one after the other: kind, what is said, and how far it came.
FAULTS = (
    (FaultKind.STUTTER, "画面每隔一会儿就停", "open"),
    (FaultKind.NO_SOUND, "音箱没有声音", "taken"),
    (FaultKind.NETWORK, "雷雨以后光猫不亮", "escalated"),
    (FaultKind.SCREEN, "大屏触摸没反应", "solved"),
    (FaultKind.NO_TEACHER, "", "closed"),
)
BROWSER = {
    "online": True,
    "type": "4g",
    "downlink": 3.2,
    "rtt": 120,
    "width": 1920,
    "height": 1080,
    "error": "fragLoadTimeOut",
}
PHONE, HOURS = "0816-2220000", "上课日 8:00–17:30"
SPARE_HOUR, LASTS = time(17, 0), timedelta(minutes=40)  # after the last period, when everybody is free


def seed(context: DemoContext) -> None:
    """Settle the lessons that the part below has held, put two attendances right, and report a fault of each kind."""
    region: Region = context.things["region"]
    services.set_contact(region.city, phone=PHONE, hours=HOURS, by=SYSTEM)
    _that_failed(context)
    settled = services.settle_days(context.today - LOOK_BACK, context.today, now=context.now)
    missed = list(Outcome.objects.filter(attended=False, held=True).order_by("day", "class_group_id")[:12])
    for outcome, (word, cause, reason) in zip(missed, CORRECTED, strict=False):
        services.correct_attendance(outcome, word=word, cause=cause, reason=reason, by=SYSTEM)
    _faults(context, missed[len(CORRECTED) :])
    context.say(
        f"  {settled} outcomes of lessons, {Correction.objects.count()} corrected; {Ticket.objects.count()} fault tickets"
    )


def keep() -> int:
    """What the demonstration held since is settled too. Returns how many rows changed."""
    today = timezone.localdate()
    return services.settle_days(today - timedelta(days=1), today)


def _that_failed(context: DemoContext) -> None:
    """One lesson that nobody opened and one that was called off, so that the officer sees that too."""
    days = working_days(context.today - timedelta(days=12), context.today - timedelta(days=1))
    pattern: Lesson | None = _pattern()
    if pattern is None or len(days) < 3:
        return
    for day, cancelled in ((days[-1], False), (days[-2], True)):
        starts = timezone.make_aware(datetime.combine(day, SPARE_HOUR))
        try:
            with transaction.atomic():
                lesson = schedule.plan_lesson(
                    title=f"{pattern.title}（补课）",
                    subject=pattern.subject,
                    stage=pattern.stage,
                    grade=pattern.grade,
                    teacher=pattern.teacher,
                    organization=pattern.organization,
                    class_group=pattern.class_group,
                    alliance=pattern.alliance,
                    starts_at=starts,
                    ends_at=starts + LASTS,
                    receivers=[
                        row.class_group for row in pattern.receivers.select_related("class_group__organization")[:12]
                    ],
                    by=SYSTEM,
                )
        except ScheduleError:
            continue
        if cancelled:
            schedule.cancel_lesson(lesson, reason="主讲教师外出教研", by=SYSTEM)


def _pattern() -> "Lesson | None":
    regular = DEMO_SETS.get("schedule.regular_lessons")
    if regular is None:
        return None
    found: Lesson | None = (
        regular().filter(stage="primary").select_related("teacher", "organization").order_by("pk").first()
    )
    return found


def _faults(context: DemoContext, outcomes: list[Outcome]) -> None:
    """Reported from rooms whose class missed a lesson, the oldest dealt with, the newest waiting."""
    for number, (outcome, (kind, words, state)) in enumerate(zip(outcomes, FAULTS, strict=False)):
        group, lesson = outcome.class_group, outcome.lesson
        raised = lesson.starts_at + timedelta(minutes=6) if state != "open" else context.now - timedelta(minutes=9)
        ticket = services.raise_ticket(
            kind=kind,
            words=words,
            lesson=lesson,
            class_group=group,
            browser=BROWSER if number == 0 else None,
            now=raised,
            by=SYSTEM,
        )
        if state == "taken":
            services.take_ticket(ticket, by=SYSTEM)
            services.comment_ticket(ticket, words="已联系供应商，下午到校", by=SYSTEM)
        if state == "escalated":
            services.hand_up(ticket, reason="要电信来修，请县里协调", by=SYSTEM)
        if state in ("solved", "closed"):
            services.take_ticket(ticket, by=SYSTEM)
            services.solve_ticket(ticket, solution="重新插紧信号线，恢复正常", cause=outcome.cause, by=SYSTEM)
        if state == "closed":
            services.close_ticket(ticket, by=SYSTEM)
