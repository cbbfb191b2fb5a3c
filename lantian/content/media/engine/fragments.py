"""Reading and writing fragmented MP4: the initialisation part (ftyp + moov) and fragments (moof + mdat).

Reading checks every length against the buffer; writing makes the smallest boxes that hls.js, Safari and old MSE accept.
"""

import struct
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, repeat
from statistics import median_low

from lantian.content.media.engine import codecs
from lantian.content.media.engine.boxes import Box, Reader, box, children, full_box, need
from lantian.content.media.engine.model import Init, Limits, MediaFault, Run, Sample, Track

_KINDS = {"vide": "video", "soun": "audio"}
_NON_SYNC = 0x10000
_LARGEST_OFFSET = 0x7FFFFFFF  # what we write is signed, whatever came
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


# --- initialisation part -----------------------------------------------------------------------------------------------


def parse_init(data: bytes, limits: Limits) -> Init:
    """Check ftyp + moov and read its tracks: one H.264 video and at most one Opus or AAC sound. Raises MediaFault."""
    if len(data) > limits.init_bytes:
        raise MediaFault("oversize", f"initialisation of {len(data)} bytes")
    moov = next((found for found in children(data, 0, len(data)) if found.kind == "moov"), None)
    if moov is None:
        raise MediaFault("malformed", "no moov")
    defaults = _track_defaults(data, need(data, moov, "mvex"))
    boxes = [found for found in children(data, moov.body, moov.end) if found.kind == "trak"]
    if len(boxes) > 2:
        raise MediaFault("too_many_tracks", f"{len(boxes)} tracks")
    tracks = [_parse_track(data, found, defaults) for found in boxes]
    if sorted(track.kind for track in tracks) not in (["video"], ["audio", "video"]):
        raise MediaFault("too_many_tracks", "want one video and at most one sound track")
    if len({track.id for track in tracks}) != len(tracks):
        raise MediaFault("malformed", "two tracks of one number")
    video = next(track for track in tracks if track.kind == "video")
    if not (0 < video.width <= limits.width and 0 < video.height <= limits.height):
        raise MediaFault("oversize", f"picture of {video.width}x{video.height}")
    tracks.sort(key=lambda track: track.kind, reverse=True)
    return Init(data, tuple(tracks))


def _track_defaults(data: bytes, mvex: Box) -> dict[int, tuple[int, int, int]]:
    defaults = {}
    for found in children(data, mvex.body, mvex.end):
        if found.kind == "trex":
            reader = Reader(data, found)
            reader.full()
            number, _description, duration, size, flags = (reader.u(4) for _ in range(5))
            defaults[number] = (duration, size, flags)
    return defaults


def _parse_track(data: bytes, trak: Box, defaults: dict[int, tuple[int, int, int]]) -> Track:
    number, timescale, handler = _track_header(data, trak)
    kind = _KINDS.get(handler)
    if kind is None:
        raise MediaFault("too_many_tracks", f"a {handler!r} track")
    stsd = need(data, trak, "mdia/minf/stbl/stsd")
    entries = list(children(data, stsd.body + 8, stsd.end))
    if len(entries) != 1:
        raise MediaFault("unsupported_codec", f"{len(entries)} sample entries")
    entry = entries[0]
    raw = data[entry.start : entry.end]
    shared = {"id": number, "timescale": timescale, "entry": raw, "defaults": defaults.get(number, (0, 0, 0))}
    if kind == "video" and entry.kind == "avc1":
        codec, width, height = codecs.avc1_codec(data, entry)
        return Track(kind="video", codec=codec, width=width, height=height, **shared)  # type: ignore[arg-type]  # a mixed dict
    if kind == "audio" and entry.kind in {"Opus", "mp4a"}:
        codec, channels, rate = codecs.audio_codec(data, entry)
        return Track(kind="audio", codec=codec, channels=channels, rate=rate, **shared)  # type: ignore[arg-type]  # a mixed dict
    raise MediaFault("unsupported_codec", f"{kind} coded as {entry.kind}")


def _track_header(data: bytes, trak: Box) -> tuple[int, int, str]:
    """Track number, timescale and handler."""
    reader = Reader(data, need(data, trak, "tkhd"))
    version, _flags = reader.full()
    reader.take(16 if version == 1 else 8)
    number = reader.u(4)
    reader = Reader(data, need(data, trak, "mdia/mdhd"))
    version, _flags = reader.full()
    reader.take(16 if version == 1 else 8)
    timescale = reader.u(4)
    if not 1 <= timescale <= 10_000_000:
        raise MediaFault("malformed", f"timescale {timescale}")
    reader = Reader(data, need(data, trak, "mdia/hdlr"))
    reader.take(8)
    return number, timescale, reader.take(4).decode("ascii", "replace")


# --- fragments ---------------------------------------------------------------------------------------------------------


