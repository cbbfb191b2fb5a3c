"""The table of divisions: what was in force when, and what became of it."""

from datetime import date

import pytest

from lantian.people.roster.engine.codes import divisions
from lantian.people.roster.engine.codes.divisions import Level
from lantian.people.roster.engine.region import CITY, COUNTIES, PROVINCE


def codes(found):
    return [division.code for division in found]


def test_the_whole_country_is_there():
    assert len(divisions.children_of()) == 34
    counties = divisions.counties_of("440000")
    assert len(counties) == 122
    assert all(divisions.full_name(d.code).startswith("广东省") for d in counties)


def test_the_counties_of_the_demonstration_are_the_real_ones():
    assert [(d.code, d.name) for d in divisions.counties_of(CITY[0])] == [(c.code, c.name) for c in COUNTIES]
    assert divisions.lookup(PROVINCE[0]).name == PROVINCE[1]


def test_a_county_that_was_abolished_is_known_when_it_was_and_what_it_became():
    gone = divisions.lookup("510724")
    assert (gone.name, gone.valid_to, gone.level, gone.parent) == ("安县", 2016, Level.COUNTY, "510700")
    assert divisions.full_name("510724") == "四川省绵阳市安县"
    assert divisions.lookup("510724", date(2020, 1, 1)) is None
    assert divisions.lookup("510705", date(2010, 1, 1)) is None
    assert codes(divisions.resolve_current("510724")) == ["510705"]
    assert "510724" in codes(divisions.counties_of("510700", date(2010, 9, 1)))
    assert "510705" not in codes(divisions.counties_of("510700", date(2010, 9, 1)))


@pytest.mark.parametrize(
    ("code", "today"),
    [
        ("110103", ["110101"]),  # 崇文区
        ("330103", ["330105"]),  # 下城区, 2021
        ("330104", ["330102", "330114"]),  # 江干区 was divided
        ("512201", ["500101"]),  # 万县市, when Chongqing was in Sichuan
        ("371202", ["370116"]),  # 莱城区
        ("500112", ["500109", "500157"]),  # 渝北区, 2025
        ("510703", ["510703"]),
        ("999999", []),
        ("140106", ["140106"]),
    ],
)
def test_areas_are_followed_to_today(code, today):
    assert codes(divisions.resolve_current(code)) == today


def test_successors_are_codes_of_the_table_and_lead_to_no_circle():
    for code in divisions.known_codes():
        for row in divisions._table()[code]:
            assert set(row.successors) <= divisions.known_codes()
            assert row.valid_to is None or row.valid_from < row.valid_to
        assert all(found.is_current for found in divisions.resolve_current(code))


def test_most_areas_abolished_since_1990_are_followed():
    gone = [
        rows[-1]
        for rows in divisions._table().values()
        if not rows[-1].is_current and rows[-1].valid_to > 1990 and not rows[-1].is_grouping
    ]
    lost = [row for row in gone if not divisions.resolve_current(row.code)]
    assert len(gone) > 1500
    assert len(lost) / len(gone) < 0.04


def test_a_renamed_division_has_each_name_in_its_time():
    assert divisions.lookup("130502", date(2015, 1, 1)).name == "桥东区"
    assert divisions.lookup("130502").name == "襄都区"


def test_names_are_found_within_a_region_and_on_a_day():
    assert codes(divisions.search("安州"))[:1] == ["510705"]
    assert codes(divisions.search("朝阳区", within="110000")) == ["110105"]
    assert codes(divisions.search("安县", within="510700", on=date(2010, 1, 1))) == ["510724"]
    assert divisions.search(" ") == ()


def test_counties_below_a_province_have_the_province_above_them():
    assert divisions.lookup("429004").parent == "420000"
    assert divisions.lookup("110105").parent == "110000"
    assert divisions.full_name("429004") == "湖北省仙桃市"
    assert "429004" in codes(divisions.children_of("420000"))
    assert codes(divisions.counties_of("510703")) == ["510703"]
