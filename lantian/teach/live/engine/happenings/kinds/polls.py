"""Polls: one choice, several, or a short text. Students answer singly, a class screen with a count per option.

`poll.open` begins one (and puts an earlier one away), `poll.answer` answers it, again as often as one likes until `poll.close`:
the last answer of an identity counts, from whichever device. `poll.show` shows results to all, `poll.clear` takes it from the
screens.
"""

from dataclasses import dataclass, field
from typing import Any

from lantian.teach.live.engine.happenings.fields import flag, maybe_id, one_of, text, whole, wholes
from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Refused, Scene
from lantian.teach.live.engine.happenings.registry import PUPILS, TEACH, kind, nothing, view

TYPES = ("one", "many", "text")
MOST_OPTIONS, MOST_IN_CLASS, TEXTS_SHOWN = 8, 200, 60
QUESTION, OPTION, ANSWER = 300, 80, 140


@dataclass(slots=True)
class Answer:
    """`votes`: per option, one's own (0 or 1) or a class's count; `people` who answered by it; `seq` its number."""

    by: By
    seq: int
    votes: list[int]
    people: int
    text: str = ""


@dataclass(slots=True)
class School:
    name: str
    votes: list[int]
    people: int = 0
    answers: int = 0


@dataclass(slots=True)
class Poll:
    """One poll with everybody's last answer. `id` is the number of the event that opened it."""

    id: int
    type: str
    question: str
    options: list[str]
    picture: str | None
    prepared: str | None
    opened_at: float
    opened_ms: int
    open: bool = True
    closed_ms: int | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    votes: list[int] = field(default_factory=list)
    people: int = 0
    classes: int = 0
    schools: dict[str, School] = field(default_factory=dict)
    revision: int = 1  # grows with every change

    def take(self, answer: Answer) -> None:
        """Count an answer; the one its identity gave before does not count any more."""
        self.revision += 1
        before = self.answers.pop(answer.by.key, None)
        if before is not None:
            self._count(before, -1)
        self.answers[answer.by.key] = answer
        self._count(answer, 1)

    def _count(self, answer: Answer, sign: int) -> None:
        school = self.schools.setdefault(
            answer.by.organization or "", School(answer.by.school, [0] * len(self.options))
        )
        for index, votes in enumerate(answer.votes):
            self.votes[index] += sign * votes
            school.votes[index] += sign * votes
        self.people += sign * answer.people
        school.people += sign * answer.people
        school.answers += sign
        self.classes += sign * (answer.by.role == "class")

    def results(self) -> dict[str, Any]:
        return {"votes": list(self.votes), "people": self.people, "answers": len(self.answers), "classes": self.classes}

    def summary(self) -> dict[str, Any]:
        """All that is kept of it beside the single answers."""
        schools = [
            {"id": key, "name": one.name, "votes": list(one.votes), "people": one.people, "answers": one.answers}
            for key, one in self.schools.items()
            if one.answers
        ]
        return {
            "number": self.id,
            "type": self.type,
            "question": self.question,
            "options": self.options,
            "picture": self.picture,
            "prepared": self.prepared,
            "opened_at": self.opened_at,
            "opened_ms": self.opened_ms,
            "closed_ms": self.closed_ms,
            "schools": schools,
            **self.results(),
        }


class Polls:
    """All polls of a lesson, and which is on now."""

    def __init__(self) -> None:
        self.all: dict[int, Poll] = {}
        self.now: int | None = None

    @property
    def current(self) -> Poll | None:
        return self.all.get(self.now) if self.now is not None else None


def _poll_of(data: dict[str, Any], room: HappeningRoom) -> Poll:
    poll = room.part(Polls).all.get(whole(data, "poll", 1, 2**31))
    if poll is None:
        raise Refused("no_poll")
    return poll


def check_question(data: dict[str, Any]) -> dict[str, Any]:
    """A poll as it is asked or prepared. Raises Refused `bad_data`."""
    type_ = one_of(data, "type", TYPES)
    raw = data.get("options") or []
    if not isinstance(raw, list) or len(raw) > MOST_OPTIONS:
        raise Refused("bad_data")
    options = [] if type_ == "text" else [text({"each": each}, "each", OPTION) for each in raw]
    if type_ != "text" and (len(options) < 2 or len(set(options)) < len(options)):
        raise Refused("bad_data")
    return {
        "type": type_,
        "question": text(data, "question", QUESTION, lines=True),
        "options": options,
        "picture": maybe_id(data, "picture"),
    }


