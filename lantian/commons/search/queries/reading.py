"""The index as processes read it: whichever generation is the current one, as it was last committed."""

import json
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import tantivy
from django.conf import settings

from lantian.commons.search.engine.asking import Asker
from lantian.commons.search.engine.folders import Folders
from lantian.commons.search.engine.schema import fingerprint
from lantian.commons.search.engine.synonyms import Synonyms
from lantian.commons.search.queries.registry import facet_keys

OWN_SYNONYMS = Path(__file__).resolve().parent.parent / "data" / "synonyms.txt"


class NoIndex(Exception):
    """There is no index yet, or it is of another make."""


def folders() -> Folders:
    """Where this home's index lies."""
    return Folders(Path(settings.LANTIAN_HOME) / "search")


def current() -> str:
    """The name of the generation that is read; empty while there is none."""
    try:
        return folders().current.read_text().strip()
    except FileNotFoundError:
        return ""


class Held(NamedTuple):
    """What a generation says it holds: everything of transactions before `upto`."""

    upto: int
    make: str


def held(name: str) -> Held | None:
    """What a generation holds; None when it is not there, or was never committed."""
    try:
        said = json.loads(folders().upto(name).read_text())
        return Held(int(said["upto"]), str(said["make"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make() -> str:
    """The make of index that this program reads and writes."""
    return fingerprint(facet_keys())


@dataclass
class _Open:
    name: str
    index: tantivy.Index
    seen: int
    searcher: tantivy.Searcher


_lock = threading.Lock()
_open: dict[Path, _Open] = {}


def searcher() -> tantivy.Searcher:
    """The index as it was last committed. Raises NoIndex.

    Costs two looks at the disk; a generation that has become the current one, and what was committed, is seen at once.
    """
    at = folders()
    name = current()
    if not name:
        raise NoIndex("there is none yet")
    try:
        seen = (at.generation(name) / "meta.json").stat().st_mtime_ns
    except FileNotFoundError:
        raise NoIndex("it has just gone") from None
    with _lock:
        open_ = _open.get(at.root)
        if open_ is None or open_.name != name:
            open_ = _open[at.root] = _opened(name, seen)
        elif open_.seen != seen:
            open_.index.reload()
            open_.seen, open_.searcher = seen, open_.index.searcher()
        return open_.searcher


def _opened(name: str, seen: int) -> _Open:
    told = held(name)
    if told is None or told.make != make():
        raise NoIndex("it is of another make")
    try:
        index = tantivy.Index.open(str(folders().generation(name)))
    except ValueError as fault:
        raise NoIndex(str(fault)) from fault
    index.config_reader("manual")
    index.reload()
    return _Open(name, index, seen, index.searcher())


@cache
def _synonyms(_changed: tuple[int, ...], *paths: Path) -> Synonyms:
    return Synonyms(*(path.read_text(errors="replace") for path in paths))


def synonyms() -> Synonyms:
    """The house's synonyms and the platform's own, as they are on the disk now."""
    paths = [path for path in (OWN_SYNONYMS, folders().synonyms) if path.exists()]
    return _synonyms(tuple(path.stat().st_mtime_ns for path in paths), *paths)


@cache
def _asker(facets: tuple[str, ...], synonyms: Synonyms) -> Asker:
    return Asker(facets, synonyms)


def asker() -> Asker:
    """What makes queries for the index of this make."""
    return _asker(tuple(facet_keys()), synonyms())


def opened() -> tuple[tantivy.Searcher, Asker]:
    """The index as it was last committed, and what makes queries for it. Raises NoIndex."""
    index = searcher()
    return index, asker().over(index)


def progress() -> dict[str, Any]:
    """How far the building of a new generation is; empty while none is built."""
    try:
        said: dict[str, Any] = json.loads(folders().progress.read_text())
        return said
    except (OSError, ValueError):
        return {}


def forget_open() -> None:
    """Close what is open; the next search opens it anew."""
    with _lock:
        _open.clear()
