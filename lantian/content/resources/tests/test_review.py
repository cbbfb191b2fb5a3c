"""From a draft through the review to everybody, back, and away; and what nobody may do."""

import pytest

from lantian.commons.workflow import services as workflow
from lantian.commons.workflow.models import Task
from lantian.content.resources import queries, rules, services
from lantian.content.resources.errors import (
    AlreadyThere,
    ChangedMeanwhile,
    NotChangeable,
    NotComplete,
    VersionOpen,
)
from lantian.content.resources.models import Resource
from lantian.content.resources.tests.files import docx, pdf
from lantian.content.resources.tests.shelf import FACTS
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import ANONYMOUS, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster.tests.factories import RoleGrantFactory, acting_as

pytestmark = pytest.mark.django_db


def sees(actor, resource):
    there = queries.resources_visible_to(actor).filter(pk=resource.pk).exists()
    if there:
        assert_allowed(rules.may_view_resource, actor, resource)
    else:
        assert_refused(rules.may_view_resource, actor, resource)
    return there


def test_school_and_county_review_it_and_then_everybody_has_it(shelf):
    made = shelf.make()
    assert sees(shelf.acting("teacher"), made)
    for who in ("colleague", "head", "officer", "far"):
        assert not sees(shelf.acting(who), made), "a draft is its author's"
    version = shelf.submit(made)
    made.refresh_from_db()
    assert (version.state, made.state) == ("review", "draft")
    assert sees(shelf.acting("head"), made)
    assert not sees(shelf.acting("colleague"), made)
    shelf.decide(version, "head")
    made.refresh_from_db()
    assert made.state == "draft", "the county has not said anything"
    shelf.decide(version, "officer")
    made.refresh_from_db()
    version.refresh_from_db()
    assert (made.state, version.state, made.current) == ("published", "published", version)
    for actor in (ANONYMOUS, *(shelf.acting(who) for who in ("far", "pupil", "colleague"))):
        assert sees(actor, made)
    names = set(OutboxEvent.objects.values_list("name", flat=True))
    assert {"resources.submitted", "resources.published"} <= names


def test_for_the_school_alone_the_head_decides_and_nobody_else_sees_it(shelf):
    made = shelf.make(reach="school")
    shelf.decide(shelf.submit(made), "head")
    made.refresh_from_db()
    assert made.state == "published"
    assert sees(shelf.acting("colleague"), made)
    assert sees(shelf.acting("pupil"), made)
    assert not sees(shelf.acting("far"), made)
    assert not sees(ANONYMOUS, made)


def test_for_a_county_and_for_teachers_alone(shelf):
    made = shelf.publish(reach="region", region=shelf.county, audience="staff")
    assert sees(shelf.acting("colleague"), made)
    assert not sees(shelf.acting("pupil"), made)
    assert not sees(shelf.acting("far"), made)
    assert sees(shelf.acting("above"), made)


def test_what_is_for_oneself_needs_no_review_and_nothing_said_about_it(shelf):
    upload = shelf.send(docx(), "笔记.docx")
    made = services.create_resource(upload=upload, facts={"reach": "private"}, by=shelf.acting("teacher"))
    shelf.submit(made)
    made.refresh_from_db()
    assert (made.state, made.title, made.submitted_at) == ("published", "笔记", None)
    for who in ("colleague", "head", "officer"):
        assert not sees(shelf.acting(who), made)


@pytest.mark.parametrize("field", ["purpose", "subject", "stage", "words", "licence", "rights_holder"])
def test_what_others_need_to_know_has_to_be_said(shelf, field):
    made = shelf.make(**{field: ""})
    with pytest.raises(NotComplete) as fault:
        shelf.submit(made)
    assert fault.value.field == field
    assert shelf.version(made).state == "draft"


def test_all_rights_reserved_stays_in_the_school(shelf):
    made = shelf.make(licence="all-rights")
    with pytest.raises(NotComplete, match="保留所有权利"):
        shelf.submit(made)
    services.save_version(shelf.version(made), edition=1, facts={"reach": "school"}, by=shelf.acting("teacher"))
    assert shelf.submit(made).state == "review"


