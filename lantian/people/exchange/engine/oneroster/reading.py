"""One row of a CSV file → a record under our own names, and what is wrong with it, cell by cell (staging contract: models).

A fault is (code, column, severity, params); the words for its code are made where it is shown.
"""
# i18n: data file

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from lantian.people.exchange.engine.oneroster import values
from lantian.people.exchange.engine.oneroster.files import COMMON, EXTENSION, FILES, STATUSES, FileSpec
from lantian.people.exchange.engine.oneroster.rows import split_list

MAX_COLUMNS = 200
MAX_CELL = 2000
MAX_KEY = 255
ERROR, WARNING = "error", "warning"
Fault = tuple[str, str, str, dict[str, Any]]
_BAD_KEY = re.compile(r"[\s,;\"']")
# Tab, line feed and carriage return may stand in a quoted cell; they are turned into spaces.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACE = re.compile(r"\s+")
_LINE_OR_TAB = re.compile(r"[\n\t\r]")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_CLASS_NUMBER = re.compile(r"[(（]?\s*(\d{1,3})\s*[)）]?\s*班")
SUBJECTS = (
    "chinese", "maths", "english", "morality", "history", "geography", "science", "physics", "chemistry", "biology", "it",
    "music", "art", "pe", "labour",
)  # fmt: skip
END_REASONS = ("moved", "promoted", "graduated", "transferred", "left", "corrected", "merged")
STAGES = ("kindergarten", "primary", "junior", "senior", "vocational", "special")
RELATIONS = ("mother", "father", "grandparent", "other")
SETTINGS = ("urban", "town", "rural")


# Rows of these files differ in whom and what they name, and hardly in what they say of them (a role, a day): what the other cells
# say is worked out once.
NAMING = {
    "demographics": ("sourcedId",),
    "roles": ("sourcedId", "userSourcedId", "orgSourcedId"),
    "enrollments": ("sourcedId", "userSourcedId", "schoolSourcedId", "classSourcedId"),
}
MOST_ALIKE = 20_000


@dataclass(slots=True)
class Record:
    """One row as it is staged. `phone`, `citizen_id` and `student_number` are still in clear: the reader seals them.

    `data` may be shared by rows that say the same: it is not changed.
    """

    key: str
    status: str = "active"
    modified_at: str = ""
    org_key: str = ""
    user_key: str = ""
    class_key: str = ""
    course_key: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    phone: str = ""
    citizen_id: str = ""
    student_number: str = ""


@dataclass(frozen=True)
class Checks:
    """What the reader cannot know by itself: normalisers that raise ValueError, and what a citizen ID says."""

    phone: Callable[[str], str]
    citizen_id: Callable[[str], str]
    student_number: Callable[[str], str]
    born: Callable[[str], date]
    gender: Callable[[str], str]


def check_head(spec: FileSpec, head: Sequence[str]) -> tuple[dict[str, int], list[Fault]]:
    """Where each known column stands, and the faults of the head; an error among them makes the file unusable."""
    faults: list[Fault] = []
    if len(head) > MAX_COLUMNS:
        return {}, [("too_many_columns", "", ERROR, {"count": len(head), "most": MAX_COLUMNS})]
    known = {name.lower(): name for name in spec.all_columns}
    places: dict[str, int] = {}
    for place, word in enumerate(head):
        name = known.get(word.strip().lower())
        if name is None:
            if word.strip() and not word.strip().lower().startswith("metadata."):
                faults.append(("unknown_column", word.strip()[:80], WARNING, {}))
        elif name in places:
            faults.append(("column_twice", name, ERROR, {}))
        else:
            places[name] = place
    missing = [name for name in (*COMMON[:1], *spec.required) if name not in places]
    faults += [("missing_column", name, ERROR, {}) for name in dict.fromkeys(missing)]
    return places, faults


