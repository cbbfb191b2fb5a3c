"""A stream on disk: names nobody can guess, files that appear whole, and an append-only index that survives kill -9.

    <media root>/streams/<token>/
        master.m3u8  replay.m3u8  poster-<random>.jpg
        av/   live.m3u8  replay.m3u8  index.jsonl  <random>.mp4 (init, clear)  <sequence>-<random>.m4s (AES-128-CBC)
        aac/  the same with AAC sound, written by the follower
        small/  sound/   while it is live: a small picture, and sound alone; the live list's segments only (`passing`)

A segment counts once its line stands in the index: file first (temporary name, then rename), then the line. Whatever a
killed process left half done is swept away by `recover`, and the publisher sends it again because it was never acked.
"""

import contextlib
import errno
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

from lantian.content.media.engine.model import Position, Resume
from lantian.content.media.engine.playlists import Entry, Window, replay_playlist
from lantian.kernel import whole

FILE_MODE, FOLDER_MODE = 0o640, 0o750
LIVE, REPLAY, MASTER, INDEX = "live.m3u8", "replay.m3u8", "master.m3u8", "index.jsonl"
LADDER = "ladder.m3u8"  # for our own players, while the lesson is live
AV, AAC = "av", "aac"
SMALL, SOUND = "small", "sound"  # passing renditions: the live window alone
CUT, MADE = "cut.json", ".made"  # neither has an address: the front door knows no such endings, and no hidden folder
GONE = "gone-"


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """An epoch begins: everything a restart needs to go on with it. `wall_start_ms` is Unix ms at media time 0."""

    kind: ClassVar[str] = "epoch"
    number: int
    client: str
    mime: str
    codecs: str
    init: str
    width: int
    height: int
    sound: str  # codec string of the sound track, empty without one
    wall_start_ms: int


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """One segment. `duration_us` is what playlists say: differences are carried on, so that the sum stays true.

    `next_audio` (48 kHz samples) is kept by the AAC rendition only.
    """

    kind: ClassVar[str] = "segment"
    sequence: int
    epoch: int
    name: str
    bytes: int
    duration_us: int
    start_us: int
    end_us: int
    wall_ms: int
    key: str
    independent: bool = True
    jump: bool = False
    chunk: int = 0
    skip: int = 0
    last_video: int = -1
    last_audio: int = -1
    cluster: int = 0
    next_audio: int = -1

    @property
    def resume(self) -> Resume:
        return Resume(Position(self.chunk, self.skip), self.end_us, self.last_video, self.last_audio, self.cluster)


@dataclass(frozen=True, slots=True)
class EndRecord:
    """The stream is over."""

    kind: ClassVar[str] = "end"
    at_ms: int


Record = EpochRecord | SegmentRecord | EndRecord
_KINDS: dict[str, type[Record]] = {"epoch": EpochRecord, "segment": SegmentRecord, "end": EndRecord}


_FIELDS = {kind: tuple(part.name for part in fields(record)) for kind, record in _KINDS.items()}


def _encode(record: Record) -> bytes:
    facts = {
        name: getattr(record, name) for name in _FIELDS[record.kind]
    }  # asdict copies each value as if it were a tree
    return json.dumps({"t": record.kind, **facts}, separators=(",", ":")).encode() + b"\n"


def decode_record(line: bytes) -> Record:
    """A line of an index. Raises ValueError, KeyError or TypeError for a torn or foreign line."""
    raw: dict[str, Any] = json.loads(line)
    return _KINDS[raw.pop("t")](**raw)


def write_whole(path: Path, data: bytes) -> None:
    """As `kernel.whole`, for the web server to read and without waiting for the disk: a lesson writes several a second."""
    whole.write_whole(path, data, mode=FILE_MODE, durable=False)


@dataclass(frozen=True, slots=True)
class Cut:
    """What of an ended stream is shown: segments `first` to `last` (sequence numbers, both included). Lists of the whole, for
    those who cut, are called by `mark`."""

    first: int
    last: int
    mark: str

    @property
    def whole(self) -> str:
        return f"whole-{self.mark}.m3u8"


def read_cut(folder: Path) -> Cut | None:
    """The cut of the stream in a folder, if one was made."""
    try:
        return Cut(**json.loads((folder / CUT).read_bytes()))
    except FileNotFoundError:
        return None


