"""Kinds of notices that come of events. Apps above fill the registry (services.subscribe) and are not known here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext

from lantian.kernel.events import Event
from lantian.kernel.registry import Registry
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import Urgency
from lantian.people.messaging.models import Notice

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

Facts = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What one event has to say, and to whom.

    `facts` are JSON; `subject`: what it is about ("lesson:<id>"), such that a later notice about the same thing takes its place;
    `people`: whose names stand in the facts (their erasure takes the names out); `link`: the page concerned.
    """

    audience: Audience
    facts: Facts = field(default_factory=dict)
    subject: str = ""
    link: str = ""
    people: Iterable[UUID] = ()
    organization_id: UUID | None = None


def as_they_are(facts: Facts) -> Facts:
    """For a kind whose facts are words already."""
    return facts


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`title` and `body` are texts with named places (`%(day)s`), filled with `words(facts)` in the reader's language.

    `tell(fact)` works out, in the worker, whom an event concerns; None when nobody is to be told.
    """

    key: str
    event: type[Event]
    category: str
    title: "Text"
    body: "Text"
    tell: Callable[[Any], Telling | None]
    words: Callable[[Facts], Facts] = as_they_are
    urgency: str = Urgency.NORMAL


KINDS: Registry[Kind] = Registry("kinds of notices")


@dataclass(frozen=True)
class Words:
    """A notice in the reader's language."""

    title: str
    body: str


def words_of(notice: Notice) -> Words:
    """What a notice says: as it was written, or made of its facts in the language in force."""
    kind = KINDS.get(notice.kind)
    if kind is None:
        return Words(notice.title, notice.body)
    filled = kind.words(notice.facts)
    return Words(str(kind.title) % filled, str(kind.body) % filled)


def day_words(kept: Any) -> str:
    """A day of a kind's facts (ISO 8601) in the words of the language in force."""
    day = kept if isinstance(kept, date) else parse_date(str(kept or ""))
    return date_format(day, gettext("n月j日")) if day else ""


def moment_words(kept: Any) -> str:
    """A moment of a kind's facts (ISO 8601): day and time."""
    moment = kept if isinstance(kept, datetime) else parse_datetime(str(kept or ""))
    if moment is None:
        return ""
    return date_format(timezone.localtime(moment), gettext("n月j日 H:i"))
