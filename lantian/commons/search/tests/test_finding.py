"""What is found: words, parts of words, pinyin, slips; and nothing that one may not see, in no list and no number."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lantian.commons.search import queries
from lantian.commons.search.enums import Sort
from lantian.commons.search.queries import KINDS, Asked, Indexed
from lantian.commons.search.tests.conftest import Index
from lantian.kernel.rules import ANONYMOUS, Actor
from lantian.people.identity.models import Account
from lantian.people.roster.models import Organization
from lantian.people.roster.queries import actor_of_account, class_groups_visible_to, organizations_visible_to
from lantian.people.schedule.models import Lesson
from lantian.people.schedule.queries import lessons_visible_to
from lantian.portal.home.tests.support import Region, actor_of, client_of, make_screen
from lantian.teach.recordings.models import Recording
from lantian.teach.recordings.queries import recordings_visible_to
from lantian.teach.series.models import Series, SeriesLesson
from lantian.teach.series.queries import series_visible_to

# Kinds whose own tests compare tokens and rules as it is done here.
ELSEWHERE = {"resource", "pack", "node"}


def titles(actor: Actor, typed: str, kind: str = "lesson", **more: object) -> list[str]:
    found = queries.find(actor, Asked(typed, kind, **more))  # type: ignore[arg-type]  # a test's shorthand
    return [hit.title for _kind, _id, hit in queries.draw(actor, found.ids)]


@pytest.fixture
def head(region: Region) -> Actor:
    return actor_of(region.people["school_head"])


def test_a_lesson_that_is_called_by_its_subject_does_not_say_it_twice(
    region: Region, index: Index, head: Actor
) -> None:
    region.lesson("数学")
    region.lesson("一元二次方程的解法")
    index()
    found = queries.find(head, Asked("数学", "lesson"))
    notes = {hit.title: hit.note for _kind, _id, hit in queries.draw(head, found.ids)}
    assert "数学" not in notes["数学"]
    assert " · 数学 · " in notes["一元二次方程的解法"]


def test_lessons_are_found_by_words_parts_pinyin_initials_and_names(region: Region, index: Index, head: Actor) -> None:
    region.lesson("一元二次方程的解法")
    region.lesson("二次函数的图像和性质")
    region.lesson("My family 第3课时")
    index()
    for typed, expected in {
        "二次函数": "二次函数的图像和性质",
        "函数 图像": "二次函数的图像和性质",
        "次函": "二次函数的图像和性质",  # no word, only characters
        "像": "二次函数的图像和性质",
        "echs": "二次函数的图像和性质",
        "hanshu": "二次函数的图像和性质",
        "ECHSDTX": "二次函数的图像和性质",
        "方程": "一元二次方程的解法",
        "解法": "一元二次方程的解法",
        "family": "My family 第3课时",
        "fam": "My family 第3课时",
        "Ｍｙ": "My family 第3课时",
        '"的图像"': "二次函数的图像和性质",
        "二次涵数": "二次函数的图像和性质",  # reads alike
        "二次凶数": "二次函数的图像和性质",  # one character wrong
        "famly": "My family 第3课时",
    }.items():
        assert titles(head, typed) == [expected], typed
    assert len(titles(head, "王老师")) == len(titles(head, "涪城中学 数学")) == 3
    assert titles(head, '"图像函数"') == titles(head, "化学") == []


def test_synonyms_are_found_and_a_platform_adds_its_own(
    region: Region, index: Index, head: Actor, home: object
) -> None:
    from lantian.commons.search.queries.reading import folders

    region.lesson("期末试卷讲评")
    index()
    assert titles(head, "期末考卷") == ["期末试卷讲评"]
    assert titles(head, "大考") == []
    folders().synonyms.write_text("大考 期末")
    assert titles(head, "大考") == ["期末试卷讲评"]


@pytest.mark.parametrize(
    "typed", ["", " ", "''", '"', "((", "AND OR", "a" * 500, "*?~^:\\", "\x00", "，。", "！" * 90, "🙂", "كتاب", "한국"]
)
def test_whatever_is_typed_is_no_error(index: Index, region: Region, typed: str) -> None:
    index()
    assert client_of(region.people["school_head"]).get("/search/", {"q": typed}).status_code == 200
    assert Client().get("/search/suggest/", {"q": typed}).status_code == 200


def test_facets_count_and_narrow_and_results_are_ordered(region: Region, index: Index, head: Actor) -> None:
    early, late = timezone.now() - timezone.timedelta(days=9), timezone.now()  # type: ignore[attr-defined]  # Django has it
    region.lesson("函数复习", starts=early, state="ended")
    region.lesson("函数练习", starts=late)
    index()
    found = queries.find(head, Asked("函数", "lesson"))
    assert dict(found.facets["state"]) == {"ended": 1, "planned": 1}
    assert dict(found.facets["subject"]) == {"maths": 2}
    narrowed = queries.find(head, Asked("函数", "lesson", facets={"state": ("ended",)}))
    assert narrowed.total == 1
    assert dict(narrowed.facets["state"]) == {"ended": 1, "planned": 1}, (
        "of the chosen facet the others are still counted"
    )
    assert dict(narrowed.facets["subject"]) == {"maths": 1}
    assert titles(head, "函数", sort=Sort.NEW) == ["函数练习", "函数复习"]


def everybody(region: Region) -> dict[str, Actor]:
    make_screen(region)
    screen = actor_of_account(Account.objects.get(kind="class_screen"))
    return {"nobody": ANONYMOUS, "screen": screen} | {role: actor_of(each) for role, each in region.people.items()}


VISIBLE: dict[str, Any] = {
    "lesson": lessons_visible_to,
    "organization": organizations_visible_to,
    "class": class_groups_visible_to,
    "recording": recordings_visible_to,
    "series": series_visible_to,
}


def many_audiences(region: Region) -> None:
    """Lessons, recordings and series for everybody, a region, an alliance, a class, and for nobody."""
    now, own = timezone.now(), {"receivers": []}
    region.lesson("公开", access="public")
    rehearsal = region.lesson("试讲", **own)
    Lesson.objects.filter(pk=rehearsal.pk).update(access="rehearsal", class_group=None, alliance=None)
    for number, (audience, where) in enumerate(
        [("class", None), ("alliance", None), ("region", region.far), ("region", region.near), ("public", None)]
    ):
        for state in ("shown", "withdrawn"):
            lesson = region.taught(f"录像 {number} {state}", starts=now, **(own if number % 2 else {}))
            Recording.objects.create(
                session=lesson.live_sessions.get(),
                organization=region.sending,
                title=lesson.title,
                taught_at=now,
                state=state,
                audience=audience,
                region=where,
            )
    gone = Recording.objects.filter(audience="public", state="shown").get().session.stream
    type(gone).objects.filter(pk=gone.pk).update(state="deleted")
    for access, where, alliance in (
        ("public", None, None),
        ("region", region.far, None),
        ("region", region.province, None),
        ("alliance", None, region.alliance),
    ):
        for state in ("draft", "published"):
            series = Series.objects.create(
                kind="school",
                title=f"系列 {access} {state}",
                organization=region.sending,
                teacher=region.people["teacher"],
                access=access,
                region=where,
                alliance=alliance,
                state=state,
                published_at=now,
            )
            SeriesLesson.objects.create(series=series, lesson=region.lesson("系列里的课", **own), position=1)


def test_tokens_let_everybody_see_exactly_what_the_rules_do(region: Region, index: Index) -> None:
    many_audiences(region)
    index()
    compared = 0
    for role, actor in everybody(region).items():
        for kind, visible_to in VISIBLE.items():
            found = queries.find(actor, Asked("", kind, most=100))
            seen = set(visible_to(actor).values_list("pk", flat=True))
            assert {pk for _kind, pk in found.ids} == seen, (role, kind)
            assert found.total == len(seen)
            assert set(dict(queries.find(actor, Asked("", kind)).facets)) <= {"stage", "subject", "state", "unit"}
            compared += found.total
    assert compared > 150
    assert set(VISIBLE) == {key for key, kind in KINDS.items() if isinstance(kind, Indexed)} - ELSEWHERE


def test_what_is_published_later_is_seen_and_what_is_withdrawn_is_not(region: Region, index: Index) -> None:
    lesson = region.taught("勾股", starts=timezone.now(), receivers=[])
    recording = Recording.objects.create(
        session=lesson.live_sessions.get(), organization=region.sending, title="勾股", taught_at=lesson.starts_at
    )
    index()
    officer = actor_of(region.people["county"])
    for state, audience, where, seen in (
        ("shown", "region", region.far, True),
        ("withdrawn", "region", region.far, False),
        ("shown", "public", None, True),
        ("shown", "class", None, False),
    ):
        Recording.objects.filter(pk=recording.pk).update(state=state, audience=audience, region=where)
        index()
        for kind in ("lesson", "recording"):
            assert bool(queries.find(officer, Asked("勾股", kind)).total) is seen, (state, audience, kind)
    Lesson.objects.filter(pk=lesson.pk).update(access="public", summary="毕达哥拉斯")
    index()
    assert titles(ANONYMOUS, "毕达哥拉斯", "recording") == ["勾股"], "what a recording says of its lesson follows it"


def test_what_is_not_seen_is_in_no_count_no_facet_no_suggestion_and_nothing_alike(region: Region, index: Index) -> None:
    closed = region.lesson("函数的秘密", receivers=[])
    region.lesson("函数的公开", access="public", receivers=[])
    index()
    stranger, expert = ANONYMOUS, actor_of(region.people["expert"])
    for actor in (stranger, expert):
        assert queries.counts(actor, "函数")["lesson"].total == 1
        found = queries.find(actor, Asked("函数", "lesson"))
        assert found.total == 1
        assert [many for _value, many in found.facets["subject"]] == [1]
        assert [hit.title for *_, hit in queries.suggestions(actor, "函数的")] == ["函数的公开"]
        assert titles(actor, "秘密") == titles(actor, "mimi") == titles(actor, "函数的秘秘") == []
        assert queries.more_like(actor, "lesson", closed.pk) == [] or all(
            hit.title == "函数的公开" for *_, hit in queries.more_like(actor, "lesson", closed.pk)
        )
    assert "秘密" not in Client().get("/search/?q=函数").content.decode()


def test_the_database_has_the_last_word(region: Region, index: Index) -> None:
    lesson = region.lesson("函数公开", access="public")
    index()
    type(lesson).objects.filter(pk=lesson.pk).update(access="alliance")
    assert queries.find(ANONYMOUS, Asked("函数", "lesson")).total == 1, "the index has not heard of it yet"
    assert titles(ANONYMOUS, "函数") == []
    index()
    assert queries.find(ANONYMOUS, Asked("函数", "lesson")).total == 0


def test_more_like_this_shares_its_words(region: Region, index: Index, head: Actor) -> None:
    lesson = region.lesson("二次函数的图像")
    region.lesson("二次函数复习课")
    region.lesson("背影")
    index()
    assert [hit.title for *_, hit in queries.more_like(head, "lesson", lesson.pk)] == ["二次函数复习课"]


def test_changes_are_found_at_once_whoever_makes_them(region: Region, index: Index, head: Actor) -> None:
    lesson = region.lesson("勾股定理")
    index()
    type(lesson).objects.filter(pk=lesson.pk).update(title="平行四边形")
    assert index() == 1
    assert titles(head, "勾股") == []
    assert titles(head, "平行四边形") == ["平行四边形"]
    teacher = region.people["teacher"]
    type(teacher).objects.filter(pk=teacher.pk).update(name="已删除 4711")
    index()
    assert titles(head, "王老师") == [], "who is erased is in no document any more"
    assert len(titles(head, "4711")) == 1
    lesson.receivers.all().delete()
    index()
    assert titles(head, "平行四边形") == []


def test_a_unit_that_moves_takes_all_below_it_along(region: Region, index: Index) -> None:
    region.lesson("勾股定理", receivers=[])
    officer = actor_of(region.people["county"])  # of the far county; the sending school is in the near one
    index()
    assert titles(officer, "勾股") == []
    school = region.sending
    Organization.objects.filter(pk=school.pk).update(parent=region.far, path=f"{region.far.path}.{school.pk.hex}")
    index()
    assert titles(officer, "勾股") == ["勾股定理"]
    assert titles(officer, "涪城中学", "organization") == ["涪城中学"]


def test_every_kind_says_who_may_see_it() -> None:
    for key, kind in KINDS.items():
        if isinstance(kind, Indexed):
            assert kind.tokens(ANONYMOUS) <= {"all"}, f"{key}: a stranger has one token at most"
