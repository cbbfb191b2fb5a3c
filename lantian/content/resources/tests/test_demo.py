"""The demonstration's shelf: its files are what they are said to be, and the same seed makes the same."""

import random
import re
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from lantian.content.resources.demo import catalogue
from lantian.content.resources.demo.composing import Composer, phrases
from lantian.content.resources.demo.files import MAKERS, Written
from lantian.content.resources.engine import kinds, likeness
from lantian.content.resources.enums import Purpose
from lantian.content.resources.services import looking
from lantian.kernel.demo import DemoContext

NOW = datetime(2026, 11, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TEXT = Written(
    "一次函数的图象：随堂练习",
    [
        ("一、斜率", ["1. y = 2x + 3 <和> y = 2x − 1 平行吗？为什么？", "2. Draw & say."]),
        ("二、截距", ["画在方格纸上。" * 12]),
    ],
    7,
)


def school(number: int, stages: tuple[str, ...]) -> Any:
    teachers = [SimpleNamespace(pk=UUID(int=number * 100 + n), name=f"教师{number}-{n}") for n in range(12)]
    unit = SimpleNamespace(pk=UUID(int=number), name=f"学校{number}", path=f"a.{number}")
    plan = SimpleNamespace(stages=stages, strong=number == 1, county=SimpleNamespace(code="510725"))
    return SimpleNamespace(plan=plan, organization=unit, classes=[None] * 6, teachers=teachers)


def planned(seed: int) -> list[catalogue.Planned]:
    county = SimpleNamespace(pk=UUID(int=9001), name="梓潼县")
    region: Any = SimpleNamespace(
        city=SimpleNamespace(pk=UUID(int=9000), name="绵阳市"),
        counties={"510725": county},
        schools=[school(1, ("junior", "senior")), school(2, ("primary",)), school(3, ("primary", "junior"))],
    )
    chance = random.Random(seed)
    shelf = catalogue._Shelf(DemoContext(now=NOW), region, chance)
    return [shelf.plan(*one) for one in catalogue._spread(catalogue._others(), 600, chance)]


@pytest.mark.parametrize("form", MAKERS)
def test_a_file_is_what_the_look_at_it_would_have_found(form, tmp_path):
    made = MAKERS[form](TEXT)
    assert MAKERS[form](TEXT) == made, "the same text gives the same file"
    path = tmp_path / "file"
    path.write_bytes(made.data)
    seen = looking.look(path, f"a.{kinds.FORMATS[made.kind].ending}")
    plain = [re.sub(r"\s+", "", text) for text in (seen.text, made.text)]
    assert (seen.kind, plain[0]) == (made.kind, plain[1])
    assert seen.facts == made.facts
    alike = made.likeness if made.likeness is not None else likeness.of_text(made.text)
    assert (alike is None) == (seen.likeness is None)
    if alike is not None and seen.likeness is not None:
        assert likeness.apart(alike, seen.likeness) <= likeness.NEAR


def test_a_seed_gives_the_same_shelf_and_another_one_another():
    first, again, other = planned(5), planned(5), planned(6)
    assert first == again
    assert {one.id for one in first}.isdisjoint(one.id for one in other)


def test_the_shelf_is_as_various_as_life():
    found = planned(5)
    facts = [one.item["facts"] for one in found]
    assert {one["purpose"] for one in facts} == set(Purpose.values)
    assert len({one["title"] for one in facts}) > 0.75 * len(facts)
    own = [one.file.data for one in found if one.file is not None]
    assert len(set(own)) > 0.8 * len(own)
    assert all(one.item["published_at"] < NOW for one in found)
    assert {one.item["published_at"].year for one in found} == {2024, 2025, 2026}
    downloads = sorted(one.item["downloads"] for one in found)
    assert downloads[len(downloads) // 2] * 5 < downloads[-3], "few are taken often, most seldom"
    authors = [one.by.pk for one in found if one.by is not None]
    assert 0 < len(found) - len(authors) < 0.15 * len(found), "some are by offices"
    assert len(set(authors)) > 15


def test_every_phrase_finds_its_places():
    chance = random.Random(1)
    for topic in catalogue._others():
        for purpose in Purpose.values:
            writer = Composer(topic, purpose, chance)
            text = writer.written(writer.title())
            assert not re.search(r"[{}]", "".join([writer.words(), *text.lines]))
    assert all(isinstance(one, str) for one in phrases()["places"])
