"""One MP4 file of a whole lesson: samples come in order, the tables grow in memory, the head is written when all are known.

    film = Film(picture=entry, width=1280, height=720, sound=entry or None, rate=48_000, channels=1)
    for each segment: film.add(runs, at_us=…, out=file.write)      # media data only, to a file of its own
    film.end(at_us)                                                # when the last picture ends
    head = film.head(chapters)                                     # ftyp, moov, mdat's header: what stands before the data

The head stands first ("fast start"), so that a player can begin before the rest is there. Memory: some 20 bytes a picture and 4 a
sound frame, 14 MB for six hours. Sound is AAC: its frames follow one another without a hole, each 1 024 samples, so that sound
is kept in step with the picture by whole frames, silent ones put in and superfluous ones left out (21 ms at 48 kHz).
"""

import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from lantian.content.media.engine.boxes import box, full_box
from lantian.content.media.engine.model import US, Run

TICKS = 90_000  # of the picture's clock, a second
MOVIE_TICKS = 1000
FRAME = 1024  # samples of an AAC frame
# One frame of silence each (AAC-LC), as players put them in themselves.
SILENCE = {1: bytes.fromhex("00c800802380"), 2: bytes.fromhex("210049900219002380")}
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
Chapter = tuple[float, str]  # seconds, title
MOST_CHAPTERS = 255  # what a `chpl` box can count


