"""The demonstration's taxonomy is whole, linked, and quickly made."""

from types import SimpleNamespace

import pytest

from lantian.content.taxonomy import demo, queries
from lantian.content.taxonomy.engine import outline
from lantian.content.taxonomy.enums import LinkKind
from lantian.content.taxonomy.models import Framework, Link, Node
from lantian.kernel.demo import DemoContext
from lantian.people.roster.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def test_maths_and_chinese_of_nine_grades_in_two_editions_stand() -> None:
    city = OrganizationFactory(kind="city", name="绵阳市")
    said: list[str] = []
    context = DemoContext(things={"region": SimpleNamespace(city=city)}, say=said.append)
    demo.seed(context)
    for subject in ("maths", "chinese"):
        points = queries.points_framework(subject)
        assert points is not None
        covered = set(Link.objects.filter(kind=LinkKind.COVERS).values_list("destination", flat=True))
        all_points = queries.points_in(points)
        assert all_points.count() > 200
        assert [one.title for one in all_points if one.pk not in covered] == []
        for stage, volumes in (("primary", 12), ("junior", 6)):
            books = queries.frameworks_in_use(subject=subject, stage=stage)
            assert len(books) == 2
            orders = []
            for book in books:
                assert queries.volumes_of(book).count() == volumes
                chapters = Node.objects.filter(framework=book, kind="chapter")
                assert not chapters.exclude(links_out__kind=LinkKind.COVERS).exists()
                orders.append([(one.grade, one.term, one.title) for one in chapters.order_by("grade", "term", "title")])
            assert orders[0] != orders[1]
    assert Link.objects.filter(kind=LinkKind.PRECEDES).count() > 400
    old = Framework.objects.get(code="maths-primary-a")
    assert old.state == "superseded"
    moved = Node.objects.get(framework=old, title="年、月、日")
    now = queries.places_of(queries.successors([moved.pk])[moved.pk])
    assert [place.above[0].title for place in now.values()] == ["三年级上册"]


def test_an_outline_that_names_what_is_not_there_is_refused() -> None:
    for text in ("3 没有领域", "# 数 N\n三 没有年级", "# 数 N\n3 甲 < 乙", "# 数 N\n3 甲\n3 甲"):
        with pytest.raises(outline.BadOutline):
            outline.points(text)
    with pytest.raises(outline.BadOutline):
        outline.textbooks("= 一年级上册 1 1\n- 单元\n课 : 甲", {})
