"""A stored lesson as those read it who make something of it: clear segments in order, in parts of one initialisation each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from lantian.content.media.engine.crypto import BadCiphertext, decrypt_segment, sequence_iv
from lantian.content.media.engine.fragments import parse_init
from lantian.content.media.engine.model import US, Init, Limits, MediaFault
from lantian.content.media.errors import KeyLost
from lantian.content.media.services.folder import EpochRecord, Rendition, SegmentRecord, StreamFolder
from lantian.content.media.services.offsite import fetch

Secret = Callable[[UUID], bytes]


@dataclass(frozen=True, slots=True)
class Part:
    """Segments that follow one another in one recorder's time. `at_us`: where it begins in what is read (microseconds)."""

    epoch: EpochRecord
    head: bytes
    init: Init
    segments: tuple[SegmentRecord, ...]
    at_us: int

    @property
    def origin_us(self) -> int:
        """The recorder's time at which the part begins."""
        return self.segments[0].start_us

    @property
    def us(self) -> int:
        return sum(record.duration_us for record in self.segments)


class StoredLesson:
    """One stream on disk, from segment `first` to `last` (sequence numbers, both included; None: from the beginning, to the end).

    Reads the AAC rendition where it is whole, else the one that was recorded. `lost` counts segments that could not be read.
    """

    def __init__(
        self, folder: StreamFolder, secret: Secret, *, first: int | None = None, last: int | None = None
    ) -> None:
        self._folder = StreamFolder(folder.path, folder.key_uri)
        self._secret = secret
        self._first, self._last = first, last
        self.lost = 0

    @cached_property
    def _side(self) -> Rendition:
        recorded, second = self._folder.av.load(), self._folder.aac.load()
        whole = second.ended and len(second.segments) == len(recorded.segments)
        return self._folder.aac if whole else self._folder.av

    @cached_property
    def segments(self) -> list[SegmentRecord]:
        """Those within the bounds, in order."""
        first = self._first if self._first is not None else -1
        last = self._last if self._last is not None else float("inf")
        return [record for record in self._side.history.segments if first <= record.sequence <= last]

    @property
    def seconds(self) -> float:
        return sum(record.duration_us for record in self.segments) / US

    @property
    def size(self) -> int:
        """Bytes, as stored."""
        return sum(record.bytes for record in self.segments)

    @cached_property
    def parts(self) -> list[Part]:
        """The segments by recorder run; a leap of time begins a part too. Parts whose initialisation is gone are left out."""
        found: list[list[SegmentRecord]] = []
        for record in self.segments:
            if not found or record.jump or record.epoch != found[-1][-1].epoch:
                found.append([])
            found[-1].append(record)
        parts, at = [], 0
        for rows in found:
            epoch = self._side.history.epochs[rows[0].epoch]
            try:
                head = self._bytes(epoch.init)
                parts.append(Part(epoch, head, parse_init(head, Limits()), tuple(rows), at))
            except (FileNotFoundError, MediaFault):
                self.lost += len(rows)
            at += sum(record.duration_us for record in rows)
        return parts

    def _bytes(self, name: str) -> bytes:
        """From the disk, else from the S3. Raises FileNotFoundError; StoreAway, for what is only out of reach is not lost."""
        try:
            return (self._side.path / name).read_bytes()
        except FileNotFoundError:
            return fetch(self._folder, f"{self._side.path.name}/{name}")

    def clear(self, record: SegmentRecord) -> bytes | None:
        """A segment's bytes; None for one that nobody can read any more."""
        try:
            sealed = self._bytes(record.name)
            return decrypt_segment(sealed, self._secret(UUID(record.key)), sequence_iv(record.sequence))
        except (FileNotFoundError, KeyLost, BadCiphertext):
            self.lost += 1
            return None
