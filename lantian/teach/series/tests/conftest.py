import pytest

from lantian.teach.live.tests.world import World, make_world
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_world(keep: Keep) -> Kept[World]:
    return keep(make_world)


@pytest.fixture
def world(db: None, kept_world: Kept[World]) -> World:
    return kept_world.back()