def parse_fragment(moof: bytes, mdat: bytes, init: Init, limits: Limits) -> list[Run]:
    """The runs of samples in one fragment, video first. `moof` and `mdat` are whole boxes that follow each other.

    Raises MediaFault when a sample would lie outside the mdat, a track is unknown, or counts pass their bounds.
    """
    (top,) = children(moof, 0, len(moof))
    runs = []
    trafs = [found for found in children(moof, top.body, top.end) if found.kind == "traf"]
    for traf in trafs:
        run = _parse_traf(moof, mdat, traf, init, limits, single=len(trafs) == 1)
        if run.samples:
            runs.append(run)
    if len({run.track.id for run in runs}) != len(runs):
        raise MediaFault("malformed", "a track twice in one fragment")
    return sorted(runs, key=lambda run: run.track.kind, reverse=True)


def _parse_traf(moof: bytes, mdat: bytes, traf: Box, init: Init, limits: Limits, *, single: bool) -> Run:
    track, defaults, base_is_moof = _traf_header(moof, need(moof, traf, "tfhd"), init)
    if not (base_is_moof or single):
        raise MediaFault("malformed", "fragment without default-base-is-moof")
    tfdt = Reader(moof, need(moof, traf, "tfdt"))
    version, _flags = tfdt.full()
    dts = tfdt.u(8 if version == 1 else 4)
    if dts // track.timescale > 366 * 86_400:
        raise MediaFault("timeline", f"media time {dts}/{track.timescale}")
    samples: list[Sample] = []
    following: int | None = None
    for trun in (found for found in children(moof, traf.body, traf.end) if found.kind == "trun"):
        more, following = _parse_trun(moof, mdat, trun, defaults, following, limits)
        samples += more
        if len(samples) > limits.samples:
            raise MediaFault("oversize", f"{len(samples)} samples in a fragment")
    return Run(track, dts, tuple(samples))


def _traf_header(moof: bytes, tfhd: Box, init: Init) -> tuple[Track, tuple[int, int, int], bool]:
    """The track, its defaults (duration, size, flags), and whether offsets count from the moof."""
    reader = Reader(moof, tfhd)
    _version, flags = reader.full()
    number = reader.u(4)
    track = next((track for track in init.tracks if track.id == number), None)
    if track is None:
        raise MediaFault("malformed", f"fragment of unknown track {number}")
    if flags & 1:
        raise MediaFault("malformed", "absolute data offsets")
    if flags & 2:
        reader.take(4)
    duration, size, sample_flags = track.defaults
    duration = reader.u(4) if flags & 8 else duration
    size = reader.u(4) if flags & 0x10 else size
    sample_flags = reader.u(4) if flags & 0x20 else sample_flags
    return track, (duration, size, sample_flags), bool(flags & 0x20000)


def _parse_trun(
    moof: bytes, mdat: bytes, trun: Box, defaults: tuple[int, int, int], following: int | None, limits: Limits
) -> tuple[list[Sample], int]:
    """Samples of one trun, and the offset in the mdat where the next would begin."""
    reader = Reader(moof, trun)
    version, flags = reader.full()
    count = reader.u(4)
    if count > limits.samples:
        raise MediaFault("oversize", f"{count} samples in a fragment")
    at = reader.i32() - len(moof) if flags & 1 else following
    at = 8 if at is None else at
    first_flags = reader.u(4) if flags & 4 else None
    row = struct.Struct(">" + "I" * (flags >> 8 & 7).bit_count() + ("i" if version else "I") * (flags >> 11 & 1))
    columns = zip(*row.iter_unpack(reader.take(row.size * count)), strict=True) if row.size else iter(())
    given: list[Iterable[int]] = [
        next(columns, ()) if flags & bit else repeat(usual, count)
        for bit, usual in zip((0x100, 0x200, 0x400, 0x800), (*defaults, 0), strict=True)
    ]
    if first_flags is not None and count and not flags & 0x400:
        given[2] = chain((first_flags,), repeat(defaults[2], count - 1))
    samples = []
    for duration, size, kind, offset in zip(*given, strict=True):
        if at < 8 or size <= 0 or at + size > len(mdat):
            raise MediaFault("malformed", "a sample lies outside its mdat")
        if offset > _LARGEST_OFFSET:
            raise MediaFault("malformed", f"composition offset of {offset}")
        samples.append(Sample(mdat[at : at + size], duration, not kind & _NON_SYNC, offset))
        at += size
    return samples, at


def mend(run: Run, typical: int) -> Run:
    """Give the last sample the usual duration when it says much less (or nothing).

    Chrome closes a fragment before it knows when the next frame comes, and writes a guess that leaves holes of 30–48 ms.
    The next fragment's own decode time remains the truth: waiting for it would cost a whole segment of delay, while the
    median is wrong by a few milliseconds, which players bridge, and the error never adds up.
    """
    durations = [sample.duration for sample in run.samples[:-1]]
    usual = median_low(durations) if len(durations) >= 2 else typical
    last = run.samples[-1]
    if usual and last.duration < usual - usual // 16:
        return replace(run, samples=(*run.samples[:-1], replace(last, duration=usual)))
    return run


