"""What all walks together have met, whichever process they are in, so that no two open the same in a browser."""

import fcntl
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.pages.walk import Seen, shape


class Told:
    """Words that several processes add to: a file of lines, read on from where it was read last."""

    def __init__(self, path: Path) -> None:
        self.path, self.at, self.words = path, 0, set[str]()
        path.touch()

    def _read_on(self) -> set[str]:
        with self.path.open("rb") as lines:
            lines.seek(self.at)
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # another process is writing it
                self.words.add(json.loads(line))
                self.at += len(line)
        return self.words

    def add_all(self, words: Iterable[str]) -> bool:
        """Whether one of them is new. Callers that must not both hear "new" hold the memory meanwhile."""
        new = set(words) - self._read_on()
        if new:
            with self.path.open("ab") as lines:
                lines.write(b"".join(json.dumps(word).encode() + b"\n" for word in sorted(new)))
        return bool(new)

    def add(self, word: str) -> None:
        self.add_all([word])

    def __contains__(self, word: str) -> bool:
        return word in self._read_on()


class Memory:
    """`folder`: one for all processes of a run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.orders, self.shapes, self.words, self.nests = (
            Told(folder / name) for name in ("orders", "shapes", "words", "nests")
        )
        self._lock = folder / "lock"

    @contextmanager
    def _held(self) -> Iterator[None]:
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def is_new(self, page: Seen) -> bool:
        """Whether a page is the first of its shape, or shows a kind of element that no page has shown. Remembers it."""
        with self._held():
            shapes = self.shapes.add_all([shape(page.path).split("?")[0]])
            return self.words.add_all(page.words) or shapes

    def has_new(self, nests: list[str]) -> bool:
        """Whether one of these elements, each with the one it stands in, has not been looked at. Remembers them."""
        with self._held():
            return self.nests.add_all(nests)
