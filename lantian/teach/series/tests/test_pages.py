"""The pages of series: what strangers and families find, and putting one together at a desk."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantian.kernel.rules import SYSTEM
from lantian.people.identity.models import Account
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.desk.tests.stories import hold, moment
from lantian.teach.live.tests.world import actor, person
from lantian.teach.series import services
from lantian.teach.series.models import Series
from lantian.teach.series.tests.test_series import head_of, later, make, picture

pytestmark = pytest.mark.django_db


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_a_stranger_finds_open_series_by_words_and_facets_and_no_others(world):
    make(world, words="给八年级")
    make(world, access="region", region=world.county)
    Series.objects.filter(access="region").update(title="只给本县")
    client = Client()
    for query, there in (
        ("", True),
        ("?q=函数", True),
        ("?q=王芳", True),
        ("?q=第2课", True),
        ("?q=诗词", False),
        ("?kind=air", False),
        ("?kind=master&sort=title", True),
        ("?sort=-lessons&page=7", True),
    ):
        page = text(client, f"/series/{query}")
        assert ("函数十讲" in page) is there, query
        assert "只给本县" not in page
    hidden = Series.objects.get(access="region")
    assert client.get(f"/series/{hidden.pk}/").status_code == 404
    assert client.get(f"/series/{hidden.pk}/cover/").status_code == 404


def test_the_page_of_a_series_has_what_comes_what_can_be_watched_and_what_was_missed(world):
    made = make(world, lessons=1)
    past = world.plan(start=moment(), minutes=40, access=LessonAccess.PUBLIC, title="上过的课")
    session = hold(world, past, came=[])
    session.stream.seconds, session.stream.poster = 2400, "poster-aa.jpg"
    session.stream.save()
    gone = world.plan(start=moment(hour=14), minutes=40, access=LessonAccess.PUBLIC, title="没录的课")
    hold(world, gone, came=[])
    for lesson in (past, gone):
        services.attach_lesson(made, lesson, by=SYSTEM)
    page = text(Client(), f"/series/{made.pk}/")
    coming, rest = page.split('id="replays-title"')
    replays, over = rest.split('id="over-title"')
    assert "第1课" in coming
    assert "上过的课" in replays
    assert f"/live/lessons/{past.pk}/watch/" in replays
    assert "poster-aa.jpg" in replays
    assert "没录的课" in over
    assert "登录后可以订阅" in page
    assert "poster-aa.jpg" in text(Client(), "/series/")


def test_the_pages_cost_the_same_whatever_is_in_them(world):
    def cost(url):
        with CaptureQueriesContext(connection) as seen:
            text(Client(), url)
        return len(seen)

    made = make(world, lessons=1)
    one, few = cost(f"/series/{made.pk}/"), cost("/series/")
    for number in range(6):
        lesson = world.plan(start=later(days=10 + number), access=LessonAccess.PUBLIC, receivers=[])
        services.attach_lesson(made, lesson, by=SYSTEM)
        make(world, lessons=0, published=False)
    Series.objects.update(state="published", published_at=later())
    assert cost(f"/series/{made.pk}/") == one <= 5
    assert cost("/series/") == few <= 4


def test_a_teacher_puts_one_together_the_head_publishes_and_a_mother_follows(world, enter):
    lessons = [
        world.plan(start=later(days=day), access=LessonAccess.PUBLIC, receivers=[], title=f"第{day}课")
        for day in (1, 2)
    ]
    world.plan(start=later(days=3), title="不公开的课")
    client = enter(world.teacher_actor)
    assert "王芳" in text(client, "/series/new/")
    form = {
        "title": "一次函数",
        "kind": "master",
        "teacher": str(world.teacher.pk),
        "teacher_note": "特级教师",
        "subject": "maths",
        "stage": "junior",
        "words": "三讲",
        "access": "region",
    }
    assert client.post("/series/new/", form).context["form"].errors["region"]
    bad = SimpleUploadedFile("x.png", b"no picture", content_type="image/png")
    answer = client.post("/series/new/", form | {"access": "public", "cover": bad})
    made = Series.objects.get()
    assert answer.headers["Location"] == f"/series/{made.pk}/lessons/"
    page = text(client, answer.headers["Location"])
    assert "封面要是" in page, "a cover that is no picture costs nothing else"
    assert "不公开的课" not in page
    for lesson in lessons:
        assert client.post(f"/series/{made.pk}/lessons/", {"lesson": str(lesson.pk)}).status_code == 302
    second = made.entries.get(position=2)
    client.post(reverse("series_lesson_act", args=[second.pk]), {"act": "earlier"})
    assert made.entries.get(position=1).lesson == lessons[1]
    assert client.post(f"/series/{made.pk}/publish/").status_code == 403
    cover = SimpleUploadedFile("c.png", picture().getvalue(), content_type="image/png")
    assert client.post(f"/series/{made.pk}/edit/", form | {"access": "public", "cover": cover}).status_code == 302
    mother = actor(person("母"), "guardian", world.receiving[0])
    assert enter(mother).get(f"/series/{made.pk}/").status_code == 404
    enter(head_of(world.sending)).post(f"/series/{made.pk}/publish/")
    client = enter(mother)
    page = text(client, f"/series/{made.pk}/")
    assert "订阅，开课前提醒我" in page
    assert client.get(f"/series/{made.pk}/cover/").headers["Content-Type"] == "image/jpeg"
    client.post(f"/series/{made.pk}/follow/")
    assert "不再提醒" in text(client, f"/series/{made.pk}/")
    assert made.subscriptions.get().person_id == mother.person_id
    client.post(f"/series/{made.pk}/follow/", {"act": "off"})
    assert not made.subscriptions.exists()
    for url in (f"/series/{made.pk}/edit/", f"/series/{made.pk}/lessons/"):
        assert client.get(url).status_code == 403
    enter(head_of(world.sending)).post(f"/series/{made.pk}/publish/", {"act": "close"})
    assert enter(mother).get(f"/series/{made.pk}/").status_code == 404


def test_the_own_calendar_address_has_the_lessons_one_follows(world):
    from lantian.people.roster.models import Membership
    from lantian.people.roster.queries import actor_of_account

    made = make(world, lessons=1)
    account = Account.objects.create(username=f"a{uuid4().hex[:10]}", must_set_password=False)
    who = person("同学")
    who.account = account
    who.save()
    Membership.objects.create(
        person=who,
        organization=world.receiving[0],
        class_group=world.groups[0],
        role="student",
        valid_from=later(days=-30).date(),
    )
    services.follow_series(made, by=actor_of_account(account))
    client = Client()
    client.force_login(account)
    address = client.post("/timetable/subscribe/", {"act": "open"}).context["address"]
    feed = Client().get(address.removeprefix("http://testserver")).content.decode()
    assert "SUMMARY:第1课" in feed
    assert f"UID:{made.entries.get().lesson_id}@lantian" in feed
