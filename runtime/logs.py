"""Structured logs: one JSON object a line in home/logs, rotated by size; a few plain lines on the terminal."""

import contextlib
import json
import sys
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

ROTATE_BYTES = 16 * 2**20
KEEP = 5
LINE_LIMIT = 64 * 1024


def now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class RotatingLog:
    """Append-only file that becomes .1, .2 … when it passes `limit` bytes. Opened lazily, 0600."""

    def __init__(self, path: Path, *, limit: int = ROTATE_BYTES, keep: int = KEEP) -> None:
        self.path, self.limit, self.keep = path, limit, keep
        self._file: IO[str] | None = None
        self._size = 0

    def write(self, line: str) -> None:
        """Append one line. A full disk loses lines, never the process that logs."""
        with contextlib.suppress(OSError):
            self._write(line)

    def _write(self, line: str) -> None:
        if self._file is None:
            self.path.touch(mode=0o600, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8", errors="replace")
            self._size = self._file.tell()
        self._size += len(line) + 1
        self._file.write(line + "\n")
        self._file.flush()
        if self._size > self.limit:
            self._rotate()

    def _rotate(self) -> None:
        self.close()
        for number in range(self.keep, 0, -1):
            older = self._numbered(number)
            newer = self._numbered(number - 1) if number > 1 else self.path
            if newer.exists():
                newer.replace(older)

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with contextlib.suppress(OSError):
                file.close()


class ServiceLog:
    """What one service prints, as JSON lines. A line that is JSON already keeps its fields."""

    def __init__(self, service: str, folder: Path, *, echo: bool = False) -> None:
        self.service = service
        self.last: deque[str] = deque(maxlen=12)
        self._log = RotatingLog(folder / f"{service}.log")
        self._echo = echo
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take raw output in any portions."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LINE_LIMIT:
            lines, self._rest = [*lines, self._rest], b""
        for raw in lines:
            text = raw.decode("utf-8", "replace").rstrip()
            if text:
                self._line(text)

    def _line(self, text: str) -> None:
        self.last.append(text[:400])
        record: dict[str, Any] = {}
        if text.startswith("{"):
            try:
                loaded = json.loads(text)
            except ValueError:
                loaded = None
            if isinstance(loaded, dict):
                record = loaded
        if not record:
            record = {"timestamp": now_text(), "level": _level(text), "event": text[:LINE_LIMIT]}
        record.setdefault("service", self.service)
        self._log.write(json.dumps(record, ensure_ascii=False))
        if self._echo:
            Terminal.write(f"[{self.service}] {text}")

    def event(self, event: str, *, level: str = "info", **facts: object) -> None:
        record = {"timestamp": now_text(), "level": level, "service": self.service, "event": event, **facts}
        self._log.write(json.dumps(record, ensure_ascii=False, default=str))

    def close(self) -> None:
        self._log.close()


def _level(text: str) -> str:
    head = text[:80].upper()
    for words, level in (
        (("FATAL", "PANIC", "CRITICAL"), "critical"),
        (("ERROR", "TRACEBACK"), "error"),
        (("WARN",), "warning"),
    ):
        if any(word in head for word in words):
            return level
    return "info"


class Terminal:
    """Plain lines for the person who started us; survives a terminal that went away."""

    started = time.monotonic()

    @classmethod
    def write(cls, text: str) -> None:
        try:
            print(text, flush=True)
        except (OSError, ValueError):
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115, PTH123 - for the rest of the process
