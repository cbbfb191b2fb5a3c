"""Two counties of a city, knowledge points, and an alliance of a school of each, which the first county leads."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lantian.content.resources import services as resources
from lantian.content.resources.models import Resource
from lantian.content.resources.tests.shelf import FACTS, ROLES, Shelf, make_shelf
from lantian.content.taxonomy import services as taxonomy
from lantian.content.taxonomy.models import Node
from lantian.content.wanted import services
from lantian.content.wanted.models import Answer, Call
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import OrganizationFactory, PersonFactory, RoleGrantFactory, acting_as
from lantian.people.schedule.models import Alliance, AllianceMember

MORE = {"researcher": "researcher", "foreign": "officer"}


@dataclass
class Desk:
    shelf: Shelf
    alliance: Alliance
    researcher: Person
    foreign: Person
    nodes: dict[str, Node] = field(default_factory=dict)

    def acting(self, who: str) -> Actor:
        return acting_as(self.person(who), (ROLES | MORE)[who])

    def person(self, who: str) -> Person:
        found: Person = getattr(self if who in MORE else self.shelf, who)
        return found

    def resource(self, title: str = "一次函数", who: str = "teacher", *, out: bool = True, **facts: Any) -> Resource:
        """A link, which needs no file; published unless said otherwise."""
        url = f"https://basic.smartedu.cn/{title}"
        with transaction.atomic():
            made = resources.create_resource(url=url, facts=FACTS | {"title": title} | facts, by=self.acting(who))
            if out:
                resources.publish_version(made.versions.get(), by=SYSTEM)
        made.refresh_from_db()
        return made

    def call(self, who: str = "officer", *codes: str, **facts: Any) -> Call:
        nodes = [self.nodes[code] for code in codes or ("N1", "N2")]
        said = {"title": "缺微课", "number": 2, "due_on": day(10)} | facts
        return services.open_call(nodes, facts=said, by=self.acting(who))

    def answer(self, call: Call, title: str = "一次函数", who: str = "teacher", **facts: Any) -> Answer:
        return services.answer_call(call, self.resource(title, who, **facts), by=self.acting(who))

    def decide(self, answer: Answer, who: str = "officer", *, accept: bool = True, why: str = "") -> Answer:
        return services.decide_answer(answer, accept=accept, why=why, by=self.acting(who))


def day(ahead: int) -> date:
    return timezone.localdate() + timedelta(days=ahead)


def make_desk() -> Desk:
    shelf = make_shelf()
    researcher, foreign = PersonFactory(name="何芸"), PersonFactory(name="罗平")
    RoleGrantFactory(person=researcher, organization=shelf.county, role="researcher")
    RoleGrantFactory(person=foreign, organization=shelf.other.parent, role="officer")
    third = OrganizationFactory(name="安昌小学", parent=shelf.other.parent)
    alliance = Alliance.objects.create(
        name="片区联盟", stage="primary", lead=shelf.county, starts_on=day(-30), ends_on=day(200)
    )
    AllianceMember.objects.create(alliance=alliance, organization=shelf.school, part="sending")
    AllianceMember.objects.create(alliance=alliance, organization=shelf.other, part="receiving")
    AllianceMember.objects.create(alliance=alliance, organization=third, part="receiving", leaves_on=day(-1))
    desk = Desk(shelf, alliance, researcher, foreign)
    own = {"kind": "points", "subject": "maths", "name": "数学知识点", "code": "maths", "valid_from": 2022}
    points = taxonomy.create_framework(organization=shelf.city, by=SYSTEM, **own)
    desk.nodes["N"] = taxonomy.add_node(points, kind="area", title="数与代数", code="N", by=SYSTEM)
    for code, title in (("N1", "不进位加法"), ("N2", "进位加法"), ("N3", "退位减法")):
        desk.nodes[code] = taxonomy.add_node(
            points, kind="point", title=title, code=code, parent=desk.nodes["N"], by=SYSTEM
        )
    taxonomy.publish_framework(points, by=SYSTEM)
    own |= {"subject": "chinese", "code": "chinese", "name": "语文知识点"}
    other = taxonomy.create_framework(organization=shelf.city, by=SYSTEM, **own)
    desk.nodes["C"] = taxonomy.add_node(other, kind="area", title="阅读", code="C", by=SYSTEM)
    taxonomy.publish_framework(other, by=SYSTEM)
    return desk
