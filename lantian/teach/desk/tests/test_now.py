"""The lessons of this moment: what is told of them, to whom, at what cost, and which fault is named."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import ANONYMOUS
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.web.dates import said_span
from lantian.teach.desk import queries, rules
from lantian.teach.desk.engine.alarms import Course, alarms_of
from lantian.teach.desk.enums import ALARM_WORDS, AlarmKind
from lantian.teach.live import queries as live_queries
from lantian.teach.live import services as live
from lantian.teach.live.engine.presence import Presence, Totals
from lantian.teach.live.models import LiveNode, LiveSession
from lantian.teach.live.tests.world import actor, class_group, organization, person

A, B, C, SCHOOL = (UUID(int=number) for number in range(1, 5))


# Which fault is named --------------------------------------------------------------------------------------------------


def kinds(*courses, schools=None, **facts):
    return [alarm.kind for alarm in alarms_of(courses, schools or {}, **facts)]


def test_lessons_that_go_well_raise_no_alarm():
    assert (
        kinds(Course(A, 600, "live", 2, 30, 28, 2), Course(B, 60, None, None, 30), Course(C, 60, "waiting", None)) == []
    )


def test_what_the_teacher_has_to_do_is_told_by_lesson():
    assert kinds(Course(A, 180, None, None, 30)) == ["not_opened"]
    assert kinds(Course(A, 180, "waiting", None, 30)) == ["no_picture"]
    (alarm,) = alarms_of([Course(A, 900, "interrupted", 47.6, 30, 30, 30)], {(A, SCHOOL): (2, 2)})
    assert (alarm.kind, alarm.n, alarm.lesson) == ("silent", 47, A)


def test_one_lesson_that_stands_is_the_sending_side_and_half_of_all_the_platform():
    stands, runs = Course(A, 900, "live", 1, 30, 30, 12), Course(B, 900, "live", 1, 30, 30, 0)
    assert kinds(stands, runs, Course(C, 900, "live", 1, 30, 30, 1)) == ["sending"]
    also = Course(C, 900, "live", 1, 30, 30, 10)
    assert kinds(stands, runs, also) == ["platform"]
    assert kinds(Course(A, 900, "live", 1, 30, 30, 9)) == [], "less than a third"
    assert kinds(Course(A, 900, "live", 1, 2, 2, 2)) == [], "two classes are no common fault"


def test_a_school_whose_classes_all_stand_has_a_line_of_its_own_to_mend_unless_the_lesson_explains_it():
    runs = Course(A, 300, "live", 1, 30, 30, 2)
    assert kinds(runs, schools={(A, SCHOOL): (2, 2)}) == ["line"]
    assert kinds(runs, schools={(A, SCHOOL): (3, 2)}) == []
    assert kinds(Course(A, 300, "live", 1, 30, 30, 12), schools={(A, SCHOOL): (2, 2)}) == ["sending"]


def test_a_live_process_that_writes_nothing_is_told_once_and_explains_its_lessons():
    found = alarms_of([Course(A, 900, "live", 90, 30, 0), Course(B, 900, "live", 61, 30, 30, 30)], {})
    assert [(alarm.kind, alarm.n, alarm.of) for alarm in found] == [("unheard", 90, 2)]


def test_few_classes_after_ten_minutes_and_a_full_disk_are_told_the_gravest_first():
    few = Course(A, 601, "live", 1, 30, 14)
    assert kinds(few, disk_full=True, free_gb=1) == ["disk", "absent"]
    assert kinds(Course(A, 500, "live", 1, 30, 14)) == []


def test_an_s3_that_takes_nothing_is_told_before_single_lessons_and_not_at_the_first_pause():
    few = Course(A, 601, "live", 1, 30, 14)
    assert kinds(few, failing_s=31, behind_s=29) == ["offsite", "absent"]
    assert kinds(few, failing_s=20, behind_s=29) == ["absent"]


def test_every_alarm_has_a_reason_and_an_advice():
    assert set(ALARM_WORDS) == set(AlarmKind)
    for reason, advice in ALARM_WORDS.values():
        assert str(reason) % {"n": 3, "of": 7, "span": said_span(3)}
        assert str(advice)


# What is told, and to whom -----------------------------------------------------------------------------------------------


def run(world, **facts):
    """A lesson that runs for ten minutes by now, its teacher heard a moment ago."""
    now = timezone.now()
    lesson = world.plan(start=now - timedelta(minutes=10), **facts)
    session = live.open_live_session(lesson, by=world.teacher_actor)
    LiveSession.objects.filter(pk=session.pk).update(
        state="live", started_at=now - timedelta(minutes=9), last_chunk_at=now - timedelta(seconds=2)
    )
    session.refresh_from_db()
    return lesson, session


def report(session, group, *, playing=True, minutes=5, stalls=0, agent="Chrome 109 · Windows 7", **facts):
    """What a class's screen has said each ten seconds until now; it stands still since its last minute if not `playing`."""
    player = Presence(
        session=str(session.pk),
        kind="class",
        viewer=f"class:{group.pk}",
        class_group=str(group.pk),
        organization=str(group.organization_id),
        device=agent,
    )
    now = int(timezone.now().timestamp() * 1000)
    stretch = None
    for number in range(minutes * 6 + 1):
        left = (minutes * 6 - number) * 10_000
        stretch = player.sign(
            now - left,
            totals=Totals(stalls, stalls * 900, 0),
            lag=2.4,
            playing=playing or left > 50_000,
            **facts,
        )
    live.save_presence([stretch])


