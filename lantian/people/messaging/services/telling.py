"""Events become notices: an app above subscribes a kind, the worker works out whom an event concerns, and they are told.

Notices about one thing are one, of whatever kinds: told again, it says the new thing, stands on top and is unread for all who had
it. A lesson moved and then cancelled is one notice that says so.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from lantian.kernel.events import Event, receiver
from lantian.kernel.journal.services import plain
from lantian.people.messaging.enums import NoticeState
from lantian.people.messaging.models import Notice
from lantian.people.messaging.queries.kinds import KINDS, Kind, Telling, words_of
from lantian.people.messaging.services.spreading import put_on_top, start_spreading

SOURCE = "zh-hans"


def subscribe(kind: Kind) -> Kind:
    """Have a kind's notices sent whenever its event has happened. Called while apps get ready."""
    KINDS.register(kind.key, kind)

    def tell_those_concerned(fact: Event) -> None:
        telling = kind.tell(fact)
        if telling is not None:
            tell(kind, telling)

    tell_those_concerned.__qualname__ = f"tell[{kind.key}]"  # receivers are known by their names
    receiver(kind.event)(tell_those_concerned)
    return kind


@transaction.atomic
def tell(kind: Kind, telling: Telling) -> Notice | None:
    """Tell those concerned, or tell them anew. None when nobody is."""
    if telling.audience.is_empty:
        return None
    known = (
        Notice.objects.select_for_update(of=("self",)).filter(subject=telling.subject).first()
        if telling.subject
        else None
    )
    notice = known or Notice(subject=telling.subject)
    _fill(notice, kind, telling)
    notice.save(force_insert=known is None)
    if known is not None:  # those whom it no longer concerns have to know that, too
        put_on_top(notice, notice.receipts.all(), at=notice.told_at)
    start_spreading(notice, telling.audience)
    return notice


def _fill(notice: Notice, kind: Kind, telling: Telling) -> None:
    facts: dict[str, Any] = plain(dict(telling.facts))
    values = {
        "kind": kind.key,
        "category": kind.category,
        "urgency": kind.urgency,
        "facts": facts,
        "people": sorted({*notice.people, *telling.people}),
        "link": telling.link[:300],
        "organization_id": telling.organization_id,
        "audience": telling.audience.plain(),
        "state": NoticeState.WAITING,
        "done": 0,
        "cursor": None,
        "told_at": timezone.now(),
    }
    for name, value in values.items():
        setattr(notice, name, value)
    with translation.override(SOURCE):
        words = words_of(notice)
    notice.title, notice.body = words.title[:120], words.body[:4000]
