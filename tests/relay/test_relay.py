"""The stage by way of a real Janus: what pages are told, who may say what, and what is left when somebody goes, or Janus does."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from aiortc import RTCSessionDescription

from lantian.teach.live.consumers.eventlog import EventLog
from lantian.teach.live.consumers.floor import Floor
from lantian.teach.live.engine.happenings.kinds.stage import MOST_BY_RELAY, TEACHER, StageEnds
from lantian.teach.live.engine.protocol import WireError
from lantian.teach.live.services.janus import Janus
from lantian.teach.live.tests.test_floor import Ear, Stage, ticket
from tests.relay.ends import Heard, Tone, Wall, answered, connection, offered
from tests.relay.wire import CANDIDATE, JanusProcess, offer

LINE = "a" * 18


async def within(seconds: float, happened, what: str):
    """The first value of `happened()` that is something."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := happened()):
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.02)
    return found


class Talk:
    """A lesson with a teacher and classes before their screens, and the line to Janus."""

    def __init__(self, tmp_path, process: JanusProcess, classes: int) -> None:
        self.janus = Janus(process.socket, process.secrets)
        self.stage = Stage(tmp_path)
        self.stage.floor.close()
        self.stage.floor = Floor(self.stage, EventLog(self.stage.path), self.janus)
        self.teacher = Ear()
        self.stage.publisher = SimpleNamespace(outlet=self.teacher)
        self.stage.floor.seat(self.teacher)
        self.tickets = [ticket("class") for _ in range(classes)]
        self.screens = [self.stage.enter(each) for each in self.tickets]
        self.keys = [f"class:{each.c}" for each in self.tickets]
        self.lines: list = []

    @property
    def board(self):
        return self.stage.floor.stage

    @property
    def relay(self):
        return self.board._relay

    def ear(self, key: str) -> Ear:
        return self.teacher if key == TEACHER else self.screens[self.keys.index(key)].outlet

    def call(self, number: int) -> None:
        assert self.stage.do("stage.invite", key=self.keys[number])["t"] == "done"
        assert (
            self.stage.do("stage.accept", self.tickets[number], self.screens[number].outlet, line=LINE)["t"] == "done"
        )
        self.say(self.keys[number], {"t": "stage", "line": LINE})

    def say(self, key: str, word: dict) -> None:
        self.board.take(word, key, self.ear(key))

    def relayed(self, key: str, of: str | None, **data) -> None:
        self.say(key, {"t": "relay", "of": of, "data": data})

    def told(self, key: str, of: str | None) -> list[dict]:
        return [word["data"] for word in self.ear(key).of("relay") if word["of"] == of]

    async def offer(self, key: str, attempt: str = "one", **kind) -> str:
        """The relay's answer to the offer of a page behind which nobody is."""
        return await self._answer(key, attempt, offer(**kind))

    async def _answer(self, key: str, attempt: str, sdp: str) -> str:
        self.relayed(key, None, **{"try": attempt, "sdp": {"type": "offer", "sdp": sdp}})
        found = await within(
            5, lambda: [each for each in self.told(key, None) if each.get("try") == attempt], f"{key} is answered"
        )
        assert found[0]["sdp"]["type"] == "answer"
        return found[0]["sdp"]["sdp"]

    async def publish(self, key: str, attempt: str = "one", *, colour=(200, 30, 30), hertz=440, camera=True):
        """The same with a camera and a microphone behind it, until Janus has them."""
        line = connection()
        self.lines.append(line)
        tracks = [Tone(hertz), *([Wall(colour)] if camera else [])]
        answer = await self._answer(key, attempt, await offered(line, *tracks))
        await line.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await within(10, lambda: key in self.relay.publishing, f"{key} is connected")
        return line

    async def hears(self, key: str, of: str, count: int = 1) -> dict:
        """The relay's `count`th offer of another end."""
        return (await within(5, lambda: self.told(key, of)[count - 1 :], f"{key} is offered {of}"))[0]

    async def take(self, key: str, of: str, count: int = 1) -> Heard:
        """That offer taken, and what comes."""
        told = await self.hears(key, of, count)
        heard = Heard(connection())
        self.lines.append(heard)
        sdp = await answered(heard.line, told["sdp"]["sdp"])
        self.relayed(key, of, **{"try": told["try"], "sdp": {"type": "answer", "sdp": sdp}})
        return heard

    async def publishers(self) -> set[str]:
        """As Janus has them."""
        asked, _ = await self.janus.manager.ask({"request": "listparticipants", "room": self.relay.room})
        return {each["id"] for each in asked["participants"]}

    async def rooms(self) -> list[str]:
        key = self.janus.word("janus-rooms")
        return [
            each["room"] for each in (await self.janus.manager.ask({"request": "list", "admin_key": key}))[0]["list"]
        ]


