"""The figures: each level sees its own part, the parts add up, and the page leads down to the lessons."""

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import ANONYMOUS
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.teach.desk import queries, rules, services
from lantian.teach.desk.models import Outcome
from lantian.teach.desk.queries import Counts, Line, weeks_of
from lantian.teach.desk.queries.panels import figures_of_alliance
from lantian.teach.desk.queries.week import percent
from lantian.teach.desk.tests.stories import hold, moment
from lantian.teach.live import services as live
from lantian.teach.live.tests.world import actor, class_group, organization, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world):
    """Last week: three lessons for two schools, one of them not opened; the week before: one, attended by both."""
    monday = timezone.localtime().date() - timedelta(days=timezone.localtime().weekday() + 7)
    start = timezone.localtime().replace(year=monday.year, month=monday.month, day=monday.day, hour=10, minute=0)
    start = start.replace(second=0, microsecond=0)
    first, second = world.groups
    for offset, came in ((0, [first, second]), (1, [first]), (-7, [first, second])):
        lesson = world.plan(start=start + timedelta(days=offset), minutes=40)
        hold(world, lesson, came=[(group, 0, 40, "") for group in came])
    world.plan(start=start + timedelta(days=2), minutes=40)
    services.settle_days(monday - timedelta(days=7), monday + timedelta(days=6))
    world.monday = monday
    return world


def counts(line):
    return (line.counts.planned, line.counts.held, line.counts.attended)


def test_the_week_adds_up_at_every_level_and_is_compared_with_the_one_before(told):
    week = queries.stretch("week", told.monday + timedelta(days=3))
    assert (week.first, week.last) == (told.monday, told.monday + timedelta(days=6))
    city = queries.report(told.county.parent, week)
    assert counts(city.total) == (6, 4, 3)
    assert city.total.change == -50.0
    assert [counts(line) for line in city.days] == [(2, 2, 2), (2, 2, 1), (2, 0, 0)]
    assert [(line.name, counts(line)) for line in city.units] == [("梓潼县", (6, 4, 3))]
    assert [counts(line) for line in city.alliances] == [(6, 4, 3)]
    assert {row.cause: row.count for row in city.reasons} == {"never_opened": 2, "no_screen": 1}
    county = queries.report(told.county, week)
    assert [(line.name, counts(line)) for line in county.units] == [("平武中学", (3, 2, 1)), ("梓潼一中", (3, 2, 2))]
    assert sum(line.counts.planned for line in county.units) == county.total.counts.planned
    school = queries.report(told.receiving[1], week)
    assert school.by_class
    assert [(line.key, counts(line)) for line in school.units] == [(str(told.groups[1].pk), (3, 2, 1))]


def test_the_sending_school_sees_what_it_sent_and_a_stranger_nothing(told):
    week = queries.stretch("week", told.monday)
    assert counts(queries.report(told.sending, week).total) == (0, 0, 0)
    sent = queries.report(told.sending, week, side="sending")
    assert counts(sent.total) == (6, 4, 3)
    assert counts(queries.report(told.sending, week, side="sending", alliance=told.alliance.pk).total) == (6, 4, 3)
    other = organization("外县", "county")
    assert counts(queries.report(other, week).total) == (0, 0, 0)


def test_a_report_costs_the_same_few_queries_whatever_is_below(told, django_assert_num_queries):
    week = queries.stretch("week", told.monday)
    with django_assert_num_queries(4):
        queries.report(told.county.parent, week)
    with django_assert_num_queries(4):
        queries.report(told.receiving[0], week)


def test_stretches_are_days_weeks_and_terms():
    day = queries.stretch("day", date(2026, 9, 10))
    assert (day.first, day.last, day.before) == (
        date(2026, 9, 10),
        date(2026, 9, 10),
        (date(2026, 9, 3), date(2026, 9, 3)),
    )
    term = queries.stretch("term", date(2026, 10, 14))
    assert term.first == date(2026, 9, 1)
    assert term.before is not None
    assert term.before[1] < term.first
    assert queries.stretch("term", date(2026, 8, 10)).span == "week"  # between terms there is no term to show


