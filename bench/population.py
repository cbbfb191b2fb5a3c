"""People for benchmarks: a city's tree and classes through the services, its people by COPY, a million in some minutes.

Families of the demonstration's plan (`roster/engine/region`): students in classes, teachers with classes, a guardian or two to
most students. Names are drawn by how frequent surnames are (Faker's table) and from characters common in given names; sealed
facts are random bytes of the right length under true blind indexes, so that people can be looked up by number. Nobody is real.
"""

import io
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

BATCH = 20_000
# Shares of all; the rest are guardians.
STUDENTS, TEACHERS = 0.46, 0.04
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂文辉玲红玉建国华梅兰飞鹏鑫波斌宇浩凯健俊帆雪荣丹萍志海林峰东春新"
    "晨阳子轩梓涵欣怡雨桐思琪佳诗婷博雅天佑若曦一诺浩然宇航俊熙嘉懿煜城懿鸿晓彤语嫣依诺可馨慧妍晓月心悦诗涵瑞霖"
    "泽宇皓轩明哲立诚弘文正豪昊苍德惠珍淑贤秋菊冬莲少清永康世昌宗泰启航景行怀瑾握瑜云开星辰沐阳清和安宁乐成长征"
)  # i18n: data


@dataclass
class Population:
    """What was made: the tree, one officer's seat per level, and samples of people to look for."""

    people: int
    city: Any
    counties: list[Any]  # by number of people, largest first
    schools: list[Any]
    load_seconds: float = 0.0
    names: list[str] = field(default_factory=list)  # of people of the largest county, drawn evenly
    phones: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Someone:
    id: UUID
    name: str
    born: date
    phone: str = ""
    number: str = ""


class _Names:
    """Draws names; the keys of a name are worked out once."""

    def __init__(self, chance: random.Random) -> None:
        from faker.providers.person.zh_CN import Provider

        self.chance = chance
        self.surnames, weights = zip(*Provider.last_names.items(), strict=True)
        self.weights = _cumulated(weights)
        self.characters = _cumulated([1 / (place + 12) for place in range(len(GIVEN))])

    def draw(self) -> str:
        length = 1 if self.chance.random() < 0.18 else 2
        surname: str = self.chance.choices(self.surnames, cum_weights=self.weights)[0]
        return surname + "".join(self.chance.choices(GIVEN, cum_weights=self.characters, k=length))


def _cumulated(weights: Any) -> list[float]:
    total, found = 0.0, []
    for weight in weights:
        total += weight
        found.append(total)
    return found


@lru_cache(maxsize=200_000)
def _keys(name: str) -> tuple[str, str, str]:
    from lantian.people.roster.engine.names import initials, person_text, sort_key

    return sort_key(name, is_person=True), initials(name, is_person=True), person_text(name)


