"""A small region for the tests of the first pages: two counties, a sending and two receiving schools, an account per role."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from lantian.content.media.models import Stream
from lantian.kernel.rules import Actor, Verdict, check
from lantian.people.identity.models import Account
from lantian.people.identity.rules import SECOND_FACTOR_ROLES
from lantian.people.roster.engine.names import person_text
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, Person, RoleGrant
from lantian.people.roster.queries import actor_of_account
from lantian.people.schedule.models import Alliance, AllianceMember, Lesson, LessonReceiver, Room
from lantian.teach.live.models import Attendance, LiveSession

LONG_AGO = date(2020, 1, 1)


def unit(name: str, kind: str, parent: Organization | None = None) -> Organization:
    pk = uuid4()
    path = f"{parent.path}.{pk.hex}" if parent else pk.hex
    return Organization.objects.create(
        id=pk, name=name, kind=kind, parent=parent, path=path, stages=["junior"], search_text=name.lower()
    )


def class_of(school: Organization, number: int = 1, grade: int = 8) -> ClassGroup:
    return ClassGroup.objects.create(
        organization=school, stage="junior", grade=grade, number=number, name=f"八年级{number}班"
    )


def person(name: str, *, account: bool = True) -> Person:
    made = Account.objects.create(username=f"u{uuid4().hex[:10]}", display_name=name, must_set_password=False)
    return Person.objects.create(name=name, account=made if account else None, search_text=person_text(name))


def member(who: Person, school: Organization, role: str, group: ClassGroup | None = None, subject: str = "") -> None:
    Membership.objects.create(
        person=who, organization=school, class_group=group, role=role, subject=subject, valid_from=LONG_AGO
    )


def grant(who: Person, role: str, where: Organization, until: date | None = None) -> RoleGrant:
    """Give a role, with the second factor that some roles have to have before they see anything."""
    if role in SECOND_FACTOR_ROLES:
        Authenticator.objects.get_or_create(user=who.account, type=Authenticator.Type.TOTP, defaults={"data": {}})
    return RoleGrant.objects.create(person=who, role=role, organization=where, valid_from=LONG_AGO, valid_to=until)


def actor_of(who: Person) -> Actor:
    assert who.account is not None
    return actor_of_account(who.account)


def assert_allowed(rule: Callable[..., Verdict], actor: Actor, *objects: Any) -> None:
    verdict = check(rule, actor, *objects)
    assert verdict, str(verdict.reason)


def assert_refused(rule: Callable[..., Verdict], actor: Actor, *objects: Any) -> None:
    verdict = check(rule, actor, *objects)
    assert not verdict
    assert str(verdict.reason), "a refusal says why"


def client_of(who: Person, **extra: Any) -> Client:
    client = Client(**extra)
    assert who.account is not None
    client.force_login(who.account)
    return client


@dataclass
class Region:
    """`people` by role: one account each."""

    province: Organization
    city: Organization
    near: Organization
    far: Organization
    sending: Organization
    receiving: list[Organization]
    own_class: ClassGroup
    classes: list[ClassGroup]
    alliance: Alliance
    people: dict[str, Person] = field(default_factory=dict)

    def lesson(
        self,
        title: str = "一次函数的图象",
        *,
        starts: datetime | None = None,
        minutes: int = 45,
        state: str = "planned",
        access: str = "alliance",
        receivers: list[ClassGroup] | None = None,
        period: int | None = 3,
    ) -> Lesson:
        starts = starts or timezone.now()
        made = Lesson.objects.create(
            title=title,
            subject="maths",
            stage="junior",
            grade=8,
            teacher=self.people["teacher"],
            organization=self.sending,
            class_group=self.own_class,
            alliance=self.alliance,
            period_no=period,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=minutes),
            state=state,
            access=access,
        )
        for group in self.classes if receivers is None else receivers:
            LessonReceiver.objects.create(lesson=made, class_group=group)
        return made

    def taught(self, title: str = "勾股定理", *, starts: datetime, seen: int = 1, **extra: Any) -> Lesson:
        """A lesson that is over, with its recording and the first `seen` receiving classes."""
        made = self.lesson(title, starts=starts, state="ended", **extra)
        broadcast(made, "ended", self.classes[:seen])
        return made


def broadcast(lesson: Lesson, state: str, there: list[ClassGroup] = ()) -> LiveSession:  # type: ignore[assignment]
    """A session of a lesson, with these classes in it."""
    over = state == "ended"
    stream = Stream.objects.create(state="closed" if over else "open", seconds=2600, poster="poster-aa.jpg")
    session = LiveSession.objects.create(
        lesson=lesson,
        stream=stream,
        state=state,
        started_at=lesson.starts_at,
        planned_end=lesson.ends_at,
        ended_at=lesson.ends_at if over else None,
    )
    for group in there:
        Attendance.objects.create(
            session=session,
            kind="class",
            viewer=f"class:{group.pk}",
            class_group=group,
            organization=group.organization,
            first_seen=lesson.starts_at,
            last_seen=lesson.ends_at if over else timezone.now(),
            seconds=2500,
        )
    return session


def make_region() -> Region:
    province = unit("四川省", "province")
    city = unit("绵阳市", "city", province)
    near, far = unit("涪城区", "county", city), unit("平武县", "county", city)
    sending = unit("涪城中学", "school", near)
    receiving = [unit("平武中学", "school", far), unit("龙安中学", "school", far)]
    own, classes = class_of(sending), [class_of(school) for school in receiving]
    today = timezone.localdate()
    alliance = Alliance.objects.create(
        name="八年级数学联盟", stage="junior", lead=sending, starts_on=LONG_AGO, ends_on=today + timedelta(days=200)
    )
    AllianceMember.objects.create(alliance=alliance, organization=sending, part="sending")
    for school in receiving:
        AllianceMember.objects.create(alliance=alliance, organization=school, part="receiving")
    made = Region(province, city, near, far, sending, receiving, own, classes, alliance)
    made.people = make_people(made)
    return made


def make_people(region: Region) -> dict[str, Person]:
    school, group = region.receiving[0], region.classes[0]
    people = {
        role: person(name)
        for role, name in {
            "teacher": "王老师",
            "homeroom_teacher": "杨老师",
            "student": "陈同学",
            "guardian": "陈家长",
            "school_head": "何校长",
            "school_it": "罗老师",
            "county": "梁科长",
            "city": "唐科长",
            "province": "韩处长",
            "researcher": "邓教研",
            "expert": "曹专家",
            "operator": "许运维",
        }.items()
    }
    member(people["teacher"], region.sending, "teacher", region.own_class, "maths")
    member(people["homeroom_teacher"], school, "homeroom_teacher", group)
    member(people["student"], school, "student", group)
    Guardianship.objects.create(guardian=people["guardian"], student=people["student"], relation="mother")
    grant(people["school_head"], "school_head", school)
    grant(people["school_it"], "school_it", school)
    for level, where in (("county", region.far), ("city", region.city), ("province", region.province)):
        grant(people[level], "officer", where)
    for role in ("researcher", "expert", "operator"):
        grant(people[role], role, region.city)
    return people


def make_screen(region: Region) -> Client:
    """A signed-in class screen of the first receiving class."""
    account = Account.objects.create(kind="class_screen", username=f"s{uuid4().hex[:8]}", must_set_password=False)
    group = region.classes[0]
    Room.objects.create(organization=group.organization, name="大屏教室", class_group=group, screen_account=account)
    client = Client()
    client.force_login(account)
    return client
