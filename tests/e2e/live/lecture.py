"""A lesson that a program teaches: a picture as heavy as a camera's, and a tone that is never silent."""

import asyncio
import json
import threading
import time
from typing import Any, Self

import numpy as np
from av.video.frame import VideoFrame

from lantian.content.media.engine.lesson.source import MIME, RATE, LessonSource
from lantian.teach.live.services.publishing import LOST, Greeting, Outbox, publish
from tests.e2e.conftest import Instance
from tests.e2e.live.cast import Cast, arrange

_OPEN = """
import json
from lantian.kernel.rules import SYSTEM
from lantian.people.schedule.models import Lesson
from lantian.teach.live import services
session = services.open_live_session(Lesson.objects.get(pk="LESSON"), by=SYSTEM)
print(json.dumps({"ticket": services.ticket_for_teacher(session, by=SYSTEM), "token": session.stream.token}))
"""
WIDTH, HEIGHT, BITS = 1280, 720, 1_400_000


class _Source(LessonSource):
    _chance = np.random.default_rng(7)
    _noise = _chance.integers(0, 20, (8, HEIGHT // 3, WIDTH // 2), dtype=np.uint8)
    _count = 0

    def _picture(self, at: float) -> Any:
        planes = super()._picture(at).to_ndarray(format="yuv420p")
        self._count += 1
        high, wide = self._noise.shape[1:]
        planes[high : 2 * high, :wide] += self._noise[self._count % 8]
        return VideoFrame.from_ndarray(planes, format="yuv420p")

    def _tone(self, at: int, count: int) -> Any:
        seconds = np.arange(at, at + count) / RATE
        return (0.1 * np.sin(2 * np.pi * 330 * seconds) * 32767).astype(np.int16).reshape(1, -1)


class Lecture:
    """Planned for now, opened and on the air; `cast.lesson` is received by the demonstration's class screen."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.cast: Cast = arrange(instance)
        opened = json.loads(instance.shell(_OPEN.replace("LESSON", self.cast.lesson)).strip().splitlines()[-1])
        self._ticket, self.token = opened["ticket"], opened["token"]
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._teach()), daemon=True)
        self._thread.start()

    async def _teach(self) -> None:
        loop = asyncio.get_running_loop()
        outbox = Outbox()

        def record() -> None:
            for chunk in _Source(width=WIDTH, height=HEIGHT, bit_rate=BITS).chunks(stop=self._over.is_set):
                loop.call_soon_threadsafe(outbox.put, chunk)

        threading.Thread(target=record, daemon=True).start()
        while not self._over.is_set():
            try:
                if await publish(
                    self.instance.url,
                    self._ticket,
                    outbox,
                    Greeting(MIME, WIDTH, HEIGHT, takeover=True),
                    over=self._over.is_set,
                ):
                    return
            except LOST:
                await asyncio.sleep(0.5)

    def close(self) -> None:
        self._over.set()
        self._thread.join(20)

    def __enter__(self) -> Self:
        time.sleep(3)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
