from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lantian.content.packs.tests.desk import Desk, make_desk
from lantian.content.resources.models import Resource
from lantian.content.suggested import services
from lantian.content.suggested.enums import Way
from lantian.kernel.rules import Actor
from lantian.people.roster.models import Person
from lantian.people.roster.tests.browsers import browsers
from lantian.people.roster.tests.factories import MembershipFactory, PersonFactory, acting_as
from tests.kept import fixtures

NAMES = ("甲", "乙", "丙", "丁", "戊")


@dataclass
class Staffroom:
    """The desk, and five more who teach maths in the same class as its teacher."""

    desk: Desk
    peers: dict[str, Person] = field(default_factory=dict)

    def acting(self, who: str) -> Actor:
        return acting_as(self.peers[who], "teacher") if who in self.peers else self.desk.acting(who)

    def person(self, who: str) -> Person:
        return self.peers[who] if who in self.peers else self.desk.person(who)

    def resource(self, title: str, who: str = "far", **facts: Any) -> Resource:
        return self.desk.resource(title, who, **({"stage": "primary", "grade": 3} | facts))

    def use(self, resource: Resource, *who: str, way: Way = Way.TOOK) -> None:
        now = timezone.now()
        services.note_uses((self.person(one).pk, resource.pk, way, now) for one in who)


def make_staffroom() -> Staffroom:
    made = Staffroom(make_desk())
    for name in NAMES:
        made.peers[name] = PersonFactory(name=f"同事{name}")
        MembershipFactory(
            person=made.peers[name],
            organization=made.desk.shelf.school,
            class_group=made.desk.group,
            role="teacher",
            subject="maths",
        )
    return made


kept, staff = fixtures(make_staffroom)


@pytest.fixture
def as_(staff: Staffroom, settings) -> Callable[[str], Client]:
    """A browser in which somebody is signed in."""
    return browsers(staff.person, settings)
