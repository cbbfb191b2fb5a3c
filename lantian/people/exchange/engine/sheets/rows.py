"""One row of a list → who it is about and what it says, and what is wrong with it, cell by cell."""
# i18n: data file

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lantian.people.exchange.engine.sheets import cells as values
from lantian.people.exchange.engine.sheets.cells import CellFault, Faulty, is_nothing
from lantian.people.exchange.engine.sheets.fields import EXAMPLE, Kind
from lantian.people.exchange.engine.sheets.grids import squeezed
from lantian.people.roster.engine.codes.citizen import birth_date_of, gender_of
from lantian.people.roster.engine.codes.class_names import ClassReading, read_class_number
from lantian.people.roster.engine.codes.grades import SPAN


@dataclass(frozen=True)
class Guardian:
    name: str
    phone: str
    relation: str


@dataclass(frozen=True)
class ClassPlace:
    """A homeroom class of a school, by stage, grade (1..12) and number."""

    stage: str
    grade: int
    number: int


@dataclass
class Parsed:
    """What one row says. Empty means that it says nothing."""

    name: str = ""
    gender: str = ""
    birth_date: date | None = None
    citizen_id: str = ""
    student_number: str = ""
    phone: str = ""
    school_name: str = ""
    school_code: str = ""
    place: ClassPlace | None = None
    entry_year: int | None = None
    guardians: list[Guardian] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    teaches: list[ClassPlace] = field(default_factory=list)
    leads: list[ClassPlace] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    @property
    def is_faulty(self) -> bool:
        return any(fault.severity == values.ERROR for fault in self.faults)


@dataclass(frozen=True)
class Frame:
    """What stands for all rows of a sheet. `columns`: field → place. `stages`: those of the school, as far as known."""

    kind: Kind
    columns: Mapping[str, int]
    today: date
    school_year: int
    stages: Sequence[str] = ()


def is_example(row: Sequence[str]) -> bool:
    """The row of our templates that shows how to fill them in."""
    return any(cell.startswith(EXAMPLE) for cell in row[:2])


def is_sum(row: Sequence[str], columns: Mapping[str, int]) -> bool:
    """A last row that counts, or a remark below the list: nobody's name in it."""
    words = [squeezed(cell) for cell in row if cell]
    named = any(
        key in columns and columns[key] < len(row) and row[columns[key]]
        for key in ("name", "class_name", "class_number")
    )
    first = words[0] if words else ""
    return first.startswith(("合计", "总计", "小计", "填表", "制表", "注:", "备注:", "说明:")) and (
        not named or len(words) <= 3
    )


