"""Calls for resources: who may call, who is asked, answering, deciding, ending; and who is told."""

from collections.abc import Callable

import pytest

from lantian.content.resources import services as resources
from lantian.content.wanted import queries, rules, services
from lantian.content.wanted.errors import (
    AnsweredAlready,
    DecidedAlready,
    EnoughAccepted,
    NotComplete,
    TooManyCalls,
    WrongDay,
)
from lantian.content.wanted.models import Answer, Call
from lantian.content.wanted.tests.desk import Desk, day
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.web.dates import said_day
from lantian.people.messaging.models import Notice
from lantian.people.messaging.queries import words_of
from lantian.people.schedule.models import AllianceMember

pytestmark = pytest.mark.django_db
Jobs = Callable[[], object]


def told(run_jobs: Jobs) -> dict[str, set[str]]:
    """Who has which notice, after the worker."""
    run_jobs()
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(kind__startswith="wanted."):
        found[words_of(notice).title] = set(notice.receipts.values_list("person__name", flat=True))
    return found


def test_offices_and_researchers_of_a_region_call_for_their_own_subtree(desk: Desk) -> None:
    for who in ("officer", "researcher", "above", "foreign"):
        assert_allowed(rules.may_make_call, desk.acting(who))
    for who in ("teacher", "head", "pupil"):
        assert_refused(rules.may_make_call, desk.acting(who))
    assert_allowed(rules.may_make_call, desk.acting("officer"), desk.alliance)
    assert_refused(rules.may_make_call, desk.acting("foreign"), desk.alliance)
    made = desk.call(words=" 五分钟 ", purposes=("micro_lesson", "no such kind"))
    assert (made.organization, made.subject, made.words) == (desk.shelf.county, "maths", "五分钟")
    assert (made.purposes, made.state, made.is_open) == (["micro_lesson"], "open", True)
    assert [words for _pk, words in queries.places_of_call(made)] == [
        "数学知识点 › 数与代数 › 不进位加法",
        "数学知识点 › 数与代数 › 进位加法",
    ]


def test_a_call_is_whole_and_of_one_subject(desk: Desk, monkeypatch) -> None:
    for facts in ({"title": " "}, {"number": 0}, {"number": 201}):
        with pytest.raises(NotComplete):
            desk.call(**facts)
    for due_on in (day(0), day(400), None):
        with pytest.raises(WrongDay):
            desk.call(due_on=due_on)
    with pytest.raises(NotComplete):
        desk.call("officer", "N1", "C")
    with pytest.raises(Denied):
        desk.call("teacher")
    monkeypatch.setattr("lantian.content.wanted.services.calling.MOST_OPEN", 1)
    desk.call()
    with pytest.raises(TooManyCalls):
        desk.call("researcher")
    assert Call.objects.count() == 1


def test_asked_are_those_who_teach_below_or_in_the_alliance_and_all_else_is_not_there(desk: Desk) -> None:
    county, allied = desk.call(), desk.call(alliance=desk.alliance)
    seen = {
        who: set(queries.calls_visible_to(desk.acting(who))) for who in ("teacher", "head", "far", "foreign", "above")
    }
    assert seen["teacher"] == seen["head"] == seen["above"] == {county, allied}
    assert seen["far"] == {allied}
    assert seen["foreign"] == set(), "an office of another county is no member"
    for who in ("pupil", "foreign"):
        assert_refused(rules.may_view_call, desk.acting(who), county)
    assert_allowed(rules.may_view_call, desk.acting("teacher"), county)
    assert not queries.calls_visible_to(ANONYMOUS).exists()
    AllianceMember.objects.filter(organization=desk.shelf.other).update(leaves_on=day(-1))
    assert not queries.calls_visible_to(desk.acting("far")).exists()
    assert_allowed(rules.may_list_calls, desk.acting("teacher"))
    assert_refused(rules.may_list_calls, desk.acting("pupil"))


def test_a_resource_answers_several_calls_once_each(desk: Desk) -> None:
    first, second, teacher = desk.call(), desk.call(), desk.acting("teacher")
    mine = desk.resource(out=False)
    assert_allowed(rules.may_answer_call, teacher, first, mine)
    assert_refused(rules.may_answer_call, desk.acting("colleague"), first, mine)
    assert_refused(rules.may_answer_call, desk.acting("far"), first)
    assert [one.pk for one in queries.resources_to_offer(teacher, first)] == [mine.pk]
    for call in (first, second):
        services.answer_call(call, mine, by=teacher)
    with pytest.raises(AnsweredAlready):
        services.answer_call(first, mine, by=teacher)
    assert queries.resources_to_offer(teacher, first) == []
    Call.objects.filter(pk=first.pk).update(due_on=day(-1))
    first.refresh_from_db()
    assert_refused(rules.may_answer_call, teacher, first)
    taken_down = desk.resource("下架的")
    resources.withdraw_resource(taken_down, words="有错", by=teacher)
    taken_down.refresh_from_db()
    assert_refused(rules.may_answer_call, teacher, second, taken_down)


