"""Acknowledgements that wait until a segment is in the S3: what a dying node takes with it, the publisher's page still has."""

import time
from collections import deque
from collections.abc import Callable

PATIENCE_S = 10.0  # the page keeps a minute: long before that is full, the disk's word has to do
NEAR = 2  # segments: so near the newest one the S3 counts as back


class Holding:
    """One session's, on the event loop. When the S3 has been away for `PATIENCE_S`, acknowledgements go by the local disk until
    it has caught up."""

    def __init__(self, up_to: int = -1, wanted: Callable[[], bool] = lambda: True) -> None:
        """`wanted`: whether there is anybody who could go on with the session; that may change at any time."""
        self.up_to = up_to  # the last segment that is safe
        self._wanted = wanted
        self.given_up = False
        self._newest = -1
        self._waiting: deque[tuple[int, float, Callable[[], None]]] = deque()

    @property
    def holds(self) -> bool:
        """Whether the S3's word counts, and not the disk's."""
        return not self.given_up and self._wanted()

    def when(self, segment: int, then: Callable[[], None]) -> None:
        """Do `then` once all up to this segment is safe; at once when it is."""
        self._newest = max(self._newest, segment)
        if segment <= self.up_to or not self.holds:
            then()
        else:
            self._waiting.append((segment, time.monotonic(), then))

    def learn(self, up_to: int) -> None:
        """All up to this segment is safe."""
        self.up_to = max(self.up_to, up_to)
        if self.up_to >= self._newest - NEAR:
            self.given_up = False
        while self._waiting and self._waiting[0][0] <= self.up_to:
            self._waiting.popleft()[2]()

    def tick(self, now: float) -> bool:
        """Every second. True when patience has just come to its end."""
        if not self._waiting or now - self._waiting[0][1] <= PATIENCE_S:
            return False
        self.given_up = True
        while self._waiting:
            self._waiting.popleft()[2]()
        return True
