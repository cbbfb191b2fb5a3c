"""Finished segments in an S3, when one is set (docs/adr/0028): what a node had received that dies is there for another to go on
with, and replays are played although no disk has them."""

from lantian.content.media.services.folder import stream_folder
from lantian.content.media.services.offsite.journal import JournalBroken
from lantian.content.media.services.offsite.restoring import Restored, restore_stream
from lantian.content.media.services.offsite.store import Offsite, configured, store
from lantian.content.media.services.offsite.uploader import Behind, Uploader

__all__ = ["Behind", "JournalBroken", "Offsite", "Restored", "Uploader", "configured", "restore", "store"]


def restore(token: str) -> Restored | None:
    """Before a node opens a stream that another had: bring its folder here up to what the S3 knows of it.

    None when that is nothing (or no S3 is set). Blocks, some seconds at most; nobody may be writing the folder. Raises BucketAway
    and BucketRefused (`lantian.kernel.bucket`), JournalBroken, ValueError for what is no token.
    """
    if not configured():
        return None
    from lantian.content.media.services.streams import media_root

    return restore_stream(store(), token, stream_folder(media_root(), token))
