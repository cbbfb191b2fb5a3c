"""A CSV file → lines of the staging's COPY, piece by piece: what a worker does itself with a small file, and a child process
(`services/reading_child.py`) with a large one. Nothing here knows of a database.
"""

import csv
import io
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from lantian.people.exchange.engine.oneroster.files import FILES
from lantian.people.exchange.engine.oneroster.reading import (
    ERROR,
    MAX_CELL,
    NAMING,
    Checks,
    Fault,
    Record,
    RowReader,
    check_head,
)
from lantian.people.identity.engine.names import normalise_phone
from lantian.people.roster.engine.codes.citizen import birth_date_of, gender_of, normalise_citizen_id
from lantian.people.roster.engine.codes.student_number import normalise_student_number

ROW_COLUMNS = (
    "run_id", "entity", "file", "row_no", "status", "modified_at", "faulty", "key", "org_key", "user_key", "class_key",
    "course_key", "data", "phone", "phone_index", "citizen_id", "citizen_id_index", "student_number", "student_number_index",
)  # fmt: skip
# Entities whose rows say the same over and over (a role and a day): written as JSON once, so many of them remembered.
ALIKE = frozenset(NAMING)
MOST_SAID = 20_000
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

CHECKS = Checks(
    phone=normalise_phone,
    citizen_id=normalise_citizen_id,
    student_number=normalise_student_number,
    born=birth_date_of,
    gender=gender_of,
)


class Seal(Protocol):
    """What seals the values of one column, and makes their blind index (`kernel.crypto.Sealer`)."""

    def seal(self, value: str) -> bytes: ...
    def index(self, value: str) -> bytes: ...


@dataclass(frozen=True)
class Seals:
    """One for each sealed column."""

    phone: Seal
    citizen_id: Seal
    student_number: Seal


@dataclass(frozen=True)
class Order:
    """One file of a run: `file` is its name in findings. `delta`: as for `RowReader`."""

    run_id: str
    entity: str
    file: str
    delta: bool


@dataclass(slots=True)
class Piece:
    """Some rows one after the other. `at`: the number of the last; `rows`: how many; `lines`: how many of them are in `data`,
    as UTF-8. Faults are with the number of their row, None for the file as a whole.
    """

    at: int = 1
    rows: int = 0
    lines: int = 0
    data: bytes = b""
    faults: list[tuple[int | None, Fault]] = field(default_factory=list)


def escaped(text: str) -> str:
    """A field of COPY's text form that holds no tabs and no line ends."""
    return text.replace("\\", "\\\\") if "\\" in text else text


class Lines:
    """Records as lines of COPY's text form, sealed facts sealed. Keys and data hold no tabs and no line ends."""

    def __init__(self, run_id: str, seals: Seals) -> None:
        self._run_id = run_id
        self._seals = seals
        self._said: dict[tuple[tuple[str, Any], ...], str] = {}

    def line(self, entity: str, file: str, row_no: int, record: Record, *, faulty: bool) -> str:
        keys = escaped(f"{record.key}\t{record.org_key}\t{record.user_key}\t{record.class_key}\t{record.course_key}")
        sealed = _NOTHING
        if record.phone or record.citizen_id or record.student_number:
            seals = self._seals
            sealed = (
                f"{_sealed(record.phone, seals.phone)}\t{_sealed(record.citizen_id, seals.citizen_id)}"
                f"\t{_sealed(record.student_number, seals.student_number)}"
            )
        return (
            f"{self._run_id}\t{entity}\t{file}\t{row_no}\t{record.status}\t{record.modified_at or _NULL}"
            f"\t{'t' if faulty else 'f'}\t{keys}\t{self._data(entity, record.data)}\t{sealed}\n"
        )

    def _data(self, entity: str, data: dict[str, Any]) -> str:
        if entity not in ALIKE:
            return escaped(_encode(data))
        items = tuple(data.items())
        text = self._said.get(items)
        if text is None:
            if len(self._said) >= MOST_SAID:
                self._said.clear()
            text = self._said[items] = escaped(_encode(data))
        return text


_NULL = "\\N"
_NOTHING = "\t".join([_NULL] * 6)


def _sealed(value: str, seal: Seal) -> str:
    """Ciphertext and blind index as two COPY fields."""
    if not value:
        return f"{_NULL}\t{_NULL}"
    return f"\\\\x{seal.seal(value).hex()}\t\\\\x{seal.index(value).hex()}"


def rows_of(content: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """(number as a spreadsheet shows it, cells), blank rows left out. Raises csv.Error for broken quoting and huge cells."""
    csv.field_size_limit(MAX_CELL * 8)
    text = io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
    for number, cells in enumerate(csv.reader(text, strict=True), start=1):
        if cells and any(cells):
            yield number, cells


def pieces(content: BinaryIO, order: Order, seals: Seals, *, most: int) -> Generator[Piece, None, None]:
    """The file's rows, `most` at once; of a file whose head cannot be used only what is wrong with it.

    Raises csv.Error when all before the broken place is given, UnicodeDecodeError, and what `content` raises.
    """
    rows = rows_of(content)
    at, head = next(rows, (1, []))
    places, faults = check_head(FILES[order.entity], head)
    yield Piece(at=at, faults=[(None, fault) for fault in faults])
    if any(fault[2] == ERROR for fault in faults):
        return
    reader = RowReader(order.entity, places, len(head), checks=CHECKS, delta=order.delta)
    read, line = reader.read, Lines(order.run_id, seals).line
    entity, file = order.entity, order.file
    piece, lines = Piece(at=at), list[str]()
    try:
        for number, cells in rows:
            record = read(cells)
            faulty = False
            for fault in reader.faults:
                piece.faults.append((number, fault))
                faulty = faulty or fault[2] == ERROR
            piece.rows += 1
            piece.at = number
            if record is not None:
                lines.append(line(entity, file, number, record, faulty=faulty))
            if piece.rows >= most:
                yield _closed(piece, lines)
                piece, lines = Piece(at=number), []
    except csv.Error:
        yield _closed(piece, lines)
        raise
    yield _closed(piece, lines)


def _closed(piece: Piece, lines: list[str]) -> Piece:
    piece.lines, piece.data = len(lines), "".join(lines).encode()
    return piece
