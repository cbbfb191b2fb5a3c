"""From fragments to segments: each begins with a keyframe, is neither tiny nor endless, and knows where the bytes go on.

Chrome's MediaRecorder closes a fragment at every keyframe, so a fragment normally *is* a segment and leaves at once. Other
makers cut fragments by time: as soon as one comes that does not begin with a keyframe, fragments are gathered until the
next keyframe (which costs nothing but the delay of that source's own GOP).
"""

from dataclasses import replace

from lantian.content.media.engine.fragments import mend, usual_duration, write_fragment
from lantian.content.media.engine.model import US, Limits, MediaFault, Position, Resume, Run, Sample, Segment

_SHORTEST_PART_US = 900_000
_STRETCH_US = 250_000


class Assembler:
    """Takes the runs of one fragment at a time, gives segments. Raises MediaFault on hostile timelines."""

    def __init__(
        self, limits: Limits, resume: Resume | None = None, *, start: Position | None = None, exact: bool = False
    ) -> None:
        """`start`: where the first fragment begins. `exact`: durations are no browser's guess, nothing needs mending."""
        self._limits = limits
        self._exact = exact
        self._resume = resume or Resume()
        self._resuming = resume is not None
        self._started = resume is not None and resume.last_video >= 0
        self._held: dict[int, Run] = {}
        self._gathering = False
        self._before = self._after = (start or self._resume.position, self._resume.cluster)
        self._usual: dict[int, int] = {}
        self._count = 0

    def add(self, runs: list[Run], position: Position, cluster: int = 0) -> list[Segment]:
        """Take one fragment that ends before `position`. Returns the segments that are complete now."""
        runs = self._wanted(runs)
        out: list[Segment] = []
        if not runs:
            self._after = (position, cluster)
            if not self._held:
                self._before = self._after
            return out
        self._check(runs)
        video = next((run for run in runs if run.track.kind == "video"), None)
        keyed = video is not None and video.samples[0].sync
        self._gathering = self._gathering or not keyed
        if self._gathering and keyed and self._length_us() >= self._limits.shortest_us:
            out += self._write()
        for run in runs:
            self._hold(run)
        self._after = (position, cluster)
        if self._length_us() > self._limits.segment_us:
            raise MediaFault("timeline", f"no keyframe for {self._length_us() // US} s")
        if not self._gathering and self._length_us() >= self._limits.shortest_us:
            out += self._write()
        return out

    def flush(self) -> list[Segment]:
        """The publisher's last chunk has come: write what is held."""
        return self._write() if self._held else []

    # -- taking in ------------------------------------------------------------------------------------------------------

    def _wanted(self, runs: list[Run]) -> list[Run]:
        """Without samples that were written before a restart, and nothing before the epoch's first keyframe."""
        if self._resuming:
            bounds = {"video": self._resume.last_video, "audio": self._resume.last_audio}
            runs = [cut for run in runs if (cut := _later(run, bounds[run.track.kind])) is not None]
            self._resuming = not runs
        if not self._started:
            runs = _from_first_key(runs)
            self._started = bool(runs)
        return runs

    def _check(self, runs: list[Run]) -> None:
        for run in runs:
            last = self._resume.last_video if run.track.kind == "video" else self._resume.last_audio
            held = self._held.get(run.track.id)
            if held:
                last = held.dts
            if run.dts <= last:
                raise MediaFault("timeline", f"{run.track.kind} goes back to {run.start_us // 1000} ms")
            if run.end_us - run.start_us > self._limits.segment_us:
                raise MediaFault("timeline", f"a fragment of {(run.end_us - run.start_us) // US} s")
        if len(runs) == 2 and abs(runs[0].start_us - runs[1].start_us) > self._limits.segment_us:
            raise MediaFault("timeline", "picture and sound lie far apart")

    def _hold(self, run: Run) -> None:
        held = self._held.get(run.track.id)
        if held is None:
            self._held[run.track.id] = run
        elif len(held.samples) + len(run.samples) > self._limits.samples:
            raise MediaFault("oversize", "too many samples without a keyframe")
        else:
            self._held[run.track.id] = _join(held, run)

    def _length_us(self) -> int:
        if not self._held:
            return 0
        runs = self._held.values()
        return max(run.end_us for run in runs) - min(run.start_us for run in runs)

    # -- writing ----------------------------------------------------------------------------------------------------------

    def _write(self) -> list[Segment]:
        """One segment of what is held, or several when it is long and has keyframes inside."""
        runs = sorted(self._held.values(), key=lambda run: run.track.kind, reverse=True)
        self._held.clear()
        for index, run in enumerate(() if self._exact else runs):
            runs[index] = mend(run, self._usual.get(run.track.id, 0))
            self._usual[run.track.id] = usual_duration(run, self._usual.get(run.track.id, 0))
        parts = self._parts(_stretch(runs))
        segments = []
        for index, part in enumerate(parts):
            position, cluster = self._after if index == len(parts) - 1 else self._before
            segments.append(self._segment(part, position, cluster))
        self._before = self._after
        return segments

    def _parts(self, runs: list[Run]) -> list[list[Run]]:
        video = runs[0]
        if video.track.kind != "video" or video.end_us - video.start_us <= self._limits.recut_us:
            return [runs]
        cuts = _cuts(video)
        if not cuts:
            return [runs]
        bounds = [video.start_us, *cuts, max(run.end_us for run in runs) + 1]
        parts = []
        for index in range(len(bounds) - 1):
            low = bounds[index] if index else -1
            parts.append([cut for run in runs if (cut := _between(run, low, bounds[index + 1])) is not None])
        return parts

    def _segment(self, runs: list[Run], position: Position, cluster: int) -> Segment:
        first = runs[0]
        start, end = first.start_us, first.end_us
        previous = self._resume
        size = sum(len(sample.data) for run in runs for sample in run.samples)
        if size > self._limits.segment_bytes:
            raise MediaFault("oversize", f"segment of {size} bytes")
        if size * 8 * US > self._limits.bits_per_second * max(US, end - start):
            raise MediaFault("bitrate", f"{size} bytes in {(end - start) // 1000} ms")
        self._count += 1
        last = {run.track.kind: run.dts + run.ticks - run.samples[-1].duration for run in runs}
        self._resume = Resume(
            position=position,
            end_us=end,
            last_video=last.get("video", previous.last_video),
            last_audio=last.get("audio", previous.last_audio),
            cluster=cluster,
        )
        return Segment(
            data=write_fragment(self._count, runs),
            start_us=start,
            end_us=end,
            independent=first.track.kind == "video" and first.samples[0].sync,
            jump=previous.last_video >= 0 and start - previous.end_us > self._limits.jump_us,
            resume=self._resume,
            runs=tuple(runs),
        )


