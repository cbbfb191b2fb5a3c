"""Roles that end: announced before and after, extended by those who could give them, found in the report."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import Denied
from lantian.people.roster import services
from lantian.people.roster.errors import AlreadyEnded, BadDates
from lantian.people.roster.models import Person, RoleGrant
from lantian.people.roster.tests.factories import with_account

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


@pytest.fixture
def as_(world):
    def enter(name: str) -> Client:
        client = Client(headers={"X-Forwarded-For": "10.0.0.1"})
        person = Person.objects.select_related("account").get(pk=world.people[name].pk)
        client.force_login(person.account or with_account(person))
        return client

    return enter


def ending(world, name: str, days: int) -> RoleGrant:
    grant = world.people[name].role_grants.get()
    RoleGrant.objects.filter(pk=grant.pk).update(
        valid_from=TODAY - timedelta(days=90), valid_to=TODAY + timedelta(days=days)
    )
    grant.refresh_from_db()
    return grant


def announced(name: str) -> list[object]:
    return list(OutboxEvent.objects.filter(name=name).values_list("object_id", flat=True))


def test_a_role_is_announced_once_before_its_end_and_once_after(world):
    head, far = ending(world, "head", 20), ending(world, "other_head", 31)
    assert services.watch_grants() == (1, 0)
    assert services.watch_grants() == (0, 0)
    assert announced("roster.grant_expiring") == [head.pk]
    RoleGrant.objects.filter(pk=head.pk).update(valid_to=TODAY - timedelta(days=1))
    assert services.watch_grants() == (0, 1)
    assert services.watch_grants() == (0, 0)
    assert announced("roster.grant_expired") == [head.pk]
    assert far.pk not in announced("roster.grant_expiring")


def test_a_revoked_role_is_not_announced(world):
    grant = ending(world, "head", 5)
    services.revoke_role(grant, by=world.act("officer"), reason="调任外县")
    assert services.watch_grants() == (0, 0)


def test_it_is_extended_by_who_could_give_it_and_not_past_the_own_end(world):
    grant, later = ending(world, "head", 5), TODAY + timedelta(days=400)
    for name in ("head", "school_it", "other_officer"):
        with pytest.raises(Denied):
            services.extend_role(grant, valid_to=later, by=world.act(name))
    with pytest.raises(BadDates):
        services.extend_role(grant, valid_to=TODAY - timedelta(days=1), by=world.act("officer"))
    services.watch_grants()
    assert services.extend_role(grant, valid_to=later, by=world.act("officer")).valid_to == later
    services.extend_role(grant, valid_to=TODAY + timedelta(days=8), by=world.act("officer"))
    assert services.watch_grants() == (1, 0), "a new last day is announced anew"
    ending(world, "officer", 100)
    with pytest.raises(Denied, match="任期"):
        services.extend_role(grant, valid_to=later, by=world.act("officer"))
    ended = ending(world, "head", -1)
    with pytest.raises(AlreadyEnded):
        services.extend_role(ended, valid_to=TODAY, by=world.act("city_officer"))


def test_the_report_is_narrowed_by_unit_role_and_end_and_says_what_one_may(as_, world):
    ending(world, "head", 9)
    officer = as_("officer")

    def found(**asked: object) -> set[str]:
        return {row.title for row in officer.get("/grants/", asked).context["page"].rows}

    assert found(organization=world.east.pk) == {world.head.name, world.school_it.name}
    assert found(organization=world.east.pk, state="soon") == {world.head.name}
    assert world.school_it.name in found(state="open")
    assert found(role="school_head", organization=world.west.pk) == {world.other_head.name}
    assert officer.get("/grants/", {"organization": world.hill.pk}).status_code == 404
    assert "管理本校人员、班级和账号" in officer.get("/grants/").content.decode()
    lines = b"".join(officer.get("/grants/", {"export": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
    assert "能办什么" in lines[0]


def test_the_last_day_is_changed_on_a_page(as_, world):
    grant = ending(world, "head", 9)
    officer = as_("officer")
    page = f"/grants/{grant.pk}/extend/"
    assert (TODAY + timedelta(days=9)).isoformat() in officer.get(page).content.decode()
    assert officer.post(page, {"valid_to": "2031-08-31"})["Location"] == "/grants/"
    grant.refresh_from_db()
    assert grant.valid_to.isoformat() == "2031-08-31"
    assert "改为到 2031年8月31日 为止" in officer.get(f"/people/{world.head.pk}/").content.decode()
    assert as_("head").get(page).status_code == 403
    assert as_("other_officer").get(page).status_code == 404
