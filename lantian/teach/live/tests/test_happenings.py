"""What happens in a lesson, as pure rules: whatever people do in whatever order, everybody's maps agree."""

import contextlib
import copy
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.teach.live.engine.happenings import By, HappeningRoom, Present, Refused, Scene, patched
from lantian.teach.live.engine.happenings.kinds.hands import page_of_hands
from lantian.teach.live.engine.happenings.kinds.polls import Polls
from lantian.teach.live.engine.happenings.model import load_event
from lantian.teach.live.engine.happenings.registry import KINDS, VIEWS

TEACHER = By("person:t", "teach", "王芳", "涪城中学", "t", None, "s0")
CLASSES = [
    By(f"class:{n}", "class", f"八年级（{n}）班", f"第{n % 2}中学", None, f"c{n}", f"s{n % 2}") for n in range(3)
]
STUDENTS = [By(f"person:{n}", "student", f"学生{n}", f"第{n % 2}中学", f"p{n}", None, f"s{n % 2}") for n in range(4)]
GUEST = By("guest:g", "guest")
PUPILS = CLASSES + STUDENTS
ONE = {"type": "one", "question": "斜率是正还是负？", "options": ["正", "负", "零"]}


def scene(ms: int = 1000, **extra) -> Scene:
    return Scene(ms, ms / 1000, **extra)


def there() -> list[Present]:
    return [Present(by.key, by.role, by.name, by.school) for by in PUPILS]


def do(room: HappeningRoom, kind: str, by: By = TEACHER, at: Scene | None = None, **data):
    event = room.propose(kind, data, by, at or scene(room.ms + 10, present=there))
    return event, room.fold(event)


def refusal(room: HappeningRoom, kind: str, by: By = TEACHER, **data) -> str:
    with pytest.raises(Refused) as refused:
        do(room, kind, by, **data)
    return refused.value.code


# -- any story ----------------------------------------------------------------------------------------------------------------

ACTS = st.one_of(
    st.tuples(
        st.just(0),
        st.sampled_from(["poll.open", "poll.close", "poll.show", "poll.clear", "hand.clear", "lot.draw", "lot.clear",
                         "lot.again", "stage.look", "timer.start", "timer.stop", "note.pin", "note.unpin", "caption.say"]),
    ),
    st.tuples(st.integers(1, len(PUPILS)), st.sampled_from(["poll.answer", "hand.raise", "hand.lower"])),
    st.tuples(st.integers(1, len(PUPILS)), st.sampled_from(["hand.word", "hand.done", "hand.dismiss"])),
    st.tuples(st.integers(1, len(CLASSES)), st.sampled_from(["stage.invite", "stage.remove", "stage.mute"])),
    st.tuples(st.integers(1, len(CLASSES)), st.sampled_from(["stage.accept", "stage.decline", "stage.leave"])),
)  # fmt: skip


OWN_DEEDS = ("answer", "raise", "lower", "accept", "decline", "leave")


def data_for(room: HappeningRoom, kind: str, who: int, number: int) -> dict:
    poll = room.part(Polls).current
    by = PUPILS[who - 1]
    if kind == "poll.open":
        return {**ONE, "type": ["one", "many", "text"][number % 3]}
    if kind == "poll.answer":
        if poll is not None and poll.type == "text":
            return {"poll": poll.id, "text": f"答案{number}"}
        if by.role == "class":
            return {"poll": poll.id if poll else 1, "counts": [number % 5, number % 7, 1], "people": 40}
        return {"poll": poll.id if poll else 1, "choice": [number % 3]}
    return {
        "poll": poll.id if poll else 1, "on": number % 2 == 0, "key": by.key, "among": ["students", "classes"][number % 2],
        "line": "abcdefgh", "look": ["row", "even", "one"][number % 3],
        "seconds": 60, "text": f"第{number}条", "n": number,
    }  # fmt: skip


def tell(story) -> tuple[HappeningRoom, list]:
    """The room after a story, and what happened: (event, what it changed for all, for single viewers)."""
    room, happened = HappeningRoom(), []
    for number, (who, kind) in enumerate(story):
        by = PUPILS[who - 1] if kind.split(".")[1] in OWN_DEEDS else TEACHER
        data = data_for(room, kind, who or 1, number)
        try:
            event = room.propose(kind, data, by, scene(1000 + number, present=there), f"m{number}")
        except Refused:
            continue
        effects = room.fold(event)
        happened.append((event, copy.deepcopy(effects)))
    return room, happened


@given(st.lists(ACTS, max_size=60), st.integers(0, 60))
def test_a_page_that_applies_patches_has_the_servers_map_wherever_it_began(story, began):
    room, happened = tell(story)
    late = HappeningRoom()
    for event, _effects in happened[:began]:
        late.fold(event)
    page = json.loads(json.dumps(late.public))
    for _event, effects in happened[began:]:
        patched(page, json.loads(json.dumps(effects.public)))
    assert page == json.loads(json.dumps(room.public))


