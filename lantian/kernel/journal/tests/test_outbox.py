"""Facts leave with the transaction that made them true, and each receiver gets each once."""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from lantian.kernel import events
from lantian.kernel.events import ACTIVITY_STREAMS, Event, acted_by, publish, receiver
from lantian.kernel.journal.models import Delivery, JournalEntry, OutboxEvent
from lantian.kernel.journal.queries import history_of
from lantian.kernel.journal.services import deliver, deliver_many, record, record_many, restore_event
from lantian.kernel.registry import Registry
from lantian.kernel.rules import SYSTEM, Actor, ActorKind


@dataclass(frozen=True, kw_only=True)
class Baked(Event):
    name: ClassVar[str] = "journal.baked"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "create"
    object_type: ClassVar[str] = "journal.cake"
    oven_id: UUID | None = None
    pieces: int = 0


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The event of this test and its receivers, known to nobody else."""
    registry = Registry("events of this test")
    registry.register(Baked.name, Baked)
    monkeypatch.setattr("lantian.kernel.journal.services.EVENTS", registry)
    kept: dict = {}
    monkeypatch.setattr(events, "RECEIVERS", kept)
    monkeypatch.setattr("lantian.kernel.journal.services.RECEIVERS", kept)
    return kept


@pytest.mark.django_db
def test_an_event_comes_back_as_it_was_published():
    actor = Actor(kind=ActorKind.PERSON, person_id=uuid4(), account_id=uuid4())
    fact = Baked(
        object_id=uuid4(),
        oven_id=uuid4(),
        pieces=8,
        organization_id=uuid4(),
        result={"score": 3},
        context={"day": date(2026, 5, 1)},
        occurred_at=datetime(2026, 5, 1, tzinfo=UTC),
        **acted_by(actor),
    )
    publish(fact)
    back = restore_event(OutboxEvent.objects.get())
    assert back.id == fact.id
    assert (back.object_id, back.oven_id, back.pieces, back.actor_id) == (
        fact.object_id,
        fact.oven_id,
        8,
        actor.person_id,
    )
    assert back.context == {"day": "2026-05-01"}
    assert back.verb == fact.verb


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_announces_nothing(known):
    receiver(Baked)(lambda fact: None)
    before = ProcrastinateJob.objects.count()
    with transaction.atomic():
        publish(Baked(object_id=uuid4()))
        transaction.set_rollback(True)
    assert OutboxEvent.objects.filter(name=Baked.name).count() == 0
    assert ProcrastinateJob.objects.count() == before


@pytest.mark.django_db
def test_facts_nobody_waits_for_make_no_job():
    publish(Baked(object_id=uuid4()))
    assert not ProcrastinateJob.objects.filter(task_name="journal.deliver").exists()


@pytest.mark.django_db
def test_facts_are_delivered_by_a_job(run_jobs):
    got = []
    receiver(Baked)(got.append)
    publish(Baked(object_id=uuid4(), pieces=4))
    assert got == []
    run_jobs()
    assert [fact.pieces for fact in got] == [4]


@pytest.mark.django_db
def test_repeated_delivery_runs_a_receiver_once():
    got = []
    receiver(Baked)(got.append)
    publish(Baked(object_id=uuid4()))
    sequence = OutboxEvent.objects.get().sequence
    assert [deliver(sequence) for _ in range(3)] == [1, 0, 0]
    assert len(got) == 1


@pytest.mark.django_db
def test_one_receivers_error_keeps_no_other_from_its_turn_and_is_tried_again():
    got, broken = [], [True]

    @receiver(Baked)
    def fails_once(fact):
        if broken.pop() if broken else False:
            raise OSError("later")

    receiver(Baked)(got.append)
    publish(Baked(object_id=uuid4()))
    sequence = OutboxEvent.objects.get().sequence
    with pytest.raises(OSError, match="later"):
        deliver(sequence)
    assert len(got) == 1
    assert deliver(sequence) == 1
    assert Delivery.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_parallel_delivery_runs_a_receiver_once():
    ran: Counter = Counter()
    receiver(Baked)(lambda fact: ran.update([fact.id]))
    for _ in range(5):
        publish(Baked(object_id=uuid4()))
    sequences = list(OutboxEvent.objects.filter(name=Baked.name).values_list("sequence", flat=True))
    barrier = threading.Barrier(3)  # the pool holds four connections, and this thread has one
    errors = []

    def worker():
        try:
            for sequence in sequences:
                barrier.wait(timeout=20)
                deliver(sequence)
        except Exception as error:  # noqa: BLE001 - looked at below
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert sorted(ran.values()) == [1] * 5
    assert Delivery.objects.count() == 5


@pytest.mark.django_db
def test_the_journal_says_who_did_what_in_which_role():
    thing = OutboxEvent(id=uuid4(), sequence=1)
    thing.pk = uuid4()
    record("journal.tried", thing, by=SYSTEM, day=date(2026, 1, 2), ids=[uuid4()])
    record_many("journal.many", [thing, thing], by=SYSTEM, reason="导入")
    lines = list(history_of(thing))
    assert [line.action for line in lines[:2]] == ["journal.many", "journal.many"]
    assert lines[2].data["day"] == "2026-01-02"
    assert lines[2].actor_name == "系统"
    assert JournalEntry.objects.count() == 3


@pytest.mark.django_db
def test_facts_that_became_true_together_are_stored_in_order_in_a_fixed_number_of_statements(
    known, django_assert_num_queries
):
    seen = []
    receiver(Baked)(lambda fact: seen.append(fact.pieces))
    facts = [Baked(object_id=uuid4(), pieces=number) for number in range(300)]
    with django_assert_num_queries(2):
        events.publish_many(facts)
    rows = list(OutboxEvent.objects.order_by("sequence"))
    assert [row.extras["pieces"] for row in rows] == list(range(300))
    jobs = ProcrastinateJob.objects.filter(task_name="journal.deliver_many").order_by("id")
    assert [job.args["sequences"] for job in jobs] == [
        [row.sequence for row in rows[at : at + 100]] for at in (0, 100, 200)
    ]
    events.publish_many(facts_of := [Baked(object_id=uuid4(), pieces=number) for number in range(3)])
    alone = ProcrastinateJob.objects.filter(task_name="journal.deliver").order_by("id")
    assert len(alone) == len(facts_of)
    with django_assert_num_queries(0):
        events.publish_many([])


@pytest.mark.django_db
def test_many_events_are_handed_on_together_each_once_and_one_that_fails_keeps_no_other(
    known, django_assert_num_queries
):
    alone, together = [], []
    bad = 1

    def one_by_one(fact):
        if fact.pieces == bad:
            raise RuntimeError("burnt")
        alone.append(fact.pieces)

    receiver(Baked)(one_by_one)
    events.receiver_of_many(Baked)(lambda facts: together.extend(fact.pieces for fact in facts))
    events.publish_many([Baked(object_id=uuid4(), pieces=number) for number in range(40)])
    sequences = ProcrastinateJob.objects.get(task_name="journal.deliver_many").args["sequences"]
    with pytest.raises(RuntimeError):
        deliver_many(sequences)
    assert (alone, together) == ([0, *range(2, 40)], list(range(40)))
    bad = None
    assert deliver_many(sequences) == 1, "the one that failed, and nothing twice"
    assert (alone[-1], len(together)) == (1, 40)
    publish(Baked(object_id=uuid4(), pieces=77))
    deliver(OutboxEvent.objects.latest("sequence").sequence)
    assert (alone[-1], together[-1]) == (77, 77)
