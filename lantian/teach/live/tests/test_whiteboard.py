"""The whiteboard's engine: the cases of its twin in the browser (`frontend/src/live/board/board.test.ts`), and its bounds."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.teach.live.engine import board as engine
from lantian.teach.live.engine.board import Board, BoardFault
from lantian.teach.live.engine.strokes import HEIGHT, TOLERANCE, WIDTH, pack, simplify, unpack

CASES = json.loads((Path(__file__).parent / "data" / "board.json").read_text())["cases"]
SHEET = "6a8f0c1e-3f57-4a6c-9d1e-0c1a2b3c4d5e"
lines = st.lists(st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT)), min_size=1, max_size=60).map(
    lambda pairs: [value for pair in pairs for value in pair]
)


def begin(mark: str, **more: Any) -> dict[str, Any]:
    return {
        "sheet": SHEET,
        "id": mark,
        "tool": "pen",
        "colour": "black",
        "width": 1,
        "points": [10, 10],
    } | more


def do(board: Board, kind: str, data: Any) -> dict[str, Any]:
    return board.apply(kind, board.check(kind, data))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_shared_cases(case: dict[str, Any]) -> None:
    board = Board()
    for step in case["steps"]:
        if "fault" in step:
            with pytest.raises(BoardFault) as fault:
                board.check(step["kind"], step["data"])
            assert fault.value.code == step["fault"], step
            continue
        clean = board.check(step["kind"], step["data"])
        assert clean == step["clean"]
        patch = board.apply(step["kind"], clean)
        assert list(patch.items()) == list(step["patch"].items())
    assert board.turn == case["turn"]
    for sheet, strokes in case["sheets"].items():
        seen = [{name: getattr(stroke, name) for name in strokes[0]} for stroke in board.visible(sheet)]
        assert seen == strokes


@given(lines)
def test_packing_loses_nothing(points: list[int]) -> None:
    assert unpack(pack(points)) == points


@given(lines)
def test_a_simplified_line_keeps_its_ends_and_no_point_left_out_lies_farther_than_allowed(points: list[int]) -> None:
    kept = simplify(points)
    assert kept[:2] == points[:2]
    assert kept[-2:] == points[-2:]
    pairs = list(zip(kept[::2], kept[1::2], strict=True))
    for x, y in zip(points[::2], points[1::2], strict=True):
        assert min((_distance(*way, (x, y)) for way in pairwise(pairs)), default=0.0) <= TOLERANCE + 1e-6


def _distance(one: tuple[int, int], two: tuple[int, int], point: tuple[int, int]) -> float:
    """From a point to the straight line (not only the way) between two others; to the one, when they are the same."""
    way = (two[0] - one[0], two[1] - one[1])
    off = (point[0] - one[0], point[1] - one[1])
    length = (way[0] ** 2 + way[1] ** 2) ** 0.5
    return abs(way[0] * off[1] - way[1] * off[0]) / length if length else (off[0] ** 2 + off[1] ** 2) ** 0.5


def test_a_stroke_and_a_lesson_are_bounded_and_hidden_strokes_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LESSON_STROKES", 3)
    monkeypatch.setattr(engine, "LESSON_POINTS", 12)
    monkeypatch.setattr(engine, "STROKE_POINTS", 6)
    board = Board()
    do(board, "ink.begin", begin("a"))
    do(board, "ink.points", {"id": "a", "at": 1, "points": [0, 0, 9, 9, 9, -9, 9, 9]})
    with pytest.raises(BoardFault, match="full: stroke"):
        board.check("ink.points", {"id": "a", "at": 5, "points": [0, 0, 1, 1]})
    do(board, "ink.begin", begin("b"))
    do(board, "ink.begin", begin("c"))
    with pytest.raises(BoardFault, match="full: lesson"):
        board.check("ink.begin", begin("d"))
    do(board, "ink.hide", {"ids": ["a"]})
    do(board, "ink.begin", begin("d"))
    assert list(board.strokes) == ["b", "c", "d"]
    assert board.points == 3
    assert do(board, "ink.show", {"ids": ["a"]}) == {}


def test_what_counts_as_points_is_what_is_kept() -> None:
    board = Board()
    for case in CASES:
        for step in case["steps"]:
            if "fault" not in step:
                board.apply(step["kind"], step["clean"])
        assert board.points == sum(len(stroke.points) // 2 for stroke in board.strokes.values())
        board = Board()


def test_a_lesson_full_of_writing_is_small_enough_for_everybody_who_comes_late() -> None:
    """Ten minutes of a hand that never rests: what the map of it weighs as JSON."""
    board, seen = Board(), {}
    for stroke in range(400):
        x, y = 200 + (stroke % 40) * 380, 300 + (stroke // 40) * 800
        points = [value for step in range(60) for value in (x + step * 6, y + (step * step * 7) % 500)]
        do(board, "ink.begin", begin(f"s{stroke}", points=points[:2]))
        do(board, "ink.points", {"id": f"s{stroke}", "at": 1, "points": pack(points[2:])})
        seen |= {key: value for key, value in do(board, "ink.end", {"id": f"s{stroke}"}).items() if value}
    assert len(seen) == 400
    assert len(json.dumps(seen)) < 250_000
