"""Maps: drawn from their file, named parts, shades by share."""

import json

import pytest
from django.utils import translation

from lantian.kernel.web import maps
from lantian.kernel.web.maps import AreaFacts, areas, map_of


@pytest.mark.parametrize("path", sorted(maps.FOLDER.glob("*.geojson")), ids=lambda path: path.stem)
def test_every_map_is_whole_and_says_where_it_comes_from(path):
    region = map_of(path.stem)
    assert region is not None
    for language, chinese in (("zh-hans", True), ("en", False)):
        with translation.override(language):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in region.source) is chinese
    codes = [shape.code for shape in region.shapes]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith(path.stem[:4]) for code in codes)
    for shape in region.shapes:
        assert shape.path.startswith("M")
        assert shape.path.endswith("Z")
        assert 0 < shape.x < region.width
        assert 0 < shape.y < region.height
    for feature in json.loads(path.read_text())["features"]:
        for ring in maps._rings(feature["geometry"]):
            assert ring[0] == ring[-1], "a ring is closed (RFC 7946, 3.1.6)"


def test_north_is_up_and_east_is_right():
    region = map_of("510700")
    assert region is not None
    place = {shape.name: (shape.x, shape.y) for shape in region.shapes}
    assert place["平武"][1] < place["江油"][1] < place["涪城"][1] < place["三台"][1]
    assert place["安州"][0] < place["涪城"][0] < place["游仙"][0] < place["盐亭"][0]


def test_a_region_without_a_file_has_no_map():
    assert map_of("110100") is None
    assert map_of("../510700") is None


def test_shades_go_by_share_of_the_greatest_or_of_a_whole():
    region = map_of("510700")
    assert region is not None
    compared = {
        area.shape.name: area.level
        for area in areas(region, {"510727": AreaFacts(8, "八"), "510726": AreaFacts(1, "一")})
    }
    assert (compared["平武"], compared["北川"], compared["江油"]) == (4, 1, 0)
    shares = areas(region, {"510727": AreaFacts(2, "二", whole=4), "510726": AreaFacts(0, "无", whole=4)})
    found = {area.shape.name: area.level for area in shares}
    assert (found["平武"], found["北川"]) == (2, 0)
    assert {area.level for area in areas(region, {})} == {0}
