"""Fixtures of the desk, for the conftests of all apps whose tests begin there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lantian.content.packs.tests.desk import Desk, make_desk
from lantian.people.roster.tests.browsers import browsers
from tests.kept import Keep, Kept


@pytest.fixture(scope="session")
def kept_desk(keep: Keep) -> Kept[Desk]:
    return keep(make_desk)


@pytest.fixture
def desk(db: None, kept_desk: Kept[Desk]) -> Desk:
    return kept_desk.back()


@pytest.fixture
def as_(desk: Any, settings: Any) -> Callable[[str], Client]:
    """A browser in which somebody of the desk, whichever that is, is signed in."""
    return browsers(desk.person, settings)
