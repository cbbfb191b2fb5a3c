"""Several live processes: a session is one's at a time, whatever they do at once, and who lost it changes nothing any more."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.content.media.models import Stream
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.teach.live import queries, rules, services
from lantian.teach.live.engine.happenings import By, Event
from lantian.teach.live.enums import EndReason
from lantian.teach.live.errors import NoSuchNode, Outdated
from lantian.teach.live.models import LessonEvent, LiveNode, LiveSession
from lantian.teach.live.services.nodes import UNSEEN_S, hold_term
from lantian.teach.live.tests.support import open_for
from lantian.teach.live.tests.world import actor, person

pytestmark = pytest.mark.django_db


def node(name: str, *, unseen: float = 0.0, steady: float = 60.0, state: str = "serving", **more):
    """One that was last seen `unseen` seconds ago and had been there for `steady` seconds by then; its generation."""
    generation = uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        seen = cursor.fetchone()[0] - timedelta(seconds=unseen)
    begun = seen - timedelta(seconds=steady)
    LiveNode.objects.update_or_create(
        pk=name,
        defaults={
            "state": state, "generation": generation, "seen_at": seen, "steady_since": begun, "started_at": begun, **more
        },
    )  # fmt: skip
    return generation


def renew(name: str, generation):
    return services.renew_node(name, generation=generation, address="", lessons=0, sockets=0)


def given_to(world, name: str, term: int = 3) -> LiveSession:
    session = open_for(world)[1]
    LiveSession.objects.filter(pk=session.pk).update(node=name, term=term)
    return session


# -- whose a session is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "me", "taken"),
    [
        ({"unseen": UNSEEN_S + 1}, {}, True),
        ({"unseen": UNSEEN_S - 1}, {}, False),  # it may be only slow
        (
            {"unseen": UNSEEN_S + 1},
            {"steady": UNSEEN_S - 1},
            False,
        ),  # who has just come back does not know who else was away
        ({"unseen": UNSEEN_S + 1}, {"unseen": UNSEEN_S}, False),  # nor does who is not seen itself
        ({"state": "gone"}, {"steady": 0}, True),  # it said goodbye
        ({"state": "draining"}, {}, False),  # it has not let go yet
        (None, {}, True),  # taken off the list
    ],
)
def test_a_session_is_taken_from_nobody_who_is_seen_and_by_nobody_who_was_away_as_well(world, owner, me, taken):
    session = given_to(world, "a")
    if owner is not None:
        node("a", **owner)
    generation = node("b", **me)
    term = services.claim_session(session.pk, node="b", generation=generation)
    assert (term == 4) is taken
    session.refresh_from_db()
    assert (session.node, session.term) == (("b", 4) if taken else ("a", 3))


def test_an_older_start_of_the_same_node_takes_nothing(world):
    session = given_to(world, "a")
    node("a", unseen=60)
    before = node("b")
    node("b")
    assert services.claim_session(session.pk, node="b", generation=before) is None


def test_a_node_that_was_started_again_has_its_sessions_under_a_new_term(world):
    session = given_to(world, "a")
    assert services.claim_session(session.pk, node="a", generation=node("a", steady=0)) == 4


def test_after_the_database_was_away_for_a_minute_nobody_steals_before_all_had_time_to_come_back(world):
    session = given_to(world, "a")
    a, b = node("a", unseen=60), node("b", unseen=60)
    renew("b", b)  # it comes back first, and finds the other one unseen for a minute
    assert services.claim_session(session.pk, node="b", generation=b) is None
    assert all(place.free for place in queries.places(UNSEEN_S))
    renew("a", a)
    with connection.cursor() as cursor:  # six seconds later, both renewed all the time
        cursor.execute("UPDATE live_livenode SET steady_since = steady_since - interval '6 s'")
    assert services.claim_session(session.pk, node="b", generation=b) is None
    node("a", unseen=UNSEEN_S + 1)
    assert services.claim_session(session.pk, node="b", generation=b) == 4


def test_a_gap_between_renewals_ends_the_steadiness_and_a_new_start_as_well():
    before = node("a", unseen=1)
    assert renew("a", before).state == "serving"
    assert steady("a") > 50
    node("a", unseen=4, state="draining")
    renew("a", LiveNode.objects.get(pk="a").generation)
    assert steady("a") < 1
    assert LiveNode.objects.get(pk="a").state == "draining"
    renew("a", uuid4())
    assert LiveNode.objects.get(pk="a").state == "serving"


def steady(name: str) -> float:
    row = LiveNode.objects.get(pk=name)
    return (row.seen_at - row.steady_since).total_seconds()


@pytest.fixture
def session(transactional_db, kept):
    return open_for(kept.back())[1]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    owner=st.sampled_from(["", "a", "lost", "gone", "b0"]),
    claimers=st.lists(st.sampled_from(["steady", "steady", "fresh", "away"]), min_size=2, max_size=3),
    rounds=st.integers(1, 3),
)
def test_of_all_who_take_a_session_at_once_at_most_one_has_it(session, owner, claimers, rounds):
    """Real statements on connections of their own (of which a process has four). Whatever comes of it, the winner's term is the
    session's, and nobody else was told that it has won under this term."""
    LiveNode.objects.all().delete()
    LiveSession.objects.filter(pk=session.pk).update(node=owner, term=3)
    node("a", unseen=0)
    node("gone", state="gone")
    node("lost", unseen=60)
    kinds = {"steady": {}, "fresh": {"steady": 1}, "away": {"unseen": 30}}
    names = {f"b{number}": node(f"b{number}", **kinds[kind]) for number, kind in enumerate(claimers)}
    won: list[tuple[int, str]] = []
    together = threading.Barrier(len(names))

    def take(name: str) -> None:
        try:
            for _ in range(rounds):
                together.wait(20)
                term = services.claim_session(session.pk, node=name, generation=names[name])
                if term is not None:
                    won.append((term, name))
        except BaseException:
            together.abort()  # nobody waits for one that has failed
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    session.refresh_from_db()
    terms = [term for term, _name in won]
    assert len(set(terms)) == len(terms)
    assert session.term == 3 + len(won)
    won.sort()
    for (_earlier, before), (_later, after) in pairwise(won):  # who is seen keeps it against all others
        assert before == after or claimers[int(before[1:])] == "away"
    if won:
        assert session.node == won[-1][1]
    if owner == "a":
        assert won == []