@given(st.lists(ACTS, max_size=60))
def test_a_restart_finds_the_same_room_in_the_log(story):
    room, happened = tell(story)
    again = HappeningRoom()
    for event, _effects in happened:
        again.fold(load_event(event.dump()))
    assert (again.seq, again.at, again.public, again.own) == (room.seq, room.at, room.public, room.own)
    assert {name: view(again) for name, view in VIEWS.items()} == {name: view(room) for name, view in VIEWS.items()}
    for event, _effects in happened:
        assert again.known(event.by, event.mark) == event.seq
    assert [event.seq for event, _effects in happened] == list(range(1, len(happened) + 1))
    moments = [(event.at, event.ms) for event, _effects in happened]
    assert moments == sorted(moments)


@given(st.lists(ACTS, max_size=60))
def test_a_desk_that_was_told_of_stale_views_only_is_right(story):
    room, desk = HappeningRoom(), {name: {} for name in VIEWS}
    for event, effects in tell(story)[1]:
        room.fold(event)
        for name in effects.stale:
            desk[name] = VIEWS[name](room)
    assert desk == {name: view(room) for name, view in VIEWS.items()}


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 9)), max_size=40), st.integers(0, 40))
def test_the_last_answer_of_an_identity_before_the_close_counts_once(answers, closed):
    room = HappeningRoom()
    event, _effects = do(room, "poll.open", **ONE)
    last: dict[str, list[int]] = {}
    for number, (who, option, count) in enumerate(answers):
        by = PUPILS[who]
        if number == closed:
            do(room, "poll.close", poll=event.seq)
        votes = [int(index == option) * (count + 1 if by.role == "class" else 1) for index in range(3)]
        given_ = {"counts": votes} if by.role == "class" else {"choice": [option]}
        if number < closed:
            do(room, "poll.answer", by, poll=event.seq, **given_)
            last[by.key] = votes
        else:
            assert refusal(room, "poll.answer", by, poll=event.seq, **given_) == "poll_closed"
    poll = room.part(Polls).all[event.seq]
    assert poll.votes == [sum(votes[index] for votes in last.values()) for index in range(3)]
    assert poll.people == sum(map(sum, last.values()))
    assert len(poll.answers) == len(last)
    found = VIEWS["tally"](room)
    schools = [value for key, value in found.items() if key.startswith("tally:")]
    assert [sum(row["votes"][index] for row in schools) for index in range(3)] == poll.votes


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(["poll", "type", "question", "options", "choice", "counts", "people", "text", "key", "n", "on", "pick",
                         "among", "seconds", "label", "picture", "prepared", "mode"])  # fmt: skip


@given(
    st.sampled_from(sorted(KINDS)),
    JUNK | st.dictionaries(NAMES, JUNK, max_size=6),
    st.sampled_from([TEACHER, *PUPILS, GUEST]),
)
def test_nonsense_is_refused_or_taken_whole(kind, data, by):
    room = tell([(0, "poll.open"), (1, "hand.raise"), (0, "note.pin")])[0]
    with contextlib.suppress(Refused):
        event = room.propose(kind, data, by, scene(2000, present=there))
        room.fold(load_event(event.dump()))
        assert room.seq == event.seq


# -- rules --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_guests_watch_and_do_nothing(kind):
    assert refusal(HappeningRoom(), kind, GUEST) == "forbidden"


@pytest.mark.parametrize("kind", sorted(name for name, kind in KINDS.items() if kind.roles == frozenset({"teach"})))
def test_what_the_teacher_does_nobody_else_may(kind):
    for by in (*PUPILS, GUEST, replace(TEACHER, role="observe")):
        assert refusal(HappeningRoom(), kind, by) == "forbidden"


def test_results_are_seen_when_the_teacher_shows_them_and_final_once_closed():
    room = HappeningRoom()
    event, _ = do(room, "poll.open", **ONE)
    do(room, "poll.answer", STUDENTS[0], poll=event.seq, choice=[1])
    assert room.public["poll"]["results"] is None
    do(room, "poll.show", poll=event.seq, on=True)
    assert room.public["poll"]["results"]["votes"] == [0, 1, 0]
    do(room, "poll.answer", CLASSES[0], poll=event.seq, counts=[3, 4, 5])
    do(room, "poll.close", poll=event.seq)
    assert room.public["poll"]["results"]["votes"] == [3, 5, 5]
    assert room.public["poll"]["open"] is False
    do(room, "poll.show", poll=event.seq, on=False)
    assert room.public["poll"]["results"] is None
    do(room, "poll.clear")
    assert "poll" not in room.public


