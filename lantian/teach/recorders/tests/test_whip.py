"""The address for WHIP: which offers it takes, and what it answers whom. What Janus makes of them: tests/recorders/test_whip."""

import asyncio
import http.client
import socket
import threading
from pathlib import Path
from uuid import uuid4

import pytest

from lantian.teach.live.services.janus import Handle, JanusRefused
from lantian.teach.recorders.consumers.whip import Coming, Whip, digest, free_ports, listens
from lantian.teach.recorders.consumers.whip_door import FRAGMENT, SDP, Asked, Door, No, WhipServer
from lantian.teach.recorders.engine.whip import Unreadable, Unwanted, goodbye, parse_fragment, parse_offer, reader_sdp
from tests.relay.wire import offer

KEY = "0123456789abcdef01234567"
RECORDER = uuid4()
CANDIDATE = "a=candidate:1 1 UDP 2122260223 10.0.0.9 40000 typ host"
FRAGMENT_TEXT = (
    f"a=ice-ufrag:abcd\r\na=ice-pwd:{'p' * 24}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n{CANDIDATE}\r\n"
)


class World:
    """The address over a gateway whose Janus is away: all that it answers by itself."""

    def __init__(self, tmp_path: Path) -> None:
        self.whip = Whip(tmp_path / "nobody.sock", tmp_path)
        self.door = Door(self.whip, self.admit)

    async def admit(self, key: str, _address: str):
        if key != KEY:
            raise No(401, "Nobody's key.")
        return RECORDER

    def ask(self, method: str, path: str = "/whip", body: str = "", key: str | None = KEY, **headers: str):
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            told["authorization"] = f"Bearer {key}"
        return asyncio.run(self.door.answer(Asked(method, path, told, body.encode())))

    def session(self) -> Coming:
        """One that Janus has taken."""
        coming = Coming(RECORDER, digest(KEY), parse_offer(offer()))
        self.whip._by_recorder[RECORDER] = self.whip._by_name[coming.name] = coming
        return coming


@pytest.fixture
def place(tmp_path):
    return World(tmp_path)


def test_h264_with_opus_or_without_sound_is_taken():
    assert parse_offer(offer()).mids == ("0", "1")
    assert parse_offer(offer()).sound
    alone = "".join(offer().partition("m=audio")[0]) + "m=video" + offer().partition("m=video")[2]
    assert not parse_offer(alone).sound


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (offer(codec="VP8"), Unwanted),
        (offer(picture=False), Unwanted),
        (offer(direction="recvonly"), Unwanted),
        (offer().replace("opus/48000/2", "PCMU/8000"), Unwanted),
        (offer() + "m=video" + offer().partition("m=video")[2], Unwanted),
        (offer() + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n", Unwanted),
        ("", Unreadable),
        ("v=0\r\n", Unreadable),
        (offer().replace("a=ice-ufrag", "a=x"), Unreadable),
        (offer().replace("a=fingerprint", "a=x"), Unreadable),
        (offer().replace("a=mid:1", "a=mid:\u4e00"), Unreadable),
        (offer() + "a=x\x00\r\n", Unreadable),
        (offer() + "a=x\r\n" * 10_000, Unreadable),
    ],
)
def test_other_offers_are_not_taken(text, why):
    with pytest.raises(why):
        parse_offer(text)


def test_candidates_are_told_as_janus_wants_them_without_those_by_tcp():
    known = parse_offer(offer())
    by_tcp = "a=candidate:2 1 TCP 1518280447 10.0.0.9 9 typ host tcptype active\r\n"
    found = parse_fragment(FRAGMENT_TEXT + by_tcp + "a=end-of-candidates\r\n", known)
    first = {"candidate": CANDIDATE.removeprefix("a="), "sdpMid": "0", "sdpMLineIndex": 0}
    assert (found.user, found.candidates) == ("abcd", (first, {"completed": True}))
    for wrong in (FRAGMENT_TEXT.replace("mid:0", "mid:7"), FRAGMENT_TEXT + f"{CANDIDATE}\r\n" * 41, "\x00"):
        with pytest.raises(Unreadable):
            parse_fragment(wrong, known)


def test_what_the_reader_is_told_names_this_machine_alone():
    text = reader_sdp(45000, sound=True)
    assert "m=video 45000 RTP/AVP 96" in text
    assert "m=audio 45002 RTP/AVP 97" in text
    assert {line for line in text.split("\r\n") if "IP4" in line and "127.0.0.1" not in line} == set()
    assert "audio" not in reader_sdp(45000, sound=False)
    assert len(goodbye()) == 12  # libav looks at no packet that is shorter


def test_ports_are_free_and_known_once_somebody_has_them():
    base = free_ports(set())
    assert base % 4 == 0
    assert not listens(base)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", base))
        assert listens(base)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"content_type": "text/plain"}, 415),
        ({"content_type": SDP, "key": None}, 401),
        ({"content_type": SDP, "key": "another"}, 401),
        ({"content_type": SDP, "body": "hello"}, 422),
        ({"content_type": SDP, "body": "\u4e00"}, 422),
        ({"content_type": SDP, "body": offer(codec="VP8")}, 406),
        ({"content_type": f"{SDP}; charset=utf-8", "body": offer()}, 503),
    ],
)
def test_an_offer_is_answered_by_what_is_wrong_with_it(place, told, status):
    said = place.ask("POST", **told)
    assert said.status == status
    assert ("Retry-After" in said.headers) == (status == 503), "it is taken once Janus is back"
    assert not place.whip.is_there(RECORDER), "it keeps nobody's place"


