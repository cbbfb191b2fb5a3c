"""Chat and the side channel, as pure rules: who may write what when, who moderates, what is bounded, and the word filter."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.teach.live.engine.happenings import By, HappeningRoom, Present
from lantian.teach.live.engine.happenings.kinds import chat
from lantian.teach.live.engine.happenings.model import load_event
from lantian.teach.live.engine.happenings.registry import VIEWS, Seat
from lantian.teach.live.engine.words import default_words, found
from lantian.teach.live.tests.test_happenings import CLASSES, GUEST, STUDENTS, TEACHER, do, refusal, scene

HOST = By("person:h", "observe", "赵助教", "涪城中学", "h", None, "s0", "host")
ROOMS = [By(f"person:r{n}", "observe", f"助教{n}", f"第{n}中学", f"r{n}", f"g{n}", f"s{n}", "room") for n in range(2)]
OFFICER = By("person:o", "observe", "李主任", "教育局", "o")
GROUPS = ["7d1f0e60-0000-4000-8000-000000000000", "7d1f0e60-0000-4000-8000-000000000001"]


def opened(**data) -> HappeningRoom:
    room = HappeningRoom()
    do(room, "chat.set", open=True, **data)
    return room


def say(room: HappeningRoom, by: By = STUDENTS[0], text: str = "听懂了", *, after_ms: int = 400_000, **extra):
    event, _effects = do(room, "chat.say", by, scene(room.ms + after_ms, **extra), text=text)
    return event


def shown(room: HappeningRoom) -> list[str]:
    return [value["text"] for key, value in room.public.items() if key.startswith("chat:")]


# -- who writes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [STUDENTS[0], TEACHER, HOST, ROOMS[0]], ids=["student", "teacher", "host", "assistant"])
def test_students_assistants_and_the_teacher_write(by):
    room = opened()
    n = say(room, by).seq
    assert room.public[f"chat:{n}"]["part"] == {"person:t": "teach", "person:h": "host", "person:r0": "room"}.get(
        by.key, "student"
    )


@pytest.mark.parametrize("by", [CLASSES[0], GUEST, OFFICER], ids=["screen", "guest", "observer"])
def test_screens_guests_and_lookers_on_do_not(by):
    assert refusal(opened(), "chat.say", by, text="听懂了") == "forbidden"


@pytest.mark.parametrize("kind", ["chat.set", "chat.hide", "chat.keep", "chat.silence"])
@pytest.mark.parametrize("by", [STUDENTS[1], ROOMS[0], CLASSES[0], GUEST, OFFICER])
def test_only_the_sending_side_moderates(kind, by):
    room = opened()
    n = say(room).seq
    assert refusal(room, kind, by, n=n, on=True, open=False) == "forbidden"


def test_a_chat_is_closed_until_the_sending_side_opens_it_and_after_it_closes_it():
    room = HappeningRoom()
    assert refusal(room, "chat.say", STUDENTS[0], text="在吗") == "chat_closed"
    say(room, TEACHER, "先听讲")
    do(room, "chat.set", HOST, open=True)
    say(room)
    do(room, "chat.set", open=False)
    assert refusal(room, "chat.say", STUDENTS[0], text="还在吗") == "chat_closed"
    assert refusal(room, "chat.say", ROOMS[0], text="还在吗") == "chat_closed"
    say(room, HOST, "下节课再聊")
    assert shown(room) == ["先听讲", "听懂了", "下节课再聊"]


@pytest.mark.parametrize(("crowd", "slow"), [(3, 0), (40, 5), (120, 15), (2000, 30)])
def test_the_larger_the_crowd_the_slower_it_may_write_unless_somebody_says_otherwise(crowd, slow):
    people = [Present(f"person:{n}", "student", "某人", "") for n in range(crowd)]
    room = HappeningRoom()
    do(room, "chat.set", TEACHER, scene(present=lambda: people), open=True)
    assert room.public["chat"] == {"open": True, "slow": slow}
    do(room, "chat.set", TEACHER, scene(present=lambda: people), open=True, slow=60)
    assert room.public["chat"]["slow"] == 60
    assert refusal(room, "chat.set", slow=301, open=True) == "bad_data"


def test_slow_mode_holds_for_each_by_itself_and_not_for_the_sending_side():
    room = opened(slow=30)
    say(room, STUDENTS[0], "一")
    with pytest.raises(Exception, match="slow") as refused:
        do(room, "chat.say", STUDENTS[0], scene(room.ms + 10_000), text="二")
    assert (refused.value.code, refused.value.message) == ("slow", "20")
    say(room, STUDENTS[1], "三", after_ms=10)
    say(room, TEACHER, "四", after_ms=10)
    say(room, TEACHER, "五", after_ms=chat.LEAST_MS)
    say(room, STUDENTS[0], "六", after_ms=30_000)
    assert shown(room) == ["一", "三", "四", "五", "六"]


def test_two_thousand_pupils_cannot_rush_the_teacher():
    room = opened(slow=0)
    crowd = [replace(STUDENTS[0], key=f"person:c{n}") for n in range(2000)]
    taken, start, codes = 0, room.ms, set()
    for number, by in enumerate(crowd):  # all of them within ten seconds
        try:
            do(room, "chat.say", by, scene(start + number * 5), text=f"第{number}句")
            taken += 1
        except chat.Refused as refused:
            codes.add(refused.code)
    assert codes == {"rush"}
    assert taken == 2 * chat.RUSH
    assert len(shown(room)) == taken
    say(room, TEACHER, "一个一个来", after_ms=1)


def test_the_map_keeps_the_newest_and_memory_what_is_shown_or_reported():
    room = opened(slow=0)
    first = say(room).seq
    do(room, "chat.report", STUDENTS[1], n=first)
    for number in range(chat.KEPT + 10):
        say(room, STUDENTS[number % 4], str(number))
    assert len(shown(room)) == chat.KEPT
    assert shown(room)[-1] == str(chat.KEPT + 9)
    assert set(room.part(chat.Chat).messages) == {first, *room.part(chat.Chat).shown}
    assert VIEWS["chat"](room)["reports"]["first"][0]["n"] == first
    do(room, "chat.keep", n=first)
    assert first not in room.part(chat.Chat).messages


@pytest.mark.parametrize("text", ["", "   ", "长" * 201, "\u202e"])
def test_what_is_no_message_is_refused(text):
    assert refusal(opened(), "chat.say", STUDENTS[0], text=text) == "bad_data"


def test_where_strangers_watch_a_child_is_not_named_in_full():
    room = opened()
    n = say(room, replace(STUDENTS[0], name="李小明"), strangers=True).seq
    assert room.public[f"chat:{n}"]["name"] == "李"
    do(room, "chat.report", STUDENTS[1], n=n)
    assert VIEWS["chat"](room)["reports"]["first"][0]["name"] == "李小明"


# -- moderation ----------------------------------------------------------------------------------------------------------------


def test_a_hidden_message_is_gone_and_what_is_told_later_forgets_it():
    room = opened()
    n = say(room).seq
    _event, effects = do(room, "chat.hide", HOST, n=n)
    assert (effects.public, effects.forget) == ({f"chat:{n}": None}, {f"chat:{n}"})
    assert shown(room) == []
    assert refusal(room, "chat.hide", n=n) == "no_message"
    assert refusal(room, "chat.report", STUDENTS[1], n=n) == "no_message"


def test_who_is_silenced_writes_no_more_until_it_is_taken_back():
    room = opened()
    n = say(room).seq
    _event, effects = do(room, "chat.silence", n=n, on=True)
    assert effects.own == {STUDENTS[0].key: {"silenced": True}}
    assert room.own[STUDENTS[0].key]["silenced"] is True
    assert refusal(room, "chat.say", STUDENTS[0], text="为什么") == "silenced"
    assert refusal(room, "chat.silence", n=n, on=True) == "silenced_before"
    do(room, "chat.hide", n=n)  # the way back does not hang on the message
    assert VIEWS["chat"](room)["silenced"][0]["name"] == STUDENTS[0].name
    do(room, "chat.silence", n=n, on=False)
    assert refusal(room, "chat.silence", n=n, on=False) == "no_message"
    say(room, STUDENTS[0], "谢谢")


@pytest.mark.parametrize("by", [TEACHER, HOST])
def test_the_sending_side_is_neither_silenced_nor_reported(by):
    room = opened()
    n = say(room, by).seq
    assert refusal(room, "chat.silence", n=n, on=True) == "forbidden"
    assert refusal(room, "chat.report", STUDENTS[0], n=n) == "forbidden"


def test_reports_reach_the_desk_once_each_the_most_reported_first():
    room = opened()
    mild, bad = say(room, STUDENTS[0], "一般").seq, say(room, STUDENTS[1], "难听").seq
    do(room, "chat.report", STUDENTS[2], n=mild)
    _event, effects = do(room, "chat.report", STUDENTS[2], n=bad, why="骂人")
    assert (effects.public, effects.stale) == ({}, {"chat"})
    do(room, "chat.report", OFFICER, n=bad)
    assert refusal(room, "chat.report", STUDENTS[2], n=bad) == "reported"
    assert refusal(room, "chat.report", STUDENTS[1], n=bad) == "forbidden"  # one's own
    assert refusal(room, "chat.report", GUEST, n=bad) == "forbidden"
    rows = VIEWS["chat"](room)["reports"]
    assert rows["count"] == 2
    assert [(row["n"], row["count"], row["why"]) for row in rows["first"]] == [(bad, 2, "骂人"), (mild, 1, "")]
    do(room, "chat.keep", n=bad)
    assert refusal(room, "chat.report", STUDENTS[3], n=bad) == "reported"
    do(room, "chat.hide", n=mild)
    assert VIEWS["chat"](room) == {}


def test_nobody_floods_the_desk_with_reports():
    room = opened(slow=0)
    numbers = [say(room, replace(STUDENTS[0], key=f"person:c{n}"), str(n)).seq for n in range(25)]
    for n in numbers[: chat.MOST_REPORTS_OF_ONE]:
        do(room, "chat.report", STUDENTS[1], n=n)
    assert refusal(room, "chat.report", STUDENTS[1], n=numbers[-1]) == "full"
    assert len(VIEWS["chat"](room)["reports"]["first"]) == chat.REPORTS_SHOWN


ACTS = st.lists(
    st.tuples(
        st.sampled_from([*STUDENTS, TEACHER, HOST, *ROOMS]),
        st.sampled_from(["chat.set", "chat.say", "chat.hide", "chat.silence", "chat.report", "chat.keep", "side.say"]),
        st.integers(1, 40),
    ),
    max_size=80,
)


@given(ACTS)
def test_a_restart_finds_the_same_chat_in_the_log(acts):
    room, again = HappeningRoom(), HappeningRoom()
    events = [room.propose("chat.set", {"open": True, "slow": 0}, TEACHER, scene(5))]
    room.fold(events[0])
    for number, (by, kind, n) in enumerate(acts):
        data = {"open": n % 5 > 0, "slow": 0, "text": f"第{number}句", "n": n, "on": n % 2 == 0}
        try:
            event = room.propose(kind, data, by, scene(2000 * number + 10))
        except chat.Refused:
            continue
        events.append(event)
        room.fold(event)
    for event in events:
        again.fold(load_event(event.dump()))
    assert (again.public, again.own) == (room.public, room.own)
    for name in ("chat", "side"):
        assert VIEWS[name](again) == VIEWS[name](room)


# -- the side channel -----------------------------------------------------------------------------------------------------------


def side_of(room: HappeningRoom, seat: Seat) -> list[str]:
    view = VIEWS["side"]
    return [line["text"] for key, line in view(room).items() if key.startswith("side:") and view.seen(key, seat)]


def test_a_rooms_thread_is_read_by_its_assistants_and_the_sending_side_alone():
    room = HappeningRoom()
    first, second = (replace(by, group=group) for by, group in zip(ROOMS, GROUPS, strict=True))
    do(room, "side.say", first, text="一班投影黑了")
    do(room, "side.say", second, scene(room.ms + 5000), text="二班到齐了")
    do(room, "side.say", HOST, scene(room.ms + 5000), text="请重启投影", to=GROUPS[0])
    do(room, "side.say", TEACHER, scene(room.ms + 5000), text="五分钟后小组讨论", to=None)
    everything = ["一班投影黑了", "二班到齐了", "请重启投影", "五分钟后小组讨论"]
    assert side_of(room, Seat("teach")) == side_of(room, Seat("host")) == everything
    assert side_of(room, Seat("room", GROUPS[0])) == ["一班投影黑了", "请重启投影", "五分钟后小组讨论"]
    assert side_of(room, Seat("room", GROUPS[1])) == ["二班到齐了", "五分钟后小组讨论"]
    assert room.public == {}
    assert room.own == {}


@pytest.mark.parametrize("by", [STUDENTS[0], CLASSES[0], GUEST, OFFICER])
def test_pupils_and_lookers_on_have_no_side_channel(by):
    assert refusal(HappeningRoom(), "side.say", by, text="喂") == "forbidden"
    assert side_of(HappeningRoom(), Seat("")) == []


def test_an_assistant_cannot_write_in_another_rooms_thread():
    room = HappeningRoom()
    event, _effects = do(room, "side.say", replace(ROOMS[0], group=GROUPS[0]), text="喂", to=GROUPS[1])
    assert event.data["to"] == GROUPS[0]


def test_head_counts_come_from_the_platform_alone_and_the_newest_holds():
    room = HappeningRoom()
    platform = By("system", "system")
    count = {"class": GROUPS[0], "name": "八年级（1）班", "school": "第0中学", "present": 40, "expected": 43}
    do(room, "side.heads", platform, **count)
    do(room, "side.heads", platform, **{**count, "present": 41})
    assert VIEWS["side"](room)[f"heads:{GROUPS[0]}"]["present"] == 41
    for by in (TEACHER, HOST, ROOMS[0]):
        assert refusal(room, "side.heads", by, **count) == "forbidden"
    assert not VIEWS["side"].seen(f"heads:{GROUPS[0]}", Seat("room", GROUPS[1]))


def test_the_side_channel_is_bounded_for_each_room():
    room = HappeningRoom()
    for number in range(50):
        do(room, "side.say", replace(ROOMS[0], group=GROUPS[0]), scene(room.ms + 5000), text=str(number))
    assert side_of(room, Seat("host")) == [str(number) for number in range(20, 50)]
    assert len(json.dumps(VIEWS["side"](room))) < 16_000


# -- words -----------------------------------------------------------------------------------------------------------------------

LIST = ("滚蛋", "shit", "王八蛋", "nmsl")


@pytest.mark.parametrize(
    "text",
    [
        "滚蛋",
        "你滚 蛋吧",
        "滚.蛋",
        "滚\u200b蛋",
        "滚_*_蛋",
        "ＳＨＩＴ",
        "s h i t",
        "S.H.I.T!",
        "oh shit",
        "王 八\u3000蛋",
        "ｎmＳl",
        "就shit吧",
    ],
)
def test_a_listed_word_is_found_however_it_is_dressed_up(text):
    assert found(LIST, text)


@pytest.mark.parametrize("text", ["别滚，蛋糕还没吃", "shitake", "this hits", "王八", "", "!!!", "八蛋王"])
def test_what_only_looks_a_little_like_it_is_not(text):
    assert not found(("王八蛋", "shit", "nmsl", "滚蛋糕店"), text)


@pytest.mark.parametrize(
    "text",
    [
        "我妈妈的书在桌上", "我们去死海旅游", "锑的元素符号是Sb", "废物可以回收利用", "体操你会做吗", "今日你值日",
        "class is over", "assess the passage", "鸡蛋和牛奶", "牛奶和面包", "白纸黑字", "he shifted the box", "神经系统传导兴奋",
        "Scunthorpe", "智力障碍", "第1次C++课", "草原你来过吗",
    ],
)  # fmt: skip
def test_the_default_list_lets_ordinary_sentences_of_a_lesson_pass(text):
    assert not found(default_words(), text)


def test_the_default_list_is_small_and_holds_no_word_twice():
    assert 20 < len(default_words()) < 200
    assert len(set(default_words())) == len(default_words())


def test_what_holds_a_listed_word_is_refused_with_a_reason_and_leaves_nothing():
    room = opened()
    with pytest.raises(chat.Refused) as refused:
        say(room, text="你滚 蛋", words=LIST)
    assert refused.value.code == "word"
    with pytest.raises(chat.Refused):
        say(room, TEACHER, text="滚蛋", words=LIST)
    assert shown(room) == []
    say(room, text="慢慢来", words=LIST)
