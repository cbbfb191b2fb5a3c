"""Checks that many kinds share. Each raises Refused `bad_data`, or gives the value as it is kept."""

import unicodedata
from collections.abc import Collection
from typing import Any
from uuid import UUID

from lantian.teach.live.engine.happenings.model import Refused, Scene


def text(data: dict[str, Any], name: str, most: int, *, least: int = 1, lines: bool = False) -> str:
    """Trimmed, without control characters (line breaks only where `lines` says so); `least` to `most` characters."""
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > 4 * most + 100:
        raise Refused("bad_data")
    keep = "\n" if lines else ""
    # categories Cc, Cs and Co carry no meaning for a reader; Cf holds what turns the direction of writing around
    clean = "".join(
        letter for letter in value.replace("\r\n", "\n") if letter in keep or unicodedata.category(letter)[0] != "C"
    ).strip()
    if not least <= len(clean) <= most:
        raise Refused("bad_data")
    return clean


def whole(data: dict[str, Any], name: str, least: int, most: int, default: int | None = None) -> int:
    value = data.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Refused("bad_data")
    return value


def figure(data: dict[str, Any], name: str, least: float, most: float) -> float:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refused("bad_data")
    return value


def one_of(data: dict[str, Any], name: str, values: Collection[str], default: str | None = None) -> str:
    value = data.get(name, default)
    if not isinstance(value, str) or value not in values:
        raise Refused("bad_data")
    return value


def flag(data: dict[str, Any], name: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise Refused("bad_data")
    return value


def wholes(data: dict[str, Any], name: str, least: int, most: int, *, length: tuple[int, int]) -> list[int]:
    """A list of whole numbers, of a length between the two."""
    value = data.get(name)
    if not isinstance(value, list) or not length[0] <= len(value) <= length[1]:
        raise Refused("bad_data")
    return [whole({"each": each}, "each", least, most) for each in value]


def maybe_id(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError) as error:
        raise Refused("bad_data") from error


def shown_name(name: str, role: str, scene: Scene) -> str:
    """A name as everybody may see it: of a student before strangers only its first part ("王芳" → "王")."""
    if role != "student" or not scene.strangers:
        return name
    return name.split(maxsplit=1)[0][:12] if " " in name.strip() else name.strip()[:1]
