"""Whether an archive may be opened at all: by its list alone, before anything in it is unpacked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

ENTRIES = 20_000
UNPACKED = 8 << 30  # bytes of all that is in it
RATIO, RATIO_FROM = 150, 64 << 20  # times it may grow, once it is more than so many bytes
DIRECTORY = 4 << 20  # bytes of its list
_OUT = re.compile(r"(^|/)\.\.(/|$)|^/|^[A-Za-z]:|\0")


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    packed: int
    unpacked: int
    encrypted: bool


def fault_of(entries: Sequence[Entry], size: int) -> str:
    """ "" or the word for what is wrong: bomb, encrypted, path, empty. `size`: of the archive itself.

    Parts that lie over one another (more is packed in it than it is long), or that grow as no picture or text does, are a bomb.
    """
    if not entries:
        return "empty"
    unpacked, packed = sum(each.unpacked for each in entries), sum(each.packed for each in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or packed > size:
        return "bomb"
    if unpacked > RATIO_FROM and unpacked > RATIO * size:
        return "bomb"
    if any(each.encrypted for each in entries):
        return "encrypted"
    if any(_OUT.search(each.name.replace("\\", "/")) for each in entries):
        return "path"
    return ""
