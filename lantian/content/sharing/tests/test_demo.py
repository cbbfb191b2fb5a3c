"""The demonstration's part: an import with faults to see, and a neighbour that was asked."""

from types import SimpleNamespace

import pytest

from lantian.content.resources.models import Resource
from lantian.content.resources.tests.shelf import Shelf
from lantian.content.sharing import demo
from lantian.content.sharing.models import BulkRun, Cartridge, Harvest
from lantian.kernel.demo import DemoContext
from lantian.people.roster.tests.factories import with_account

pytestmark = pytest.mark.django_db


def test_an_old_platform_was_imported_and_a_neighbour_asked(shelf: Shelf) -> None:
    account = with_account(shelf.teacher)
    account.username = "teacher"
    account.save()
    region = SimpleNamespace(far_school=lambda: SimpleNamespace(organization=shelf.school))
    demo.seed(DemoContext(things={"region": region}, say=lambda _words: None))
    done, waits = BulkRun.objects.order_by("created_at")
    assert (done.state, done.counts["imported"], done.counts["refused"]) == ("done", 8, 3)
    assert waits.state == "mapping"
    harvest = Harvest.objects.get()
    assert (harvest.state, harvest.made, harvest.refused) == ("done", 5, 0)
    assert Resource.objects.filter(state="published").count() == 13
    course = Cartridge.objects.get()
    assert (course.state, course.parts.count(), course.parts.filter(state="kept").count()) == ("mapping", 6, 1)
