"""Chat: the words that a unit does not want, and what the live process is told of."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.teach.live import rules
from lantian.teach.live.engine.words import LONGEST, plain
from lantian.teach.live.enums import OPEN_STATES
from lantian.teach.live.errors import TooManyWords
from lantian.teach.live.models import ChatWord, LiveSession
from lantian.teach.live.services.notices import announce

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lantian.people.roster.models import Organization

MOST_WORDS = 300


@transaction.atomic
def add_chat_words(organization: "Organization", *, words: "Iterable[str]", by: Actor) -> list[ChatWord]:
    """Add to the words that nobody may write in lessons of this unit. Known ones, empty ones and those over LONGEST
    letters are passed over. Raises Denied, TooManyWords."""
    require(rules.may_keep_words, by, organization)
    known = set(ChatWord.objects.filter(organization=organization).values_list("plain", flat=True))
    made = []
    for word in (each.strip() for each in words):
        form = plain(word)
        if form and form not in known and len(word) <= LONGEST:
            known.add(form)
            row = ChatWord(organization=organization, word=word, plain=form[:80], added_by_id=by.person_id)
            made.append(row)
    if len(known) > MOST_WORDS:
        raise TooManyWords
    for row in made:
        row.save()
        record("live.chat_word_added", row, by=by, word=row.word)
    return made


@transaction.atomic
def remove_chat_word(word: ChatWord, *, by: Actor) -> None:
    """Take a word off the unit's list. Raises Denied."""
    require(rules.may_keep_words, by, word.organization)
    record("live.chat_word_removed", word, by=by, word=word.word)
    word.delete()


def tell_heads(lesson_id: UUID, class_group_id: UUID, *, present: int, expected: int) -> None:
    """Let the sending side see a head count that was confirmed while the lesson runs. Asks no rule: for the service that keeps
    counts, in its transaction."""
    for session in LiveSession.objects.filter(lesson=lesson_id, state__in=OPEN_STATES).values_list("pk", flat=True):
        announce(
            "heads",
            session=str(session),
            **{"class": str(class_group_id), "present": str(present), "expected": str(expected)},
        )
