import pytest

from lantian.teach.live.tests.stage import LiveProcess
from lantian.teach.live.tests.world import World, make_world
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_world(keep: Keep) -> Kept[World]:
    return keep(make_world)


@pytest.fixture
def world(db: None, kept_world: Kept[World]) -> World:
    return kept_world.back()


@pytest.fixture(scope="module")
def shared_live(django_db_setup):
    process = LiveProcess(LANTIAN_LIVE_AAC="")
    try:
        process.start()
        yield process
    finally:
        process.stop()


@pytest.fixture
def live(shared_live, transactional_db):
    return shared_live