@pytest.fixture
def officer(world):
    return actor(person("县干部"), "officer", world.county)


@pytest.mark.django_db
def test_classes_are_counted_as_there_stuck_or_away_by_lesson_and_county(world, officer):
    lesson, session = run(world)
    report(session, world.groups[0], stalls=2)
    report(session, world.groups[1], playing=False)
    found = queries.overview(officer, timezone.now())
    total = found.total
    assert (total.expected, total.here, total.stuck, total.away, total.stalls, total.lag) == (2, 2, 1, 0, 2, 2.4)
    assert found.lessons[lesson.pk].playing == total
    assert [(part.name, part.playing.stuck) for part in found.counties] == [("梓潼县", 1)]
    assert [(part.key, part.lessons) for part in found.alliances] == [(str(world.alliance.pk), 1)]
    assert [(alarm.kind, alarm.school) for alarm in found.alarms] == [("line", world.receiving[1].pk)]


@pytest.mark.django_db
def test_a_class_with_two_screens_stands_still_only_when_both_do_and_an_old_report_does_not_count(world, officer):
    lesson, session = run(world)
    report(session, world.groups[0], playing=False)
    report(session, world.groups[0])
    later = timezone.now() + timedelta(minutes=2)
    assert queries.overview(officer, timezone.now()).total.stuck == 0
    gone = queries.overview(officer, later).lessons[lesson.pk].playing
    assert (gone.expected, gone.here, gone.stuck, gone.lag) == (2, 0, 0, None)


@pytest.mark.django_db
def test_everybody_sees_the_part_of_their_own_subtree(world, officer):
    lesson, session = run(world)
    report(session, world.groups[0])
    report(session, world.groups[1], playing=False)
    head = actor(person("校长"), "school_head", world.receiving[0])
    sender = actor(person("校长"), "school_head", world.sending)
    operator = actor(person("运维"), "operator", world.county)
    stranger = actor(person("外县"), "officer", organization("外县", "county"))
    seen = {who: queries.overview(who, timezone.now()).total for who in (head, sender, operator, stranger)}
    assert [(seen[who].expected, seen[who].stuck) for who in seen] == [(1, 0), (2, 1), (2, 1), (0, 0)]
    for who in (officer, head, sender, operator):
        assert_allowed(rules.may_watch_lessons, who)
        assert_allowed(rules.may_watch_lesson, who, lesson)
    assert_allowed(rules.may_watch_lessons, officer, world.receiving[0])
    assert_refused(rules.may_watch_lessons, head, world.county, because="管理范围")
    assert_refused(rules.may_watch_lesson, stranger, lesson, because="管理范围")
    for who in (world.teacher_actor, world.screen_actor(), ANONYMOUS):
        assert_refused(rules.may_watch_lessons, who)
        assert_refused(rules.may_watch_lesson, who, lesson)
    assert list(queries.classes_watched_by(head)) == [world.groups[0]]
    assert not queries.classes_watched_by(world.teacher_actor).exists()


