import pytest

from lantian.teach.live.tests.stage import LiveProcess
from lantian.teach.live.tests.world import make_world


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def live(transactional_db, settings):
    """A running live process over this test's database and state folder."""
    process = LiveProcess(LANTIAN_LIVE_AAC="")
    process.start()
    yield process
    process.stop()
