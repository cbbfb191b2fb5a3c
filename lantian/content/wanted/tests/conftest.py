import pytest

from lantian.content.packs.tests.fixtures import as_
from lantian.content.wanted.tests.desk import Desk, make_desk
from tests.kept import Keep, Kept

__all__ = ["as_", "desk", "kept_desk"]


@pytest.fixture(scope="session")
def kept_desk(keep: Keep) -> Kept[Desk]:
    return keep(make_desk)


@pytest.fixture
def desk(db: None, kept_desk: Kept[Desk]) -> Desk:
    return kept_desk.back()
