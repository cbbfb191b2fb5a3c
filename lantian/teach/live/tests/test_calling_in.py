"""Classes called into a lesson: who may be on stage, what each is told, and whom words between browsers reach."""

import base64
import hashlib
import hmac
from types import SimpleNamespace

import pytest
from django.test import override_settings

from lantian.teach.live.consumers.switchboard import LOST_S, UNANSWERED_S
from lantian.teach.live.engine.happenings import By, HappeningRoom, Present, Refused
from lantian.teach.live.engine.happenings.kinds.stage import MOST_CLASSES, TEACHER, StageEnds
from lantian.teach.live.engine.happenings.registry import VIEWS
from lantian.teach.live.engine.ice import ice_servers
from lantian.teach.live.engine.protocol import WireError
from lantian.teach.live.tests.test_floor import Ear, on_stage, ticket
from lantian.teach.live.tests.test_happenings import CLASSES, STUDENTS, do, refusal, scene

A, B, C = CLASSES
LINE = "aaaaaaaaaaaaaaaaaa"


def call(room: HappeningRoom, by, line: str = LINE):
    do(room, "stage.invite", key=by.key)
    return do(room, "stage.accept", by, line=line)


# -- who may be on stage -----------------------------------------------------------------------------------------------------


def test_a_class_is_called_takes_the_call_and_everybody_sees_its_name():
    room = HappeningRoom()
    do(room, "hand.raise", A)
    _, effects = do(room, "stage.invite", key=A.key)
    assert effects.own[A.key] == {"stage": {"state": "invited", "ms": room.ms}, "hand": None}
    assert "stage" not in room.public
    assert VIEWS["stage"](room)["stage"]["ends"][0]["state"] == "invited"
    assert VIEWS["hands"](room) == {}
    do(room, "stage.accept", A, line=LINE)
    assert room.public["stage"] == [{"name": A.name, "school": A.school}]
    assert room.own[A.key]["stage"] == {
        "state": "on", "ms": room.ms, "line": LINE, "muted": False, "peers": [], "key": A.key,
    }  # fmt: skip
    do(room, "stage.leave", A)
    assert room.public == {}
    assert room.own == {}
    assert VIEWS["stage"](room) == {}


def test_each_on_stage_knows_the_others_and_hears_who_comes_and_goes():
    room = HappeningRoom()
    call(room, A)
    _, effects = call(room, B, "bbbbbbbbbbbbbbbbbb")
    assert effects.own[A.key]["stage"]["peers"] == [{"key": B.key, "line": "bbbbbbbbbbbbbbbbbb"}]
    assert effects.own[B.key]["stage"]["peers"] == [{"key": A.key, "line": LINE}]
    _, effects = do(room, "stage.remove", key=A.key)
    assert effects.own == {A.key: {"stage": None}, B.key: {"stage": {**room.own[B.key]["stage"], "peers": []}}}


def test_refusals_say_why():
    room = HappeningRoom()
    assert refusal(room, "stage.accept", A, line=LINE) == "not_invited"
    assert refusal(room, "stage.leave", A) == "not_on_stage"
    assert refusal(room, "stage.remove", key=A.key) == "not_on_stage"
    assert refusal(room, "stage.invite", key="class:elsewhere") == "nobody_there"
    assert refusal(room, "stage.invite", key=STUDENTS[0].key) == "nobody_there", "a child's own camera is not asked for"
    assert refusal(room, "stage.invite", key=7) == "bad_data"
    assert refusal(room, "stage.invite", A, key=B.key) == "forbidden"
    assert refusal(room, "stage.accept", STUDENTS[0], line=LINE) == "forbidden"
    do(room, "stage.invite", key=A.key)
    assert refusal(room, "stage.invite", key=A.key) == "on_stage"
    assert refusal(room, "stage.accept", A, line="<script>") == "bad_data"
    do(room, "stage.accept", A, line=LINE)
    assert refusal(room, "stage.accept", A, line="another-screen-of-it".replace("-", "")) == "on_stage"
    assert refusal(room, "stage.look", look="upside down") == "bad_data"
    assert refusal(room, "stage.look", look="one", key=B.key) == "not_on_stage"


