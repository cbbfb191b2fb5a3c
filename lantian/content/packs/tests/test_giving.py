"""What a pack is put to: who sees it then, what they do not see, and what helped."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.content.packs import queries, rules, services
from lantian.content.packs.errors import AttachedAlready, ItemUnknown, LessonOver, WrongDays
from lantian.content.packs.models import Attachment, Judgement
from lantian.content.packs.tests.desk import Desk
from lantian.content.resources import queries as resources
from lantian.content.resources import services as using
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.retention import RETENTION
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.messaging.models import Notice
from lantian.people.schedule.models import Lesson

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def seen_by(desk: Desk, who: str) -> list[str]:
    return list(queries.packs_visible_to(desk.acting(who)).values_list("title", flat=True))


def test_put_to_a_lesson_those_in_it_see_the_pack_and_nobody_else(desk: Desk) -> None:
    made, lesson, teacher = desk.pack(desk.resource()), desk.lesson(), desk.acting("teacher")
    assert_allowed(rules.may_attach_to_lesson, teacher, made, lesson)
    assert_refused(rules.may_attach_to_lesson, desk.acting("head"), made, lesson)
    assert_refused(rules.may_attach_to_lesson, teacher, made, desk.lesson(who="colleague", hours=30))
    assert_refused(rules.may_attach_to_lesson, teacher, made, desk.lesson(state="ended", hours=-30))
    services.attach_to_lesson(made, lesson, by=teacher)
    for who in ("pupil", "guest", "mother"):
        assert seen_by(desk, who) == ["函数一课"]
        panel = queries.panel_of_lesson(desk.acting(who), lesson)
        assert panel.data["handed"][0].pack == made
        assert panel.data["may_judge"] == (who != "mother")
    for who in ("stranger", "colleague", "far", "head", "officer"):
        assert seen_by(desk, who) == []
        assert queries.panel_of_lesson(desk.acting(who), lesson) is None
    with pytest.raises(AttachedAlready):
        services.attach_to_lesson(made, lesson, by=teacher)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.create(pack=made, lesson=lesson)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.create(pack=made, lesson=desk.lesson(hours=50), class_group=desk.group)
    Lesson.objects.filter(pk=lesson.pk).update(access="public")
    assert seen_by(desk, "stranger") == [], "an open lesson opens no pack"
    services.delete_pack(made, by=teacher)
    assert seen_by(desk, "pupil") == []
    assert OutboxEvent.objects.get(name="packs.attached").object_id == made.pk


def test_put_to_a_class_it_is_there_from_the_first_day_to_the_last(desk: Desk) -> None:
    made, teacher, today = desk.pack(desk.resource()), desk.acting("teacher"), TODAY()
    assert_allowed(rules.may_attach_to_class, teacher, made, desk.group)
    assert_refused(rules.may_attach_to_class, teacher, made, desk.far_group)
    with pytest.raises(WrongDays):
        services.attach_to_class(made, desk.group, first=today, until=today - timedelta(days=1), by=teacher)
    given = services.attach_to_class(made, desk.group, first=today, until=today + timedelta(days=3), by=teacher)
    assert queries.card_of_day(desk.acting("pupil"), today).data["given"] == [(given, "")]
    assert queries.panel_of_class(desk.acting("pupil"), desk.group) is not None
    assert queries.panel_of_class(desk.acting("guest"), desk.group) is None
    assert queries.card_of_day(desk.acting("guest"), today) is None
    for first, until in (
        (today + timedelta(days=1), today + timedelta(days=2)),
        (today - timedelta(days=9), today - timedelta(days=1)),
    ):
        Attachment.objects.update(first=first, until=until)
        assert seen_by(desk, "pupil") == []
        assert queries.card_of_day(desk.acting("pupil"), today) is None


def test_the_day_has_the_packs_of_its_lessons(desk: Desk) -> None:
    made, teacher = desk.pack(desk.resource()), desk.acting("teacher")
    now = timezone.localtime()
    lesson = desk.lesson(hours=(12 - now.hour) if now.hour < 12 else -1)  # today, whatever the time
    services.attach_to_lesson(made, lesson, by=teacher)
    for who in ("pupil", "guest", "mother", "teacher"):
        assert [row.pack for row, _url in queries.card_of_day(desk.acting(who), now.date()).data["given"]] == [made]
        assert queries.card_of_day(desk.acting(who), now.date() + timedelta(days=1)) is None
    Lesson.objects.update(state="cancelled")
    assert queries.card_of_day(desk.acting("pupil"), now.date()) is None


def test_a_pack_opens_no_resource_and_the_teacher_is_told_who_does_not_see_what(desk: Desk) -> None:
    put = {
        "公开的": desk.resource("公开的"),
        "本校的": desk.resource("本校的", reach="school"),
        "本县的": desk.resource("本县的", reach="region", region=desk.shelf.county),
        "全市的": desk.resource("全市的", reach="region", region=desk.shelf.city),
        "给老师的": desk.resource("给老师的", audience="staff"),
        "自己的": desk.resource("自己的", reach="private"),
    }
    made, lesson, teacher = desk.pack(*put.values()), desk.lesson(), desk.acting("teacher")
    services.attach_to_lesson(made, lesson, by=teacher)
    lines = queries.lines_of([made], teacher)[made.pk]
    assert len(lines) == 6
    (given,) = queries.given_of(made, lines)
    said = {one.title: (str(one.why), one.units, one.of) for one in given.closed}
    assert said == {
        "本校的": ("只给作者的单位用", 1, 2),
        "本县的": ("只给一个地区用，不包括他们", 1, 2),
        "给老师的": ("只给老师看", 2, 2),
        "自己的": ("只有作者自己看得到", 2, 2),
    }
    # what is said of a class is what its students, and their families, see
    for who, school in (("pupil", desk.shelf.school), ("mother", desk.shelf.school), ("guest", desk.shelf.other)):
        actor = desk.acting(who)
        shown = {line.title for line in queries.lines_of([made], actor)[made.pk]}
        assert shown == {title for title, one in put.items() if not resources.why_closed(one, str(school.path))}
        visible = resources.resources_visible_to(actor).filter(state="published")
        assert shown == set(visible.filter(pk__in=[one.pk for one in put.values()]).values_list("title", flat=True))
    using.withdraw_resource(put["公开的"], words="旧了", by=teacher)
    put["公开的"].refresh_from_db()
    assert str(resources.why_closed(put["公开的"], str(desk.shelf.school.path))) == "已经下架"
    only_closed = desk.pack(put["给老师的"], title="只有老师的")
    services.attach_to_lesson(only_closed, lesson, by=teacher)
    handed = queries.panel_of_lesson(desk.acting("pupil"), lesson).data["handed"]
    assert [one.pack.title for one in handed] == ["函数一课"], (
        "of a pack in which one sees nothing there is nothing to say"
    )


def test_lessons_are_proposed_by_subject_and_grade_then_by_time(desk: Desk) -> None:
    made, teacher = desk.pack(subject="maths", grade=3), desk.acting("teacher")
    soon, other = desk.lesson("语文", hours=2, subject="chinese"), desk.lesson("四年级数学", hours=3, grade=4)
    fits, late = desk.lesson("三年级数学", hours=40), desk.lesson("三年级数学二", hours=60)
    desk.lesson("太远", hours=24 * 30)
    desk.lesson("别人的", hours=4, who="colleague")
    desk.lesson("试讲", hours=5, access="rehearsal", class_group=None)
    assert [(one, one.fit) for one in queries.lessons_to_choose(teacher, made)] == [
        (fits, 2),
        (late, 2),
        (other, 1),
        (soon, 0),
    ]
    services.attach_to_lesson(made, fits, by=teacher)
    assert fits not in queries.lessons_to_choose(teacher, made)
    assert list(queries.classes_to_choose(teacher, made)) == [desk.group]


def test_what_was_used_in_a_lesson_stays_written_there(desk: Desk) -> None:
    made, lesson, teacher = desk.pack(desk.resource()), desk.lesson(), desk.acting("teacher")
    given = services.attach_to_lesson(made, lesson, by=teacher)
    Lesson.objects.update(state="ended")
    given.refresh_from_db()
    with pytest.raises(LessonOver):
        services.detach(Attachment.objects.get(), by=teacher)
    Lesson.objects.update(state="planned")
    services.detach(Attachment.objects.get(), by=teacher)
    assert seen_by(desk, "pupil") == []


def test_who_was_there_says_what_helped_and_only_numbers_are_for_all(desk: Desk) -> None:
    one, two = desk.resource("甲", "colleague"), desk.resource("乙", "colleague")
    made, lesson, teacher = desk.pack(one, two), desk.lesson(), desk.acting("teacher")
    given = services.attach_to_lesson(made, lesson, by=teacher)
    assert_allowed(rules.may_judge, desk.acting("guest"), given)
    for who in ("mother", "stranger", "head", "far"):
        assert_refused(rules.may_judge, desk.acting(who), given)
    for who, helped in (("pupil", False), ("pupil", True), ("guest", False), ("teacher", True)):
        services.judge_item(given, one.pk, helped=helped, by=desk.acting(who))
    with pytest.raises(ItemUnknown):
        services.judge_item(given, desk.resource("不在里面").pk, helped=True, by=teacher)
    assert Judgement.objects.count() == 3, "again replaces"
    desk.pack(one, who="far", title="北川的")
    officer, far, author = desk.acting("officer"), desk.acting("far"), desk.acting("colleague")
    for actor in (officer, far, author, desk.acting("pupil")):
        use = queries.use_of(actor, one)
        assert (use.packs, use.lessons) == (2, 1)
        assert (use.teachers.yes, use.teachers.all, use.students.yes, use.students.all) == (1, 1, 1, 2)
    assert_allowed(rules.may_see_use, author, one)
    assert_refused(rules.may_see_use, far, one)
    assert [pack.title for pack in queries.use_of(far, one).known] == ["北川的"], (
        "a private pack of another has no name"
    )
    assert queries.use_of(far, one).units == ()
    assert dict(queries.use_of(author, one).units) == {"双板小学": 1, "擂鼓小学": 1}
    elsewhere = desk.resource("丙", "far")
    desk.pack(elsewhere)
    desk.pack(elsewhere, who="far")
    use = queries.use_of(officer, elsewhere)
    assert (use.units, use.elsewhere) == ((("双板小学", 1),), 1), "an officer reads of the own subtree"
    services.delete_pack(made, by=teacher)
    assert queries.use_of(far, one).packs == 1
    assert queries.panel_of_resource(far, two) is None


def test_names_of_those_who_judged_go_and_the_numbers_stay(desk: Desk) -> None:
    one = desk.resource()
    made, lesson = desk.pack(one), desk.lesson()
    given = services.attach_to_lesson(made, lesson, by=desk.acting("teacher"))
    for who in ("pupil", "guest"):
        services.judge_item(given, one.pk, helped=True, by=desk.acting(who))
    subject = Subject(person_ids=(desk.shelf.pupil.pk,), names=("小兰",), pseudonym="某人")
    held = HOLDINGS["packs.said"]
    assert (held.count(subject), len(held.export(subject).rows), held.erase(subject)) == (1, 1, 1)
    rule, later = RETENTION["packs.judgements"], timezone.now() + timedelta(days=1)
    assert (rule.count(later), len(rule.sample(later, 9)), rule.let_go(later)) == (1, 1, 1)
    assert not Judgement.objects.filter(person__isnull=False).exists()
    assert queries.use_of(desk.acting("far"), one).students.yes == 2


def test_owners_are_told_when_something_in_their_packs_is_taken_down(desk: Desk, run_jobs) -> None:
    one = desk.resource("有错的", "colleague")
    desk.pack(one)
    using.withdraw_resource(one, words="第二页算错了", by=desk.acting("colleague"))
    run_jobs()
    notice = Notice.objects.get(kind="packs.item_withdrawn")
    assert notice.facts == {"title": "有错的", "why": "第二页算错了"}
