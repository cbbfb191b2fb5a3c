"""Several at once: in whichever order they come, an application has one state, one open task at most, one word a person."""

import threading

import pytest
from django.db import close_old_connections, connection

from lantian.commons.workflow import services
from lantian.commons.workflow.errors import WorkflowError
from lantian.commons.workflow.models import Application, Decision, Line, Task
from lantian.commons.workflow.tests.desk import COUNTY, make_desk, open_with, plan_with, task_of
from lantian.kernel.rules import Denied
from lantian.people.roster.tests.factories import PersonFactory, RoleGrantFactory, acting_as

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(*works):
    """Run all at one moment, each on a connection of its own; what each met."""
    start, met = threading.Barrier(len(works)), []

    def run(work):
        start.wait()
        try:
            work()
            met.append("done")
        except (WorkflowError, Denied) as fault:
            met.append(type(fault).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return met


def test_of_many_who_decide_on_one_step_one_counts():
    desk = make_desk()
    others = [PersonFactory(name=f"干部{n}") for n in range(5)]
    for other in others:
        RoleGrantFactory(person=other, organization=desk.county, role="officer")
    open_with(desk, plan_with(COUNTY))
    found = desk.submit()
    task = task_of(found)
    actors = [desk.acting("officer"), *(acting_as(other, "officer") for other in others)]
    met = at_once(*(lambda by=by: services.decide(task, verdict="approve", by=by) for by in actors))
    assert met.count("done") == 1, met
    assert Decision.objects.filter(task=task).count() == 1
    assert Line.objects.filter(application=found, what="granted").count() == 1
    assert Application.objects.get(pk=found.pk).state == "approved"


def test_withdrawn_and_decided_at_one_moment_is_one_of_both():
    for _ in range(4):
        desk = make_desk()
        found = desk.submit()
        task = task_of(found)
        teacher, head = desk.acting("teacher"), desk.acting("head")
        at_once(
            lambda f=found, by=teacher: services.withdraw_application(f, by=by),
            lambda t=task, by=head: services.decide(t, verdict="reject", words="不行", by=by),
        )
        now = Application.objects.get(pk=found.pk)
        assert now.state in ("withdrawn", "rejected")
        assert not Task.objects.filter(application=found, state="open").exists()
        assert Line.objects.filter(application=found, what="refused").count() == (1 if now.state == "rejected" else 0)


def test_handed_in_twice_is_handed_in_once():
    desk = make_desk()
    found, teacher = desk.begin(), desk.acting("teacher")
    met = at_once(*[lambda: services.submit_application(found, by=teacher)] * 4)
    assert met.count("done") == 1, met
    assert Application.objects.get(pk=found.pk).round == 1
    assert Task.objects.filter(application=found).count() == 1


def test_numbers_of_one_moment_differ():
    desk = make_desk()
    teacher = desk.acting("teacher")
    assert at_once(*[lambda: services.begin_application(desk.workflow, by=teacher)] * 6) == ["done"] * 6
    numbers = list(Application.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 6
