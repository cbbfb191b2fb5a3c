"""What an end of the stage says to the relay, checked: it is a browser's word, and is handed on to somebody else's C. Pure."""

import re
from dataclasses import dataclass
from typing import Any

from lantian.teach.live.engine.protocol import WireError

SDP_BYTES = 15_000
CANDIDATES = 40
CANDIDATE_LENGTH = 400
_TRY = re.compile(r"[A-Za-z0-9]{1,40}")
_KEY = re.compile(r"[a-z]{1,20}(:[A-Za-z0-9-]{1,50})?")
_CANDIDATE = re.compile(r"candidate:[\x20-\x7e]*")
_MID = re.compile(r"[A-Za-z0-9]{1,16}")
_MEDIA = re.compile(r"^m=(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """As Janus wants it."""

    text: str
    mid: str
    line: int

    def told(self) -> dict[str, Any]:
        return {"candidate": self.text, "sdpMid": self.mid, "sdpMLineIndex": self.line}


@dataclass(frozen=True, slots=True)
class RelayWord:
    """`of`: the end that it wants to have, None for what it sends itself. Exactly one of `hello`, `sdp` and `ice` is said."""

    of: str | None
    attempt: str = ""
    hello: bool = False
    kind: str = ""  # of the description: offer or answer
    sdp: str = ""
    ice: tuple[Candidate, ...] = ()


def parse_relay(word: dict[str, Any]) -> RelayWord:
    """Raises WireError `bad_relay`."""
    of, data = word.get("of"), word.get("data")
    if not isinstance(data, dict) or not (of is None or (isinstance(of, str) and _KEY.fullmatch(of))):
        raise WireError("bad_relay", "of")
    if data.get("hello") is True:
        return RelayWord(of, hello=True)
    attempt = data.get("try")
    if not isinstance(attempt, str) or not _TRY.fullmatch(attempt):
        raise WireError("bad_relay", "try")
    if "sdp" in data:
        kind, sdp = _description(data["sdp"], "offer" if of is None else "answer")
        return RelayWord(of, attempt, kind=kind, sdp=sdp)
    return RelayWord(of, attempt, ice=_candidates(data.get("ice")))


def _description(value: Any, wanted: str) -> tuple[str, str]:
    """One voice and one picture at most: a publisher of many streams would be one of many pictures in everybody's decoder."""
    sdp = value.get("sdp") if isinstance(value, dict) else None
    if not isinstance(sdp, str) or value.get("type") != wanted or not sdp.startswith("v=0"):
        raise WireError("bad_relay", "sdp")
    if len(sdp) > SDP_BYTES or not all(letter in "\r\n\t" or " " <= letter <= "~" for letter in sdp):
        raise WireError("bad_relay", "sdp")
    media = _MEDIA.findall(sdp)
    if not media or not set(media) <= {"audio", "video"} or len(media) != len(set(media)):
        raise WireError("bad_relay", "media")
    return wanted, sdp


def _candidates(value: Any) -> tuple[Candidate, ...]:
    if not isinstance(value, list) or len(value) > CANDIDATES:
        raise WireError("bad_relay", "ice")
    found = (_candidate(each) for each in value if not (isinstance(each, dict) and each.get("candidate") == ""))
    return tuple(each for each in found if " tcptype " not in each.text)  # Janus takes none by TCP


def _candidate(value: Any) -> Candidate:
    if not isinstance(value, dict):
        raise WireError("bad_relay", "ice")
    text, mid, line = value.get("candidate"), value.get("sdpMid") or "0", value.get("sdpMLineIndex") or 0
    if not isinstance(text, str) or len(text) > CANDIDATE_LENGTH or not _CANDIDATE.fullmatch(text):
        raise WireError("bad_relay", "candidate")
    if not isinstance(mid, str) or not _MID.fullmatch(mid) or not isinstance(line, int) or not 0 <= line < 8:
        raise WireError("bad_relay", "mid")
    return Candidate(text, mid, line)
