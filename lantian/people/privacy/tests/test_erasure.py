"""Erasure: who asks, who decides, what goes and what stays, and that nothing brings it back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.time.queries import working_days
from lantian.people.identity.models import Account
from lantian.people.privacy import queries, rules, services
from lantian.people.privacy.enums import ErasureState
from lantian.people.privacy.errors import AnswerNeeded, ErasureNotOpen, ErasureUnderWay, WhyNeeded
from lantian.people.privacy.models import Erasure
from lantian.people.privacy.tests.conftest import birthday, text
from lantian.people.roster.errors import CannotUnmerge
from lantian.people.roster.models import Guardianship, Membership, Person, PersonMerge
from lantian.people.roster.services import merge_people, reveal_private, unmerge_people, update_person
from lantian.people.roster.tests.factories import PersonFactory, RoleGrantFactory, with_account


def left(person: Person, years: int) -> None:
    """The person's places ended so many years ago."""
    day = timezone.localdate() - timedelta(days=366 * years)
    Membership.objects.filter(person=person).update(valid_from=day - timedelta(days=300), valid_to=day)


def plan(person: Person) -> dict[str, bool]:
    """Holding → whether it would go."""
    return {one.key: one.goes for one in queries.plan_of(queries.subject_of(person))}


def at_once(erasure: Erasure) -> bool:
    """The days of grace are over."""
    Erasure.objects.filter(pk=erasure.pk).update(erase_on=timezone.localdate())
    return services.run_erasure(erasure.pk)


@pytest.fixture
def asked(world) -> Erasure:
    """The mother asks for 甲, a pupil of the east school."""
    return services.request_erasure(world.jia, by=world.act("mother"), reason="要搬家了")


def test_who_may_ask_enter_decide_and_withdraw(world, asked):
    assert_allowed(rules.may_request_erasure, world.act("mother"), world.jia)
    assert_allowed(rules.may_request_erasure, world.act("yi"), world.yi)  # fourteen today
    assert_allowed(rules.may_request_erasure, world.act("teacher"), world.teacher)
    assert_refused(rules.may_request_erasure, world.act("jia"), world.jia, because="监护人")
    for name in ("head", "officer", "homeroom", "yi", "stranger"):
        assert_refused(rules.may_request_erasure, world.act(name), world.jia)
    for name in ("head", "school_it", "officer", "city_officer"):
        assert_allowed(rules.may_record_erasure, world.act(name), world.jia)
    assert_allowed(rules.may_record_erasure, world.act("school_it"))
    for name in ("other_head", "other_officer", "homeroom", "mother", "operator"):
        assert_refused(rules.may_record_erasure, world.act(name), world.jia)
    assert_refused(rules.may_record_erasure, world.act("head"), world.head, because="在线")
    for name in ("head", "officer", "city_officer"):
        assert_allowed(rules.may_decide_erasure, world.act(name), asked)
        assert_allowed(rules.may_view_erasure, world.act(name), asked)
        assert_allowed(rules.may_list_erasures, world.act(name))
        assert_allowed(rules.may_read_retention, world.act(name))
    for name in ("school_it", "other_head", "other_officer", "homeroom", "mother", "operator"):
        assert_refused(rules.may_decide_erasure, world.act(name), asked)
    for name in ("mother", "jia"):
        assert_allowed(rules.may_withdraw_erasure, world.act(name), asked)
        assert_allowed(rules.may_view_erasure, world.act(name), asked)
    for name in ("yi", "teacher", "head", "other_head", "stranger"):
        assert_refused(rules.may_withdraw_erasure, world.act(name), asked)
    for name in ("yi", "homeroom", "other_head", "other_officer", "school_it"):
        assert_refused(rules.may_view_erasure, world.act(name), asked)
    for name in ("school_it", "mother", "operator"):
        assert_refused(rules.may_list_erasures, world.act(name))
        assert_refused(rules.may_read_retention, world.act(name))


def test_nobody_decides_on_themselves_their_child_or_what_they_entered(world):
    own = services.request_erasure(world.head, by=world.act("head"))
    assert own.organization_id == world.east.pk
    assert_refused(rules.may_decide_erasure, world.act("head"), own, because="上级")
    entered = services.record_erasure(world.bing, reason="父亲书面提出", by=world.act("head"))
    assert_refused(rules.may_decide_erasure, world.act("head"), entered, because="上级")
    assert_allowed(rules.may_decide_erasure, world.act("officer"), entered)
    Guardianship.objects.create(guardian=world.officer, student=world.bing)
    assert_refused(rules.may_decide_erasure, world.act("officer"), entered, because="孩子")
    assert_refused(rules.may_record_erasure, world.act("officer"), world.bing, because="在线")


