import pytest

from lantian.people.roster.tests.world import World, make_world


@pytest.fixture
def world(db) -> World:
    return make_world()
