"""The counties of a lesson: who is there, who stands still, and that the map and its table say the same."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.teach.live import services
from lantian.teach.live.models import Attendance, QualityReport
from lantian.teach.live.tests.support import config, sign_in
from lantian.teach.live.tests.world import organization, person
from lantian.teach.live.views import payloads

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(client, world):
    return sign_in(client, world.teacher)


@pytest.fixture
def apart(world):
    """The two receiving schools lie in two counties of the city's map."""
    type(world.county).objects.filter(pk=world.county.pk).update(code="510725", name="梓潼县")
    other = organization("平武县", "county", world.county.parent, code="510727")
    school = world.receiving[1]
    school.path, school.parent = f"{other.path}.{school.pk.hex}", other
    school.save()
    return world


def seen(session, group, ago, stalls=0):
    now = timezone.now()
    row = Attendance.objects.create(
        session=session,
        kind="class",
        viewer=f"class:{group.pk}",
        class_group=group,
        organization=group.organization,
        first_seen=now - timedelta(minutes=20),
        last_seen=now - ago,
        seconds=900,
    )
    QualityReport.objects.create(attendance=row, reported_at=now, stalls=stalls, stall_ms=stalls * 700, dropped=0)


def test_a_running_lesson_shows_county_by_county_who_is_there_and_who_stood_still(teacher, apart):
    lesson = apart.plan(start=timezone.now() - timedelta(minutes=25))
    session = services.open_live_session(lesson, by=SYSTEM, now=lesson.starts_at)
    services.mark_live(session.pk, started_at=lesson.starts_at)
    seen(session, apart.groups[0], timedelta(seconds=20), stalls=2)
    seen(session, apart.groups[1], timedelta(minutes=6))  # was there, is gone
    address = reverse("live_attendance", args=[lesson.pk])
    part = teacher.get(address, {"part": "places"})
    assert [(place.name, place.all, place.here, place.stalled) for place in part.context["places"]] == [
        ("平武县", 1, 0, 0),
        ("梓潼县", 1, 1, 1),
    ]
    words = part.content.decode()
    assert 'aria-label="梓潼县：1 个班，1 个在听，1 个卡顿过"' in words
    assert 'href="#place-510725"' in words
    assert 'id="place-510725"' in words
    assert words.count("<circle") == 1
    assert "every 15s" in words
    levels = {area.shape.code: area.level for area in part.context["areas"]}
    assert (levels["510725"], levels["510727"], levels["510703"]) == (4, 0, 0)
    assert words.strip() in teacher.get(address).content.decode()


def test_the_room_of_the_teacher_and_of_an_assistant_beside_know_the_counties_and_their_map(client, teacher, apart):
    lesson = apart.plan(start=timezone.now() - timedelta(minutes=5))
    services.open_live_session(lesson, by=SYSTEM, now=lesson.starts_at)
    given = config(teacher.get(reverse("live_teach", args=[lesson.pk])), "teach-config")["places"]
    assert [(each["code"], each["name"], each["schools"]) for each in given["counties"]] == [
        ("510725", "梓潼县", [str(apart.receiving[0].pk)]),
        ("510727", "平武县", [str(apart.receiving[1].pk)]),
    ]
    assert {"510725", "510727", "510703"} < {shape["code"] for shape in given["map"]["shapes"]}
    watch = reverse("live_watch", args=[lesson.pk])
    sign_in(client, person("周老师", apart.sending, "teacher", apart.group))
    assert config(client.get(watch), "watch-config")["places"] == given
    sign_in(client, person("李老师", apart.receiving[0], "teacher", apart.groups[0]))
    assert config(client.get(watch), "watch-config")["places"] is None


def test_a_lesson_that_is_over_is_not_asked_again_and_one_county_needs_no_map(teacher, world):
    lesson = world.plan(start=timezone.now() - timedelta(minutes=25))
    session = services.open_live_session(lesson, by=SYSTEM, now=lesson.starts_at)
    services.end_live_session(session.pk, reason="teacher", by=SYSTEM)
    assert payloads.places(lesson) is None
    part = teacher.get(reverse("live_attendance", args=[lesson.pk]), {"part": "places"}).content.decode()
    assert "every" not in part
    assert "<svg" not in part
