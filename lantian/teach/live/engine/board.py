"""The whiteboard of a lesson: strokes on sheets, folded from what a teacher does. Pure; `frontend/src/live/board/state.ts` is its
twin.

A **sheet** is a page of the lesson (of an uploaded file, or blank), by its id; strokes belong to their sheet and lie over it.
What happens to it (kind, data):

    page.turn   {sheet, form, name, number}   the sheet that is in the picture now; `sheet` null: none, but camera or screen
    ink.begin   {sheet, id, tool, colour, width, points, text?}  a stroke begins; a text is whole at once
    ink.points  {id, at, points}              a pen goes on from its point number `at`; a shape's second corner moves
    ink.end     {id}                          the stroke is done; a pen's is simplified
    ink.hide    {ids}    ink.show {ids}       rubbed out, undone; brought back
    ink.clear   {sheet}                       all of a sheet hidden

Undo is the page's own affair: it knows what was done and says hide or show. Hidden strokes are kept for that, until room is
needed. Points travel packed (`engine.strokes`). Text is text: it is drawn and read aloud, never interpreted.

What everybody sees of it is a flat map, changed by patches (`engine.happenings`), in which each change costs what it adds:

    page:now                   the turn
    ink:<sheet>:<id>           a stroke: whole when it is done, its beginning while it grows
    ink:<sheet>:<id>:<number>  {points}: how it went on
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from lantian.teach.live.engine.strokes import inside, pack, simplify, unpack

FREEHAND = ("pen", "marker")
SHAPES = ("line", "arrow", "rect", "ellipse")
TOOLS = (*FREEHAND, *SHAPES, "text")
COLOURS = ("black", "red", "blue", "green", "orange", "purple", "white", "yellow")
WIDTHS = (1, 2, 3)
FORMS = ("page", "board")
KINDS = ("page.turn", "ink.begin", "ink.points", "ink.end", "ink.hide", "ink.show", "ink.clear")

BATCH_POINTS = 240  # pairs in one message: three seconds of a hand at 80 a second
STROKE_POINTS = 3_000  # pairs in a stroke while it is drawn
LESSON_POINTS = 80_000  # pairs on all sheets together
LESSON_STROKES = 6_000
IDS_AT_ONCE = 400
ID_LENGTH = 12
TEXT_LENGTH, TEXT_LINES = 120, 6
NAME_LENGTH = 80
NUMBER_MOST = 10_000
T = TypeVar("T")
Patch = dict[str, Any]
_ID_LETTERS = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")


class BoardFault(ValueError):
    """What was asked cannot be done to this board. `code`: bad, full, unknown, gap."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(slots=True)
class Stroke:
    """`points` flat and absolute; `order`: later ones lie above. A hidden stroke was rubbed out or undone, and may come back."""

    id: str
    sheet: str
    tool: str
    colour: str
    width: int
    points: list[int]
    order: int
    text: str = ""
    done: bool = False
    hidden: bool = False
    pieces: int = 0  # in which it has gone on since its beginning

    @property
    def key(self) -> str:
        return f"ink:{self.sheet}:{self.id}"

    def facts(self) -> dict[str, Any]:
        """As it stands in the map."""
        facts: dict[str, Any] = {
            "tool": self.tool,
            "colour": self.colour,
            "width": self.width,
            "points": pack(self.points),
            "order": self.order,
        }
        if self.text:
            facts["text"] = self.text
        if not self.done:
            facts["growing"] = True
        return facts


