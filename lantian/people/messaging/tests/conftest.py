import pytest
from django.test import Client

from lantian.people.messaging.models import Receipt
from lantian.people.roster.tests.factories import with_account
from lantian.people.roster.tests.world import World, make_world
from tests.kept import fixtures


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


kept, world = fixtures(make_world)


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


def names(world: World, notice) -> list[str]:
    """Who has the notice, by their names in the world."""
    by_id = {person.pk: name for name, person in world.people.items()}
    return sorted(by_id[pk] for pk in Receipt.objects.filter(notice=notice).values_list("person", flat=True))
