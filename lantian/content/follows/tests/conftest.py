from collections.abc import Callable

import pytest
from django.test import Client

from lantian.content.packs.tests.desk import Desk, make_desk
from lantian.people.roster.tests.factories import with_account
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_desk(keep: Keep) -> Kept[Desk]:
    return keep(make_desk)


@pytest.fixture
def desk(db: None, kept_desk: Kept[Desk]) -> Desk:
    return kept_desk.back()


@pytest.fixture
def as_(desk: Desk, settings) -> Callable[[str], Client]:
    """A browser in which somebody of the desk is signed in."""
    settings.LANTIAN_DEMO = True  # the second factor has tests of its own
    known: dict[str, Client] = {}

    def signed_in(who: str) -> Client:
        if who not in known:
            known[who] = Client()
            known[who].force_login(with_account(desk.person(who)))
        return known[who]

    return signed_in