def make(people: int, *, seed: int = 510700, say: Any = print) -> Population:
    """Fill an empty, migrated database with about `people` people. `load_seconds` is what writing them took, with triggers."""
    import time

    from lantian.people.roster.engine import region

    chance = random.Random(seed)
    plans = region.plan_region("city", chance)
    city, counties, places = _tree(plans)
    population = Population(0, city, [], [place[0] for place in places])
    stream = _Families(chance, places, people)
    began = time.perf_counter()
    while batch := list(islice(stream, BATCH)):
        population.load_seconds += _write(batch)
        population.people += len(batch)
        say(f"  {population.people} people, {time.perf_counter() - began:.0f} s")
    population.counties = sorted(counties, key=lambda unit: -stream.of_county[unit.pk])
    population.names = stream.seen[population.counties[0].pk][
        :: max(1, len(stream.seen[population.counties[0].pk]) // 2000)
    ]
    population.phones = stream.phones[population.counties[0].pk][::50]
    _settle()
    return population


def _tree(plans: list[Any]) -> tuple[Any, list[Any], list[tuple[Any, Any, list[Any]]]]:
    """City, counties, and (school, county, classes) for each school."""
    from lantian.kernel.rules import SYSTEM
    from lantian.people.roster.engine import region
    from lantian.people.roster.services import (
        NewClassGroup,
        NewOrganization,
        bulk_create_class_groups,
        bulk_create_organizations,
    )

    province = bulk_create_organizations([NewOrganization(region.PROVINCE[1], "province")], by=SYSTEM)[0]
    city = bulk_create_organizations([NewOrganization(region.CITY[1], "city", province)], by=SYSTEM)[0]
    rows = [NewOrganization(plan.name, "county", city, plan.short, plan.code) for plan in region.COUNTIES]
    counties = bulk_create_organizations(rows, by=SYSTEM)
    by_code = {unit.code: unit for unit in counties}
    rows = [
        NewOrganization(plan.name, "school", by_code[plan.county.code], plan.short, stages=plan.stages)
        for plan in plans
    ]
    schools = bulk_create_organizations(rows, by=SYSTEM)
    wanted = [
        NewClassGroup(school, each.stage, each.grade, each.number)
        for school, plan in zip(schools, plans, strict=True)
        for each in plan.classes
    ]
    groups = iter(bulk_create_class_groups(wanted, by=SYSTEM))
    places = [
        (school, by_code[plan.county.code], [next(groups) for _ in plan.classes])
        for school, plan in zip(schools, plans, strict=True)
    ]
    return city, counties, [place for place in places if place[2]]


@dataclass(slots=True)
class _Family:
    """A person with what ties them: memberships (organisation, class, role) and, for guardians, the child."""

    person: _Someone
    belongs: list[tuple[UUID, UUID | None, str]]
    child: UUID | None = None


class _Families:
    """People of all schools, school by school, as a register of a region would list them."""

    def __init__(self, chance: random.Random, places: list[tuple[Any, Any, list[Any]]], people: int) -> None:
        self.chance, self.names = chance, _Names(chance)
        self.places, self.people, self.serial = places, people, 0
        self.of_county: dict[UUID, int] = {}
        self.seen: dict[UUID, list[str]] = {}
        self.phones: dict[UUID, list[str]] = {}
        self._families = self._all()

    def __iter__(self) -> Iterator[_Family]:
        return self

    def __next__(self) -> _Family:
        return next(self._families)

    def _all(self) -> Iterator[_Family]:
        classes = sum(len(groups) for _, _, groups in self.places)
        size = self.people * STUDENTS / classes
        staff = self.people * TEACHERS / classes
        due = {"student": 0.0, "teacher": 0.0}
        for school, county, groups in self.places:
            for group in groups:
                due["student"] += size
                due["teacher"] += staff
                for family in self._class(school, group, due):
                    self._note(county.pk, family.person)
                    yield family

    def _class(self, school: Any, group: Any, due: dict[str, float]) -> Iterator[_Family]:
        while due["teacher"] >= 1:
            due["teacher"] -= 1
            belongs = [(school.pk, group.pk, "teacher"), (school.pk, None, "staff")]
            yield _Family(self._someone(date(1985, 1, 1), phone=True), belongs)
        while due["student"] >= 1:
            due["student"] -= 1
            student = self._someone(date(2026 - 6 - group.grade, 9, 1), phone=False)
            yield _Family(student, [(school.pk, group.pk, "student")])
            for _ in range(1 if self.chance.random() < (2 - (1 - STUDENTS - TEACHERS) / STUDENTS) else 2):
                yield _Family(self._someone(date(1985, 1, 1), phone=True), [], student.id)

    def _someone(self, around: date, *, phone: bool) -> _Someone:
        self.serial += 1
        born = around + timedelta(days=self.chance.randrange(365))
        number = f"510722{born:%Y%m%d}{self.serial:07d}"
        key = UUID(int=self.chance.getrandbits(128), version=4)
        reach = f"1700{self.serial:07d}" if phone else ""
        return _Someone(key, self.names.draw(), born, reach, "" if phone else number)

    def _note(self, county: UUID, person: _Someone) -> None:
        self.of_county[county] = self.of_county.get(county, 0) + 1
        self.seen.setdefault(county, []).append(person.name)
        if person.phone:
            self.phones.setdefault(county, []).append(person.phone)


def _write(batch: list[_Family]) -> float:
    """Seconds that the database took to take a batch: people, memberships, guardianships, each by COPY, one transaction."""
    import time

    from django.db import connection, transaction

    rows = [_person_row(each.person) for each in batch]
    memberships = [
        (UUID(int=random.getrandbits(128), version=4), each.person.id, *place, "", date(2026, 9, 1), "")
        for each in batch
        for place in each.belongs
    ]
    ties = [
        (UUID(int=random.getrandbits(128), version=4), each.person.id, each.child, "mother", "now")
        for each in batch
        if each.child
    ]
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        _copy(
            cursor,
            "roster_person (id, name, sort_key, initials, search_text, gender, birth_date, phone, phone_index, citizen_id,"
            " citizen_id_index, student_number, student_number_index, created_at)",
            rows,
        )
        _copy(
            cursor,
            "roster_membership (id, person_id, organization_id, class_group_id, role, subject, valid_from, end_reason)",
            memberships,
        )
        _copy(cursor, "roster_guardianship (id, guardian_id, student_id, relation, created_at)", ties)
    return time.perf_counter() - began


def _copy(cursor: Any, what: str, rows: list[tuple[Any, ...]]) -> None:
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join(map(_cell, row)) + "\n")
    with cursor.copy(f"COPY {what} FROM STDIN") as copy:
        copy.write(buffer.getvalue())


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    return "\\\\x" + value.hex() if isinstance(value, bytes) else str(value)


def _person_row(person: _Someone) -> tuple[Any, ...]:
    from lantian.people.roster.queries import finding

    sealed = os.urandom
    phone = (sealed(41), finding.phone_index(person.phone)) if person.phone else (None, None)
    number: tuple[Any, ...] = (None, None, None, None)
    if person.number:
        number = (sealed(48), finding.citizen_id_index(person.number), sealed(49))
        number = (*number, finding.student_number_index(f"G{person.number}"))
    return (person.id, person.name, *_keys(person.name), "0", person.born, *phone, *number, "now")


def _settle() -> None:
    """What a server does by itself in the first minutes: statistics, and the index's list of what is pending."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