def test_the_same_file_is_not_published_twice_but_may_be_where_the_other_is_not_seen(shelf):
    shelf.publish(reach="school")
    again = shelf.make("colleague", reach="school")
    assert [one.same for one in queries.alike(shelf.version(again).blob, shelf.acting("colleague"))] == [True]
    with pytest.raises(AlreadyThere, match="《一次函数》"):
        shelf.submit(again, "colleague")
    elsewhere = shelf.make("far", reach="school")
    assert queries.alike(shelf.version(elsewhere).blob, shelf.acting("far")) == []
    assert shelf.submit(elsewhere, "far").state == "review"


def test_nearly_the_same_is_shown_and_may_be_handed_in(shelf):
    text = "".join(f"第{n}题：已知直线经过点（{n}，{n + 3}），求它的解析式。" for n in range(120))
    first = shelf.publish(data=text.encode())
    near = shelf.make("colleague", data=text.replace("第7题", "第七题").encode())
    other = shelf.make("colleague", data="".join(f"春眠不觉晓，第{n}遍读。处处闻啼鸟。" for n in range(60)).encode())
    found = queries.alike(shelf.version(near).blob, shelf.acting("colleague"))
    assert [(one.resource, one.same) for one in found] == [(first, False)]
    assert queries.alike(shelf.version(other).blob, shelf.acting("colleague")) == []
    assert shelf.submit(near, "colleague").state == "review"


def test_who_made_it_does_not_decide_on_it(shelf):
    RoleGrantFactory(person=shelf.teacher, organization=shelf.school, role="school_head")
    made = shelf.make()
    version = shelf.submit(made)
    task = Task.objects.get(state="open")
    assert task.organization == shelf.school, "the other head may"
    with pytest.raises(Denied, match="自己"):
        workflow.decide(task, verdict="approve", by=acting_as(shelf.teacher, "school_head"))
    assert version.state == "review"


def test_a_head_who_has_nobody_beside_goes_straight_to_the_county(shelf):
    version = shelf.submit(shelf.make("head", reach="school"), "head")
    task = Task.objects.get(state="open")
    assert (task.organization, task.role) == (shelf.county, "officer")
    shelf.decide(version, "officer")
    version.refresh_from_db()
    assert version.state == "published"


def test_another_made_a_new_version_of_it_and_does_not_decide_either(shelf):
    made = shelf.publish()
    version = services.new_version(made, by=shelf.acting("head"))
    services.submit_version(version, by=shelf.acting("head"))
    task = Task.objects.get(state="open")
    assert task.organization == shelf.county
    assert queries.involved_in(version.pk) == {shelf.head.pk, shelf.teacher.pk}


def test_sent_back_changed_and_handed_in_again(shelf):
    made = shelf.make()
    version = shelf.submit(made)
    with pytest.raises(NotChangeable):
        services.save_version(version, edition=1, facts={"title": "偷偷改"}, by=shelf.acting("teacher"))
    shelf.decide(version, "head", "return", "请写清楚怎么用")
    version.refresh_from_db()
    assert version.state == "review", "word of it comes by the outbox"
    assert_allowed(rules.may_change_version, shelf.acting("teacher"), version)
    services.note_returned(version.pk)
    version.refresh_from_db()
    assert version.state == "returned"
    services.save_version(version, edition=1, facts={"words": "第二课时用"}, by=shelf.acting("teacher"))
    shelf.submit(made)
    application = queries.application_of(version)
    assert (application.round, application.state) == (2, "review")
    services.note_returned(version.pk)
    version.refresh_from_db()
    assert version.state == "review", "an old word changes nothing"
    for who in ("head", "officer"):
        shelf.decide(version, who)
    assert Resource.objects.get().words == "第二课时用"


def test_refused_is_over_and_a_new_version_begins(shelf):
    made = shelf.make()
    version = shelf.submit(made)
    shelf.decide(version, "head", "reject", "内容有错")
    version.refresh_from_db()
    assert version.state == "refused"
    assert_refused(rules.may_change_version, shelf.acting("teacher"), version)
    second = services.new_version(made, by=shelf.acting("teacher"))
    assert (second.number, second.blob, second.title) == (2, version.blob, version.title)


