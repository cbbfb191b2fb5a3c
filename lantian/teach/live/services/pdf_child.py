"""The process that opens a stranger's PDF: it gives up what it does not need, then hands over plain pixels, page by page.

    python -I pdf_child.py MEMORY SECONDS UID WIDTH HEIGHT MOST_PAGES MOST_POINTS FIRST <file.pdf

Run as a script and by itself: nothing of the platform is in its memory. MEMORY (bytes of address space) and SECONDS of CPU are
its limits, UID as in `office_child`. It answers with a line of JSON, `{"pages": n}`, and from page FIRST (0: the first) on for
each with `{"width": …, "height": …}` (pixels) and as many RGB bytes; `{"odd": true}` for a page of impossible size ends it.
"""

import json
import resource
import runpy
import sys
from pathlib import Path
from typing import BinaryIO

import PIL.Image
import PIL.ImageFile  # writing pixels needs it, and then the rights to read it are gone
import pypdfium2

CONFINED = Path(__file__).resolve().parents[3] / "kernel" / "confined.py"


def _say(out: BinaryIO, **facts: object) -> None:
    out.write(json.dumps(facts).encode() + b"\n")


def draw(out: BinaryIO, *, width: int, height: int, most_pages: int, most_points: int, first: int) -> None:
    """Write the pages of the file at standard input, each as large as fits `width` × `height`."""
    with open(0, "rb", closefd=False) as source:
        document = pypdfium2.PdfDocument(source)
        _say(out, pages=len(document))
        if not 0 < len(document) <= most_pages:
            return
        for index in range(first, len(document)):
            page = document[index]
            across, down = page.get_size()
            if not (0 < across <= most_points and 0 < down <= most_points):
                _say(out, odd=True)
                return
            bitmap = page.render(scale=min(width / across, height / down), may_draw_forms=False)
            picture: PIL.Image.Image = bitmap.to_pil().convert("RGB")
            _say(out, width=picture.width, height=picture.height)
            out.write(picture.tobytes())
            out.flush()
            bitmap.close()
            page.close()


def main(memory: str, seconds: str, uid: str, *numbers: str) -> None:
    """Bound, shed, draw."""
    limits = {
        resource.RLIMIT_AS: int(memory),
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_FSIZE: 0,
    }
    runpy.run_path(str(CONFINED))["confine"](uid, limits)
    width, height, most_pages, most_points, first = map(int, numbers)
    out = sys.stdout.buffer
    draw(out, width=width, height=height, most_pages=most_pages, most_points=most_points, first=first)
    out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
