"""Tables as files: CSV that Excel opens as UTF-8, and XLSX with a watermark. Cells cannot start a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # no XML may hold them
# A spreadsheet takes text beginning with these for a formula, which may call out or run programs; in East Asian settings the full
# width ones too.
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """Numbers and None as they are, all else as text that no spreadsheet will execute or refuse."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    text = _ILLEGAL.sub("", str(value))
    return f"'{text}" if text.startswith(_STARTERS) else text


class _Echo:
    def write(self, value: str) -> str:
        return value


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]], *, watermark: str = "") -> Iterator[bytes]:
    """The CSV file in pieces, with a byte order mark; `watermark` (who took it, and when) is its last line."""
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf"
    yield writer.writerow([safe_cell(cell) for cell in head]).encode()
    for row in rows:
        yield writer.writerow(["" if cell is None else safe_cell(cell) for cell in row]).encode()
    if watermark:
        yield writer.writerow([safe_cell(watermark)]).encode()


def xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], *, watermark: str) -> bytes:
    """The workbook's bytes: `watermark` (who took it, and when) stands in the first line and in every page's footer."""
    from openpyxl import Workbook  # half a second and forty megabytes, where tables are taken out alone
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "A3"
    sheet.oddFooter.center.text = _ILLEGAL.sub("", watermark).replace("&", "&&")
    sheet.oddFooter.center.size = 8
    sheet.page_setup.orientation = "landscape"
    for index, word in enumerate(head):
        sheet.column_dimensions[_letter(index)].width = max(12, min(40, len(word) * 2 + 6))
    note = WriteOnlyCell(sheet, value=safe_cell(watermark))
    note.font = Font(color="808080", size=9)
    sheet.append([note])
    titles = []
    for word in head:
        cell = WriteOnlyCell(sheet, value=safe_cell(word))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8F1FB")
        cell.alignment = Alignment(vertical="center")
        titles.append(cell)
    sheet.append(titles)
    for row in rows:
        sheet.append([safe_cell(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def watermark_text(region: str, organization: str, who: str, at: datetime, note: str) -> str:
    """Where the data is from, in whose name and by whom it was taken, when, and what is to be kept in mind."""
    return " · ".join(part for part in (region, organization, who, f"{at:%Y-%m-%d %H:%M}", note) if part)


def _sheet_title(title: str) -> str:
    return "".join(char for char in _ILLEGAL.sub("", title) if char not in r"[]:*?/\'")[:31] or "Sheet"


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