def test_only_those_who_manage_it_see_what_others_offered(desk: Desk) -> None:
    call = desk.call()
    draft = desk.answer(call, "草稿", out=False)
    closed = desk.answer(call, "本校的", "colleague", reach="school")
    shown = {
        who: {one.answer.resource.title for one in queries.answers_for(desk.acting(who), call, manages=False)}
        for who in ("teacher", "colleague", "head")
    }
    assert shown == {"teacher": {"草稿"}, "colleague": {"本校的"}, "head": set()}
    all_of_it = queries.answers_for(desk.acting("officer"), call, manages=True)
    assert [(one.answer, one.opens) for one in all_of_it] == [(draft, False), (closed, True)]
    assert_refused(rules.may_accept_answer, desk.acting("officer"), draft)
    assert_allowed(rules.may_accept_answer, desk.acting("officer"), closed)
    assert_allowed(rules.may_manage_call, desk.acting("above"), call)
    for who in ("teacher", "foreign"):
        assert_refused(rules.may_manage_call, desk.acting(who), call)


def test_answers_are_accepted_or_declined_with_a_reason_and_not_by_who_gave_them(desk: Desk) -> None:
    call = desk.call()
    answer, own = desk.answer(call), desk.answer(call, "教研室的", "officer")
    assert_refused(rules.may_decide_answer, desk.acting("officer"), own)
    assert_allowed(rules.may_decide_answer, desk.acting("researcher"), own)
    assert_refused(rules.may_decide_answer, desk.acting("teacher"), answer)
    assert_allowed(rules.may_decide_answer, desk.acting("officer"), answer)
    with pytest.raises(NotComplete):
        desk.decide(answer, accept=False)
    declined = desk.decide(answer, accept=False, why="太长")
    assert (declined.state, declined.why, declined.decided_by) == ("declined", "太长", desk.shelf.officer)
    with pytest.raises(DecidedAlready):
        desk.decide(answer, accept=False, why="太长")
    assert desk.decide(answer).state == "accepted", "a word may be changed while the call is open"
    assert_refused(rules.may_take_back, desk.acting("teacher"), Answer.objects.get(pk=answer.pk))
    waiting = desk.answer(call, "再来一个")
    assert_allowed(rules.may_take_back, desk.acting("teacher"), waiting)
    assert_refused(rules.may_take_back, desk.acting("colleague"), waiting)
    services.take_back_answer(waiting, by=desk.acting("teacher"))
    with pytest.raises(DecidedAlready):
        desk.decide(waiting)


def test_no_more_are_accepted_than_are_wanted_and_what_is_taken_down_makes_room(desk: Desk) -> None:
    call = desk.call(number=1)
    first, second = desk.answer(call, "甲", reach="school"), desk.answer(call, "乙", reach="school")
    desk.decide(first)
    with pytest.raises(EnoughAccepted):
        desk.decide(second)
    resources.withdraw_resource(first.resource, words="有错", by=desk.acting("teacher"))
    assert desk.decide(second).state == "accepted"
    call.refresh_from_db()
    assert call.state == "open", "of their own school alone neither serves the county"


def test_a_call_is_fulfilled_by_itself_when_enough_that_was_accepted_is_out(desk: Desk, run_jobs: Jobs) -> None:
    call = desk.call(number=2)
    ready, draft = desk.answer(call, "已发布"), desk.answer(call, "还没有", "colleague", out=False)
    desk.decide(ready)
    resources.publish_version(draft.resource.versions.get(), by=SYSTEM)
    run_jobs()
    call.refresh_from_db()
    assert (call.state, queries.served(call)) == ("open", 1), "published, and not accepted"
    desk.decide(draft)
    call.refresh_from_db()
    assert (call.state, queries.served(call)) == ("fulfilled", 2)
    later = desk.call(number=1)
    handed_in = desk.answer(later, "先采用", out=False)
    type(handed_in.resource).objects.filter(pk=handed_in.resource_id).update(submitted_at=later.created_at)
    desk.decide(handed_in)
    later.refresh_from_db()
    assert later.state == "open"
    resources.publish_version(handed_in.resource.versions.get(), by=SYSTEM)
    run_jobs()
    later.refresh_from_db()
    assert later.state == "fulfilled"
    with pytest.raises(Denied):
        desk.decide(handed_in, accept=False, why="晚了")


