"""Browsers in which people are signed in, for tests of pages."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import with_account


def browsers(person_of: Callable[[str], Person], settings: Any) -> Callable[[str], Client]:
    """Whoever is asked for by name, signed in; one browser for each."""
    settings.LANTIAN_DEMO = True  # the second factor has tests of its own
    known: dict[str, Client] = {}

    def signed_in(who: str) -> Client:
        if who not in known:
            known[who] = Client()
            known[who].force_login(with_account(person_of(who)))
        return known[who]

    return signed_in
