"""The demonstration's matters: small research projects of the city's teachers, and going to a training; some under way."""

from typing import TYPE_CHECKING, Any

from django.apps import apps

from lantian.commons.workflow import queries, services
from lantian.commons.workflow.engine.schema import Field, Kind, to_schema
from lantian.commons.workflow.models import Application, Workflow
from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region

PROJECT = (
    Field("subject", "学科", Kind.CHOICE, choices=("语文", "数学", "英语", "科学", "其他")),
    Field("question", "要解决的问题", Kind.TEXT, help="从自己课堂上的一个真问题说起，三五句话。"),
    Field("way", "打算怎么做", Kind.TEXT),
    Field("scope", "在哪里做", Kind.CHOICE, choices=("本校", "几所学校一起")),
    Field("money", "需要经费（元）", Kind.NUMBER, required=False, least=0, most=20_000),
    Field("until", "做到哪天", Kind.DATE),
)
TRAINING = (
    Field("what", "培训名称", Kind.LINE),
    Field("first", "从哪天", Kind.DATE),
    Field("last", "到哪天", Kind.DATE),
    Field("covered", "课已经请人代上", Kind.YES),
    Field("why", "和教学有什么关系", Kind.TEXT, required=False),
)
SCHOOL = {"key": "school", "title": "学校推荐", "role": Role.SCHOOL_HEAD, "level": "school", "days": 5}
COUNTY = {"key": "county", "title": "县区审核", "role": Role.OFFICER, "level": "county", "days": 5, "overdue": "move"}
CITY = {"key": "city", "title": "市局批准", "role": Role.OFFICER, "level": "city", "days": 10}
TOGETHER = {**COUNTY, "when": {"field": "scope", "is": "几所学校一起"}}
AGAIN = {"days": 10, "step": {"key": "again", "title": "市局复核", "role": Role.OFFICER, "level": "city", "days": 10}}
ANSWERS: dict[str, Any] = {
    "subject": "数学",
    "question": "应用题读不懂题的孩子占一半，讲很多遍也没有用。",
    "way": "每天用两分钟让学生把题目画出来，再说给同桌听，记录一个学期。",
    "scope": "几所学校一起",
    "money": 1500,
    "until": "2027-06-30",
}


def seed(context: DemoContext) -> None:
    """Two matters of the city and of the story's school, with applications in every state."""
    region: Region = context.things["region"]
    project = _open(
        "small-project",
        region.city,
        "小课题申报",
        PROJECT,
        {"steps": [SCHOOL, TOGETHER, CITY], "appeal": AGAIN},
        "在职教师都可以报，一学期一次。批准的课题由市教科所指导，经费年底结清。",
    )
    teacher = _acting("teacher")
    if teacher is None or teacher.grant is None:
        return
    unit = roster.organizations_known([teacher.grant.organization_id]).get()
    training = _open(
        "training",
        unit,
        "外出培训申请",
        TRAINING,
        {"steps": [{**SCHOOL, "title": "校长批准", "days": 2}]},
        "出去之前把课安排好。差旅按学校规定报销。",
    )
    made = _applications(project, training, teacher)
    context.say(f"  2 matters, {len(made)} applications")


def _acting(login: str) -> Actor | None:
    account = apps.get_model("identity", "Account").objects.filter(username=login).first()
    return roster.actor_of_account(account) if account is not None else None


def _open(key: str, unit: Any, title: str, form: tuple[Field, ...], plan: dict[str, Any], words: str) -> Workflow:
    made = services.define_workflow(
        key=key,
        organization=unit,
        title=title,
        words=words,
        audience=[Role.TEACHER, Role.HOMEROOM_TEACHER],
        by=SYSTEM,
    )
    services.save_draft(made, schema=to_schema(form), plan=plan, by=SYSTEM)
    services.publish_version(made, by=SYSTEM)
    return services.open_workflow(made, by=SYSTEM)


def _applications(project: Workflow, training: Workflow, teacher: Actor) -> list[Application]:
    head, county, city = _acting("head"), _acting("county"), _acting("city")
    waiting = _hand_in(project, "把题目画出来", ANSWERS, teacher)
    granted = _hand_in(project, "课前三分钟说数学", {**ANSWERS, "scope": "本校", "money": 300}, teacher)
    sent_back = _hand_in(
        training,
        "暑期数学课标培训",
        {"what": "课标培训", "first": "2026-12-07", "last": "2026-12-09", "covered": True},
        teacher,
    )
    if head is not None:
        _say(granted, head, "approve", "问题真，做法实在。")
        _say(sent_back, head, "return", "请补上和教学有什么关系。")
    for officer in (county, city):
        if officer is not None:
            _say(granted, officer, "approve", "同意立项。")
    draft = services.begin_application(training, title="听课观摩", answers={"what": "到富乐听课"}, by=teacher)
    return [waiting, granted, sent_back, draft]


def _hand_in(matter: Workflow, title: str, answers: dict[str, Any], teacher: Actor) -> Application:
    made = services.begin_application(matter, title=title, by=teacher)
    return services.submit_application(made, answers=answers, by=teacher)


def _say(application: Application, actor: Actor, verdict: str, words: str) -> None:
    """As far as it is this one's to say: a region of another shape has other units."""
    task = queries.open_task(application)
    if task is not None and queries.may_do(actor, task):
        services.decide(task, verdict=verdict, words=words, by=actor)
