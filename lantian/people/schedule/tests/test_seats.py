"""That no room, teacher or class is in two lessons at once is kept by the database, whatever writes and from how many sides."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.people.schedule.models import Lesson, Occupancy, Seat
from lantian.teach.live.tests.world import World, make_world

DAWN = datetime(2027, 3, 8, 0, 0, tzinfo=UTC)
KINDS = ("room_id", "teacher_id", "class_group_id")


def row(lesson: Lesson, kind: str, what: UUID, start: int, end: int) -> Occupancy:
    return Occupancy(
        lesson=lesson,
        during=DateTimeTZRange(DAWN + timedelta(minutes=start), DAWN + timedelta(minutes=end)),
        **{kind: what},
    )


def overlaps(taken: "dict[UUID, tuple[tuple[str, int], int, int]]") -> bool:
    return any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a, b in combinations(taken.values(), 2))


spans = st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda pair: (pair[0], pair[0] + pair[1]))
seats = st.tuples(st.sampled_from(KINDS), st.integers(0, 1))
statements = st.one_of(
    st.tuples(st.just("insert"), st.lists(st.tuples(seats, spans), min_size=1, max_size=6)),
    st.tuples(st.just("delete"), st.lists(st.integers(0, 30), min_size=1, max_size=3)),
    st.tuples(st.just("shift"), st.integers(-6, 6)),
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(statements, max_size=8))
def test_a_statement_is_refused_exactly_when_two_lessons_would_meet(world: World, acts: list) -> None:
    """Held against a plain list of what is taken; a refused statement leaves nothing behind."""
    Occupancy.objects.all().delete()
    lesson = world.plan()
    Occupancy.objects.all().delete()
    ids = {(kind, number): uuid4() for kind in KINDS for number in (0, 1)}
    taken: dict[UUID, tuple[tuple[str, int], int, int]] = {}
    for act, told in acts:
        after = dict(taken)
        if act == "insert":
            rows = [row(lesson, seat[0], ids[seat], *span) for seat, span in told]
            after |= {one.pk: (seat, *span) for one, (seat, span) in zip(rows, told, strict=True)}
        elif act == "delete":
            gone = [pk for place, pk in enumerate(taken) if place in told]
            after = {pk: one for pk, one in taken.items() if pk not in gone}
        else:  # only the rooms are moved: onto nobody but themselves they may
            after = {
                pk: (seat, start + told, end + told) if seat[0] == "room_id" else (seat, start, end)
                for pk, (seat, start, end) in taken.items()
            }
        try:
            with transaction.atomic():
                if act == "insert":
                    Occupancy.objects.bulk_create(rows)
                elif act == "delete":
                    Occupancy.objects.filter(pk__in=gone).delete()
                else:
                    with connection.cursor() as cursor:
                        cursor.execute(
                            "UPDATE schedule_occupancy SET during = tstzrange(lower(during) + %s, upper(during) + %s)"
                            " WHERE room_id IS NOT NULL",
                            [timedelta(minutes=told)] * 2,
                        )
        except IntegrityError as error:
            name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
            assert name in {"occupancy_room", "occupancy_teacher", "occupancy_class"}
            # an index is asked row by row: a row may be moved onto the place that the next one is about to leave
            assert overlaps(after) or act == "shift"
        else:
            assert not overlaps(after)
            taken = after
    assert set(Occupancy.objects.values_list("pk", flat=True)) == set(taken)
    Lesson.objects.filter(pk=lesson.pk).delete()
    Seat.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("during", ["empty", "(,2027-03-08)", "[2027-03-08,)", "(2027-03-07,2027-03-08]"])
def test_what_is_taken_is_taken_from_a_moment_to_a_moment(world: World, during: str) -> None:
    lesson = world.plan()
    with pytest.raises(IntegrityError, match="occupancy_of_a_while"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO schedule_occupancy (id, lesson_id, room_id, during) VALUES (%s, %s, %s, %s)",
            [uuid4(), lesson.pk, uuid4(), during],
        )


@pytest.mark.django_db
def test_what_a_lesson_takes_goes_with_it_whoever_deletes_it(world: World) -> None:
    first, second = world.plan(receivers=()), world.plan(start=DAWN, receivers=())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM schedule_lesson WHERE id = %s", [first.pk])
    assert set(Occupancy.objects.values_list("lesson_id", flat=True)) == {second.pk}


class Side(threading.Thread):
    """Takes a seat in a connection of its own and holds its transaction open until it is let go."""

    def __init__(self, taken: Occupancy) -> None:
        super().__init__()
        self.taken, self.has, self.may_end, self.error = taken, threading.Event(), threading.Event(), None
        self.keeps = True

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.taken.save(force_insert=True)
                self.has.set()
                self.may_end.wait(20)
                if not self.keeps:
                    transaction.set_rollback(True)
        except IntegrityError as error:
            self.error = error
        finally:
            connections["default"].close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keeps", [True, False])
def test_of_two_who_take_a_seat_at_once_the_second_waits_and_is_refused_if_the_first_keeps_it(keeps: bool) -> None:
    lesson, what = make_world().plan(), uuid4()
    first, second = (Side(row(lesson, "room_id", what, start, start + 45)) for start in (0, 30))
    first.keeps = keeps
    first.start()
    assert first.has.wait(20)
    second.may_end.set()
    second.start()
    assert not second.has.wait(0.5), "the second one waits"
    first.may_end.set()
    for side in (first, second):
        side.join(20)
    assert first.error is None
    assert (second.error is not None) == keeps
    assert Occupancy.objects.filter(room_id=what).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_take_different_hours_of_one_seat_both_have_it() -> None:
    lesson, what = make_world().plan(), uuid4()
    sides = [Side(row(lesson, "teacher_id", what, start, start + 45)) for start in range(0, 450, 45)]
    for side in sides:
        side.may_end.set()
        side.start()
    for side in sides:
        side.join(20)
    assert [side.error for side in sides] == [None] * 10
    assert Occupancy.objects.filter(teacher_id=what).count() == 10