def test_taken_back_it_is_a_draft_and_nobody_has_to_decide(shelf):
    made = shelf.make()
    version = shelf.submit(made)
    assert_refused(rules.may_take_back, shelf.acting("colleague"), version)
    assert_allowed(rules.may_take_back, shelf.acting("teacher"), version)
    version = services.take_back(version, by=shelf.acting("teacher"))
    assert version.state == "draft"
    assert not Task.objects.filter(state="open").exists()
    with pytest.raises(Denied):
        services.take_back(version, by=shelf.acting("teacher"))
    assert shelf.submit(made).state == "review"


def test_the_old_version_stays_until_the_new_one_is_reviewed(shelf):
    made = shelf.publish()
    first = made.current
    teacher = shelf.acting("teacher")
    version = services.new_version(made, by=teacher)
    with pytest.raises(VersionOpen):
        services.new_version(made, by=teacher)
    upload = shelf.send(pdf(), "函数.pdf")
    services.save_version(
        version, edition=1, facts={"title": "一次函数（改）"}, upload=upload, changes="换成 PDF", by=teacher
    )
    made.refresh_from_db()
    assert (made.title, made.current) == ("一次函数", first)
    assert list(queries.versions_seen(shelf.acting("far"), made)) == [first]
    shelf.submit(made)
    assert {one.number for one in queries.versions_seen(shelf.acting("head"), made)} == {1, 2}
    for who in ("head", "officer"):
        shelf.decide(version, who)
    made.refresh_from_db()
    first.refresh_from_db()
    assert (made.title, made.current_id, first.state) == ("一次函数（改）", version.pk, "replaced")
    assert [one.number for one in queries.versions_seen(ANONYMOUS, made)] == [2, 1]


def test_of_two_who_edit_one_draft_the_second_is_told(shelf):
    version = shelf.version(shelf.make())
    teacher = shelf.acting("teacher")
    services.save_version(version, edition=1, facts={"title": "甲"}, by=teacher)
    with pytest.raises(ChangedMeanwhile):
        services.save_version(version, edition=1, facts={"title": "乙"}, by=teacher)
    services.save_version(version, edition=2, facts={"title": "乙"}, by=teacher)
    assert Resource.objects.get().title == "乙"


def test_a_region_has_to_be_named_and_a_title_too(shelf):
    version = shelf.version(shelf.make())
    for facts, field in (({"reach": "region", "region": None}, "region"), ({"title": " "}, "title")):
        with pytest.raises(NotComplete) as fault:
            services.save_version(version, edition=1, facts=facts, by=shelf.acting("teacher"))
        assert fault.value.field == field


def test_discarding_the_only_draft_leaves_nothing(shelf):
    made = shelf.make()
    with pytest.raises(Denied):
        services.discard_version(shelf.version(made), by=shelf.acting("colleague"))
    services.discard_version(shelf.version(made), by=shelf.acting("teacher"))
    assert not Resource.objects.exists()
    kept = shelf.publish(data=pdf("other"), name="a.pdf")
    with pytest.raises(NotChangeable):
        services.discard_version(kept.current, by=shelf.acting("teacher"))
    services.discard_version(services.new_version(kept, by=shelf.acting("teacher")), by=shelf.acting("teacher"))
    assert kept.versions.count() == 1


def test_a_link_is_a_resource_without_a_file(shelf):
    teacher = shelf.acting("teacher")
    with pytest.raises(NotComplete):
        services.create_resource(by=teacher)
    made = services.create_resource(url="https://example.cn/a", facts=FACTS, by=teacher)
    version = shelf.submit(made)
    for who in ("head", "officer"):
        shelf.decide(version, who)
    made.refresh_from_db()
    assert (made.kind, made.state, made.current.url) == ("link", "published", "https://example.cn/a")


def test_who_makes_resources(shelf):
    for who in ("teacher", "head", "officer"):
        assert_allowed(rules.may_upload, shelf.acting(who))
    assert_refused(rules.may_upload, shelf.acting("pupil"))
    assert_refused(rules.may_upload, ANONYMOUS)
    made = shelf.make()
    assert_allowed(rules.may_manage_resource, shelf.acting("teacher"), made)
    assert_refused(rules.may_manage_resource, shelf.acting("head"), made)
    shelf.submit(made)
    made.refresh_from_db()
    assert_allowed(rules.may_manage_resource, shelf.acting("head"), made)
    assert_refused(rules.may_manage_resource, shelf.acting("far"), made)
    assert_refused(rules.may_change_version, shelf.acting("far"), shelf.version(made))
