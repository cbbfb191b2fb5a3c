"""A graph of what comes before what, laid out in columns from left to right: boxes and arrows as SVG needs them."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from lantian.content.taxonomy.engine.graph import layers

N = TypeVar("N", bound=Hashable)
BOX, HEIGHT, GAP_X, GAP_Y, MARGIN = 148, 40, 44, 14, 8
LINE, MOST_LINES = 9, 2  # characters a line, and lines, that fit in a box
SWEEPS = 4
LEAST = 0.8  # drawn smaller than this, words could not be read: what is still too wide is scrolled
ABREAST = 5  # boxes beside each other that are tied to nothing, where no columns say how many


@dataclass(frozen=True)
class Box(Generic[N]):
    """One node: its top left corner and the lines of its words, each with its place."""

    id: N
    title: str
    x: int
    y: int
    lines: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Picture(Generic[N]):
    """Boxes, and arrows as paths, in a space of a width and height."""

    width: int
    height: int
    boxes: tuple[Box[N], ...]
    arrows: tuple[str, ...]
    box_width: int = BOX
    box_height: int = HEIGHT

    @property
    def least(self) -> int:
        """The width below which it is not to be drawn."""
        return round(self.width * LEAST)


def draw(titles: Mapping[N, str], edges: Iterable[tuple[N, N]]) -> Picture[N]:
    """Columns by the longest way to each node; within a column near what a node is tied to. What is tied to nothing stands
    below, in rows: in the first column it would make the picture tall and empty. The graph has no circles.
    """
    kept = [(one, other) for one, other in dict.fromkeys(edges) if one in titles and other in titles]
    tied = {node for edge in kept for node in edge}
    columns = _columns([node for node in titles if node in tied], kept)
    alone = [node for node in titles if node not in tied]
    abreast = max(len(columns), min(ABREAST, len(alone)))
    tallest = max((len(column) for column in columns), default=0)
    places: dict[N, tuple[int, int]] = {}
    for number, column in enumerate(columns):
        for place, node in enumerate(column):  # spread over the whole height, as `_untangle` reckons
            middle = (place + 0.5) * tallest / len(column) - 0.5
            places[node] = (MARGIN + number * (BOX + GAP_X), MARGIN + round(middle * (HEIGHT + GAP_Y)))
    first = MARGIN + tallest * (HEIGHT + GAP_Y) + (GAP_Y if columns else 0)
    for number, node in enumerate(alone):
        row, column_no = divmod(number, abreast)
        places[node] = (MARGIN + column_no * (BOX + GAP_X), first + row * (HEIGHT + GAP_Y))
    width = max((x for x, _y in places.values()), default=-BOX - MARGIN) + BOX + MARGIN
    height = max((y for _x, y in places.values()), default=-HEIGHT - MARGIN) + HEIGHT + MARGIN
    boxes = tuple(Box(node, titles[node], *places[node], _lines(titles[node], *places[node])) for node in titles)
    return Picture(width, height, boxes, tuple(_arrow(places[one], places[other]) for one, other in kept))


def _columns(tied: Sequence[N], edges: Sequence[tuple[N, N]]) -> list[list[N]]:
    depth = layers(tied, edges)
    columns: list[list[N]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in tied:
        columns[depth[node]].append(node)
    _untangle(columns, edges)
    return columns


def _untangle(columns: Sequence[list[N]], edges: Sequence[tuple[N, N]]) -> None:
    tied: dict[N, list[N]] = defaultdict(list)
    for one, other in edges:
        tied[one].append(other)
        tied[other].append(one)
    for sweep in range(SWEEPS):
        place = {node: (at + 0.5) / len(column) for column in columns for at, node in enumerate(column)}
        for column in columns if sweep % 2 == 0 else reversed(columns):
            middle = {
                node: sum(place[other] for other in tied[node]) / len(tied[node]) if tied[node] else place[node]
                for node in column
            }
            column.sort(key=lambda node, middle=middle: middle[node])  # type: ignore[misc]  # bound to this column's
            place.update({node: (at + 0.5) / len(column) for at, node in enumerate(column)})


def _lines(title: str, x: int, y: int) -> tuple[tuple[str, int, int], ...]:
    length = -(-len(title) // -(-len(title) // LINE)) if LINE < len(title) <= MOST_LINES * LINE else LINE
    parts = [title[at : at + length] for at in range(0, len(title), length)] or [""]  # no single character left over
    if len(parts) > MOST_LINES:
        parts = [*parts[: MOST_LINES - 1], parts[MOST_LINES - 1][: LINE - 1] + "…"]
    first = y + HEIGHT // 2 + 5 - (len(parts) - 1) * 8
    return tuple((part, x + BOX // 2, first + number * 16) for number, part in enumerate(parts))


def _arrow(one: tuple[int, int], other: tuple[int, int]) -> str:
    x1, y1 = one[0] + BOX, one[1] + HEIGHT // 2
    x2, y2 = other[0], other[1] + HEIGHT // 2
    middle = min(GAP_X, x2 - x1) // 2
    return f"M{x1} {y1} C{x1 + middle} {y1} {x2 - middle} {y2} {x2 - 4} {y2}"