def test_ten_working_days_for_the_word_and_five_of_grace_make_fifteen(world, asked):
    today = timezone.localdate()
    assert asked.organization_id == world.east.pk
    for day, count in ((asked.decide_by, 10), (asked.finish_by, 15)):
        assert len(working_days(today + timedelta(days=1), day, path=world.east.path)) == count
    approved = services.approve_erasure(asked, by=world.act("head"))
    grace = working_days(today + timedelta(days=1), approved.erase_on - timedelta(days=1), path=world.east.path)
    assert len(grace) == 5
    assert approved.erase_on <= asked.finish_by + timedelta(days=1)


def test_of_an_enrolled_pupil_the_school_register_stays(world, asked):
    update_person(world.jia, by=SYSTEM, phone="13812345678")
    with_account(world.jia)
    going = plan(Person.objects.get(pk=world.jia.pk))
    assert going["roster.phone"] is True
    for key in ("roster.facts", "roster.memberships", "roster.family", "identity.accounts", "journal.acts"):
        assert going[key] is False, key
    services.approve_erasure(asked, by=world.act("head"))
    assert at_once(asked)
    jia = Person.objects.get(pk=world.jia.pk)
    assert (jia.name, jia.phone, jia.erased_at) == (world.jia.name, None, None)
    assert Account.objects.filter(person=jia).exists()
    asked.refresh_from_db()
    assert asked.outcome["roster.phone"] == [1, 0]
    assert asked.outcome["roster.facts"][0] == 0


def test_of_one_who_left_long_ago_an_id_and_a_pseudonym_are_left(world):
    name = world.jia.name
    update_person(world.jia, by=SYSTEM, phone="13812345678", citizen_id="510703201703150012")
    with_account(world.jia)
    reveal_private(world.jia, what="phone", reason="家访以前联系", by=world.act("head"))
    left(world.jia, 11)
    row = services.record_erasure(world.jia, reason="母亲到校书面提出", by=world.act("school_it"))
    services.approve_erasure(row, by=world.act("head"))
    assert at_once(row)
    jia = Person.objects.get(pk=world.jia.pk)
    assert jia.name.startswith("已删除")
    assert jia.erased_at
    assert (jia.phone, jia.citizen_id, jia.birth_date, jia.account, jia.search_text) == (None, None, None, None, "")
    assert not Guardianship.objects.filter(student=jia).exists()
    assert Membership.objects.filter(person=jia).count() == 1  # a class of that year still had so many
    look = JournalEntry.objects.get(action="roster.private_fact_revealed")
    assert (look.object_id, look.data["what"]) == (jia.pk, "phone")
    assert "reason" not in look.data
    assert look.actor_name == world.head.name  # who looked stays on record
    assert not JournalEntry.objects.filter(data__icontains=name).exists()
    row.refresh_from_db()
    assert (row.state, row.reason) == (ErasureState.DONE, "")
    assert row.outcome["identity.accounts"] == [1, 0]
    assert JournalEntry.objects.filter(action="privacy.person_erased", object_id=jia.pk).exists()


def test_the_time_of_keeping_counts_from_the_last_day(world):
    left(world.jia, 3)
    assert plan(world.jia)["roster.facts"] is False
    services.set_retention("privacy.left_students", amount=3, reason="县档案局核定", by=SYSTEM)
    assert plan(world.jia)["roster.facts"] is True


def test_a_guardian_stays_as_long_as_a_child_is_at_school_and_goes_afterwards(world):
    assert plan(world.mother)["roster.phone"] is False
    left(world.jia, 2)
    assert plan(world.mother)["roster.facts"] is True
    row = services.request_erasure(world.mother, by=world.act("mother"))
    services.approve_erasure(row, by=world.act("officer"))
    assert at_once(row)
    assert Person.objects.get(pk=world.mother.pk).erased_at
    assert Person.objects.get(pk=world.jia.pk).erased_at is None


