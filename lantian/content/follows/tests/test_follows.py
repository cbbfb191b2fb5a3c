"""Following: who may follow what, what is new for whom, never what one may not see; once a day; the feed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lantian.content.follows import queries, rules, services
from lantian.content.follows.errors import FollowedAlready, NothingSaid, TooManyFollows
from lantian.content.follows.models import Follow, Gathering, Reader
from lantian.content.packs.tests.desk import Desk
from lantian.content.resources import queries as resources
from lantian.content.resources import services as making
from lantian.content.resources.models import Placement
from lantian.content.taxonomy import services as taxonomy
from lantian.content.taxonomy.models import Node
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.rules import ANONYMOUS, SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.messaging.models import Notice
from lantian.people.roster import queries as roster

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
EVERYBODY = ("teacher", "colleague", "pupil", "head", "officer", "far", "above", "mother", "guest")


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


def follow(desk: Desk, who: str, **facts: Any) -> Follow:
    return services.follow(facts=facts, by=desk.acting(who))


def new(desk: Desk, who: str) -> list[str]:
    return [one.resource.title for one in queries.news_for(desk.acting(who), ago(days=1))]


def concerned() -> set[Any]:
    return set(queries.people_concerned(ago(days=1), timezone.now()))


def points(desk: Desk) -> list[Node]:
    own = {"kind": "points", "subject": "maths", "name": "数学知识点", "code": "maths", "valid_from": 2022}
    found = taxonomy.create_framework(organization=desk.shelf.county, by=SYSTEM, **own)
    area = taxonomy.add_node(found, kind="area", title="函数", code="F", by=SYSTEM)
    made = [area, taxonomy.add_node(found, kind="point", title="一次函数", code="F1", parent=area, by=SYSTEM)]
    taxonomy.publish_framework(found, by=SYSTEM)
    return made


def test_everybody_follows_and_students_what_they_learn_alone(desk: Desk) -> None:
    for who in ("teacher", "pupil", "mother", "officer"):
        assert_allowed(rules.may_follow, desk.acting(who))
    assert_refused(rules.may_follow, ANONYMOUS)
    pupil, teacher = desk.acting("pupil"), desk.shelf.teacher
    assert_allowed(rules.may_follow, pupil, Follow(subject="maths", grade=3))
    for closed in (Follow(author=teacher), Follow(organization=desk.shelf.school), Follow(words="游戏")):
        assert_refused(rules.may_follow, pupil, closed)
        assert_allowed(rules.may_follow, desk.acting("colleague"), closed)
    mine = follow(desk, "pupil", subject="maths")
    assert_allowed(rules.may_drop, pupil, mine)
    assert_refused(rules.may_drop, desk.acting("teacher"), mine)
    services.drop(mine, by=pupil)
    assert not Follow.objects.exists()


def test_a_follow_says_something_once_and_there_are_not_too_many(desk: Desk, monkeypatch) -> None:
    for nothing in ({}, {"words": "  "}, {"subject": ""}):
        with pytest.raises(NothingSaid):
            follow(desk, "teacher", **nothing)
    follow(desk, "teacher", subject="maths", words=" 一次  函数 ")
    with pytest.raises(FollowedAlready):
        follow(desk, "teacher", subject="maths", words="一次 函数")
    monkeypatch.setattr("lantian.content.follows.services.following.MOST", 1)
    with pytest.raises(TooManyFollows):
        follow(desk, "teacher", grade=3)


def test_all_that_is_said_has_to_fit(desk: Desk) -> None:
    area, point = points(desk)
    follow(desk, "far", subject="maths", grade=8)
    follow(desk, "guest", node=area)
    follow(desk, "above", words="描点")
    follow(desk, "head", author=desk.shelf.teacher)
    follow(desk, "officer", organization=desk.shelf.school)
    follow(desk, "mother", kind="slides")
    one = desk.resource("一次函数")
    Placement.objects.create(resource=one, node=point)
    assert {who: new(desk, who) for who in EVERYBODY if new(desk, who)} == {
        who: ["一次函数"] for who in ("far", "guest", "above", "head", "officer")
    }
    other = desk.resource("月亮", "colleague", subject="chinese", grade=8, words="三首诗")
    assert new(desk, "far") == ["一次函数"]
    assert new(desk, "officer") == [other.title, "一次函数"]
    assert new(desk, "head") == ["一次函数"]
    because = {one.because for one in queries.news_for(desk.acting("guest"), ago(days=1))}
    assert because == {("数学知识点 › 函数",)}


def test_nobody_is_told_of_what_they_may_not_see_nor_of_their_own(desk: Desk) -> None:
    """What the day's statement says of people, the rule says of each in one of their roles."""
    people = {who: desk.person(who).pk for who in EVERYBODY}
    for who in EVERYBODY:
        follow(desk, who, subject="maths")
    told: dict[tuple[str, str], set[str]] = {}
    for reach in ("private", "school", "region", "public"):
        for audience in ("all", "staff"):
            facts = {"region": desk.shelf.county} if reach == "region" else {}
            one = desk.resource(f"{reach} {audience}", reach=reach, audience=audience, **facts)
            found = concerned()
            told[reach, audience] = {who for who, pk in people.items() if pk in found}
            for who in told[reach, audience]:
                actor = roster.actor_of_person(desk.person(who))
                assert resources.resources_visible_to(actor).filter(pk=one.pk).exists(), (who, reach, audience)
            assert "teacher" not in told[reach, audience], "of one's own one is not told"
            making.withdraw_resource(one, words="下一个", by=desk.acting("teacher"))
    everybody = set(EVERYBODY) - {"teacher"}
    staff = {"colleague", "head", "officer", "far", "above"}
    at_school = {"colleague", "pupil", "mother", "head"}
    assert told == {
        ("private", "all"): set(),
        ("private", "staff"): set(),
        ("school", "all"): at_school,
        ("school", "staff"): at_school & staff,
        ("region", "all"): at_school | {"officer"},
        ("region", "staff"): (at_school | {"officer"}) & staff,
        ("public", "all"): everybody,
        ("public", "staff"): staff,
    }


