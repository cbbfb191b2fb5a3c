"""The pages of a PDF as pictures: drawn in a locked-down child that is ended when it takes too long, for a file can be made so
that its drawing never ends, and a call into the library cannot be broken off from within."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import structlog
from django.utils.translation import gettext as _
from PIL import Image

from lantian.kernel.confined import lesser_user
from lantian.teach.live.errors import BadUpload
from lantian.teach.live.services import pdf_child

log = structlog.get_logger("live")
PAGE_SECONDS = 60  # of the clock for one page
SECONDS = 600  # of the processor for all of them
MEMORY = 2 << 30  # bytes of address space
LINE = 200  # bytes: the child's word about a page
PIECE = 1 << 20


class _Pages:
    """What comes out of the child, with a limit for each page."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        assert child.stdout is not None
        self._from, self._kept, self._until = child.stdout.fileno(), b"", 0.0

    def begin(self) -> None:
        """The clock of the next page starts."""
        self._until = time.monotonic() + PAGE_SECONDS

    def line(self) -> dict[str, int]:
        """Raises BadUpload when the child says no more, or nothing in time."""
        while b"\n" not in self._kept:
            if len(self._kept) > LINE:
                raise _broken()
            self._more()
        said, self._kept = self._kept.split(b"\n", 1)
        found: dict[str, int] = json.loads(said)
        return found

    def pixels(self, size: int) -> bytes:
        """Raises BadUpload as `line`."""
        pieces, left = [self._kept[:size]], size - len(self._kept)
        self._kept = self._kept[size:]
        while left > 0:
            self._more(left)
            pieces.append(self._kept)
            left -= len(self._kept)
            self._kept = b""
        return b"".join(pieces)

    def _more(self, most: int = LINE) -> None:
        ready = select.select([self._from], [], [], max(0.0, self._until - time.monotonic()))[0]
        if not ready:
            raise BadUpload(_("这个 PDF 画得太慢，已停止。请换一种方式另存为 PDF 再上传"))
        piece = os.read(self._from, min(most, PIECE))
        if not piece:
            raise _broken()
        self._kept += piece


def _broken() -> BadUpload:
    return BadUpload(_("文件已损坏或加密，无法打开"))


def draw_pages(
    path: Path, *, width: int, height: int, most_pages: int, most_points: int, first: int
) -> Generator[int | Image.Image, None, None]:
    """How many pages the file has, then each from number `first` (from 0) on as a picture that fits `width` × `height`.

    Raises BadUpload: damaged, too many pages, a page of impossible size, or one that takes longer than PAGE_SECONDS.
    """
    numbers = (width, height, most_pages, most_points, first)
    command = [sys.executable, "-I", str(Path(pdf_child.__file__)), str(MEMORY), str(SECONDS), lesser_user()]
    with path.open("rb") as source:
        child = subprocess.Popen(
            [*command, *map(str, numbers)],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield from _read(_Pages(child), width, height, most_pages, first)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        assert child.stdout is not None
        child.stdout.close()
        child.wait()


def _read(
    pages: _Pages, width: int, height: int, most_pages: int, first: int
) -> Generator[int | Image.Image, None, None]:
    pages.begin()
    count = pages.line()["pages"]
    if not 0 < count <= most_pages:
        raise BadUpload(_("文件有 %(count)s 页，最多 %(most)s 页") % {"count": count, "most": most_pages})
    yield count
    for number in range(first, count):
        pages.begin()
        said = pages.line()
        if "odd" in said:
            raise BadUpload(_("第 %(number)s 页的尺寸不正常") % {"number": number + 1})
        size = said["width"], said["height"]
        if not (0 < size[0] <= width + 1 and 0 < size[1] <= height + 1):
            raise _broken()
        yield Image.frombytes("RGB", size, pages.pixels(size[0] * size[1] * 3))
