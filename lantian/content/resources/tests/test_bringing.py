"""Many at a time: files of the platform's own, resources with whom and when they are from, and what was said of them there."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from lantian.content.resources import queries, services
from lantian.content.resources.engine import kinds, likeness
from lantian.content.resources.models import Blob, Rating, Resource
from lantian.content.resources.services import Brought, Known, Said, previewing, storing
from lantian.content.resources.tests import files
from lantian.content.resources.tests.shelf import FACTS, Shelf
from lantian.kernel.rules import SYSTEM, Denied

pytestmark = pytest.mark.django_db


def texts(count: int) -> list[Known]:
    return [Known(f"{files.WORDS}{n}".encode(), kinds.TEXT, {}, f"{files.WORDS}{n}") for n in range(count)]


def test_many_files_are_kept_as_one_is_in_a_fixed_number_of_statements(shelf: Shelf, django_assert_num_queries) -> None:
    upload = shelf.send(texts(1)[0].data, "a.txt")
    with django_assert_num_queries(4):  # and the savepoint
        kept = services.keep_made([*texts(30), texts(1)[0]])
    assert kept[0] == kept[30] == upload.blob
    assert len({blob.pk for blob in kept}) == 30
    for blob, one in zip(kept, texts(30), strict=False):
        assert storing.path_of(blob.pk).read_bytes() == one.data
        assert storing.path_of(blob.pk).stat().st_mode & 0o777 == 0o640
        assert Blob.objects.get(pk=blob.pk).likeness == likeness.of_text(one.text)
    assert services.keep_made(texts(30)) == kept[:30]
    assert list((storing.root() / "uploads").iterdir()) == []


def test_what_is_brought_may_say_whose_it_is_and_since_when(shelf: Shelf) -> None:
    since = timezone.now() - timedelta(days=300)
    blob = services.keep_made(texts(1))[0]
    mine = {"author": shelf.teacher.pk, "published_at": since, "downloads": 7}
    alone = Brought(facts=FACTS | {"reach": "private"}, url="https://a.example/", author=shelf.teacher.pk)
    items = [Brought(facts=FACTS, blob=blob, file_name="函数.txt", id=uuid4(), **mine), alone]
    (pk, _free), (private, _) = services.bring_resources(
        items, organization=shelf.school, origin="测试", by=shelf.acting("officer")
    )
    made = Resource.objects.select_related("current").get(pk=pk)
    assert pk == items[0].id
    assert (made.author, made.published_at, made.created_at, made.downloads) == (shelf.teacher, since, since, 7)
    assert (made.state, made.current.published_at, made.current.made_by) == ("published", since, shelf.teacher)
    assert made.current.file_name == "函数.txt"
    assert Resource.objects.filter(pk__in=[pk, private]).count() == 2
    seen = queries.resources_visible_to(shelf.acting("officer"))
    assert list(seen.values_list("pk", flat=True)) == [pk], "what is for its author alone stays so"


def test_ratings_and_marks_come_with_it(shelf: Shelf) -> None:
    made, other = shelf.publish(), shelf.make("far", reach="school", data=b"something else altogether", name="b.txt")
    services.rate_resource(made, stars=2, words="太短", by=shelf.acting("far"))
    at = timezone.now()
    said = [
        Said(made.pk, shelf.colleague.pk, 5, "好用", at),
        Said(made.pk, shelf.far.pk, 5, "", at),
        Said(made.pk, shelf.head.pk, 9, "", at),
        Said(other.pk, shelf.colleague.pk, 5, "", at),
    ]
    assert services.bring_ratings(said, organization=shelf.county, by=shelf.acting("officer")) == 1
    made.refresh_from_db()
    assert (made.rated, made.stars, Rating.objects.count()) == (2, 7, 2)
    assert services.bring_ratings([], organization=shelf.county, by=SYSTEM) == 0
    marks = {made.pk: "县级优质课", other.pk: "县级优质课"}
    assert services.bring_marks(marks, organization=shelf.county, by=shelf.acting("officer")) == 1
    made.refresh_from_db()
    assert made.mark == "县级优质课"
    for bring in (services.bring_ratings, services.bring_marks):
        with pytest.raises(Denied):
            bring({}, organization=shelf.county, by=shelf.acting("head"))


def test_of_many_office_documents_only_what_is_looked_at_is_made_into_pdf(shelf: Shelf, as_, monkeypatch) -> None:
    monkeypatch.setattr(queries, "converter", lambda: object())
    monkeypatch.setattr(previewing, "AT_ONCE", 2)
    made = [Known(files.docx(f"{n}"), kinds.DOCX, {}, f"{n}") for n in range(4)]
    items = [
        Brought(facts=FACTS, blob=blob, file_name="a.docx", downloads=n)
        for n, blob in enumerate(services.keep_made(made))
    ]
    ids = services.bring_resources(items, organization=shelf.school, origin="测试", by=SYSTEM)
    asked = ProcrastinateJob.objects.filter(task_name="resources.make_preview")
    assert not asked.exists()
    as_("teacher").get(f"/resources/{ids[1][0]}/")
    assert [job.args["blob"] for job in asked] == [items[1].blob.pk if items[1].blob else ""]
    services.ask_missing_previews()
    assert {job.args["blob"] for job in asked.all()} == {one.blob.pk for one in items[1:] if one.blob}, (
        "the least used is not among them"
    )
