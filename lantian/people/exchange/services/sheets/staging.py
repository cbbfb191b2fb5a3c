"""Rows of sheets into the staging: each read, placed, matched, and written as the records it stands for (contract: models).

A run is staged as a whole, from its sealed rows: a correction may change what other rows mean (twins, siblings, classes).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from lantian.people.exchange.engine.oneroster.reading import Record
from lantian.people.exchange.engine.sheets.cells import ERROR, CellFault
from lantian.people.exchange.engine.sheets.fields import FIELDS, Kind
from lantian.people.exchange.engine.sheets.rows import ClassPlace, Frame, Guardian, Parsed, RowReader
from lantian.people.exchange.enums import Complete, Entity
from lantian.people.exchange.models import Finding, ImportRun, SheetFile, SheetRow, StagedRow
from lantian.people.exchange.queries.masking import SEALED
from lantian.people.exchange.queries.sealing import open_row
from lantian.people.exchange.services.outside import Outside
from lantian.people.exchange.services.reading import Findings, copy_rows, lines_of
from lantian.people.exchange.services.sheets.people import Guardians, Indexes, Known, People, digest
from lantian.people.exchange.services.sheets.places import Places, School
from lantian.people.roster.engine.classes import class_name
from lantian.people.roster.queries.finding import phone_index

FAMILY = {Kind.STUDENTS: "student", Kind.TEACHERS: "staff", Kind.GUARDIANS: "student"}


def school_year_of(day: date) -> int:
    """The calendar year in which the school year of a day begins: lists of the new year are made from August on."""
    return day.year if day.month >= 8 else day.year - 1


def frame_of(sheet: SheetFile, today: date) -> Frame:
    """What stands for all rows of a sheet."""
    return Frame(
        Kind(sheet.kind), {key: int(place) for key, place in sheet.columns.items()}, today, school_year_of(today)
    )


def column_of(sheet: SheetFile, key: str) -> tuple[str, int | None]:
    """What a field's column is called in the sheet, and its place; the field's own name where it has none."""
    place = sheet.columns.get(key)
    if place is None:
        return FIELDS[key].title, None
    return str(sheet.heads[place] if place < len(sheet.heads) else FIELDS[key].title), int(place)


@dataclass
class Line:
    """One row on its way."""

    sheet: SheetFile
    row: SheetRow
    said: Parsed
    school: School | None = None
    indexes: Indexes = field(default_factory=lambda: Indexes(None, None, None))
    class_id: UUID | None = None
    known: Known | None = None
    key: str = ""


def read_line(sheet: SheetFile, row: SheetRow, cells: list[str], reader: RowReader, places: Places) -> Line:
    """A row read and placed: everything that can be said of it by itself."""
    said = reader.read(cells)
    found = places.school_of(said, sheet.organization_id)
    line = Line(sheet, row, said)
    if isinstance(found, CellFault):
        said.faults.append(found)
    else:
        line.school = found
        if found.stages:  # with the school's own stages a class may mean something else
            faults = [fault for fault in said.faults if fault.key.startswith("school_")]
            line.said = said = reader.read(cells, found.stages)
            said.faults += [fault for fault in faults if fault not in said.faults]
        if said.place is not None:
            line.class_id = places.class_id(found, said.place)
    line.indexes = Indexes.of(said)
    return line


def finding_of(line: Line, fault: CellFault) -> tuple[str, str, str, dict[str, object]]:
    """(code, column, severity, params) of a cell's fault; params name the column's place and field for correcting it."""
    column, place = column_of(line.sheet, fault.key)
    params = dict(fault.params) | {"place": place, "field": fault.key}
    if fault.suggestion and fault.key not in SEALED:  # a number that is kept sealed is not said in what is found
        params["suggestion"] = fault.suggestion
    return fault.code, column[:80], fault.severity, params


class Staging:
    def __init__(self, run: ImportRun, outside: Outside) -> None:
        self.run, self.outside = run, outside
        self.today = timezone.localdate()
        self.places = Places(run)
        self.findings = Findings(run)
        self.lines: list[Line] = []
        # entity → key → (record, file, row, faulty)
        self.records: dict[str, dict[str, tuple[Record, str, int, bool]]] = defaultdict(dict)
        self.new_classes: set[tuple[UUID, int, int]] = set()
        self.leading: dict[UUID, list[Line]] = {}  # class → who is named as its homeroom teacher

    # Steps ---------------------------------------------------------------------------------------------------------------
    def read(self) -> None:
        sheets = list(SheetFile.objects.filter(run=self.run, left_out=False).order_by("id"))
        total, done = sum(sheet.rows for sheet in sheets), 0
        changed: list[SheetRow] = []
        for sheet in sheets:
            reader = RowReader(frame_of(sheet, self.today))
            for row in SheetRow.objects.filter(sheet=sheet, left_out=False).order_by("row_no").iterator(2000):
                line = read_line(sheet, row, open_row(row.cells), reader, self.places)
                self.lines.append(line)
                school = line.school.pk if line.school else sheet.organization_id
                if row.org_id != school:
                    row.org_id = school
                    changed.append(row)
                done += 1
                if done % 500 == 0:
                    self.outside.tell("stage:rows", done, total)
        SheetRow.objects.bulk_update(changed, ["org_id"], batch_size=2000)

    def match(self) -> None:
        schools = {line.school.pk for line in self.lines if line.school}
        people = self.people = People(self.run, schools, [line.indexes for line in self.lines])
        names = Counter(self._name_key(line) for line in self.lines if line.school)
        for line in self.lines:
            kind = Kind(line.sheet.kind)
            if line.school is None or kind == Kind.CLASSES:
                continue
            family, alone = FAMILY[kind], kind != Kind.STUDENTS or names[self._name_key(line)] == 1
            line.known = people.find(
                line.said, line.indexes, line.school.pk, family, class_id=line.class_id, alone=alone
            )
            natural = people.natural_key(line.said, line.indexes, line.school.pk, family)
            line.key = str(line.known.pk) if line.known else natural
        phones = {phone_index(one.phone) for line in self.lines for one in line.said.guardians if one.phone}
        self.guardians = Guardians([line.known.pk for line in self.lines if line.known], phones)

    @staticmethod
    def _name_key(line: Line) -> tuple[object, ...]:
        said = line.said
        where = said.birth_date or said.place
        return line.sheet.kind, line.school.pk if line.school else None, said.name, where

    def write(self) -> None:
        for kind, verb in (
            (Kind.CLASSES, self._class_row),
            (Kind.STUDENTS, self._student),
            (Kind.GUARDIANS, self._family_row),
            (Kind.TEACHERS, self._teacher),
        ):
            for line in self.lines:
                if line.sheet.kind == kind:
                    if not line.said.is_faulty:
                        verb(line)
                    for fault in line.said.faults:
                        self.findings.add(
                            self._entity(line), line.sheet.label, line.row.row_no, finding_of(line, fault)
                        )
                    if line.said.is_faulty:
                        self._faulty(line)

    def _entity(self, line: Line) -> str:
        return Entity.CLASSES if line.sheet.kind == Kind.CLASSES else Entity.USERS

    # Records -------------------------------------------------------------------------------------------------------------
    def _put(self, entity: str, record: Record, line: Line, *, faulty: bool = False) -> None:
        self.records[entity].setdefault(record.key, (record, line.sheet.label, line.row.row_no, faulty))

    def _faulty(self, line: Line) -> None:
        """A row with an error is staged all the same, so that it is counted and shown; nothing depends on it."""
        key = f"x:{line.sheet.pk}:{line.row.row_no}"
        said, org = line.said, str(line.school.pk) if line.school else ""
        if line.sheet.kind == Kind.CLASSES:
            record = Record(key, org_key=org, data={"name": (said.place and self._class_name(said.place)) or "?"})
            self._put(Entity.CLASSES, record, line, faulty=True)
        else:
            self._put(Entity.USERS, Record(key, org_key=org, data={"name": said.name or "?"}), line, faulty=True)

    def _fail(self, line: Line, key: str, code: str, **params: object) -> None:
        line.said.faults.append(CellFault(key, code, ERROR, params))

    @staticmethod
    def _class_name(place: ClassPlace) -> str:
        return class_name(place.stage, place.grade, place.number)

    def _class(self, line: Line, place: ClassPlace) -> str:
        """The key of a class of the line's school; a new one gets its row."""
        school = self._school(line)
        known = self.places.class_id(school, place)
        if known is not None:
            return str(known)
        self.new_classes.add((school.pk, place.grade, place.number))
        key = f"k:{digest(school.pk, place.grade, place.number)}"
        self._put(
            Entity.CLASSES,
            Record(
                key,
                org_key=str(school.pk),
                data={
                    "name": self._class_name(place), "kind": "homeroom", "stage": place.stage, "grade": place.grade,
                    "number": place.number, "terms": [],
                },
            ),
            line,
        )  # fmt: skip
        return key

    @staticmethod
    def _school(line: Line) -> School:
        if line.school is None:
            raise AssertionError("a row without a school is faulty")
        return line.school

    def _class_row(self, line: Line) -> None:
        place = line.said.place
        if place is None:
            return
        key = self._class(line, place)
        if line.said.entry_year is None:
            return
        found = self.records[Entity.CLASSES].get(key)
        if found is None:
            record = Record(key, org_key=str(self._school(line).pk))
            record.data = {
                "kind": "homeroom",
                "stage": place.stage,
                "grade": place.grade,
                "number": place.number,
                "terms": [],
            }
            self._put(Entity.CLASSES, record, line)
            found = self.records[Entity.CLASSES][key]
        found[0].data["entry_year"] = line.said.entry_year

    def _person(self, line: Line) -> Record:
        said = line.said
        data: dict[str, object] = {"name": said.name} if said.name else {}
        if said.gender and said.gender != "0":
            data["gender"] = said.gender
        if said.birth_date:
            data["birth_date"] = said.birth_date.isoformat()
        record = Record(line.key, org_key=str(self._school(line).pk), data=data)
        record.phone, record.citizen_id, record.student_number = said.phone, said.citizen_id, said.student_number
        return record

    def _twice(self, line: Line) -> bool:
        found = self.records[Entity.USERS].get(line.key)
        if found is None:
            return False
        self._fail(line, "name", "sheet_row_twice", file=found[1], row=found[2])
        return True

    def _student(self, line: Line) -> None:
        school, said = self._school(line), line.said
        if said.place is None or self._elsewhere(line) or self._twice(line):
            return
        class_key = self._class(line, said.place)
        self._put(Entity.USERS, self._person(line), line)
        self._enroll(line, class_key, "student", "")
        for membership, org, class_id, _role, _subject in line.known.as_student() if line.known else []:
            if org == school.pk and class_id is not None and str(class_id) != class_key:
                self._end(membership, line.key, line.sheet.label, line.row.row_no, "moved")
        self._tie(line, said.guardians)

    def _elsewhere(self, line: Line) -> bool:
        """A school's list that names another school's pupil."""
        own, homes = self._school(line), line.known.as_student() if line.known else []
        others = [self.places.schools.get(org) for _m, org, _c, _r, _s in homes if org != own.pk]
        related = any(
            other and (other.path.startswith(f"{own.path}.") or own.path.startswith(f"{other.path}."))
            for other in others
        )
        if not others or related or any(place[1] == own.pk for place in homes):
            return False
        named = next((other.name for other in others if other), "")
        self._fail(line, "name", "sheet_pupil_other" if named else "pupil_elsewhere", school=named)
        return True

    def _enroll(self, line: Line, class_key: str, role: str, subject: str) -> None:
        key = f"e:{digest(line.key, class_key, role, subject)}"
        self._put(
            Entity.ENROLLMENTS,
            Record(
                key, org_key=str(self._school(line).pk), user_key=line.key, class_key=class_key,
                data={"role": role, "subject": subject},
            ),
            line,
        )  # fmt: skip

    def _end(self, membership: UUID, user_key: str, file: str, row_no: int, reason: str) -> None:
        record = Record(str(membership), status="tobedeleted", user_key=user_key, data={"end_reason": reason})
        self.records[Entity.ENROLLMENTS].setdefault(record.key, (record, file, row_no, False))

    def _tie(self, line: Line, guardians: list[Guardian]) -> None:
        found = self.records[Entity.USERS][line.key][0]
        agents = list(found.data.get("agents", []))
        for one in guardians:
            index = phone_index(one.phone) if one.phone else None
            key, relation = self.guardians.key(line.known.pk if line.known else None, line.key, one.name, index)
            if key == line.key:
                continue
            record = Record(key, data={"name": one.name}, phone=one.phone)
            self._put(Entity.USERS, record, line)
            agents.append([key, one.relation or relation or "other"])
        if agents:
            found.data["agents"] = agents

    def _family_row(self, line: Line) -> None:
        """Guardians of a pupil that the roster, or a list of this run, has."""
        if line.key not in self.records[Entity.USERS]:
            if line.known is None:
                self._fail(line, "name", "sheet_pupil_unknown")
                return
            self._put(Entity.USERS, Record(line.key, org_key=str(self._school(line).pk)), line)
        self._tie(line, line.said.guardians)

    def _teacher(self, line: Line) -> None:
        said, school = line.said, self._school(line)
        wanted = [*said.teaches, *said.leads]
        for place in wanted:
            known = self.places.class_id(school, place) or (school.pk, place.grade, place.number) in self.new_classes
            if not known:
                key = "leads" if place in said.leads and place not in said.teaches else "teaches"
                self._fail(line, key, "sheet_class_unknown", value=self._class_name(place))
                return
        self._put(Entity.USERS, self._person(line), line)
        for place in said.teaches:
            for subject in said.subjects:
                self._enroll(line, self._class(line, place), "teacher", subject)
        for place in said.leads:
            self._enroll(line, self._class(line, place), "homeroom_teacher", "")
            class_id = self.places.class_id(school, place)
            if class_id:
                self.leading.setdefault(class_id, []).append(line)
        held = [place for place in line.known.places if place[1] == school.pk] if line.known else []
        if not wanted and not any(place[3] != "student" for place in held):
            subject = said.subjects[0] if said.subjects else ""
            key = f"r:{digest(line.key, school.pk)}"
            data = {"role": "teacher", "subject": subject}
            self._put(Entity.ROLES, Record(key, org_key=str(school.pk), user_key=line.key, data=data), line)

    # Who leaves ----------------------------------------------------------------------------------------------------------
    def leave(self) -> None:
        """Pupils whom a list that is complete does not name. A row that cannot be read still names them by name."""
        for sheet in {line.sheet.pk: line.sheet for line in self.lines}.values():
            if sheet.complete and sheet.kind == Kind.STUDENTS:
                self._leave(sheet)

    def hand_over(self) -> None:
        """A class has one homeroom teacher: who is named takes over from whoever was."""
        for class_id, lines in self.leading.items():
            named = {line.known.pk for line in lines if line.known}
            last = lines[-1]
            for one in self.people.known.values():
                for membership, _org, group, role, _subject in one.places:
                    if role == "homeroom_teacher" and group == class_id and one.pk not in named:
                        self._end(membership, str(one.pk), last.sheet.label, last.row.row_no, "left")

    def _leave(self, sheet: SheetFile) -> None:
        lines = [line for line in self.lines if line.sheet.pk == sheet.pk]
        named = {line.known.pk for line in self.lines if line.known}
        by_name = {(line.school.pk, line.said.name) for line in self.lines if line.school and line.known is None}
        schools = {line.school.pk for line in lines if line.school}
        classes = {line.class_id for line in lines if line.class_id}
        for one in self.people.known.values():
            if one.pk in named:
                continue
            for membership, org, class_id, role, _subject in one.places:
                whole = sheet.complete == Complete.SCHOOLS and org in schools
                listed = sheet.complete == Complete.CLASSES and class_id in classes
                if role == "student" and (whole or listed) and (org, one.name) not in by_name:
                    self._end(membership, str(one.pk), sheet.label, sheet.head_row, "left")

    # Out -----------------------------------------------------------------------------------------------------------------
    def lines_out(self) -> Iterator[str]:
        write = lines_of(self.run)
        for entity in Entity.values:
            for record, file, row_no, faulty in self.records.get(entity, {}).values():
                yield write.line(entity, file, row_no, record, faulty=faulty)


@transaction.atomic
def stage_sheets(run: ImportRun, outside: Outside) -> None:
    """Stage a run anew from its rows, and find what is wrong with each by itself. Raises Stopped, crypto.KeyLost."""
    StagedRow.objects.filter(run=run).delete()
    Finding.objects.filter(run=run, row_no__isnull=False, corrected_at__isnull=True).delete()
    work = Staging(run, outside)
    work.read()
    work.match()
    work.write()
    work.hand_over()
    work.leave()
    outside.tell("stage:write", 0, 1, now=True)
    copy_rows(work.lines_out())
    work.findings.flush()
    files = run.counts.get("files", {"errors": 0, "warnings": 0})
    open_files = Finding.objects.filter(run=run, row_no__isnull=True, corrected_at__isnull=True, severity=ERROR).count()
    run.counts = {
        "files": files,
        "read": {
            "errors": open_files + work.findings.errors, "warnings": files["warnings"] + work.findings.warnings,
        },
    }  # fmt: skip
    run.files = {entity: {"binding": "delta", "file": "", "rows": len(work.records.get(entity, {})), "read": True}
                 for entity in Entity.values if work.records.get(entity)}  # fmt: skip
    run.save(update_fields=["counts", "files"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE exchange_stagedrow")
