import pytest

from lantian.content.taxonomy.tests.shelf import Shelf, make_shelf
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_shelf(keep: Keep) -> Kept[Shelf]:
    return keep(make_shelf)


@pytest.fixture
def shelf(db: None, kept_shelf: Kept[Shelf]) -> Shelf:
    return kept_shelf.back()