def test_a_refusal_names_a_ground_and_answers(world, asked):
    head = world.act("head")
    with pytest.raises(AnswerNeeded):
        services.refuse_erasure(asked, ground="register", answer="不行", by=head)
    with pytest.raises(ValueError, match="whim"):
        services.refuse_erasure(asked, ground="whim", answer="就是不想删", by=head)
    with pytest.raises(Denied):
        services.refuse_erasure(asked, ground="register", answer="在读学生的学籍必须保存", by=world.act("other_head"))
    services.refuse_erasure(asked, ground="register", answer="在读学生的学籍必须保存", by=head)
    asked.refresh_from_db()
    assert (asked.state, asked.is_open) == (ErasureState.REFUSED, False)
    with pytest.raises(ErasureNotOpen):
        services.approve_erasure(asked, by=head)
    assert services.request_erasure(world.jia, by=world.act("mother"))  # she may ask again


def test_one_request_at_a_time_and_a_reason_for_a_letter(world, asked):
    with pytest.raises(ErasureUnderWay):
        services.request_erasure(world.jia, by=world.act("mother"))
    with pytest.raises(WhyNeeded):
        services.record_erasure(world.bing, reason="来信", by=world.act("school_it"))
    with pytest.raises(Denied):
        services.request_erasure(world.bing, by=world.act("mother"))


def test_in_the_days_of_grace_it_is_withdrawn_or_stopped_and_then_nothing_happens(world, asked):
    services.approve_erasure(asked, by=world.act("head"))
    assert not services.run_erasure(asked.pk)  # too early
    services.withdraw_erasure(asked, by=world.act("mother"))
    assert not at_once(asked)
    again = services.request_erasure(world.jia, by=world.act("mother"))
    services.approve_erasure(again, by=world.act("head"))
    with pytest.raises(AnswerNeeded):
        services.stop_erasure(again, answer="", by=world.act("head"))
    services.stop_erasure(again, answer="家长来电要求缓办", by=world.act("officer"))
    assert not at_once(again)
    with pytest.raises(ErasureNotOpen):
        services.withdraw_erasure(again, by=world.act("mother"))
    assert Person.objects.get(pk=world.jia.pk).name == world.jia.name


def test_due_requests_get_a_job_each_once(world, asked):
    from procrastinate.contrib.django.models import ProcrastinateJob

    services.approve_erasure(asked, by=world.act("head"))
    assert services.erase_due() == 0
    Erasure.objects.update(erase_on=timezone.localdate())
    assert services.erase_due() == 1
    assert services.erase_due() == 0  # it waits already
    job = ProcrastinateJob.objects.get(task_name="privacy.erase")
    assert services.run_erasure(job.args["erasure"])
    assert not services.run_erasure(job.args["erasure"])


def test_a_merged_duplicate_goes_with_the_record_and_is_not_taken_apart_again(world):
    twin = PersonFactory(name="甲的旧档案", phone="13900000088")
    merge_people(world.stranger, twin, reason="登记了两次", by=SYSTEM)
    services.set_retention("privacy.left_others", amount=1, reason="尽快删除", by=SYSTEM)
    row = services.record_erasure(world.stranger, reason="本人书面提出", by=SYSTEM)
    services.approve_erasure(row, by=SYSTEM)
    assert at_once(row)
    names = set(Person.objects.filter(pk__in=[twin.pk, world.stranger.pk]).values_list("name", flat=True))
    assert len(names) == 1
    assert names.pop().startswith("已删除")
    with pytest.raises(CannotUnmerge):
        unmerge_people(PersonMerge.objects.get(), by=SYSTEM)
    assert PersonMerge.objects.get().reason == ""


def test_who_held_an_office_is_kept_as_staff(world):
    RoleGrantFactory(person=world.stranger, role="expert", organization=world.fucheng)
    assert queries.subject_of(world.stranger).kept_as == {"staff"}


def test_a_kept_record_is_looked_at_in_a_fixed_number_of_queries(world, django_assert_max_num_queries):
    with_account(world.jia)
    with django_assert_max_num_queries(51):
        queries.plan_of(queries.subject_of(Person.objects.get(pk=world.jia.pk)))


def test_a_child_of_unknown_age_in_a_primary_school_does_not_ask_itself(world):
    assert_refused(rules.may_request_erasure, world.act("bing"), world.bing)
    update_person(world.bing, by=SYSTEM, birth_date=birthday(18))
    assert_allowed(rules.may_request_erasure, world.act("bing"), Person.objects.get(pk=world.bing.pk))


