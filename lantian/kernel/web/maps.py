"""Maps of the parts of a region, drawn by ourselves as SVG: no tile server, no script.

Each is a GeoJSON file in `data/maps`, named by the division code of the region (GB/T 2260); its features carry the `code`,
the `name` and the place of the name (`label`) of a part.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

FOLDER = Path(__file__).parent / "data" / "maps"
WIDTH = 640.0
MARGIN = 6.0
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """One part: its outline as an SVG path, and where its name is written."""

    code: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class RegionMap:
    """`sources` say where the outlines come from, by language; `schematic`: they show where things lie, not their borders."""

    code: str
    width: int
    height: int
    shapes: tuple[Shape, ...]
    sources: Mapping[str, str]
    schematic: bool

    @property
    def source(self) -> str:
        """In the reader's language where the file has it, else in Chinese."""
        return self.sources.get((get_language() or "")[:2]) or self.sources["zh"]


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """What is to be shown of one part. `words`: all of it in a sentence; `now`: it carries a mark, as something goes on there;
    `whole`: what the value is a share of, 0 when parts are compared with one another.
    """

    value: int
    words: str
    url: str = ""
    now: bool = False
    whole: int = 0


@dataclass(frozen=True, slots=True)
class Area:
    """A part as it is drawn; `level` 0 (nothing) to LEVELS (the most)."""

    shape: Shape
    level: int
    facts: AreaFacts | None


@cache
def map_of(code: str) -> RegionMap | None:
    """The map of a region, None when there is no file for it. Read and drawn once a process."""
    path = FOLDER / f"{code}.geojson"
    if not code.isdigit() or not path.exists():
        return None
    told = json.loads(path.read_text())
    features = told["features"]
    points = [point for feature in features for ring in _rings(feature["geometry"]) for point in ring]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    # degrees of longitude are shorter the farther from the equator: equirectangular, true at the middle
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * narrow)

    def place(point: list[float]) -> tuple[float, float]:
        return MARGIN + (point[0] - west) * narrow * scale, MARGIN + (north - point[1]) * scale

    shapes = tuple(_shape(feature, place) for feature in features)
    height = round(2 * MARGIN + (north - south) * scale)
    sources = {"zh": told["source"], "en": told.get("source_en", "")}
    return RegionMap(code, round(WIDTH), height, shapes, sources, bool(told.get("schematic")))


def map_over(codes: Iterable[str]) -> RegionMap | None:
    """The map of the city that all these counties (by division code) lie in; None where there are several, or no file."""
    cities = {f"{code[:4]}00" for code in codes if code}
    return map_of(cities.pop()) if len(cities) == 1 else None


def _rings(geometry: Mapping[str, Any]) -> Iterator[list[list[float]]]:
    """All rings of a Polygon or MultiPolygon (RFC 7946, 3.1.6 and 3.1.7)."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield from polygon


def _shape(feature: Mapping[str, Any], place: Any) -> Shape:
    drawn = []
    for ring in _rings(feature["geometry"]):
        spots = [place(point) for point in ring[:-1]]  # the last one is the first again
        drawn.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots) + "Z")
    about = feature["properties"]
    x, y = place(about["label"])
    return Shape(about["code"], about["name"], "".join(drawn), round(x, 1), round(y, 1))


def areas(region: RegionMap, facts: Mapping[str, AreaFacts]) -> list[Area]:
    """The parts with what is known of each; shades go by its share of the whole, or of the greatest value."""
    most = max((each.value for each in facts.values()), default=0)
    found = []
    for shape in region.shapes:
        known = facts.get(shape.code)
        of = (known.whole or most) if known else 0
        level = min(LEVELS, math.ceil(LEVELS * known.value / of)) if known and of else 0
        found.append(Area(shape, level, known))
    return found
