"""What other apps' facts mean for live lessons."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lantian.kernel.events import receiver
from lantian.kernel.rules import SYSTEM
from lantian.people.identity.events import AccountClosed, AccountReset
from lantian.people.messaging.enums import Category, Group
from lantian.people.messaging.queries import Kind, Telling, moment_words
from lantian.people.messaging.services import Audience, subscribe
from lantian.people.roster.events import PeopleMerged, PeopleUnmerged
from lantian.people.roster.queries import people_visible_to
from lantian.people.schedule.events import LessonCancelled, LessonHandedOver
from lantian.people.schedule.queries import lesson_url
from lantian.people.schedule.queries.concerned import classes_of_lesson, lesson_known
from lantian.teach.live import services
from lantian.teach.live.enums import OPEN_STATES, EndReason
from lantian.teach.live.events import LiveSessionEnded
from lantian.teach.live.models import LiveSession
from lantian.teach.live.services.notices import announce


@receiver(LessonCancelled)
def end_cancelled_lesson(fact: LessonCancelled) -> None:
    """A lesson was cancelled while its room stood open."""
    for session in LiveSession.objects.filter(lesson=fact.object_id, state__in=OPEN_STATES):
        services.end_live_session(session.pk, reason=EndReason.CANCELLED, by=SYSTEM)


@receiver(LessonHandedOver)
def tell_of_substitute(fact: LessonHandedOver) -> None:
    """Somebody else teaches it from now on: the live process lets them in, and the one before out."""
    with transaction.atomic():
        for session in LiveSession.objects.filter(lesson=fact.object_id, state__in=OPEN_STATES):
            announce("changed", session=str(session.pk))


@receiver(AccountClosed)
def dismiss_closed_account(fact: AccountClosed) -> None:
    """An account was closed: its tickets are good for hours yet, so the live process is told."""
    _shut_out(fact)


@receiver(AccountReset)
def dismiss_reset_account(fact: AccountReset) -> None:
    """A password was reset because somebody else may have it: tickets made before are not good any more."""
    _shut_out(fact)


def _shut_out(fact: AccountClosed | AccountReset) -> None:
    with transaction.atomic():
        announce("blocked", account=str(fact.object_id), at=str(fact.occurred_at.timestamp()))


def _about_broken(fact: LiveSessionEnded) -> Telling | None:
    """A lesson whose signal went and did not come back: its teacher, and the homeroom teachers of the classes that waited."""
    if fact.result.get("reason") != EndReason.SILENT:
        return None
    lesson = lesson_known(fact.lesson_id)
    if lesson is None or fact.actor_kind != "system":
        return None
    return Telling(
        audience=Audience.of(people=[lesson.teacher_id], classes=classes_of_lesson(lesson), to=[Group.HOMEROOM]),
        facts={"title": lesson.title, "school": str(lesson.organization), "starts_at": lesson.starts_at},
        subject=f"lesson:{lesson.pk}",
        link=lesson_url(lesson),
        organization_id=lesson.organization_id,
    )


subscribe(
    Kind(
        key="live.lesson_broken",
        event=LiveSessionEnded,
        category=Category.LESSON,
        title=_("直播中断：%(title)s"),
        body=_("%(school)s%(at)s的“%(title)s”信号中断后没有恢复，课提前结束了。已经播出的部分可以看回放。"),
        tell=_about_broken,
        words=lambda facts: {**facts, "at": moment_words(facts["starts_at"])},
    )
)


@receiver(PeopleMerged)
def count_for_the_kept_record(fact: PeopleMerged) -> None:
    """Two records were one human being: what the dropped one watched, the kept one watched."""
    if fact.dropped_id:
        services.join_attendance(dropped=fact.dropped_id, kept=fact.object_id)


@receiver(PeopleUnmerged)
def count_for_each_again(fact: PeopleUnmerged) -> None:
    """They are two after all."""
    if fact.dropped_id:
        before = people_visible_to(SYSTEM).filter(merged_into=fact.dropped_id).values_list("pk", flat=True)
        services.part_attendance(records=[fact.dropped_id, *before], back_to=fact.dropped_id)
