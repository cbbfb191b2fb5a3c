"""The demonstration's calls: the city asks for what is missing, the story's teacher answers, one call is fulfilled."""
# i18n: data file

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from lantian.content.resources import queries as resources
from lantian.content.taxonomy import queries as taxonomy
from lantian.content.wanted import services
from lantian.content.wanted.errors import WantedError
from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import Actor, Denied
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.content.taxonomy.models import Node
    from lantian.content.wanted.models import Call

# Whose call, subject, title, words, kinds, how many, days from now, points, answers of the teacher that are accepted, waiting
CALLS: "tuple[tuple[Any, ...], ...]" = (
    (
        "city",
        "maths",
        "初中函数：缺短小的微课",
        "五到八分钟，一课讲一个点，最好有生活里的例子。",
        ("micro_lesson", "courseware"),
        4,
        24,
        3,
        1,
        1,
    ),
    ("city", "maths", "复习课学案", "一张纸，两面，学生自己能做。", (), 1, 9, 2, 1, 0),
    ("county", "chinese", "古诗诵读示范", "普通话朗读，配字幕，不配乐。", ("material", "micro_lesson"), 6, 16, 4, 0, 0),
)
OFFERED = "上课用过，学生看得懂。"


def seed(context: DemoContext) -> None:
    """Through the services; those who are asked have notices from the worker."""
    made = 0
    for who, subject, title, words, kinds, number, days, points, accepted, waiting in CALLS:
        office = _acting(who)
        nodes = _gaps(office, subject, points) if office is not None else []
        if office is None or not nodes:
            continue
        facts = {"title": title, "words": words, "purposes": kinds, "number": number}
        facts["due_on"] = timezone.localdate() + timedelta(days=days)
        with contextlib.suppress(WantedError, Denied):  # a region of another shape
            call = services.open_call(nodes, facts=facts, by=office)
            made += 1
            _answer(call, accepted, waiting, office)
    context.say(f"  {made} calls for resources")


def _answer(call: "Call", accepted: int, waiting: int, office: Actor) -> None:
    """Teachers offer what is open to everybody, the story's teacher before all others."""
    known = resources.resources_visible_to(office).filter(subject=call.subject, reach="public", author__isnull=False)
    teacher = _acting("teacher")
    rows = known.filter(state="published").select_related("author").order_by("title", "pk")
    first = sorted(rows, key=lambda row: teacher is None or row.author_id != teacher.person_id)
    place = 0
    for resource in first:
        if place == accepted + waiting or resource.author is None:
            break
        with contextlib.suppress(WantedError, Denied):  # a teacher who is not asked
            answer = services.answer_call(call, resource, words=OFFERED, by=roster.actor_of_person(resource.author))
            place += 1
            if place <= accepted:
                services.decide_answer(answer, accept=True, by=office)


def _acting(login: str) -> Actor | None:
    account = apps.get_model("identity", "Account").objects.filter(username=login).first()
    return roster.actor_of_account(account) if account is not None else None


def _gaps(actor: Actor, subject: str, most: int) -> "list[Node]":
    """Points on which nothing stands, of the last years."""
    found = taxonomy.points_framework(subject)
    if found is None:
        return []
    whole = taxonomy.coverage_of(actor, found)
    gaps = sorted(whole.gaps, key=lambda row: (-(row.point.grade or 0), row.point.title))
    ids = [row.point.pk for row in gaps[:most]]
    return list(taxonomy.nodes_visible_to(actor).filter(pk__in=ids).select_related("framework"))
