"""The processes that draw strangers' files: each gives up what it does not need, then writes a small picture of its file.

    python -I cover_child.py MEMORY SECONDS UID WAY:SOURCE:OUT ...

Run as a script and by itself: nothing of the platform is in its memory. It loads what is needed and forks a process for each file
(`confined.each_apart`). WAY: pdf (its first page), image, film (an early picture); SOURCE, OUT: numbers of open files. Written is
WebP, or nothing where nothing can be drawn.
"""

import importlib
import io
import pkgutil
import resource
import runpy
import sys
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 480, 360  # of what is taller the upper part is shown
TALLEST = 4 * HEIGHT
PIXELS_MOST = 100_000_000
QUALITY = 72
CONFINED = Path(__file__).resolve().parents[3] / "kernel" / "confined.py"


def pdf(source: Any) -> Any:
    """The first page."""
    import pypdfium2

    page = pypdfium2.PdfDocument(source)[0]
    width, height = page.get_size()
    return page.render(scale=min(WIDTH / width, TALLEST / height)).to_pil()


def image(source: Any) -> Any:
    """On white, as it is to be held."""
    import PIL.Image
    import PIL.ImageOps

    with PIL.Image.open(source, formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
        if picture.width * picture.height > PIXELS_MOST:
            raise ValueError("too large")
        picture.draft("RGB", (2 * WIDTH, 2 * WIDTH))  # a JPEG is decoded no larger than needed
        held = PIL.ImageOps.exif_transpose(picture).convert("RGBA")
    white = PIL.Image.new("RGBA", held.size, "white")
    return PIL.Image.alpha_composite(white, held)


def film(source: Any) -> Any:
    """A picture a tenth into it: most begin in black."""
    import av

    with av.open(source, mode="r", metadata_errors="replace") as container:  # titles in GBK are no fault
        stream = next(
            one for one in container.streams.video if not one.disposition & av.stream.Disposition.attached_pic
        )
        if stream.width * stream.height > PIXELS_MOST:
            raise ValueError("too large")
        if (container.duration or 0) > 20_000_000:
            container.seek(container.duration // 10)
        return next(container.decode(stream)).to_image()


WAYS = {"pdf": pdf, "image": image, "film": film}


def small(picture: Any) -> bytes:
    """Of what was drawn, as WebP."""
    import PIL.Image

    picture = picture.convert("RGB")
    picture.thumbnail((WIDTH, TALLEST), PIL.Image.Resampling.LANCZOS)
    picture = picture.crop((0, 0, picture.width, min(picture.height, HEIGHT)))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()


def main(memory: str, seconds: str, uid: str, *asked: str) -> None:
    """Load what is needed; then, for each file apart: bound, shed, draw."""
    import PIL.Image
    import PIL.ImageOps

    PIL.Image.init()
    ways = {one.partition(":")[0] for one in asked}
    if "pdf" in ways:
        import pypdfium2  # noqa: F401 - the same
    if "film" in ways:
        import av

        for module in pkgutil.walk_packages(av.__path__, "av."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    limits = {resource.RLIMIT_AS: int(memory), resource.RLIMIT_CPU: int(seconds), resource.RLIMIT_FSIZE: 0}
    apart = runpy.run_path(str(CONFINED))["each_apart"]
    apart(asked, lambda way, source: small(WAYS[way](source)), uid, limits)


if __name__ == "__main__":
    main(*sys.argv[1:])
