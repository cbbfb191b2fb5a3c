"""A wall clock that a test sets forward, the same in its own process and in those that it starts.

The shift (seconds) stands in a file of eight bytes that all of them have mapped. Only the wall clock is moved: `time.time`,
`time.time_ns` and Django's `timezone.now`. What is measured (`time.monotonic`, the event loop's clock, PostgreSQL's `now()`) goes
on in true time, as it does where a day really passes.
"""

import mmap
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

VARIABLE = "LANTIAN_TEST_CLOCK"
_TRUE, _TRUE_NS = time.time, time.time_ns


def _mapped(path: Path) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), 8)


def _now() -> Any:
    # these names are Django's: the code runs in the place of its own
    return datetime.fromtimestamp(clock.time(), tz=timezone.utc if settings.USE_TZ else None)  # type: ignore[name-defined]  # noqa: F821


def follow(path: Path) -> Callable[[], None]:
    """Let this process go by the clock in the file; the function returned gives it the true one back."""
    from django.utils import timezone

    shift = _mapped(path)

    def seconds() -> float:
        return float(struct.unpack("d", shift[:8])[0])

    former = timezone.now.__code__
    time.time = lambda: _TRUE() + seconds()
    time.time_ns = lambda: _TRUE_NS() + int(seconds() * 1e9)
    # fields of models hold the function itself as their default: another one in its place would not reach them
    vars(timezone)["clock"] = time
    timezone.now.__code__ = _now.__code__

    def let_go() -> None:
        time.time, time.time_ns = _TRUE, _TRUE_NS
        timezone.now.__code__ = former
        shift.close()

    return let_go


class Clock:
    """The hand that sets it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(struct.pack("d", 0.0))
        self._shift = _mapped(path)

    def set(self, moment: float) -> float:
        """Let it be `moment` (Unix s) now, for all who follow; how many seconds that leaps."""
        before = struct.unpack("d", self._shift[:8])[0]
        after = moment - _TRUE()
        self._shift[:8] = struct.pack("d", after)
        return float(after - before)