def test_a_hundred_percent_means_all():
    assert percent(0, 0) is None
    assert percent(2999, 3000) == 99.9
    assert percent(3000, 3000) == 100
    weeks = weeks_of(
        [
            Line("2026-09-07", "", Counts(2, 2, 1)),
            Line("2026-09-11", "", Counts(3, 3, 3)),
            Line("2026-09-14", "", Counts(1)),
        ]
    )
    assert [(week.key, week.counts.planned) for week in weeks] == [("2026-09-07", 5), ("2026-09-14", 1)]


def test_who_reads_figures_and_who_puts_them_right(told):
    row = Outcome.objects.get(class_group=told.groups[1], day=told.monday + timedelta(days=1))
    receiver = row.lesson.receivers.select_related("class_group__organization").get(class_group=told.groups[1])
    officer = actor(person("县干部"), "officer", told.county)
    head = actor(person("校长"), "school_head", told.receiving[1])
    other = actor(person("校长"), "school_head", told.receiving[0])
    local = actor(
        person("师", told.receiving[1]), "teacher", told.receiving[1], class_group_ids=frozenset({told.groups[1].pk})
    )
    for one in (officer, head, told.teacher_actor, local, actor(person("牵头"), "school_head", told.sending)):
        assert_allowed(rules.may_view_outcome, one, row)
        assert row in queries.outcomes_visible_to(one)
    for one in (other, ANONYMOUS, told.screen_actor()):
        assert_refused(rules.may_view_outcome, one, row)
        assert row not in queries.outcomes_visible_to(one)
    assert_allowed(rules.may_read_week, officer, told.receiving[1])
    assert_allowed(rules.may_read_week, head)
    assert_refused(rules.may_read_week, head, told.county, because="管理范围")
    assert_refused(rules.may_read_week, told.teacher_actor)
    assert_allowed(rules.may_correct_attendance, head, row)
    assert_allowed(rules.may_correct_attendance, officer, row)
    for one in (other, told.teacher_actor, local):
        assert_refused(rules.may_correct_attendance, one, row)
    assert_allowed(rules.may_confirm_heads, local, receiver)
    assert_allowed(rules.may_confirm_heads, head, receiver)
    assert_refused(rules.may_confirm_heads, told.teacher_actor, receiver)


def test_the_officer_goes_from_the_week_down_to_a_lesson_and_takes_the_figures_out(told, enter):
    client = enter(actor(person("县干部"), "officer", told.county))
    page = client.get(reverse("desk_week"), {"on": told.monday.isoformat()})
    words = page.content.decode()
    assert "应上 6 班次，到课 3，到课率 50.0%" in words.replace(" ", " ")
    assert "主讲没有开播" in words
    school = client.get(page.context["units"][0].url)
    assert school.status_code == 200
    lessons = client.get(school.context["units"][0].url)
    assert lessons.context["page"].total == 3
    missed = client.get(page.context["missed_url"])
    assert missed.context["page"].total == 3
    one = client.get(reverse("desk_outcome", args=[missed.context["page"].objects[0].pk]))
    assert one.status_code == 200
    for kind in ("csv", "xlsx"):
        sent = client.get(page.context[f"{kind}_url"])
        content = b"".join(sent.streaming_content) if sent.streaming else sent.content
        assert len(content) > 200
    assert "县干部" in b"".join(client.get(page.context["csv_url"]).streaming_content).decode()
    assert JournalEntry.objects.filter(action="web.list_exported", data__list="desk.week").count() == 3
    assert client.get(reverse("desk_week"), {"unit": told.county.parent_id}).status_code == 404
    for nonsense in (
        {"on": "gestern", "span": "x", "side": "?"},
        {"span": "term"},
        {"span": "day", "on": "9999-01-01"},
    ):
        assert client.get(reverse("desk_week"), nonsense).status_code == 200


