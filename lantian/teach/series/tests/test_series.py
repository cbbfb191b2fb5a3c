"""Series: who may do what with them, lessons in their order, followers told once, and what a calendar shows."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from PIL import Image

from lantian.kernel import files
from lantian.kernel.events import publish
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.messaging.models import Notice, Receipt
from lantian.people.messaging.queries import words_of
from lantian.people.schedule import queries as schedule
from lantian.people.schedule import services as planning
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.events import LessonsMade
from lantian.people.schedule.models import Lesson
from lantian.people.schedule.rules import may_view_lesson
from lantian.teach.live.tests.world import actor, organization, person
from lantian.teach.series import queries, rules, services
from lantian.teach.series.errors import (
    AudienceUnknown,
    BadCover,
    LessonIsRehearsal,
    LessonNotOpen,
    LessonThere,
    SeriesEmpty,
)
from lantian.teach.series.events import LessonSoon
from lantian.teach.series.models import Series, Subscription
from lantian.teach.series.receivers import _about_lesson

pytestmark = pytest.mark.django_db


def later(**delta):
    return (timezone.now() + timedelta(**delta)).replace(second=0, microsecond=0)


def make(world, *, published=True, lessons=2, access="public", **extra):
    kind = LessonAccess.PUBLIC if access == "public" else LessonAccess.ALLIANCE
    made = services.create_series(
        kind="master",
        title="函数十讲",
        organization=world.sending,
        teacher=world.teacher,
        access=access,
        by=SYSTEM,
        **extra,
    )
    hour = Series.objects.count()  # the teacher gives one lesson at a time
    for number in range(lessons):
        lesson = world.plan(
            start=later(days=number + 1, hours=hour), access=kind, title=f"第{number + 1}课", receivers=[]
        )
        services.attach_lesson(made, lesson, by=SYSTEM)
    if published:
        services.publish_series(made, by=SYSTEM)
        made.refresh_from_db()
    return made


def head_of(school):
    return actor(person("校长"), "school_head", school)


def test_who_sees_a_series(world):
    city, stranger = world.county.parent, organization("外市", "city")
    public, draft = make(world), make(world, published=False)
    here = make(world, access="region", region=world.county)
    allied = make(world, access="alliance", alliance=world.alliance)
    pupil = actor(person("生"), "student", world.receiving[0])
    mother = actor(person("母"), "guardian", world.receiving[0])
    outside = actor(person("外"), "teacher", stranger)
    for one in (pupil, mother):
        assert set(queries.series_visible_to(one)) == {public, here, allied}
    assert set(queries.series_visible_to(ANONYMOUS)) == {public}
    assert set(queries.series_visible_to(outside)) == {public}
    assert set(queries.series_visible_to(world.teacher_actor)) == {public, draft, here, allied}
    assert draft in queries.series_visible_to(actor(person("干部"), "officer", city))
    for one in (pupil, mother, ANONYMOUS, outside):
        assert_allowed(rules.may_view_series, one, public)
        assert_refused(rules.may_view_series, one, draft)
    assert_refused(rules.may_view_series, outside, here)
    assert_allowed(rules.may_view_series, mother, here)


def test_a_series_for_a_region_lets_its_people_see_its_lessons_and_nobody_else(world):
    made = make(world, access="region", region=world.county)
    lesson = made.entries.first().lesson
    mother = actor(person("母"), "guardian", world.receiving[0])
    assert_allowed(may_view_lesson, mother, lesson)
    assert lesson in schedule.lessons_visible_to(mother)
    outside = actor(person("外"), "guardian", organization("外市", "city"))
    assert_refused(may_view_lesson, outside, lesson)
    assert_refused(may_view_lesson, ANONYMOUS, lesson)
    services.close_series(made, by=SYSTEM)
    assert_refused(may_view_lesson, mother, lesson)


def test_who_makes_changes_publishes_and_follows(world):
    made, teacher = make(world, published=False), world.teacher_actor
    head, other = head_of(world.sending), head_of(world.receiving[0])
    it = actor(person("信息"), "school_it", world.sending)
    officer = actor(person("干部"), "officer", world.county.parent)
    colleague = actor(person("同事"), "teacher", world.sending)
    for one in (teacher, head, it, officer):
        assert_allowed(rules.may_create_series, one, world.sending)
        assert_allowed(rules.may_manage_series, one, made)
    assert_refused(rules.may_create_series, teacher, world.receiving[0])
    assert_refused(rules.may_create_series, actor(person("母"), "guardian", world.sending))
    for one in (other, colleague, ANONYMOUS):
        assert_refused(rules.may_manage_series, one, made)
    for one in (head, officer):
        assert_allowed(rules.may_publish_series, one, made)
    for one in (teacher, it, other):
        assert_refused(rules.may_publish_series, one, made)
    mine = world.plan(start=later(days=9), access=LessonAccess.PUBLIC, receivers=[])
    assert_allowed(rules.may_attach_lesson, teacher, made, mine)
    assert_refused(rules.may_attach_lesson, colleague, made, mine)
    theirs = make(world, published=False)
    Series.objects.filter(pk=theirs.pk).update(teacher=colleague.person_id)
    theirs.refresh_from_db()
    assert_refused(rules.may_attach_lesson, colleague, theirs, mine)  # the series is hers, the lesson is not
    mother = actor(person("母"), "guardian", world.receiving[0])
    assert_refused(rules.may_follow_series, mother, made)  # not published yet
    made = services.publish_series(made, by=head)
    assert_allowed(rules.may_follow_series, mother, made)
    assert_refused(rules.may_follow_series, ANONYMOUS, made)


def test_publishing_wants_lessons_and_a_series_for_all_takes_open_ones_only(world):
    empty = make(world, published=False, lessons=0)
    with pytest.raises(SeriesEmpty):
        services.publish_series(empty, by=SYSTEM)
    closed = world.plan(start=later(days=3))
    with pytest.raises(LessonNotOpen):
        services.attach_lesson(empty, closed, by=SYSTEM)
    opened = world.plan(start=later(days=4), access=LessonAccess.PUBLIC, receivers=[])
    services.attach_lesson(empty, opened, by=SYSTEM)
    group, world.group, alliance, world.alliance = world.group, None, world.alliance, None
    rehearsal = world.plan(start=later(days=5), access=LessonAccess.REHEARSAL, receivers=[])
    world.group, world.alliance = group, alliance
    own = make(world, published=False, lessons=0, access="region", region=world.county)
    assert list(queries.lessons_to_choose(world.teacher_actor, own)) == [opened, closed]
    with pytest.raises(LessonIsRehearsal):
        services.attach_lesson(empty, rehearsal, by=SYSTEM)
    with pytest.raises(LessonThere):
        services.attach_lesson(empty, opened, by=SYSTEM)
    services.publish_series(empty, by=SYSTEM)
    with pytest.raises(SeriesEmpty):
        services.detach_lesson(empty.entries.get(), by=SYSTEM)
    assert OutboxEvent.objects.filter(name="series.published").count() == 1
    with pytest.raises(AudienceUnknown):
        services.change_series(empty, access="region", by=SYSTEM)
    here = make(world, access="region", region=world.county)
    with pytest.raises(LessonNotOpen):
        services.change_series(here, access="public", by=SYSTEM)
    here.refresh_from_db()
    assert here.access == "region"
    with pytest.raises(Denied):  # wider than before: the head's to decide
        services.change_series(here, access="alliance", alliance=world.alliance, by=world.teacher_actor)
    services.change_series(here, title="函数十二讲", by=world.teacher_actor)
    assert JournalEntry.objects.filter(action="series.changed").count() == 1


def test_lessons_keep_a_gapless_order_whatever_is_moved_or_taken_out(world):
    made = make(world, lessons=4)

    def order():
        rows = list(made.entries.order_by("position").values_list("position", "lesson__title"))
        assert [position for position, _title in rows] == list(range(1, len(rows) + 1))
        return [title for _position, title in rows]

    first = made.entries.get(position=1)
    services.move_lesson(first, to=3, by=SYSTEM)
    assert order() == ["第2课", "第3课", "第1课", "第4课"]
    services.move_lesson(made.entries.get(position=4), to=-5, by=SYSTEM)
    assert order() == ["第4课", "第2课", "第3课", "第1课"]
    services.detach_lesson(made.entries.get(position=2), by=SYSTEM)
    assert order() == ["第4课", "第3课", "第1课"]


def picture(size=(1200, 900), kind="PNG"):
    written = io.BytesIO()
    Image.new("RGB", size, "#1268c4").save(written, kind)
    return io.BytesIO(written.getvalue())


def test_a_cover_is_cut_and_written_anew_and_nothing_else_is_taken(world, django_capture_on_commit_callbacks):
    made = make(world)
    made = services.set_cover(made, upload=picture(), by=SYSTEM)
    first = files.path_of(made.cover)
    with Image.open(first) as kept:
        assert (kept.format, kept.size) == ("JPEG", (960, 540))
    for bad in (io.BytesIO(b""), io.BytesIO(b"<svg onload=alert(1)>"), io.BytesIO(b"\x89PNG\r\n\x1a\nnonsense")):
        with pytest.raises(BadCover):
            services.set_cover(made, upload=bad, by=SYSTEM)
    with django_capture_on_commit_callbacks(execute=True):
        services.set_cover(made, upload=picture(kind="WEBP"), by=SYSTEM)
    assert not first.exists()


def test_followers_are_told_once_before_a_lesson_and_again_when_it_moves(world, run_jobs):
    made = make(world, lessons=0, published=False)
    soon = world.plan(start=later(minutes=20), access=LessonAccess.PUBLIC, receivers=[], title="今天这课")
    far = world.plan(start=later(days=2), access=LessonAccess.PUBLIC, receivers=[])
    for lesson in (soon, far):
        services.attach_lesson(made, lesson, by=SYSTEM)
    made = services.publish_series(made, by=SYSTEM)
    assert services.announce_lessons() == 0  # nobody follows it
    mother = actor(person("母"), "guardian", world.receiving[0])
    assert services.follow_series(made, by=mother)
    assert not services.follow_series(made, by=mother)
    assert services.announce_lessons() == 1
    assert services.announce_lessons() == 0
    run_jobs()
    notice = Notice.objects.get(kind="series.lesson_soon")
    assert "今天这课" in notice.title
    assert list(Receipt.objects.filter(notice=notice).values_list("person", flat=True)) == [mother.person_id]
    start = later(minutes=25)
    planning.reschedule_lesson(soon, starts_at=start, ends_at=start + timedelta(minutes=40), by=SYSTEM)
    assert services.announce_lessons() == 1
    entry = made.entries.get(lesson=soon)
    planning.cancel_lesson(soon, reason="停电", by=SYSTEM)
    assert _about_lesson(LessonSoon(object_id=entry.pk)) is None
    assert services.unfollow_series(made, by=mother)
    assert not Subscription.objects.exists()


def changes_told(name):
    """The notices that a person has about lessons that changed, and what they say."""
    rows = Notice.objects.filter(receipts__person__name=name).exclude(kind="series.lesson_soon")
    return [(row.kind, row.title) for row in rows.order_by("told_at")]


def follower(world, *series, name="母"):
    mother = actor(person(name), "guardian", world.receiving[0])
    for one in series:
        services.follow_series(one, by=mother)
    return mother


def test_followers_are_told_when_a_lesson_is_moved_and_when_it_is_cancelled_in_one_notice(world, run_jobs):
    made, again = make(world), make(world)
    lesson = made.entries.first().lesson
    services.attach_lesson(again, lesson, by=SYSTEM)
    follower(world, made, again)
    start = lesson.starts_at + timedelta(hours=5)
    planning.reschedule_lesson(
        lesson, starts_at=start, ends_at=start + timedelta(minutes=40), by=head_of(world.sending)
    )
    run_jobs()
    assert changes_told("母") == [("series.lesson_changed", "系列课改时间：第1课")]
    notice = Notice.objects.get(kind="series.lesson_changed")
    assert "您订阅的“函数十讲”“函数十讲”有变动：第1课（涪城中学 王芳）。" in notice.body
    Receipt.objects.update(read_at=timezone.now())
    planning.cancel_lesson(lesson, reason="停电", by=head_of(world.sending))
    run_jobs()
    assert changes_told("母") == [("series.lesson_changed", "系列课取消：第1课")]
    notice.refresh_from_db()
    assert notice.body.endswith("的这节课不上了。\n原因：停电")
    assert not Receipt.objects.filter(notice=notice, read_at__isnull=False).exists()
    with translation.override("en"):
        assert "cancelled" in words_of(notice).title
    assert OutboxEvent.objects.filter(name="series.lesson_changed").count() == 2


def test_who_sits_in_the_lesson_as_well_has_one_notice(world, run_jobs):
    made = make(world, access="alliance", alliance=world.alliance, lessons=0, published=False)
    lesson = world.plan(start=later(days=3))
    services.attach_lesson(made, lesson, by=SYSTEM)
    made = services.publish_series(made, by=SYSTEM)
    pupil = person("生", world.receiving[0], "student", world.groups[0])
    services.follow_series(made, by=actor(pupil, "student", world.receiving[0]))
    follower(world, made)
    planning.cancel_lesson(lesson, reason="停电", by=head_of(world.sending))
    run_jobs()
    assert changes_told("生") == [("schedule.lesson_cancelled", "课程取消：一次函数的图象")]
    assert changes_told("母") == [("series.lesson_changed", "系列课取消：一次函数的图象")]


def test_what_the_timetable_does_to_a_lesson_is_told_to_its_followers_once(world, run_jobs):
    made = make(world)
    first, second = (entry.lesson for entry in made.entries.order_by("position"))
    follower(world, made)

    def the_timetable(lesson, **facts):
        """What making lessons does: rows change, and one event a school says so."""
        Lesson.objects.filter(pk=lesson.pk).update(**facts)
        publish(LessonsMade(object_id=world.sending.pk, organization_id=world.sending.pk))
        run_jobs()

    the_timetable(first, starts_at=first.starts_at - timedelta(hours=1))
    assert changes_told("母") == [("series.lesson_changed", "系列课改时间：第1课")]
    the_timetable(second, state=LessonState.CANCELLED)
    the_timetable(second)
    assert [title for _kind, title in changes_told("母")] == ["系列课改时间：第1课", "系列课取消：第2课"]
    the_timetable(second, state=LessonState.PLANNED)
    assert [title for _kind, title in changes_told("母")] == ["系列课改时间：第1课", "系列课恢复：第2课"]
    assert OutboxEvent.objects.filter(name="series.lesson_changed").count() == 3


def test_nobody_is_told_of_what_is_over_or_of_a_series_that_is_not_published(world, run_jobs):
    draft, made = make(world, published=False), make(world)
    follower(world, made)
    lesson = draft.entries.first().lesson
    planning.cancel_lesson(lesson, reason="停电", by=SYSTEM)
    past = made.entries.first().lesson
    Lesson.objects.filter(pk=past.pk).update(starts_at=later(days=-9), ends_at=later(days=-8))
    made.entries.filter(lesson=past).update(known_start=later(days=-9))
    planning.cancel_lesson(past, reason="停电", by=SYSTEM)
    run_jobs()
    assert changes_told("母") == []
    services.publish_series(draft, by=SYSTEM)
    assert services.tell_of_changes(school=world.sending.pk) == 0, "what was known before it was published is no news"


def test_what_one_follows_stands_in_the_own_calendar_as_long_as_one_may_see_it(world):
    made = make(world, access="region", region=world.county)
    mother = actor(person("母"), "guardian", world.receiving[0])
    services.follow_series(made, by=mother)
    span = (later(days=-1), later(days=30))
    assert len(queries.lessons_followed(mother, *span)) == 2
    assert len(queries.lessons_followed(ANONYMOUS, *span)) == 0
    moved = actor(None, "guardian", organization("外市", "city"))
    moved = type(moved)(kind=moved.kind, person_id=mother.person_id, grant=moved.grant, grants=moved.grants)
    assert len(queries.lessons_followed(moved, *span)) == 0
    services.close_series(made, by=SYSTEM)
    assert len(queries.lessons_followed(mother, *span)) == 0


def test_a_teacher_who_is_erased_leaves_no_name_in_the_words(world):
    made = make(world)
    services.change_series(made, words="王芳老师讲函数", teacher_note="王芳", by=SYSTEM)
    subject = Subject(person_ids=(world.teacher.pk,), names=("王芳",), pseudonym="某教师")
    held = HOLDINGS["series.taught"]
    assert held.count(subject) == held.erase(subject) == 1
    assert held.export(subject).rows[0]["title"] == "函数十讲"
    made.refresh_from_db()
    assert (made.words, made.teacher_note) == ("某教师老师讲函数", "")
    follower = actor(person("母"), "guardian", world.receiving[0])
    services.follow_series(made, by=follower)
    mine = HOLDINGS["series.subscriptions"]
    about = Subject(person_ids=(follower.person_id,))
    assert len(mine.export(about).rows) == mine.erase(about) == 1
