"""Screen accounts: one a room, opened and reset by whoever manages the room."""

import pytest
from django.test import Client

from lantian.kernel.rules import Denied, check
from lantian.people.identity.rules import may_keep_account
from lantian.people.roster.tests.factories import acting_as, with_account
from lantian.people.roster.tests.world import make_world
from lantian.people.schedule import services
from lantian.people.schedule.models import Room

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def kept_world(keep):
    return keep(make_world)


@pytest.fixture
def room(world):
    return services.create_room(
        organization=world.east, name="301", class_group=world.east1, by=acting_as(world.school_it)
    )


def sign_in(username: str, password: str):
    client = Client(headers={"X-Forwarded-For": "10.0.0.1"})
    return client, client.post("/accounts/login/", {"login": username, "password": password})


def test_a_screen_gets_one_account_and_new_passwords(world, room):
    it = acting_as(world.school_it)
    username, code = services.issue_screen_code(room, by=it)
    screen, response = sign_in(username, code)
    assert response["Location"] == "/live/screen/"
    again, fresh = services.issue_screen_code(room, by=it)
    assert again == username
    assert fresh != code
    assert "/accounts/login/" in screen.get("/me/sessions/")["Location"]
    assert sign_in(username, code)[1].status_code == 200
    assert sign_in(username, fresh)[1].status_code == 302
    assert Room.objects.get().screen_account.must_set_password is False


def test_only_those_who_manage_the_room_keep_its_account(world, room):
    services.issue_screen_code(room, by=acting_as(world.head))
    account = Room.objects.get().screen_account
    for name, allowed in {"school_it": True, "officer": True, "teacher": False, "other_head": False}.items():
        assert bool(check(may_keep_account, acting_as(world.people[name]), account)) is allowed, name
    with pytest.raises(Denied):
        services.issue_screen_code(room, by=acting_as(world.teacher))


def test_the_page_shows_the_password_once(world, room, settings):
    settings.LANTIAN_DEMO = True
    client = Client(headers={"X-Forwarded-For": "10.0.0.1"})
    client.force_login(with_account(world.school_it))
    assert "301" in client.get(f"/organizations/{world.east.pk}/").content.decode()
    page = client.post(f"/rooms/{room.pk}/screen/").content.decode()
    assert "整个学年有效" in page
    assert "整个学年有效" not in client.get(f"/rooms/{room.pk}/").content.decode()
    client.force_login(with_account(world.teacher))
    assert client.post(f"/rooms/{room.pk}/screen/").status_code == 403
