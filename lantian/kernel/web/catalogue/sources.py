"""Which files hold words for people, and where their tests, data and documentation lie."""

from collections.abc import Iterator
from pathlib import Path

SKIP_PARTS = {"tests", "migrations", "node_modules", "__pycache__", "dist"}
# Demo data are content, not interface; the components page shows made-up content between translated notes.
CONTENT_FILES = {"demo.py", "samples.py"}
CONTENT_PARTS = {"demo", "data"}
CONTENT_TEMPLATES = ("templates/web/ui/",)
# A line (or a whole file, in its first ten lines) that holds Chinese as data says so with this mark.
DATA_MARK = "i18n: data"


def _walk(root: Path, suffix: str) -> Iterator[Path]:
    for path in sorted(root.rglob(f"*{suffix}")):
        if not SKIP_PARTS.intersection(path.relative_to(root).parts):
            yield path


def python_files(base: Path) -> Iterator[Path]:
    yield from _walk(base / "lantian", ".py")


def templates(base: Path) -> Iterator[Path]:
    for suffix in (".html", ".txt"):
        for path in _walk(base / "lantian", suffix):
            if "templates" in path.parts:
                yield path


def scripts(base: Path) -> Iterator[Path]:
    for path in _walk(base / "frontend" / "src", ".ts"):
        if not path.name.endswith((".test.ts", ".d.ts")):
            yield path


def is_content(path: Path, text: str) -> bool:
    """Whether a file's Chinese is content rather than interface."""
    if path.name in CONTENT_FILES or CONTENT_PARTS.intersection(path.parts):
        return True
    if any(part in path.as_posix() for part in CONTENT_TEMPLATES):
        return True
    return any(f"{DATA_MARK} file" in line for line in text.splitlines()[:10])
