import pytest
from django.core.cache import caches
from django.test import Client

from lantian.content.resources.tests.conftest import kept_shelf, media, shelf  # noqa: F401 - fixtures
from lantian.people.roster.tests.factories import with_account


@pytest.fixture
def as_(shelf, settings):  # noqa: F811 - the fixture
    """A browser in which somebody of the shelf is signed in."""
    settings.LANTIAN_DEMO = True  # the second factor has tests of its own
    caches["local"].clear()

    clients: dict[str, Client] = {}

    def signed_in(who: str) -> Client:
        if who not in clients:
            clients[who] = Client()
            clients[who].force_login(with_account(getattr(shelf, who)))
        return clients[who]

    yield signed_in
    caches["local"].clear()