class RowReader:
    """Reads rows of one sheet. `stages_of` may know a row's school better than the frame."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._cells: Sequence[str] = ()
        self._row = Parsed()

    def read(self, cells: Sequence[str], stages: Sequence[str] | None = None) -> Parsed:
        self._cells, self._row = cells, Parsed()
        self._stages = tuple(self.frame.stages if stages is None else stages)
        self._school()
        getattr(self, f"_{self.frame.kind}")()
        return self._row

    # Cells ---------------------------------------------------------------------------------------------------------------
    def _text(self, key: str) -> str:
        place = self.frame.columns.get(key)
        return self._cells[place] if place is not None and place < len(self._cells) else ""

    def _value(self, key: str, reader: Callable[[str], Any], default: Any) -> Any:
        text = self._text(key)
        if is_nothing(text) and not (key in {"gender", "class_number"} and text == "0"):
            return default
        try:
            return reader(text)
        except Faulty as fault:
            self._row.faults.append(fault.at(key))
            return default

    def _fault(self, key: str, code: str, severity: str = values.ERROR, **params: Any) -> None:
        self._row.faults.append(CellFault(key, code, severity, params))

    def _has_fault(self, *keys: str) -> bool:
        return any(fault.key in keys and fault.severity == values.ERROR for fault in self._row.faults)

    # Parts ---------------------------------------------------------------------------------------------------------------
    def _school(self) -> None:
        self._row.school_name = self._text("school_name").strip()
        self._row.school_code = self._value("school_code", values.read_school_code, "")

    def _person(self, *, needs_name: bool = True) -> None:
        row, today = self._row, self.frame.today
        row.name = self._value("name", values.read_name, "")
        if needs_name and not row.name and not self._has_fault("name"):
            self._fault("name", "empty")
        row.gender = self._value("gender", values.read_gender, "")
        row.birth_date = self._value("birth_date", lambda text: values.read_birth_date(text, today), None)
        row.citizen_id = self._value("citizen_id", lambda text: values.read_citizen_id(text, today), "")
        row.phone = self._value("phone", values.read_phone, "")
        if row.citizen_id:
            self._agree(row.citizen_id)
            if row.citizen_id.endswith("000"):  # of rounded numbers one in eleven passes the check
                self._fault("citizen_id", "sheet_id_maybe_rounded", values.WARNING)

    def _agree(self, number: str) -> None:
        """Birth date and sex stand in the citizen number too; where both are there they must say the same."""
        row = self._row
        born, gender = birth_date_of(number), gender_of(number)
        if row.birth_date is None and not self._has_fault("birth_date"):
            row.birth_date = born
        elif row.birth_date is not None and row.birth_date != born:
            self._fault("birth_date", "sheet_birth_other", values.WARNING, value=row.birth_date.isoformat())
        if row.gender in {"", "0"}:
            row.gender = gender
        elif row.gender != gender:
            self._fault("gender", "sheet_gender_other", values.WARNING)

    def _stage(self) -> str | None:
        return self._stages[0] if len(self._stages) == 1 else None

    def _read_class(self, text: str, stage: str | None) -> ClassReading:
        reading = values.read_class(text, stage=stage, school_year=self.frame.school_year)
        if self._stages and reading.stage and reading.stage not in self._stages:
            fitting = [s for s in self._stages if SPAN[s][0] <= (reading.grade or 0) <= SPAN[s][1]]
            if len(fitting) != 1:
                raise Faulty("sheet_class_other_stage", value=values.said(text))
            reading = reading._replace(stage=fitting[0])
        return reading

    def _one_class(self, text: str) -> ClassPlace:
        """A class by its whole name. Raises Faulty."""
        reading = self._read_class(text, self._stage())
        if reading.number is None:
            raise Faulty("sheet_class_no_number", value=values.said(text))
        return ClassPlace(str(reading.stage), int(reading.grade or 0), reading.number)

    def _place(self, *, required: bool) -> None:
        """The class of a row: its whole name in one cell, or grade and class (name or number) in two."""
        row = self._row
        key = "class_name" if self._text("class_name") else "class_number"
        text, grade = self._text(key), self._text("grade")
        if is_nothing(text):
            if required:
                self._fault("class_name" if "class_name" in self.frame.columns else key, "empty")
            return
        try:
            row.place = self._class_of(text, grade)
        except Faulty as fault:
            row.faults.append(fault.at("grade" if fault.params.pop("grade", False) else key))

    def _class_of(self, text: str, grade: str) -> ClassPlace:
        number = read_class_number(text)
        if number is None or not grade:
            if number is not None and not grade:
                raise Faulty("sheet_class_no_grade", value=values.said(text))
            place = self._one_class(text)
            if grade:
                self._compare_grade(place, grade)
            return place
        try:
            reading = self._read_class(grade if not grade.isdigit() else f"{grade}年级", self._stage())
        except Faulty as fault:
            fault.params["grade"] = True
            raise
        return ClassPlace(str(reading.stage), int(reading.grade or 0), number)

    def _compare_grade(self, place: ClassPlace, grade: str) -> None:
        try:
            reading = self._read_class(grade if not grade.isdigit() else f"{grade}年级", place.stage)
        except Faulty:
            return  # the class says its grade by itself
        if reading.grade != place.grade:
            self._fault("grade", "sheet_grade_other", value=values.said(grade))

    def _family(self, *, required: bool) -> None:
        row = self._row
        for prefix, relation in (("guardian", ""), ("guardian2", ""), ("father", "father"), ("mother", "mother")):
            name = self._value(f"{prefix}_name", values.read_name, "")
            phone = self._value(f"{prefix}_phone", values.read_phone, "")
            kind = relation or self._value(f"{prefix}_relation", values.read_relation, "")
            if name:
                row.guardians.append(Guardian(name, phone, kind or "other"))
            elif phone and f"{prefix}_name" in self.frame.columns and not self._has_fault(f"{prefix}_name"):
                self._fault(f"{prefix}_name", "sheet_guardian_name", values.WARNING)
        if required and not row.guardians and not row.is_faulty:
            self._fault("guardian_name", "empty")

    # One per kind --------------------------------------------------------------------------------------------------------
    def _students(self) -> None:
        self._person()
        self._numbered()
        self._place(required=True)
        self._family(required=False)

    def _numbered(self) -> None:
        row, today = self._row, self.frame.today
        row.student_number = self._value("student_number", lambda text: values.read_student_number(text, today), "")
        inner = row.student_number[1:] if row.student_number.startswith("G") else ""
        if inner and row.citizen_id and inner != row.citizen_id:
            self._fault("student_number", "sheet_sn_other", values.WARNING)

    def _guardians(self) -> None:
        row, today = self._row, self.frame.today
        row.name = self._value("name", values.read_name, "")
        row.citizen_id = self._value("citizen_id", lambda text: values.read_citizen_id(text, today), "")
        self._numbered()
        if not row.name and not row.student_number and not row.citizen_id and not row.is_faulty:
            self._fault("name", "empty")
        self._place(required=False)
        self._family(required=True)

    def _teachers(self) -> None:
        self._person()
        row = self._row
        row.subjects = self._value("subject", values.read_subjects, [])
        row.teaches = self._value("teaches", self._classes_of_cell, [])
        said = values.read_yes(self._text("leads")) if self._text("leads") else False
        if said is None:
            row.leads = self._value("leads", self._classes_of_cell, [])
        elif said and len(row.teaches) == 1:
            row.leads = list(row.teaches)
        elif said:
            self._fault("leads", "sheet_leads_which")
        if row.teaches and not row.subjects and not self._has_fault("subject"):
            self._fault("subject", "sheet_subject_none")

    def _classes_of_cell(self, text: str) -> list[ClassPlace]:
        found = [self._one_class(word) for word in values.split_many(text)]
        return list(dict.fromkeys(found))

    def _classes(self) -> None:
        self._place(required=True)
        year = self.frame.school_year
        self._row.entry_year = self._value("entry_year", lambda text: values.read_entry_year(text, year), None)
