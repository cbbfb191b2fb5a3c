"""The daily tallies say what the outcomes' rows say, whatever was done to those and by whom."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.schedule import services as schedule
from lantian.teach.desk import services
from lantian.teach.desk.enums import Cause, Word
from lantian.teach.desk.models import Outcome, Tally
from lantian.teach.desk.tests.stories import hold, moment
from lantian.teach.live.tests.world import class_group

pytestmark = pytest.mark.django_db

COUNTED = """
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, count(*), count(*) FILTER (WHERE held),
           count(*) FILTER (WHERE corrected), sum(seconds), sum(planned_seconds), sum(stalls)
      FROM desk_outcome GROUP BY 1, 2, 3, 4, 5, 6
"""
KEPT = """
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, planned, held, corrected, seconds,
           planned_seconds, stalls FROM desk_tally
"""


def rows_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(cursor.fetchall(), key=repr)


def assert_right():
    kept = rows_of(KEPT)
    assert kept == rows_of(COUNTED)
    return kept


class History:
    """Things that happen to outcomes, drawn by chance."""

    def __init__(self, world, seed):
        self.world, self.dice = world, Random(seed)
        self.groups = [*world.groups, class_group(world.receiving[0], 2)]
        self.lessons = [world.plan(start=moment(days, hour), minutes=40) for days in (3, 4) for hour in (8, 9, 10)]

    def facts(self):
        dice, attended = self.dice, self.dice.random() < 0.5
        return {
            "alliance_id": dice.choice([None, self.world.alliance.pk]),
            "day": timezone.localdate() - timedelta(days=dice.randint(3, 4)),
            "held": dice.random() < 0.8,
            "attended": attended,
            "corrected": dice.random() < 0.2,
            "cause": "" if attended else dice.choice([Cause.CLASS_LINE, Cause.SCREEN_OFF]),
            "seconds": dice.randint(0, 2400),
            "stalls": dice.randint(0, 9),
        }

    def put(self):
        known = set(Outcome.objects.values_list("lesson", "class_group"))
        pairs = [(lesson, group) for lesson in self.lessons for group in self.groups]
        free = [(lesson, group) for lesson, group in pairs if (lesson.pk, group.pk) not in known]
        Outcome.objects.bulk_create(
            Outcome(
                lesson=lesson,
                class_group=group,
                organization_id=group.organization_id,
                sender=self.world.sending,
                subject="maths",
                planned_seconds=2400,
                **self.facts(),
            )
            for lesson, group in self.dice.sample(free, min(len(free), self.dice.randint(1, 6)))
        )

    def change_many(self):
        Outcome.objects.filter(class_group=self.dice.choice(self.groups)).update(**self.facts())

    def change_one(self):
        for row in Outcome.objects.order_by("lesson_id", "class_group_id")[:1]:
            for name, value in self.facts().items():
                setattr(row, name, value)
            row.save()

    def move_class(self):
        school = self.dice.choice(self.world.receiving)
        Outcome.objects.filter(class_group=self.dice.choice(self.groups)).update(organization=school)

    def drop(self):
        day = timezone.localdate() - timedelta(days=3)
        Outcome.objects.filter(day=day, held=self.dice.random() < 0.5).delete()

    def forget_lesson(self):
        if len(self.lessons) > 2:
            lesson = self.lessons.pop(self.dice.randrange(len(self.lessons)))
            lesson.occupancies.all().delete()
            lesson.delete()  # its outcomes go with it

    def step(self):
        acts = [self.put, self.put, self.change_many, self.change_one, self.move_class, self.drop, self.forget_lesson]
        self.dice.choice(acts)()


@pytest.mark.parametrize("seed", range(5))
def test_tallies_follow_any_history_of_outcomes(world, seed):
    history, seen = History(world, seed), 0
    for _beginning in range(3):
        history.put()
        seen = max(seen, len(assert_right()))
    for _step in range(25):
        history.step()
        seen = max(seen, len(assert_right()))
    assert seen > 3
    Outcome.objects.all().delete()
    assert not Tally.objects.exists()


def test_tallies_follow_what_is_settled_corrected_cancelled_and_settled_again(world):
    here, away = world.groups
    first, second = (world.plan(start=moment(hour=hour), minutes=40) for hour in (8, 10))
    hold(world, first, came=[(here, 0, 40, "")])
    services.settle_lessons([first.pk, second.pk])
    assert len(assert_right()) == 4  # each class: one lesson as it went, one that nobody opened
    row = Outcome.objects.get(lesson=first, class_group=away)
    for word in (Word.ATTENDED, Word.MISSED, Word.MEASURED):
        services.correct_attendance(row, word=word, reason="看了", by=SYSTEM)
        assert_right()
    assert Tally.objects.filter(cause="").count() == 1
    schedule.cancel_lesson(second, reason="停电", by=SYSTEM)
    services.settle_days(timezone.localdate(first.starts_at), timezone.localdate(first.starts_at))
    assert "cancelled" in {line[5] for line in assert_right()}
    first.receivers.filter(class_group=away).delete()
    services.settle_lessons([first.pk])
    assert {line[0] for line in assert_right() if line[5] == ""} == {here.pk}
