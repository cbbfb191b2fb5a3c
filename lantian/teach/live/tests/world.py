"""A small region for the live tests: a sending school, two receiving ones, their teacher, classes and rooms."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from django.apps import apps
from django.utils import timezone

from lantian.kernel.rules import SYSTEM, Actor, ActorKind, Grant
from lantian.people.schedule import services as schedule
from lantian.people.schedule.enums import AlliancePart, LessonAccess
from lantian.people.schedule.models import Lesson, Room


def organization(name, kind="school", parent=None, **extra):
    model = apps.get_model("roster", "Organization")
    pk = uuid4()
    path = f"{parent.path}.{pk.hex}" if parent else pk.hex
    return model.objects.create(id=pk, name=name, kind=kind, parent=parent, path=path, **extra)


def person(name, school=None, role="teacher", group=None):
    found = apps.get_model("roster", "Person").objects.create(name=name)
    if school is not None:
        apps.get_model("roster", "Membership").objects.create(
            person=found, organization=school, class_group=group, role=role, valid_from=date(2020, 1, 1)
        )
    return found


def class_group(school, number=1, grade=8):
    return apps.get_model("roster", "ClassGroup").objects.create(
        organization=school, stage="junior", grade=grade, number=number, name=f"八年级（{number}）班"
    )


def actor(who=None, role="", where=None, **extra):
    """A person acting in one role at one organisation."""
    grant = None
    if role:
        grant = Grant(uuid4(), role, where.pk, where.name, where.kind, str(where.path))
    return Actor(
        kind=ActorKind.PERSON,
        name=who.name if who else "某人",
        account_id=uuid4(),
        person_id=who.pk if who else None,
        grant=grant,
        grants=(grant,) if grant else (),
        **extra,
    )


@dataclass
class World:
    county: object
    sending: object
    receiving: list
    teacher: object
    group: object
    groups: list
    rooms: list
    alliance: object

    @property
    def teacher_actor(self) -> Actor:
        return actor(self.teacher, "teacher", self.sending)

    def screen_actor(self, index=0) -> Actor:
        room = self.rooms[index]
        accounts = apps.get_model("identity", "Account").objects
        account, _made = accounts.get_or_create(username=f"screen.{index + 1}", kind="class_screen")
        return Actor(
            kind=ActorKind.SCREEN,
            name=str(room.class_group),
            account_id=account.pk,
            room_id=room.pk,
            organization_id=room.organization_id,
            class_group_ids=frozenset({room.class_group_id}),
        )

    def plan(
        self, *, start=None, minutes=45, receivers=None, access=LessonAccess.ALLIANCE, title="一次函数的图象"
    ) -> Lesson:
        start = start or timezone.now() - timedelta(minutes=1)
        return schedule.plan_lesson(
            title=title,
            subject="maths",
            stage="junior",
            grade=8,
            teacher=self.teacher,
            organization=self.sending,
            class_group=self.group,
            alliance=self.alliance,
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            receivers=self.groups if receivers is None else receivers,
            access=access,
            by=SYSTEM,
        )


def make_world() -> World:
    city = organization("绵阳市", "city")
    county = organization("梓潼县", "county", city)
    sending = organization("涪城中学", parent=city)
    receiving = [organization("梓潼一中", parent=county), organization("平武中学", parent=county)]
    group = class_group(sending)
    groups = [class_group(school) for school in receiving]
    today = timezone.localdate()
    alliance = schedule.create_alliance(
        name=f"八年级数学联盟 {uuid4().hex[:6]}",
        stage="junior",
        lead=sending,
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=200),
        by=SYSTEM,
    )
    schedule.add_alliance_member(alliance, organization=sending, part=AlliancePart.SENDING, by=SYSTEM)
    for school in receiving:
        schedule.add_alliance_member(alliance, organization=school, part=AlliancePart.RECEIVING, by=SYSTEM)
    rooms = [
        schedule.create_room(organization=school, name="录播教室", class_group=item, by=SYSTEM)
        for school, item in zip(receiving, groups, strict=True)
    ]
    assert all(isinstance(room, Room) for room in rooms)
    return World(county, sending, receiving, person("王芳", sending), group, groups, rooms, alliance)
