"""The words of the media engine: limits, faults, positions in the publisher's byte stream, tracks, samples and segments.

Times are integers: *ticks* in a track's own timescale, or microseconds (`*_us`) on the epoch's media timeline, which begins
near 0 when the publisher's recorder starts.
"""

from dataclasses import dataclass, field
from typing import Literal

US = 1_000_000

FaultCode = Literal[
    "malformed",  # not the boxes (or EBML elements) we know, or boxes that contradict each other
    "oversize",  # a box, fragment or initialisation part past its bound
    "unsupported_codec",  # not H.264 with Opus or AAC
    "too_many_tracks",
    "timeline",  # media time runs backwards, or a fragment lasts longer than any lesson's could
    "bitrate",  # more bits a second than a lesson may send
]


class MediaFault(Exception):
    """The publisher's bytes cannot be taken; the page has to start a new epoch (a new recorder).

    `code` is stable and goes over the wire; `detail` is English, for logs.
    """

    def __init__(self, code: FaultCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class ChunkGap(Exception):
    """A chunk is missing before the one that came; resend from `next_chunk`."""

    def __init__(self, next_chunk: int) -> None:
        super().__init__(f"expected chunk {next_chunk}")
        self.next_chunk = next_chunk


@dataclass(frozen=True, slots=True)
class Limits:
    """What one publisher may send. Every figure is several times what a real teacher's browser sends."""

    chunk_bytes: int = 8 << 20
    init_bytes: int = 64 << 10
    index_bytes: int = 256 << 10  # one moof; Chrome's are below 1 kB
    segment_bytes: int = 16 << 20  # one GOP
    segment_us: int = 12 * US
    samples: int = 4096  # of one track in one fragment
    width: int = 4096
    height: int = 2304
    bits_per_second: int = 24_000_000
    shortest_us: int = 400_000  # shorter fragments wait for the next one, so that nobody can make 100 files a second
    recut_us: int = 2 * US  # a longer fragment is cut at the keyframes inside it
    jump_us: int = 2 * US  # a hole longer than this becomes a discontinuity


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the publisher's bytes: `skip` bytes into chunk number `chunk`."""

    chunk: int = 0
    skip: int = 0

    @property
    def acked(self) -> int:
        """The last chunk that lies wholly before this place (-1: none)."""
        return self.chunk - 1


@dataclass(frozen=True, slots=True)
class Resume:
    """Where a cutter takes up again after its process died. Comes from the last segment that reached the disk.

    `end_us`, and the decode times (ticks) of the last sample of picture and sound, stand for the timeline; `cluster` is
    WebM's running cluster time in ms.
    """

    position: Position = Position()
    end_us: int = 0
    last_video: int = -1
    last_audio: int = -1
    cluster: int = 0


TrackKind = Literal["video", "audio"]


@dataclass(frozen=True, slots=True)
class Track:
    """One track of an initialisation part.

    `entry` is the whole sample entry box (avc1, Opus or mp4a), `codec` the RFC 6381 string, `defaults` the trex defaults
    (duration, size, flags).
    """

    id: int
    kind: TrackKind
    timescale: int
    codec: str
    entry: bytes = field(repr=False)
    width: int = 0
    height: int = 0
    channels: int = 0
    rate: int = 0
    defaults: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Init:
    """A checked initialisation part: the bytes (ftyp + moov) and what they say."""

    data: bytes = field(repr=False)
    tracks: tuple[Track, ...]

    @property
    def video(self) -> Track:
        return next(track for track in self.tracks if track.kind == "video")

    @property
    def audio(self) -> Track | None:
        return next((track for track in self.tracks if track.kind == "audio"), None)

    @property
    def codecs(self) -> str:
        return ",".join(track.codec for track in self.tracks)


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded frame: duration and composition offset in ticks, `sync` when decoding may begin here."""

    data: bytes = field(repr=False)
    duration: int
    sync: bool
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive samples of one track, the first decoded at `dts` ticks."""

    track: Track
    dts: int
    samples: tuple[Sample, ...]

    @property
    def ticks(self) -> int:
        return sum(sample.duration for sample in self.samples)

    @property
    def start_us(self) -> int:
        return self.dts * US // self.track.timescale

    @property
    def end_us(self) -> int:
        return (self.dts + self.ticks) * US // self.track.timescale


@dataclass(frozen=True, slots=True)
class Segment:
    """One playable piece: moof + mdat pairs, patched, clear, at least one GOP unless `independent` is False.

    `start_us`..`end_us` is the video's time (patched; the next segment's start is the truth). `resume` says where the
    publisher's bytes go on after it. `jump` means media time leapt before it: a discontinuity with the same init.
    """

    data: bytes = field(repr=False)
    start_us: int
    end_us: int
    independent: bool
    jump: bool
    resume: Resume
    runs: tuple[Run, ...] = field(default=(), repr=False)

    @property
    def duration_us(self) -> int:
        return self.end_us - self.start_us