def test_a_second_source_is_refused_as_long_as_the_first_is_there(place):
    coming = place.session()
    assert place.ask("POST", content_type=SDP, body=offer()).status == 409
    assert place.ask("DELETE", f"/whip/{coming.name}").status == 200
    assert place.ask("POST", content_type=SDP, body=offer()).status == 503


def test_a_session_is_its_keys(place):
    coming = place.session()
    where = f"/whip/{coming.name}"
    assert place.ask("DELETE", where, key=None).status == 401
    assert place.ask("DELETE", where, key="another").status == 401
    assert place.ask("DELETE", "/whip/nobody").status == 404
    assert place.whip.is_there(RECORDER)
    assert place.ask("DELETE", where).status == 200
    assert place.ask("DELETE", where).status == 404
    assert KEY not in repr(coming)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"content_type": SDP}, 415),
        ({"content_type": FRAGMENT}, 428),
        ({"content_type": FRAGMENT, "if_match": '"other"'}, 412),
        ({"content_type": FRAGMENT, "if_match": "*"}, 422),
        ({"content_type": FRAGMENT, "if_match": "TAG", "body": "\x00"}, 422),
        ({"content_type": FRAGMENT, "if_match": "TAG", "body": FRAGMENT_TEXT.replace("abcd", "efgh")}, 422),
        ({"content_type": FRAGMENT, "if_match": "TAG", "body": FRAGMENT_TEXT}, 204),
    ],
)
def test_candidates_may_follow_and_ice_is_not_restarted(place, told, status):
    coming = place.session()
    if told.get("if_match") == "TAG":
        told = told | {"if_match": f'"{coming.tag}"'}
    assert place.ask("PATCH", f"/whip/{coming.name}", **told).status == status
    assert place.whip.is_there(RECORDER)


def test_other_methods_and_pages_of_other_origins_are_told_what_there_is(place):
    for method, path, allowed in (("GET", "/whip", "OPTIONS, POST"), ("POST", "/whip/x", "OPTIONS, PATCH, DELETE")):
        said = place.ask(method, path, key=None)
        assert (said.status, said.headers["Allow"]) == (405, allowed)
    said = place.ask("OPTIONS", key=None)
    assert (said.status, said.headers["Accept-Post"]) == (204, SDP)
    assert "Authorization" in said.headers["Access-Control-Allow-Headers"]


def test_what_janus_says_no_to_is_no_fault_of_ours(place, monkeypatch):
    async def refuse(*_told):
        raise JanusRefused("no picture was taken")

    monkeypatch.setattr(Whip, "_answer", refuse)
    place.whip.janus.up = True
    monkeypatch.setattr(place.whip, "_clear", lambda _coming: asyncio.sleep(0))
    assert place.ask("POST", content_type=SDP, body=offer()).status == 422
    assert not place.whip.is_there(RECORDER)


def test_a_source_is_there_with_its_picture_and_gone_when_none_comes(place):
    coming = place.session()
    assert place.whip.arriving() == {}
    place.whip._hear(coming, {"janus": "media", "type": "audio", "receiving": True})
    assert place.whip.arriving() == {}
    place.whip._hear(coming, {"janus": "media", "type": "video", "receiving": True})
    assert set(place.whip.arriving()) == {RECORDER}
    place.whip._hear(coming, {"janus": "media", "type": "audio", "receiving": False})
    assert place.whip.is_there(RECORDER), "a muted microphone is no end"
    place.whip._hear(coming, {"janus": "media", "type": "video", "receiving": False})
    assert not place.whip.is_there(RECORDER)


def test_with_janus_go_all_sources_and_their_readers_come_to_the_end(place):
    coming = place.session()
    coming.handle = Handle(place.whip.janus, 1, 2)
    base = free_ports(set())
    coming.ports.add(base)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reader:
        reader.bind(("127.0.0.1", base + 1))
        reader.settimeout(2)
        place.whip._moved(False)
        assert reader.recv(100) == goodbye()
    assert not place.whip.is_there(RECORDER)


def test_over_the_wire_it_says_so_with_headers_and_bounds_what_it_reads(tmp_path):
    place, loop = World(tmp_path), asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    server = WhipServer(tmp_path / "whip.sock", place.door, loop)
    server.start()

    def ask(method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        line = http.client.HTTPConnection("localhost", timeout=5)
        line.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.sock.connect(str(tmp_path / "whip.sock"))
        line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = line.getresponse()
        answer.read()
        return answer

    try:
        said = ask("POST", "/whip", offer().encode(), Content_Type=SDP, Authorization=f"Bearer {KEY}")
        assert (said.status, said.headers["Access-Control-Allow-Origin"]) == (503, "*")
        assert ask("POST", "/whip", b"x" * 33_000, Content_Type=SDP).status == 413
        assert ask("POST", "/whip", b"", Transfer_Encoding="chunked").status == 411
        assert ask("PUT", "/whip").status == 405
        assert ask("HEAD", "/whip").status == 405
        assert ask("OPTIONS", "/whip").status == 204
        assert (tmp_path / "whip.sock").stat().st_mode & 0o777 == 0o600
    finally:
        server.shutdown()
        server.server_close()
        loop.call_soon_threadsafe(loop.stop)