def talking(tmp_path, process, story, classes: int = 2):
    async def run():
        talk = Talk(tmp_path, process, classes)
        keeping = asyncio.create_task(talk.janus.keep())
        try:
            await within(10, lambda: talk.janus.up, "a line to Janus")
            await story(talk)
        finally:
            talk.stage.floor.close()
            for line in talk.lines:
                await line.close()
            await asyncio.sleep(0.1)
            keeping.cancel()

    asyncio.run(run())


def near(colour, other):
    return colour is not None and all(abs(one - two) < 40 for one, two in zip(colour, other, strict=True))


def test_each_end_is_seen_and_heard_pictures_between_class_and_teacher_alone(tmp_path, janus):
    async def story(talk):
        first, second = talk.keys
        talk.call(0)
        talk.call(1)
        (greeted,) = talk.ear(first).of("stage")
        assert greeted["relay"] == talk.relay.mark
        talk.relayed(first, TEACHER, hello=True)  # who is not there yet is offered later
        talk.relayed(second, first, hello=True)
        for of in (first, second):
            talk.relayed(TEACHER, of, hello=True)
        await talk.publish(first, colour=(200, 30, 30), hertz=700)
        await talk.publish(TEACHER, colour=(30, 30, 200), hertz=440)
        await talk.publish(second, hertz=1270, camera=False)
        teacher, voice = await talk.take(first, TEACHER), await talk.take(second, first)
        one, other = await talk.take(TEACHER, first), await talk.take(TEACHER, second)
        await within(15, lambda: near(teacher.colour, (30, 30, 200)) and near(one.colour, (200, 30, 30)), "pictures")
        tones = {teacher: 440, voice: 700, one: 700, other: 1270}
        await within(10, lambda: all(abs(each.hertz - hertz) < 12 for each, hertz in tones.items()), "voices")
        assert voice.kinds == {"audio"}, "no picture from class to class"
        assert other.kinds == {"audio"}, "this class has no camera"
        assert len(await talk.publishers()) == 3

    talking(tmp_path, janus, story)


def test_a_page_is_answered_with_h264_and_addresses_that_are_not_the_loop(tmp_path, janus, wire):
    async def story(talk):
        talk.call(0)
        answer = await talk.offer(talk.keys[0])
        assert "H264" in answer
        addresses = {line.split()[4] for line in answer.splitlines() if line.startswith("a=candidate")}
        assert addresses == {wire[1]}

    talking(tmp_path, janus, story, classes=1)


def test_a_page_that_comes_again_takes_the_place_of_itself_and_the_others_are_offered_the_new_one(tmp_path, janus):
    async def story(talk):
        (first,) = talk.keys
        talk.call(0)
        talk.relayed(TEACHER, first, hello=True)
        await talk.publish(first)
        await talk.hears(TEACHER, first)
        said = {"try": "one", "sdp": {"type": "offer", "sdp": offer()}}
        talk.relayed(first, None, **said)  # the same, said again
        await talk.publish(first, "two")
        again = await talk.hears(TEACHER, first, 2)
        assert again["try"] != talk.told(TEACHER, first)[0]["try"]
        assert len(await talk.publishers()) == 1
        assert len([each for each in talk.told(first, None) if each["try"] == "one"]) == 1

    talking(tmp_path, janus, story, classes=1)


def test_who_leaves_or_is_removed_is_cut_off_and_with_the_last_one_the_room_goes(tmp_path, janus):
    async def story(talk):
        first, second = talk.keys
        talk.call(0)
        talk.call(1)
        lines = {key: await talk.publish(key) for key in (TEACHER, first, second)}
        talk.relayed(second, first, hello=True)
        await talk.take(second, first)
        assert len(await talk.publishers()) == 3
        talk.stage.do("stage.remove", key=first)
        assert talk.relay.publishing == {TEACHER, second}
        await eventually(lambda: talk.publishers(), lambda found: len(found) == 2)
        await within(10, lambda: lines[first].connectionState == "closed", "Janus hangs up on it")
        assert talk.relay._legs == {}, "and nobody hears it any more"
        talk.relayed(first, None, **{"try": "x", "sdp": {"type": "offer", "sdp": offer()}})
        await asyncio.sleep(0.3)
        assert len(await talk.publishers()) == 2, "it may not come back by itself"
        room = talk.relay.room
        assert room in await talk.rooms()
        talk.stage.do("stage.leave", talk.tickets[1], talk.screens[1].outlet)
        await eventually(lambda: talk.rooms(), lambda found: room not in found)

    talking(tmp_path, janus, story)


