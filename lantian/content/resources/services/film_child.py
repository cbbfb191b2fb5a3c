"""The process that makes renditions of a stranger's film: it gives up what it does not need, then writes them part by part.

    python -I film_child.py MEMORY SECONDS UID ASKED <film >parts

Run as a script and by itself: of the platform it loads the media engine's pure code and nothing else. ASKED is JSON: `part`,
`at`, `sound` (where to go on, see engine/rungs_film.py), `passes` (whether the film's own picture may be passed through),
`most` (seconds that a film may have). It writes lines of JSON, two of them with bytes behind them:

    {"seconds", "chapters", "rungs": [{"name", "width", "height", "codecs", "bytes"}, …]} + their initialisation parts
    {"at", "span", "sound", "bytes": [n, …]} + a piece of each rendition                  for each part
    {"end": true}

or at any time {"fault": "broken" | "picture" | "long" | "huge" | "memory" | "pass"}; `pass`: it may be possible without.
"""

import codecs
import importlib
import json
import os
import pkgutil
import re
import resource
import runpy
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

ROOT = Path(__file__).resolve().parents[4]
sys.path.append(str(ROOT))  # before the rights to read it are gone; a script finds the engine in no other way

import av  # noqa: E402 - needs it

from lantian.content.media.engine.model import MediaFault  # noqa: E402 - needs it
from lantian.content.media.engine.rungs_film import Maker, Place, Source  # noqa: E402 - needs it

CONFINED = ROOT / "lantian" / "kernel" / "confined.py"

for _module in pkgutil.walk_packages(av.__path__, "av."):  # what is loaded later may lie where only root reads
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)


codecs.lookup("gb18030")  # the same: older Chinese programs write titles so


def say(out: BinaryIO, facts: dict[str, Any], *pieces: bytes) -> None:
    """One line, and what belongs to it."""
    out.write(json.dumps(facts).encode() + b"\n")
    out.writelines(pieces)
    out.flush()


def make(film: BinaryIO, out: BinaryIO, asked: dict[str, Any]) -> None:
    """Until the film's end."""
    known = Source(film)
    if known.seconds > asked["most"]:
        say(out, {"fault": "long"})
        return
    seconds, chapters, shape = known.seconds, known.chapters(), known.shape()
    shape = replace(shape, passes=shape.passes and bool(asked["passes"]))
    try:
        maker = Maker(Source(film), shape, Place(asked["part"], asked["at"], asked["sound"]))
        heads = maker.heads
        rungs = [
            {"name": rung.name, "width": rung.width, "height": rung.height, "codecs": codecs, "bytes": len(head)}
            for rung, codecs, head in zip(maker.rungs, maker.codecs, heads, strict=True)
        ]
        say(out, {"seconds": seconds, "chapters": chapters, "rungs": rungs}, *heads)
        made = asked["part"]
        for part in maker.parts():
            made += 1
            sizes = [len(piece) for piece in part.pieces]
            say(out, {"at": part.at, "span": part.span, "sound": part.sound, "bytes": sizes}, *part.pieces)
        if not made:
            raise MediaFault("malformed", "no part")
    except (MediaFault, av.FFmpegError):
        if not shape.passes:
            raise
        say(out, {"fault": "pass"})
    else:
        say(out, {"end": True})


FAULTS = {"unsupported_codec": "picture", "oversize": "huge"}


def main(memory: str, seconds: str, uid: str, asked: str) -> None:
    """Bound, shed, make."""
    limits = {resource.RLIMIT_AS: int(memory), resource.RLIMIT_CPU: int(seconds), resource.RLIMIT_FSIZE: 0}
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints must not look like an answer
    runpy.run_path(str(CONFINED))["confine"](uid, limits)
    with open(0, "rb", closefd=False) as film:
        try:
            make(film, out, json.loads(asked))
        except Exception as error:  # noqa: BLE001 - whatever a library says of a stranger's film
            fault = FAULTS.get(error.code, "broken") if isinstance(error, MediaFault) else "broken"
            starved = isinstance(error, MemoryError) or near(int(memory))
            say(out, {"fault": "memory" if fault == "broken" and starved else fault})


def near(most: int) -> bool:
    """Whether nearly all memory was taken that it may have: decoders say then of sound films that they are damaged."""
    found = re.search(r"VmPeak:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return found is not None and int(found[1]) << 10 > most * 3 // 4


if __name__ == "__main__":
    main(*sys.argv[1:])
