import pytest
from django.core.cache import caches

from lantian.content.resources.tests.conftest import kept_shelf, media, shelf  # noqa: F401 - fixtures
from lantian.people.roster.tests.browsers import browsers


@pytest.fixture
def as_(shelf, settings):  # noqa: F811 - the fixture
    """A browser in which somebody of the shelf is signed in."""
    caches["local"].clear()
    yield browsers(lambda who: getattr(shelf, who), settings)
    caches["local"].clear()
