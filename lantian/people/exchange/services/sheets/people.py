"""Who a row is about among those we have: by number, by what an earlier list called them, else by name, day of birth and place.

A name alone never makes two people one: it must be the only one of that name in the list and in the school (of the same day of
birth, or, where no day is given, in the same class), and no number may speak against it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lantian.people.exchange.engine.sheets.rows import Parsed
from lantian.people.exchange.enums import Entity
from lantian.people.exchange.models import ImportRun, SourceKey
from lantian.people.roster.queries.finding import citizen_id_index, phone_index, student_number_index

_OPEN = "(m.valid_to IS NULL OR m.valid_to >= %(today)s)"


@dataclass
class Known:
    """Somebody of the roster and where they belong today. `places`: (membership, organisation, class, role, subject)."""

    pk: UUID
    name: str
    birth_date: date | None
    number: bytes | None
    citizen: bytes | None
    phone: bytes | None
    places: list[tuple[UUID, UUID, UUID | None, str, str]] = field(default_factory=list)

    def as_student(self) -> list[tuple[UUID, UUID, UUID | None, str, str]]:
        return [place for place in self.places if place[3] == "student"]


def digest(*parts: object) -> str:
    """A key of several parts: 40 hex digits, the same for the same parts."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Indexes:
    """The blind indexes of what a row says."""

    citizen: bytes | None
    number: bytes | None
    phone: bytes | None

    @classmethod
    def of(cls, row: Parsed) -> "Indexes":
        return cls(
            citizen_id_index(row.citizen_id) if row.citizen_id else None,
            student_number_index(row.student_number) if row.student_number else None,
            phone_index(row.phone) if row.phone else None,
        )


class People:
    """Everybody of the schools that a run names, and whoever else bears a number that it names."""

    def __init__(self, run: ImportRun, schools: Iterable[UUID], indexes: Iterable[Indexes]) -> None:
        self.run = run
        self.known: dict[UUID, Known] = {}
        self.by_citizen: dict[bytes, Known] = {}
        self.by_number: dict[bytes, Known] = {}
        self._params: dict[str, Any] = {"today": timezone.localdate(), "schools": list(schools)}
        self._load("p.id IN (SELECT m.person_id FROM roster_membership m"
                   f" WHERE m.organization_id = ANY(%(schools)s::uuid[]) AND {_OPEN})")  # fmt: skip
        wanted = list(indexes)
        self._load(
            "p.citizen_id_index = ANY(%(citizens)s) OR p.student_number_index = ANY(%(numbers)s)",
            citizens=[one.citizen for one in wanted if one.citizen],
            numbers=[one.number for one in wanted if one.number],
        )
        self.by_name: dict[tuple[UUID, str, str], list[Known]] = defaultdict(list)
        for one in self.known.values():
            for org, family in {(p[1], "student" if p[3] == "student" else "staff") for p in one.places}:
                self.by_name[org, family, one.name].append(one)
        keys = SourceKey.objects.filter(source=run.source_id, entity=Entity.USERS)
        self.said = dict(keys.values_list("sourced_id", "object_id"))

    def _load(self, where: str, **more: Any) -> None:
        params = self._params | more
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT p.id, p.name, p.birth_date, p.student_number_index, p.citizen_id_index, p.phone_index"
                f" FROM roster_person p WHERE p.merged_into_id IS NULL AND ({where})",
                params,
            )
            new = []
            for pk, name, born, number, citizen, phone in cursor.fetchall():
                if pk not in self.known:
                    one = Known(pk, name, born, _bytes(number), _bytes(citizen), _bytes(phone))
                    self.known[pk] = one
                    new.append(pk)
                    if one.number:
                        self.by_number[one.number] = one
                    if one.citizen:
                        self.by_citizen[one.citizen] = one
            cursor.execute(
                "SELECT m.person_id, m.id, m.organization_id, m.class_group_id, m.role, m.subject FROM roster_membership m"
                f" WHERE m.person_id = ANY(%(ids)s::uuid[]) AND {_OPEN}",
                params | {"ids": new},
            )
            for person, *place in cursor.fetchall():
                self.known[person].places.append((place[0], place[1], place[2], place[3], place[4]))

    # Who -----------------------------------------------------------------------------------------------------------------
    def natural_key(self, row: Parsed, indexes: Indexes, school: UUID, family: str) -> str:
        """What names a person for this source while we do not know them."""
        if indexes.number:
            return f"n:{indexes.number.hex()[:40]}"
        if indexes.citizen:
            return f"c:{indexes.citizen.hex()[:40]}"
        if family == "staff" and indexes.phone:
            return f"p:{digest(indexes.phone.hex(), row.name)}"
        born = row.birth_date.isoformat() if row.birth_date else f"class:{row.place}" if row.place else ""
        return f"w:{digest(family, school, row.name, born)}"

    def find(
        self, row: Parsed, indexes: Indexes, school: UUID, family: str, *, class_id: UUID | None, alone: bool
    ) -> Known | None:
        """Whom we have. `alone`: the list has no second one of that name there."""
        found = self.by_number.get(indexes.number or b"") or self.by_citizen.get(indexes.citizen or b"")
        if found is not None:
            return found
        said = self.said.get(self.natural_key(row, indexes, school, family))
        if said is not None and said in self.known:
            return self.known[said]
        if not row.name or not alone:
            return None
        same = [one for one in self.by_name.get((school, family, row.name), []) if not _contradicts(one, indexes, row)]
        if family == "student" and row.birth_date is None:
            same = [
                one for one in same if class_id is not None and class_id in {place[2] for place in one.as_student()}
            ]
        elif family == "student":
            same = [one for one in same if one.birth_date == row.birth_date]
        return same[0] if len(same) == 1 else None


def _contradicts(one: Known, indexes: Indexes, row: Parsed) -> bool:
    return bool(
        (one.number and indexes.number and one.number != indexes.number)
        or (one.citizen and indexes.citizen and one.citizen != indexes.citizen)
        or (one.birth_date and row.birth_date and one.birth_date != row.birth_date)
    )


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


class Guardians:
    """Who the guardians are: those tied to the pupil already, then whoever has the same phone and name."""

    def __init__(self, pupils: Iterable[UUID], phones: Iterable[bytes]) -> None:
        self._of: dict[UUID, list[tuple[UUID, str, bytes | None, str]]] = defaultdict(list)
        self._by_phone: dict[tuple[bytes, str], set[UUID]] = defaultdict(set)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT g.student_id, p.id, p.name, p.phone_index, g.relation FROM roster_guardianship g"
                " JOIN roster_person p ON p.id = g.guardian_id WHERE g.student_id = ANY(%s::uuid[])",
                [list(pupils)],
            )
            for student, pk, name, phone, relation in cursor.fetchall():
                self._of[student].append((pk, name, _bytes(phone), relation))
            cursor.execute(
                "SELECT phone_index, name, id FROM roster_person WHERE merged_into_id IS NULL AND phone_index = ANY(%s)",
                [list(phones)],
            )
            for phone, name, pk in cursor.fetchall():
                self._by_phone[bytes(phone), name].add(pk)

    def key(self, pupil: UUID | None, pupil_key: str, name: str, phone: bytes | None) -> tuple[str, str]:
        """(key, the relation as we know it)."""
        for pk, known, _known_phone, relation in self._of.get(pupil, []) if pupil else []:
            if known == name:
                return str(pk), relation
        if phone is None:
            return f"g:{digest(pupil_key, name)}", ""
        same = self._by_phone.get((phone, name), set())
        return (str(next(iter(same))) if len(same) == 1 else f"g:{digest(phone.hex(), name)}"), ""