class Film:
    """See the module. Not thread-safe."""

    def __init__(
        self,
        *,
        picture: bytes,
        width: int,
        height: int,
        sound: bytes | None = None,
        rate: int = 48_000,
        channels: int = 1,
    ) -> None:
        self._picture, self._width, self._height = picture, width, height
        self._sound, self._rate, self._channels = sound, rate, channels
        self._times = array("Q")  # decode times of pictures, ticks
        self._sizes = array("I")
        self._offsets = array("i")  # composition offsets, ticks
        self._keys = array("I")  # numbers of keyframes, from 1
        self._heard = array("I")  # sizes of sound frames
        self._chunks: tuple[array[int], array[int]] = (array("Q"), array("Q"))  # places in the data, by track
        self._counts: tuple[array[int], array[int]] = (array("I"), array("I"))  # samples in each chunk
        self._end = 0
        self.bytes = 0  # of media data so far

    @property
    def pictures(self) -> int:
        """How many so far."""
        return len(self._times)

    @property
    def seconds(self) -> float:
        """How long the picture is, once `end` was called."""
        return self._end / TICKS

    # -- samples ----------------------------------------------------------------------------------------------------------

    def add(self, runs: Sequence[Run], *, at_us: int, origin_us: int, out: Callable[[bytes], object]) -> None:
        """The pictures and the sound of one segment; `origin_us` of the runs' own timeline stands at `at_us` of the film."""
        for run in runs:
            shift = at_us - origin_us
            if run.track.kind == "video":
                self._add_pictures(run, shift, out)
            elif self._sound is not None:
                self._add_sound(run, shift, out)

    def _add_pictures(self, run: Run, shift_us: int, out: Callable[[bytes], object]) -> None:
        scale, at, pieces = run.track.timescale, run.dts, []
        for sample in run.samples:
            ticks = max(0, round((at / scale + shift_us / US) * TICKS))
            if self._times and ticks <= self._times[-1]:  # parts that overlap by a hair: time goes on
                ticks = self._times[-1] + 1
            self._times.append(ticks)
            self._sizes.append(len(sample.data))
            self._offsets.append(round(sample.offset * TICKS / scale))
            if sample.sync:
                self._keys.append(len(self._times))
            pieces.append(sample.data)
            at += sample.duration
        self._end = max(self._end, round((at / scale + shift_us / US) * TICKS))
        self._chunk(0, pieces, out)

    def _add_sound(self, run: Run, shift_us: int, out: Callable[[bytes], object]) -> None:
        due = round((run.dts / run.track.timescale + shift_us / US) * self._rate)
        pieces = [sample.data for sample in run.samples]
        missing = (due - len(self._heard) * FRAME) // FRAME
        if missing > 0:
            pieces[:0] = [SILENCE[self._channels]] * missing
        elif missing < -1:
            del pieces[: -missing - 1]
        self._heard.extend(map(len, pieces))
        self._chunk(1, pieces, out)

    def _chunk(self, track: int, pieces: list[bytes], out: Callable[[bytes], object]) -> None:
        if not pieces:
            return
        self._chunks[track].append(self.bytes)
        self._counts[track].append(len(pieces))
        data = b"".join(pieces)
        out(data)
        self.bytes += len(data)

    def end(self, at_us: int) -> None:
        """The last picture stands until here (microseconds of the film); sound beyond it is left out."""
        self._end = max(at_us * TICKS // US, self._times[-1] + 1 if self._times else 0)
        most = -(-self._end * self._rate // TICKS // FRAME)
        while len(self._heard) > most:
            self._heard.pop()
            self._counts[1][-1] -= 1
            if not self._counts[1][-1]:
                self._counts[1].pop()
                self._chunks[1].pop()

    # -- the head ---------------------------------------------------------------------------------------------------------

    def head(self, chapters: Sequence[Chapter] = ()) -> bytes:
        """All that stands before the media data. Call `end` first."""
        kind = box("ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
        data = struct.pack(">I4sQ", 1, b"mdat", 16 + self.bytes)
        before = len(kind) + len(self._moov(0, chapters)) + len(data)
        return kind + self._moov(before, chapters) + data

    def _moov(self, before: int, chapters: Sequence[Chapter]) -> bytes:
        length = self._end * MOVIE_TICKS // TICKS
        mvhd = full_box(
            "mvhd", 0, 0, struct.pack(">IIIIIH10x", 0, 0, MOVIE_TICKS, length, 0x10000, 0x100), _MATRIX, bytes(24), b"\0\0\0\3"
        )  # fmt: skip
        tracks = [self._video(before, length)]
        if self._sound is not None and self._heard:
            tracks.append(self._audio(before))
        return box("moov", mvhd, *tracks, *([_udta(chapters)] if chapters else []))

    def _video(self, before: int, length: int) -> bytes:
        spans = (after - at for at, after in zip(self._times, [*self._times[1:], self._end], strict=True))
        tables = [_runs("stts", spans)]
        if any(self._offsets):  # shown when they were shown in the lesson: an edit would move them against the sound
            tables.append(_runs("ctts", self._offsets, signed=True))
        if len(self._keys) < len(self._times):
            tables.append(full_box("stss", 0, 0, struct.pack(">I", len(self._keys)), _big(self._keys)))
        size = struct.pack(">II", self._width << 16, self._height << 16)
        header = full_box("vmhd", 0, 1, bytes(8))
        stbl = self._stbl(0, self._picture, tables, self._sizes, before)
        return _trak(1, b"vide", TICKS, self._end, length, size, header, stbl)

    def _audio(self, before: int) -> bytes:
        assert self._sound is not None
        ticks = len(self._heard) * FRAME
        tables = [full_box("stts", 0, 0, struct.pack(">III", 1, len(self._heard), FRAME))]
        stbl = self._stbl(1, self._sound, tables, self._heard, before)
        length = ticks * MOVIE_TICKS // self._rate
        return _trak(2, b"soun", self._rate, ticks, length, bytes(8), full_box("smhd", 0, 0, bytes(4)), stbl)

    def _stbl(self, track: int, entry: bytes, tables: list[bytes], sizes: "array[int]", before: int) -> bytes:
        rows, at = [], 1
        for count, group in groupby(self._counts[track]):
            rows.append((at, count, 1))
            at += sum(1 for _ in group)
        places = array("Q", (before + place for place in self._chunks[track]))
        return box(
            "stbl",
            full_box("stsd", 0, 0, struct.pack(">I", 1), entry),
            *tables,
            full_box("stsc", 0, 0, struct.pack(">I", len(rows)), *(struct.pack(">III", *row) for row in rows)),
            full_box("stsz", 0, 0, struct.pack(">II", 0, len(sizes)), _big(sizes)),
            full_box("co64", 0, 0, struct.pack(">I", len(places)), _big(places)),
        )


def _big(numbers: "array[int]") -> bytes:
    """Big endian, as files have them."""
    copy = array(numbers.typecode, numbers)
    if sys.byteorder == "little":
        copy.byteswap()
    return copy.tobytes()


def _runs(kind: str, values: Iterable[int], *, signed: bool = False) -> bytes:
    """A table of (how many, value)."""
    row = struct.Struct(">Ii" if signed else ">II")
    rows = [row.pack(sum(1 for _ in group), value) for value, group in groupby(values)]
    return full_box(kind, 1 if signed else 0, 0, struct.pack(">I", len(rows)), *rows)


def _trak(
    number: int,
    handler: bytes,
    scale: int,
    ticks: int,
    length: int,
    size: bytes,
    header: bytes,
    stbl: bytes,
) -> bytes:
    sound = handler == b"soun"
    tkhd = full_box(
        "tkhd", 0, 3,
        struct.pack(">5I8xhhhH", 0, 0, number, 0, length, 0, 0, 0x100 if sound else 0, 0), _MATRIX, size,
    )  # fmt: skip
    mdia = box(
        "mdia",
        full_box("mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, scale, ticks, 0x55C4, 0)),
        full_box("hdlr", 0, 0, bytes(4), handler, bytes(12), b"lantian\0"),
        box("minf", header, box("dinf", full_box("dref", 0, 0, struct.pack(">I", 1), full_box("url ", 0, 1))), stbl),
    )
    return box("trak", tkhd, mdia)


def _udta(chapters: Sequence[Chapter]) -> bytes:
    """Chapters as most players read them (`chpl`, in units of 100 ns)."""
    rows = []
    for seconds, title in chapters[:MOST_CHAPTERS]:
        name = title.encode()[:255]
        while True:
            try:
                name.decode()
                break
            except UnicodeDecodeError:  # cut in the middle of a letter
                name = name[:-1]
        rows.append(struct.pack(">QB", max(0, round(seconds * 10_000_000)), len(name)) + name)
    return box("udta", full_box("chpl", 1, 0, bytes(4), bytes([len(rows)]), *rows))
