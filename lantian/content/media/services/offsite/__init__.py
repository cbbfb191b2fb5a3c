"""Finished segments in an S3, when one is set (docs/adr/0028): what a node had received that dies is there for another to go on
with, and replays are played although no disk has them."""

import contextlib
import json
import time
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from lantian.content.media.errors import StoreAway
from lantian.content.media.services.folder import INDEX, Rendition, StreamFolder, stream_folder, write_whole
from lantian.content.media.services.offsite.journal import JournalBroken, common, read_journal
from lantian.content.media.services.offsite.restoring import Restored, restore_stream
from lantian.content.media.services.offsite.store import (
    JOURNALS,
    PUBLIC,
    Offsite,
    configured,
    file_name,
    journal_folder,
    store,
)
from lantian.content.media.services.offsite.uploader import Behind, Uploader, send_lists
from lantian.kernel.bucket import BucketAway, NotThere

__all__ = [
    "Behind",
    "JournalBroken",
    "Offsite",
    "Restored",
    "Uploader",
    "configured",
    "fetch",
    "forget",
    "holds",
    "known",
    "note_behind",
    "noted_behind",
    "restore",
    "restore_folder",
    "send_folder_lists",
    "store",
]
TRIES, PAUSE_S = 4, 1.0
NOTED_S = 90


def restore(token: str) -> Restored | None:
    """Before a node opens a stream that another had: bring its folder here up to what the S3 knows of it.

    None when that is nothing (or no S3 is set). Blocks, some seconds at most; nobody may be writing the folder. Raises BucketAway
    and BucketRefused (`lantian.kernel.bucket`), JournalBroken, ValueError for what is no token.
    """
    if not configured():
        return None
    from lantian.content.media.services.streams import media_root

    return restore_stream(store(), token, stream_folder(media_root(), token))


def restore_folder(folder: StreamFolder) -> Restored | None:
    """As `restore`, for a folder whose name is the token."""
    return restore_stream(store(), folder.path.name, folder) if configured() else None


def holds(folder: StreamFolder) -> bool:
    """Whether the S3 knows every line of both renditions' indexes on this disk, so that nothing is lost with the folder. Raises
    BucketError, JournalBroken."""

    def known(side: Rendition) -> bool:
        try:
            ours = (side.path / INDEX).read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return True
        return common(ours, read_journal(store(), folder.path.name, side.path.name).lines) == len(ours)

    return configured() and known(folder.av) and known(folder.aac)


def fetch(folder: StreamFolder, relative: str) -> bytes:
    """A file of a stream that the disk does not have. Raises FileNotFoundError, BucketRefused; after some patience StoreAway."""
    if not configured():
        raise FileNotFoundError(relative)
    for tried in range(1, TRIES + 1):
        try:
            return store().get(file_name(folder.path.name, relative))
        except NotThere as error:
            raise FileNotFoundError(relative) from error
        except BucketAway as error:
            if tried == TRIES:
                raise StoreAway from error
            time.sleep(PAUSE_S * tried)
    raise StoreAway


def send_folder_lists(folder: StreamFolder) -> None:
    """The lists of a stream that has ended, as they are on the disk now. Raises BucketError."""
    if configured():
        send_lists(store(), folder.path.name, folder)


def note_behind(behind: Behind) -> None:
    """From the live process, now and then: how far behind the S3 is, for pages of other processes of this machine."""
    write_whole(_noted(), json.dumps(asdict(behind)).encode())


def noted_behind() -> Behind | None:
    """What was noted last; None when that is long ago, or never."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        if time.time() - _noted().stat().st_mtime < NOTED_S:
            return Behind(**json.loads(_noted().read_bytes()))
    return None


def _noted() -> Path:
    return Path(settings.LANTIAN_HOME) / "live" / "offsite.json"


def forget(token: str) -> int:
    """Delete all that the S3 has of a stream; safe to repeat. Returns how many objects. Raises BucketError."""
    kept = store()
    return sum(kept.delete(kept.names(folder)) for folder in (f"{PUBLIC}/{token}/", journal_folder(token)))


def known() -> set[str]:
    """Tokens of all streams of which the S3 has anything. Raises BucketError."""
    kept = store()
    return {*kept.folders(f"{PUBLIC}/"), *kept.folders(f"{JOURNALS}/")}
