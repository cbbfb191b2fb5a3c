from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.cache import caches

from lantian.commons.search.queries import reading
from lantian.commons.search.services import Keeper, build
from lantian.portal.home.tests.support import Region, make_region
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_region(keep: Keep) -> Kept[Region]:
    return keep(make_region)


@pytest.fixture
def region(db: None, kept_region: Kept[Region]) -> Region:
    caches["local"].clear()
    return kept_region.back()


@pytest.fixture
def home(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """A home of its own, without an index."""
    settings.LANTIAN_HOME = tmp_path  # type: ignore[attr-defined]  # pytest-django's
    return tmp_path


Index = Callable[[], int]


@pytest.fixture
def index(home: Path, db: None) -> Iterator[Index]:
    """Builds the index the first time, and keeps it up to date when called again."""
    keepers: list[Keeper] = []

    def turn() -> int:
        if not keepers:
            keepers.append(Keeper())
            build()
        return keepers[0].turn()

    yield turn
    for keeper in keepers:
        keeper.close()
    reading.forget_open()
