"""The demonstration region: believable, deterministic, made through the services."""

import pytest

from lantian.kernel.demo import DEMO_KEEPERS, DEMO_PARTS, DemoContext
from lantian.people.roster.models import ClassGroup, Guardianship, Organization, Person
from lantian.people.schedule.models import Lesson, Room

pytestmark = pytest.mark.django_db


def seed() -> DemoContext:
    context = DemoContext(say=lambda text: None)
    for part in DEMO_PARTS:
        part(context)
    return context


def test_the_small_region_has_everything_a_newcomer_needs() -> None:
    context = seed()
    assert Organization.objects.filter(kind="county").count() == 9
    assert 38 <= Organization.objects.filter(kind="school").count() <= 46
    assert Organization.objects.filter(kind="teaching_point").exists()
    assert 2800 <= Person.objects.count() <= 4200
    assert ClassGroup.objects.filter(memberships__role="student").distinct().count() == ClassGroup.objects.count()
    assert Guardianship.objects.exists()
    roles = {account.key for account in context.accounts}
    assert roles >= {
        "teacher", "head", "school-it", "homeroom", "student", "parent", "screen",
        "county", "city", "province", "researcher", "expert", "operator", "newcomer",
    }  # fmt: skip
    assert Room.objects.filter(screen_account__isnull=False).count() > 20
    # the story's teacher has a lesson to open, and tomorrow's keeper does not make it twice
    lessons = Lesson.objects.filter(teacher__account__username="teacher", state="planned")
    assert lessons.exists()
    assert all(lesson.receivers.count() >= 10 for lesson in lessons)
    before = Lesson.objects.count()
    for keeper in DEMO_KEEPERS:
        keeper()
    assert Lesson.objects.count() == before