def write_cut(folder: Path, cut: Cut | None) -> None:
    """From here on lists that are written show this alone (None: all). Lists of a former whole go."""
    former = read_cut(folder)
    if cut is None:
        (folder / CUT).unlink(missing_ok=True)
    else:
        facts = {"first": cut.first, "last": cut.last, "mark": cut.mark}
        write_whole(folder / CUT, json.dumps(facts).encode())
    if former is not None and (cut is None or cut.mark != former.mark):
        for path in (folder, folder / AV, folder / AAC):
            (path / former.whole).unlink(missing_ok=True)


@dataclass(slots=True)
class History:
    """What an index says, as far as it is whole: epochs by number, segments in order, whether the stream ended.

    A second line for the last sequence number takes the first one's place: the follower completes an epoch's last segment
    when it learns that it was the last.
    """

    epochs: dict[int, EpochRecord] = field(default_factory=dict)
    segments: list[SegmentRecord] = field(default_factory=list)
    ended: bool = False

    def add(self, record: Record) -> None:
        if isinstance(record, EpochRecord):
            self.epochs[record.number] = record
        elif isinstance(record, EndRecord):
            self.ended = True
        elif self.segments and self.segments[-1].sequence == record.sequence:
            self.segments[-1] = record
        else:
            self.segments.append(record)

    @property
    def next_sequence(self) -> int:
        return self.segments[-1].sequence + 1 if self.segments else 0