# Pages ------------------------------------------------------------------------------------------------------------------------
def test_a_mother_asks_and_withdraws_in_the_pages(as_, world, django_assert_max_num_queries):
    mother, page = as_("mother"), f"/people/{world.jia.pk}/erasure/"
    assert page in text(mother.get(f"/people/{world.jia.pk}/"))
    with django_assert_max_num_queries(53):
        shown = text(mother.get(page))
    assert "在读学生的学籍档案必须保存" in shown
    answer = text(mother.post(page, {"reason": ""}, follow=True))
    assert "已提出" in answer
    row = Erasure.objects.get()
    assert "办理中的申请" in text(mother.get(page))
    assert "已经有一份删除申请" in text(mother.post(page, {"reason": ""}))
    assert "申请已撤回" in text(mother.post(f"/erasures/{row.pk}/", {"do": "withdraw"}, follow=True))
    assert as_("teacher").get(page).status_code == 403
    assert as_("teacher").get(f"/erasures/{row.pk}/").status_code == 404
    assert as_("mother").post(f"/erasures/{row.pk}/", {"do": "approve"}).status_code == 403


def test_a_head_is_told_decides_and_answers_in_the_pages(as_, world, asked, django_assert_max_num_queries):
    head, page = as_("head"), f"/erasures/{asked.pk}/"
    assert "审核删除个人信息的申请" in text(head.get("/today/"))
    with django_assert_max_num_queries(12):
        assert page in text(head.get("/erasures/", {"state": "open"}))
    with django_assert_max_num_queries(53):
        assert "要搬家了" in text(head.get(page))
    short = text(head.post(page, {"do": "refuse", "ground": "register", "answer": "不"}))
    assert "至少四个字" in short
    told = text(
        head.post(page, {"do": "refuse", "ground": "register", "answer": "在读学生的学籍必须保存"}, follow=True)
    )
    assert "已答复申请人" in told
    seen = text(as_("mother").get(page))
    assert "在读学生的学籍必须保存" in seen
    assert "《中小学生学籍管理办法》" in seen
    again = services.request_erasure(world.jia, by=world.act("mother"))
    page = f"/erasures/{again.pk}/"
    assert "冷静期里可以中止" in text(head.post(page, {"do": "approve"}, follow=True))
    assert "已中止" in text(head.post(page, {"do": "stop", "answer": "家长来电要求缓办"}, follow=True))
    assert as_("other_head").get(page).status_code == 404
    assert as_("homeroom").get("/erasures/").status_code == 403


def test_a_letter_about_somebody_who_left_is_entered_by_name_and_number(as_, world):
    update_person(world.jia, by=SYSTEM, phone="13812345678")
    left(world.jia, 11)
    letter = {"name": world.jia.name, "number": "13812345678", "reason": "母亲到校书面提出"}
    assert "没有找到这个人" in text(as_("other_head").post("/erasures/new/", letter))
    assert "没有找到这个人" in text(as_("school_it").post("/erasures/new/", letter | {"name": "别人"}))
    assert not Erasure.objects.exists()
    response = as_("school_it").post("/erasures/new/", letter)
    assert response.status_code == 302
    row = Erasure.objects.get()
    assert (row.person_id, row.on_paper) == (world.jia.pk, True)
    assert text(as_("school_it").get(f"/erasures/{row.pk}/"))
    services.approve_erasure(row, by=world.act("head"))
    at_once(row)
    done = text(as_("head").get(f"/erasures/{row.pk}/"))
    assert "办理结果" in done
    assert world.jia.name not in done
    assert as_("homeroom").get("/erasures/new/").status_code == 403


def test_an_erased_person_is_nowhere_to_be_found(as_, world):
    name = world.jia.name
    left(world.jia, 11)
    row = services.record_erasure(world.jia, reason="母亲到校书面提出", by=SYSTEM)
    services.approve_erasure(row, by=SYSTEM)
    at_once(row)
    assert "没有符合条件的内容" in text(as_("officer").get("/people/", {"q": name}))
    assert queries.person_by_number(name, "13812345678") is None
    assert date.today() >= Person.objects.get(pk=world.jia.pk).erased_at.date()  # noqa: DTZ011
