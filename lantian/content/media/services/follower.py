"""The follower: reads the main rendition's index from disk, writes the AAC rendition beside it, takes still pictures.

It shares nothing with the writer but files and keys, so it may run in any process that sees the disk, may be killed at any
moment, and goes on where its own index ends. One call of `step` does what is there, or a bounded part of it.
"""

import logging
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from lantian.content.media.engine.crypto import BadCiphertext, decrypt_segment, encrypt_segment, sequence_iv
from lantian.content.media.engine.fragments import parse_init, read_segment, write_fragment
from lantian.content.media.engine.model import Init, Limits, MediaFault, Run, Track
from lantian.content.media.errors import KeyLost
from lantian.content.media.services.folder import (
    SMALL,
    SOUND,
    EndRecord,
    EpochRecord,
    History,
    Record,
    SegmentRecord,
    StreamFolder,
    write_whole,
)
from lantian.content.media.services.masters import write_masters
from lantian.content.media.services.passing import Breaks, PassingRendition, remove_passing

if TYPE_CHECKING:
    from lantian.content.media.engine.transcode import AacTranscoder

log = logging.getLogger(__name__)
US = 1_000_000
FIRST_POSTER_US, POSTER_EVERY_US = 10 * US, 60 * US
FAR_BEHIND = 30  # segments: what is older than a live list goes to no passing rendition


