"""Text messages: one way out, chosen by configuration.

`LANTIAN_SMS=http` posts JSON to the region's service for text messages (`LANTIAN_SMS_URL`, with `LANTIAN_SMS_TOKEN` as bearer
token); `log`, in demonstrations alone, writes them to a file, because codes must not stand in the logs of real people. Without
either there is no recovery by phone, and pages do not offer it.
"""

import json
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from lantian.people.identity.errors import TextNotSent

SECONDS = 10


class Texter(Protocol):
    """Sends one message. Raises TextNotSent."""

    def send(self, phone: str, text: str, *, template: str, values: dict[str, Any]) -> None: ...


class FileTexter:
    """For demonstrations: one JSON line a message in `demo/texts.jsonl` of the state folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, phone: str, text: str, *, template: str, values: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = {"at": datetime.now().astimezone().isoformat(timespec="seconds"), "phone": phone, "text": text}
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


class HttpTexter:
    """Posts `{"phone", "text", "template", "values"}` as JSON; any answer but 2xx is a failure."""

    def __init__(self, url: str, token: str = "") -> None:
        where = urlsplit(url)
        # codes and phone numbers go in clear to nobody but this machine
        if where.scheme != "https" and (where.scheme, where.hostname) != ("http", "127.0.0.1"):
            raise ValueError("LANTIAN_SMS_URL must be https")
        self.url, self.token = url, token

    def send(self, phone: str, text: str, *, template: str, values: dict[str, Any]) -> None:
        body = {"phone": phone, "text": text, "template": template, "values": values}
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            self.url, data=json.dumps(body, ensure_ascii=False).encode(), headers=headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - likewise
                if not 200 <= answer.status < 300:
                    raise TextNotSent(f"status {answer.status}")
        except (urllib.error.URLError, OSError) as error:
            raise TextNotSent(type(error).__name__) from error


def texter() -> Texter | None:
    """The configured way; None when there is none."""
    if settings.LANTIAN_SMS == "http":
        return HttpTexter(settings.LANTIAN_SMS_URL, settings.LANTIAN_SMS_TOKEN)
    if settings.LANTIAN_SMS == "log" and settings.LANTIAN_DEMO:
        return FileTexter(Path(settings.LANTIAN_HOME) / "demo" / "texts.jsonl")
    return None
