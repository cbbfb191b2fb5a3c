"""A region with one textbook of two volumes and some knowledge points, made through the services."""

from dataclasses import dataclass, field

from lantian.content.taxonomy import services
from lantian.content.taxonomy.enums import LinkKind
from lantian.content.taxonomy.models import Framework, Node
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.identity.models import Account
from lantian.people.roster.models import Organization, Person
from lantian.people.roster.tests.factories import (
    OrganizationFactory,
    PersonFactory,
    RoleGrantFactory,
    acting_as,
    with_account,
)


@dataclass
class Shelf:
    city: Organization
    county: Organization
    school: Organization
    points: Framework
    book: Framework
    people: dict[str, Person] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def acting(self, who: str) -> Actor:
        return acting_as(self.people[who])

    def node(self, code: str) -> Node:
        return Node.objects.select_related("framework").get(pk=self.nodes[code].pk)


POINTS = (
    ("N", "", "area", "数与代数"),
    ("N1", "N", "point", "不进位加法"),
    ("N2", "N", "point", "进位加法"),
    ("N3", "N", "point", "退位减法"),
)
BOOK = (
    ("V1", "", "volume", "一年级上册", 1, 1),
    ("V1-1", "V1", "unit", "认数与计算", None, None),
    ("V1-1-1", "V1-1", "chapter", "一位数加一位数", None, None),
    ("V1-1-2", "V1-1", "chapter", "十几减九", None, None),
    ("V1-2", "V1", "unit", "认识图形", None, None),
    ("V2", "", "volume", "一年级下册", 1, 2),
    ("V2-1", "V2", "unit", "两位数加减法", None, None),
    ("V2-1-1", "V2-1", "chapter", "两位数加两位数", None, None),
)


def make_shelf() -> Shelf:
    city = OrganizationFactory(kind="city", name="绵阳市")
    county = OrganizationFactory(kind="county", name="梓潼县", parent=city)
    other = OrganizationFactory(kind="county", name="北川县", parent=city)
    school = OrganizationFactory(name="双板小学", parent=county)
    own = {"kind": "points", "subject": "maths", "name": "数学知识点", "code": "maths", "valid_from": 2022}
    points = services.create_framework(organization=county, by=SYSTEM, **own)
    facts = {
        "kind": "textbook",
        "subject": "maths",
        "stage": "primary",
        "name": "甲版",
        "code": "A",
        "valid_from": 2022,
    }
    book = services.create_framework(organization=county, by=SYSTEM, **facts)
    shelf = Shelf(city, county, school, points, book)
    for who, role, where in (
        ("officer", "officer", county),
        ("researcher", "researcher", county),
        ("above", "officer", city),
        ("foreign", "officer", other),
        ("head", "school_head", school),
    ):
        shelf.people[who] = PersonFactory(name=f"{where.name[:4]}{role}")
        RoleGrantFactory(person=shelf.people[who], role=role, organization=where)
        shelf.accounts[who] = with_account(shelf.people[who])
    for code, above, kind, title in POINTS:
        parent = shelf.nodes.get(above)
        shelf.nodes[code] = services.add_node(points, kind=kind, title=title, code=code, parent=parent, by=SYSTEM)
    for code, above, kind, title, grade, term in BOOK:
        parent = shelf.nodes.get(above)
        shelf.nodes[code] = services.add_node(
            book, kind=kind, title=title, code=code, parent=parent, grade=grade, term=term, by=SYSTEM
        )
    services.publish_framework(points, by=SYSTEM)
    for kind, origin, destination in (
        (LinkKind.PRECEDES, "N1", "N2"),
        (LinkKind.RELATED, "N2", "N3"),
        (LinkKind.COVERS, "V1-1-1", "N2"),
        (LinkKind.COVERS, "V1-1-2", "N3"),
        (LinkKind.COVERS, "V2-1-1", "N2"),
    ):
        services.link_nodes(shelf.nodes[origin], shelf.nodes[destination], kind=kind, by=SYSTEM)
    services.publish_framework(book, by=SYSTEM)
    shelf.points.refresh_from_db()
    shelf.book.refresh_from_db()
    return shelf
