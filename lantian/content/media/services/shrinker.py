"""The shrinker: makes the small picture of a lesson while somebody on a weak line needs it.

It follows the AAC rendition, so that the sound is taken as it is, and like the follower shares nothing with others but files and
keys. It begins a few segments back, where players are, and what comes faster than it can encode is left out: whoever
watches a small picture had better have a newer one.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from lantian.content.media.engine.crypto import BadCiphertext, decrypt_segment, sequence_iv
from lantian.content.media.engine.fragments import parse_init, read_segment
from lantian.content.media.engine.model import Init, Limits, MediaFault, Run
from lantian.content.media.errors import KeyLost
from lantian.content.media.services.folder import SMALL, EndRecord, EpochRecord, SegmentRecord, StreamFolder
from lantian.content.media.services.passing import Breaks, PassingRendition

if TYPE_CHECKING:
    from lantian.content.media.engine.recode import PictureRecoder

log = logging.getLogger(__name__)
WIDTH, HEIGHT = 640, 360
CEILING, PICTURES = 300_000, 15  # bits and pictures a second
BACK = 6  # segments: as far back it begins, and no farther behind it may be


class StreamShrinker:
    """One stream's small picture. `secret` gives the key of a segment; it may raise KeyLost."""

    poster = ""

    def __init__(self, folder: StreamFolder, secret: Callable[[UUID], bytes]) -> None:
        self._folder = folder = StreamFolder(folder.path, folder.key_uri)
        self._secret = secret
        self._small = PassingRendition(folder, SMALL)
        self._offset = 0
        self._epochs: dict[int, EpochRecord] = {}
        self._waiting: deque[tuple[SegmentRecord, int]] = deque()  # each with the discontinuities up to it
        self._breaks = Breaks()
        self._last = -1
        self._init: tuple[int, Init] | None = None
        self._recoder: PictureRecoder | None = None
        self.ended = False

    @property
    def made(self) -> bool:
        """There is a small picture, as new as any."""
        return self._small.begun and not self._waiting

    @property
    def behind(self) -> bool:
        """There is more to do at once: the last step was cut short."""
        return bool(self._waiting)

    def step(self, most: int | None = None) -> int:
        """Make what is new, `most` segments of it. Returns how many."""
        records, self._offset = self._folder.aac.read(self._offset)
        for record in records:
            if isinstance(record, EpochRecord):
                self._epochs[record.number] = record
            elif isinstance(record, EndRecord):
                self.ended = True
            elif record.sequence > self._last:  # a second line for the last one completes its sound: too late here
                self._last = record.sequence
                self._breaks.pass_by(record)
                self._waiting.append((record, self._breaks.count))
        self._leap()
        count = 0
        while self._waiting and (most is None or count < most):
            self._shrink(*self._waiting.popleft())
            count += 1
        return count

    def _leap(self) -> None:
        """Leave out what nobody waits for any more."""
        keep = (
            0 if self.ended else len(self._waiting) if len(self._waiting) <= BACK else 2 if self._small.begun else BACK
        )
        while len(self._waiting) > keep:
            self._waiting.popleft()
            self._recoder = None

    def _shrink(self, record: SegmentRecord, breaks: int) -> None:
        if not record.bytes:
            return
        try:
            secret = self._secret(UUID(record.key))
            init = self._init_of(record)
            sealed = (self._folder.aac.path / record.name).read_bytes()
            runs = read_segment(decrypt_segment(sealed, secret, sequence_iv(record.sequence)), init, Limits())
            small = self._picture(init).convert(next(run for run in runs if run.track.kind == "video"))
        except (KeyLost, BadCiphertext, MediaFault, FileNotFoundError, StopIteration) as error:
            log.warning("segment %s of %s has no small picture: %s", record.sequence, self._folder.path.name, error)
            self._recoder = None
            return
        sound = [run for run in runs if run.track.kind == "audio"]
        self._write(record, init, [small, *sound], secret, breaks)

    def _write(self, record: SegmentRecord, init: Init, runs: list[Run], secret: bytes, breaks: int) -> None:
        tracks = tuple(track if track.kind == "audio" else runs[0].track for track in init.tracks)
        self._small.add(record, tracks, runs, secret, breaks=breaks)

    def _init_of(self, record: SegmentRecord) -> Init:
        if self._init is None or self._init[0] != record.epoch:
            data = (self._folder.aac.path / self._epochs[record.epoch].init).read_bytes()
            self._init = (record.epoch, parse_init(data, Limits()))
            self._recoder = None
        return self._init[1]

    def _picture(self, init: Init) -> "PictureRecoder":
        if self._recoder is None:
            from lantian.content.media.engine.pictures import fitting  # codecs: not for the web process
            from lantian.content.media.engine.recode import Aim, PictureRecoder

            wide, high = fitting(init.video.width, init.video.height, (WIDTH, HEIGHT))
            self._recoder = PictureRecoder(
                Aim(wide, high, 0, rate=0, channels=0, ceiling=CEILING, pictures=PICTURES), number=init.video.id
            )
        return self._recoder

    def remove(self) -> None:
        """Nobody needs it any more."""
        self._small.remove()
