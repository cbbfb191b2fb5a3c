"""A small region that every roster test can be told about.

省 ─ 市 ─┬─ 涪城区 ─┬─ 东小学 ─┬─ 三年级1班（甲、乙；班主任 homeroom，数学 teacher）
        │          │          └─ 三年级2班（丙；数学 teacher）
        │          └─ 西小学 ─── 三年级1班（丁）
        └─ 北川县 ─── 山小学 ─── 教学点
"""

from dataclasses import dataclass, field

from lantian.kernel.rules import Actor
from lantian.people.roster.models import ClassGroup, Organization, Person
from lantian.people.roster.tests.factories import (
    ClassGroupFactory,
    GuardianshipFactory,
    MembershipFactory,
    OrganizationFactory,
    PersonFactory,
    RoleGrantFactory,
    acting_as,
)


@dataclass
class World:
    units: dict[str, Organization] = field(default_factory=dict)
    classes: dict[str, ClassGroup] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str):
        if name.startswith("__"):  # asked by pickle before there are tables
            raise AttributeError(name)
        for table in (self.units, self.classes, self.people):
            if name in table:
                return table[name]
        raise AttributeError(name)

    def act(self, name: str, role: str | None = None) -> Actor:
        return acting_as(self.people[name], role)

    @property
    def actors(self) -> dict[str, Actor]:
        """Every person of the world in each of their roles."""
        found = {}
        for name, person in self.people.items():
            actor = acting_as(person)
            if not actor.grants:
                found[name] = actor
            for grant in actor.grants:
                found[f"{name}.{grant.role}"] = acting_as(person, grant.role)
        return found


def make_world() -> World:
    world = World()
    unit, person = world.units, world.people
    unit["province"] = OrganizationFactory(kind="province", name="四川省", parent=None)
    unit["city"] = OrganizationFactory(kind="city", name="绵阳市", parent=unit["province"])
    unit["fucheng"] = OrganizationFactory(kind="county", name="涪城区", parent=unit["city"], code="510703")
    unit["beichuan"] = OrganizationFactory(kind="county", name="北川县", parent=unit["city"])
    unit["east"] = OrganizationFactory(name="东小学", parent=unit["fucheng"])
    unit["west"] = OrganizationFactory(name="西小学", parent=unit["fucheng"])
    unit["hill"] = OrganizationFactory(name="山小学", parent=unit["beichuan"])
    unit["point"] = OrganizationFactory(name="山小学教学点", kind="teaching_point", parent=unit["hill"])
    world.classes["east1"] = ClassGroupFactory(organization=unit["east"], number=1)
    world.classes["east2"] = ClassGroupFactory(organization=unit["east"], number=2)
    world.classes["west1"] = ClassGroupFactory(organization=unit["west"], number=1)

    def grant(name: str, role: str, where: str, **more: object) -> None:
        person[name] = PersonFactory(name=f"{where}{role}"[:20])
        RoleGrantFactory(person=person[name], role=role, organization=unit[where], **more)

    grant("city_officer", "officer", "city")
    grant("officer", "officer", "fucheng")
    grant("other_officer", "officer", "beichuan")
    grant("head", "school_head", "east")
    grant("school_it", "school_it", "east")
    grant("other_head", "school_head", "west")
    grant("researcher", "researcher", "fucheng")
    grant("expert", "expert", "fucheng")
    grant("operator", "operator", "city")

    def member(name: str, role: str, group: str, subject: str = "") -> None:
        if name not in person:
            person[name] = PersonFactory(phone="1380000" + f"{len(person):04}")
        klass = world.classes[group]
        MembershipFactory(
            person=person[name], organization=klass.organization, role=role, class_group=klass, subject=subject
        )

    member("teacher", "teacher", "east1", "maths")
    member("teacher", "teacher", "east2", "maths")
    member("homeroom", "homeroom_teacher", "east1")
    member("homeroom", "teacher", "east1", "chinese")
    member("west_teacher", "teacher", "west1", "art")
    for name, group in (("jia", "east1"), ("yi", "east1"), ("bing", "east2"), ("ding", "west1")):
        member(name, "student", group)
    person["mother"] = PersonFactory(name="甲母", phone="13900000001")
    GuardianshipFactory(guardian=person["mother"], student=person["jia"], relation="mother")
    person["stranger"] = PersonFactory(name="无单位")
    return world