async def eventually(ask, true, seconds=5.0):
    """Until what is asked of Janus is so."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not true(found := await ask()):
        assert asyncio.get_running_loop().time() < deadline, found
        await asyncio.sleep(0.02)


def test_only_who_is_on_stage_is_heard_by_its_own_socket_and_of_those_who_are(tmp_path, janus):
    async def story(talk):
        first, second = talk.keys
        talk.call(0)
        sdp = {"try": "x", "sdp": {"type": "offer", "sdp": offer()}}
        talk.relayed(second, None, **sdp)  # was not called
        talk.board.take({"t": "relay", "of": None, "data": sdp}, first, Ear())  # another screen of the same class
        talk.relayed(first, second, hello=True)  # of somebody who is not on stage
        talk.relayed(first, first, hello=True)
        await asyncio.sleep(0.3)
        assert talk.relay.publishing == set()
        assert talk.relay._wishes == set()
        assert talk.told(second, None) == talk.told(first, None) == []
        await talk.offer(first)

    talking(tmp_path, janus, story)


VIDEO_TWICE = offer() + offer().split("\r\n", 5)[5]
GARBAGE = [
    {"of": 3, "data": {"hello": True}},
    {"of": "../etc", "data": {"hello": True}},
    {"of": None, "data": "hello"},
    {"of": None, "data": {"try": "x; y", "ice": []}},
    {"of": None, "data": {"try": "x", "sdp": {"type": "answer", "sdp": offer()}}},
    {"of": "teacher", "data": {"try": "x", "sdp": {"type": "offer", "sdp": offer()}}},
    {"of": None, "data": {"try": "x", "sdp": {"type": "offer", "sdp": "v=0\x00"}}},
    {"of": None, "data": {"try": "x", "sdp": {"type": "offer", "sdp": offer() + "a=x:" + "y" * 15_000}}},
    {"of": None, "data": {"try": "x", "sdp": {"type": "offer", "sdp": VIDEO_TWICE}}},
    {
        "of": None,
        "data": {"try": "x", "sdp": {"type": "offer", "sdp": offer() + "m=application 9 UDP/DTLS/SCTP x\r\n"}},
    },
    {"of": None, "data": {"try": "x", "ice": [CANDIDATE] * 41}},
    {"of": None, "data": {"try": "x", "ice": [{**CANDIDATE, "candidate": "rm -rf"}]}},
    {"of": None, "data": {"try": "x", "ice": [{**CANDIDATE, "sdpMLineIndex": -1}]}},
    {"of": None, "data": {"try": "x", "ice": [7]}},
    {},
]


def test_what_no_page_of_ours_says_ends_its_connection_and_reaches_nobody(tmp_path, janus):
    async def story(talk):
        talk.call(0)
        for word in GARBAGE:
            with pytest.raises(WireError):
                talk.say(talk.keys[0], {"t": "relay", **word})
        assert talk.relay._publishers == {}

    talking(tmp_path, janus, story)


def test_an_offer_that_looks_right_and_is_none_costs_that_page_its_try_and_nothing_else(tmp_path, janus):
    async def story(talk):
        talk.call(0)
        talk.relayed(talk.keys[0], None, **{"try": "bad", "sdp": {"type": "offer", "sdp": "v=0\r\nm=audio x y z\r\n"}})
        await within(5, lambda: talk.relay._publishers == {}, "it is let go of")
        await talk.offer(talk.keys[0], "good")

    talking(tmp_path, janus, story)


def test_a_page_that_never_stops_talking_is_not_passed_on(tmp_path, janus):
    async def story(talk):
        talk.call(0)
        await talk.offer(talk.keys[0])
        for _ in range(400):
            talk.relayed(talk.keys[0], None, **{"try": "one", "ice": [CANDIDATE]})
        leg = talk.relay._publishers[talk.keys[0]]
        assert leg.words.qsize() <= 64
        await within(5, lambda: leg.words.empty(), "what was taken is passed on")
        assert not leg.closing

    talking(tmp_path, janus, story)


def test_janus_killed_and_started_again_has_everybody_begin_anew_in_a_room_of_another_mark(tmp_path, janus):
    async def story(talk):
        (first,) = talk.keys
        talk.call(0)
        talk.relayed(TEACHER, first, hello=True)
        await talk.publish(first)
        await talk.take(TEACHER, first)
        before = talk.relay.mark
        janus.kill()
        await within(3, lambda: not talk.janus.up, "it is noticed")
        talk.relayed(first, None, **{"try": "vain", "sdp": {"type": "offer", "sdp": offer()}})
        assert talk.relay._publishers == {}
        assert len(talk.stage.floor.room.part(StageEnds).on) == 1, "nobody leaves the stage by that"
        janus.start()
        await within(5, lambda: talk.janus.up, "it is found again")
        mark = talk.ear(first).of("stage")[-1]["relay"]
        assert mark == talk.teacher.of("stage")[-1]["relay"] == talk.relay.mark != before
        talk.relayed(TEACHER, first, hello=True)
        await talk.publish(first, "again", colour=(30, 200, 30))
        heard = await talk.take(TEACHER, first, 2)
        await within(10, lambda: near(heard.colour, (30, 200, 30)), "the picture is back")

    try:
        talking(tmp_path, janus, story, classes=1)
    finally:
        if janus.process.poll() is not None:
            janus.start()


def test_what_a_process_that_died_has_left_in_janus_is_cleared_away_by_the_next(tmp_path, janus):
    left = []

    async def dies(talk):
        talk.call(0)
        await talk.offer(talk.keys[0])
        left.append(talk.relay.room)
        talk.board.close = lambda: None

    async def comes(talk):
        assert left[0] not in await talk.rooms()

    async def killed():
        talk = Talk(tmp_path / "a", janus, 1)
        keeping = asyncio.create_task(talk.janus.keep())
        await within(10, lambda: talk.janus.up, "a line")
        await dies(talk)
        assert left[0] in await talk.rooms()
        keeping.cancel()

    for name in "ab":
        (tmp_path / name).mkdir()
    asyncio.run(killed())
    talking(tmp_path / "b", janus, comes, classes=1)


def test_by_relay_six_classes_may_be_called_and_how_they_talk_holds_until_the_stage_is_empty(tmp_path, janus):
    async def story(talk):
        for key in talk.keys[:MOST_BY_RELAY]:
            assert talk.stage.do("stage.invite", key=key)["t"] == "done"
        assert talk.stage.do("stage.invite", key=talk.keys[-1])["code"] == "stage_full"
        desk = talk.stage.floor._views["stage"] or {}
        await asyncio.sleep(0.5)
        desk = talk.stage.floor._views["stage"]
        assert desk["stage"]["most"] == MOST_BY_RELAY
        talk.janus.up = False  # it is away when one more is called
        talk.stage.do("stage.remove", key=talk.keys[0])
        assert talk.stage.do("stage.invite", key=talk.keys[-1])["t"] == "done"
        assert talk.stage.floor.room.part(StageEnds).relay
        for key in [*talk.keys[1:]]:
            talk.stage.do("stage.remove", key=key)
        talk.stage.do("stage.invite", key=talk.keys[0])
        assert not talk.stage.floor.room.part(StageEnds).relay, "by mesh, while the relay is away"
        talk.janus.up = True

    talking(tmp_path, janus, story, classes=MOST_BY_RELAY + 1)


class Nonsense:
    """Somebody on Janus' socket who is not Janus."""

    def __init__(self, words: list[str]) -> None:
        self.words, self.asked = words, 0

    async def serve(self, line) -> None:
        async for text in line:
            self.asked += 1
            transaction = json.loads(text)["transaction"]
            for word in self.words:
                await line.send(word.replace("TRANSACTION", transaction))


@pytest.mark.parametrize(
    "words",
    [["{", "[]", "7", "null"], ['{"janus":"success","transaction":"TRANSACTION"}'],
     ['{"janus":"success","transaction":"TRANSACTION","data":{"id":"x"}}'],
     ['{"janus":"event","sender":[1]}', '{"janus":"error","transaction":"TRANSACTION","error":3}']],
)  # fmt: skip
def test_nonsense_from_janus_is_no_line_to_it_and_does_not_end_the_trying(tmp_path, words):
    from websockets.asyncio.server import unix_serve

    async def run():
        other = Nonsense(words)
        (tmp_path / "janus-api").write_text("x")
        (tmp_path / "janus-rooms").write_text("x")
        async with unix_serve(other.serve, str(tmp_path / "s"), subprotocols=["janus-protocol"]):
            line = Janus(tmp_path / "s", tmp_path)
            keeping = asyncio.create_task(line.keep())
            await within(5, lambda: other.asked > (1 if words[0] != "{" else 0), "it is tried, and tried again")
            assert not line.up
            assert not keeping.done()
            keeping.cancel()

    asyncio.run(run())