@dataclass(slots=True)
class Board:
    """All sheets of one lesson."""

    turn: dict[str, Any] | None = None
    strokes: dict[str, Stroke] = field(default_factory=dict)
    points: int = 0
    begun: int = 0

    def visible(self, sheet: str) -> list[Stroke]:
        return [stroke for stroke in self.strokes.values() if stroke.sheet == sheet and not stroke.hidden]

    # -- what comes from outside --------------------------------------------------------------------------------------------

    def check(self, kind: str, data: Any) -> dict[str, Any]:
        """The data of one step, with nothing in it but what is known; may be folded. Raises BoardFault."""
        if not isinstance(data, dict):
            raise BoardFault("bad", "no object")
        try:
            return _CHECKS[kind](self, data)
        except KeyError as error:
            raise BoardFault("bad", f"without {error}") from error

    def _check_turn(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["sheet"] is None:
            return {"sheet": None}
        number = data.get("number")
        return {
            "sheet": _sheet(data["sheet"]),
            "form": _one_of(data["form"], FORMS),
            "name": _text(data.get("name", ""), NAME_LENGTH, lines=1),
            "number": _whole(number, NUMBER_MOST) if number is not None else None,
        }

    def _check_begin(self, data: dict[str, Any]) -> dict[str, Any]:
        tool = _one_of(data["tool"], TOOLS)
        points = _points(data["points"], BATCH_POINTS if tool in FREEHAND else 2)
        result: dict[str, Any] = {
            "sheet": _sheet(data["sheet"]),
            "id": _id(data["id"]),
            "tool": tool,
            "colour": _one_of(data["colour"], COLOURS),
            "width": _one_of(data["width"], WIDTHS),
            "points": pack(points),
        }
        if tool == "text":
            result["text"] = _text(data["text"], TEXT_LENGTH, lines=TEXT_LINES)
            if not result["text"].strip():
                raise BoardFault("bad", "empty text")
        if result["id"] in self.strokes:
            raise BoardFault("bad", "begun already")
        self._need(strokes=1, points=len(points) // 2)
        return result

    def _check_points(self, data: dict[str, Any]) -> dict[str, Any]:
        stroke = self._growing(data["id"])
        if stroke.tool not in FREEHAND:
            return {"id": stroke.id, "at": 1, "points": _points(data["points"], 1)}
        known = len(stroke.points) // 2
        at = _whole(data["at"], STROKE_POINTS)
        if at > known:
            raise BoardFault("gap", f"{at} after {known}")
        more = _points(data["points"], BATCH_POINTS)[2 * (known - at) :]
        if known + len(more) // 2 > STROKE_POINTS:
            raise BoardFault("full", "stroke")
        self._need(points=len(more) // 2)
        return {"id": stroke.id, "at": known, "points": pack(more)}

    def _check_end(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"id": self._growing(data["id"]).id}

    def _check_ids(self, data: dict[str, Any]) -> dict[str, Any]:
        ids = data["ids"]
        if not isinstance(ids, list) or not 0 < len(ids) <= IDS_AT_ONCE:
            raise BoardFault("bad", "ids")
        return {"ids": [one for one in dict.fromkeys(map(_id, ids)) if one in self.strokes]}

    def _check_clear(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"sheet": _sheet(data["sheet"])}

    def _growing(self, mark: Any) -> Stroke:
        stroke = self.strokes.get(_id(mark))
        if stroke is None or stroke.done or stroke.hidden:
            raise BoardFault("unknown", "no such stroke under way")
        return stroke

    def _need(self, *, strokes: int = 0, points: int = 0) -> None:
        if not self._crowded(strokes, points):
            return
        hidden = [stroke for stroke in self.strokes.values() if stroke.hidden]
        spare = sum(len(stroke.points) // 2 for stroke in hidden)
        if self._crowded(strokes - len(hidden), points - spare):
            raise BoardFault("full", "lesson")

    def _crowded(self, strokes: int, points: int) -> bool:
        return len(self.strokes) + strokes > LESSON_STROKES or self.points + points > LESSON_POINTS

    # -- folding ------------------------------------------------------------------------------------------------------------

    def apply(self, kind: str, data: dict[str, Any]) -> Patch:
        """Fold one checked step in; gives what it changes in the map that everybody sees."""
        return _FOLDS[kind](self, data)

    def _turn(self, data: dict[str, Any]) -> Patch:
        self.turn = data if data["sheet"] is not None else None
        return {"page:now": self.turn}

    def _begin(self, data: dict[str, Any]) -> Patch:
        points = unpack(data["points"])
        self._make_room(1, len(points) // 2)
        self.begun += 1
        stroke = Stroke(
            id=data["id"],
            sheet=data["sheet"],
            tool=data["tool"],
            colour=data["colour"],
            width=data["width"],
            points=points,
            order=self.begun,
            text=data.get("text", ""),
            done=data["tool"] == "text",
        )
        self.strokes[stroke.id] = stroke
        self.points += len(points) // 2
        return {stroke.key: stroke.facts()}

    def _grow(self, data: dict[str, Any]) -> Patch:
        stroke = self.strokes.get(data["id"])
        if stroke is None:
            return {}
        more = unpack(data["points"])
        if stroke.tool in FREEHAND:
            self._make_room(0, len(more) // 2)
            stroke.points += more
            stroke.pieces += 1
            self.points += len(more) // 2
            return {f"{stroke.key}:{stroke.pieces}": {"points": data["points"]}} if more else {}
        self.points += 2 - len(stroke.points) // 2
        stroke.points[2:] = more
        return {stroke.key: stroke.facts()}

    def _finish(self, data: dict[str, Any]) -> Patch:
        stroke = self.strokes.get(data["id"])
        if stroke is None:
            return {}
        stroke.done = True
        if stroke.tool in FREEHAND:
            before = len(stroke.points) // 2
            stroke.points = simplify(stroke.points)
            self.points -= before - len(stroke.points) // 2
        return {f"{stroke.key}:*": None, stroke.key: stroke.facts()}

    def _hide(self, data: dict[str, Any]) -> Patch:
        patch: Patch = {}
        for stroke in self._named(data["ids"]):
            stroke.hidden = True
            if not stroke.done:
                patch[f"{stroke.key}:*"] = None
            patch[stroke.key] = None
        return patch

    def _show(self, data: dict[str, Any]) -> Patch:
        patch: Patch = {}
        for stroke in self._named(data["ids"]):
            stroke.hidden, stroke.done = False, True
            patch[stroke.key] = stroke.facts()
        return patch

    def _clear(self, data: dict[str, Any]) -> Patch:
        for stroke in self.visible(data["sheet"]):
            stroke.hidden = True
        return {f"ink:{data['sheet']}:*": None}

    def _named(self, ids: list[str]) -> list[Stroke]:
        return [self.strokes[mark] for mark in ids if mark in self.strokes]

    def _make_room(self, strokes: int, points: int) -> None:
        """Let go of hidden strokes, oldest first, as many as stand in the way."""
        if not self._crowded(strokes, points):
            return
        for stroke in list(self.strokes.values()):
            if stroke.hidden:
                self.points -= len(stroke.points) // 2
                del self.strokes[stroke.id]
            if not self._crowded(strokes, points):
                return


_CHECKS = {
    "page.turn": Board._check_turn,
    "ink.begin": Board._check_begin,
    "ink.points": Board._check_points,
    "ink.end": Board._check_end,
    "ink.hide": Board._check_ids,
    "ink.show": Board._check_ids,
    "ink.clear": Board._check_clear,
}
_FOLDS = {
    "page.turn": Board._turn,
    "ink.begin": Board._begin,
    "ink.points": Board._grow,
    "ink.end": Board._finish,
    "ink.hide": Board._hide,
    "ink.show": Board._show,
    "ink.clear": Board._clear,
}


def _sheet(value: Any) -> str:
    try:
        if isinstance(value, str) and len(value) == 36:
            return str(UUID(value))
    except ValueError:
        pass
    raise BoardFault("bad", "sheet")


def _id(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= ID_LENGTH or not _ID_LETTERS.issuperset(value):
        raise BoardFault("bad", "id")
    return value


def _one_of(value: Any, choices: tuple[T, ...]) -> T:
    # True is 1 and 2.0 is 2 in Python, but not in a browser's fold
    for choice in choices:
        if type(value) is type(choice) and value == choice:
            return choice
    raise BoardFault("bad", "choice")


def _whole(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise BoardFault("bad", "number")
    return value


def _points(value: Any, most: int) -> list[int]:
    """Absolute points from packed ones: whole numbers, inside the frame, one to `most` of them."""
    if not isinstance(value, list) or not 2 <= len(value) <= 2 * most or len(value) % 2:
        raise BoardFault("bad", "points")
    if any(type(step) is not int or abs(step) > 16_000 for step in value):
        raise BoardFault("bad", "points")
    points = unpack(value)
    if not inside(points):
        raise BoardFault("bad", "outside the frame")
    return points


def _text(value: Any, most: int, *, lines: int) -> str:
    """Letters to be read, in lines: no control characters, nothing that turns the direction of what stands around it."""
    if not isinstance(value, str) or len(value) > most or value.count("\n") >= lines:
        raise BoardFault("bad", "text")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co") for letter in value.replace("\n", "")):
        raise BoardFault("bad", "text")
    return value
