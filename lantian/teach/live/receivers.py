"""What other apps' facts mean for live lessons."""

from django.db import transaction

from lantian.kernel.events import receiver
from lantian.kernel.rules import SYSTEM
from lantian.people.identity.events import AccountClosed, AccountReset
from lantian.people.roster.events import PeopleMerged, PeopleUnmerged
from lantian.people.roster.queries import people_visible_to
from lantian.people.schedule.events import LessonCancelled
from lantian.teach.live import services
from lantian.teach.live.enums import OPEN_STATES, EndReason
from lantian.teach.live.models import LiveSession
from lantian.teach.live.services.notices import announce


@receiver(LessonCancelled)
def end_cancelled_lesson(fact: LessonCancelled) -> None:
    """A lesson was cancelled while its room stood open."""
    for session in LiveSession.objects.filter(lesson=fact.object_id, state__in=OPEN_STATES):
        services.end_live_session(session.pk, reason=EndReason.CANCELLED, by=SYSTEM)


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
