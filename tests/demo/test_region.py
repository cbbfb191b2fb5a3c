"""The demonstration region: believable, deterministic, made through the services."""

import pytest
from django.utils import timezone

from lantian.content.media.models import Stream
from lantian.kernel.demo import DEMO_KEEPERS, DEMO_PARTS, DemoContext
from lantian.kernel.journal.models import JournalEntry
from lantian.people.exchange.models import ImportRun
from lantian.people.privacy.models import Consent, Erasure
from lantian.people.roster.models import ClassGroup, Guardianship, Organization, Person
from lantian.people.schedule.models import Lesson, Room
from lantian.teach.live.models import Attendance

pytestmark = pytest.mark.django_db


def seed() -> DemoContext:
    context = DemoContext(say=lambda text: None)
    for part in DEMO_PARTS:
        part(context)
    return context


@pytest.mark.longest
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
    imports = ImportRun.objects.order_by("created_at").values_list("kind", "state", "errors", "fault")
    assert [(kind, state, errors > 0, fault) for kind, state, errors, fault in imports] == [
        ("oneroster", "applied", False, ""),
        ("oneroster", "checked", True, ""),
        ("sheet", "checked", True, ""),
    ]
    privacy_pages_have_something_to_show()
    # the story's teacher has a lesson to open, and tomorrow's keeper does not make it twice
    lessons = Lesson.objects.filter(teacher__account__username="teacher", state="planned")
    assert lessons.exists()
    assert all(lesson.receivers.count() >= 10 for lesson in lessons)
    the_past_days_were_taught()
    before = Lesson.objects.count()
    for keeper in DEMO_KEEPERS:
        keeper()
    assert Lesson.objects.count() == before
    replays = Stream.objects.filter(state="closed", seconds__gt=0)
    assert {stream.live_session.lesson.access for stream in replays} == {"alliance", "public"}
    for keeper in DEMO_KEEPERS:
        keeper()
    assert replays.count() == 2


def privacy_pages_have_something_to_show() -> None:
    """Consents given online and on paper, one withdrawn, some missing; a request that waits; looks with a reason."""
    given = Consent.objects.filter(withdrawn_at__isnull=True)
    assert {row.way for row in given} == {"in_app", "paper"}
    assert 2 <= Consent.objects.filter(withdrawn_at__isnull=False).count() < given.count()
    assert given.count() >= 15
    request = Erasure.objects.get()
    assert (request.state, request.person.account.username) == ("waiting", "student")
    reasons = JournalEntry.objects.filter(action="roster.private_fact_revealed").values_list("data__reason", flat=True)
    assert len([reason for reason in reasons if len(reason) >= 4]) == 2


def the_past_days_were_taught() -> None:
    """Attendance pages and figures have something to show from the first minute, and no two counties the same."""
    held = Lesson.objects.filter(teacher__account__username="teacher", state="ended")
    assert held.count() >= 3  # the one that waits for its replay is not among them yet
    assert all(lesson.ends_at < timezone.now() for lesson in held)
    there = Attendance.objects.filter(session__lesson__in=held, kind="class")
    expected = sum(lesson.receivers.count() for lesson in held)
    assert 0.85 * expected < there.filter(attended=True).count() < expected
    assert there.filter(attended=False).exists() or there.count() < expected
    assert there.filter(stalls__gt=0).exists()
    assert all(row.head_count for row in there)
