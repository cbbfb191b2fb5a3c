"""A lesson's end settles its outcome at once."""

from lantian.kernel.events import receiver
from lantian.people.schedule.events import LessonCancelled
from lantian.teach.desk import services
from lantian.teach.live.events import LiveSessionEnded


@receiver(LiveSessionEnded)
def settle_ended(fact: LiveSessionEnded) -> None:
    """The books of a session are closed."""
    services.settle_lessons([fact.lesson_id])


@receiver(LessonCancelled)
def settle_cancelled(fact: LessonCancelled) -> None:
    """A lesson whose time has passed was cancelled after all."""
    services.settle_lessons([fact.object_id])
