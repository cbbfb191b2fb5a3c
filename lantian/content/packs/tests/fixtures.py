"""Fixtures of the desk, for the conftests of all apps whose tests begin there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lantian.content.packs.tests.desk import make_desk
from lantian.people.roster.tests.browsers import browsers
from tests.kept import fixtures

kept, desk = fixtures(make_desk)


@pytest.fixture
def as_(desk: Any, settings: Any) -> Callable[[str], Client]:
    """A browser in which somebody of the desk, whichever that is, is signed in."""
    return browsers(desk.person, settings)
