"""The S3 as the hub sees it: which sessions' streams are sent there, how far each is, and what the operator should know.

Without an S3 all of it does nothing.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog

from lantian.content.media import services as media
from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.database import Database, DatabaseAway

TIDY_S = 600.0
TIDY_AFTER = timedelta(hours=1)  # viewers may still be at the last minute of a lesson

log = structlog.get_logger("live")


class Offsite:
    """One per hub. `safe(session, segment)` is called on the event loop: the recorded rendition is in the S3 up to there."""

    def __init__(self, folder: Path, safe: Callable[[str, int], None]) -> None:
        self._folder, self._safe = folder / "offsite", safe
        self._uploader: media.offsite.Uploader | None = None
        self._tokens: dict[str, str] = {}  # of sessions
        self._sessions: dict[str, str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def wanted(self) -> bool:
        """Whether an S3 is set."""
        return media.offsite.configured()

    def start(self) -> None:
        """Send what a former process left unsent; with the folders already ours alone."""
        if not self.wanted or self._uploader is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._uploader = media.offsite.Uploader(
            media.offsite.store(), media.media_root(), self._folder, told=self._told
        )
        left = self._uploader.take_up()
        if left:
            log.info("streams left unsent by a former process", streams=left)

    def _told(self, token: str, segment: int) -> None:
        """In a thread of the uploader's."""
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._learn, token, segment)

    def _learn(self, token: str, segment: int) -> None:
        session = self._sessions.get(token)
        if session is not None:
            self._safe(session, segment)

    def follow(self, session: str, token: str) -> None:
        """This process writes the session's stream from now on."""
        if self._uploader is not None:
            self._tokens[session], self._sessions[token] = token, session
            self._uploader.follow(token)

    def look(self, session: str) -> None:
        """There is something new on the disk."""
        token = self._tokens.get(session)
        if self._uploader is not None and token is not None:
            self._uploader.look(token)

    def close(self, session: str) -> None:
        """Both renditions are whole: no more will come."""
        token = self._forget(session)
        if self._uploader is not None and token is not None:
            self._uploader.close(token)

    def drop(self, session: str) -> None:
        """Another node has the session: send no more of it."""
        token = self._forget(session)
        if self._uploader is not None and token is not None:
            self._uploader.drop(token)

    def _forget(self, session: str) -> str | None:
        token = self._tokens.pop(session, None)
        if token is not None:
            self._sessions.pop(token, None)
        return token

    def durable_up_to(self, session: str) -> int:
        """Number of the last segment that is in the S3; -1: none."""
        token = self._tokens.get(session)
        return self._uploader.durable_up_to(token) if self._uploader is not None and token is not None else -1

    def measure(self) -> media.offsite.Behind | None:
        """How far behind the S3 is, for figures and the operator's page; reads the disk."""
        if self._uploader is None:
            return None
        behind = self._uploader.behind()
        figures.OFFSITE_BEHIND_SECONDS.set(round(behind.seconds, 3))
        figures.OFFSITE_BEHIND_BYTES.set(behind.bytes)
        figures.OFFSITE_FAILING_SECONDS.set(round(behind.failing_s, 1))
        media.offsite.note_behind(behind)
        return behind

    async def tidy_forever(self, database: Database) -> None:
        """On a machine of its own: take finished lessons off the disk once the S3 has them, as nobody else does it there."""
        while True:
            try:
                count = await database.run(self.tidy)
            except DatabaseAway:
                count = 0
            if count:
                log.info("finished lessons taken off this disk", streams=count)
            await asyncio.sleep(TIDY_S)

    def tidy(self, keep: timedelta = TIDY_AFTER) -> int:
        """Blocks. How many folders went."""
        unsent = {path.name for path in self._folder.iterdir()} if self._folder.exists() else set()
        return media.sweep_sent(keep=keep, unsent=unsent)

    def stop(self) -> None:
        """Blocks for two seconds at most."""
        if self._uploader is not None:
            self._uploader.stop()
