"""Files that appear whole or not at all. No Django: the settings and the supervisor use it too."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

TEMPORARY = ".tmp"  # the ending of what is being written: whoever lists a folder passes over it


def write_whole(path: Path, data: str | bytes | Iterable[bytes], *, mode: int = 0o600, durable: bool = True) -> None:
    """Make `path` appear with all of `data`, replacing what was there: readers see the old file or the new one, and a process
    killed in between leaves the old one. Text is written as UTF-8.

    `durable`: on the disk before this returns, so that a power cut keeps it too; what is written many times a second does
    without. Whatever reading `data` raises comes out, with nothing left behind. Raises OSError.
    """
    pieces = [data.encode()] if isinstance(data, str) else [data] if isinstance(data, bytes) else data
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            for piece in pieces:
                handle.write(piece)
            if durable:
                handle.flush()
                os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