@pytest.mark.django_db
def test_a_lesson_to_come_and_one_that_is_over_are_not_among_those_of_this_moment(world, officer):
    world.plan(start=timezone.now() + timedelta(minutes=40))
    done = world.plan(start=timezone.now() - timedelta(minutes=90), minutes=40)
    assert queries.overview(officer, timezone.now()).lessons == {}
    late = live.open_live_session(done, by=world.teacher_actor, now=done.starts_at)
    assert list(queries.overview(officer, timezone.now()).lessons) == [done.pk], "it runs beyond its time"
    live.end_live_session(late.pk, reason="teacher", by=world.teacher_actor)
    assert queries.overview(officer, timezone.now()).lessons == {}


@pytest.mark.django_db
def test_all_of_it_is_read_in_four_queries_however_many_lessons_and_classes(world, officer, django_assert_num_queries):
    _lesson, session = run(world)
    report(session, world.groups[0])
    with django_assert_num_queries(4):
        queries.overview(officer, timezone.now())
    schools = [organization(f"第{number}小学", parent=world.county) for number in range(5)]
    groups = [class_group(school, number) for school in schools for number in (1, 2)]
    for number in range(3):
        world.teacher = person(f"教师{number}", world.sending)
        start = timezone.now() - timedelta(minutes=10)
        world.group = class_group(world.sending, 20 + number)
        lesson = world.plan(start=start, receivers=[])
        for group in groups[number * 3 : number * 3 + 3]:
            lesson.receivers.create(class_group=group)
    with django_assert_num_queries(4):
        found = queries.overview(officer, timezone.now())
    assert len(found.lessons) == 4
    assert found.total.expected == 11
    assert sorted(alarm.kind for alarm in found.alarms) == ["not_opened"] * 3


# Pages -------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_says_what_is_wrong_and_leads_down_to_the_class(world, officer, enter):
    lesson, session = run(world)
    report(session, world.groups[0], stalls=3, rendition="sound", kbps=310)
    report(session, world.groups[1], playing=False, rendition="full", kbps=9000)
    client = enter(officer)
    page = client.get(reverse("desk_now"))
    words = page.content.decode()
    assert "现在 1 节课，应到 2 个班，在听 2 个，1 个画面停着。" in words
    assert str(world.receiving[1]) in words
    assert "怎么办" in words
    assert [row.pk for row in page.context["page"].objects] == [lesson.pk]
    again = client.get(reverse("desk_now"), headers={"HX-Request": "true", "HX-Trigger": "now"})
    assert "HX-Push-Url" not in again, "what asks by itself is no step to go back to"
    one = client.get(reverse("desk_now_lesson", args=[lesson.pk]))
    rows = one.context["page"].objects
    assert [(row.class_group_id, row.condition) for row in rows] == [
        (world.groups[1].pk, "stuck"),
        (world.groups[0].pk, "here"),
    ]
    assert "Chrome 109 · Windows 7" in one.content.decode()
    assert "只有声音和课件 · ≥ 310 kbit/s" in one.content.decode()
    assert "9000" not in one.content.decode(), "a whole picture goes without saying"
    stuck = client.get(reverse("desk_now_lesson", args=[lesson.pk]), {"condition": "stuck"})
    assert stuck.context["page"].total == 1
    hour = client.get(reverse("desk_now_class", args=[world.groups[0].pk]))
    assert {*hour.context["chart"]["series"][0]["values"]} == {None, 2.4}
    assert "卡顿 3 次" in hour.content.decode()
    assert sum(minute.there for minute in hour.context["minutes"]) == 6


@pytest.mark.django_db
def test_a_lesson_that_was_held_and_ended_early_is_not_said_to_be_missing(world, officer, enter):
    lesson, session = run(world)
    report(session, world.groups[0])
    LiveSession.objects.filter(pk=session.pk).update(state="ended", ended_at=timezone.now())
    page = enter(officer).get(reverse("desk_now_lesson", args=[lesson.pk]))
    assert "已结束" in page.content.decode()
    assert page.context["alarms"] == []
    session.delete()
    page = enter(officer).get(reverse("desk_now_lesson", args=[lesson.pk]))
    assert [alarm["title"] for alarm in page.context["alarms"]] == ["到点没有开播"]


@pytest.mark.django_db
def test_operators_see_the_live_processes_where_there_are_several(world, officer, enter):
    now = timezone.now()
    operator = actor(person("运维"), "operator", world.county)
    client = enter(operator)
    for name, seen in (("main", now), ("b", now - timedelta(seconds=40))):
        assert client.get(reverse("desk_now")).context["nodes"] == []
        LiveNode.objects.create(
            name=name, generation=uuid4(), started_at=now, seen_at=seen, steady_since=now, lessons=3, sockets=40
        )
    page = client.get(reverse("desk_now"))
    assert [(node.name, node.is_unseen) for node in page.context["nodes"]] == [("b", True), ("main", False)]
    assert "没有消息" in page.content.decode()
    assert enter(officer).get(reverse("desk_now")).context["nodes"] == []


