"""What is wrong with rows, and what they would change."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lantian.content.taxonomy.engine.graph import find_cycle
from lantian.content.taxonomy.engine.rows import CODE, DEEPEST, LONGEST, Fault, Row, related_pairs

Places = Mapping[str | None, Collection[str]]
MOST_FAULTS = 500


def judge(rows: Sequence[Row], *, places: Places, points: Collection[str], current: Sequence[Row]) -> list[Fault]:
    """Faults of rows that are to be laid over a framework's `current` ones, in order of lines.

    `places`: which kinds may stand below which; `points`: codes of knowledge points that chapters may name; a framework of points
    names its own.
    """
    known = {row.code: row for row in current} | {row.code: row for row in rows}
    faults = [fault for row in rows for fault in _of_row(row, known, places)]
    faults += _twice(rows)
    own = {code for code, row in known.items() if row.kind == "point"}
    for row in rows:
        faults += _of_links(row, points, own)
    faults += _circles(rows, known)
    return sorted(faults, key=lambda fault: fault.line)[:MOST_FAULTS]


def _of_row(row: Row, known: Mapping[str, Row], places: Places) -> Iterable[Fault]:
    if not row.title:
        yield Fault(row.line, "title", "empty")
    for name, most in LONGEST.items():
        if len(getattr(row, name)) > most:
            yield Fault(row.line, name, "long", str(most))
    if not CODE.fullmatch(row.code):
        yield Fault(row.line, "code", "code" if row.code else "empty", row.code[:40])
    if row.grade is not None and not 1 <= row.grade <= 12:
        yield Fault(row.line, "grade", "grade", str(row.grade))
    kinds = {kind for below in places.values() for kind in below}
    if row.kind not in kinds:
        yield Fault(row.line, "kind", "kind", row.kind[:40])
        return
    above = known.get(row.parent) if row.parent else None
    if row.parent and above is None:
        yield Fault(row.line, "parent", "parent", row.parent[:40])
    elif row.kind not in places.get(above.kind if above else None, ()):
        yield Fault(row.line, "parent", "place", row.parent[:40])


def _twice(rows: Sequence[Row]) -> Iterable[Fault]:
    for name in ("code", "ident"):
        seen = Counter(getattr(row, name) for row in rows if getattr(row, name))
        first: set[str] = set()
        for row in rows:
            value = getattr(row, name)
            if seen[value] > 1:
                if value in first:
                    yield Fault(row.line, "code", "twice", value[:40])
                first.add(value)
    met: set[tuple[int, int | None]] = set()
    for row in rows:
        if row.kind == "volume" and row.grade is not None:
            if (row.grade, row.term) in met:
                yield Fault(row.line, "term", "volume", row.title[:40])
            met.add((row.grade, row.term))


def _of_links(row: Row, points: Collection[str], own: Collection[str]) -> Iterable[Fault]:
    for code in row.points or ():
        if code not in points:
            yield Fault(row.line, "points", "point", code[:40])
    for name in ("requires", "related"):
        for code in getattr(row, name) or ():
            if code == row.code:
                yield Fault(row.line, name, "self", code)
            elif code not in own or row.kind != "point":
                yield Fault(row.line, name, "point", code[:40])


def _circles(rows: Sequence[Row], known: Mapping[str, Row]) -> Iterable[Fault]:
    lines = {row.code: row.line for row in rows}
    tree = [(code, row.parent) for code, row in known.items() if row.parent in known]
    way = find_cycle(tree)
    if way:
        yield Fault(min(lines.get(code, 0) for code in way), "parent", "circle", " → ".join([*way, way[0]][:8]))
    elif deep := _too_deep(known):
        yield Fault(lines.get(deep, 0), "parent", "deep", str(DEEPEST))
    before = [(other, code) for code, row in known.items() for other in row.requires or ()]
    way = find_cycle(edge for edge in before if edge[0] != edge[1])
    if way:
        yield Fault(max(lines.get(code, 0) for code in way), "requires", "circle", " → ".join([*way, way[0]][:8]))


def _too_deep(known: Mapping[str, Row]) -> str:
    depth: dict[str, int] = {}
    for code in known:
        way, at = [], code
        while at in known and at not in depth:
            way.append(at)
            at = known[at].parent
        base = depth.get(at, 0)
        for step, one in enumerate(reversed(way), start=1):
            depth[one] = base + step
    return next((code for code, count in depth.items() if count > DEEPEST), "")


@dataclass(frozen=True)
class Changed:
    """A node that is to be otherwise: field -> (before, after)."""

    code: str
    title: str
    fields: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Difference:
    """What rows would change of a framework. `missing`: nodes that the file does not name."""

    added: list[Row] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    moved: list[Changed] = field(default_factory=list)
    missing: list[Row] = field(default_factory=list)
    links_added: int = 0
    links_removed: int = 0
    same: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.moved or self.links_added or self.links_removed)


def matched(rows: Sequence[Row], current: Sequence[Row]) -> dict[str, Row]:
    """Code of a new row -> the row that it is laid over: of the same id, else of the same code."""
    by_ident = {row.ident: row for row in current if row.ident}
    by_code = {row.code: row for row in current}
    found = {}
    for row in rows:
        old = by_ident.get(row.ident) if row.ident else None
        old = old or by_code.get(row.code)
        if old is not None:
            found[row.code] = old
    return found


def difference(rows: Sequence[Row], current: Sequence[Row]) -> Difference:
    """What laying the rows over the current ones does."""
    olds = matched(rows, current)
    renamed = {old.code: code for code, old in olds.items()}
    made = Difference()
    added, changed, moved, same = made.added, made.changed, made.moved, 0
    order = _orders(rows), _orders(current)
    for row in rows:
        old = olds.get(row.code)
        if old is None:
            added.append(row)
            continue
        fields = {
            name: (str(getattr(old, name) or ""), str(getattr(row, name) or ""))
            for name in ("title", "code", "words", "kind", "grade", "term")
            if getattr(old, name) != getattr(row, name)
        }
        if fields:
            changed.append(Changed(row.code, row.title, fields))
        above = renamed.get(old.parent, old.parent)
        if above != row.parent:
            moved.append(Changed(row.code, row.title, {"parent": (old.parent, row.parent)}))
        elif order[0][row.code] != order[1][old.code]:
            places = (str(order[1][old.code] + 1), str(order[0][row.code] + 1))
            moved.append(Changed(row.code, row.title, {"position": places}))
        elif not fields:
            same += 1
    kept = {old.code for old in olds.values()}
    missing = [row for row in current if row.code not in kept]
    plus, minus = _links(rows, current, renamed)
    return Difference(added, changed, moved, missing, plus, minus, same)


def _orders(rows: Sequence[Row]) -> dict[str, int]:
    count: Counter[str] = Counter()
    found = {}
    for row in rows:
        found[row.code] = count[row.parent]
        count[row.parent] += 1
    return found


def _links(rows: Sequence[Row], current: Sequence[Row], renamed: Mapping[str, str]) -> tuple[int, int]:
    new, old = links_of(rows), set()
    for kind, one, other in links_of(current):
        pair = (renamed.get(one, one), other if kind == "covers" else renamed.get(other, other))
        old.add((kind, *(sorted(pair) if kind == "related" else pair)))
    said = said_links(rows, old)
    return len(new - old), len(said - new)


Triple = tuple[str, str, str]


def links_of(rows: Iterable[Row]) -> set[tuple[str, ...]]:
    """Links by codes: covers (chapter, point), precedes (point, point), related (smaller code, larger)."""
    kept = list(rows)
    found: set[tuple[str, ...]] = {("covers", row.code, one) for row in kept for one in row.points or ()}
    found |= {("precedes", one, row.code) for row in kept for one in row.requires or ()}
    return found | {("related", *pair) for pair in related_pairs(kept)}


def said_links(rows: Sequence[Row], old: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Of the old links those about which the rows say something, so that they go when the rows do not name them."""
    covers = {row.code for row in rows if row.points is not None}
    requires = {row.code for row in rows if row.requires is not None}
    related = {row.code for row in rows if row.related is not None}
    found: set[tuple[str, ...]] = set()
    for kind, one, other in old:
        said = (
            (kind == "covers" and one in covers)
            or (kind == "precedes" and other in requires)
            or (kind == "related" and one in related and other in related)
        )
        if said:
            found.add((kind, one, other))
    return found
