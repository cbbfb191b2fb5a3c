"""One rendition on its way into the bucket: what the disk's index says and the journal does not yet."""

import threading
from dataclasses import dataclass, field

from lantian.content.media.services.folder import (
    INDEX,
    EndRecord,
    EpochRecord,
    Record,
    Rendition,
    SegmentRecord,
    decode_record,
)
from lantian.content.media.services.offsite.journal import PART, Journal, common, read_journal
from lantian.content.media.services.offsite.store import Offsite, put_file


@dataclass(slots=True)
class _Lines:
    """Whole lines of an index from a place on, and what they say."""

    lines: list[bytes] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(len(line) for line in self.lines)


class Sending:
    """One rendition. `step` is for one thread at a time; what it has done stands in the bucket, so it may be killed anywhere."""

    def __init__(self, kept: Offsite, token: str, side: Rendition) -> None:
        self._kept, self.token, self._side = kept, token, side
        self._journal: Journal | None = None
        self._offset, self._before = 0, b""  # where the next line begins, and the line before it
        self.up_to = -1  # the last segment that is safe
        self.ended = False
        self.gone = threading.Event()  # somebody else has the stream, or it is deleted

    @property
    def name(self) -> str:
        return self._side.path.name

    def step(self) -> bool:
        """Send some of what is there. True when there is more. Raises BucketError, JournalBroken."""
        if self.gone.is_set() or not (self._side.path / INDEX).exists():
            return False
        journal = self._ready()
        found = self._next(PART)
        for record in found.records:
            self._send(record)
        if not found.lines or self.gone.is_set():
            return False
        journal.add(found.lines)
        self._pass(found)
        return len(found.lines) == PART or bool(self._next(1).lines)

    def _send(self, record: Record) -> None:
        name = (
            record.name if isinstance(record, SegmentRecord) else record.init if isinstance(record, EpochRecord) else ""
        )
        if not name or self.gone.is_set():
            return
        try:
            data = (self._side.path / name).read_bytes()
        except FileNotFoundError:  # a power cut took it: its number stays, for players count
            return
        put_file(self._kept, self.token, f"{self.name}/{name}", data)

    def _pass(self, found: _Lines) -> None:
        self._offset += found.size
        self._before = found.lines[-1]
        for record in found.records:
            if isinstance(record, SegmentRecord):
                self.up_to = record.sequence
            self.ended = self.ended or isinstance(record, EndRecord)

    # -- where we are --------------------------------------------------------------------------------------------------------

    def _ready(self) -> Journal:
        """The journal, begun. An index that was cut behind our back (its folder was recovered) is compared anew."""
        if self._journal is not None and self._unmoved():
            return self._journal
        known = read_journal(self._kept, self.token, self.name)
        lines = self._from(0).lines
        same = common(lines, known.lines)
        after = (known.run, same) if known.run >= 0 else None
        journal = Journal(self._kept, self.token, self.name, run=known.run + 1, after=after)
        journal.begin()
        self._offset, self._before, self.up_to, self.ended = 0, b"", -1, False
        if same:
            self._pass(_Lines(lines[:same], [decode_record(line) for line in lines[:same]]))
        self._journal = journal
        return journal

    def _unmoved(self) -> bool:
        if not self._before:
            return True
        at = self._offset - len(self._before)
        try:
            with (self._side.path / INDEX).open("rb") as handle:
                handle.seek(at)
                return handle.read(len(self._before)) == self._before
        except FileNotFoundError:
            return False

    def _next(self, most: int) -> _Lines:
        found = self._from(self._offset)
        return _Lines(found.lines[:most], found.records[:most])

    def _from(self, offset: int) -> _Lines:
        """What stands in the index and will stay: an epoch's line alone is cut off again when the process dies."""
        try:
            with (self._side.path / INDEX).open("rb") as handle:
                handle.seek(offset)
                data = handle.read()
        except FileNotFoundError:
            return _Lines()
        found = _Lines()
        for line in data.splitlines(keepends=True):
            try:
                record = decode_record(line) if line.endswith(b"\n") else None
            except (ValueError, KeyError, TypeError):
                record = None
            if record is None:
                break
            found.lines.append(line)
            found.records.append(record)
        while found.records and isinstance(found.records[-1], EpochRecord):
            found.lines.pop()
            found.records.pop()
        return found

    def unsent(self) -> list[SegmentRecord]:
        """What is on the disk and not in the bucket."""
        return [record for record in self._from(self._offset).records if isinstance(record, SegmentRecord)]