@pytest.mark.django_db
def test_operators_take_a_live_process_out_of_service_and_off_the_list(world, officer, enter):
    now = timezone.now()
    client = enter(actor(person("运维"), "operator", world.county))
    for name, state, quiet in (("main", "serving", 0), ("b", "serving", 0), ("far", "gone", 300)):
        LiveNode.objects.create(
            name=name,
            generation=uuid4(),
            started_at=now,
            seen_at=now - timedelta(seconds=quiet),
            steady_since=now,
            state=state,
        )
    page = client.get(reverse("desk_now")).content.decode()
    assert page.count('value="drain"') == 2
    assert page.count('value="forget"') == 1
    drained = client.post(reverse("desk_now_node", args=["b"]), {"act": "drain"}, follow=True).content.decode()
    assert "b 不再接新课" in drained
    assert drained.count('value="drain"') == 1, "main is left"
    assert LiveNode.objects.get(pk="b").state == "draining"
    client.post(reverse("desk_now_node", args=["far"]), {"act": "forget"})
    assert set(LiveNode.objects.values_list("pk", flat=True)) == {"b", "main"}
    assert client.post(reverse("desk_now_node", args=["nowhere"]), {"act": "drain"}).status_code == 404
    refused = enter(officer).post(reverse("desk_now_node", args=["main"]), {"act": "drain"})
    assert (refused.status_code, LiveNode.objects.get(pk="main").state) == (403, "serving")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"trouble": "any"}, 1),
        ({"trouble": "stuck"}, 1),
        ({"trouble": "none"}, 0),
        ({"q": "函数"}, 1),
        ({"q": "无"}, 0),
    ],
)
def test_the_list_is_narrowed_by_trouble_and_words(world, officer, enter, asked, found):
    _lesson, session = run(world)
    report(session, world.groups[1], playing=False)
    client = enter(officer)
    assert client.get(reverse("desk_now"), asked).context["page"].total == found


@pytest.mark.django_db
def test_the_list_is_narrowed_by_county_and_alliance_ordered_and_taken_out(world, officer, enter):
    run(world)
    client = enter(officer)
    address = reverse("desk_now")
    assert client.get(address, {"county": str(world.county.pk)}).context["page"].total == 1
    assert client.get(address, {"alliance": str(world.alliance.pk)}).context["page"].total == 1
    for sort in ("stuck", "-stuck", "at", "sender", "alarm"):
        assert client.get(address, {"sort": sort}).status_code == 200
    sent = client.get(address, {"export": "csv"})
    assert "一次函数的图象" in b"".join(sent.streaming_content).decode()
    assert JournalEntry.objects.filter(action="web.list_exported", data__list="now").count() == 1


@pytest.mark.django_db
def test_pages_of_others_lessons_and_classes_are_not_there(world, enter):
    lesson, _session = run(world, receivers=[])
    client = enter(actor(person("校长"), "school_head", world.receiving[0]))
    assert client.get(reverse("desk_now")).context["page"].total == 0
    assert client.get(reverse("desk_now_lesson", args=[lesson.pk])).status_code == 404
    assert client.get(reverse("desk_now_class", args=[world.groups[1].pk])).status_code == 404
    assert client.get(reverse("desk_now_class", args=[world.groups[0].pk])).status_code == 200
    assert enter(world.teacher_actor).get(reverse("desk_now")).status_code == 403


@pytest.mark.django_db
def test_a_minute_without_a_report_is_a_gap_and_two_screens_are_one_class(world):
    _lesson, session = run(world)
    report(session, world.groups[0], minutes=2, stalls=1)
    report(session, world.groups[0], minutes=2, playing=False)
    now = timezone.localtime()
    reports = live_queries.reports_of_class(world.groups[0].pk, now - timedelta(hours=1))
    minutes = live_queries.minutes_of_class(reports, now - timedelta(minutes=9), now)
    assert len(minutes) == 10
    assert sum(minute.there for minute in minutes) == 3
    assert not minutes[0].there
    assert not any(minute.still for minute in minutes)
    assert sum(minute.stalls for minute in minutes) == 1
