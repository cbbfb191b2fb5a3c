"""A stored lesson as one MP4 file that anybody can keep: pictures copied, encoded anew only where a recorder run differs."""

import contextlib
import errno
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from lantian.content.media.engine.codecs import avc1_entry
from lantian.content.media.engine.film import Chapter, Film
from lantian.content.media.engine.fragments import parse_init, read_segment
from lantian.content.media.engine.model import US, Init, Limits, MediaFault, Run, Track
from lantian.content.media.engine.parameters import AvcConfig, avc_record, free_number, read_avc_config
from lantian.content.media.errors import DiskFull, NothingToMake
from lantian.content.media.services.folder import FILE_MODE
from lantian.content.media.services.making.hand import Hand, Lost, Unreadable
from lantian.content.media.services.making.stored import Part, StoredLesson
from lantian.content.media.services.space import room_for_lesson

PLAIN_AAC = "mp4a.40.2"
MOST_LOST = 30  # children that may die of one lesson
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """What was made: bytes, seconds, how many seconds of it were encoded anew (picture, sound), segments that are missing."""

    bytes: int
    seconds: float
    pictures_anew: float
    sound_anew: float
    lost: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the file is like: the picture's configuration and size, the sound's track (None: no sound)."""

    config: AvcConfig
    width: int
    height: int
    sound: Track | None
    rate: int
    channels: int

    def picture_differs(self, part: Part) -> bool:
        track = part.init.video
        return (read_avc_config(avc_record(track)), track.width, track.height) != (self.config, self.width, self.height)

    def sound_differs(self, part: Part) -> bool:
        track = part.init.audio
        return track is not None and (self.sound is None or track.entry != self.sound.entry)


def _plan(parts: Sequence[Part]) -> _Plan:
    """Like most of the lesson. Raises MediaFault for a lesson none of which can be understood."""
    pictures: Counter[tuple[AvcConfig, int, int]] = Counter()
    sounds: Counter[bytes] = Counter()
    tracks: dict[bytes, Track] = {}
    for part in parts:
        video, audio = part.init.video, part.init.audio
        pictures[read_avc_config(avc_record(video)), video.width, video.height] += part.us
        if audio is not None and audio.codec == PLAIN_AAC:
            sounds[audio.entry] += part.us
            tracks[audio.entry] = audio
    config, width, height = pictures.most_common(1)[0][0]
    sound = tracks[sounds.most_common(1)[0][0]] if sounds else None
    heard = [part.init.audio for part in parts if part.init.audio is not None]
    rate = sound.rate if sound else 48_000
    channels = sound.channels if sound else max((track.channels for track in heard), default=0)
    return _Plan(config, width, height, sound, rate, channels)


def make_film(
    lesson: StoredLesson, target: Path, *, reserve_bytes: int, chapters: Sequence[Chapter] = (), progress: Progress
) -> FilmFacts:
    """Write the lesson as `target`, whole or not at all. `progress(0…1)` may raise, which ends it and leaves nothing behind.

    Raises NothingToMake, DiskFull.
    """
    parts = lesson.parts
    if not parts:
        raise NothingToMake
    room = room_for_lesson(target.parent, reserve_bytes)
    if room.free_bytes - reserve_bytes // 4 < 2 * lesson.size:
        raise DiskFull
    data, whole = target.with_suffix(".data.tmp"), target.with_suffix(".tmp")
    try:
        with data.open("wb") as out:
            maker = _Maker(lesson, _plan(parts), out, progress)
            film = maker.run()
        with whole.open("wb") as out:
            out.write(film.head(chapters))
            out.flush()
            _append(data, out)
            os.fsync(out.fileno())
        whole.chmod(FILE_MODE)
        size = whole.stat().st_size
        whole.replace(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise
    except MediaFault as error:
        raise NothingToMake from error
    finally:
        for path in (data, whole):
            path.unlink(missing_ok=True)
    return FilmFacts(size, film.seconds, maker.pictures_anew / US, maker.sound_anew / US, lesson.lost)


def _append(source: Path, out: BinaryIO) -> None:
    """Without bringing it through our memory."""
    with source.open("rb") as data:
        left = os.fstat(data.fileno()).st_size
        while left > 0:
            sent = os.sendfile(out.fileno(), data.fileno(), None, min(left, 1 << 28))
            if not sent:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            left -= sent


class _Maker:
    """One making. `film` can be begun only when it is known what encoding anew adds to its head."""

    def __init__(self, lesson: StoredLesson, plan: _Plan, out: BinaryIO, progress: Progress) -> None:
        self._lesson, self._plan, self._out, self._progress = lesson, plan, out, progress
        self._hand: Hand | None = None
        self._deaths = 0
        self._done, self._total = 0, max(1, len(lesson.segments))
        self.pictures_anew = self.sound_anew = 0

    def run(self) -> Film:
        """All media data are written, and the tables are whole. Raises NothingToMake, MediaFault."""
        parts = self._lesson.parts
        try:
            film = self._begin(parts)
            for part, following in pairwise([*parts, None]):
                assert part is not None
                self._add(film, part, following)
        finally:
            if self._hand is not None:
                self._hand.end()
        if not film.pictures:
            raise NothingToMake
        film.end(round(self._lesson.seconds * US))
        return film

    def _begin(self, parts: Sequence[Part]) -> Film:
        """The head's entries: what encoding anew is set up with is learned by encoding one segment of it."""
        plan = self._plan
        config, sound = plan.config, plan.sound.entry if plan.sound else None
        differing = next((part for part in parts if plan.picture_differs(part)), None)
        if differing is not None:
            config = config.with_sets_of(read_avc_config(avc_record(self._tried(differing).video)))
        if sound is None and plan.channels:
            heard = next(part for part in parts if part.init.audio is not None)
            track = self._tried(heard).audio
            sound = track.entry if track else None
        return Film(
            picture=avc1_entry(config.written(), plan.width, plan.height),
            width=plan.width,
            height=plan.height,
            sound=sound,
            rate=plan.rate,
            channels=plan.channels or 1,
        )

    def _tried(self, part: Part) -> Init:
        """What a part is like once it is encoded anew."""
        for record in part.segments[:5]:
            data = self._lesson.clear(record)
            if data is None:
                continue
            with contextlib.suppress(Unreadable, Lost):
                hand = self.aimed(part)
                said, payload = hand.ask("recode", data)
                return parse_init(payload[: int(said["init"])], Limits())
            self.dropped()
        raise NothingToMake

    def aimed(self, part: Part) -> Hand:
        if self._hand is None:
            self._hand = Hand()
        plan = self._plan
        self._hand.ask(
            "aim",
            width=plan.width,
            height=plan.height,
            number=free_number(plan.config),
            rate=plan.rate,
            channels=plan.channels or 1,
            bit_rate=64_000,
            picture=plan.picture_differs(part),
            sound=plan.sound_differs(part),
        )
        self._hand.ask("init", part.head)
        return self._hand

    def dropped(self) -> None:
        """The child has died or is in an unknown state. Raises NothingToMake when that happens all the time."""
        if self._hand is not None:
            self._hand.end()
        self._hand = None
        self._deaths += 1
        if self._deaths > MOST_LOST:
            raise NothingToMake

    def _add(self, film: Film, part: Part, following: Part | None) -> None:
        pictures, sound = self._plan.picture_differs(part), self._plan.sound_differs(part)
        recoder = _Recoder(self, part) if pictures or sound else None
        for record in part.segments:
            self._progress(self._done / self._total)
            self._done += 1
            data = self._lesson.clear(record)
            if data is None:
                continue
            try:
                runs = recoder.runs(data) if recoder else read_segment(data, part.init, Limits())
            except MediaFault:
                self._lesson.lost += 1
                continue
            film.add(runs, at_us=part.at_us, origin_us=part.origin_us, out=self._out.write)
            self.pictures_anew += record.duration_us if pictures else 0
            self.sound_anew += record.duration_us if sound else 0
        if recoder is not None:
            film.add(recoder.rest(), at_us=part.at_us, origin_us=part.origin_us, out=self._out.write)
        if following is not None:
            film.end(following.at_us)


