"""The line to Janus, one for all of a process. Browsers never speak to it: what they say comes through `consumers/relay`, what
WHIP sources say through the recorders' gateway.

Janus' requests and events are JSON over a websocket on a local socket. Its session, and with it every connection of a browser,
ends with that socket: whichever of the two processes dies, nothing of it is left behind in the other.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

log = structlog.get_logger("live")
ANSWER_S = 8.0
KEEPALIVE_S = 20.0  # the session's patience is 45
AGAIN_S = (0.1, 0.2, 0.4, 1.0, 2.0)
MESSAGE_BYTES = 256 << 10
Message = dict[str, Any]


class JanusAway(Exception):
    """It does not answer, or has gone meanwhile."""


class JanusRefused(Exception):
    """It said no."""


class Janus:
    """`watchers` are told when it has come (True) and gone (False)."""

    def __init__(self, socket: Path, secrets_folder: Path, rooms: str = "stage-") -> None:
        """`rooms`: what the names of its rooms begin with; others beside it (live processes, the recorders') have their own."""
        self._socket, self._folder, self.rooms = socket, secrets_folder, rooms
        self._line: ClientConnection | None = None
        self._session = 0
        self._asked: dict[str, tuple[asyncio.Future[Message], bool]] = {}
        self._handles: dict[int, Callable[[Message], None]] = {}
        self.watchers: set[Callable[[bool], None]] = set()
        self.up = False
        self.manager: Handle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- the line -----------------------------------------------------------------------------------------------------------

    async def keep(self) -> None:
        """For ever: connect, and connect again."""
        vain = 0
        while True:
            try:
                await self._connect()
            except (OSError, WebSocketException, TimeoutError, JanusAway, JanusRefused) as error:
                if vain == len(AGAIN_S):
                    log.warning("no line to Janus", error=repr(error))
                vain += 1
            except Exception:  # what it says makes no sense: not a reason to do without it for the rest of the day
                log.exception("the line to Janus broke")
                vain += 1
            if self.up:
                vain = 0
            self._gone()
            await asyncio.sleep(AGAIN_S[min(vain, len(AGAIN_S) - 1)])

    async def _connect(self) -> None:
        """Until the line breaks."""
        async with unix_connect(
            str(self._socket),
            "ws://janus/",
            subprotocols=[Subprotocol("janus-protocol")],
            compression=None,
            max_size=MESSAGE_BYTES,
            open_timeout=5,
            ping_interval=None,
        ) as line:
            self._line = line
            reading = asyncio.create_task(self._read(line))
            try:
                await self._begin()
                await reading
            finally:
                reading.cancel()

    async def _begin(self) -> None:
        made = await self.request({"janus": "create"})
        self._session = int(made["data"]["id"])
        self.manager = await self.attach(lambda _event: None)
        listed, _ = await self.manager.ask({"request": "list", "admin_key": self.word("janus-rooms")})
        for room in listed.get("list", ()):  # of a process that died; private ones are listed to whoever has the key
            if str(room.get("room")).startswith(self.rooms):
                with contextlib.suppress(JanusRefused):
                    await self.manager.ask({"request": "destroy", "room": room["room"], "secret": self.room_secret})
        self.spawn(self._stay(self._session))
        self.up = True
        log.info("line to Janus", rooms=len(listed.get("list", ())))
        self._tell(True)

    @property
    def room_secret(self) -> str:
        """Of all our rooms, so that the next process can clear away what this one leaves."""
        return self.word("janus-rooms")

    def word(self, name: str) -> str:
        """A secret that the supervisor made; read each time, for it may come after us. Raises JanusAway."""
        try:
            return (self._folder / name).read_text().strip()
        except OSError as error:
            raise JanusAway(str(error)) from error

    async def _stay(self, session: int) -> None:
        """Say that we are there, as long as this session lives."""
        while session == self._session:
            await asyncio.sleep(KEEPALIVE_S)
            if session == self._session:
                try:
                    await self.request({"janus": "keepalive", "session_id": session}, quick=True)
                except (JanusAway, JanusRefused):
                    if self._line is not None and session == self._session:
                        await self._line.close()
                    return

    async def _read(self, line: ClientConnection) -> None:
        async for text in line:
            try:
                message = json.loads(text)
            except (ValueError, RecursionError):
                log.warning("Janus said something that is no JSON")
                continue
            if isinstance(message, dict):
                self._hear(message)
        raise JanusAway("closed")

    def _hear(self, message: Message) -> None:
        asked = self._asked.get(str(message.get("transaction")))
        if asked is not None:
            waiting, quick = asked
            if not waiting.done() and (quick or message.get("janus") != "ack"):
                waiting.set_result(message)
        elif isinstance(sender := message.get("sender"), int) and sender in self._handles:
            self._handles[sender](message)

    def _gone(self) -> None:
        was_up = self.up
        self._line, self._session, self.up, self.manager = None, 0, False, None
        self._handles.clear()
        for waiting, _quick in self._asked.values():
            if not waiting.done():
                waiting.set_exception(JanusAway("gone"))
        if was_up:
            log.warning("line to Janus is gone")
            self._tell(False)

    def _tell(self, up: bool) -> None:
        for watcher in list(self.watchers):
            try:
                watcher(up)
            except Exception:  # one lesson's trouble is not the others'
                log.exception("a lesson stumbled over Janus")

    async def close(self) -> None:
        """End what was spawned; after `keep` was cancelled."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def spawn(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("relay's task failed", exc_info=task.exception())

    # -- asking -------------------------------------------------------------------------------------------------------------

    async def request(self, body: Message, *, quick: bool = False) -> Message:
        """Its answer; `quick`: that it has heard is all there will be. Raises JanusAway, JanusRefused."""
        line = self._line
        if line is None:
            raise JanusAway("no line")
        transaction = f"{body['janus']}-{secrets.token_hex(8)}"
        waiting: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._asked[transaction] = (waiting, quick)
        try:
            await line.send(json.dumps({**body, "transaction": transaction, "apisecret": self.word("janus-api")}))
            async with asyncio.timeout(ANSWER_S):
                answer = await waiting
        except (TimeoutError, OSError, WebSocketException) as error:
            raise JanusAway(repr(error)) from error
        finally:
            del self._asked[transaction]
        if answer.get("janus") == "error":
            raise JanusRefused(str(answer.get("error")))
        return answer

    async def attach(self, hear: Callable[[Message], None]) -> "Handle":
        """A handle of the VideoRoom; `hear` gets its events."""
        session = self._session
        body = {"janus": "attach", "session_id": session, "plugin": "janus.plugin.videoroom"}
        number = int((await self.request(body))["data"]["id"])
        self._handles[number] = hear
        return Handle(self, session, number)

    async def make_room(self, room: str, pin: str, **wishes: Any) -> None:
        """Raises JanusAway, JanusRefused."""
        if self.manager is None:
            raise JanusAway("no line")
        about = {"room": room, "secret": self.room_secret, "pin": pin, "is_private": True, "permanent": False}
        await self.manager.ask({"request": "create", "admin_key": self.word("janus-rooms"), **about, **wishes})

    async def end_room(self, room: str) -> None:
        """Everybody in it is cut off. Nothing is said if it is gone already."""
        if self.manager is not None:
            with contextlib.suppress(JanusAway, JanusRefused):
                await self.manager.ask({"request": "destroy", "room": room, "secret": self.room_secret})

    def forget(self, number: int) -> None:
        self._handles.pop(number, None)


class Handle:
    """One connection of a browser, as Janus has it; the manager's has none."""

    def __init__(self, janus: Janus, session: int, number: int) -> None:
        self._janus, self._session, self.number = janus, session, number

    def _about(self, kind: str) -> Message:
        return {"janus": kind, "session_id": self._session, "handle_id": self.number}

    async def ask(self, body: Message, jsep: Message | None = None) -> tuple[Message, Message | None]:
        """The plugin's answer, and the description that came with it. Raises JanusAway, JanusRefused."""
        more = {} if jsep is None else {"jsep": jsep}
        answer = await self._janus.request({**self._about("message"), "body": body, **more})
        data = answer.get("plugindata", {}).get("data", {})
        if "error" in data:
            raise JanusRefused(f"{data.get('error_code')} {data['error']}")
        return data, answer.get("jsep")

    async def trickle(self, candidates: Sequence[Message]) -> None:
        """Where the browser may be found. Raises as `ask`."""
        await self._janus.request({**self._about("trickle"), "candidates": list(candidates)}, quick=True)

    async def detach(self) -> None:
        """Let go, whatever it says."""
        self._janus.forget(self.number)
        with contextlib.suppress(JanusAway, JanusRefused):
            await self._janus.request(self._about("detach"))
