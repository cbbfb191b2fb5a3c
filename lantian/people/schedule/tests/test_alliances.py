"""Alliances whole: asked and answered, joined from a day, left, ended in mid-term; what stops is shown before it stops."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied, shared
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster.models import Organization
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.enums import ALLIANCE_WORDS, AllianceKind, AlliancePart
from lantian.people.schedule.errors import AllianceOver, AlreadyThere, NotAMember, NotInvited, ScheduleError
from lantian.people.schedule.forms import AllianceForm
from lantian.people.schedule.models import Invitation, Lesson, Occupancy, Pairing
from lantian.people.schedule.tests.weeks import make_weeks, next_monday
from lantian.teach.live.tests.world import actor, class_group, organization, person

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def lead(world):
    return actor(person("主讲校长"), "school_head", world.sending)


@pytest.fixture
def asked(world):
    return organization("江油中学", parent=world.county)


@pytest.fixture
def head(asked):
    return actor(person("江油校长"), "school_head", asked)


def invite(world, asked, by, **facts):
    defaults = {"part": "receiving", "joins_on": TODAY() + timedelta(days=3), "deadline": TODAY() + timedelta(days=7)}
    return services.invite_school(world.alliance, organization=asked, by=by, **(defaults | facts))


def test_every_type_says_what_it_is():
    assert set(ALLIANCE_WORDS) == set(AllianceKind)
    assert all(str(words).endswith("。") for words in ALLIANCE_WORDS.values())


def test_a_school_is_asked_its_head_accepts_and_it_joins_from_the_day(world, lead, asked, head):
    invitation = invite(world, asked, lead, message="欢迎")
    assert OutboxEvent.objects.get(name="schedule.school_invited").organization_id == asked.pk
    assert list(queries.invitations_to_answer(head, TODAY())) == [invitation]
    assert [todo.due for todo in queries.invitations_todo(head, TODAY())] == [invitation.deadline]
    with pytest.raises(AlreadyThere):
        invite(world, asked, lead)
    with pytest.raises(Denied):
        services.accept_invitation(invitation, by=lead)
    member = services.accept_invitation(invitation, by=head)
    assert (member.part, member.joins_on) == ("receiving", TODAY() + timedelta(days=3))
    assert asked.pk in queries.receiving_school_ids(world.alliance)
    with pytest.raises(NotInvited):
        services.decline_invitation(invitation, reason="算了", by=head)
    answer = OutboxEvent.objects.get(name="schedule.invitation_answered")
    assert (answer.context["state"], answer.organization_id) == ("accepted", world.sending.pk)
    with pytest.raises(AlreadyThere):
        invite(world, asked, lead)


def test_a_head_declines_with_a_reason_and_may_be_asked_again(world, lead, asked, head):
    invitation = services.decline_invitation(invite(world, asked, lead), reason="没有大屏", by=head)
    assert (invitation.state, invitation.reason) == ("declined", "没有大屏")
    assert not world.alliance.members.filter(organization=asked).exists()
    again = services.withdraw_invitation(invite(world, asked, lead), by=lead)
    assert again.state == "withdrawn"


def test_what_is_not_answered_in_time_expires(world, lead, asked, head):
    invitation = invite(world, asked, lead, deadline=TODAY())
    assert services.expire_invitations(TODAY()) == 0
    assert services.expire_invitations(TODAY() + timedelta(days=1)) == 1
    with pytest.raises(NotInvited):
        services.accept_invitation(invitation, by=head)
    late = invite(world, asked, lead, deadline=TODAY())
    Invitation.objects.filter(pk=late.pk).update(deadline=TODAY() - timedelta(days=1))
    with pytest.raises(NotInvited):
        services.accept_invitation(late, by=head)
    with pytest.raises(ScheduleError):
        invite(world, asked, lead, deadline=TODAY() - timedelta(days=1))


def test_who_invites_answers_sees_adds_and_leaves(world, lead, asked, head):
    invitation = invite(world, asked, lead)
    officer, stranger = (
        actor(person("县干部"), "officer", world.county),
        actor(person("校长"), "school_head", organization("外")),
    )
    receiver = actor(person("校长"), "school_head", world.receiving[0])
    assert_allowed(rules.may_invite_school, lead, world.alliance)
    assert_refused(rules.may_invite_school, receiver, world.alliance)
    county_led = services.create_alliance(
        name="县联盟",
        kind="community",
        stage="junior",
        lead=world.county,
        starts_on=TODAY(),
        ends_on=TODAY(),
        by=officer,
    )
    services.add_alliance_member(county_led, organization=world.receiving[0], part=AlliancePart.SENDING, by=officer)
    assert_allowed(rules.may_invite_school, receiver, county_led)  # a sending school asks others to receive
    assert_allowed(rules.may_add_member, officer, county_led, world.receiving[1])
    assert_refused(rules.may_add_member, lead, world.alliance, asked, because="邀请")
    assert_allowed(rules.may_answer_invitation, head, invitation)
    assert_refused(rules.may_answer_invitation, officer, invitation, because="校长")
    assert_refused(rules.may_answer_invitation, lead, invitation)
    for one in (lead, head, officer):
        assert_allowed(rules.may_view_invitation, one, invitation)
        assert invitation in queries.invitations_visible_to(one)
    for one in (stranger, receiver, ANONYMOUS, world.teacher_actor):
        assert_refused(rules.may_view_invitation, one, invitation)
        assert invitation not in queries.invitations_visible_to(one)
    member = world.alliance.members.select_related("alliance__lead", "organization").get(
        organization=world.receiving[0]
    )
    for one in (receiver, officer, lead):
        assert_allowed(rules.may_leave_alliance, one, member)
    for one in (head, world.teacher_actor, actor(person("信息"), "school_it", world.receiving[0])):
        assert_refused(rules.may_leave_alliance, one, member)


def test_names_are_known_while_one_is_in_and_no_longer(world):
    school = world.receiving[0]
    member = world.alliance.members.get(organization=school)
    mine = actor(person("师", school), "teacher", school)
    names = Organization.objects.filter(shared("roster.organization", mine))
    assert names.count() == 3
    services.leave_alliance(member, last=TODAY() - timedelta(days=1), reason="撤并", by=SYSTEM)
    assert Organization.objects.filter(shared("roster.organization", mine)).count() == 0
    other = actor(person("师", world.receiving[1]), "teacher", world.receiving[1])
    assert "梓潼一中" not in set(
        Organization.objects.filter(shared("roster.organization", other)).values_list("name", flat=True)
    )


def made_weeks():
    monday = next_monday(TODAY() + timedelta(days=14))
    weeks = make_weeks(monday)
    weeks.make(2)
    return weeks


def test_an_alliance_that_ends_in_mid_term_cuts_its_pairings_and_cancels_with_the_reason_what_was_shown():
    weeks = made_weeks()
    alliance, last = weeks.world.alliance, weeks.monday + timedelta(days=1)
    by_hand = weeks.world.plan(start=timezone.now() + timedelta(days=40))
    stops = queries.ending(alliance, last)
    before = set(Lesson.objects.filter(state="planned").values_list("pk", flat=True))
    kept = {row.pk for row in Lesson.objects.filter(entry_day=weeks.monday)}
    assert kept
    assert {row.pk for row in stops.cancelled} == before - kept
    assert by_hand.pk in {row.pk for row in stops.cancelled}
    assert len(stops.pairings) == 2
    assert services.end_alliance(alliance, last=last, reason="经费没有了", by=SYSTEM) == len(before - kept)
    assert set(Lesson.objects.filter(state="planned").values_list("pk", flat=True)) == kept
    assert not Occupancy.objects.exclude(lesson__in=kept).exists()
    assert {row.during.upper for row in Pairing.objects.all()} == {last + timedelta(days=1)}
    told = OutboxEvent.objects.filter(name="schedule.lesson_cancelled")
    assert {row.context["reason"] for row in told} == {"经费没有了"}
    weeks.make(2)
    assert set(Lesson.objects.filter(state="planned").values_list("pk", flat=True)) == kept
    alliance.refresh_from_db()
    assert (alliance.state, alliance.ends_on) == ("active", last)
    assert services.close_alliances(last) == 0
    assert services.close_alliances(last + timedelta(days=1)) == 1
    assert OutboxEvent.objects.filter(name="schedule.alliance_ended").count() == 1
    with pytest.raises(AllianceOver):
        services.end_alliance(alliance, last=last, reason="再来", by=SYSTEM)


def test_a_school_that_leaves_is_taken_out_and_the_others_go_on():
    weeks = made_weeks()
    world, last = weeks.world, weeks.monday + timedelta(days=1)
    school, group = world.receiving[0], world.groups[0]
    alone = world.plan(start=timezone.now() + timedelta(days=41), receivers=[group])
    shared_one = world.plan(start=timezone.now() + timedelta(days=42))
    member = world.alliance.members.get(organization=school)
    stops = queries.ending(world.alliance, last, school)
    assert [row.pk for row in stops.cancelled] == [alone.pk]
    assert shared_one.pk in {row.pk for row in stops.thinned}
    assert services.leave_alliance(member, last=last, reason="并校", by=SYSTEM) == 1
    alone.refresh_from_db()
    assert alone.state == "cancelled"
    later = Lesson.objects.filter(state="planned", starts_at__date__gt=last)
    assert later.count() > 2
    assert not later.filter(receivers__class_group=group).exists()
    assert later.filter(receivers__class_group=world.groups[1]).count() == later.count()
    assert not Occupancy.objects.filter(lesson__in=later, class_group=group).exists()
    assert Lesson.objects.filter(entry_day=weeks.monday, receivers__class_group=group).exists()
    changed = weeks.make(2)
    assert (changed.made, changed.changed, changed.cancelled) == (0, 0, 0)
    with pytest.raises(NotAMember):
        services.leave_alliance(member, last=last, reason="又走", by=SYSTEM)
    assert JournalEntry.objects.get(action="schedule.alliance_left").data["lessons"] == 1


def test_a_sending_school_that_leaves_takes_its_lessons_along_and_may_come_back():
    weeks = made_weeks()
    world = weeks.world
    member = world.alliance.members.get(organization=world.sending)
    last = weeks.monday - timedelta(days=1)
    services.leave_alliance(member, last=last, reason="不送了", by=SYSTEM)
    assert not Lesson.objects.filter(state="planned", starts_at__date__gt=last).exists()
    services.close_alliances(TODAY())
    with pytest.raises(AlreadyThere):
        services.add_alliance_member(world.alliance, organization=world.sending, part=AlliancePart.SENDING, by=SYSTEM)
    type(member).objects.filter(pk=member.pk).update(leaves_on=TODAY() - timedelta(days=1))
    back = services.add_alliance_member(
        world.alliance, organization=world.sending, part=AlliancePart.SENDING, by=SYSTEM, joins_on=TODAY()
    )
    assert (back.pk, back.leaves_on, back.joins_on) == (member.pk, None, TODAY())


def test_the_past_cannot_be_ended(world, lead):
    with pytest.raises(ScheduleError):
        services.end_alliance(world.alliance, last=TODAY() - timedelta(days=5), reason="早就", by=lead)
    with pytest.raises(ScheduleError):
        services.end_alliance(world.alliance, last=date(2099, 1, 1), reason="晚", by=lead)


def test_schools_are_ticked_and_join_together_or_not_at_all(world, enter, monkeypatch):
    county = world.county
    officer = actor(person("干部"), "officer", county)
    alliance = services.create_alliance(
        name="全县", stage="primary", lead=county, starts_on=TODAY(), ends_on=TODAY() + timedelta(days=90), by=officer
    )
    own = [organization(f"乡镇{n}小学", parent=county) for n in range(3)]
    far = organization("外市小学")
    client = enter(officer)
    page = reverse("schedule_alliance_add", args=[alliance.pk])
    words = client.get(page).content.decode()
    assert f"{county} 乡镇1小学" in words
    assert "外市小学" not in words
    assert client.post(page, {"part": "receiving"}).context["form"].errors["schools"]
    assert client.post(page, {"part": "receiving", "schools": [str(far.pk)]}).context["form"].errors["schools"]
    ticked = {"part": "receiving", "schools": [str(each.pk) for each in own]}
    add = services.add_alliance_member

    def somebody_was_quicker(alliance, *, organization, **rest):
        if organization == own[2]:
            raise AlreadyThere("这所学校已在联盟里")
        return add(alliance, organization=organization, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(services, "add_alliance_member", somebody_was_quicker)
        answer = client.post(page, ticked)
    assert "乡镇2小学：这所学校已在联盟里" in str(answer.context["form"].errors["schools"])
    assert not alliance.members.exists()
    assert client.post(page, ticked).status_code == 302
    assert {row.organization for row in alliance.members.all()} == set(own)
    assert client.post(page, ticked).context["form"].errors["schools"], "who is in it is not offered"
    assert "乡镇1小学" not in client.get(page).content.decode()
    left = client.get(page).context["form"].fields["schools"].choices
    assert client.post(page, {"part": "receiving", "schools": [pk for pk, _name in left]}).status_code == 302
    assert "本辖区没有可以添加的学校了" in client.get(page).content.decode()


def test_the_story_of_an_invitation_and_an_end_in_pages(world, lead, asked, head, enter):
    page = reverse("schedule_alliance", args=[world.alliance.pk])
    client = enter(lead)
    assert "专递课堂" in client.get(page).content.decode()
    form = reverse("schedule_invite", args=[world.alliance.pk])
    facts = {"part": "receiving", "joins_on": TODAY().isoformat(), "deadline": TODAY().isoformat()}
    assert client.post(form, facts | {"school": "没有这所"}).context["form"].errors["school"]
    assert client.post(form, facts | {"school": "江油中学"}).status_code == 302
    invitation = Invitation.objects.get()
    answer = reverse("schedule_invitation", args=[invitation.pk])
    assert client.post(answer, {"answer": "accept"}).status_code == 403
    client = enter(head)
    assert "邀请贵校加入" in client.get(reverse("schedule_alliances")).content.decode()
    assert client.post(answer, {"answer": "decline", "reason": ""}).status_code == 200
    assert client.post(answer, {"answer": "accept"}).status_code == 302
    assert client.get(page).status_code == 200
    member = world.alliance.members.get(organization=asked)
    leave = reverse("schedule_alliance_leave", args=[member.pk])
    assert client.get(leave, {"last": "gestern"}).status_code == 200
    assert client.post(leave, {"last": TODAY().isoformat(), "reason": "只试一天"}).status_code == 302
    client = enter(lead)
    words = client.get(page).content.decode()
    assert "只试一天" in words
    assert "江油中学同意加入" in words
    end = reverse("schedule_alliance_end", args=[world.alliance.pk])
    lesson = world.plan(start=timezone.now() + timedelta(days=2))
    assert lesson.title in client.get(end).content.decode()
    assert client.post(end, {"last": "2099-01-01", "reason": "x"}).context["form"].errors["last"]
    assert client.post(end, {"last": TODAY().isoformat(), "reason": "学期改革"}).status_code == 302
    lesson.refresh_from_db()
    assert lesson.state == "cancelled"
    assert enter(head).get(end).status_code in (403, 404)
    assert client.get(reverse("schedule_alliances"), {"kind": "broadcast"}).status_code == 200
    assert class_group(asked, 3)


def test_days_that_no_calendar_has_are_refused(world, lead, enter):
    with pytest.raises(ScheduleError, match="十年"):
        services.create_alliance(
            name="永远", stage="junior", lead=world.sending, starts_on=TODAY(), ends_on=date(9999, 12, 31), by=lead
        )
    address = reverse("schedule_alliance_end", args=[world.alliance.pk])
    for day in ("9999-12-31", "0001-01-01", "x"):
        assert enter(lead).get(address, {"last": day}).status_code == 200, day


def test_kinds_of_alliances_are_explained_in_the_language_of_whoever_reads():
    with override("en"):
        words = [str(label) for _, label in AllianceForm.base_fields["kind"].choices]
    assert words
    assert not [word for word in words if re.search(r"[\u4e00-\u9fff]", word)]
