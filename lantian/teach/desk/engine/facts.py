"""What a browser says about itself: read as if by a stranger, bounded, and nothing personal in it."""

import json
from typing import Any

# Name → the greatest number, or 0 for short words.
KNOWN = {
    "online": 1, "downlink": 10_000, "rtt": 60_000, "type": 0, "width": 20_000, "height": 20_000, "cores": 1024, "memory": 4096,
    "visible": 1, "error": 0, "stalls": 100_000, "buffer": 3600, "lag": 86_400, "playing": 1, "muted": 1, "state": 0, "line": 0,
}  # fmt: skip
WORD = 40
AGENT = 250
LONGEST = 4000


def told_by_browser(raw: Any, agent: str = "") -> dict[str, Any]:
    """The known facts of a JSON object (or its text), with the browser's name for itself. Never raises; nonsense is left out."""
    facts = _object(raw)
    told: dict[str, Any] = {}
    for name, greatest in KNOWN.items():
        value = facts.get(name)
        if greatest and isinstance(value, (bool, int, float)) and 0 <= value <= greatest:
            told[name] = bool(value) if greatest == 1 else value
        elif not greatest and isinstance(value, str):
            word = "".join(
                letter for letter in value[:WORD] if letter.isascii() and (letter.isalnum() or letter in " _-.:/")
            )
            if word:
                told[name] = word
    name = "".join(letter for letter in agent[:AGENT] if letter.isascii() and letter.isprintable())
    return {**told, "agent": name} if name else told


def _object(raw: Any) -> dict[str, Any]:
    if isinstance(raw, str):
        if len(raw) > LONGEST:
            return {}
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            return {}
    return raw if isinstance(raw, dict) else {}
