"""A spreadsheet of any length, row by row: CSV in UTF-8, UTF-16 with its mark or GB 18030, and XLSX."""

import codecs
import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lantian.people.exchange.engine.sheets.grids import SMALL
from lantian.people.exchange.engine.sheets.text import delimiter_of
from lantian.people.exchange.engine.sheets.xlsx import cell_text

MOST_ROWS = 2_000_000
MOST_COLUMNS = 60
MOST_CELL = 2000
MOST_XLSX, MOST_STRINGS, MOST_RATIO = 1 << 30, 160 << 20, 200
_PIECE = 1 << 20
Row = tuple[int, list[str]]


class NotRead(Exception):
    """A file that is no such spreadsheet; `code` says why (queries.bulk has the sentences)."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value


def rows(path: Path) -> Iterator[Row]:
    """Every row that has something in it: its line, and its cells. The first is the head. Raises NotRead."""
    with path.open("rb") as handle:
        head = handle.read(8)
    if not head:
        raise NotRead("empty")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotRead("xls")
    found = _xlsx(path) if head.startswith(b"PK") else _text(path)
    for count, (line, cells) in enumerate(found):
        if count > MOST_ROWS:
            raise NotRead("many", str(MOST_ROWS))
        if len(cells) > MOST_COLUMNS:
            raise NotRead("wide", str(MOST_COLUMNS))
        yield line, cells


def _tidy(cells: list[str]) -> list[str]:
    found = [cell.replace("\0", "").strip()[:MOST_CELL] for cell in cells]
    while found and not found[-1]:
        found.pop()
    return [one[2:-1] if one.startswith('="') and one.endswith('"') and len(one) > 2 else one for one in found]


def _encoding(path: Path) -> str:
    with path.open("rb") as handle:
        head = handle.read(4)
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as handle:
                while piece := handle.read(_PIECE):
                    decoder.decode(piece)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise NotRead("encoding")


def _lines(handle: IO[str]) -> Iterator[str]:
    for line in handle:
        if len(line) > _PIECE:
            raise NotRead("not_csv")
        yield line


def _text(path: Path) -> Iterator[Row]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as handle:
        start = handle.read(1 << 16)
        if "\0" in start or start.lstrip().startswith(("{", "<")):
            raise NotRead("not_csv")
        handle.seek(0)
        reader = csv.reader(_lines(handle), delimiter=delimiter_of(start))
        try:
            for cells in reader:
                found = _tidy(cells)
                if found:
                    yield reader.line_num, found
        except csv.Error as error:
            raise NotRead("not_csv") from error


def _xlsx(path: Path) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NotRead("broken") from error
    if "xl/workbook.xml" not in {one.filename for one in infos} or any(one.flag_bits & 1 for one in infos):
        raise NotRead("broken")
    strings = sum(one.file_size for one in infos if one.filename.endswith("sharedStrings.xml"))
    thick = any(one.file_size > SMALL and one.file_size > MOST_RATIO * max(one.compress_size, 1) for one in infos)
    if strings > MOST_STRINGS or sum(one.file_size for one in infos) > MOST_XLSX or thick:
        raise NotRead("bomb")
    from openpyxl import load_workbook  # slow to load, and needed here alone

    try:
        book = load_workbook(path.open("rb"), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise NotRead("broken") from error
    try:
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise NotRead("empty")
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), start=1):
            found = _tidy([cell_text(cell) for cell in cells])
            if found:
                yield number, found
    except NotRead:
        raise
    except Exception as error:
        raise NotRead("broken") from error
    finally:
        book.close()
