"""The demonstration's packs: the story's teacher has some, for her coming lessons and her class; others share some."""
# i18n: data file

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from lantian.content.packs import queries, services
from lantian.content.packs.enums import PackReach
from lantian.content.packs.errors import PackError
from lantian.content.packs.models import Pack
from lantian.content.resources import queries as resources
from lantian.kernel.demo import DEMO_SETS, DemoContext
from lantian.kernel.rules import Actor, Denied
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lantian.people.roster.demo import Region
    from lantian.people.roster.models import Person
    from lantian.people.schedule.models import Lesson

LESSON_PACK, UNIT_PACK = "二次函数的图象：课前看、课上用", "九年级数学第一轮复习"
NOTES = ("课前让学生先看，两分钟就够", "讲完定义以后用，停在第二页", "分组做，做完对答案", "学有余力的同学课后看", "")
OTHERS = (
    ("chinese", "古诗里的月亮：三首一起读", "每首先读，再比。朗读放在最前面。", PackReach.PUBLIC),
    ("physics", "光的折射实验课", "器材只要一杯水、一根筷子。", PackReach.PUBLIC),
    ("science", "种子发芽观察四周", "每周一张记录表，图片给学生对照。", PackReach.REGION),
    ("english", "At the farm: words and a song", "", PackReach.SCHOOL),
)
COMING = 2  # lessons that the story's pack is put to


def seed(context: DemoContext) -> None:
    """The story's teacher's, and one each by a teacher of another subject."""
    region: Region = context.things["region"]
    teacher = _acting("teacher")
    made = [*_story(teacher)] if teacher is not None and teacher.grant is not None else []
    schools = [school for school in region.schools if school.teachers]
    for place, (subject, title, words, reach) in enumerate(OTHERS):
        school = schools[(place * 7 + 3) % len(schools)]
        by = roster.actor_of_person(school.teachers[place % len(school.teachers)])
        if by.grant is None:
            continue
        facts: dict[str, Any] = {
            "title": title,
            "words": words,
            "subject": subject,
            "stage": school.plan.stages[0],
            "reach": reach,
        }
        facts |= {"region": region.city if reach == PackReach.REGION else None}
        made += [one for one in [_pack(by, facts, subject)] if one is not None]
    if teacher is not None:
        _attach_coming(teacher)
        _say(teacher)
    context.say(f"  {len(made)} packs")


def keep() -> int:
    """The next lessons of the story's teacher have her pack. Returns how many were given it."""
    teacher = _acting("teacher")
    return _attach_coming(teacher) if teacher is not None else 0


def _acting(login: str) -> Actor | None:
    account = apps.get_model("identity", "Account").objects.filter(username=login).first()
    return roster.actor_of_account(account) if account is not None else None


def _pack(by: Actor, facts: dict[str, Any], subject: str, most: int = 4) -> Pack | None:
    rows = resources.resources_visible_to(by).filter(state="published", subject=subject).select_related("current")
    of_grade = rows.filter(grade=facts["grade"]) if "grade" in facts else rows.filter(stage=facts["stage"])
    found = list((of_grade.order_by("-downloads", "title", "pk") or rows.order_by("title", "pk"))[:most])
    if not found:
        return None
    made = services.create_pack(facts=facts, by=by)
    for place, resource in enumerate(found):
        services.put_item(made, resource, note=NOTES[place % len(NOTES)], by=by)
    return made


def _story(teacher: Actor) -> "list[Pack]":
    base = {"subject": "maths", "stage": "junior", "grade": 9}
    lesson = {"title": LESSON_PACK, "words": "先看短片，再动手描点，最后做练习。", **base}
    unit = {"title": UNIT_PACK, "words": "按章排，每周放一部分。", "reach": PackReach.SCHOOL, **base}
    return [one for one in (_pack(teacher, lesson, "maths", 5), _pack(teacher, unit, "maths", 8)) if one is not None]


def _coming(teacher: Actor) -> "list[Lesson]":
    regular = DEMO_SETS.get("schedule.regular_lessons")
    if regular is None:
        return []
    lessons: QuerySet[Lesson] = regular().filter(teacher=teacher.person_id, state="planned")
    return list(lessons.filter(starts_at__gt=timezone.now()).order_by("starts_at")[:COMING])


def _attach_coming(teacher: Actor) -> int:
    pack = queries.own_packs(teacher).filter(title=LESSON_PACK).first()
    if pack is None:
        return 0
    attached, known = 0, set(pack.attachments.values_list("lesson", flat=True))
    for lesson in _coming(teacher):
        if lesson.pk not in known:
            with contextlib.suppress(PackError, Denied):
                services.attach_to_lesson(pack, lesson, by=teacher)
                attached += 1
    return attached


def _say(teacher: Actor) -> None:
    """The review is put to the teacher's class, some of which have said what helped."""
    pack = queries.own_packs(teacher).filter(title=UNIT_PACK).first()
    group = roster.class_groups_known(teacher.class_group_ids).order_by("grade", "number").last()
    if pack is None or group is None:
        return
    today = timezone.localdate()
    with contextlib.suppress(Denied):  # a region of another shape: somebody who does not teach it
        given = services.attach_to_class(pack, group, first=today, until=today + timedelta(days=60), by=teacher)
        pupils: list[Person] = [row.person for row in roster.members_of_class(group, "student")[:12]]
        for place, by in enumerate([teacher, *map(roster.actor_of_person, pupils)]):
            for item in queries.lines_of([pack], by)[pack.pk][: 1 + place % 3]:
                if not item.gone:
                    services.judge_item(given, item.item.resource_id, helped=place % 5 != 3, by=by)
