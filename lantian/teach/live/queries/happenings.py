"""What happened in a lesson: events for the live process and the replay, chat, polls."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from lantian.teach.live.engine.board import KINDS as BOARD_KINDS
from lantian.teach.live.engine.happenings import By, Event
from lantian.teach.live.engine.happenings.registry import KINDS
from lantian.teach.live.engine.words import default_words
from lantian.teach.live.models import ChatWord, LessonEvent, LessonPoll, LiveSession, PreparedPoll

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson


def events_after(session_id: UUID | str, seq: int) -> list[Event]:
    """A session's events beyond one, in order, as the live process goes on from them."""
    return [
        _event(row) for row in LessonEvent.objects.filter(session=UUID(str(session_id)), seq__gt=seq).order_by("seq")
    ]


def _event(row: LessonEvent) -> Event:
    person, group, organization = (_text(each) for each in (row.person_id, row.class_group_id, row.organization_id))
    by = By(row.viewer, row.role, row.name, row.school, person, group, organization)
    return Event(row.seq, row.kind, row.at, round(row.happened_at.timestamp() * 1000), by, row.data, row.mark)


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def replayed_events(session: LiveSession, *, all_kinds: bool = True) -> list[dict[str, Any]]:
    """What a replay shows at its moments, in order: the same that viewers were told then.

    `all_kinds` false: pages and strokes alone. Of a replay that was cut, moments count from where it begins now; what lies
    outside is left out, but pages and strokes from before it begins are there at once.
    """
    kinds = [name for name, kind in KINDS.items() if kind.replayed and (all_kinds or name in BOARD_KINDS)]
    rows = LessonEvent.objects.filter(session=session, kind__in=kinds, shown__isnull=False).order_by("seq")
    hidden = {f"chat:{data['n']}" for data in rows.filter(kind="chat.hide").values_list("data", flat=True)}
    start, end = session.stream.cut_from or 0.0, session.stream.cut_until
    return [
        {
            "seq": seq,
            "kind": kind,
            "at": max(0.0, at - start),
            "ms": round(moment.timestamp() * 1000),
            "set": {key: value for key, value in (shown or {}).items() if key not in hidden},
        }
        for seq, kind, at, moment, shown in rows.values_list("seq", "kind", "at", "happened_at", "shown")
        if (at >= start or kind in BOARD_KINDS) and (end is None or at < end)
    ]


def page_turns_of(session: LiveSession) -> list[tuple[float, dict[str, Any] | None]]:
    """When (seconds of media time) which page was turned to; None: to camera or screen. In order."""
    rows = LessonEvent.objects.filter(session=session, kind="page.turn", shown__isnull=False).order_by("seq")
    return [(at, (shown or {}).get("page:now")) for at, shown in rows.values_list("at", "shown")]


def chat_of(lesson: "Lesson") -> QuerySet[LessonEvent]:
    """What was written in all sessions of a lesson, each with `hidden` and how many `reports` it had."""
    about = LessonEvent.objects.annotate(about=Cast(KT("data__n"), IntegerField())).order_by()
    about = about.filter(session=OuterRef("session"), about=OuterRef("seq"))
    reported = about.filter(kind="chat.report").values("session").annotate(times=Count("pk")).values("times")
    rows = LessonEvent.objects.filter(session__lesson=lesson, kind="chat.say")
    return rows.annotate(
        hidden=Exists(about.filter(kind="chat.hide")), reports=Coalesce(Subquery(reported), 0)
    ).order_by("happened_at")


def chat_in_state(rows: "QuerySet[Any]", state: str) -> "QuerySet[Any]":
    """Of `chat_of`: those that were "hidden", or "reported"."""
    return rows.filter(hidden=True) if state == "hidden" else rows.filter(reports__gt=0)


def words_for(paths: Collection[str]) -> tuple[str, ...]:
    """Words that may not be written where these units (by ltree path) take part: the platform's own, and those of the units
    and of all above them."""
    units = {UUID(label) for path in paths for label in str(path).split(".")}
    added = ChatWord.objects.filter(organization__in=units).values_list("word", flat=True).distinct()
    return (*default_words(), *sorted(added))


def chat_words_of(organization: "Organization") -> QuerySet[ChatWord]:
    """What a unit added itself."""
    return ChatWord.objects.filter(organization=organization).select_related("organization").order_by("word")


def chat_words_above(organization: "Organization") -> QuerySet[ChatWord]:
    """What the units above it added."""
    rows = ChatWord.objects.filter(organization__path__above=organization.path).exclude(organization=organization)
    return rows.select_related("organization").order_by("word")


def prepared_polls(lesson: "Lesson") -> QuerySet[PreparedPoll]:
    return PreparedPoll.objects.filter(lesson=lesson).order_by("position")


def polls_of(lesson: "Lesson") -> QuerySet[LessonPoll]:
    """Asked in the lesson, in all its sessions, in order."""
    return LessonPoll.objects.filter(session__lesson=lesson).order_by("opened")


def answers_of(poll: LessonPoll) -> QuerySet[LessonEvent]:
    """The last answer of each identity, by school."""
    answers = LessonEvent.objects.filter(session=poll.session_id, kind="poll.answer", data__poll=poll.number)
    last = answers.order_by("viewer", "-seq").distinct("viewer").values("pk")
    return LessonEvent.objects.filter(pk__in=last).order_by("school", "role", "name")
