"""The pages: above the list, on a resource's page, on the first page, all of them; hiding and bringing back."""

from collections.abc import Callable

import pytest
from django.test import Client

from lantian.content.resources.models import Resource
from lantian.content.suggested import services
from lantian.content.suggested.models import Hidden, Plain, Use
from lantian.content.suggested.tests.conftest import NAMES, Staffroom

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture
def shelf(staff: Staffroom) -> list[Resource]:
    """Two that were used together, one of them by the teacher; and one of what they teach."""
    made = [staff.resource("剪纸", subject="art"), staff.resource("年画", subject="art"), staff.resource("口算")]
    for one in made[:2]:
        staff.use(one, *NAMES[:3])
    staff.use(made[0], "teacher")
    services.rebuild()
    return made


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]  # of Django's test client


def test_above_the_list_until_one_looks_for_something(as_: As, shelf: list[Resource]) -> None:
    shown = text(as_("teacher").get("/resources/"))
    assert "给您的推荐" in shown
    assert '<span lang="zh" translate="no">剪纸</span>' in shown  # the reason
    assert "给您的推荐" not in text(as_("teacher").get("/resources/?q=年画"))
    for other in (as_("pupil"), as_("officer"), Client()):
        assert "给您的推荐" not in text(other.get("/resources/"))
    part = as_("teacher").get("/resources/", headers={"HX-Request": "true"})
    assert "给您的推荐" not in text(part)


def test_what_was_used_with_it_stands_on_its_page(as_: As, shelf: list[Resource]) -> None:
    page = f"/resources/{shelf[0].pk}/"
    for who in ("teacher", "officer"):
        shown = text(as_(who).get(page))
        assert "用过它的老师还用了" in shown
        assert "3 位老师都用过" in shown
    for other in (as_("pupil"), as_("mother"), Client()):
        assert "用过它的老师还用了" not in text(other.get(page))


def test_the_first_page_asks_for_it_afterwards(as_: As, shelf: list[Resource]) -> None:
    today = text(as_("teacher").get("/today/"))
    assert 'hx-get="/suggested/card/"' in today
    assert "年画" not in today
    card = as_("teacher").get("/suggested/card/", headers={"HX-Current-URL": "http://testserver/today/"})
    assert "年画" in text(card)
    assert 'name="next" value="/today/"' in text(card)
    assert 'hx-get="/suggested/card/"' not in text(as_("pupil").get("/today/"))


def test_hidden_and_brought_back(as_: As, shelf: list[Resource], django_assert_max_num_queries) -> None:
    teacher, page = as_("teacher"), "/suggested/"
    teacher.get(page)
    with django_assert_max_num_queries(16):
        assert "年画" in text(teacher.get(page))
    act = {"act": "hide", "resource": str(shelf[1].pk), "next": "/resources/"}
    answer = teacher.post("/suggested/act/", act)
    assert answer.headers["Location"] == "/resources/"
    assert Hidden.objects.count() == 1
    shown = text(teacher.get(page))
    assert "不感兴趣的" in shown
    assert shown.count("年画</a>") == 1
    assert "恢复了" in text(teacher.post("/suggested/act/", act | {"act": "show", "next": ""}, follow=True))
    assert not Hidden.objects.exists()
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        away = teacher.post("/suggested/act/", act | {"next": elsewhere})
        assert away.headers["Location"] == page


def test_nobody_hides_what_is_not_there_for_them(as_: As, staff: Staffroom, shelf: list[Resource]) -> None:
    closed = staff.resource("别校的", reach="school")
    for pk in (str(closed.pk), "x", ""):
        assert as_("teacher").post("/suggested/act/", {"act": "hide", "resource": pk}).status_code == 404
    assert as_("pupil").get("/suggested/").status_code == 403
    assert as_("pupil").post("/suggested/act/", {"act": "hide", "resource": str(shelf[1].pk)}).status_code == 403
    assert Client().get("/suggested/").status_code == 302
    assert not Hidden.objects.exists()


def test_one_says_that_nothing_is_to_be_made_of_what_one_uses(as_: As, staff: Staffroom, shelf: list[Resource]) -> None:
    teacher = as_("teacher")
    shown = text(teacher.post("/suggested/act/", {"act": "plain"}, follow=True))
    assert "已经删除" in shown
    assert "按我用过的推荐" in shown
    assert not Use.objects.filter(person=staff.person("teacher")).exists()
    teacher.post("/suggested/act/", {"act": "personal"})
    assert not Plain.objects.exists()


def test_without_anything_to_suggest_the_page_says_so(as_: As) -> None:
    assert "现在没有可推荐的" in text(as_("teacher").get("/suggested/"))
    assert "给您的推荐" not in text(as_("teacher").get("/resources/"))
