"""One action on many people: shown with who is left out and why, confirmed once, done one by one, stopped."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.identity.services.accounts import set_first_password
from lantian.people.roster import queries, rules, services
from lantian.people.roster.enums import BatchState, EndReason
from lantian.people.roster.errors import BatchOver, ClassOfAnotherSchool, NobodyToActOn, ReasonNeeded, TooManyPicked
from lantian.people.roster.models import Batch, BatchItem, Membership, Person, RoleGrant
from lantian.people.roster.services import batches
from lantian.people.roster.tests.factories import MembershipFactory, PersonFactory, with_account


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


@pytest.fixture
def as_(world):
    def enter(name: str) -> Client:
        client = Client(headers={"X-Forwarded-For": "10.0.0.1"})
        person = Person.objects.select_related("account").get(pk=world.people[name].pk)
        client.force_login(person.account or with_account(person))
        return client

    return enter


def prepare(world, action: str, *names: str, who: str = "school_it") -> Batch:
    return services.prepare_batch(action, [world.people[name].pk for name in names], by=world.act(who))


def run(world, batch: Batch, who: str = "school_it", **asked: object) -> dict[str, int]:
    services.confirm_batch(batch, by=world.act(who), **asked)
    services.run_batch(batch.pk)
    batch.refresh_from_db()
    return queries.counts_of(batch)


def why(batch: Batch) -> dict[str, str]:
    return {item.person.name: item.reason for item in batch.items.select_related("person") if item.reason}


def person(world, name: str) -> Person:
    return Person.objects.select_related("account").get(pk=world.people[name].pk)


def test_who_may_act_on_many(world):
    for name, role in (("officer", None), ("head", None), ("school_it", None), ("homeroom", "homeroom_teacher")):
        assert_allowed(rules.may_act_on_many, world.act(name, role))
    for name in ("teacher", "jia", "mother", "researcher", "expert"):
        assert_refused(rules.may_act_on_many, world.act(name))
    batch = prepare(world, "slips", "jia")
    for name in ("school_it", "head", "officer", "city_officer"):
        assert_allowed(rules.may_view_batch, world.act(name), batch)
    for name in ("other_head", "other_officer", "teacher", "jia"):
        assert_refused(rules.may_view_batch, world.act(name), batch)
    assert_allowed(rules.may_run_batch, world.act("school_it"), batch)
    for name in ("head", "officer"):
        assert_refused(rules.may_run_batch, world.act(name), batch, because="发起人")


def test_slips_open_accounts_and_renew_codes_and_say_who_needs_none(world):
    signed_in, waiting = person(world, "yi"), person(world, "bing")
    account = with_account(signed_in)
    first = services.open_account_for(waiting, by=SYSTEM)
    batch = prepare(world, "slips", "jia", "yi", "bing", "school_it")
    assert {why(batch)[signed_in.name][:7], why(batch)[world.school_it.name][:5]} == {"已经登录过，不", "自己的账号"}
    assert person(world, "jia").account is None, "nothing happens before it is confirmed"
    assert run(world, batch) == {"ready": 0, "left_out": 2, "done": 2, "failed": 0}
    codes = {item.person.name: item.code for item in queries.items_with_codes(batch)}
    assert set(codes) == {world.jia.name, world.bing.name}
    assert codes[world.bing.name] != first.code
    account.refresh_from_db()
    assert account.has_usable_password()
    assert not account.must_set_password
    assert JournalEntry.objects.get(action="roster.batch_done").data == {"batch": "slips", "done": 2, "failed": 0}
    assert OutboxEvent.objects.get(name="roster.batch_done").extras["count"] == 2


def test_what_one_may_not_do_to_somebody_is_left_out_with_the_rules_own_words(world):
    MembershipFactory(person=world.teacher, organization=world.west, role="teacher")  # belongs elsewhere as well
    for name in ("teacher", "head", "jia"):
        with_account(person(world, name))
    batch = prepare(world, "reset", "teacher", "head", "jia", "ding")
    said = why(batch)
    assert "以外的单位" in said[world.teacher.name]
    assert "高于您的授权范围" in said[world.head.name]
    assert world.ding.name not in {item.person.name for item in batch.items.all()}, "whom one does not see is not in it"
    assert run(world, batch)["done"] == 1
    assert person(world, "jia").account.must_set_password


def test_rights_lost_before_the_worker_came_stop_everybody(world):
    with_account(person(world, "jia"))
    batch = prepare(world, "reset", "jia")
    services.confirm_batch(batch, by=world.act("school_it"))
    world.school_it.role_grants.update(revoked_at=timezone.now())
    services.run_batch(batch.pk)
    assert queries.counts_of(batch)["failed"] == 1
    assert "授权已经失效" in why(batch)[world.jia.name]
    assert not person(world, "jia").account.must_set_password


def test_what_changed_since_the_preview_is_said_and_not_done(world):
    account = with_account(person(world, "jia"))
    batch = prepare(world, "suspend", "jia")
    batches.close_account(account, by=SYSTEM, reason="已经停用")
    assert run(world, batch, reason="长期不用")["failed"] == 1
    assert why(batch)[world.jia.name] == "账号已停用"


def test_accounts_are_suspended_and_restored(world):
    for name in ("jia", "yi"):
        with_account(person(world, name))
    batch = prepare(world, "suspend", "jia", "yi", "bing")
    assert "还没有账号" in why(batch)[world.bing.name]
    with pytest.raises(ReasonNeeded):
        services.confirm_batch(batch, by=world.act("school_it"), reason="短")
    assert run(world, batch, reason="设备遗失")["done"] == 2
    assert not person(world, "yi").account.is_active
    assert JournalEntry.objects.filter(action="identity.account_closed").first().data["reason"] == "设备遗失"
    back = prepare(world, "restore", "jia", "yi")
    assert run(world, back)["done"] == 2
    assert person(world, "jia").account.is_active


def test_students_of_several_classes_move_to_one(world):
    batch = prepare(world, "move", "jia", "bing", "teacher", "homeroom")
    assert set(why(batch).values()) == {"不是在读学生"}
    with pytest.raises(ClassOfAnotherSchool):
        services.confirm_batch(batch, by=world.act("school_it"), target=world.west1)
    Membership.objects.filter(person=world.jia).update(valid_from=timezone.localdate() - timedelta(days=30))
    counts = run(world, batch, target=world.east2)
    assert (counts["done"], counts["failed"]) == (1, 1)
    assert why(batch)[world.bing.name] == "已经在这个班"
    old, new = Membership.objects.filter(person=world.jia).order_by("valid_from")
    assert (old.end_reason, old.class_group, new.class_group) == (EndReason.MOVED, world.east1, world.east2)


def test_memberships_end_where_one_manages_and_only_there(world):
    MembershipFactory(person=world.jia, organization=world.west, role="student", class_group=world.west1)
    batch = prepare(world, "end", "jia", "teacher")
    today = timezone.localdate()
    assert run(world, batch, reason="随家长外出", end_reason="transferred", last_day=today)["done"] == 2
    here = Membership.objects.get(person=world.jia, organization=world.east)
    assert (here.valid_to, here.end_reason) == (today, "transferred")
    assert Membership.objects.get(person=world.jia, organization=world.west).valid_to is None
    assert {row.end_reason for row in Membership.objects.filter(person=world.teacher)} == {""}


def test_confirmed_twice_is_done_once_and_a_killed_worker_goes_on(world, monkeypatch):
    batch = prepare(world, "slips", "jia", "yi")
    services.confirm_batch(batch, by=world.act("school_it"))
    services.confirm_batch(batch, by=world.act("school_it"))
    done, real = [], batches._do

    def die(*args):
        if done:
            raise KeyboardInterrupt
        done.append(args)
        real(*args)

    monkeypatch.setattr(batches, "_do", die)
    with pytest.raises(KeyboardInterrupt):
        services.run_batch(batch.pk)
    assert queries.counts_of(batch)["done"] == 1
    kept = BatchItem.objects.get(batch=batch, state="done").code
    monkeypatch.setattr(batches, "_do", real)
    services.run_batch(batch.pk)
    services.run_batch(batch.pk)
    assert queries.counts_of(batch)["done"] == 2
    assert kept in {item.code for item in batch.items.all()}
    assert JournalEntry.objects.filter(action="roster.batch_started").count() == 1
    with pytest.raises(BatchOver):
        services.confirm_batch(Batch.objects.get(pk=batch.pk), by=world.act("school_it"))


def test_it_is_stopped_and_what_is_done_stays(world):
    batch = prepare(world, "slips", "jia", "yi")
    services.confirm_batch(batch, by=world.act("school_it"))
    with pytest.raises(Denied):
        services.cancel_batch(batch, by=world.act("head"))
    services.cancel_batch(batch, by=world.act("school_it"))
    services.run_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, queries.counts_of(batch)["ready"]) == (BatchState.CANCELLED, 2)


def test_an_accident_with_one_does_not_keep_the_others(world, monkeypatch):
    real = batches.open_account_for

    def trip(who, **more):
        if who.pk == world.jia.pk:
            raise RuntimeError("accident")
        return real(who, **more)

    monkeypatch.setattr(batches, "open_account_for", trip)
    batch = prepare(world, "slips", "jia", "yi")
    counts = run(world, batch)
    assert (counts["done"], counts["failed"]) == (1, 1)
    assert "出了意外" in why(batch)[world.jia.name]


def test_nobody_and_too_many_are_refused(world, monkeypatch):
    with pytest.raises(NobodyToActOn):
        prepare(world, "slips", "ding")
    with pytest.raises(ValueError, match="dismiss"):
        prepare(world, "dismiss", "jia")
    monkeypatch.setattr(batches, "MOST", 1)
    with pytest.raises(TooManyPicked):
        prepare(world, "slips", "jia", "yi")
    with pytest.raises(Denied):
        prepare(world, "slips", "jia", who="teacher")


def test_codes_are_put_away_after_a_day_and_stay_good(world):
    batch = prepare(world, "slips", "jia", "yi")
    run(world, batch)
    assert services.forget_old_codes() == 0
    Batch.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    assert services.forget_old_codes() == 2
    assert queries.items_with_codes(batch) == []
    account = person(world, "jia").account
    set_first_password(account, password="cloud-over-hill-9", by=queries.actor_of_account(account))


def test_the_preview_of_many_costs_as_many_queries_as_of_few(world, django_assert_num_queries):
    it = world.act("school_it")
    made = services.bulk_create_people(
        [
            services.NewPerson(f"众{n}", memberships=[services.NewMembership(world.east, "student", world.east1)])
            for n in range(300)
        ],
        by=SYSTEM,
    )
    for some in (made[:3], made):
        with django_assert_num_queries(8):
            services.prepare_batch("slips", [one.person.pk for one in some], by=it)


# Through HTTP -------------------------------------------------------------------------------------------------------
def test_picked_in_the_list_shown_confirmed_and_printed(as_, world):
    client = as_("school_it")
    assert "发放登录纸条" in client.get("/people/").content.decode()
    response = client.post("/people/batches/new/", {"do": "slips", "pick": [world.jia.pk, world.yi.pk, "junk"]})
    batch = Batch.objects.get()
    assert response["Location"] == f"/people/batches/{batch.pk}/"
    page = client.get(response["Location"]).content.decode()
    assert "将办理 2 人" in page
    assert client.post(response["Location"]).status_code == 302
    assert "正在逐人办理" in client.get(response["Location"], {"part": "progress"}).content.decode()
    services.run_batch(batch.pk)
    assert client.get(response["Location"], {"part": "progress"})["HX-Refresh"] == "true"
    assert "打印 2 张纸条" in client.get(response["Location"]).content.decode()
    slips = client.get(f"{response['Location']}slips/").content.decode()
    assert {item.code for item in batch.items.all()} <= set(
        slips.replace("<code>", " ").replace("</code>", " ").split()
    )
    assert world.east1.name in slips
    assert as_("head").get(f"{response['Location']}slips/").status_code == 403
    assert as_("other_head").get(response["Location"]).status_code == 404
    client.post(f"{response['Location']}forget/")
    assert "没有要打印的" in client.get(f"{response['Location']}slips/").content.decode()
    assert "发放登录纸条" in client.get("/people/batches/").content.decode()


def test_all_that_the_list_was_narrowed_to_are_meant_not_only_the_page(as_, world):
    for n in range(25):
        MembershipFactory(person=PersonFactory(name=f"全部{n}"), organization=world.east, role="staff")
    client = as_("school_it")
    page = client.get("/people/", {"role": "staff"}).content.decode()
    assert "符合条件的全部 25 人" in page
    form = {"do": "slips", "whole": "1", "query": "role=staff", "pick": [world.jia.pk]}
    client.post("/people/batches/new/", form)
    batch = Batch.objects.get()
    assert batch.items.count() == 25
    assert not batch.items.filter(person=world.jia).exists()


def test_a_refusal_leads_back_to_the_list_as_it_was(as_, world):
    client = as_("school_it")
    response = client.post("/people/batches/new/", {"do": "slips", "query": "role=student"}, follow=True)
    assert response.redirect_chain[-1][0] == "/people/?role=student"
    assert "没有可以办理的人" in response.content.decode()
    again = client.post("/people/batches/new/", {"do": "dance", "pick": world.jia.pk}, follow=True)
    assert "请选择要办的事" in again.content.decode()


def test_a_class_is_chosen_and_a_homeroom_teacher_is_not_offered_it(as_, world):
    client = as_("school_it")
    client.post("/people/batches/new/", {"do": "move", "pick": world.jia.pk})
    address = f"/people/batches/{Batch.objects.get().pk}/"
    assert "请选择班级" in client.get(address).content.decode()
    assert "必填" in client.post(address, {}).content.decode() or Batch.objects.get().state == BatchState.DRAFT
    assert client.post(address, {"target": world.east2.pk}).status_code == 302
    page = as_("homeroom").get("/people/").content.decode()
    assert "重置密码" in page
    assert 'value="move"' not in page


def test_a_role_taken_back_while_the_worker_is_at_it_stops_with_the_next(world, monkeypatch):
    batch = prepare(world, "slips", "jia", "yi")
    act = batches._slip

    def then_lose_it(person, by):
        code = act(person, by)
        RoleGrant.objects.filter(person=world.school_it).update(revoked_at=timezone.now())
        return code

    monkeypatch.setattr(batches, "_slip", then_lose_it)
    counts = run(world, batch)
    assert (counts["done"], counts["failed"]) == (1, 1)
    assert list(why(batch).values()) == ["发起人的授权已经失效"]