def test_of_texts_everybody_reads_those_the_teacher_picked_without_names():
    room = HappeningRoom()
    event, _ = do(room, "poll.open", type="text", question="为什么？")
    good, _ = do(room, "poll.answer", STUDENTS[0], poll=event.seq, text="因为 k > 0")
    do(room, "poll.answer", STUDENTS[1], poll=event.seq, text="不知道")
    do(room, "poll.show", poll=event.seq, on=True, pick=[good.seq])
    assert room.public["poll"]["results"]["texts"] == [{"text": "因为 k > 0", "school": "第0中学"}]
    assert STUDENTS[0].name not in json.dumps(room.public, ensure_ascii=False)
    assert [row["name"] for row in VIEWS["tally"](room)["texts"]] == ["学生0", "学生1"]


def test_a_new_poll_puts_the_former_away():
    room = HappeningRoom()
    first, _ = do(room, "poll.open", **ONE)
    second, _ = do(room, "poll.open", **ONE)
    assert refusal(room, "poll.answer", STUDENTS[0], poll=first.seq, choice=[0]) == "poll_closed"
    do(room, "poll.show", poll=first.seq, on=True)
    assert room.public["poll"]["id"] == first.seq
    assert refusal(room, "poll.answer", STUDENTS[0], poll=second.seq, choice=[0]) == "poll_closed"


@pytest.mark.parametrize(
    "question",
    [
        {"type": "one", "question": "", "options": ["a", "b"]},
        {"type": "one", "question": "q", "options": ["a"]},
        {"type": "many", "question": "q", "options": ["a", "a"]},
        {"type": "one", "question": "q", "options": [str(n) for n in range(9)]},
        {"type": "essay", "question": "q"},
        {"type": "one", "question": "q" * 301, "options": ["a", "b"]},
    ],
)
def test_a_poll_that_cannot_be_asked(question):
    assert refusal(HappeningRoom(), "poll.open", **question) == "bad_data"


def test_five_hundred_hands_are_counted_and_paged():
    room = HappeningRoom()
    for number in range(500):
        do(room, "hand.raise", By(f"person:h{number}", "student", f"学生{number}", "第一中学"))
    desk = VIEWS["hands"](room)
    assert desk["hands"]["count"] == 500
    assert len(desk["hands"]["first"]) == 30
    seen = [row["key"] for start in range(0, 500, 50) for row in page_of_hands(room, start)]
    assert seen == [f"person:h{number}" for number in range(500)]
    do(room, "hand.clear")
    assert VIEWS["hands"](room) == {}
    assert not any("hand" in own for own in room.own.values())


def test_the_word_goes_to_a_raised_hand_and_back():
    room = HappeningRoom()
    assert refusal(room, "hand.word", key=CLASSES[0].key) == "not_raised"
    do(room, "hand.raise", CLASSES[0])
    assert refusal(room, "hand.raise", CLASSES[0]) == "raised"
    do(room, "hand.word", key=CLASSES[0].key)
    assert room.public["words"] == [{"name": CLASSES[0].name, "school": CLASSES[0].school}]
    assert set(room.own[CLASSES[0].key]) == {"word"}
    do(room, "hand.done", key=CLASSES[0].key)
    assert room.public == {}
    assert room.own == {}


def test_lots_pass_over_those_who_had_their_turn():
    room, names = HappeningRoom(), set()
    for _ in STUDENTS:
        event, _effects = do(room, "lot.draw", among="students")
        names.add(event.data["key"])
    assert names == {by.key for by in STUDENTS}
    assert refusal(room, "lot.draw", among="students") == "nobody_left"
    do(room, "lot.draw", among="classes")
    do(room, "lot.again")
    do(room, "lot.draw", among="students")
    nobody = scene(room.ms)
    with pytest.raises(Refused, match="nobody_there"):
        room.propose("lot.draw", {"among": "students"}, TEACHER, nobody)


def test_before_strangers_a_student_is_not_named_in_full():
    room = HappeningRoom()
    outside = scene(5, present=there, strangers=True)
    do(room, "lot.draw", at=outside, among="students")
    do(room, "hand.raise", STUDENTS[2])
    do(room, "hand.word", at=outside, key=STUDENTS[2].key)
    assert room.public["lot"]["name"] == room.public["words"][0]["name"] == "学"
    assert VIEWS["lots"](room)["lots"]["last"][0]["name"].startswith("学生")
    assert VIEWS["hands"](room)["words"][0]["name"] == STUDENTS[2].name


def test_notes_are_few_and_captions_replace_each_other():
    room = HappeningRoom()
    pinned = [do(room, "note.pin", text=f"第{n}条")[0].seq for n in range(6)]
    assert refusal(room, "note.pin", text="再一条") == "too_many_notes"
    do(room, "note.unpin", n=pinned[0])
    assert refusal(room, "note.unpin", n=pinned[0]) == "no_note"
    do(room, "caption.say", text="先看图")
    do(room, "caption.say", text="再\u202e看\x00式子")
    assert room.public["caption"]["text"] == "再看式子"


def test_a_patch_with_a_star_takes_out_all_that_begins_so():
    known = {"board:1": 1, "board:2": 2, "poll": 3}
    patched(known, {"board:*": None, "board:3": 3})
    assert known == {"poll": 3, "board:3": 3}
