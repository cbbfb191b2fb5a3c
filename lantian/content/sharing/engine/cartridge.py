"""What the child says of a Common Cartridge, held to its shape (it has read a stranger's file and is not believed), and its LOM
in our values.
"""
# i18n: data file

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lantian.content.sharing.engine.columns import Words, squeezed
from lantian.content.sharing.engine.reading import licence_of

LINES_MOST = 3000
KINDS = (
    "file",
    "pages",
    "link",
    "discussion",
    "assessment",
    "bank",
    "lti",
    "assignment",
    "associated",
    "inside",
    "missing",
    "other",
)
TAKEN = ("file", "pages", "link")  # of which resources are made
_PURPOSES = {
    "exercise": "exercise",
    "problem statement": "exercise",
    "self assessment": "exercise",
    "questionnaire": "exercise",
    "exam": "paper",
    "slide": "courseware",
    "lecture": "courseware",
    "experiment": "experiment",
    "simulation": "experiment",
    "narrative text": "reading",
    "diagram": "material",
    "figure": "material",
    "graph": "material",
    "table": "material",
}
_USES = {"lessonplan": "lesson_plan"}
_STAGES = ((3, 5, "kindergarten"), (6, 11, "primary"), (12, 14, "junior"), (15, 18, "senior"))
_LANGUAGES = {"zh": "zh-CN", "en": "en", "bo": "bo", "ii": "ii"}
_FULL_NAME = re.compile(r"^FN(?:;[^:\n]*)?:(.+)$", re.MULTILINE)


def text(value: object, most: int) -> str:
    """One line of words, no longer than that."""
    return " ".join(value.replace("\0", "").split())[:most] if isinstance(value, str) else ""


def _texts(value: object, most: int) -> list[str]:
    return [said for each in (value if isinstance(value, list) else [])[:20] if (said := text(each, most))]


@dataclass(slots=True)
class Line:
    """One thing in a cartridge."""

    key: str
    kind: str
    title: str
    path: list[str]
    name: str = ""
    url: str = ""
    size: int = 0
    files: int = 1
    listed: bool = True
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Outline:
    """What is said of a cartridge: its version, what its maker calls the course, and what is in it, in order."""

    version: str
    course: str
    title: str
    facts: dict[str, Any]
    lines: list[Line]


def outline_of(said: Mapping[str, Any], words: Words) -> Outline:
    """From the child's answer."""
    lines = said.get("lines")
    found = [_line(each, words) for each in (lines if isinstance(lines, list) else [])[:LINES_MOST]]
    facts = facts_of(said.get("lom"), words)
    title = text(said.get("title"), 80) or "Common Cartridge"
    return Outline(text(said.get("version"), 8), text(said.get("course"), 200), title, facts, found)


def _number(value: object) -> int:
    return min(value, 1 << 40) if isinstance(value, int) and value > 0 else 0


def _line(said: object, words: Words) -> Line:
    told = said if isinstance(said, dict) else {}
    kind, use = told.get("kind"), told.get("use")
    facts = facts_of(told.get("lom"), words)
    if isinstance(use, str) and use in _USES:
        facts["purpose"] = _USES[use]
    return Line(
        key=text(told.get("key"), 200),
        kind=kind if isinstance(kind, str) and kind in KINDS else "other",
        title=text(told.get("title"), 120) or text(told.get("key"), 120) or "—",
        path=_texts(told.get("path"), 120),
        name=told["name"][:600] if isinstance(told.get("name"), str) else "",
        url=told["url"][:600] if isinstance(told.get("url"), str) else "",
        size=_number(told.get("size")),
        files=_number(told.get("files")) or 1,
        listed=told.get("listed") is True,
        facts=facts,
    )


def facts_of(lom: object, words: Words) -> dict[str, Any]:
    """What LOM says that we know, in our values; what it does not say is not there."""
    told = lom if isinstance(lom, dict) else {}
    keywords = _texts(told.get("keywords"), 40)
    facts = {
        "words": str(told.get("words") or "").replace("\0", "").strip()[:2000],
        "keywords": " ".join(dict.fromkeys("".join(one.split()) for one in keywords))[:200],
        "language": _LANGUAGES.get(text(told.get("language"), 20).lower().split("-")[0], ""),
        "licence": licence_of(_texts(told.get("rights"), 2000)),
        "rights_holder": _author(told.get("authors")),
        "purpose": next(
            (_PURPOSES[one.lower()] for one in _texts(told.get("types"), 40) if one.lower() in _PURPOSES), ""
        ),
        "stage": _stage(_texts(told.get("ages"), 40)),
        "subject": next((words.subject[squeezed(one)] for one in keywords if squeezed(one) in words.subject), ""),
    }
    roles = [one.lower() for one in _texts(told.get("roles"), 40)]
    if roles and "learner" not in roles:  # for those who teach alone
        facts["audience"] = "staff"
    return {name: value for name, value in facts.items() if value}


def _author(cards: object) -> str:
    """The full name on the first card, or what is there instead of a card."""
    for card in cards if isinstance(cards, list) else []:
        if isinstance(card, str) and card.strip():
            found = _FULL_NAME.search(card)
            plain = "" if card.strip().upper().startswith("BEGIN:") else card
            return text(re.sub(r"\\(.)", r"\1", found[1]) if found else plain, 120)
    return ""


def _stage(ages: Sequence[str]) -> str:
    """By the youngest of an age range."""
    found = re.search(r"\d{1,2}", " ".join(ages))
    age = int(found[0]) if found else 0
    return next((stage for least, most, stage in _STAGES if least <= age <= most), "")
