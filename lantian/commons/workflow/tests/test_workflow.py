"""An application on its way: through all steps, back, up, away; and what nobody may do."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from lantian.commons.workflow import queries, rules, services
from lantian.commons.workflow.engine.schema import Field, Kind, to_schema
from lantian.commons.workflow.errors import (
    AlreadyRunning,
    BadAnswers,
    BadDefinition,
    CheckFailed,
    KeyTaken,
    NothingChanged,
    NotReady,
    NotYours,
    WordsWanted,
)
from lantian.commons.workflow.models import Application, Decision, Task, Workflow
from lantian.commons.workflow.queries import CHECKS, EFFECTS, SUBJECTS, Check, EffectOf, Subjects
from lantian.commons.workflow.tests.desk import (
    ANSWERS,
    APPEAL,
    COUNTY,
    FORM,
    SCHOOL,
    open_with,
    plan_with,
    task_of,
)
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.time.queries import working_days
from lantian.people.roster.tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    PersonFactory,
    RoleGrantFactory,
    acting_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered(monkeypatch):
    """Entries that a test adds to the registries, gone afterwards."""

    def add(registry, key, entry):
        monkeypatch.setitem(registry._entries, key, entry)

    return add


def happened(application):
    return [line.what for line in queries.lines_of(application)]


def late(application, days=30):
    Task.objects.filter(application=application, state="open").update(due_at=timezone.now() - timedelta(days=days))


# The way -------------------------------------------------------------------------------------------------------------------


def test_an_application_goes_up_the_tree_and_is_granted(desk):
    found = desk.submit()
    first = task_of(found)
    assert (first.organization, first.role, found.state, found.step) == (desk.school, "school_head", "review", "school")
    found = desk.decide(found, "head")
    assert task_of(found).organization == desk.county
    found = desk.decide(found, "officer", words="可以")
    assert (found.state, found.step, found.round) == ("approved", "", 1)
    assert found.settled_at is not None
    assert happened(found) == ["begun", "submitted", "opened", "approved", "opened", "approved", "granted"]
    said = list(
        OutboxEvent.objects.filter(name__startswith="workflow.").order_by("occurred_at").values_list("name", flat=True)
    )
    assert said.count("workflow.task_opened") == 2
    assert said[-1] == "workflow.application_settled"


def test_what_is_sent_back_is_changed_and_begins_anew(desk):
    found = desk.submit()
    with pytest.raises(WordsWanted):
        desk.decide(found, "head", "return")
    found = desk.decide(found, "head", "return", "请写清楚经费")
    assert (found.state, found.step) == ("returned", "")
    again = services.submit_application(found, answers={**ANSWERS, "money": 500}, by=desk.acting("teacher"))
    assert (again.round, again.answers["money"], task_of(again).step) == (2, 500, "school")


def test_a_refusal_can_be_appealed_against_once_and_in_time(desk):
    found = desk.decide(desk.submit(), "head", "reject", "课题重复")
    assert found.state == "rejected"
    assert_allowed(rules.may_appeal, desk.acting("teacher"), found)
    assert_refused(rules.may_appeal, desk.acting("head"), found)
    with pytest.raises(WordsWanted):
        services.appeal(found, words=" ", by=desk.acting("teacher"))
    services.appeal(found, words="并不重复", by=desk.acting("teacher"))
    task = task_of(found)
    assert (task.organization, task.step) == (desk.city, "appeal")
    found = desk.decide(found, "above")
    assert found.state == "approved"
    refused = desk.decide(desk.submit(), "head", "reject", "不行")
    Application.objects.filter(pk=refused.pk).update(settled_at=timezone.now() - timedelta(days=40))
    refused.refresh_from_db()
    assert_refused(rules.may_appeal, desk.acting("teacher"), refused, because="期限")


def test_whoever_is_refused_twice_does_not_appeal_again(desk):
    found = desk.decide(desk.submit(), "head", "reject", "不行")
    services.appeal(found, words="请再看看", by=desk.acting("teacher"))
    found = desk.decide(found, "above", "reject", "还是不行")
    assert found.state == "rejected"
    assert_refused(rules.may_appeal, desk.acting("teacher"), found, because="已经申诉")


def test_withdrawing_takes_it_off_every_list(desk):
    found = desk.submit()
    task = task_of(found)
    services.withdraw_application(found, by=desk.acting("teacher"))
    found.refresh_from_db()
    assert found.state == "withdrawn"
    assert not queries.todo_of(desk.acting("head")).exists()
    with pytest.raises(NotYours):
        services.decide(task, verdict="approve", by=desk.acting("head"))
    assert_refused(rules.may_withdraw, desk.acting("teacher"), found, because="办结")
    assert_allowed(rules.may_withdraw, desk.acting("teacher"), desk.submit())


def test_a_step_with_a_condition_is_left_out_where_it_does_not_hold(desk):
    open_with(desk, plan_with(SCHOOL, {**COUNTY, "when": {"field": "scope", "is": "全县"}}))
    inside = desk.decide(desk.submit({**ANSWERS, "scope": "校内"}), "head")
    assert inside.state == "approved"
    stops = {stop.step.key: stop.state for stop in queries.way_of(inside)}
    assert stops == {"school": "done", "county": "skipped"}


def test_several_votes_wait_for_one_another_and_nobody_votes_twice(desk):
    second = PersonFactory(name="钱进")
    RoleGrantFactory(person=second, organization=desk.county, role="officer")
    open_with(desk, plan_with({**COUNTY, "votes": 2}))
    found = desk.decide(desk.submit(), "officer")
    assert found.state == "review"
    assert_refused(rules.may_decide, desk.acting("officer"), task_of(found), because="表过态")
    assert not queries.todo_of(desk.acting("officer")).exists()
    services.decide(task_of(found), verdict="approve", by=acting_as(second, "officer"))
    found.refresh_from_db()
    assert found.state == "approved"
    with pytest.raises(IntegrityError):
        Decision.objects.create(task=found.tasks.get(), person=second, verdict="approve")


def test_nobody_decides_on_an_own_matter_and_the_next_unit_above_does(desk):
    Workflow.objects.filter(pk=desk.workflow.pk).update(audience=["teacher", "school_head"])
    desk.workflow.refresh_from_db()
    made = services.begin_application(desk.workflow, by=desk.acting("head"), answers=ANSWERS)
    open_with(desk, plan_with({**SCHOOL, "role": "officer"}, COUNTY))
    found = services.submit_application(made, by=desk.acting("head"))
    # the only head of the school is the applicant, and no unit above has heads: it waits at the school, undecided
    assert task_of(found).organization == desk.school
    assert_refused(rules.may_decide, desk.acting("head"), task_of(found), because="自己")
    officers = services.begin_application(desk.workflow, by=desk.acting("teacher"), answers=ANSWERS)
    found = services.submit_application(officers, by=desk.acting("teacher"))
    assert task_of(found).organization == desk.county, "nobody is an officer of the school: the county's decide"


def test_whoever_has_a_hand_in_the_thing_does_not_decide_on_it(desk, registered):
    registered(SUBJECTS, "resources.resource", Subjects(url=str, involved=lambda _pk: {desk.head.pk}))
    Workflow.objects.filter(pk=desk.workflow.pk).update(about="resources.resource")
    desk.workflow.refresh_from_db()
    open_with(desk, plan_with(SCHOOL))
    made = services.begin_application(
        desk.workflow, subject=uuid4(), answers=ANSWERS, applicant=desk.teacher, organization=desk.school, by=SYSTEM
    )
    found = services.submit_application(made, by=desk.acting("teacher"))
    assert_refused(rules.may_decide, desk.acting("head"), task_of(found), because="参与")
    with pytest.raises(AlreadyRunning):
        services.begin_application(
            desk.workflow, subject=made.subject, applicant=desk.teacher, organization=desk.school, by=SYSTEM
        )


def test_checks_hold_an_application_up_and_effects_come_with_its_end(desk, registered):
    done = []
    registered(CHECKS, "tests.short", Check("名称", lambda one: "课题太短" if len(one.answers["topic"]) < 5 else ""))
    registered(EFFECTS, "tests.note", EffectOf("记一笔", lambda one, by: done.append((one.state, by.name))))
    plan = plan_with(
        SCHOOL,
        checks=["tests.short"],
        effects=[{"on": state, "do": "tests.note"} for state in ("approved", "rejected")],
    )
    open_with(desk, plan)
    with pytest.raises(CheckFailed, match="太短"):
        desk.submit({**ANSWERS, "topic": "数学"})
    desk.decide(desk.submit(), "head")
    desk.decide(desk.submit(), "head", "reject", "不行")
    assert done == [("approved", "赵刚"), ("rejected", "赵刚")]


def test_an_effect_that_fails_leaves_the_application_undecided(desk, registered):
    def fails(_one, _by):
        raise OSError("no disk")

    registered(EFFECTS, "tests.fails", EffectOf("坏的", fails))
    open_with(desk, plan_with(SCHOOL, effects=[{"on": "approved", "do": "tests.fails"}]))
    found = desk.submit()
    with pytest.raises(OSError, match="no disk"):
        desk.decide(found, "head")
    found.refresh_from_db()
    assert found.state == "review"
    assert not Decision.objects.filter(task__application=found).exists()


# Answers -------------------------------------------------------------------------------------------------------------------


def test_a_draft_may_lack_answers_but_not_have_wrong_ones(desk):
    made = desk.begin({"topic": "乡村"})
    assert made.answers == {"topic": "乡村"}
    with pytest.raises(BadAnswers) as fault:
        services.save_answers(made, {"scope": "月球"}, by=desk.acting("teacher"))
    assert fault.value.faults == {"scope": "请从选项里选"}
    with pytest.raises(BadAnswers) as fault:
        services.submit_application(made, by=desk.acting("teacher"))
    assert fault.value.faults == {"scope": "请填写"}
    with pytest.raises(BadAnswers) as fault:
        services.submit_application(made, answers={**ANSWERS, "money": 20_000}, by=desk.acting("teacher"))
    assert fault.value.faults == {"money": "不能大于 10000"}


def test_an_application_keeps_the_form_that_it_began_with(desk):
    running = desk.begin()
    open_with(desk, plan_with(SCHOOL), (*FORM, Field("more", "还有", Kind.LINE)))
    services.submit_application(running, by=desk.acting("teacher"))
    with pytest.raises(BadAnswers):
        desk.submit()  # begun with the new one


def test_numbers_count_in_a_year(desk):
    first, second = desk.begin(), desk.begin()
    assert int(second.number[-7:]) == int(first.number[-7:]) + 1
    assert first.number.startswith(str(timezone.localdate().year))


# Time ----------------------------------------------------------------------------------------------------------------------


def test_days_of_a_step_are_working_days(desk):
    today = timezone.localdate()
    due = timezone.localtime(task_of(desk.submit()).due_at)
    assert (due.hour, due.minute) == (23, 59)
    assert working_days(today + timedelta(days=1), due.date(), path=desk.school.path)[2:] == [due.date()]


def test_late_decisions_are_said_once_a_working_day(desk, monkeypatch):
    found = desk.submit()
    late(found)
    monkeypatch.setattr("lantian.commons.workflow.services.clock.is_working_day", lambda *_a, **_k: False)
    assert services.end_overdue() == 0
    monkeypatch.setattr("lantian.commons.workflow.services.clock.is_working_day", lambda *_a, **_k: True)
    assert services.end_overdue() == 1
    assert services.end_overdue() == 0
    (said,) = OutboxEvent.objects.filter(name="workflow.task_overdue")
    assert said.context["days"] == 31


def test_what_is_late_goes_up_or_passes_where_its_step_says_so(desk):
    open_with(desk, plan_with({**COUNTY, "overdue": "move"}, {**SCHOOL, "overdue": "pass"}))
    found = desk.submit()
    late(found)
    assert services.end_overdue() == 1
    assert task_of(found).organization == desk.city
    assert Task.objects.get(application=found, state="moved").organization == desk.county
    found = desk.decide(found, "above")
    late(found)
    assert services.end_overdue() == 1
    found.refresh_from_db()
    assert found.state == "approved"
    assert happened(found)[-2:] == ["passed", "granted"]


def test_at_the_top_of_the_tree_a_late_decision_stays(desk):
    open_with(desk, plan_with({**APPEAL["step"], "key": "top", "overdue": "move"}))
    found = desk.submit()
    late(found)
    services.end_overdue()
    assert task_of(found).organization == desk.city


# Who ---------------------------------------------------------------------------------------------------------------------


def test_who_may_apply_and_when(desk):
    teacher = desk.acting("teacher")
    assert_allowed(rules.may_apply, teacher, desk.workflow)
    assert_refused(rules.may_apply, desk.acting("head"), desk.workflow, because="身份")
    assert_refused(rules.may_apply, ANONYMOUS, desk.workflow)
    stranger = MembershipFactory(organization=OrganizationFactory(name="外县小学"), role="teacher").person
    assert_refused(rules.may_apply, acting_as(stranger, "teacher"), desk.workflow, because="不对您开放")
    today = timezone.localdate()
    for dates, word in (
        ({"opens_on": today + timedelta(days=1)}, "还没有开始"),
        ({"closes_on": today - timedelta(days=1)}, "截止"),
        ({"state": "closed"}, "不受理"),
    ):
        changed = Workflow(
            **{name: getattr(desk.workflow, name) for name in ("organization", "audience", "state")} | dates
        )
        assert_refused(rules.may_apply, teacher, changed, because=word)
    draft = desk.begin()
    services.close_workflow(desk.workflow, by=SYSTEM)
    with pytest.raises(Denied):
        services.submit_application(draft, by=teacher)


def test_who_sees_an_application(desk):
    draft = desk.begin()
    assert_allowed(rules.may_view_application, desk.acting("teacher"), draft)
    assert_refused(rules.may_view_application, desk.acting("head"), draft)
    found = services.submit_application(draft, by=desk.acting("teacher"))
    for who in ("teacher", "head", "officer", "above"):
        assert_allowed(rules.may_view_application, desk.acting(who), found)
    colleague = MembershipFactory(organization=desk.school, role="teacher").person
    other = RoleGrantFactory(organization=OrganizationFactory(name="外县小学"), role="school_head").person
    for who, role in ((colleague, "teacher"), (other, "school_head")):
        assert_refused(rules.may_view_application, acting_as(who, role), found)
        assert not queries.applications_visible_to(acting_as(who, role)).exists()
    assert not queries.applications_visible_to(ANONYMOUS).exists()


def test_who_decides(desk):
    found = desk.submit()
    task = task_of(found)
    assert_allowed(rules.may_decide, desk.acting("head"), task)
    for who in ("teacher", "officer", "above"):
        assert_refused(rules.may_decide, desk.acting(who), task)
    assert [one.pk for one in queries.todo_of(desk.acting("head"))] == [task.pk]
    assert not queries.todo_of(desk.acting("officer")).exists()


def test_standing_in_for_somebody_for_some_days(desk):
    deputy = MembershipFactory(organization=desk.school, role="teacher").person
    assert_allowed(rules.may_delegate, desk.acting("head"))
    assert_refused(rules.may_delegate, desk.acting("teacher"))
    task = task_of(desk.submit())
    today = timezone.localdate()
    made = services.delegate(taker=deputy, first=today, last=today, by=desk.acting("head"))
    acting = acting_as(deputy, "teacher")
    assert queries.todo_of(acting).get() == task
    assert_allowed(rules.may_view_application, acting, task.application)
    services.decide(task, verdict="approve", by=acting)
    assert Decision.objects.get(task=task).for_whom == desk.head
    assert_refused(rules.may_end_delegation, desk.acting("officer"), made)
    assert_allowed(rules.may_end_delegation, desk.acting("head"), made)
    services.end_delegation(made, by=desk.acting("head"))
    assert not queries.todo_of(acting_as(deputy, "teacher")).exists()


def test_who_stands_in_for_somebody_that_no_longer_holds_the_role_does_not(desk):
    deputy = MembershipFactory(organization=desk.school, role="teacher").person
    today = timezone.localdate()
    services.delegate(taker=deputy, first=today, last=today, by=desk.acting("head"))
    task = task_of(desk.submit())
    desk.head.role_grants.update(revoked_at=timezone.now())
    assert_refused(rules.may_decide, acting_as(deputy, "teacher"), task)


def test_an_applicant_who_stands_in_for_the_head_does_not_decide_on_the_own_matter(desk):
    today = timezone.localdate()
    services.delegate(taker=desk.teacher, first=today, last=today, by=desk.acting("head"))
    assert_refused(rules.may_decide, desk.acting("teacher"), task_of(desk.submit()), because="自己")


def test_only_the_applicant_changes_and_only_while_it_waits_for_them(desk):
    draft = desk.begin()
    assert_allowed(rules.may_change_application, desk.acting("teacher"), draft)
    assert_refused(rules.may_change_application, desk.acting("head"), draft)
    found = services.submit_application(draft, by=desk.acting("teacher"))
    assert_refused(rules.may_change_application, desk.acting("teacher"), found, because="撤回")
    assert_refused(rules.may_withdraw, desk.acting("head"), found)


# Definitions ---------------------------------------------------------------------------------------------------------------


def test_who_defines_and_where(desk):
    assert_allowed(rules.may_define, desk.acting("head"), desk.school)
    assert_refused(rules.may_define, desk.acting("head"), desk.county, because="管理范围")
    assert_refused(rules.may_define, desk.acting("teacher"))
    assert_allowed(rules.may_change_definition, desk.acting("above"), desk.workflow)
    assert_refused(rules.may_change_definition, desk.acting("officer"), desk.workflow)


def test_a_definition_is_a_draft_until_it_is_published_and_opened(desk):
    head = desk.acting("head")
    made = services.define_workflow(organization=desk.school, title="用车", audience=["teacher"], key="car", by=head)
    assert_refused(rules.may_view_workflow, desk.acting("teacher"), made)
    assert_allowed(rules.may_view_workflow, head, made)
    with pytest.raises(KeyTaken):
        services.define_workflow(organization=desk.school, title="用车", audience=[], key="car", by=head)
    with pytest.raises(NotReady):
        services.open_workflow(made, by=head)
    with pytest.raises(NothingChanged):
        services.publish_version(made, by=head)
    services.save_draft(made, schema=to_schema(FORM), plan=plan_with(SCHOOL), by=head)
    services.save_draft(made, schema=to_schema(FORM[:1]), plan=plan_with(SCHOOL), by=head)
    assert made.versions.count() == 1
    services.publish_version(made, by=head)
    services.open_workflow(made, by=head)
    assert [one.title for one in queries.open_to(desk.acting("teacher"))] == ["小课题申报", "用车"]
    services.save_draft(made, schema=to_schema(FORM), plan=plan_with(SCHOOL), by=head)
    services.discard_draft(made, by=head)
    assert made.versions.count() == 1


@pytest.mark.parametrize(
    ("schema", "plan", "words"),
    [
        ({"type": "object"}, plan_with(SCHOOL), "表单"),
        (to_schema(FORM), plan_with(), "步骤"),
        (to_schema(FORM), plan_with(SCHOOL, checks=["none.such"]), "none.such"),
        (to_schema(FORM), plan_with(SCHOOL, effects=[{"on": "approved", "do": "none.such"}]), "none.such"),
    ],
)
def test_what_does_not_hold_together_is_not_kept(desk, schema, plan, words):
    with pytest.raises(BadDefinition, match=words):
        services.save_draft(desk.workflow, schema=schema, plan=plan, by=SYSTEM)
    assert queries.draft_of(desk.workflow) is None


def test_facts_of_a_definition_are_changed_at_once(desk):
    services.set_workflow(
        desk.workflow,
        title="课题",
        words="每年一次",
        audience=["teacher"],
        opens_on=None,
        closes_on=None,
        by=desk.acting("above"),
    )
    desk.workflow.refresh_from_db()
    assert (desk.workflow.title, desk.workflow.words) == ("课题", "每年一次")


def test_the_nearest_workflow_of_a_name_holds(desk):
    services.define_workflow(organization=desk.city, title="市里的", audience=[], key="same", by=SYSTEM)
    services.define_workflow(organization=desk.county, title="县里的", audience=[], key="same", by=SYSTEM)
    assert queries.workflow_called("same", desk.school.path).title == "县里的"
    assert queries.workflow_called("same", desk.city.path).title == "市里的"
    assert queries.workflow_called("none", desk.city.path) is None


# What is kept ------------------------------------------------------------------------------------------------------------


def test_of_an_applicant_who_is_erased_no_words_stay(desk):
    found = desk.decide(desk.submit({**ANSWERS, "why": "李敏说"}), "head", "reject", "李敏没有写清楚")
    desk.begin()
    subject = Subject((desk.teacher.pk,), names=("李敏",), pseudonym="某人")
    holding = HOLDINGS["workflow.applications"]
    assert holding.count(subject) == 2
    (row, _draft) = holding.export(subject).rows
    assert "李敏说" in row["answers"]
    holding.erase(subject)
    kept = Application.objects.get(applicant=desk.teacher)
    assert (kept.pk, kept.answers, kept.state) == (found.pk, {}, "rejected")
    assert not [line for line in queries.lines_of(kept) if "李敏" in line.words + line.name]
    assert not Decision.objects.filter(words__contains="李敏").exists()


def test_figures_say_how_many_how_long_and_how_late(desk):
    since = timezone.now() - timedelta(days=1)
    desk.decide(desk.decide(desk.submit(), "head"), "officer")
    waiting = desk.submit()
    late(waiting, 1)
    found = queries.figures_of(desk.workflow, since)
    assert (found.by_state, found.total, found.waiting, found.late) == ({"approved": 1, "review": 1}, 2, 1, 1)
    assert found.days is not None
    rows = {row["step"]: row["n"] for row in queries.steps_figures(desk.workflow, since)}
    assert rows == {"school": 1, "county": 1}