@lru_cache(maxsize=20_000)
def parse_day(text: str) -> date | None:
    """YYYY-MM-DD, also with a time after it. None when it is no day of the calendar."""
    found = _DAY.match(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


@lru_cache(maxsize=20_000)
def parse_moment(text: str) -> str | None:
    """An ISO 8601 time with its zone (UTC when it has none) as ISO text; None when it is none."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        return None
    if not values.FIRST_YEAR <= moment.year <= values.LAST_YEAR:
        return None
    return moment.isoformat() if moment.tzinfo else f"{moment.isoformat()}+00:00"


class RowReader:
    """Reads the rows of one file. `delta`: status and dateLastModified must be there.

    `read(cells)` gives the record, or None when the row has no usable key, and leaves the row's faults in `faults`.
    """

    def __init__(self, entity: str, places: dict[str, int], width: int, *, checks: Checks, delta: bool) -> None:
        self.spec = FILES[entity]
        self.entity = entity
        self.width = width
        self.checks = checks
        self.delta = delta
        self.faults: list[Fault] = []
        self._places = places
        self._names = tuple(places)
        at = tuple(places.values())
        self._pick: Callable[[Sequence[str]], Iterable[str]] = (
            itemgetter(*at) if len(at) > 1 else lambda cells: [cells[place] for place in at]
        )
        self._required = [name for name in self.spec.required if name in places]
        closed = dict(self.spec.closed or {})
        self._closed = [(name, frozenset(closed[name])) for name in closed if name in places]
        self._row: dict[str, str] = {}
        self._fill: Callable[[Record], None] = getattr(self, f"_{entity}")
        naming = NAMING.get(entity, ())
        self._naming = tuple(places[name] for name in naming if name in places)
        # cells that only name, and the moment of the row: all others are what rows have alike
        self._moment = places.get("dateLastModified")
        others = [place for name, place in places.items() if name not in naming and name != "dateLastModified"]
        self._others = itemgetter(*others) if self._naming and len(self._naming) == len(naming) and others else None
        self._alike: dict[str | tuple[str, ...], dict[str, Any]] = {}

    def _get(self, name: str) -> str:
        return self._row.get(name, "")

    def _take(self, cells: Sequence[str], *, plain: bool) -> None:
        """The known columns by name, without white space around; line ends within a cell become spaces."""
        self._row = dict(zip(self._names, map(str.strip, self._pick(cells)), strict=True))
        if not plain:
            self._row = {
                name: _SPACE.sub(" ", text) if _LINE_OR_TAB.search(text) else text for name, text in self._row.items()
            }

    def _fault(self, code: str, column: str = "", severity: str = ERROR, **params: Any) -> None:
        self.faults.append((code, column, severity, params))

    def read(self, cells: Sequence[str]) -> Record | None:
        self.faults = []
        if len(cells) != self.width:
            self._fault("ragged_row", cells=len(cells), head=self.width)
            return None
        whole = "".join(cells)
        plain = len(whole) <= MAX_CELL and whole.isprintable()  # nearly every row, at once
        if not plain and self._unusable(cells):
            return None
        if self._others is not None:
            others = self._others(cells)
            data = self._alike.get(others)
            record = self._named(cells, data) if data is not None and plain else None
            if record is None:
                record = self._read(cells, plain=plain)
                if record is not None and record.status == "active" and not self.faults:
                    self._remember(others, record.data)
            return record
        return self._read(cells, plain=plain)

    def _remember(self, others: str | tuple[str, ...], data: dict[str, Any]) -> None:
        if len(self._alike) >= MOST_ALIKE:
            self._alike.clear()
        self._alike[others] = data

    def _named(self, cells: Sequence[str], data: dict[str, Any]) -> Record | None:
        """A row that says what a sound one before it has said; None when it has to be looked at in full."""
        key, *named = [cells[place].strip() for place in self._naming]
        moment = "" if self._moment is None else cells[self._moment].strip()
        modified = parse_moment(moment) if moment else ""
        if not key or not all(named) or len(key) > MAX_KEY or _BAD_KEY.search(key):
            return None
        if not modified and (moment or self.delta):
            return None
        user, org, group = (*(named or [key]), "", "")[:3]
        return Record(key, "active", modified or "", org, user, group, "", data)

    def _read(self, cells: Sequence[str], *, plain: bool) -> Record | None:
        self._take(cells, plain=plain)
        key = self._get("sourcedId")
        if not key or len(key) > MAX_KEY or _BAD_KEY.search(key):
            self._fault("bad_key" if key else "empty", "sourcedId", value=key[:40])
            return None
        record = Record(key)
        self._common(record)
        if record.status == "tobedeleted":
            self._references(record)
            return record
        self._known_words()
        self._fill(record)
        return record

    def _unusable(self, cells: Sequence[str]) -> bool:
        for place, cell in enumerate(cells):
            if len(cell) > MAX_CELL:
                self._fault("cell_too_long", self._name_of(place), length=len(cell), most=MAX_CELL)
                return True
            if not cell.isprintable() and _CONTROL.search(cell):
                self._fault("control_character", self._name_of(place))
                return True
        return False

    def _known_words(self) -> None:
        for name in self._required:
            if not self._row[name]:
                self._fault("empty", name)
        for name, allowed in self._closed:
            word = self._row[name]
            if word and word not in allowed and not word.startswith(EXTENSION):
                self._fault("not_in_list", name, value=word[:40])

    def _name_of(self, place: int) -> str:
        return next((name for name, at in self._places.items() if at == place), str(place + 1))

    def _common(self, record: Record) -> None:
        get = self._row.get
        status, moment = get("status", ""), get("dateLastModified", "")
        if status and status not in STATUSES:
            self._fault("not_in_list", "status", value=status[:40])
        elif status:
            record.status = status
        elif self.delta:
            self._fault("empty", "status")
        if moment:
            parsed = parse_moment(moment)
            if parsed is None:
                self._fault("bad_moment", "dateLastModified", value=moment[:40])
            else:
                record.modified_at = parsed
        elif self.delta:
            self._fault("empty", "dateLastModified")

    def _references(self, record: Record) -> None:
        record.org_key = self._get(
            {"orgs": "parentSourcedId", "classes": "schoolSourcedId"}.get(self.entity, "orgSourcedId")
        )
        if self.entity == "enrollments":
            record.org_key = self._get("schoolSourcedId")
            record.class_key = self._get("classSourcedId")
        record.user_key = record.key if self.entity == "demographics" else self._get("userSourcedId")

    def _text(self, record: Record, name: str, column: str, most: int) -> None:
        """Put a text into data when there is one; an empty cell says nothing."""
        text = self._get(column)
        if len(text) > most:
            self._fault("too_long", column, length=len(text), most=most)
        elif text:
            record.data[name] = text

    def _word(self, record: Record, name: str, column: str, allowed: Sequence[str]) -> None:
        word = self._get(column)
        if word and word not in allowed:
            self._fault("not_in_list", column, value=word[:40])
        elif word:
            record.data[name] = word

    def _number(self, record: Record, name: str, column: str, least: int, most: int) -> None:
        text = self._get(column)
        if not text:
            return
        if text.isascii() and text.isdigit() and len(text) < 19 and least <= int(text) <= most:
            record.data[name] = int(text)
        else:
            self._fault("bad_number", column, value=text[:40], least=least, most=most)

    def _day(self, column: str) -> date | None:
        text = self._get(column)
        if not text:
            return None
        day = parse_day(text)
        if day is None or not values.FIRST_YEAR <= day.year <= values.LAST_YEAR:
            self._fault("bad_date", column, value=text[:40])
            return None
        return day

    def _span(self, record: Record, first: str, end: str) -> None:
        """Two dates; theirs excludes the end, ours includes the last day. No end: null, which does say something."""
        begin, over = self._day(first), self._day(end)
        if begin and over and over <= begin:
            self._fault("dates_order", end, first=begin.isoformat(), end=over.isoformat())
            return
        if begin:
            record.data["valid_from"] = begin.isoformat()
        if not self._get(end):
            record.data["valid_to"] = None
        elif over:
            record.data["valid_to"] = values.last_day(over).isoformat()

    def _subject_list(self) -> list[str]:
        return [word for word in split_list(self._get("subjectCodes")) if word in SUBJECTS]

    # One per entity ------------------------------------------------------------------------------------------------------
    def _orgs(self, record: Record) -> None:
        record.org_key = self._get("parentSourcedId")
        self._text(record, "name", "name", 80)
        self._text(record, "short_name", "metadata.cn.shortName", 40)
        self._text(record, "code", "identifier", 20)
        self._word(record, "setting", "metadata.cn.setting", SETTINGS)
        self._word(record, "kind", "metadata.cn.kind", tuple(values.ORG_TYPES))
        kind = values.ORG_KINDS.get(self._get("type"))
        if "kind" not in record.data and kind:
            record.data["kind"] = kind
            record.data["guessed"] = True
        elif "kind" not in record.data and self._get("type") in (self.spec.closed or {})["type"]:
            self._fault("org_type_unused", "type", WARNING, value=self._get("type"))
        stages = split_list(self._get("metadata.cn.stages"))
        if any(stage not in STAGES for stage in stages):
            self._fault("not_in_list", "metadata.cn.stages", value=self._get("metadata.cn.stages")[:40])
        elif stages:
            record.data["stages"] = sorted(set(stages), key=STAGES.index)

    def _academicSessions(self, record: Record) -> None:  # noqa: N802 - the file's name
        record.org_key = self._get("metadata.cn.orgSourcedId")
        record.data["type"] = self._get("type")
        year = values.school_year_begin(self._get("schoolYear"))
        if year is None:
            self._fault("bad_year", "schoolYear", value=self._get("schoolYear")[:40])
        else:
            record.data["school_year"] = year
        first, end = self._day("startDate"), self._day("endDate")
        if first and end and end <= first:
            self._fault("dates_order", "endDate", first=first.isoformat(), end=end.isoformat())
        elif first and end:
            record.data |= {"starts_on": first.isoformat(), "ends_on": values.last_day(end).isoformat()}
            self._word(record, "kind", "metadata.cn.termKind", ("autumn", "spring"))
            record.data.setdefault("kind", values.term_kind(first))

    def _courses(self, record: Record) -> None:
        record.org_key = self._get("orgSourcedId")
        self._text(record, "title", "title", 120)
        self._text(record, "code", "courseCode", 40)
        record.data["subjects"] = self._subject_list()
        found = [values.grades_of(code) for code in split_list(self._get("grades"))]
        record.data["grades"] = sorted({grade for pair in found if pair for grade in pair[1:]})
        record.data["derived"] = self._get("metadata.cn.derived") == "true"

    def _classes(self, record: Record) -> None:
        record.org_key, record.course_key = self._get("schoolSourcedId"), self._get("courseSourcedId")
        self._text(record, "name", "title", 40)
        record.data["kind"] = values.CLASS_KINDS.get(self._get("classType"), "teaching")
        record.data["terms"] = split_list(self._get("termSourcedIds"))
        self._number(record, "grade", "metadata.cn.grade", 1, 12)
        self._number(record, "number", "metadata.cn.number", 1, 999)
        self._number(record, "entry_year", "metadata.cn.entryYear", 1950, 2200)
        self._word(record, "stage", "metadata.cn.stage", STAGES)
        known = [pair for code in split_list(self._get("grades")) if (pair := values.grades_of(code))]
        if known:
            record.data.setdefault("grade", known[0][1])
            record.data.setdefault("stage", known[0][0])
        if "grade" not in record.data and not any(fault[1] == "metadata.cn.grade" for fault in self.faults):
            self._fault("no_grade", "grades", value=self._get("grades")[:40])
        if "number" not in record.data:
            self._class_number(record)

    def _class_number(self, record: Record) -> None:
        found = _CLASS_NUMBER.search(self._get("title")) or _CLASS_NUMBER.search(self._get("classCode") + "班")
        if found and int(found[1]):
            record.data["number"] = int(found[1])
        elif record.data["kind"] == "homeroom":
            self._fault("no_class_number", "title", value=self._get("title")[:40])

    def _users(self, record: Record) -> None:
        record.org_key = self._get("primaryOrgSourcedId")
        name = self._get("metadata.cn.name") or values.full_name(self._get("givenName"), self._get("familyName"))
        if len(name) > 80:
            self._fault("too_long", "metadata.cn.name", length=len(name), most=80)
        elif name:
            record.data["name"] = name
        agents = self._get("agentSourcedIds")
        if agents:
            said = dict(pair.split("=", 1) for pair in split_list(self._get("metadata.cn.relations")) if "=" in pair)
            keys = dict.fromkeys(split_list(agents))
            relations = {key: said.get(key, "other") for key in keys}
            record.data["agents"] = [[key, how if how in RELATIONS else "other"] for key, how in relations.items()]
        phone = self._get("phone") or self._get("sms")
        record.phone = self._sealed(phone, "phone", self.checks.phone) if phone else ""
        number = self._get("metadata.cn.studentNumber")
        record.student_number = (
            self._sealed(number, "metadata.cn.studentNumber", self.checks.student_number) if number else ""
        )
        citizen = self._get("metadata.cn.citizenId")
        if citizen:
            record.citizen_id = self._sealed(citizen, "metadata.cn.citizenId", self.checks.citizen_id)
            if record.citizen_id:
                record.data["birth_date"] = self.checks.born(record.citizen_id).isoformat()
                record.data["gender"] = self.checks.gender(record.citizen_id)

    def _sealed(self, text: str, column: str, check: Callable[[str], str]) -> str:
        try:
            return check(text)
        except ValueError as error:
            fault = str(getattr(error, "fault", ""))
            self._fault(
                f"bad_{column.rpartition('.')[2]}", column, fault=fault
            )  # never the value: findings are not sealed
            return ""

    def _demographics(self, record: Record) -> None:
        record.user_key = record.key
        day = self._day("birthDate")
        if day:
            record.data["birth_date"] = day.isoformat()
        sex = self._get("sex")
        if sex in values.GENDERS:
            record.data["gender"] = values.GENDERS[sex]

    def _roles(self, record: Record) -> None:
        record.user_key, record.org_key = self._get("userSourcedId"), self._get("orgSourcedId")
        self._role(record, values.ROLE_MEANINGS.get(self._get("role"), ""))
        said = self._get("metadata.cn.membership")
        if said in {"true", "false"}:
            record.data["membership"] = said == "true"
        self._span(record, "beginDate", "endDate")

    def _role(self, record: Record, meaning: str) -> None:
        own = self._get("metadata.cn.role")
        if own and own not in values.ROLE_WORDS:
            self._fault("not_in_list", "metadata.cn.role", value=own[:40])
        record.data["role"] = own or meaning
        record.data["subject"] = ""
        self._word(record, "subject", "metadata.cn.subject", SUBJECTS)

    def _enrollments(self, record: Record) -> None:
        record.user_key, record.org_key = self._get("userSourcedId"), self._get("schoolSourcedId")
        record.class_key = self._get("classSourcedId")
        word = self._get("role")
        self._role(record, {"student": "student", "teacher": "teacher"}.get(word, "staff"))
        if word == "teacher" and self._get("primary") == "true" and not self._get("metadata.cn.role"):
            record.data["lead"] = (
                True  # a homeroom class's primary teacher is its homeroom teacher: known with the class
            )
        if record.data["role"] not in values.MEMBER_ROLES:
            self._fault("not_in_list", "metadata.cn.role", value=record.data["role"])
        self._span(record, "beginDate", "endDate")
        self._word(record, "end_reason", "metadata.cn.endReason", END_REASONS)