class Rendition:
    """One rendition's folder. `key_uri` turns a key's id into the address players ask."""

    def __init__(self, path: Path, key_uri: Callable[[str], str]) -> None:
        self.path = path
        self._key_uri = key_uri
        self.history = History()
        self.window = Window()

    # -- reading ----------------------------------------------------------------------------------------------------------

    def read(self, offset: int = 0) -> tuple[list[Record], int]:
        """Whole lines of the index from byte `offset` on, and where the next read begins. A torn line waits."""
        lines = self._lines(offset)
        return [record for record, _end in lines], lines[-1][1] if lines else offset

    def _lines(self, offset: int) -> list[tuple[Record, int]]:
        """Records from `offset` on, each with the byte at which its line ends."""
        try:
            with (self.path / INDEX).open("rb") as handle:
                handle.seek(offset)
                data = handle.read()
        except FileNotFoundError:
            return []
        found = []
        for line in data.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            try:
                record = decode_record(line)
            except (ValueError, KeyError, TypeError):
                break
            offset += len(line)
            found.append((record, offset))
        return found

    def load(self) -> History:
        """Read the index without touching anything: for those who only look."""
        self.history = History()
        for record, _end in self._lines(0):
            self.history.add(record)
        return self.history

    def recover(self) -> History:
        """Load the index, cut off what is torn or points to files that are not whole, sweep away half-written files."""
        self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        lines = self._lines(0)
        while lines and not self._whole(lines[-1][0]):
            lines.pop()
        if (self.path / INDEX).exists():
            os.truncate(self.path / INDEX, lines[-1][1] if lines else 0)
        self.history = History()
        self.window = Window()
        for record, _end in lines:
            self._remember(record)
        self._sweep()
        if self.history.segments:
            self.write_live(ended=self.history.ended)
        return self.history

    def _whole(self, record: Record) -> bool:
        """An epoch without segments has never been played: its publisher begins again from chunk 0."""
        if isinstance(record, EpochRecord):
            return False
        if isinstance(record, SegmentRecord):
            try:
                return (self.path / record.name).stat().st_size == record.bytes
            except FileNotFoundError:
                return False
        return True

    def _sweep(self) -> None:
        known = {record.name for record in self.history.segments} | {entry.name for entry in self.window.entries}
        known |= {e.init for e in self.history.epochs.values()}
        for path in self.path.iterdir():
            if path.suffix == ".tmp" or (path.suffix in {".m4s", ".mp4"} and path.name not in known):
                path.unlink(missing_ok=True)

    # -- writing ----------------------------------------------------------------------------------------------------------

    def append(self, record: Record) -> None:
        """Write one line; from here on the fact holds. Raises OSError, and then the index is as it was."""
        line = _encode(record)
        descriptor = os.open(self.path / INDEX, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        try:
            before = os.fstat(descriptor).st_size
            if os.write(descriptor, line) < len(line):  # the disk is full: nothing may follow a torn line
                os.ftruncate(descriptor, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)
        self._remember(record)

    def add_init(self, data: bytes) -> str:
        name = f"{secrets.token_hex(8)}.mp4"
        write_whole(self.path / name, data)
        return name

    def add_segment(self, sequence: int, data: bytes) -> str:
        name = f"{sequence:06d}-{secrets.token_hex(8)}.m4s"
        write_whole(self.path / name, data)
        return name

    def link_segment(self, source: Path) -> str:
        """The same bytes under this rendition, without a copy."""
        target = self.path / source.name
        target.unlink(missing_ok=True)
        os.link(source, target)
        return source.name

    def write_live(self, *, ended: bool = False) -> None:
        cut = read_cut(self.path.parent) if ended else None
        if cut is not None:  # nobody joins it any more, and its window shows what was cut off
            write_whole(self.path / LIVE, self._list(cut))
            return
        write_whole(self.path / LIVE, self.window.text(ended=ended, written_ms=time.time_ns() // 1_000_000).encode())

    def write_replay(self) -> None:
        cut = read_cut(self.path.parent)
        write_whole(self.path / REPLAY, self._list(cut))
        if cut is not None:
            write_whole(self.path / cut.whole, self._list(None))

    def _list(self, cut: Cut | None) -> bytes:
        rows = self.history.segments
        if cut is not None:
            rows = [record for record in rows if cut.first <= record.sequence <= cut.last]
        return replay_playlist([self.entry(record) for record in rows]).encode()

    def entry(self, record: SegmentRecord, init: str | None = None) -> Entry:
        """A segment as playlists list it; `init` where the index does not say it."""
        return Entry(
            sequence=record.sequence,
            name=record.name,
            duration_us=record.duration_us,
            init=self.history.epochs[record.epoch].init if init is None else init,
            epoch=record.epoch,
            jump=record.jump,
            wall_ms=record.wall_ms,
            key=self._key_uri(record.key),
        )

    def _remember(self, record: Record) -> None:
        again = isinstance(record, SegmentRecord) and record.sequence < self.history.next_sequence
        self.history.add(record)
        if isinstance(record, SegmentRecord) and not again:  # players have the first version already
            self.window.push(self.entry(record))


def key_address(key: str) -> str:
    """Where players that were not given a key ahead ask for it."""
    return f"/live/keys/{key}"


class StreamFolder:
    """One stream's folder and its renditions."""

    def __init__(self, path: Path, key_uri: Callable[[str], str] = key_address) -> None:
        self.path, self.key_uri = path, key_uri
        self.av = Rendition(path / AV, key_uri)
        self.aac = Rendition(path / AAC, key_uri)

    @property
    def has_master(self) -> bool:
        return (self.path / MASTER).exists()

    def create(self) -> None:
        self.av.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    def write_master(self, name: str, text: str) -> None:
        write_whole(self.path / name, text.encode())

    def bytes_used(self) -> int:
        """Of finished files, and of segments that are in the S3 alone; the follower may be writing beside us."""
        total, here = 0, set[Path]()
        for path in self._files():
            with contextlib.suppress(FileNotFoundError):  # renamed or taken away under our hands
                total += path.stat().st_size
                here.add(path)
        for side in (self.av, self.aac):
            rows = Rendition(side.path, self.key_uri).load().segments
            total += sum(row.bytes for row in rows if side.path / row.name not in here)
        return total

    def remove(self) -> None:
        """Delete the folder: renamed first, so that a process killed half-way leaves nothing that looks alive."""
        if self.path.exists():
            gone = self.path.with_name(f"{GONE}{secrets.token_hex(4)}.tmp")
            self.path.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def _files(self) -> Iterable[Path]:
        return (path for path in self.path.rglob("*") if path.suffix != ".tmp" and path.is_file())


def is_half_removed(name: str) -> bool:
    """Whether a folder beside the streams' is one that `StreamFolder.remove` did not finish with."""
    return name.startswith(GONE)


def stream_folder(root: Path, token: str) -> StreamFolder:
    """The folder of a stream by its token. Raises ValueError for what is no token (it comes from outside at times)."""
    if len(token) != 32 or not all(letter in "0123456789abcdef" for letter in token):
        raise ValueError("not a stream's token")
    return StreamFolder(root / "streams" / token)


def used_keys(folder: StreamFolder) -> list[str]:
    """Ids of the keys of the segments on disk, in order of use."""
    return list(dict.fromkeys(record.key for record in StreamFolder(folder.path).av.load().segments))
