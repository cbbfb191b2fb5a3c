"""Fault tickets: one button in the room, the school's desk, then the county's; who sees and does what."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lantian.kernel.holdings import Subject
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import ANONYMOUS, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.schedule.models import Lesson
from lantian.teach.desk import queries, rules, services
from lantian.teach.desk.engine.causes import suspect
from lantian.teach.desk.engine.facts import told_by_browser
from lantian.teach.desk.errors import NobodyAbove, TicketOver, TooManyTickets
from lantian.teach.desk.models import Ticket
from lantian.teach.desk.queries.todos import tickets_waiting
from lantian.teach.desk.services.erasing import forget_raiser
from lantian.teach.desk.tests.stories import hold, moment
from lantian.teach.live.tests.world import actor, organization, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(world):
    return actor(person("校长"), "school_head", world.receiving[0])


@pytest.fixture
def officer(world):
    return actor(person("县干部"), "officer", world.county)


def raised(world, **facts):
    lesson = world.plan(start=timezone.now() - timedelta(minutes=5))
    return services.raise_ticket(kind="no_picture", lesson=lesson, by=world.screen_actor(), **facts)


def test_a_screen_reports_with_what_the_server_and_the_browser_know(world):
    ticket = raised(world, browser='{"online": true, "width": 1920, "height": 1080, "name": "王芳"}', agent="Chrome/92")
    assert (ticket.organization, ticket.desk, ticket.room) == (world.receiving[0], world.receiving[0], world.rooms[0])
    assert ticket.class_group == world.groups[0]
    assert ticket.facts["line"] == {"state": None}
    assert ticket.facts["browser"] == {"online": True, "width": 1920, "height": 1080, "agent": "Chrome/92"}
    assert (ticket.guess, ticket.urgent, ticket.raised_by) == ("never_opened", True, None)
    assert ticket.due_at - ticket.created_at == timedelta(minutes=30)
    assert OutboxEvent.objects.get(name="desk.ticket_raised").context["number"] == ticket.number
    assert ticket.number == f"{timezone.localtime():%Y%m%d}-0001"
    assert raised_again(world).number.endswith("-0002")


def raised_again(world):
    return services.raise_ticket(kind="other", by=world.screen_actor())


def test_a_screen_that_reports_again_and_again_is_asked_to_wait(world):
    for _time in range(3):
        raised_again(world)
    with pytest.raises(TooManyTickets):
        raised_again(world)
    assert services.raise_ticket(kind="other", by=world.screen_actor(1))


def test_a_desk_takes_solves_and_the_raiser_confirms(world, head):
    teacher = world.teacher_actor
    ticket = services.raise_ticket(kind="cannot_open", words="点了没反应", by=teacher)
    assert ticket.desk == world.sending
    own_head = actor(person("校长"), "school_head", world.sending)
    services.take_ticket(ticket, by=own_head)
    services.comment_ticket(ticket, words="浏览器太旧", by=own_head)
    services.solve_ticket(ticket, solution="换了新浏览器", cause="player", by=own_head)
    with pytest.raises(TicketOver):
        services.take_ticket(ticket, by=own_head)
    services.reopen_ticket(ticket, reason="还是不行", by=teacher)
    services.solve_ticket(ticket, solution="重装了", by=own_head)
    services.close_ticket(ticket, by=teacher)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.guess, ticket.solution) == ("closed", "player", "重装了")
    acts = list(ticket.notes.order_by("at").values_list("act", flat=True))
    assert acts == ["raised", "taken", "comment", "solved", "reopened", "solved", "closed"]
    with pytest.raises(Denied):
        services.comment_ticket(ticket, words="再说一句", by=own_head)
    assert JournalEntry.objects.filter(object_id=ticket.pk).count() == 6
    with pytest.raises(Denied):
        services.take_ticket(ticket, by=head)


def test_what_a_school_lets_lie_goes_to_the_county_once_and_what_is_solved_closes_by_itself(world, officer):
    ticket = raised(world)
    now = timezone.now()
    assert services.keep_tickets(now) == 0
    assert services.keep_tickets(now + timedelta(minutes=31)) == 1
    ticket.refresh_from_db()
    assert (ticket.desk, ticket.state, ticket.escalated) == (world.county, "open", True)
    assert services.keep_tickets(now + timedelta(days=9)) == 0  # the county's is the last desk
    assert ticket.notes.filter(act="escalated").count() == 1
    services.solve_ticket(ticket, solution="换了网线", by=officer)
    assert services.keep_tickets(now + timedelta(days=6)) == 0
    assert services.keep_tickets(now + timedelta(days=8)) == 1
    ticket.refresh_from_db()
    assert ticket.state == "closed"


def test_a_school_hands_up_and_the_county_cannot(world, head, officer):
    ticket = raised(world)
    services.hand_up(ticket, reason="要换光纤", by=head)
    ticket.refresh_from_db()
    assert ticket.desk == world.county
    with pytest.raises(NobodyAbove):
        services.hand_up(ticket, reason="太难", by=officer)


def test_counts_stand_on_the_first_page_of_the_desk_that_has_them(world, head, officer):
    ticket = raised(world)
    day = timezone.localdate()
    assert [todo.count for todo in tickets_waiting(head, day)] == [1]
    assert list(tickets_waiting(officer, day)) == []
    Ticket.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert [(todo.due, todo.count) for todo in tickets_waiting(head, day)] == [(day, 1)]
    services.keep_tickets()
    assert list(tickets_waiting(head, day)) == []
    assert [todo.count for todo in tickets_waiting(officer, day)] == [1]
    assert queries.counts_at_desk(world.teacher_actor, timezone.now()) == {"waiting": 0, "overdue": 0}
    assert ticket.number


def test_who_sees_raises_handles_and_confirms(world, head, officer):
    ticket = raised(world)
    group = world.groups[0]
    local = actor(
        person("师", group.organization), "teacher", group.organization, class_group_ids=frozenset({group.pk})
    )
    other_head = actor(person("校长"), "school_head", world.receiving[1])
    pupil = actor(person("生", group.organization, "student", group), "student", group.organization)
    for one in (world.screen_actor(), head, officer, local, world.teacher_actor):
        assert_allowed(rules.may_view_ticket, one, ticket)
        assert ticket in queries.tickets_visible_to(one)
    for one in (other_head, pupil, ANONYMOUS, world.screen_actor(1)):
        assert_refused(rules.may_view_ticket, one, ticket)
        assert ticket not in queries.tickets_visible_to(one)
    for one in (world.screen_actor(), local, head):
        assert_allowed(rules.may_raise_ticket, one)
    for one in (pupil, ANONYMOUS):
        assert_refused(rules.may_raise_ticket, one)
    assert_allowed(rules.may_handle_ticket, officer, ticket)
    assert_refused(rules.may_handle_ticket, local, ticket)
    assert_refused(rules.may_handle_ticket, other_head, ticket)
    assert_allowed(rules.may_comment_ticket, local, ticket)
    assert_refused(rules.may_comment_ticket, world.screen_actor(), ticket)
    assert_refused(rules.may_confirm_ticket, head, ticket, because="还没有解决")
    ticket = services.solve_ticket(ticket, solution="好了", by=head)
    assert_allowed(rules.may_confirm_ticket, head, ticket)
    assert_refused(rules.may_confirm_ticket, local, ticket)
    assert_allowed(rules.may_set_contact, officer, world.receiving[0])
    assert_refused(rules.may_set_contact, other_head, world.receiving[0])
    assert_refused(rules.may_set_contact, local)


def test_the_nearest_number_stands_on_the_screen_and_the_last_good_lesson_beside_it(world, officer, head, monkeypatch):
    earlier = world.plan(start=moment(days_ago=3), minutes=40, title="昨天的课")
    hold(world, earlier, came=[(world.groups[0], 0, 40, "")])
    lesson = world.plan(start=timezone.now() - timedelta(minutes=5))
    screen = world.screen_actor()
    found = queries.standby(lesson, actor=screen, organization=world.receiving[0])
    assert (found.replay, found.contact) == (None, None)  # nothing of it was recorded
    earlier.live_sessions.get().stream.__class__.objects.update(seconds=2400)
    services.set_contact(world.county, phone="0816-822", hours="8:00–17:30", by=officer)
    found = queries.standby(lesson, actor=screen, organization=world.receiving[0])
    assert found.replay == earlier
    assert found.contact.phone == "0816-822"
    services.set_contact(world.receiving[0], phone="0816-100", by=head)
    assert queries.contact_for(world.receiving[0]).phone == "0816-100"
    assert queries.contact_for(organization("外校")) is None


def test_what_a_fault_is_likely_to_be():
    assert suspect(state=None) == "never_opened"
    assert suspect(state=None, online=False) == "class_line"
    assert suspect(state="waiting") == "no_picture"
    assert suspect(state="live", silent=40) == "teacher_line"
    assert suspect(state="live", silent=1, seen=3, error="bufferAppendError") == "player"
    assert suspect(state="live", silent=1, seen=90) == "class_line"
    assert suspect(state="live", silent=1, seen=3, muted=True) == "sound_blocked"
    assert suspect(state="live", silent=1, seen=3) == ""


@pytest.mark.parametrize(
    "raw", ["", "[1]", "{" * 5000, '{"width": -1, "online": 7, "type": ["x"]}', "[" * 3000, None, 3, '{"rtt": "1e9"}']
)
def test_a_browser_may_say_what_it_likes(raw):
    assert told_by_browser(raw) == {}


def test_what_a_browser_says_is_bounded():
    told = told_by_browser({"error": "frag<script>Load" + "x" * 100, "rtt": 40, "online": False}, "a\x00b" + "c" * 999)
    assert told["error"] == ("fragscriptLoad" + "x" * 100)[: len(told["error"])]
    assert len(told["error"]) <= 40
    assert (told["rtt"], told["online"]) == (40, False)
    assert len(told["agent"]) <= 250


def test_the_story_of_a_fault_in_pages(world, enter, head, officer):
    lesson = world.plan(start=timezone.now() - timedelta(minutes=5))
    screen = enter(world.screen_actor())
    assert screen.get(reverse("desk_standby", args=[lesson.pk])).status_code == 200
    address = reverse("desk_fault_lesson", args=[lesson.pk])
    assert "老师没来" in screen.get(address).content.decode()
    sent = screen.post(address, {"kind": "no_teacher", "facts": '{"online": true}'}, headers={"user-agent": "Kiosk/1"})
    assert sent.status_code == 201
    ticket = Ticket.objects.get()
    assert ticket.number in sent.content.decode()
    assert ticket.facts["browser"] == {"online": True, "agent": "Kiosk/1"}
    later = screen.post(reverse("desk_fault"), {"kind": "other"})
    due = timezone.localtime(Ticket.objects.exclude(pk=ticket.pk).get().due_at)
    assert f"{due.month}月{due.day}日 {due:%H:%M} 前" in later.content.decode(), (
        "tomorrow, which the hour alone does not say"
    )
    Ticket.objects.exclude(pk=ticket.pk).delete()
    desk = enter(head)
    listed = desk.get(reverse("desk_tickets"), {"where": str(world.receiving[0].pk)})
    assert listed.context["page"].total == 1
    one = reverse("desk_ticket", args=[ticket.pk])
    assert "主讲还没有开播" in desk.get(one).content.decode()
    assert desk.post(one, {"act": "take"}).status_code == 302
    assert desk.post(one, {"act": "solve", "words": ""}).status_code == 200
    assert desk.post(one, {"act": "solve", "words": "老师来了", "cause": "never_opened"}).status_code == 302
    assert desk.post(one, {"act": "reopen", "words": "又走了"}).status_code == 302
    assert desk.post(one, {"act": "up", "words": "请县里联系"}).status_code == 302
    assert desk.post(one, {"act": "comment", "words": "谢谢"}).status_code == 302
    county = enter(officer)
    assert county.get(reverse("desk_tickets"), {"where": str(world.county.pk)}).context["page"].total == 1
    assert county.get(reverse("desk_tickets"), {"export": "csv"}).status_code == 200
    assert county.get(reverse("desk_contact")).status_code == 200
    assert county.post(reverse("desk_contact"), {"phone": "0816-8220000"}).status_code == 302
    stranger = enter(actor(person("校长"), "school_head", world.receiving[1]))
    assert stranger.get(one).status_code == 404
    assert enter(world.screen_actor(1)).get(reverse("desk_week")).status_code == 403


def test_a_fault_is_called_one_of_a_lesson_that_is_on_only_while_it_is_on(world, enter, head):
    ticket = raised(world)
    desk, one = enter(head), reverse("desk_ticket", args=[ticket.pk])
    assert '<span class="badge badge-live" >上课中</span>' in desk.get(one).content.decode()
    services.solve_ticket(ticket, solution="好了", cause="never_opened", by=head)
    solved = desk.get(one).content.decode()
    assert "badge-live" not in solved
    assert "上课中报的" in solved
    services.reopen_ticket(ticket, reason="又没有了", by=head)
    assert "badge-live" in desk.get(one).content.decode()
    Lesson.objects.update(
        starts_at=timezone.now() - timedelta(days=10, minutes=45), ends_at=timezone.now() - timedelta(days=10)
    )
    waiting = desk.get(one).content.decode()
    assert "badge-live" not in waiting
    assert "上课中报的" in waiting


def test_what_an_erased_person_reported_stands_nowhere_any_more(world):
    ticket = services.raise_ticket(kind="other", words="我是李老师，电话 13900000000", by=world.teacher_actor)
    subject = Subject((world.teacher.pk,), names=(world.teacher.name,), pseudonym="已注销")
    assert forget_raiser(subject) == 1
    left = str([*Ticket.objects.values_list("words", "raised_as"), *ticket.notes.values_list("words", "by_name")])
    assert "13900000000" not in left
    assert world.teacher.name not in left
