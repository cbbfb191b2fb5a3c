"""What the story's teacher has: waiting for the head, for the county, sent back, refused, a draft, and one that is public."""
# i18n: data file

import io
from typing import Any

from django.apps import apps

from lantian.commons.workflow import queries as workflow
from lantian.commons.workflow import services as deciding
from lantian.content.resources import queries, services
from lantian.content.resources.demo.files import Written
from lantian.content.resources.demo.papers import paper
from lantian.content.resources.enums import Licence, Purpose, Reach
from lantian.content.resources.models import Resource
from lantian.kernel.rules import Actor
from lantian.people.roster import queries as roster

LINES = (
    "先说生活里在哪里见过，再给出名称。",
    "描五个点，连成线，说说它往哪边弯。",
    "分组做，做完对答案。",
    "学有余力的同学课后看最后一题。",
)


def _send(data: bytes, name: str, by: Actor) -> Any:
    upload = services.begin_upload(name=name, size=len(data), by=by)
    services.write_piece(upload, offset=0, read=io.BytesIO(data).read, by=by)
    found = services.take_in(upload.pk)
    assert found is not None
    return found


def _make(facts: dict[str, Any], by: Actor) -> Resource:
    text = Written(facts["title"], [("这节课学什么", LINES[:2]), (facts["title"], LINES), ("作业", LINES[2:])])
    upload = _send(paper(text).data, f"{facts['title']}.pdf", by)
    return services.create_resource(upload=upload, facts=facts, by=by)


def acting(login: str) -> Actor | None:
    """One of the demonstration's people; None in a region that has no such account."""
    account = apps.get_model("identity", "Account").objects.filter(username=login).first()
    return roster.actor_of_account(account) if account is not None else None


def tell(teacher: Actor) -> int:
    """Made, handed in and decided on by those whose it is. Returns how many."""
    head, county = acting("head"), acting("county")
    base = {
        "words": "自己班上用过两遍，例题换成了本地的。",
        "purpose": Purpose.COURSEWARE,
        "subject": "maths",
        "stage": "junior",
        "grade": 9,
        "licence": Licence.CC_BY,
        "rights_holder": teacher.name,
        "reach": Reach.PUBLIC,
    }
    titles = ("二次函数的图象（第一课时）", "二次函数的最值", "圆周角", "相似三角形的应用", "概率的小游戏")
    made = [_make({**base, "title": title}, teacher) for title in titles]
    services.create_resource(
        url="https://basic.smartedu.cn/", facts={**base, "title": "国家平台上的一节示范课"}, by=teacher
    )
    for one in made[:4]:
        services.submit_version(one.versions.get(), by=teacher)
    if head is not None:
        _say(made[1], head, "approve", "")
        _say(made[2], head, "return", "第三页的图有水印，请换一张。")
        _say(made[3], head, "approve", "")
    if county is not None:
        _say(made[3], county, "approve", "")
    services.note_returned(made[2].versions.get().pk)
    return len(made) + 1


def _say(resource: Resource, by: Actor, verdict: str, words: str) -> None:
    """As far as it is this one's to say: a region of another shape has other units."""
    application = queries.application_of(resource.versions.get())
    task = workflow.open_task(application) if application else None
    if task is not None and workflow.may_do(by, task):
        deciding.decide(task, verdict=verdict, words=words, by=by)
