"""What a WHIP source (RFC 9725) says, checked before it is handed on to somebody else's C; and how the stream's reader is told of
it. Pure."""

import re
import struct
from dataclasses import dataclass
from typing import Any

OFFER_BYTES, FRAGMENT_BYTES = 32_000, 16_000
CANDIDATES = 40
VIDEO, AUDIO = 96, 97  # payload types between Janus and the reader
RTCP_BYE = 203
_MID = re.compile(r"[A-Za-z0-9_.+-]{1,32}")
_CANDIDATE = re.compile(r"candidate:[\x21-\x7e][\x20-\x7e]{0,390}")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")


class Unreadable(Exception):
    """It is no offer, or no fragment."""


class Unwanted(Exception):
    """It is one, of what no lesson can be made of."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`user`: the ICE name of the side that sends. `lines`: of each media section its mid, in the offer's order."""

    sdp: str
    user: str
    mids: tuple[str, ...]
    sound: bool


@dataclass(frozen=True, slots=True)
class Fragment:
    """Where else the source may be found (RFC 8840), as Janus wants it."""

    user: str
    candidates: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Section:
    kind: str
    port: str
    lines: tuple[str, ...]

    def values(self, name: str) -> list[str]:
        start = f"a={name}:"
        return [line[len(start) :] for line in self.lines if line.startswith(start)]

    @property
    def codecs(self) -> set[str]:
        return {value.partition(" ")[2].partition("/")[0].upper() for value in self.values("rtpmap")}


def _lines(text: str, most: int) -> list[str]:
    if len(text) > most or not all(letter in "\r\n\t" or " " <= letter <= "~" for letter in text):
        raise Unreadable("letters")
    return [line.rstrip("\r") for line in text.split("\n")]


def _sections(lines: list[str]) -> tuple[_Section, list[_Section]]:
    """What stands before the first media section, and these."""
    found: list[tuple[str, str, list[str]]] = [("", "", [])]
    for line in lines:
        if line.startswith("m="):
            kind, _, rest = line[2:].partition(" ")
            found.append((kind, rest.partition(" ")[0], []))
        else:
            found[-1][2].append(line)
    head, *media = [_Section(kind, port, tuple(rest)) for kind, port, rest in found]
    return head, media


def parse_offer(text: str) -> Offer:
    """One picture in H.264, and at most one sound in Opus, that come here. Raises Unreadable, Unwanted."""
    lines = _lines(text, OFFER_BYTES)
    if lines[0] != "v=0":
        raise Unreadable("v")
    head, media = _sections(lines)
    if not media:
        raise Unreadable("m")
    names = [name for part in (head, *media) for name in part.values("ice-ufrag")]
    if not names or not _UFRAG.fullmatch(names[0]):
        raise Unreadable("ice-ufrag")
    for wanted in ("ice-pwd", "fingerprint"):
        if not any(part.values(wanted) for part in (head, *media)):
            raise Unreadable(wanted)
    kinds = [part.kind for part in media]
    if (
        kinds.count("video") != 1
        or kinds.count("audio") > 1
        or len(kinds) != kinds.count("video") + kinds.count("audio")
    ):
        raise Unwanted("one picture and at most one sound")
    for part, codec in ((part, {"video": "H264", "audio": "OPUS"}[part.kind]) for part in media):
        if codec not in part.codecs:
            raise Unwanted(f"{part.kind} must be {'H.264' if codec == 'H264' else 'Opus'}")
        if "a=recvonly" in part.lines or "a=inactive" in part.lines:
            raise Unwanted(f"{part.kind} must be sent")
    return Offer(text, names[0], tuple(_mid(part, number) for number, part in enumerate(media)), "audio" in kinds)


def _mid(part: _Section, number: int) -> str:
    mid = next(iter(part.values("mid")), str(number))
    if not _MID.fullmatch(mid):
        raise Unreadable("mid")
    return mid


def parse_fragment(text: str, offer: Offer) -> Fragment:
    """Candidates that came to light later. Raises Unreadable."""
    head, media = _sections(_lines(text, FRAGMENT_BYTES))
    user = next((value for part in (head, *media) for value in part.values("ice-ufrag")), "")
    found = []
    for part in media or [head]:
        mid = next(iter(part.values("mid")), offer.mids[0])
        if mid not in offer.mids:
            raise Unreadable("mid")
        for value in part.values("candidate"):
            candidate = f"candidate:{value}"
            if not _CANDIDATE.fullmatch(candidate):
                raise Unreadable("candidate")
            if " tcptype " not in candidate:  # Janus takes none by TCP
                found.append({"candidate": candidate, "sdpMid": mid, "sdpMLineIndex": offer.mids.index(mid)})
    if len(found) > CANDIDATES:
        raise Unreadable("candidates")
    if any("a=end-of-candidates" in part.lines for part in (head, *media)):
        found.append({"completed": True})
    return Fragment(user, tuple(found))


def reader_sdp(port: int, *, sound: bool) -> str:
    """What the reader is told of the stream: picture at `port`, sound two above, both on this machine."""
    lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
    lines += [f"m=video {port} RTP/AVP {VIDEO}", f"a=rtpmap:{VIDEO} H264/90000"]
    lines += [f"a=fmtp:{VIDEO} packetization-mode=1"]
    if sound:
        lines += [f"m=audio {port + 2} RTP/AVP {AUDIO}", f"a=rtpmap:{AUDIO} opus/48000/2"]
    return "\r\n".join([*lines, ""])


def goodbye() -> bytes:
    """An RTCP packet that says: this was all (RFC 3550, 6.6)."""
    return struct.pack(">BBHII", 0x82, RTCP_BYE, 2, 0, 0)
