"""OAI-PMH 2.0 without input or output: what may be asked, and which fault is which.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

VERBS = {
    "Identify": (),
    "ListMetadataFormats": ("identifier",),
    "ListSets": ("resumptionToken",),
    "GetRecord": ("identifier", "metadataPrefix"),
    "ListIdentifiers": ("metadataPrefix", "from", "until", "set", "resumptionToken"),
    "ListRecords": ("metadataPrefix", "from", "until", "set", "resumptionToken"),
}
NEEDED = {
    "GetRecord": ("identifier", "metadataPrefix"),
    "ListIdentifiers": ("metadataPrefix",),
    "ListRecords": ("metadataPrefix",),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*")
STAMP = "%Y-%m-%dT%H:%M:%SZ"


class Fault(Exception):
    """An answer of the protocol that is a fault: its code, and words for whoever programs the other side."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code, self.words = code, words


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked. `until` is the first moment that is not meant any more; `after`: behind which the list goes on."""

    verb: str
    identifier: str = ""
    prefix: str = ""
    since: datetime | None = None
    until: datetime | None = None
    spec: str = ""
    token: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)


def stamp(moment: datetime) -> str:
    """A moment as the protocol writes it."""
    return moment.astimezone(UTC).strftime(STAMP)


def read_moment(text: str, name: str) -> tuple[datetime, bool]:
    """The moment, and whether it is a day only. Raises Fault."""
    try:
        if _DAY.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC), True
        if _SECOND.fullmatch(text):
            return datetime.strptime(text, STAMP).replace(tzinfo=UTC), False
    except ValueError:
        pass
    raise Fault("badArgument", f"{name} is no UTC date such as 2026-09-01 or 2026-09-01T08:00:00Z")


def read(said: Mapping[str, Sequence[str]]) -> Asked:
    """The question, from the arguments of a request (name: all values). Raises Fault."""
    verbs = said.get("verb", ())
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise Fault("badVerb", "verb must be one of " + ", ".join(VERBS))
    verb = verbs[0]
    given = _arguments(verb, said)
    if "resumptionToken" in given:
        if len(given) > 1:
            raise Fault("badArgument", "resumptionToken excludes all other arguments")
        return Asked(verb, token=given["resumptionToken"], arguments=given)
    for name in NEEDED.get(verb, ()):
        if not given.get(name):
            raise Fault("badArgument", f"{verb} needs {name}")
    since, until = _window(given)
    spec = given.get("set", "")
    if "set" in given and not SET.fullmatch(spec):
        raise Fault("badArgument", "set is no setSpec")
    return Asked(verb, given.get("identifier", ""), given.get("metadataPrefix", ""), since, until, spec, "", given)


def _arguments(verb: str, said: Mapping[str, Sequence[str]]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, values in said.items():
        if name == "verb":
            continue
        if name not in VERBS[verb]:
            raise Fault("badArgument", f"{verb} has no argument {name[:40]}")
        if len(values) != 1:
            raise Fault("badArgument", f"{name} stands there more than once")
        given[name] = values[0]
    return given


def _window(given: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    since = until = None
    days: list[bool] = []
    if "from" in given:
        since, only_day = read_moment(given["from"], "from")
        days.append(only_day)
    if "until" in given:
        until, only_day = read_moment(given["until"], "until")
        days.append(only_day)
        until += timedelta(days=1) if only_day else timedelta(seconds=1)
    if len(set(days)) > 1:
        raise Fault("badArgument", "from and until must have the same granularity")
    if since is not None and until is not None and since >= until:
        raise Fault("badArgument", "from is later than until")
    return since, until