def _check_open(data: dict[str, Any], _by: By, _room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    return {**check_question(data), "prepared": maybe_id(data, "prepared")}


def _fold_open(event: Event, room: HappeningRoom) -> Effects:
    polls, data = room.part(Polls), event.data
    if polls.current is not None:
        _end(polls.current, event)
    poll = Poll(
        event.seq,
        data["type"],
        data["question"],
        data["options"],
        data["picture"],
        data["prepared"],
        event.at,
        event.ms,
    )
    poll.votes = [0] * len(poll.options)
    polls.all[poll.id], polls.now = poll, poll.id
    return Effects({"poll": _shown(poll)}, stale=frozenset({"tally"}))


def _end(poll: Poll, event: Event) -> None:
    if poll.open:
        poll.open, poll.closed_ms = False, event.ms
        poll.revision += 1


def _shown(poll: Poll, results: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "id": poll.id,
        "type": poll.type,
        "question": poll.question,
        "options": poll.options,
        "picture": poll.picture,
        "open": poll.open,
        "results": results,
    }


def _check_answer(data: dict[str, Any], by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    poll = _poll_of(data, room)
    if not poll.open:
        raise Refused("poll_closed")
    if poll.type == "text":
        return {"poll": poll.id, "text": text(data, "text", ANSWER)}
    size = len(poll.options)
    if by.role == "class":
        counts = wholes(data, "counts", 0, MOST_IN_CLASS, length=(size, size))
        people = whole(data, "people", 0, MOST_IN_CLASS, default=min(MOST_IN_CLASS, sum(counts)))
        if not any(counts) or people < max(counts):
            raise Refused("bad_data")
        if poll.type == "one":
            people = min(MOST_IN_CLASS, sum(counts))
        return {"poll": poll.id, "counts": counts, "people": people}
    choice = sorted(set(wholes(data, "choice", 0, size - 1, length=(1, 1 if poll.type == "one" else size))))
    return {"poll": poll.id, "choice": choice}


def _fold_answer(event: Event, room: HappeningRoom) -> Effects:
    poll, data = room.part(Polls).all[event.data["poll"]], event.data
    votes = data.get("counts") or [int(index in data.get("choice", ())) for index in range(len(poll.options))]
    poll.take(Answer(event.by, event.seq, votes, data.get("people", 1), data.get("text", "")))
    mine = {name: data[name] for name in ("poll", "choice", "counts", "text") if name in data}
    return Effects(own={event.by.key: {"answer": mine}}, stale=frozenset({"tally"}))


def _check_close(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    poll = _poll_of(data, room)
    if not poll.open:
        raise Refused("poll_closed")
    return {"poll": poll.id}


def _fold_close(event: Event, room: HappeningRoom) -> Effects:
    polls = room.part(Polls)
    poll = polls.all[event.data["poll"]]
    _end(poll, event)
    shown = room.public.get("poll")
    results = shown["results"] if shown and shown["id"] == poll.id else None
    public = (
        {"poll": _shown(poll, poll.results() | _kept(results) if results else None)} if polls.current is poll else {}
    )
    return Effects(public, stale=frozenset({"tally"}))


def _kept(results: dict[str, Any]) -> dict[str, Any]:
    return {"texts": results.get("texts", [])}


def _check_show(data: dict[str, Any], _by: By, room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    """`on` false hides them again; `pick`: numbers of the texts that everybody may read (none by itself)."""
    poll = _poll_of(data, room)
    picked = wholes({"pick": data.get("pick") or []}, "pick", 1, 2**31, length=(0, 20))
    return {"poll": poll.id, "on": flag(data, "on"), "pick": picked if poll.type == "text" else []}


def _fold_show(event: Event, room: HappeningRoom) -> Effects:
    polls, data = room.part(Polls), event.data
    poll = polls.all[data["poll"]]
    if polls.current is not None and polls.current is not poll:  # an earlier one is shown again
        _end(polls.current, event)
    polls.now = poll.id
    picked = {answer.seq: answer for answer in poll.answers.values()}
    texts = [{"text": picked[n].text, "school": picked[n].by.school} for n in data["pick"] if n in picked]
    results = poll.results() | {"texts": texts} if data["on"] else None
    return Effects({"poll": _shown(poll, results)}, stale=frozenset({"tally"}))


def _fold_clear(event: Event, room: HappeningRoom) -> Effects:
    polls = room.part(Polls)
    poll, polls.now = polls.current, None
    if poll is None:
        return Effects()
    _end(poll, event)
    return Effects({"poll": None}, stale=frozenset({"tally"}))


@view("tally")
def tally(room: HappeningRoom) -> dict[str, Any]:
    """The current poll's answers: in all under `tally`, by school under `tally:<organisation's id>`, the newest texts under
    `texts`, and what polls there were under `polls`."""
    polls = room.part(Polls)
    past = [{"id": poll.id, "question": poll.question, "people": poll.people} for poll in polls.all.values()][-30:]
    poll = polls.current
    if poll is None:
        return {"polls": past} if past else {}
    found: dict[str, Any] = {"polls": past, "tally": {"poll": poll.id, "open": poll.open, **poll.results()}}
    for key, school in poll.schools.items():
        if school.answers:
            found[f"tally:{key}"] = {"name": school.name, "votes": list(school.votes), "people": school.people}
    if poll.type == "text":
        newest = list(poll.answers.values())[-TEXTS_SHOWN:]
        found["texts"] = [
            {"n": each.seq, "text": each.text, "name": each.by.name, "school": each.by.school} for each in newest
        ]
    return found


kind("poll.open", roles=TEACH, check=_check_open, fold=_fold_open)
kind("poll.answer", roles=PUPILS, check=_check_answer, fold=_fold_answer, limit=1024, replayed=False)
kind("poll.close", roles=TEACH, check=_check_close, fold=_fold_close)
kind("poll.show", roles=TEACH, check=_check_show, fold=_fold_show)
kind("poll.clear", roles=TEACH, check=nothing, fold=_fold_clear)
