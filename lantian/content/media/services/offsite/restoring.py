"""A stream's folder made anew from its journals: index, lists and what a writer needs to go on. Segments stay where they are; the
front door gives them from the bucket as long as the disk does not have them."""

import contextlib
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

from lantian.content.media.services.folder import (
    AAC,
    AV,
    FOLDER_MODE,
    INDEX,
    Cut,
    EndRecord,
    EpochRecord,
    History,
    Record,
    Rendition,
    SegmentRecord,
    StreamFolder,
    decode_record,
    write_cut,
    write_whole,
)
from lantian.content.media.services.masters import write_masters
from lantian.content.media.services.offsite.journal import JournalBroken, common, read_journal
from lantian.content.media.services.offsite.store import INIT_NAME, SEGMENT_NAME, Offsite, cut_name, file_name
from lantian.kernel.bucket import NotThere

log = logging.getLogger(__name__)
FETCHERS = 8
TAIL = 120  # segments: a second sound that is farther behind was not being made, and does without


@dataclass(frozen=True, slots=True)
class Restored:
    """What the folder has by now: segments of the recorded rendition, and whether the stream had ended."""

    segments: int
    ended: bool


def restore_stream(kept: Offsite, token: str, folder: StreamFolder) -> Restored | None:
    """Bring a stream's folder up to what the bucket knows of it; None when that is nothing. Nobody may be writing it.

    A folder that knows as much or more is left alone. Where the two differ, the bucket is right: somebody else has gone on.
    Raises BucketError, JournalBroken; repeat it as you like.
    """
    folder = StreamFolder(folder.path, folder.key_uri)
    changed = [_restore_side(kept, token, side) for side in (folder.av, folder.aac)]
    history = folder.av.load()
    if not history.segments:
        return None
    if any(changed):
        _restore_tail(kept, token, folder)
        _write_lists(kept, token, folder)
    return Restored(len(history.segments), history.ended)


def _restore_side(kept: Offsite, token: str, side: Rendition) -> bool:
    """Its index. True when it was not there, or other."""
    known = read_journal(kept, token, side.path.name).lines
    try:
        ours = (side.path / INDEX).read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        ours = []
    if not known or common(ours, known) == len(known):
        return False
    lines = consistent(known)
    if not lines:
        raise JournalBroken(f"no line of {token[:8]}/{side.path.name} can be read")
    if len(lines) < len(known):
        log.warning("%s lines of %s are left out", len(known) - len(lines), side.path)
    while not _last_is_there(kept, token, side, lines):
        lines.pop()
    side.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    write_whole(side.path / INDEX, b"".join(lines))
    return True


def _last_is_there(kept: Offsite, token: str, side: Rendition, lines: list[bytes]) -> bool:
    """Whether the newest segment's bytes are on the disk after this: an index that ends with a segment without them is cut."""
    last = decode_record(lines[-1]) if lines else None
    if isinstance(last, EpochRecord):
        return False
    if not isinstance(last, SegmentRecord):
        return True
    try:
        return len(_fetched(kept, token, side, last.name)) == last.bytes
    except NotThere:
        return False


def consistent(lines: "tuple[bytes, ...] | list[bytes]") -> list[bytes]:
    """Lines from the first on, as far as they are a stream's: known shapes, harmless names, numbers without a gap."""
    history, good = History(), []
    for line in lines:
        try:
            record = decode_record(line)
        except (ValueError, KeyError, TypeError):
            break
        if not _follows(history, record):
            break
        history.add(record)
        good.append(line)
    return good


def _follows(history: History, record: Record) -> bool:
    if history.ended or not all(type(getattr(record, part.name)) is part.type for part in fields(record)):
        return False
    if isinstance(record, EpochRecord):
        return INIT_NAME.fullmatch(record.init) is not None and record.number not in history.epochs
    if isinstance(record, EndRecord):
        return True
    again = bool(history.segments) and record.sequence == history.next_sequence - 1
    return (
        SEGMENT_NAME.fullmatch(record.name) is not None
        and record.epoch in history.epochs
        and (again or record.sequence == history.next_sequence)
        and record.bytes >= 0
        and record.duration_us > 0
    )


def _restore_tail(kept: Offsite, token: str, folder: StreamFolder) -> None:
    """The files that going on asks for: initialisation parts, and the segments of which there is no second sound yet."""
    recorded, second = folder.av.load(), folder.aac.load()
    wanted = [(side, epoch.init) for side in (folder.av, folder.aac) for epoch in side.history.epochs.values()]
    if not second.ended and (second.segments or not recorded.ended):
        rows = [row for row in recorded.segments if row.sequence >= second.next_sequence - 1]
        wanted += [(folder.av, row.name) for row in (rows if len(rows) <= TAIL else rows[-1:])]

    def fetch(one: tuple[Rendition, str]) -> None:
        with contextlib.suppress(NotThere):
            _fetched(kept, token, *one)

    with ThreadPoolExecutor(FETCHERS, "offsite-fetch") as fetchers:
        list(fetchers.map(fetch, wanted))


def _fetched(kept: Offsite, token: str, side: Rendition, name: str) -> bytes:
    """A file of a rendition, on the disk after this. Raises NotThere."""
    path = side.path / name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        data = kept.get(file_name(token, f"{side.path.name}/{name}"))
    side.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    write_whole(path, data)
    return data


def _write_lists(kept: Offsite, token: str, folder: StreamFolder) -> None:
    for side in (folder.av, folder.aac):
        if side.load().segments:
            side.recover()
    _restore_cut(kept, token, folder)
    for side in (folder.av, folder.aac):
        if side.history.segments and side.history.ended:
            side.write_replay()
            side.write_live(ended=True)
    write_masters(folder)


def _restore_cut(kept: Offsite, token: str, folder: StreamFolder) -> None:
    with contextlib.suppress(NotThere, ValueError, TypeError):
        facts = json.loads(kept.get(cut_name(token)))
        cut = Cut(int(facts["first"]), int(facts["last"]), str(facts["mark"]))
        if len(cut.mark) == 16 and set(cut.mark) <= set("0123456789abcdef"):
            write_cut(folder.path, cut)


SIDES = (AV, AAC)
