"""CSV, TSV and the like: which encoding, which delimiter."""

import csv
import io

from charset_normalizer import from_bytes

from lantian.people.exchange.engine.sheets.grids import Grid, SheetRefused, add_row, tidy

DELIMITERS = ",\t;|，"
MAX_FIELD = 100_000
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was in: UTF-8, UTF-16 with its mark, or GB18030 (which GBK and GB2312 are part of).

    What another encoding looks like is only named in the refusal: a wrong guess would make wrong names. Raises SheetRefused.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise SheetRefused("text_broken", encoding=encoding) from error
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    best = from_bytes(data[:65536]).best()
    raise SheetRefused("text_encoding", guess=best.encoding if best else "")


def delimiter_of(text: str) -> str:
    """The sign that parts the first lines most evenly; a comma when none does."""
    lines = [line for line in text[:65536].splitlines() if line.strip()][:20]
    best, score = ",", 0.0
    for sign in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=sign)]
        most = max(set(counts), key=counts.count, default=1)
        found = counts.count(most) * (most - 1) if most > 1 else 0
        if found > score:
            best, score = sign, found
    return best


def read_text(data: bytes) -> Grid:
    """Raises SheetRefused."""
    text, _encoding = decode(data)
    if "\x00" in text:
        raise SheetRefused("sheet_unknown")
    grid = Grid("")
    csv.field_size_limit(MAX_FIELD)
    number = 0
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
        for number, cells in enumerate(rows, start=1):
            add_row(grid, number, [_bare(cell) for cell in cells])
    except csv.Error as error:
        raise SheetRefused("text_quotes", row=number + 1) from error
    return grid


def _bare(cell: str) -> str:
    """Without what exports put around digits to save them from spreadsheets: ="0123", '0123, a tab."""
    cell = tidy(cell)
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        cell = cell[2:-1]
    return cell
