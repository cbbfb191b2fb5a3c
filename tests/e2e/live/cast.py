"""Who else is in the story: a second receiving room, its assistant, a substitute; and the hour that it takes place in."""

import json
from dataclasses import dataclass

from tests.e2e.conftest import Instance

# The teacher's day is cleared for a lesson that begins now, whatever hour it is, and is near its end at once: it is made longer.
# The rehearsal behind it keeps the demonstration from planning its next lesson into its way.
_ARRANGE = """
import json
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from lantian.kernel.rules import SYSTEM
from lantian.people.roster.models import Membership, Person
from lantian.people.schedule import queries, services
from lantian.people.schedule.models import Lesson, Room

now = timezone.now().replace(microsecond=0)
minute = timedelta(minutes=1)
teacher = Person.objects.get(account__username="teacher")
own = Lesson.objects.filter(teacher=teacher)
usual = own.filter(alliance__isnull=False).select_related("organization", "alliance", "class_group", "room").last()
what = {"subject": "maths", "stage": usual.stage, "grade": usual.grade, "teacher": teacher, "by": SYSTEM}
with transaction.atomic():
    for each in own.filter(state="planned", ends_at__gt=now, starts_at__lt=now + 70 * minute):
        services.cancel_lesson(each, reason="今天另有安排", by=SYSTEM)
    lesson = services.plan_lesson(
        title="二次函数的图像与性质", organization=usual.organization, alliance=usual.alliance, class_group=usual.class_group,
        room=usual.room, starts_at=now, ends_at=now + 5 * minute,
        receivers=[row.class_group for row in usual.receivers.select_related("class_group__organization")], **what,
    )
    services.plan_lesson(
        title="试讲", organization=usual.organization, access="rehearsal", starts_at=now + 30 * minute,
        ends_at=now + 60 * minute, **what,
    )
rooms = Room.objects.filter(class_group__received_lessons__lesson=lesson, screen_account__isnull=False)
rooms = rooms.select_related("class_group__organization", "screen_account").order_by("class_group__organization__sort_key")
story = rooms.get(screen_account__username="screen")
near = str(story.class_group.organization.path).rsplit(".", 1)[0]
other = next(room for room in rooms if not str(room.class_group.organization.path).startswith(near))
homeroom = Membership.objects.get(class_group=other.class_group, role="homeroom_teacher", valid_to=None)
colleagues = Membership.objects.filter(
    organization=lesson.organization, role__in=("teacher", "homeroom_teacher"), valid_to=None
).exclude(person=teacher).select_related("person__account").order_by("person_id")
free = next(
    row.person for row in colleagues
    if queries.taught_then(row.person_id, now, now + 40 * minute, besides=lesson) is None
)
print(json.dumps({
    "lesson": str(lesson.pk),
    "screen": other.screen_account.username,
    "assistant": homeroom.person.account.username,
    "substitute": free.account.username,
    "substitute_id": str(free.pk),
    "screens": [room.screen_account.username for room in rooms],
}))
"""


@dataclass(frozen=True)
class Cast:
    """The lesson's id; logins of the second room's screen and assistant, a colleague who is free, all rooms' screens."""

    lesson: str
    screen: str
    assistant: str
    substitute: str
    substitute_id: str
    screens: tuple[str, ...]


def arrange(instance: Instance) -> Cast:
    """Set the lesson for now and find the others."""
    found = json.loads(instance.shell(_ARRANGE).strip().splitlines()[-1])
    return Cast(**{**found, "screens": tuple(found["screens"])})
