"""Who is let in where; what the two general rules say."""

from uuid import uuid4

import pytest
from django.test import Client

from lantian.kernel.rules import ANONYMOUS, Actor, ActorKind
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.web.guards import may_enter, may_open


def test_some_pages_are_for_everyone_and_some_for_those_who_signed_in() -> None:
    someone = Actor(kind=ActorKind.PERSON, name="甲", account_id=uuid4())
    assert_allowed(may_open, ANONYMOUS)
    assert_allowed(may_enter, someone)
    assert_refused(may_enter, ANONYMOUS)


@pytest.mark.django_db
def test_strangers_are_sent_to_sign_in_and_brought_back(client: Client) -> None:
    response = client.get("/_/enter")
    assert response.status_code == 302
    assert "next=/_/enter" in response["Location"]