def test_what_is_taken_down_or_closed_again_is_no_news(desk: Desk) -> None:
    follow(desk, "far", subject="maths")
    one = desk.resource("一次函数")
    assert new(desk, "far") == ["一次函数"]
    making.withdraw_resource(one, words="图有版权", by=desk.acting("teacher"))
    assert new(desk, "far") == []
    assert concerned() == set()
    desk.resource("给学校的", reach="school")
    assert new(desk, "far") == [], "it fits, and is not for them"


def test_once_a_day_those_with_news_are_told_and_who_has_looked_is_not(desk: Desk, run_jobs, monkeypatch) -> None:
    monkeypatch.setattr("lantian.content.follows.services.gathering.A_PART", 2)
    for who in ("colleague", "far", "guest", "head"):
        follow(desk, who, subject="maths")
    follow(desk, "above", subject="chinese")
    desk.resource("一次函数")
    services.set_daily(False, by=desk.acting("guest"))
    made = services.gather()
    assert made is not None
    assert made.people == 3
    assert services.gather() is None, "once a day"
    run_jobs()
    notices = Notice.objects.filter(kind="follows.gathered")
    told = [name for one in notices for name in one.receipts.values_list("person__name", flat=True)]
    assert sorted(told) == sorted(desk.person(who).name for who in ("colleague", "far", "head"))
    Gathering.objects.update(day=timezone.localdate() - timedelta(days=1))
    later = desk.resource("二次函数")
    services.see_news(until=timezone.now(), by=desk.acting("far"))
    again = services.gather()
    assert again is not None
    assert (again.since, again.people) == (made.until, 2)
    assert later.published_at > again.since


def test_one_publication_among_many_followers_is_one_query(desk: Desk) -> None:
    for who in EVERYBODY[1:]:
        follow(desk, who, subject="maths")
    with CaptureQueriesContext(connection) as publishing:
        desk.resource("一次函数")
    assert not [each for each in publishing.captured_queries if "follows_" in each["sql"]], "who publishes pays nothing"
    with CaptureQueriesContext(connection) as seen:
        found = queries.people_concerned(ago(days=1), timezone.now())
    assert (len(found), len(seen)) == (len(EVERYBODY) - 1, 1)


def test_having_looked_never_goes_back(desk: Desk) -> None:
    far = desk.acting("far")
    services.see_news(until=ago(days=3), by=far)
    first = Reader.objects.get().seen_at
    services.see_news(until=timezone.now() + timedelta(days=3), by=far)
    assert first <= Reader.objects.get().seen_at <= timezone.now()


