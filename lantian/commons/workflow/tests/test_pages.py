"""The pages: a teacher applies, a head decides, an officer makes a definition of her own; and none costs more with more in it."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lantian.commons.workflow import services
from lantian.commons.workflow.models import Application, Delegation, Workflow
from lantian.commons.workflow.tests.desk import ANSWERS, task_of
from lantian.people.roster.tests.factories import MembershipFactory, with_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    """An office's roles are asked for one; the demonstration's are not."""
    settings.LANTIAN_DEMO = True


def signed_in(person) -> Client:
    client = Client()
    client.force_login(with_account(person))
    return client


def text(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def test_a_teacher_applies_from_the_first_page_to_the_result(desk):
    teacher, head = signed_in(desk.teacher), signed_in(desk.head)
    home = text(teacher, "/workflow/")
    assert "小课题申报" in home
    matter = re.search(r"/workflow/[0-9a-f-]{36}/", home)[0]
    assert "学校审核" in text(teacher, matter)
    edit = teacher.post(matter)["Location"]
    assert "课题" in text(teacher, edit)
    saved = teacher.post(edit, {"topic": "乡村小班", "act": "save"})
    page = saved["Location"]
    assert "乡村小班" in text(teacher, page)
    assert "请从选项里选" not in text(teacher, edit)
    wrong = teacher.post(edit, {"topic": "乡村小班", "scope": ""})
    assert wrong.status_code == 200
    assert "还不能提交" in wrong.content.decode()
    assert teacher.post(edit, ANSWERS)["Location"] == page
    waiting = text(head, "/workflow/todo/")
    assert "小课题申报" in waiting
    assert page in waiting
    assert "待我审批 1 件" in text(head, "/workflow/")
    assert "审批申请" in text(head, "/today/")
    assert "审批申请" not in text(teacher, "/today/"), "one's own waits for others"
    task = task_of(Application.objects.get())
    refused = head.post(page, {"act": "reject", "task": task.pk, "words": ""})
    assert "请写明理由" in refused.content.decode()
    assert head.post(page, {"act": "reject", "task": task.pk, "words": "已经有了"}).status_code == 302
    late = head.post(page, {"act": "approve", "task": task.pk})
    assert "已经办过" in late.content.decode()
    shown = text(teacher, page)
    assert "已经有了" in shown
    assert "申诉" in shown
    assert teacher.post(page, {"act": "appeal", "words": "并没有"}).status_code == 302
    assert task_of(Application.objects.get()).organization == desk.city


def test_what_is_sent_back_says_why_and_can_be_withdrawn(desk):
    found = desk.decide(desk.submit(), "head", "return", "写清楚一点")
    teacher = signed_in(desk.teacher)
    assert "写清楚一点" in text(teacher, f"/workflow/applications/{found.pk}/edit/")
    assert teacher.post(f"/workflow/applications/{found.pk}/", {"act": "withdraw"}).status_code == 302
    found.refresh_from_db()
    assert found.state == "withdrawn"
    assert teacher.get(f"/workflow/applications/{found.pk}/edit/").status_code == 403


def test_others_find_nothing_and_officers_what_came_in_below(desk):
    found = desk.submit()
    colleague = signed_in(MembershipFactory(organization=desk.school, role="teacher").person)
    text(colleague, f"/workflow/applications/{found.pk}/", 404)
    assert colleague.post(f"/workflow/applications/{found.pk}/", {"act": "approve"}).status_code == 404
    assert found.number in text(signed_in(desk.officer), "/workflow/applications/")
    assert found.number not in text(colleague, "/workflow/applications/")
    assert colleague.get("/workflow/definitions/").status_code == 403
    assert Client().get("/workflow/").status_code == 302


def test_somebody_stands_in_and_it_can_be_ended(desk):
    deputy = MembershipFactory(organization=desk.school, role="teacher").person
    head, today = signed_in(desk.head), timezone.localdate().isoformat()
    assert str(deputy.name) in text(head, "/workflow/stand-in/")
    wrong = head.post("/workflow/stand-in/", {"taker": deputy.pk, "first": today, "last": "2020-01-01"})
    assert "结束的日子" in wrong.content.decode()
    assert head.post("/workflow/stand-in/", {"taker": deputy.pk, "first": today, "last": today}).status_code == 302
    desk.submit()
    assert "小课题申报" in text(signed_in(deputy), "/workflow/todo/")
    given = Delegation.objects.get()
    assert signed_in(desk.officer).post(f"/workflow/stand-in/{given.pk}/end/").status_code == 404
    assert head.post(f"/workflow/stand-in/{given.pk}/end/").status_code == 302
    assert signed_in(desk.teacher).get("/workflow/stand-in/").status_code == 403


def test_an_officer_makes_a_matter_of_her_own(desk):
    client = signed_in(desk.officer)
    facts = {"title": "借用场地", "audience": ["teacher"], "words": "提前三天"}
    wrong = client.post("/workflow/definitions/new/", {**facts, "opens_on": "2026-09-02", "closes_on": "2026-09-01"})
    assert "截止的日子" in wrong.content.decode()
    page = client.post("/workflow/definitions/new/", facts)["Location"]
    made = Workflow.objects.get(title="借用场地")
    assert made.organization == desk.county
    question = {"label": "哪个场地", "kind": "choice", "choices": "", "required": "on"}
    assert "请写上选项" in client.post(f"{page}fields/", question).content.decode()
    assert client.post(f"{page}fields/", {**question, "choices": "礼堂\n操场"}).status_code == 302
    assert client.post(f"{page}fields/f2/", {**question, "label": "借哪里", "choices": "礼堂\n操场"}).status_code == 302
    step = {"title": "局长看", "level": "county", "role": "officer", "days": 2, "overdue": "remind", "votes": 1}
    assert client.post(f"{page}steps/", {**step, "when_field": "f2", "when_is": "礼堂"}).status_code == 302
    assert "借哪里" in text(client, page)
    assert client.post(page, {"row": "field:f2", "act": "up"}).status_code == 302
    assert client.post(page, {"row": "step:s1", "act": "out"}).status_code == 302  # the other has a condition: refused
    draft = made.versions.get()
    assert draft.schema["x-order"] == ["f2", "f1"]
    assert [one["key"] for one in draft.plan["steps"]] == ["s1", "s2"]
    for act in ("publish", "open"):
        assert client.post(page, {"act": act}).status_code == 302
    assert "借用场地" in text(signed_in(desk.teacher), "/workflow/")
    assert client.post(page, {"row": "field:f1", "act": "out"}).status_code == 302
    assert "有没发布的改动" in text(client, page)
    assert client.post(page, {"act": "discard"}).status_code == 302
    assert client.post(f"{page}facts/", {**facts, "title": "借场地"}).status_code == 302
    for act in ("close", "nonsense"):
        assert client.post(page, {"act": act}).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.state) == ("借场地", "closed")
    text(client, f"{page}fields/none/", 404)
    text(client, f"{page}steps/none/", 404)
    text(signed_in(desk.head), page, 404)


def test_a_definition_shows_how_its_steps_went(desk):
    desk.decide(desk.decide(desk.submit(), "head"), "officer")
    page = text(signed_in(desk.above), f"/workflow/definitions/{desk.workflow.pk}/")
    assert "县里审批" in page
    assert "平均办结" in page


def test_pages_cost_the_same_whatever_is_in_them(desk):
    teacher, head, above = signed_in(desk.teacher), signed_in(desk.head), signed_in(desk.above)

    def cost():
        found = []
        for client, url in (
            (teacher, "/workflow/"),
            (head, "/workflow/todo/"),
            (head, "/workflow/applications/"),
            (above, "/workflow/definitions/"),
            (above, f"/workflow/definitions/{desk.workflow.pk}/"),
        ):
            with CaptureQueriesContext(connection) as seen:
                text(client, url)
            found.append(len(seen))
        return found

    desk.submit()
    cost()
    one = cost()
    for _ in range(4):
        desk.submit()
    services.define_workflow(organization=desk.city, title="又一项", audience=["teacher"], by=desk.acting("above"))
    assert cost() == one
    assert max(one) <= 22, one
