"""The demonstration region: believable, deterministic, made through the services."""

import pytest
from django.utils import timezone

from lantian.content.media.models import Stream
from lantian.content.resources.enums import Purpose, ResourceKind
from lantian.content.resources.models import Placement, Resource
from lantian.content.taxonomy import queries as taxonomy
from lantian.content.taxonomy.models import Node
from lantian.content.wanted.models import Call
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
    the_shelf_is_full_but_for_what_is_called_for()
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


def the_shelf_is_full_but_for_what_is_called_for() -> None:
    """Thousands of resources of every kind, on nearly all chapters of each book; a part of the points has nothing."""
    shelf = Resource.objects.filter(state="published")
    assert 2650 <= shelf.count() <= 2850
    assert set(shelf.values_list("kind", flat=True)) == set(ResourceKind.values)
    assert set(shelf.values_list("purpose", flat=True)) >= set(Purpose.values)
    assert len(set(shelf.values_list("subject", flat=True))) > 12
    for subject in ("maths", "chinese"):
        for grade in range(1, 10):
            assert shelf.filter(subject=subject, grade=grade).count() > 25
    placed = set(Placement.objects.filter(resource__in=shelf).values_list("node", flat=True))
    for book in taxonomy.frameworks_in_use():
        chapters = set(
            Node.objects.filter(framework=book, kind="chapter", retired_at=None).values_list("pk", flat=True)
        )
        assert 0.7 < len(chapters & placed) / len(chapters) < 1, book.name
    for subject in ("maths", "chinese"):
        framework = taxonomy.points_framework(subject)
        assert framework is not None
        points = set(taxonomy.points_in(framework).values_list("pk", flat=True))
        assert 0.05 < len(points - placed) / len(points) < 0.3, subject
    assert Call.objects.count() == 3
    months = set(shelf.filter(author__isnull=False).dates("published_at", "month"))
    assert len(months) > 15
    assert shelf.filter(rated__gt=0).count() > 200
    assert 30 <= shelf.exclude(mark="").count() <= 100
    files = shelf.filter(current__blob__isnull=False)
    assert files.values("current__blob").distinct().count() > 0.85 * files.count()