class _Recoder:
    """One part through the child; a segment that the child dies of is left out, and the next child goes on behind it."""

    def __init__(self, maker: _Maker, part: Part) -> None:
        self._maker, self._part = maker, part
        self._hand: Hand | None = None
        self._init: Init | None = None

    def runs(self, data: bytes) -> list[Run]:
        """Raises MediaFault, NothingToMake."""
        try:
            if self._hand is None:
                self._hand = self._maker.aimed(self._part)
            return self._read(*self._hand.ask("recode", data))
        except Unreadable as error:
            raise MediaFault("malformed", str(error)) from error
        except Lost as error:
            self._hand = self._init = None
            self._maker.dropped()
            raise MediaFault("malformed", str(error)) from error

    def rest(self) -> list[Run]:
        """What the coder still holds."""
        if self._hand is None:
            return []
        try:
            return self._read(*self._hand.ask("flush"))
        except (Unreadable, Lost, MediaFault):
            self._maker.dropped()
            return []

    def _read(self, said: dict[str, object], payload: bytes) -> list[Run]:
        length = int(str(said["init"]))
        if length:
            self._init = parse_init(payload[:length], Limits())
        fragment = payload[length:]
        if not fragment or self._init is None:
            return []
        return read_segment(fragment, self._init, Limits())