def test_a_head_corrects_on_the_page_and_a_teacher_only_reads(told, enter):
    row = Outcome.objects.get(class_group=told.groups[1], day=told.monday + timedelta(days=1))
    address = reverse("desk_outcome", args=[row.pk])
    client = enter(actor(person("校长"), "school_head", told.receiving[1]))
    assert client.post(address, {"word": "attended", "reason": ""}).context["form"].errors
    answer = client.post(address, {"word": "attended", "cause": "platform", "reason": "看了回放"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.attended
    assert "看了回放" in client.get(address).content.decode()
    reader = enter(told.teacher_actor)
    assert reader.get(address).context["form"] is None
    assert reader.post(address, {"word": "missed", "reason": "不"}).status_code == 403
    assert reader.get(reverse("desk_week")).status_code == 403


def test_a_class_that_was_there_for_too_short_is_not_called_absent(told, enter):
    short, absent = Outcome.objects.filter(attended=False).order_by("-held", "pk")[:2]
    Outcome.objects.filter(pk=short.pk).update(held=True, seconds=1500, cause="came_late")
    Outcome.objects.filter(pk=absent.pk).update(held=True, seconds=0, cause="screen_off")
    officer = enter(actor(person("县办"), "officer", told.county))
    for found, words in ((short, "不足八成"), (absent, "没有到课")):
        page = officer.get(reverse("desk_outcome", args=[found.pk])).content.decode()
        assert f'<span class="badge badge-warn" >{words}</span>' in page
    Outcome.objects.filter(pk=short.pk).update(corrected=True)
    assert "没有到课（更正过）" in officer.get(reverse("desk_outcome", args=[short.pk])).content.decode()


def test_the_assistant_confirms_heads_on_a_page(told, enter):
    lesson = told.plan(start=moment(hour=15), minutes=40)
    group = told.groups[0]
    address = reverse("desk_heads", args=[lesson.pk, group.pk])
    local = actor(
        person("助教", group.organization), "teacher", group.organization, class_group_ids=frozenset({group.pk})
    )
    client = enter(local)
    assert client.get(address).status_code == 200
    assert client.post(address, {"present": 90}).context["form"].errors["present"]
    assert client.post(address, {"present": 2}).status_code == 302
    assert enter(told.teacher_actor).get(address).status_code == 403
    elsewhere = class_group(told.receiving[0], 7)
    assert enter(local).get(reverse("desk_heads", args=[lesson.pk, elsewhere.pk])).status_code == 404


def test_the_assistant_confirms_heads_from_within_the_lesson(told, enter, monkeypatch):
    said = []
    monkeypatch.setattr("lantian.teach.live.services.chat.announce", lambda kind, **facts: said.append((kind, facts)))
    lesson = told.plan(minutes=40)
    session = live.open_live_session(lesson, by=told.teacher_actor)
    group = told.groups[0]
    address = reverse("desk_heads", args=[lesson.pk, group.pk])
    local = actor(
        person("助教", group.organization), "teacher", group.organization, class_group_ids=frozenset({group.pk})
    )
    client = enter(local)
    json = {"headers": {"accept": "application/json"}}
    assert client.get(address, **json).json() == {"present": None, "expected": 0, "message": ""}
    refused = client.post(address, {"present": 90}, **json)
    assert refused.status_code == 422
    assert refused.json()["message"]
    assert said == []
    assert client.post(address, {"present": 2}, **json).json() == {"present": 2, "expected": 0}
    assert client.get(address, **json).json()["present"] == 2
    facts = {"session": str(session.pk), "class": str(group.pk), "present": "2", "expected": "0"}
    assert said == [("heads", facts)]


def test_two_schools_of_one_name_are_two_on_the_alliances_page(told):
    type(told.receiving[0]).objects.filter(pk__in=[unit.pk for unit in told.receiving]).update(name="中心学校")
    panel = figures_of_alliance(actor(person("县干部"), "officer", told.county), told.alliance)
    assert [name for name, *_counts in panel.data["weakest"]] == ["中心学校", "中心学校"]
    shown = render_to_string(panel.template, {"data": panel.data})
    _name, there, planned, _percent = panel.data["weakest"][0]
    assert "各校到课率" in shown
    assert f"{there}/{planned} 班次" in shown, "the bars are said in words and figures too"
