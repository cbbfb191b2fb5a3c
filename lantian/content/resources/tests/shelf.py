"""Two counties: in one a school with teachers, a head and an officer above; the other sees what is open alone."""

import io
from dataclasses import dataclass
from typing import Any

from lantian.commons.workflow import services as workflow
from lantian.commons.workflow.models import Task
from lantian.content.resources import queries, services
from lantian.content.resources.models import Resource, ResourceVersion, Upload
from lantian.content.resources.tests.files import WORDS
from lantian.kernel.rules import Actor
from lantian.people.roster.models import Organization, Person
from lantian.people.roster.tests.factories import (
    ClassGroupFactory,
    MembershipFactory,
    OrganizationFactory,
    PersonFactory,
    RoleGrantFactory,
    acting_as,
)

ROLES = {
    "teacher": "teacher",
    "colleague": "teacher",
    "pupil": "student",
    "head": "school_head",
    "officer": "officer",
    "far": "teacher",
    "above": "officer",
}
FACTS: dict[str, Any] = {
    "title": "一次函数",
    "words": "从描点开始讲",
    "purpose": "courseware",
    "subject": "maths",
    "stage": "junior",
    "grade": 8,
    "reach": "public",
    "licence": "cc-by",
    "rights_holder": "双板小学",
}


@dataclass
class Shelf:
    city: Organization
    county: Organization
    school: Organization
    other: Organization
    teacher: Person
    colleague: Person
    pupil: Person
    head: Person
    officer: Person
    far: Person
    above: Person

    def acting(self, who: str) -> Actor:
        return acting_as(getattr(self, who), ROLES[who])

    def send(self, data: bytes, name: str, who: str = "teacher") -> Upload:
        """A file that has arrived and was looked at."""
        by = self.acting(who)
        upload = services.begin_upload(name=name, size=len(data), by=by)
        services.write_piece(upload, offset=0, read=io.BytesIO(data).read, by=by)
        found = services.take_in(upload.pk)
        assert found is not None
        return found

    def make(self, who: str = "teacher", data: bytes | None = None, name: str = "函数.txt", **facts: Any) -> Resource:
        upload = self.send(WORDS.encode() if data is None else data, name, who)
        assert upload.state == "ready", upload.why
        return services.create_resource(upload=upload, facts=FACTS | facts, by=self.acting(who))

    def version(self, resource: Resource) -> ResourceVersion:
        found = resource.versions.order_by("-number").first()
        assert found is not None
        return found

    def submit(self, resource: Resource, who: str = "teacher") -> ResourceVersion:
        return services.submit_version(self.version(resource), by=self.acting(who))

    def decide(self, version: ResourceVersion, who: str, verdict: str = "approve", words: str = "") -> None:
        application = queries.application_of(version)
        assert application is not None
        task = Task.objects.get(application=application, state="open")
        workflow.decide(task, verdict=verdict, words=words, by=self.acting(who))

    def publish(self, who: str = "teacher", **more: Any) -> Resource:
        """Through the whole review."""
        made = self.make(who, **more)
        version = self.submit(made, who)
        self.decide(version, "head")
        if made.reach != "school":
            self.decide(version, "officer")
        made.refresh_from_db()
        assert made.state == "published"
        return made


def make_shelf() -> Shelf:
    city = OrganizationFactory(kind="city", name="绵阳市")
    county = OrganizationFactory(kind="county", name="梓潼县", parent=city)
    elsewhere = OrganizationFactory(kind="county", name="北川县", parent=city)
    school, other = (
        OrganizationFactory(name="双板小学", parent=county),
        OrganizationFactory(name="擂鼓小学", parent=elsewhere),
    )
    names = ("李敏", "王芳", "小兰", "赵刚", "周岚", "杨柳", "陈立")
    people = {who: PersonFactory(name=name) for who, name in zip(ROLES, names, strict=True)}
    for who, where in (("teacher", school), ("colleague", school), ("far", other)):
        MembershipFactory(person=people[who], organization=where, role="teacher")
    group = ClassGroupFactory(organization=school, number=1)
    MembershipFactory(person=people["pupil"], organization=school, class_group=group, role="student")
    for who, role, where in (
        ("head", "school_head", school),
        ("officer", "officer", county),
        ("above", "officer", city),
    ):
        RoleGrantFactory(person=people[who], organization=where, role=role)
    return Shelf(city, county, school, other, **people)