# -- what an older term may not do --------------------------------------------------------------------------------------------


def event(seq: int) -> Event:
    return Event(seq=seq, kind="note.pin", at=1.0, ms=1000, by=By("person:x", "teach", "", ""), data={}, mark=f"m{seq}")


def test_who_lost_a_session_changes_nothing_of_it_any_more(world):
    session = given_to(world, "b", term=4)
    figures = {"stream_id": session.stream_id, "seconds": 9.0, "segments": 9, "size": 9, "last_chunk_at": None}
    at = datetime.now(UTC)
    for late in (
        lambda: services.save_progress(session.pk, state="live", **figures, term=3),
        lambda: services.mark_live(session.pk, started_at=at, term=3),
        lambda: services.note_publisher(session.pk, person=world.teacher.pk, term=3),
        lambda: services.save_events(session.pk, [(event(1), {})], term=3),
        lambda: services.save_polls(session.pk, [], term=3),
        lambda: services.end_live_session(session.pk, reason=EndReason.TEACHER, by=SYSTEM, term=3),
        lambda: services.settle_live_session(session.pk, term=3),
    ):
        with pytest.raises(Outdated):
            late()
    assert services.hand_session_on(session.pk, term=3, to="c") is False
    session.refresh_from_db()
    assert (session.state, session.started_at, session.node, session.term) == ("waiting", None, "b", 4)
    assert Stream.objects.get(pk=session.stream_id).segments == 0
    assert not LessonEvent.objects.filter(session=session).exists()
    services.save_events(session.pk, [(event(1), {})], term=4)
    services.save_progress(session.pk, state="live", **figures, term=4)
    assert LessonEvent.objects.filter(session=session).count() == 1
    assert Stream.objects.get(pk=session.stream_id).segments == 9


def test_a_session_that_was_deleted_holds_nobody_up(world):
    assert hold_term(uuid4(), 3) is False


# -- who is given the next lesson ---------------------------------------------------------------------------------------------


def test_a_lesson_is_opened_on_the_serving_node_with_the_fewest_lessons(world):
    assert open_for(world)[1].node == ""  # nobody is there: whoever comes takes it
    LiveSession.objects.all().delete()
    for name, more in {"main": {}, "b": {}, "c": {"state": "draining"}, "d": {"unseen": 9}}.items():
        node(name, **more)
    taken = []
    for number in range(4):
        taken.append(services.choose_node())
        LiveSession.objects.create(
            lesson=world.plan(start=datetime.now(UTC) + timedelta(days=number + 1)),
            stream=Stream.objects.create(), node=taken[-1],
            planned_end=datetime.now(UTC) + timedelta(hours=1),
        )  # fmt: skip
    assert taken == ["main", "b", "main", "b"]
    assert services.choose_node(but="main") == "b"


def test_where_a_session_is_stands_before_the_addresses_of_its_sockets(world):
    session = given_to(world, "b")
    assert queries.home_of(session.pk) == "/n/b"
    LiveSession.objects.filter(pk=session.pk).update(node="main")
    assert queries.home_of(session.pk) == ""
    assert queries.home_of(uuid4()) is None


def test_a_page_whose_line_was_cut_asks_with_its_ticket_where_its_lesson_is(world, client):
    session = given_to(world, "b")
    address = reverse("live_ticket", args=[session.pk])
    ticket = services.ticket_for_viewer(session, by=world.screen_actor())
    assert client.get(address, {"ticket": ticket}).json() == {"home": "/n/b"}
    for none in ("", "x.y", services.make_ticket(role="guest", session_id=uuid4())):
        assert client.get(address, {"ticket": none}).status_code == 405


def test_operators_drain_a_node_and_nobody_else(world):
    node("b")
    operator = actor(person("运维"), "operator", world.sending)
    assert_allowed(rules.may_run_nodes, operator)
    assert_refused(rules.may_run_nodes, world.teacher_actor, because="运维")
    assert_refused(rules.may_run_nodes, ANONYMOUS)
    with pytest.raises(Denied):
        services.drain_node("b", by=world.teacher_actor)
    with pytest.raises(NoSuchNode):
        services.drain_node("x", by=operator)
    services.drain_node("b", by=operator)
    assert LiveNode.objects.get(pk="b").state == "draining"
    services.forget_node("b", by=operator)
    assert not LiveNode.objects.exists()
