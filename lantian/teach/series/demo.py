"""The series of the demonstration: open physics lessons by a famous teacher, a strong school's mathematics for the city, and a
class for an alliance's schools. Their lessons are those that the parts below hold and plan.
"""

import contextlib
from typing import TYPE_CHECKING

from django.apps import apps

from lantian.kernel.demo import DEMO_SETS, DemoContext
from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.roster import queries as roster
from lantian.teach.series import services
from lantian.teach.series.enums import SeriesAccess, SeriesKind
from lantian.teach.series.errors import SeriesError
from lantian.teach.series.models import Series, SeriesLesson

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lantian.people.roster.demo import Region
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson

OPEN_TITLE = "光从哪里来：初中物理名师课"
SCHOOL_TITLE, MASTER_TITLE = "富乐初中九年级数学", "小学数学思维课"
FOLLOWERS = ("parent", "student")
MOST = 12


def seed(context: DemoContext) -> None:
    """Three series, two of them followed by the story's family."""
    region: Region = context.things["region"]
    made = [
        one
        for one in (
            _series(
                _open_lessons(),
                kind=SeriesKind.MASTER,
                title=OPEN_TITLE,
                words="从水里的筷子讲到彩虹，每讲四十分钟，只用家里找得到的东西做实验。\n八年级学生可以跟着听，家长也可以陪着看。",
                teacher_note="正高级教师，物理名师工作室领衔人",
                access=SeriesAccess.PUBLIC,
            ),
            _series(
                _regular("junior"),
                kind=SeriesKind.SCHOOL,
                title=SCHOOL_TITLE,
                words="联盟里每天在上的数学课，给全市的师生看：缺课的可以补，老师可以听。",
                access=SeriesAccess.REGION,
                region=region.city,
            ),
            _series(
                _regular("primary"),
                kind=SeriesKind.MASTER,
                title=MASTER_TITLE,
                words="面积、方程、植树问题：先画图，再列式。",
                teacher_note="市学科带头人",
                access=SeriesAccess.ALLIANCE,
            ),
        )
        if one is not None
    ]
    for account in apps.get_model("identity", "Account").objects.filter(username__in=FOLLOWERS):
        actor = roster.actor_of_account(account)
        for one in made[:2]:
            with contextlib.suppress(Denied):  # a region without that family
                services.follow_series(one, by=actor)
    context.say(f"  {len(made)} series, {SeriesLesson.objects.count()} lessons in them")


def keep() -> int:
    """Lessons planned since are in their series. Returns how many."""
    found = Series.objects.filter(title=OPEN_TITLE).select_related("organization").first()
    return _attach(found, _open_lessons()) if found is not None else 0


def _open_lessons() -> "list[Lesson]":
    lessons = DEMO_SETS.get("live.open_lessons")
    return list(lessons().select_related("teacher", "organization")) if lessons else []


def _regular(stage: str) -> "list[Lesson]":
    """The newest lessons of the alliance of a stage, in their order."""
    regular = DEMO_SETS.get("schedule.regular_lessons")
    if regular is None:
        return []
    lessons: QuerySet[Lesson] = regular().filter(stage=stage).exclude(state="cancelled")
    newest = lessons.select_related("teacher", "organization", "alliance").order_by("-starts_at")[:MOST]
    return list(reversed(newest))


def _series(
    lessons: "list[Lesson]",
    *,
    kind: str,
    title: str,
    words: str,
    access: str,
    teacher_note: str = "",
    region: "Organization | None" = None,
) -> Series | None:
    if not lessons:
        return None
    first = lessons[0]
    made = services.create_series(
        kind=kind,
        title=title,
        words=words,
        organization=first.organization,
        teacher=first.teacher if kind == SeriesKind.MASTER else None,
        teacher_note=teacher_note,
        subject=first.subject,
        stage=first.stage,
        access=access,
        region=region,
        alliance=first.alliance if access == SeriesAccess.ALLIANCE else None,
        by=SYSTEM,
    )
    _attach(made, lessons)
    return services.publish_series(made, by=SYSTEM)


def _attach(series: Series, lessons: "list[Lesson]") -> int:
    known = set(series.entries.values_list("lesson_id", flat=True))
    attached = 0
    for lesson in lessons:
        if lesson.pk not in known and lesson.teacher_id == (series.teacher_id or lesson.teacher_id):
            with contextlib.suppress(SeriesError):
                services.attach_lesson(series, lesson, by=SYSTEM)
                attached += 1
    return attached
