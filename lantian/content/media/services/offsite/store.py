"""Where finished files go when an S3 is set: which names they have there, and who keeps them."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Protocol

from django.conf import settings

from lantian.kernel.bucket import Bucket, BucketPlace

PUBLIC, JOURNALS = "streams", "journals"  # the first may be read by anybody who knows a name, the second by us alone
IMMUTABLE = "public, max-age=31536000, immutable"
KINDS = {
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".m3u8": "application/vnd.apple.mpegurl",
}
SEGMENT_NAME = re.compile(r"[0-9]{6,9}-[0-9a-f]{16}\.m4s")
INIT_NAME = re.compile(r"[0-9a-f]{16}\.mp4")


class Offsite(Protocol):
    """What keeps objects: blocking, from any thread. Raises BucketAway (the same may go well later), BucketRefused, NotThere."""

    def put(self, name: str, data: bytes, *, kind: str = ..., keep: str = ...) -> None: ...

    def get(self, name: str) -> bytes: ...

    def names(self, prefix: str) -> Iterator[str]: ...

    def folders(self, prefix: str) -> Iterator[str]: ...

    def delete(self, names: Iterable[str]) -> int: ...


def configured() -> bool:
    """Whether finished segments go to an S3."""
    return bool(settings.LANTIAN_S3_ENDPOINT)


def store() -> Offsite:
    """The bucket of the settings; only when `configured`."""
    return _bucket(
        BucketPlace(
            settings.LANTIAN_S3_ENDPOINT,
            settings.LANTIAN_S3_BUCKET,
            settings.LANTIAN_S3_KEY,
            settings.LANTIAN_S3_SECRET,
            settings.LANTIAN_S3_PREFIX,
            settings.LANTIAN_S3_REGION,
        )
    )


@lru_cache(maxsize=4)
def _bucket(place: BucketPlace) -> Bucket:
    return Bucket(place)


def file_name(token: str, relative: str) -> str:
    """Name of a stream's file (`av/…`, `replay.m3u8`): as below /media."""
    return f"{PUBLIC}/{token}/{relative}"


def journal_folder(token: str, side: str = "") -> str:
    """Folder of a stream's journals, or of one rendition's."""
    return f"{JOURNALS}/{token}/{side}/" if side else f"{JOURNALS}/{token}/"


def cut_name(token: str) -> str:
    """Name of what is known of a stream's cut."""
    return f"{journal_folder(token)}cut.json"


def put_file(kept: Offsite, token: str, relative: str, data: bytes) -> None:
    """Send one of a stream's files. All but lists never change under their name."""
    ending = PurePosixPath(relative).suffix
    kept.put(file_name(token, relative), data, kind=KINDS[ending], keep="no-cache" if ending == ".m3u8" else IMMUTABLE)
