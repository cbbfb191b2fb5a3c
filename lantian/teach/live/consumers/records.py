"""A session's small file on disk: enough to go on with it while the database is away. Keys in it are sealed."""

import base64
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from lantian.content.media.engine.crypto import ContentKey
from lantian.kernel import crypto
from lantian.kernel.whole import write_whole
from lantian.teach.live.queries import SessionFacts

log = structlog.get_logger("live")


@dataclass(slots=True)
class Record:
    """`ended_ms` and `reason` are set once the session is over and the database may not know yet."""

    facts: SessionFacts
    keys: list[ContentKey] = field(default_factory=list)
    ended_ms: int | None = None
    reason: str = ""


def _context(session: str) -> str:
    return f"live.session:{session}"


class Records:
    """The folder of these files, one `<session id>.json` each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, session: str) -> Path:
        return self._folder / f"{UUID(session)}.json"

    def save(self, record: Record) -> None:
        session = record.facts.id
        keys = [
            {
                "id": str(key.id),
                "number": key.number,
                "sealed": base64.b64encode(crypto.encrypt(key.secret, context=_context(session))).decode(),
            }
            for key in record.keys
        ]
        content = {"facts": asdict(record.facts), "keys": keys, "ended_ms": record.ended_ms, "reason": record.reason}
        write_whole(self._path(session), json.dumps(content, ensure_ascii=False), durable=False)

    def load(self, session: str) -> Record | None:
        """None when there is no usable file."""
        try:
            raw = json.loads(self._path(session).read_text())
            facts: dict[str, Any] = raw["facts"]
            facts["receivers"] = tuple(tuple(row) for row in facts["receivers"])
            facts["words"] = tuple(facts.get("words", ()))
            keys = []
            for key in raw["keys"]:
                secret = crypto.decrypt(base64.b64decode(key["sealed"]), context=_context(session))
                keys.append(ContentKey(UUID(key["id"]), key["number"], secret))
            return Record(SessionFacts(**facts), keys, raw["ended_ms"], raw["reason"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, crypto.KeyLost) as error:
            log.warning("session file is not usable", session=session, error=type(error).__name__)
            return None

    def all(self) -> list[str]:
        return [path.stem for path in self._folder.glob("*.json")]

    def remove(self, session: str) -> None:
        self._path(session).unlink(missing_ok=True)
