"""The picture of what comes before what: readable, without holes, and no wider than it has to be."""

from itertools import combinations

from lantian.content.taxonomy.engine.drawing import ABREAST, BOX, HEIGHT, Box, Picture, draw


def overlapping(picture: Picture[str]) -> list[tuple[str, str]]:
    def meet(one: Box[str], other: Box[str]) -> bool:
        return abs(one.x - other.x) < BOX and abs(one.y - other.y) < HEIGHT

    return [(one.title, other.title) for one, other in combinations(picture.boxes, 2) if meet(one, other)]


def places(picture: Picture[str]) -> dict[str, tuple[int, int]]:
    return {box.title: (box.x, box.y) for box in picture.boxes}


def drawn(names: str, *edges: str) -> Picture[str]:
    return draw({name: name for name in names}, [(edge[0], edge[1]) for edge in edges])


def test_what_comes_later_stands_to_the_right() -> None:
    found = places(drawn("ABC", "AB", "BC"))
    assert found["A"][0] < found["B"][0] < found["C"][0]
    assert len({y for _x, y in found.values()}) == 1


def test_what_is_tied_to_nothing_stands_in_rows_below_and_makes_nothing_tall() -> None:
    lone = "abcdefghijklmno"
    picture = drawn("ABCDEF" + lone, "AB", "BC", "CD", "DE", "EF")
    found = places(picture)
    assert min(found[name][1] for name in lone) > max(found[name][1] for name in "ABCDEF")
    assert len({found[name][0] for name in lone}) == 6, "as many beside each other as there are columns"
    assert picture.width == drawn("ABCDEF", "AB", "BC", "CD", "DE", "EF").width
    assert picture.height < 5 * 60
    assert overlapping(picture) == []


def test_points_without_any_order_are_rows_of_a_few() -> None:
    picture = drawn("abcdefg")
    assert len({x for x, _y in places(picture).values()}) == ABREAST
    assert overlapping(picture) == []
    assert drawn("a").width == BOX + 16


def test_a_short_column_is_spread_over_the_height_of_a_tall_one() -> None:
    picture = drawn("ABcdefgh", "Ac", "Ad", "Ae", "Bf", "Bg", "Bh")
    found = places(picture)
    assert found["A"][1] == found["d"][1], "each in the middle of what it leads to"
    assert found["B"][1] == found["g"][1]
    assert overlapping(picture) == []


def test_words_of_two_lines_are_about_as_long_as_one_another() -> None:
    (box,) = draw({"A": "10以内数的大小比较"}, []).boxes
    assert [words for words, _x, _y in box.lines] == ["10以内", "数的大小比较"] or len(box.lines[1][0]) >= 4


def test_nothing_is_drawn_of_nothing() -> None:
    assert (drawn("").width, drawn("").height, drawn("").boxes) == (0, 0, ())


def test_a_picture_has_a_width_below_which_it_is_scrolled() -> None:
    picture = drawn("ABC", "AB", "BC")
    assert picture.width * 0.75 < picture.least < picture.width