def test_the_stage_has_room_for_three_called_or_come():
    room = HappeningRoom()
    for by in CLASSES:
        do(room, "stage.invite", key=by.key)
    assert len(CLASSES) == MOST_CLASSES
    assert refusal(room, "stage.invite", key=STUDENTS[0].key) == "nobody_there"
    do(room, "stage.decline", A)
    do(room, "stage.invite", key=A.key)
    fourth = By("class:x", "class", "九班", "远校", None, "x", "s9")
    there = [Present(by.key, by.role, by.name, by.school) for by in [*CLASSES, fourth]]
    with pytest.raises(Refused, match="stage_full"):
        do(room, "stage.invite", at=scene(room.ms + 1, present=lambda: there), key=fourth.key)


def test_muting_and_the_large_picture_end_with_the_call():
    room = HappeningRoom()
    call(room, A)
    do(room, "stage.mute", key=A.key, on=True)
    assert room.own[A.key]["stage"]["muted"]
    do(room, "stage.look", look="one", key=A.key)
    assert (VIEWS["stage"](room)["stage"]["look"], VIEWS["stage"](room)["stage"]["large"]) == ("one", A.key)
    do(room, "stage.remove", key=A.key)
    do(room, "stage.look", look="even")
    call(room, B)
    assert room.part(StageEnds).look == "even"
    do(room, "stage.leave", B)
    call(room, B)
    assert (room.part(StageEnds).look, room.part(StageEnds).large) == ("row", None)
    assert not room.own[B.key]["stage"]["muted"]


# -- words between browsers --------------------------------------------------------------------------------------------------


class Called:
    """A floor with a teacher and two classes in the room; `signal` says what reached whom."""

    def __init__(self, stage) -> None:
        self.stage, self.teacher = stage, Ear()
        stage.publisher = SimpleNamespace(outlet=self.teacher)
        stage.floor.seat(self.teacher)
        self.tickets = [ticket("class"), ticket("class")]
        self.screens = [stage.enter(each) for each in self.tickets]
        self.keys = [f"class:{each.c}" for each in self.tickets]

    def call(self, number: int, line: str = LINE) -> None:
        assert self.stage.do("stage.invite", key=self.keys[number])["t"] == "done"
        screen = self.screens[number]
        assert self.stage.do("stage.accept", self.tickets[number], screen.outlet, line=line)["t"] == "done"
        self.say(number, {"t": "stage", "line": line})

    def say(self, number: int, word: dict) -> None:
        self.stage.floor.stage.take(word, self.keys[number], self.screens[number].outlet)


def test_words_pass_between_those_on_stage_and_nobody_else(tmp_path):
    def story(stage):
        called = Called(stage)
        first, second = (screen.outlet for screen in called.screens)
        called.say(0, {"t": "signal", "to": TEACHER, "data": {"hello": True}})
        called.say(0, {"t": "stage", "line": LINE})
        assert first.of("stage") == [{"t": "stage", "off": True}], "not on stage: no servers, no credentials"
        assert called.teacher.of("signal") == []
        called.call(0)
        assert "ice" in first.of("stage")[-1]
        called.say(0, {"t": "signal", "to": TEACHER, "data": {"hello": True}})
        assert called.teacher.of("signal") == [{"t": "signal", "from": called.keys[0], "data": {"hello": True}}]
        switchboard = stage.floor.stage
        switchboard.take({"t": "signal", "to": called.keys[0], "data": {"sdp": 1}}, TEACHER, called.teacher)
        assert first.of("signal") == [{"t": "signal", "from": TEACHER, "data": {"sdp": 1}}]
        switchboard.take({"t": "signal", "to": called.keys[1], "data": {}}, TEACHER, called.teacher)
        assert second.of("signal") == [], "the second class was not called"
        # another screen of the same class has no call: neither by guessing the page's mark nor without it
        tablet = stage.enter(called.tickets[0])
        switchboard.take({"t": "signal", "to": TEACHER, "data": {"x": 1}}, called.keys[0], tablet.outlet)
        switchboard.take({"t": "stage", "line": "b" * 18}, called.keys[0], tablet.outlet)
        assert len(called.teacher.of("signal")) == 1
        assert tablet.outlet.of("stage") == [{"t": "stage", "off": True}]
        called.call(1, "c" * 18)
        called.say(0, {"t": "signal", "to": called.keys[1], "data": {"n": 1}})
        assert second.of("signal") == [{"t": "signal", "from": called.keys[0], "data": {"n": 1}}]
        for bad in ({"to": 3, "data": {}}, {"to": TEACHER, "data": "text"}, {}):
            with pytest.raises(WireError):
                called.say(0, {"t": "signal", **bad})

    on_stage(tmp_path, story)


