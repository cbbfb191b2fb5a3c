"""Resources in the search: by their words and those in the file, and nobody finds what they may not see."""

import pytest

from lantian.commons.search import queries as search
from lantian.commons.search.queries import Asked, reading
from lantian.commons.search.services import Keeper, build
from lantian.content.resources import queries, services
from lantian.content.resources.models import Resource
from lantian.content.resources.tests.shelf import ROLES
from lantian.kernel.rules import ANONYMOUS

pytestmark = pytest.mark.django_db


@pytest.fixture
def index(shelf, tmp_path, settings):
    """Builds the index the first time, and keeps it up to date when called again."""
    settings.LANTIAN_HOME = tmp_path
    keepers = []

    def turn():
        if not keepers:
            keepers.append(Keeper())
            build()
        return keepers[0].turn()

    yield turn
    for keeper in keepers:
        keeper.close()
    reading.forget_open()


def test_everybody_finds_exactly_what_the_rules_let_them_see(shelf, index):
    for number, (reach, audience) in enumerate(
        [(reach, audience) for reach in ("public", "region", "school", "private") for audience in ("all", "staff")]
    ):
        made = shelf.make(
            data=f"第{number}份材料，讲的是平行四边形".encode(),
            name="a.txt",
            title=f"第{number}份",
            reach=reach,
            audience=audience,
            region=shelf.county if reach == "region" else None,
        )
        services.publish_version(made.versions.get(), by=shelf.acting("head"))
    shelf.make(data=b"a draft that nobody has seen", name="b.txt")
    index()
    compared = 0
    for actor in (ANONYMOUS, *(shelf.acting(who) for who in ROLES)):
        found = search.find(actor, Asked("", "resource", most=100))
        seen = queries.resources_visible_to(actor).filter(state="published")
        assert {pk for _kind, pk in found.ids} == set(seen.values_list("pk", flat=True)), (actor.name, actor.role)
        assert found.total == len(found.ids)
        compared += found.total
    assert compared > 25


def test_it_is_found_by_what_is_written_in_it_and_gone_when_it_is_withdrawn(shelf, index):
    made = shelf.publish(data="这里讲的是菱形的对角线互相垂直".encode(), name="a.txt")
    index()

    def titles(typed):
        found = search.find(ANONYMOUS, Asked(typed, "resource"))
        return [hit.title for _kind, _id, hit in search.draw(ANONYMOUS, found.ids)]

    for typed in ("一次函数", "菱形", "双板小学", "李敏", "ychs"):
        assert titles(typed) == ["一次函数"], typed
    services.withdraw_resource(made, words="错了", by=shelf.acting("officer"))
    assert titles("菱形") == [], "the database has the last word"
    index()
    assert search.find(ANONYMOUS, Asked("菱形", "resource")).total == 0
    assert Resource.objects.count() == 1
