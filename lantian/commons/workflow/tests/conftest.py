import pytest

from lantian.commons.workflow.tests.desk import Desk, make_desk
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_desk(keep: Keep) -> Kept[Desk]:
    return keep(make_desk)


@pytest.fixture
def desk(db: None, kept_desk: Kept[Desk]) -> Desk:
    return kept_desk.back()
