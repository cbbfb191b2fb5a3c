"""The process that makes renditions of a stranger's film: it gives up what it does not need, then writes them part by part.

    python -I film_child.py MEMORY SECONDS UID ASKED <film >parts

Run as a script and by itself: of the platform it loads the media engine's pure code and nothing else. ASKED is JSON: `part`,
`at`, `sound` (where to go on, see engine/rungs_film.py), `passes` (whether the film's own picture may be passed through),
`most` (seconds that a film may have). It writes lines of JSON, two of them with bytes behind them:

    {"seconds", "chapters", "rungs": [{"name", "width", "height", "codecs", "bytes"}, …]} + their initialisation parts
    {"at", "span", "sound", "bytes": [n, …]} + a piece of each rendition                  for each part
    {"end": true}

or at any time {"fault": "broken" | "picture" | "long" | "huge" | "pass"}; `pass`: it may be possible without passing through.
"""

import importlib
import json
import os
import pkgutil
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
        for part in maker.parts():
            sizes = [len(piece) for piece in part.pieces]
            say(out, {"at": part.at, "span": part.span, "sound": part.sound, "bytes": sizes}, *part.pieces)
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
        except MediaFault as fault:
            say(out, {"fault": FAULTS.get(fault.code, "broken")})
        except Exception:  # noqa: BLE001 - whatever a library says of a stranger's film
            say(out, {"fault": "broken"})


if __name__ == "__main__":
    main(*sys.argv[1:])
