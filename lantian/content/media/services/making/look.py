"""A stored lesson looked through once: still pictures at even distances, the sound's shape, where one may want to cut it."""

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lantian.content.media.engine.looks import Moment, Tip, Wave, tips_of, wave_of
from lantian.content.media.errors import DiskFull, NothingToMake
from lantian.content.media.services.folder import write_whole
from lantian.content.media.services.making.hand import Hand, Lost, Unreadable
from lantian.content.media.services.making.stored import Part, StoredLesson

if TYPE_CHECKING:
    from PIL.Image import Image

TILE, POSTER = (160, 90), (640, 360)
COLUMNS, MOST_TILES, CLOSEST_S = 10, 240, 5.0
MOST_LOST = 30
MOST_LEVELS = 100  # of one segment
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Stills:
    """One picture of many small ones, row by row: one each `every` seconds, `count` in all, each `width` × `height` pixels."""

    name: str
    every: float
    count: int
    columns: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. Names are files in the folder that was given: `wave` JSON as `Wave`, `poster` and the stills' JPEG."""

    stills: Stills | None
    poster: str
    wave: str
    tips: list[Tip] = field(default_factory=list)
    lost: int = 0

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def look_through(lesson: StoredLesson, folder: Path, *, progress: Progress) -> Look:
    """Make what belongs to a recording's page, in files of names nobody can guess. `progress(0…1)` may raise, which ends it.

    Raises NothingToMake (no picture can be decoded), DiskFull.
    """
    eye = _Eye(lesson, progress)
    moments = eye.run()
    if eye.best is None:
        raise NothingToMake
    mark = secrets.token_hex(8)
    names = [f"stills-{mark}.jpg", f"poster-{mark}.jpg", f"wave-{mark}.json"]
    sheet = eye.sheet()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        if sheet is not None:
            write_whole(folder / names[0], _jpeg(sheet, 70))
        write_whole(folder / names[1], _jpeg(eye.best, 80))
        write_whole(folder / names[2], _wave(wave_of(moments)))
    except OSError as error:
        for name in names:
            (folder / name).unlink(missing_ok=True)
        raise DiskFull from error
    stills = Stills(names[0], eye.every, eye.tiles, COLUMNS, *TILE) if sheet is not None else None
    return Look(stills, names[1], names[2], tips_of(moments), lesson.lost)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _wave(wave: Wave) -> bytes:
    return json.dumps({"v": 1, **asdict(wave)}, separators=(",", ":")).encode()


def _jpeg(picture: "Image", quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


class _Eye:
    """Goes through the segments with a child; the next one goes on behind a segment that one has died of."""

    def __init__(self, lesson: StoredLesson, progress: Progress) -> None:
        self._lesson, self._progress = lesson, progress
        self.every = max(CLOSEST_S, lesson.seconds / MOST_TILES)
        self.tiles = 0
        self._sheet: Image | None = None
        self.best: Image | None = None
        self._best = -1.0
        self._hand: Hand | None = None
        self._deaths = 0

    def run(self) -> list[Moment]:
        """All moments, in order."""
        moments: list[Moment] = []
        total = max(1, len(self._lesson.segments))
        try:
            for part in self._lesson.parts:
                self._open(part)
                at = part.at_us
                for record in part.segments:
                    self._progress(len(moments) / total)
                    moments.append(self._moment(part, self._lesson.clear(record), at / 1e6, record.duration_us / 1e6))
                    at += record.duration_us
        finally:
            if self._hand is not None:
                self._hand.end()
        return moments

    def _open(self, part: Part) -> Hand | None:
        try:
            if self._hand is None:
                self._hand = Hand()
            self._hand.ask("init", part.head)
        except Unreadable:
            return None
        except Lost:
            self._died()
        return self._hand

    def _died(self) -> None:
        self._hand = None
        self._deaths += 1
        self._lesson.lost += 1
        if self._deaths > MOST_LOST:
            raise NothingToMake

    def _moment(self, part: Part, data: bytes | None, at: float, seconds: float) -> Moment:
        if data is None:
            return Moment(at, seconds)
        due = int(at // self.every) >= self.tiles
        size = POSTER if due else None
        try:
            hand = self._hand or self._open(part)
            if hand is None:
                return Moment(at, seconds)
            said, pixels = hand.ask("look", data, tile=size)
        except Unreadable:
            self._lesson.lost += 1
            return Moment(at, seconds)
        except Lost:
            self._died()
            return Moment(at, seconds)
        if due and pixels:
            self._keep(pixels, int(said["width"]), int(said["height"]), at, float(said["spread"] or 0.0))
        mean, spread, moved = (_number(said[name]) for name in ("mean", "spread", "moved"))
        peaks, loud = (tuple(map(float, said[name][:MOST_LEVELS])) for name in ("peaks", "loud"))
        return Moment(at, seconds, mean, spread, moved, peaks, loud)

    def _keep(self, pixels: bytes, width: int, height: int, at: float, spread: float) -> None:
        from PIL import Image

        if len(pixels) != width * height * 3 or not (0 < width <= POSTER[0] and 0 < height <= POSTER[1]):
            return
        picture = Image.frombytes("RGB", (width, height), pixels)
        if spread > self._best * 1.15:  # the first of those that show most: titles and whole slides, not black
            self._best, self.best = spread, picture
        if self._sheet is None:
            rows = -(-MOST_TILES // COLUMNS)
            self._sheet = Image.new("RGB", (COLUMNS * TILE[0], rows * TILE[1]))
        small = picture.copy()
        small.thumbnail(TILE)
        place = int(at // self.every)
        while self.tiles <= place and self.tiles < MOST_TILES:  # a hole is filled with what came after it
            left, top = self.tiles % COLUMNS * TILE[0], self.tiles // COLUMNS * TILE[1]
            self._sheet.paste(small, (left + (TILE[0] - small.width) // 2, top + (TILE[1] - small.height) // 2))
            self.tiles += 1

    def sheet(self) -> "Image | None":
        """As high as it is filled."""
        if self._sheet is None or not self.tiles:
            return None
        return self._sheet.crop((0, 0, COLUMNS * TILE[0], -(-self.tiles // COLUMNS) * TILE[1]))