class StreamFollower:
    """Follows one stream. `secret` gives the key of a segment (KeyRing.secret); it may raise KeyLost.

    `pass_over` leaves out the next segment unread: for a process that has died of it before. `live`: somebody may be
    watching on a weak line, so that there is sound alone as well.
    """

    def __init__(
        self,
        folder: StreamFolder,
        secret: Callable[[UUID], bytes],
        *,
        posters: bool = True,
        pass_over: bool = False,
        live: bool = False,
    ) -> None:
        self._folder = folder = StreamFolder(folder.path, folder.key_uri)  # the writer has its own view of the disk
        self._secret, self._posters = secret, posters
        self._offset = 0
        self._waiting: deque[Record] = deque()
        self._source = History()
        self._init: Init | None = None
        self._transcoder: AacTranscoder | None = None
        self._last: tuple[SegmentRecord, list[Run], bytes] | None = None  # for its end, see _complete
        self._history = folder.aac.recover()
        self._passed_over = self._history.next_sequence if pass_over else -1
        self._media_us = 0
        self._next_poster_us = FIRST_POSTER_US
        self.poster = self._known_poster()
        self._alone = PassingRendition(folder, SOUND) if live else None
        self._breaks = Breaks()
        self.lost = 0  # segments left out because their key or bytes could not be read

    @property
    def ended(self) -> bool:
        return self._history.ended

    @property
    def made(self) -> bool:
        """There is sound alone."""
        return self._alone is not None and self._alone.begun

    def step(self, most: int | None = None) -> int:
        """Take over the segments that are new since the last call, `most` of them. Returns how many; see `behind`."""
        if not self._waiting:
            records, self._offset = self._folder.av.read(self._offset)
            self._waiting.extend(records)
        count = 0
        while self._waiting and (most is None or count < most):
            record = self._waiting.popleft()
            self._source.add(record)
            if isinstance(record, SegmentRecord):
                count += self._follow(record)
            elif isinstance(record, EpochRecord):
                self._complete()
                self._transcoder = None
                self._init = None
            else:
                self._end(record)
        return count

    @property
    def behind(self) -> bool:
        """There is more to do at once: the last step was cut short."""
        return bool(self._waiting)

    # -- segments ---------------------------------------------------------------------------------------------------------

    def _follow(self, record: SegmentRecord) -> bool:
        self._media_us += record.duration_us
        self._breaks.pass_by(record)
        if record.sequence < self._history.next_sequence:
            return False
        runs: list[Run] = []
        try:
            if record.sequence == self._passed_over:
                raise MediaFault("malformed", "passed over")
            secret = self._secret(UUID(record.key))
            runs = self._read(record, secret)
            self._write(record, runs, secret)
        except (KeyLost, BadCiphertext, MediaFault, FileNotFoundError) as error:
            self._leave_out(record, error)
        if self._posters and runs and self._media_us >= self._next_poster_us:
            self._take_poster(runs)
        return True

    def _leave_out(self, record: SegmentRecord, error: Exception) -> None:
        """Keep the place of a segment that cannot be read: players count sequences, and IVs hang on the count."""
        self.lost += 1
        log.warning("segment %s of %s is left out: %s", record.sequence, self._folder.path.name, error)
        try:
            self._begin(self._epoch(record), None)
            name = self._folder.aac.add_segment(record.sequence, b"")
        except FileNotFoundError:
            return  # not even the epoch's initialisation part is there
        self._folder.aac.append(replace(record, name=name, bytes=0))

    def _read(self, record: SegmentRecord, secret: bytes) -> list[Run]:
        if self._init is None:
            self._init = parse_init((self._folder.av.path / self._epoch(record).init).read_bytes(), Limits())
        sealed = (self._folder.av.path / record.name).read_bytes()
        return read_segment(decrypt_segment(sealed, secret, sequence_iv(record.sequence)), self._init, Limits())

    def _epoch(self, record: SegmentRecord) -> EpochRecord:
        return self._source.epochs[record.epoch]

    def _write(self, record: SegmentRecord, runs: list[Run], secret: bytes) -> None:
        aac = self._folder.aac
        epoch = self._epoch(record)
        sound = next((run for run in runs if run.track.kind == "audio"), None)
        if epoch.sound != "opus":
            self._begin(epoch, None)
            name, size, next_audio = aac.link_segment(self._folder.av.path / record.name), record.bytes, -1
            heard, track = sound, self._init.audio if self._init else None
        else:
            transcoder = self._ready(record)
            self._begin(epoch, transcoder.init)
            coded = transcoder.convert(sound) if sound is not None else transcoder.fill(record.end_us)
            made = [*(run for run in runs if run.track.kind == "video"), *([coded] if coded else [])]
            name, size = self._seal(record, made, secret)
            next_audio = transcoder.next_audio
            self._last = (record, made, secret)
            heard, track = coded, transcoder.track
        first = not self._history.segments
        aac.append(replace(record, name=name, bytes=size, next_audio=next_audio))
        aac.write_live()
        if first:
            write_masters(self._folder)
        self._sound_alone(record, track, heard, secret)

    def _sound_alone(self, record: SegmentRecord, track: Track | None, sound: Run | None, secret: bytes) -> None:
        """The same sound with a dark picture. Always there, for a line that has just broken down cannot wait until it is made."""
        if self._alone is None or len(self._waiting) > FAR_BEHIND:
            return
        from lantian.content.media.engine.dark import dark_run, dark_track

        assert self._init is not None
        dark = dark_run(dark_track(self._init.video.id), record.start_us, record.end_us)
        tracks = (dark.track, track) if track is not None else (dark.track,)
        runs = [dark, sound] if sound is not None else [dark]
        begun = self._alone.begun
        self._alone.add(record, tracks, runs, secret, breaks=self._breaks.count)
        if not begun:
            write_masters(self._folder)

    def _seal(self, record: SegmentRecord, runs: list[Run], secret: bytes) -> tuple[str, int]:
        """Write a segment's file. Returns its name and size."""
        sealed = encrypt_segment(write_fragment(record.sequence + 1, runs), secret, sequence_iv(record.sequence))
        return self._folder.aac.add_segment(record.sequence, sealed), len(sealed)

    def _complete(self) -> None:
        """An epoch is over: its last segment gets the 50 ms of sound that were still inside the coder.

        The live list keeps the first version, which players have by now; the replay lists this one.
        """
        last, self._last = self._last, None
        if last is None or self._transcoder is None:
            return
        record, runs, secret = last
        if record.sequence != self._history.next_sequence - 1:
            return
        tail = self._transcoder.flush()
        sound = next((run for run in runs if run.track.kind == "audio"), None)
        if tail is not None and sound is not None:
            whole = replace(sound, samples=(*sound.samples, *tail.samples))
            name, size = self._seal(record, [run for run in runs if run is not sound] + [whole], secret)
            before = self._history.segments[-1]
            self._folder.aac.append(replace(before, name=name, bytes=size, next_audio=self._transcoder.next_audio))

    def _begin(self, epoch: EpochRecord, init: Init | None) -> None:
        """The epoch's first segment in this rendition: its initialisation part and its line."""
        if epoch.number in self._history.epochs:
            return
        aac = self._folder.aac
        data = init.data if init else (self._folder.av.path / epoch.init).read_bytes()
        codecs = init.codecs if init else epoch.codecs
        aac.append(replace(epoch, init=aac.add_init(data), codecs=codecs))

    def _ready(self, record: SegmentRecord) -> "AacTranscoder":
        """The epoch's transcoder; after a restart it hears the segment before again."""
        if self._transcoder is not None and not record.jump:
            return self._transcoder
        self._complete()
        from lantian.content.media.engine.transcode import AacTranscoder  # codecs and NumPy: not for the web process

        assert self._init is not None
        self._transcoder = AacTranscoder(self._init)
        before = self._history.segments[-1] if self._history.segments else None
        if before is not None and before.epoch == record.epoch and not record.jump and before.next_audio >= 0:
            self._prime(self._transcoder, before)
        else:
            self._transcoder.begin(record.start_us)
        return self._transcoder

    def _prime(self, transcoder: "AacTranscoder", before: SegmentRecord) -> None:
        source = next((r for r in self._source.segments if r.sequence == before.sequence), None)
        try:
            runs = self._read(source, self._secret(UUID(source.key))) if source else []
        except (KeyLost, BadCiphertext, MediaFault, FileNotFoundError):
            return
        sound = next((run for run in runs if run.track.kind == "audio"), None)
        if sound is not None:
            transcoder.prime(sound, before.next_audio)

    def _end(self, record: EndRecord) -> None:
        self._complete()
        aac = self._folder.aac
        if not self._history.ended:
            aac.append(record)
        if self._history.segments:
            aac.write_replay()
            aac.write_live(ended=True)
        for name in (SOUND, SMALL):
            remove_passing(self._folder.path / name)
        write_masters(self._folder)

    # -- still pictures -----------------------------------------------------------------------------------------------------

    def _known_poster(self) -> str:
        found: list[Path] = sorted(self._folder.path.glob("poster-*.jpg"), key=lambda path: path.stat().st_mtime)
        return found[-1].name if found else ""

    def _take_poster(self, runs: list[Run]) -> None:
        """A small JPEG every minute under a fresh name (files under /media may be cached for ever); the last two stay."""
        from lantian.content.media.engine.pictures import keyframe_jpeg

        video = next((run for run in runs if run.track.kind == "video" and run.samples[0].sync), None)
        data = keyframe_jpeg(video) if video is not None else None
        if data is None:
            return
        self._next_poster_us = self._media_us + POSTER_EVERY_US
        old = sorted(self._folder.path.glob("poster-*.jpg"), key=lambda path: path.stat().st_mtime)
        for path in old[:-1]:
            path.unlink(missing_ok=True)
        self.poster = f"poster-{secrets.token_hex(8)}.jpg"
        write_whole(self._folder.path / self.poster, data)


def follow_to_end(folder: StreamFolder, secret: Callable[[UUID], bytes]) -> StreamFollower:
    """Follow a stream that has ended, all at once: for a follower that died with its lesson."""
    follower = StreamFollower(folder, secret)
    follower.step()
    return follower
