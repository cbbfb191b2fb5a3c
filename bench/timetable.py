"""A term's lessons made from the timetables of 1 149 schools: 43 send, the others receive a whole week, all subjects.

`make bench B=timetable`. `--weeks N` (20), `--senders N` (43), `--classes N` (6) sending classes a school, `--receivers N` (1106)
schools with one class each. One operation is one lesson made, with its receivers and what it takes up. Then the same call again,
which finds nothing to do, and once more after a holiday was set. The yardstick is writing as many bare rows by INSERT … SELECT.
"""

import os
import time
from datetime import date, timedelta
from datetime import time as clock
from typing import Any
from uuid import uuid4

from bench.database import database
from bench.run import Options, Result, Usage

MONDAY = date(2027, 9, 6)
SUBJECTS = ("chinese", "maths", "english", "physics", "chemistry", "history", "geography")


def run(options: Options) -> Result:
    with database() as started:
        _region(options)
        return _measure(int(options.number("weeks", 20)), started.server)


def _region(options: Options) -> None:
    """The schools, their weeks and pairings; a published timetable each sending school."""
    from django.apps import apps
    from django.db import connection
    from django.db.backends.postgresql.psycopg_any import DateRange

    from lantian.kernel.rules import SYSTEM
    from lantian.people.schedule import services
    from lantian.people.schedule.models import Pairing, Room
    from lantian.people.schedule.services import EntryRow, PeriodRow

    model = apps.get_model
    senders, classes = int(options.number("senders", 43)), int(options.number("classes", 6))
    city = _unit(model, "市", "city", None)
    schools = [_unit(model, f"第{number}中学", "school", city) for number in range(senders)]
    far = [_unit(model, f"乡{number}中学", "school", city) for number in range(int(options.number("receivers", 1106)))]
    periods = [PeriodRow(number, clock(7 + number), clock(7 + number, 40)) for number in range(1, 8)]
    services.set_bells(city, name="作息", first=MONDAY, last=None, periods=periods, by=SYSTEM)
    groups = [_class(model, school, number) for school in schools for number in range(1, classes + 1)]
    receiving = [_class(model, school, 1) for school in far]
    Room.objects.bulk_create(
        Room(organization=group.organization, name=f"{group.number}班教室", class_group=group)
        for group in [*groups, *receiving]
    )
    alliance = model("schedule", "Alliance").objects.create(
        name="联盟", stage="junior", lead=city, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=300)
    )
    member = model("schedule", "AllianceMember")
    member.objects.bulk_create(member(alliance=alliance, organization=school, part="sending") for school in schools)
    member.objects.bulk_create(member(alliance=alliance, organization=school, part="receiving") for school in far)
    person = model("roster", "Person")
    for index, school in enumerate(schools):
        teachers = person.objects.bulk_create(person(name=f"师{number}") for number in range(len(SUBJECTS) * classes))
        own = groups[index * classes : (index + 1) * classes]
        rows = [
            EntryRow(day, period, group.pk, SUBJECTS[period - 1], teachers[place * len(SUBJECTS) + period - 1].pk)
            for place, group in enumerate(own)
            for day in range(5)
            for period in range(1, 8)
        ]
        draft = services.draft_timetable(school, name="周", first=MONDAY, last=MONDAY + timedelta(days=200), by=SYSTEM)
        services.set_entries(draft, rows=rows, by=SYSTEM)
        draft.state = "published"  # the days lie far ahead, clashes were ruled out above
        draft.save(update_fields=["state"])
    during = DateRange(MONDAY, MONDAY + timedelta(days=300))
    Pairing.objects.bulk_create(
        Pairing(alliance=alliance, subject=subject, sender=groups[number % len(groups)], receiver=group, during=during)
        for number, group in enumerate(receiving)
        for subject in SUBJECTS
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _unit(model: Any, name: str, kind: str, parent: Any) -> Any:
    pk = uuid4()
    path = f"{parent.path}.{pk.hex}" if parent else pk.hex
    return model("roster", "Organization").objects.create(id=pk, name=name, kind=kind, parent=parent, path=path)


def _class(model: Any, school: Any, number: int) -> Any:
    return model("roster", "ClassGroup").objects.create(
        organization=school, stage="junior", grade=8, number=number, name=f"八年级{number}班"
    )


def _measure(weeks: int, server: int) -> Result:
    from django.db import connection

    from lantian.kernel.rules import SYSTEM
    from lantian.kernel.time.services import set_special_day
    from lantian.people.schedule.models import LessonReceiver, Occupancy
    from lantian.people.schedule.services import make_lessons

    last = MONDAY + timedelta(days=7 * weeks - 1)
    with Usage(os.getpid(), server) as usage:
        made = make_lessons(MONDAY, last)
    began = time.monotonic()
    again = make_lessons(MONDAY, last)
    again_s = time.monotonic() - began
    set_special_day(MONDAY + timedelta(days=1), kind="holiday", by=SYSTEM)
    began = time.monotonic()
    holiday = make_lessons(MONDAY, last)
    holiday_s = time.monotonic() - began
    occupied = Occupancy.objects.count()
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare AS SELECT * FROM schedule_occupancy")
    bare_s = time.monotonic() - began
    return Result(
        work="lesson of a term made from timetables",
        count=made.made,
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to="as many bare rows of occupancy written by one statement, without index or constraint",
        ratio=bare_s / usage.seconds,
        more={
            "receivers": LessonReceiver.objects.count(),
            "occupancies": occupied,
            "left_out": len(made.left_out),
            "again_s": round(again_s, 2),
            "again_changed": again.made + again.changed + again.cancelled,
            "holiday_s": round(holiday_s, 2),
            "holiday_cancelled": holiday.cancelled,
        },
    )
