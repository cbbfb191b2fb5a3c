"""The texts that guardians agree to: data of the app (`data/consent.json`), newest version last, in every language of the pages.

A version is never changed after it came into force; a new text is a new version, and is asked for anew.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parents[1] / "data" / "consent.json"
SOURCE_LANGUAGE = "zh-hans"


@dataclass(frozen=True)
class ConsentText:
    """One version in one language. `in_force`: the first day on which it is asked for."""

    version: str
    in_force: date
    title: str
    paragraphs: tuple[str, ...]


@cache
def _versions() -> tuple[dict[str, dict[str, list[str]] | str], ...]:
    return tuple(json.loads(_FILE.read_text(encoding="utf-8")))


def versions() -> tuple[str, ...]:
    """All versions, oldest first."""
    return tuple(str(row["version"]) for row in _versions())


def current_version(day: date) -> str:
    """The version asked for on `day`: the newest in force; the first one before any was."""
    known = [str(row["version"]) for row in _versions() if date.fromisoformat(str(row["in_force"])) <= day]
    return known[-1] if known else versions()[0]


def consent_text(version: str, language: str) -> ConsentText:
    """A version's text; in Chinese when there is none in `language`. Raises KeyError for an unknown version."""
    for row in _versions():
        if row["version"] == version:
            words = row.get(language) or row[SOURCE_LANGUAGE]
            assert isinstance(words, dict)
            return ConsentText(
                version,
                date.fromisoformat(str(row["in_force"])),
                str(words["title"]),
                tuple(words["paragraphs"]),
            )
    raise KeyError(version)
