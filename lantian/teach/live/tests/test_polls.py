"""Questions written before the lesson, and what is left of those that were asked."""

import pytest
from django.urls import reverse

from lantian.kernel.holdings import Subject
from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import ANONYMOUS, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.teach.live import queries, rules, services
from lantian.teach.live.engine.happenings import By, HappeningRoom, Scene
from lantian.teach.live.engine.happenings.kinds.polls import Polls
from lantian.teach.live.errors import TooManyPolls
from lantian.teach.live.models import LessonEvent, PreparedPoll
from lantian.teach.live.services import polls
from lantian.teach.live.services.erasing import forget_events
from lantian.teach.live.tests.support import open_for, sign_in
from lantian.teach.live.tests.world import actor, person

pytestmark = pytest.mark.django_db
ONE = {"type": "one", "question": "正还是负？", "options": ["正", "负"], "picture": None}


def happened(session, *steps) -> None:
    """Play steps (kind, by, data) and bring them to the database as the live process does."""
    room, kept = HappeningRoom(), []
    for number, (kind, by, data) in enumerate(steps):
        event = room.propose(kind, data, by, Scene(1_790_000_000_000 + number, number), f"m{number}")
        kept.append((event, room.fold(event).public))
    services.save_events(session.pk, kept)
    services.save_polls(session.pk, [poll.summary() for poll in room.part(Polls).all.values()])


def people(world):
    pupil = person("李小明", world.receiving[0], "student", world.groups[0])
    school = world.receiving[0]
    teacher = By(f"person:{world.teacher.pk}", "teach", "王芳", "涪城中学", str(world.teacher.pk))
    student = By(f"person:{pupil.pk}", "student", "李小明", school.name, str(pupil.pk), None, str(school.pk))
    group = By(
        f"class:{world.groups[0].pk}",
        "class",
        "八年级（1）班",
        school.name,
        None,
        str(world.groups[0].pk),
        str(school.pk),
    )
    return pupil, teacher, student, group


def test_questions_are_prepared_by_the_lessons_teacher(world, client):
    lesson = world.plan()
    head = actor(person("校长"), "school_head", world.sending)
    assert_allowed(rules.may_prepare_polls, world.teacher_actor, lesson)
    assert_refused(rules.may_prepare_polls, head, lesson)
    assert_allowed(rules.may_read_polls, world.teacher_actor, lesson)
    assert_allowed(rules.may_read_polls, head, lesson)
    assert_refused(
        rules.may_read_polls, actor(person("外人"), "school_head", world.receiving[0]), lesson, because="任课教师"
    )
    with pytest.raises(Denied):
        services.prepare_poll(lesson, question=ONE, by=head)
    sign_in(client, world.teacher)
    address = reverse("live_poll_prepare", args=[lesson.pk])
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"question": "正还是负？", "type": "one", "options": "正"})
    assert wrong.status_code == 422
    assert "二到八个" in wrong.content.decode()
    client.post(address, {"question": "正还是负？", "type": "one", "options": "正\n负\n"})
    client.post(address, {"question": "为什么？", "type": "text", "options": ""})
    first, second = queries.prepared_polls(lesson)
    assert (first.question, first.options, second.type, second.position) == ("正还是负？", ["正", "负"], "text", 1)
    page = client.get(reverse("live_polls", args=[lesson.pk])).content.decode()
    assert "为什么？" in page
    client.post(reverse("live_poll_remove", args=[first.pk]))
    assert list(queries.prepared_polls(lesson)) == [second]
    assert client.get(reverse("live_teach", args=[lesson.pk])).status_code == 200


def test_a_lesson_has_room_for_thirty(world, monkeypatch):
    monkeypatch.setattr(polls, "MOST_PREPARED", 2)
    lesson = world.plan()
    for _ in range(2):
        services.prepare_poll(lesson, question=ONE, by=world.teacher_actor)
    with pytest.raises(TooManyPolls):
        services.prepare_poll(lesson, question=ONE, by=world.teacher_actor)


def test_results_are_read_and_taken_out_with_a_mark_of_who_did(world, client, django_assert_max_num_queries):
    lesson, session, _ticket = open_for(world)
    prepared = services.prepare_poll(lesson, question=ONE, by=world.teacher_actor)
    _pupil, teacher, student, group = people(world)
    happened(
        session,
        ("poll.open", teacher, {**ONE, "prepared": str(prepared.pk)}),
        ("poll.answer", student, {"poll": 1, "choice": [0]}),
        ("poll.answer", student, {"poll": 1, "choice": [1]}),
        ("poll.answer", group, {"poll": 1, "counts": [30, 12]}),
        ("poll.open", teacher, {"type": "text", "question": "为什么？"}),
        ("poll.answer", student, {"poll": 5, "text": "=k>0"}),
    )
    assert queries.polls_of(lesson)[0].prepared == prepared
    sign_in(client, world.teacher)
    address = reverse("live_polls", args=[lesson.pk])
    with django_assert_max_num_queries(30):
        page = client.get(address).content.decode()
    assert "43" in page
    assert "=k&gt;0" in page
    rows = b"".join(client.get(address, {"format": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + 3 + 1 + 1
    assert "正还是负？,梓潼一中,李小明,个人,负,1," in rows
    assert any("'=k>0" in row for row in rows)  # no spreadsheet runs it
    assert "王芳" in rows[-1]
    assert JournalEntry.objects.filter(action="live.polls_exported").count() == 1
    stranger = sign_in(client, person("外人", world.receiving[1]))
    assert stranger.get(address).status_code in (403, 404)


def test_who_is_erased_leaves_counts_without_a_name(world):
    lesson, session, _ticket = open_for(world)
    pupil, teacher, student, _group = people(world)
    happened(
        session,
        ("poll.open", teacher, {"type": "text", "question": "为什么？"}),
        ("poll.answer", student, {"poll": 1, "text": "我是李小明"}),
        ("hand.raise", student, {}),
        ("hand.word", teacher, {"key": student.key}),
        ("poll.show", teacher, {"poll": 1, "on": True, "pick": [2]}),
    )
    subject = Subject((pupil.pk,), names=("李小明",))
    assert queries.events_of(subject).count() == 2
    assert [row["text"] for row in queries.events_part(subject).rows] == ["我是李小明", ""]
    assert forget_events(subject) == 3
    left = str(list(LessonEvent.objects.values_list("data", "shown", "name", "viewer", "person")))
    assert "李小明" not in left
    assert str(pupil.pk) not in left
    assert queries.polls_of(lesson)[0].people == 1
    assert LessonEvent.objects.filter(session=session).count() == 5


def test_a_stranger_reads_no_results(world, client):
    lesson = world.plan()
    assert_refused(rules.may_read_polls, ANONYMOUS, lesson)
    assert client.get(reverse("live_polls", args=[lesson.pk])).status_code in (302, 403, 404)
    assert PreparedPoll.objects.count() == 0
