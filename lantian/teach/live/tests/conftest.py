import pytest

from lantian.teach.live.tests.stage import LiveProcess
from lantian.teach.live.tests.world import make_world
from tests.kept import fixtures

kept, world = fixtures(make_world)


@pytest.fixture(scope="module")
def shared_live(django_db_setup):
    """A running live process over this run's database and state folder; tests bring sessions of their own."""
    process = LiveProcess(LANTIAN_LIVE_AAC="")
    try:
        process.start()
        yield process
    finally:  # one that never became ready holds the lock against all that follow
        process.stop()


@pytest.fixture
def live(shared_live, transactional_db):
    return shared_live


@pytest.fixture
def own_live(transactional_db):
    """A live process that the test may kill. It takes over when the module's one has let go of the lock, so not beside it."""
    process = LiveProcess(LANTIAN_LIVE_AAC="")
    try:
        process.start()
        yield process
    finally:  # one that never became ready holds the lock against all that follow
        process.stop()
