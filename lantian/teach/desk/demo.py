"""The desk's part of the demonstration: the figures of the past days, and what people said about some of them."""

from datetime import timedelta

from django.utils import timezone

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM
from lantian.teach.desk import services
from lantian.teach.desk.enums import Cause, Word
from lantian.teach.desk.models import Correction, Outcome

LOOK_BACK = timedelta(days=21)
CORRECTED = (
    (Word.ATTENDED, "", "大屏当天送修，全班在多媒体教室看完，班主任有照片"),
    (Word.MISSED, Cause.SCREEN_OFF, "值日生忘了开大屏，已提醒"),
)


def seed(context: DemoContext) -> None:
    """Settle the lessons that the part below has held, and put two attendances right."""
    settled = services.settle_days(context.today - LOOK_BACK, context.today, now=context.now)
    missed = list(Outcome.objects.filter(attended=False, held=True).order_by("day", "class_group_id")[: len(CORRECTED)])
    for outcome, (word, cause, reason) in zip(missed, CORRECTED, strict=False):
        services.correct_attendance(outcome, word=word, cause=cause, reason=reason, by=SYSTEM)
    context.say(f"  {settled} outcomes of lessons, {Correction.objects.count()} corrected")


def keep() -> int:
    """What the demonstration held since is settled too. Returns how many rows changed."""
    today = timezone.localdate()
    return services.settle_days(today - timedelta(days=1), today)
