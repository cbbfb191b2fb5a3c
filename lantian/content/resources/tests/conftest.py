import pytest

from lantian.content.resources.queries import CONVERTERS
from lantian.content.resources.tests.shelf import Shelf, make_shelf
from lantian.people.roster.tests.browsers import browsers
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_shelf(keep: Keep) -> Kept[Shelf]:
    return keep(make_shelf)


@pytest.fixture
def media(settings, tmp_path, monkeypatch):
    """A folder of its own for the files of one test; no converter, whatever the machine has."""
    monkeypatch.setattr(CONVERTERS, "_entries", {})
    settings.LANTIAN_MEDIA_ROOT = tmp_path
    settings.LANTIAN_DISK_RESERVE_BYTES = 0
    settings.LANTIAN_CLAMD = ""
    return tmp_path


@pytest.fixture
def shelf(db: None, kept_shelf: Kept[Shelf], media) -> Shelf:
    return kept_shelf.back()


@pytest.fixture
def as_(shelf: Shelf, settings):
    """A browser in which somebody of the shelf is signed in."""
    return browsers(lambda who: getattr(shelf, who), settings)
