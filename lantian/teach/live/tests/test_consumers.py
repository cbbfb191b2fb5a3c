"""Small parts of the live process, alone."""

import asyncio
import contextlib
import time
from types import SimpleNamespace

import pytest

from lantian.teach.live.consumers import books
from lantian.teach.live.consumers.books import Books
from lantian.teach.live.consumers.outlet import Patience


def close_code(story) -> list[tuple[int, float]]:
    """What a Patience of 0.2 s did to its outlet while the story ran: close codes with their times in seconds."""
    closed: list[tuple[int, float]] = []

    async def tell() -> None:
        began = time.monotonic()
        outlet = SimpleNamespace(close=lambda code: closed.append((code, time.monotonic() - began)))
        patience = Patience(outlet, 0.2, 4008)
        await story(patience)
        patience.end()
        await asyncio.sleep(0.3)

    asyncio.run(tell())
    return closed


def test_a_silent_socket_is_closed_once():
    ((code, at),) = close_code(lambda _patience: asyncio.sleep(0.5))
    assert code == 4008
    assert at >= 0.2


def test_a_socket_that_speaks_is_left_alone_and_then_measured_from_its_last_word():
    async def speak(patience: Patience) -> None:
        for _ in range(4):
            await asyncio.sleep(0.1)
            patience.heard(time.monotonic())
        patience.code = 1013
        await asyncio.sleep(0.5)

    ((code, at),) = close_code(speak)
    assert code == 1013
    assert at >= 0.6


def test_a_socket_that_left_is_not_closed_again():
    assert close_code(lambda _patience: asyncio.sleep(0)) == []


@pytest.mark.parametrize(("waiting", "fewest", "most"), [(10, 8, 1000), (1000, 1, 3)])
def test_a_crowds_presence_goes_to_the_database_less_often(monkeypatch, waiting, fewest, most):
    monkeypatch.setattr(books, "FLUSH_S", 0.01)
    monkeypatch.setattr(books, "CROWD_FLUSH_S", 0.4)

    class Spool:
        flushes = 0

        def __len__(self) -> int:
            return waiting

        async def flush(self, _database) -> bool:
            self.flushes += 1
            return True

    spool = Spool()
    hub = SimpleNamespace(spool=spool, database=SimpleNamespace(answers=True), rooms={})

    async def keep_for_a_while() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(Books(hub).keep(), 0.7)

    asyncio.run(keep_for_a_while())
    assert fewest <= spool.flushes <= most
