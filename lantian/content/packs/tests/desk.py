"""Two schools, of which one sends a lesson to the other: a teacher, a colleague, students here and there, a mother, offices."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lantian.content.packs import services
from lantian.content.packs.models import Pack
from lantian.content.resources import services as resources
from lantian.content.resources.models import Resource
from lantian.content.resources.tests.shelf import FACTS, ROLES, Shelf, make_shelf
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.roster.models import ClassGroup, Person
from lantian.people.roster.tests.factories import (
    ClassGroupFactory,
    GuardianshipFactory,
    MembershipFactory,
    PersonFactory,
    acting_as,
)
from lantian.people.schedule.models import Lesson, LessonReceiver

MORE = {"guest": "student", "mother": "guardian", "stranger": "student"}


@dataclass
class Desk:
    shelf: Shelf
    group: ClassGroup
    far_group: ClassGroup
    guest: Person
    mother: Person
    stranger: Person

    def acting(self, who: str) -> Actor:
        return acting_as(self.person(who), (ROLES | MORE)[who])

    def person(self, who: str) -> Person:
        found: Person = getattr(self if who in MORE else self.shelf, who)
        return found

    def resource(self, title: str = "一次函数", who: str = "teacher", **facts: Any) -> Resource:
        """Published: a link, which needs no file."""
        url = f"https://basic.smartedu.cn/{title}"
        with transaction.atomic():
            made = resources.create_resource(url=url, facts=FACTS | {"title": title} | facts, by=self.acting(who))
            resources.publish_version(made.versions.get(), by=SYSTEM)
        made.refresh_from_db()
        return made

    def pack(self, *put: Resource, who: str = "teacher", **facts: Any) -> Pack:
        made = services.create_pack(facts={"title": "函数一课", **facts}, by=self.acting(who))
        for one in put:
            services.put_item(made, one, by=self.acting(who))
        made.refresh_from_db()
        return made

    def lesson(self, title: str = "函数的图象", *, hours: float = 20, who: str = "teacher", **more: Any) -> Lesson:
        starts = timezone.now() + timedelta(hours=hours)
        facts = {"subject": "maths", "stage": "primary", "grade": 3, "class_group": self.group} | more
        made = Lesson.objects.create(
            title=title,
            teacher=self.person(who),
            organization=self.shelf.school,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=40),
            **facts,
        )
        LessonReceiver.objects.create(lesson=made, class_group=self.far_group)
        return made


def make_desk() -> Desk:
    shelf = make_shelf()
    group = ClassGroup.objects.get(organization=shelf.school)
    far_group = ClassGroupFactory(organization=shelf.other, number=1)
    guest, mother, stranger = (PersonFactory(name=name) for name in ("小川", "兰妈妈", "小山"))
    MembershipFactory(
        person=shelf.teacher, organization=shelf.school, class_group=group, role="teacher", subject="maths"
    )
    MembershipFactory(person=guest, organization=shelf.other, class_group=far_group, role="student")
    other = ClassGroupFactory(organization=shelf.school, number=2)
    MembershipFactory(person=stranger, organization=shelf.school, class_group=other, role="student")
    GuardianshipFactory(guardian=mother, student=shelf.pupil, relation="mother")
    return Desk(shelf, group, far_group, guest, mother, stranger)
