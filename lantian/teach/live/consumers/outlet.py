"""What leaves over one socket: a bounded queue and the task that empties it. Whoever does not read is let go."""

import asyncio
import contextlib
from collections import deque

from starlette.websockets import WebSocket, WebSocketState

QUEUE = 64
SEND_SECONDS = 15.0


class Outlet:
    """Never blocks its callers: `send` and `close` only note what is to be done."""

    def __init__(self, socket: WebSocket, *, limit: int = QUEUE) -> None:
        self._socket, self._limit = socket, limit
        self._waiting: deque[str] = deque()
        self._bell = asyncio.Event()
        self._code: int | None = None

    @property
    def closing(self) -> bool:
        return self._code is not None

    def send(self, text: str) -> bool:
        """Queue a message. A full queue means a peer that does not read: it is closed (1013, come back later)."""
        if self._code is not None:
            return False
        if len(self._waiting) >= self._limit:
            self.drop(1013)
            return False
        self._waiting.append(text)
        self._bell.set()
        return True

    def close(self, code: int) -> None:
        """Close after what is queued has left."""
        if self._code is None:
            self._code = code
            self._bell.set()

    def drop(self, code: int) -> None:
        """Close without sending the rest."""
        self._waiting.clear()
        self.close(code)

    async def run(self) -> None:
        """Send until there is nothing more to say. Ends quietly when the peer is gone."""
        with contextlib.suppress(Exception):
            while True:
                while self._waiting:
                    async with asyncio.timeout(SEND_SECONDS):
                        await self._socket.send_text(self._waiting.popleft())
                if self._code is not None:
                    return
                self._bell.clear()
                await self._bell.wait()

    async def finish(self) -> None:
        """Close the socket. Nobody may be receiving from it any more."""
        if self._code is None:
            self._code = 1000
        with contextlib.suppress(Exception):
            if self._socket.application_state is WebSocketState.CONNECTED:
                await asyncio.wait_for(self._socket.close(self._code), 2)


class Patience:
    """Closes an outlet whose peer has said nothing for `seconds`.

    One timer a socket, which looks at the time when it rings: a timer for each message would cost as much as the message.
    """

    def __init__(self, outlet: Outlet, seconds: float, code: int) -> None:
        self._outlet, self.seconds, self.code = outlet, seconds, code
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._timer = self._loop.call_later(seconds, self._ring)

    def heard(self, now: float) -> None:
        """`now`: time.monotonic(), which is the loop's clock."""
        self._heard = now

    def _ring(self) -> None:
        left = self._heard + self.seconds - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._ring)
        else:
            self._outlet.close(self.code)

    def end(self) -> None:
        self._timer.cancel()


class Allowance:
    """A token bucket: `rate` a second, at most `burst` at once."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst, self._left, self._at = rate, burst, burst, now

    def take(self, now: float, amount: float = 1.0) -> bool:
        self._left = min(self._burst, self._left + (now - self._at) * self._rate) - amount
        self._at = now
        if self._left < 0:
            self._left += amount
            return False
        return True
