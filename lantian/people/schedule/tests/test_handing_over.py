"""A teacher cannot teach, or not to the end: somebody else of the school takes the lesson over."""

from datetime import timedelta

import pytest
from django.urls import reverse

from lantian.kernel.journal import services as outbox
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.messaging.models import Notice, Receipt
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.errors import LessonInvalid
from lantian.people.schedule.models import Lesson, Occupancy, TimetableEntry
from lantian.teach.live.tests.support import sign_in
from lantian.teach.live.tests.world import actor, class_group, organization, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(world):
    return person("李娜", world.sending)


@pytest.fixture
def head(world):
    return actor(person("周校长"), "school_head", world.sending)


def test_who_may_ask_somebody_to_teach_instead_and_how_long(world, head, colleague):
    lesson = world.plan()
    for who in (world.teacher_actor, head):
        assert_allowed(rules.may_hand_over_lesson, who, lesson)
    far = actor(person("远处校长"), "school_head", world.receiving[0])
    for who in (actor(colleague, "teacher", world.sending), far):
        assert_refused(rules.may_hand_over_lesson, who, lesson, because="代课")
    services.start_lesson(lesson, by=SYSTEM)
    lesson.refresh_from_db()
    assert_allowed(rules.may_hand_over_lesson, head, lesson)
    services.end_lesson(lesson, by=SYSTEM)
    lesson.refresh_from_db()
    assert_refused(rules.may_hand_over_lesson, head, lesson, because="已经结束")
    with pytest.raises(Denied):
        services.hand_over_lesson(lesson, teacher=colleague, reason="", by=head)


def test_a_running_lesson_changes_hands_and_goes_on(world, head, colleague):
    lesson = world.plan()
    services.start_lesson(lesson, by=SYSTEM)
    taken = services.hand_over_lesson(lesson, teacher=colleague, reason="突发不适", by=head)
    assert (taken.state, taken.teacher, taken.starts_at, taken.ends_at) == (
        "live",
        colleague,
        lesson.starts_at,
        lesson.ends_at,
    )
    assert_allowed(rules.may_teach_lesson, actor(colleague, "teacher", world.sending), taken)
    assert_refused(rules.may_teach_lesson, world.teacher_actor, taken)
    entry = JournalEntry.objects.get(action="schedule.lesson_handed_over")
    assert (entry.actor_name, entry.data["reason"]) == ("周校长", "突发不适")
    assert not Occupancy.objects.filter(teacher=world.teacher).exists()  # the one who fell ill is free


def test_a_substitute_who_teaches_elsewhere_is_named_with_what_they_teach(world, head, colleague):
    lesson = world.plan()
    stranger = person("外校老师", organization("外校"))
    for who, because in ((world.teacher, "另一位"), (stranger, "不在这所学校")):
        with pytest.raises(LessonInvalid, match=because):
            services.hand_over_lesson(lesson, teacher=who, reason="", by=head)
    other = services.plan_lesson(
        title="岳阳楼记",
        subject="chinese",
        stage="junior",
        grade=8,
        teacher=colleague,
        organization=world.sending,
        class_group=class_group(world.sending, 2),
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        by=SYSTEM,
    )
    assert queries.teaching_beside(lesson) == {colleague.pk}
    with pytest.raises(LessonInvalid, match=r"李娜老师 \d\d:\d\d–\d\d:\d\d 在上“岳阳楼记”"):
        services.hand_over_lesson(lesson, teacher=colleague, reason="", by=head)
    services.start_lesson(other, by=SYSTEM)
    services.end_lesson(other, by=SYSTEM)
    services.start_lesson(lesson, by=SYSTEM)
    # what they taught while this one was taught by somebody else does not matter, now or at its end
    assert services.hand_over_lesson(lesson, teacher=colleague, reason="", by=head).teacher == colleague
    longer = services.extend_lesson(lesson, ends_at=lesson.ends_at + timedelta(minutes=5), by=SYSTEM)
    assert services.end_lesson(longer, by=SYSTEM).state == "ended"


def test_a_period_of_the_timetable_is_a_lesson_elsewhere_too(weeks):
    world = weeks.world
    weeks.make()
    colleague = person("李娜", world.sending)
    TimetableEntry.objects.create(
        timetable=weeks.timetable,
        class_group=class_group(world.sending, 5),
        weekday=0,
        period_no=1,
        subject="chinese",
        teacher=colleague,
    )
    lesson = Lesson.objects.get(entry__weekday=0)
    with pytest.raises(LessonInvalid, match="李娜老师 09:00–09:40 在上“八年级（5）班 语文”"):
        services.hand_over_lesson(lesson, teacher=colleague, reason="", by=SYSTEM)
    free = person("赵老师", world.sending)
    assert services.hand_over_lesson(lesson, teacher=free, reason="", by=SYSTEM).teacher == free
    weeks.make()
    lesson.refresh_from_db()
    assert lesson.teacher == free  # the timetable leaves it alone


def test_both_teachers_and_the_homeroom_teachers_are_told(world, head, colleague):
    person("远处班主任", world.receiving[0], "homeroom_teacher", world.groups[0])
    person("远处学生", world.receiving[0], "student", world.groups[0])
    lesson = world.plan()
    services.start_lesson(lesson, by=SYSTEM)
    services.hand_over_lesson(lesson, teacher=colleague, reason="突发不适", by=head)
    outbox.deliver(OutboxEvent.objects.get(name="schedule.lesson_handed_over").sequence)
    notice = Notice.objects.get()
    assert set(Receipt.objects.filter(notice=notice).values_list("person__name", flat=True)) == {
        "王芳",
        "李娜",
        "远处班主任",
    }
    assert "由李娜老师代王芳老师上" in notice.body
    assert "课正在上" in notice.body
    assert "原因：突发不适" in notice.body


def test_the_page_says_who_is_busy_and_hands_over(client, world, colleague):
    lesson = world.plan()
    services.start_lesson(lesson, by=SYSTEM)
    sign_in(client, world.teacher)
    page = reverse("schedule_lesson_hand_over", args=[lesson.pk])
    assert page in client.get(reverse("live_lesson", args=[lesson.pk])).content.decode()
    assert "李娜" in client.get(page).content.decode()
    assert "请选择" in client.post(page, {"reason": "嗓子哑了"}).content.decode()
    after = client.post(page, {"teacher": str(colleague.pk), "reason": "嗓子哑了"}, follow=True).content.decode()
    assert "已请李娜老师代课" in after
    assert client.get(page).status_code == 403