def _join(run: Run, more: Run) -> Run:
    """Two runs of one track; the second's decode time corrects the duration of the first's last sample."""
    last = run.samples[-1]
    span = more.dts - (run.dts + run.ticks - last.duration)
    return replace(run, samples=(*run.samples[:-1], replace(last, duration=max(1, span)), *more.samples))


def _stretch(runs: list[Run]) -> list[Run]:
    """Hold the last picture while sound goes on without one (a frozen screen share): a hole would stall players."""
    if len(runs) < 2 or runs[1].end_us - runs[0].end_us < _STRETCH_US:
        return runs
    video = runs[0]
    more = (runs[1].end_us - video.end_us) * video.track.timescale // US
    last = replace(video.samples[-1], duration=video.samples[-1].duration + more)
    return [replace(video, samples=(*video.samples[:-1], last)), *runs[1:]]


def _cuts(video: Run) -> list[int]:
    """Times (us) of keyframes inside a long run at which it falls into parts of about a second or more."""
    cuts, at, since = [], video.dts, video.dts
    for sample in video.samples:
        elapsed = (at - since) * US // video.track.timescale
        if sample.sync and elapsed >= _SHORTEST_PART_US:
            cuts.append(at * US // video.track.timescale)
            since = at
        at += sample.duration
    return cuts


def _between(run: Run, low_us: int, high_us: int) -> Run | None:
    """The samples whose decode time lies in [low_us, high_us)."""
    at, first, kept = run.dts, run.dts, list[Sample]()
    for sample in run.samples:
        time = at * US // run.track.timescale
        if low_us <= time < high_us:
            first = first if kept else at
            kept.append(sample)
        at += sample.duration
    return replace(run, dts=first, samples=tuple(kept)) if kept else None


def _later(run: Run, dts: int) -> Run | None:
    """The samples decoded after `dts`."""
    at = run.dts
    for index, sample in enumerate(run.samples):
        if at > dts:
            return replace(run, dts=at, samples=run.samples[index:])
        at += sample.duration
    return None


def _from_first_key(runs: list[Run]) -> list[Run]:
    """Cut everything before the first keyframe; nothing when there is none."""
    video = next((run for run in runs if run.track.kind == "video"), None)
    if video is None:
        return []
    at = video.dts
    for sample in video.samples:
        if sample.sync:
            if at == video.dts:
                return runs
            low = at * US // video.track.timescale
            return [cut for run in runs if (cut := _between(run, low, 1 << 62)) is not None]
        at += sample.duration
    return []