def test_who_reloads_or_loses_the_line_may_come_back_and_who_stays_away_leaves_the_stage(tmp_path):
    def story(stage):
        called = Called(stage)
        called.call(0)
        called.call(1, "c" * 18)
        board = stage.floor.stage
        board.tick(1000.0)
        stage.floor.leave(called.screens[0].outlet)
        board.tick(1001.0)
        board.tick(1000.0 + LOST_S)
        assert len(stage.floor.room.part(StageEnds).on) == 2
        called.screens[0] = stage.enter(called.tickets[0])
        called.say(0, {"t": "stage", "line": LINE})
        board.tick(1003.0 + LOST_S)
        assert len(stage.floor.room.part(StageEnds).on) == 2, "it is back"
        stage.floor.leave(called.screens[0].outlet)
        board.tick(2000.0)
        board.tick(2001.0 + LOST_S)
        assert [end.key for end in stage.floor.room.part(StageEnds).on] == [called.keys[1]]
        assert "stage" not in stage.floor.room.own.get(called.keys[0], {})

    on_stage(tmp_path, story)


def test_an_invitation_that_nobody_answers_goes_by_itself_and_a_late_answer_is_not_cut_short(tmp_path):
    def story(stage):
        called = Called(stage)
        board = stage.floor.stage
        for key in called.keys:
            stage.do("stage.invite", key=key)
        board.tick(1000.0)
        board.tick(999.0 + UNANSWERED_S)
        stage.do("stage.accept", called.tickets[1], called.screens[1].outlet, line=LINE)
        board.tick(1001.0 + UNANSWERED_S)
        assert [end.key for end in stage.floor.room.part(StageEnds).all.values()] == [called.keys[1]]

    on_stage(tmp_path, story)


def test_after_the_process_was_killed_the_stage_is_as_it_was(tmp_path):
    def story(stage):
        called = Called(stage)
        called.call(0)
        before = stage.floor.room.own
        stage.restart()
        assert stage.floor.room.own == before
        called.say(0, {"t": "stage", "line": LINE})
        assert "ice" in called.screens[0].outlet.of("stage")[-1]

    on_stage(tmp_path, story)


# -- servers that help -------------------------------------------------------------------------------------------------------


def test_a_turn_password_is_made_for_one_end_and_runs_out():
    """As coturn checks it: HMAC-SHA-1 of the user under the shared secret, base64."""
    found = ice_servers(["stun:a:3478"], ["turn:b:3478"], "geheim", "class:x", 1_000_000.0)
    assert found[0] == {"urls": ["stun:a:3478"]}
    user = found[1]["username"]
    assert user == f"{1_000_000 + 6 * 3600}:class:x"
    want = base64.b64encode(hmac.new(b"geheim", user.encode(), hashlib.sha1).digest()).decode()
    assert found[1]["credential"] == want
    assert ice_servers([], ["turn:b:3478"], "", "class:x", 0) == [], "no TURN without a secret"


@override_settings(LANTIAN_STUN_URLS=["stun:s:1"], LANTIAN_TURN_URLS=["turn:t:1"], LANTIAN_TURN_SECRET="s")
def test_only_who_is_on_stage_is_given_a_password(tmp_path):
    def story(stage):
        called = Called(stage)
        called.call(0)
        assert [sorted(each) for each in called.screens[0].outlet.of("stage")[-1]["ice"]] == [
            ["urls"], ["credential", "urls", "username"],
        ]  # fmt: skip
        called.say(1, {"t": "stage", "line": LINE})
        assert called.screens[1].outlet.of("stage") == [{"t": "stage", "off": True}]

    on_stage(tmp_path, story)