def test_a_call_is_closed_withdrawn_and_extended(desk: Desk) -> None:
    call, officer = desk.call(number=1), desk.acting("officer")
    given = desk.answer(call)
    with pytest.raises(NotComplete):
        services.close_call(call, why=" ", by=officer)
    with pytest.raises(Denied):
        services.close_call(call, why="够了", by=desk.acting("teacher"))
    services.close_call(call, why="够了", by=desk.acting("researcher"))
    with pytest.raises(DecidedAlready):
        services.withdraw_call(call, why="又想撤", by=officer)
    again = services.extend_call(call, due_on=day(30), number=1, by=officer)
    assert (again.state, again.why, again.due_on, again.ended_at) == ("open", "", day(30), None)
    desk.decide(given)
    with pytest.raises(NotComplete):
        services.extend_call(call, due_on=day(40), number=1, by=officer)
    assert services.extend_call(call, due_on=day(40), number=3, by=officer).state == "open"
    services.withdraw_call(call, why="发错了", by=officer)
    with pytest.raises(DecidedAlready):
        services.extend_call(call, due_on=day(40), number=5, by=officer)
    assert queries.calls_visible_to(desk.acting("teacher")).filter(pk=call.pk).exists(), "who answered knows of it"
    assert not queries.calls_visible_to(desk.acting("colleague")).filter(pk=call.pk).exists()
    lines = [line.words for line in queries.history_of_call(call)]
    assert lines[0] == "撤回征集：发错了"
    assert lines[1] == f"延长到 {said_day(day(40))}，需要 3 个"
    assert lines[-1].startswith("发出征集")
    assert "-" not in lines[-1], "days are said as pages say them"


def test_those_asked_are_told_and_then_those_who_answered(desk: Desk, run_jobs: Jobs) -> None:
    call = desk.call()
    allied = desk.call(alliance=desk.alliance, title="联盟的")
    assert told(run_jobs) == {"征集资源：缺微课": {"李敏", "王芳"}, "征集资源：联盟的": {"李敏", "王芳", "杨柳"}}
    answer = desk.answer(call)
    desk.decide(answer, "researcher", accept=False, why="太长")
    services.close_call(allied, why="不做了", by=desk.acting("researcher"))
    services.close_call(call, why="够了", by=desk.acting("officer"))
    found = told(run_jobs)
    assert found["有人应征：缺微课"] == {"周岚"}
    assert found["您应征的资源有了答复：一次函数"] == {"李敏"}
    assert found["已结束：缺微课"] == {"李敏"}
    assert found["已结束：联盟的"] == {"周岚"}
    decided = Notice.objects.get(kind="wanted.decided")
    assert words_of(decided).body == "征集“缺微课”：没有采用。原因：太长"


def test_points_show_what_is_called_for_and_how_much_came(desk: Desk) -> None:
    call = desk.call("officer", "N1", number=3)
    desk.decide(desk.answer(call))
    desk.call("officer", "N1", "N2", number=2)
    ids = [desk.nodes[code].pk for code in ("N1", "N2", "N3")]
    marks = queries.ASKING.marks(desk.acting("officer"), ids)
    assert {pk: str(mark.words) for pk, mark in marks.items()} == {ids[0]: "征集中 1/5", ids[1]: "征集中 0/2"}
    assert queries.ASKING.marks(desk.acting("foreign"), ids) == {}
    assert queries.ASKING.url(desk.acting("teacher")) == ""
    services.withdraw_call(call, why="发错了", by=desk.acting("officer"))
    assert str(queries.ASKING.marks(desk.acting("officer"), ids)[ids[0]].words) == "征集中 0/2"


def test_the_day_shows_what_one_is_asked_for_and_the_office_what_waits(desk: Desk) -> None:
    call = desk.call()
    today = day(0)
    card = queries.card_of_day(desk.acting("teacher"), today)
    assert card is not None
    assert [one.title for one in card.data["calls"]] == ["缺微课"]
    assert queries.card_of_day(desk.acting("far"), today) is None
    assert queries.card_of_day(desk.acting("pupil"), today) is None
    assert list(queries.answers_todo(desk.acting("officer"), today)) == []
    desk.answer(call)
    assert queries.card_of_day(desk.acting("teacher"), today) is None, "answered is done"
    assert [str(todo.words) for todo in queries.answers_todo(desk.acting("officer"), today)] == [
        "答复应征的资源：缺微课"
    ]
    assert list(queries.answers_todo(desk.acting("teacher"), today)) == []


def test_erased_a_person_s_answers_stay_without_them(desk: Desk) -> None:
    answer = desk.answer(desk.call())
    Answer.objects.update(words="我做的")
    subject = Subject(person_ids=(desk.shelf.teacher.pk,), names=("李敏",), pseudonym="某人")
    held = HOLDINGS["wanted.offered"]
    assert held.count(subject) == 1
    assert held.export is not None
    assert held.export(subject).rows[0]["call"] == "缺微课"
    assert held.erase is not None
    assert held.erase(subject) == 1
    assert list(Answer.objects.values_list("pk", "person", "words")) == [(answer.pk, None, "")]