def test_the_feed_is_its_owner_s_until_it_is_closed(desk: Desk, as_: As) -> None:
    far, stranger = as_("far"), Client()
    follow(desk, "far", subject="maths")
    desk.resource("一次函数")
    desk.resource("给学校的", reach="school")
    page = far.post("/follows/act/", {"act": "feed"})
    address = dict(page.context["addresses"])
    assert Reader.objects.get().digest not in address["Atom"]
    atom = stranger.get(address["Atom"])
    assert atom["Content-Type"].startswith("application/atom+xml")
    assert "private" in atom["Cache-Control"]
    assert "一次函数" in atom.content.decode()
    assert "给学校的" not in atom.content.decode()
    items = stranger.get(address["JSON Feed"]).json()["items"]
    assert [(one["title"], one["tags"]) for one in items] == [("一次函数", ["数学"])]
    newer = dict(far.post("/follows/act/", {"act": "feed"}).context["addresses"])
    assert stranger.get(address["Atom"]).status_code == 404
    assert stranger.get(newer["Atom"]).status_code == 200
    far.post("/follows/act/", {"act": "close"})
    assert stranger.get(newer["JSON Feed"]).status_code == 404
    assert stranger.get("/follows/feeds/.atom").status_code == 404


def test_one_follows_from_where_one_is_and_looks_at_what_is_new(desk: Desk, as_: As) -> None:
    area, _point = points(desk)
    client, one = as_("far"), desk.resource("一次函数")
    assert "您还没有关注" in client.get("/follows/").content.decode()
    node, page = f"/taxonomy/nodes/{area.pk}/", f"/resources/{one.pk}/"
    assert "有新资源告诉我" in client.get(node).content.decode()
    assert client.post("/follows/new/", {"node": str(area.pk), "next": node}).headers["Location"] == node
    assert "不再关注" in client.get(node).content.decode()
    assert 'value="author"' in client.get(page).content.decode()
    assert 'value="author"' not in as_("guest").get(page).content.decode()
    client.post("/follows/new/", {"resource": str(one.pk), "what": "author", "next": "//evil.example/"})
    assert "您关注了作者" in client.get(page).content.decode()
    hidden = desk.resource("给学校的", reach="school")
    assert client.post("/follows/new/", {"resource": str(hidden.pk), "what": "unit"}).status_code == 404
    assert "/follows/new/?subject=maths&amp;words=" in client.get("/resources/?subject=maths&q=函数").content.decode()
    assert "words" not in as_("guest").get("/follows/new/").context["form"].fields
    assert client.post("/follows/new/", {"subject": ""}).context["form"].errors
    assert client.post("/follows/new/", {"subject": "maths", "words": "函数"}).status_code == 302
    desk.resource("二次函数", "colleague")
    shown = client.get("/follows/")
    text = shown.content.decode()
    assert "二次函数" in text
    assert "给学校的" not in text
    for nonsense in ("", "2026-13-45T99:00+08:00", "2026-10-01T00:00"):
        assert client.post("/follows/act/", {"act": "seen", "until": nonsense}).status_code == 302
    assert client.get("/follows/").context["news"]
    client.post("/follows/act/", {"act": "seen", "until": shown.context["until"]})
    assert client.get("/follows/").context["news"] == []
    assert as_("guest").post(f"/follows/{Follow.objects.first().pk}/drop/").status_code == 404
    for row in Follow.objects.all():
        client.post(f"/follows/{row.pk}/drop/")
    assert not Follow.objects.exists()


def test_the_page_costs_the_same_whatever_is_new(desk: Desk, as_: As) -> None:
    client, area = as_("far"), points(desk)[0]
    follow(desk, "far", subject="maths")
    follow(desk, "far", node=area)
    desk.resource("一次函数")

    def cost() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/follows/").status_code == 200
        return len(seen)

    cost()
    few = cost()
    for n in range(4):
        desk.resource(f"第 {n} 个", "colleague")
        follow(desk, "far", subject="maths", grade=n + 1)
    assert cost() == few
    assert few <= 18


def test_erased_somebody_follows_nothing_and_is_followed_by_nobody(desk: Desk) -> None:
    follow(desk, "teacher", subject="maths")
    follow(desk, "far", author=desk.shelf.teacher)
    other = follow(desk, "far", subject="maths")
    subject = Subject(person_ids=(desk.shelf.teacher.pk,), names=("李敏",), pseudonym="某人")
    followed, read = HOLDINGS["follows.followed"], HOLDINGS["follows.read"]
    assert followed.export is not None
    assert [row["what"] for row in followed.export(subject).rows] == ["数学"]
    assert (followed.count(subject), read.count(subject)) == (2, 1)
    assert followed.erase is not None
    assert read.erase is not None
    assert (followed.erase(subject), read.erase(subject)) == (2, 1)
    assert list(Follow.objects.all()) == [other]
