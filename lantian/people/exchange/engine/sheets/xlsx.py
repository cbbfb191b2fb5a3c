"""XLSX: openpyxl in its streaming mode (XML through defusedxml), behind limits on what the archive holds and unpacks to.

Formulas are read as the values they last had. Dates become ISO text, numbers the digits they still have.
"""

import io
import math
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from lantian.people.exchange.engine.sheets.grids import (
    MAX_COLUMNS,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_UNPACKED,
    SMALL,
    Grid,
    SheetRefused,
    add_row,
    tidy,
)

# Rows may be numbered with gaps; a file that numbers them past this is not a list.
LAST_ROW = 200_000


def _check_archive(data: bytes) -> None:
    """Nothing is parsed before the archive's own figures are bearable; that they are true is checked while it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SheetRefused("sheet_broken") from error
    if len(infos) > MAX_MEMBERS:
        raise SheetRefused("sheet_bomb")
    if any(info.flag_bits & 0x1 for info in infos):
        raise SheetRefused("sheet_locked")
    total = 0
    for info in infos:
        total += info.file_size
        if total > MAX_UNPACKED or (info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1)):
            raise SheetRefused("sheet_bomb")
    if "xl/workbook.xml" not in {info.filename for info in infos}:
        raise SheetRefused("sheet_not_xlsx")


def cell_text(value: Any) -> str:
    """A cell's value as somebody would have typed it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, bool):
        return "是" if value else "否"  # i18n: data
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e19 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return tidy(str(value))


def read_xlsx(data: bytes) -> list[Grid]:
    """All sheets that have cells, hidden ones marked. Raises SheetRefused."""
    from openpyxl import load_workbook  # slow to load, and needed here alone

    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise SheetRefused("sheet_broken") from error
    try:
        if len(book.worksheets) > MAX_SHEETS:
            raise SheetRefused("sheet_many", count=len(book.worksheets), most=MAX_SHEETS)
        grids = [_read_sheet(sheet) for sheet in book.worksheets]
    finally:
        book.close()
    return [grid for grid in grids if grid.rows]


def _read_sheet(sheet: Any) -> Grid:
    grid = Grid(tidy(sheet.title)[:40], hidden=sheet.sheet_state != "visible")
    sheet.reset_dimensions()  # what the sheet says about its own size is not believed
    try:
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), start=1):
            if number > LAST_ROW:
                raise SheetRefused("sheet_long", sheet=grid.sheet, most=MAX_ROWS)
            add_row(grid, number, [cell_text(value) for value in row])
    except SheetRefused:
        raise
    except Exception as error:
        raise SheetRefused("sheet_broken") from error
    return grid
