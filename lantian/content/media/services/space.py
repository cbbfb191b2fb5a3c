"""Room on the disk: a new lesson is refused while there is still room for those that run."""

import shutil
from dataclasses import dataclass
from pathlib import Path

LESSON_BYTES = 1 << 30  # about 0.5 GB of 45 minutes at 1.5 Mbit/s, twice (Opus and AAC)


@dataclass(frozen=True, slots=True)
class Room:
    """Free bytes, what has to stay free, and how many more whole lessons fit beside those open now."""

    free_bytes: int
    reserve_bytes: int
    lessons: int

    @property
    def enough(self) -> bool:
        return self.lessons >= 1

    @property
    def full(self) -> bool:
        """No byte more, not even for a lesson that runs."""
        return self.free_bytes < self.reserve_bytes // 4


def room_for_lesson(root: Path, reserve_bytes: int, *, open_streams: int = 0) -> Room:
    """How much room the disk under `root` has, counting one more lesson's bytes for each open stream (they will grow)."""
    place = root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    usable = free - reserve_bytes - open_streams * LESSON_BYTES
    return Room(free, reserve_bytes, max(0, usable // LESSON_BYTES))