def usual_duration(run: Run, before: int) -> int:
    """The median duration of all but the last sample (ticks); `before` when the run is too short to tell."""
    durations = [sample.duration for sample in run.samples[:-1]]
    return int(median_low(durations)) if len(durations) >= 2 else before


# --- writing -----------------------------------------------------------------------------------------------------------


def write_fragment(sequence: int, runs: list[Run]) -> bytes:
    """moof + mdat of these runs, in their order."""
    sizes = [sum(len(sample.data) for sample in run.samples) for run in runs]
    tables = [_table(run) for run in runs]
    length = len(_moof(sequence, runs, tables, [0] * len(runs)))
    offsets, at = [], length + 8
    for size in sizes:
        offsets.append(at)
        at += size
    payload = (sample.data for run in runs for sample in run.samples)
    return b"".join((_moof(sequence, runs, tables, offsets), struct.pack(">I4s", 8 + sum(sizes), b"mdat"), *payload))


def _moof(sequence: int, runs: list[Run], tables: list[tuple[int, bytes]], offsets: list[int]) -> bytes:
    trafs = [_traf(run, *table, offset) for run, table, offset in zip(runs, tables, offsets, strict=True)]
    return box("moof", full_box("mfhd", 0, 0, struct.pack(">I", sequence & 0xFFFFFFFF)), *trafs)


def _table(run: Run) -> tuple[int, bytes]:
    """A trun's flags and its rows."""
    composed = any(sample.offset for sample in run.samples)
    values: list[int] = []
    for sample in run.samples:
        values += (sample.duration, len(sample.data), codecs.SYNC_FLAGS if sample.sync else codecs.OTHER_FLAGS)
        if composed:
            values.append(sample.offset)
    row = "IIIi" if composed else "III"
    return 0x701 | (0x800 if composed else 0), struct.pack(">" + row * len(run.samples), *values)


def _traf(run: Run, flags: int, rows: bytes, offset: int) -> bytes:
    return box(
        "traf",
        full_box("tfhd", 0, 0x20000, struct.pack(">I", run.track.id)),
        full_box("tfdt", 1, 0, struct.pack(">Q", run.dts)),
        full_box("trun", 1, flags, struct.pack(">Ii", len(run.samples), offset), rows),
    )


def write_init(tracks: tuple[Track, ...]) -> bytes:
    """ftyp + moov for these tracks, around their own sample entries."""
    mvhd = full_box(
        "mvhd", 0, 0, struct.pack(">IIIIIH10x", 0, 0, 1000, 0, 0x10000, 0x100), _MATRIX, bytes(24), b"\0\0\0\xff"
    )
    trex = [full_box("trex", 0, 0, struct.pack(">5I", track.id, 1, *track.defaults)) for track in tracks]
    moov = box("moov", mvhd, *(_trak(track) for track in tracks), box("mvex", *trex))
    return box("ftyp", b"iso6\0\0\0\0iso6iso5mp41") + moov


def _trak(track: Track) -> bytes:
    video = track.kind == "video"
    tkhd = full_box(
        "tkhd", 0, 3,
        struct.pack(">5I8xhhhH", 0, 0, track.id, 0, 0, 0, 0, 0 if video else 0x100, 0),
        _MATRIX, struct.pack(">II", track.width << 16, track.height << 16),
    )  # fmt: skip
    handler = b"vide" if video else b"soun"
    media = full_box("vmhd", 0, 1, bytes(8)) if video else full_box("smhd", 0, 0, bytes(4))
    tables = [full_box(name, 0, 0, bytes(size)) for name, size in (("stts", 4), ("stsc", 4), ("stsz", 8), ("stco", 4))]
    stbl = box("stbl", full_box("stsd", 0, 0, struct.pack(">I", 1), track.entry), *tables)
    dinf = box("dinf", full_box("dref", 0, 0, struct.pack(">I", 1), full_box("url ", 0, 1)))
    mdia = box(
        "mdia",
        full_box("mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, track.timescale, 0, 0x55C4, 0)),
        full_box("hdlr", 0, 0, bytes(4), handler, bytes(12), b"lantian\0"),
        box("minf", media, dinf, stbl),
    )
    return box("trak", tkhd, mdia)


def read_segment(data: bytes, init: Init, limits: Limits) -> list[Run]:
    """The runs of a segment of ours: exactly one moof and one mdat. Raises MediaFault."""
    found = list(children(data, 0, len(data)))
    if [part.kind for part in found] != ["moof", "mdat"]:
        raise MediaFault("malformed", "not a segment")
    return parse_fragment(data[: found[0].end], data[found[1].start :], init, limits)
