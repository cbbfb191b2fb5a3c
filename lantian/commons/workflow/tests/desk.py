"""A region with a workflow: a teacher's request goes to the school's head, then to the county, and once refused to the city."""

from dataclasses import dataclass

from lantian.commons.workflow import services
from lantian.commons.workflow.engine.schema import Field, Kind, to_schema
from lantian.commons.workflow.models import Application, Task, Workflow
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.roster.models import Organization, Person
from lantian.people.roster.tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    PersonFactory,
    RoleGrantFactory,
    acting_as,
)

FORM = (
    Field("topic", "课题", Kind.LINE),
    Field("why", "理由", Kind.TEXT, required=False),
    Field("money", "经费（元）", Kind.NUMBER, required=False, least=0, most=10_000),
    Field("scope", "范围", Kind.CHOICE, choices=("校内", "全县")),
)
SCHOOL = {"key": "school", "title": "学校审核", "role": "school_head", "level": "school", "days": 3}
COUNTY = {"key": "county", "title": "县里审批", "role": "officer", "level": "county", "days": 5}
APPEAL = {"days": 10, "step": {"key": "appeal", "title": "市里复核", "role": "officer", "level": "city", "days": 5}}
ANSWERS = {"topic": "乡村小班的数学课", "scope": "全县"}


@dataclass
class Desk:
    city: Organization
    county: Organization
    school: Organization
    teacher: Person
    head: Person
    officer: Person
    above: Person
    workflow: Workflow

    def acting(self, who: str, role: str = "") -> Actor:
        return acting_as(getattr(self, who), role or {"teacher": "teacher", "head": "school_head"}.get(who, "officer"))

    def begin(self, answers: dict | None = None) -> Application:
        made = services.begin_application(self.workflow, by=self.acting("teacher"))
        services.save_answers(made, ANSWERS if answers is None else answers, by=self.acting("teacher"))
        made.refresh_from_db()
        return made

    def submit(self, answers: dict | None = None) -> Application:
        return services.submit_application(self.begin(answers), by=self.acting("teacher"))

    def decide(self, application: Application, who: str, verdict: str = "approve", words: str = "") -> Application:
        services.decide(task_of(application), verdict=verdict, words=words, by=self.acting(who))
        return Application.objects.get(pk=application.pk)


def task_of(application: Application) -> Task:
    return Task.objects.get(application=application, state="open")


def plan_with(*steps: dict, **rest: object) -> dict:
    return {"steps": list(steps), **rest}


def open_with(desk: Desk, plan: dict, form: tuple[Field, ...] = FORM) -> Workflow:
    """The desk's workflow, from now on by another plan."""
    services.save_draft(desk.workflow, schema=to_schema(form), plan=plan, by=SYSTEM)
    services.publish_version(desk.workflow, by=SYSTEM)
    return desk.workflow


def make_desk() -> Desk:
    city = OrganizationFactory(kind="city", name="绵阳市")
    county = OrganizationFactory(kind="county", name="梓潼县", parent=city)
    school = OrganizationFactory(name="双板小学", parent=county)
    teacher, head, officer, above = (PersonFactory(name=name) for name in ("李敏", "赵刚", "周岚", "陈立"))
    MembershipFactory(person=teacher, organization=school, role="teacher")
    RoleGrantFactory(person=head, organization=school, role="school_head")
    RoleGrantFactory(person=officer, organization=county, role="officer")
    RoleGrantFactory(person=above, organization=city, role="officer")
    workflow = services.define_workflow(organization=city, title="小课题申报", audience=["teacher"], by=SYSTEM)
    desk = Desk(city, county, school, teacher, head, officer, above, workflow)
    open_with(desk, plan_with(SCHOOL, COUNTY, appeal=APPEAL))
    services.open_workflow(workflow, by=SYSTEM)
    workflow.refresh_from_db()
    return desk
