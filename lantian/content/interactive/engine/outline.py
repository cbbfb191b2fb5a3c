"""What the unpacking child says of a package, held to its shape: the child has read a stranger's file and is not believed."""

from collections.abc import Container
from dataclasses import asdict, dataclass
from typing import Any

PARTS_MOST = 500
SCHEMES = ("http:", "https:", "//", "javascript:", "data:")


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a SCORM package's table of contents; without `href` it is a heading."""

    id: str
    title: str
    depth: int
    href: str = ""
    query: str = ""
    mastery: str = ""
    passing: str = ""
    launch: str = ""


def _text(value: object, most: int) -> str:
    return value.replace("\0", "")[:most] if isinstance(value, str) else ""


def parts_of(said: object, names: Container[str]) -> list[dict[str, Any]]:
    """The table of contents as it is kept: ids once, addresses inside of the package alone, no headings at its end."""
    found: list[Part] = []
    known: set[str] = set()
    for each in said if isinstance(said, list) else []:
        if not isinstance(each, dict) or len(found) >= PARTS_MOST:
            continue
        key, href = _text(each.get("id"), 200), _text(each.get("href"), 600)
        if not key or key in known or href.lower().startswith(SCHEMES) or (href and href not in names):
            continue
        known.add(key)
        depth = each.get("depth")
        found.append(
            Part(
                id=key,
                title=_text(each.get("title"), 200) or key,
                depth=min(max(depth, 0), 6) if isinstance(depth, int) else 0,
                href=href,
                query=_text(each.get("query"), 600),
                mastery=_text(each.get("mastery"), 20),
                passing=_text(each.get("passing"), 20),
                launch=_text(each.get("launch"), 4096),
            )
        )
    while found and not found[-1].href:
        found.pop()
    return [asdict(each) for each in found]


def playable(parts: list[dict[str, Any]]) -> list[str]:
    """The ids of those that can be opened."""
    return [str(each["id"]) for each in parts if each["href"]]
