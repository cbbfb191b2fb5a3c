from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.roster.services import update_person
from lantian.people.roster.tests.factories import with_account
from lantian.people.roster.tests.world import World, make_world
from tests.kept import fixtures


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


def make_families() -> World:
    """The roster's small region; 甲 is nine years old, 乙 fourteen today, 丙 and 丁 of unknown age in a primary school."""
    made = make_world()
    today = timezone.localdate()
    made.people["jia"] = update_person(made.jia, by=SYSTEM, birth_date=today - timedelta(days=9 * 365))
    made.people["yi"] = update_person(made.yi, by=SYSTEM, birth_date=birthday(14))
    return made


kept, world = fixtures(make_families)


def birthday(years: int):
    """The birth date of somebody who completes `years` today."""
    today = timezone.localdate()
    return today.replace(year=today.year - years, day=min(today.day, 28) if today.month == 2 else today.day)


@pytest.fixture
def as_(world):
    def sign_in(name: str) -> Client:
        client = Client(headers={"X-Forwarded-For": "10.0.0.1"})
        person = world.people[name]
        person.refresh_from_db()
        client.force_login(person.account or with_account(person))
        return client

    return sign_in


def text(response) -> str:
    assert response.status_code == 200, response
    return response.content.decode()
