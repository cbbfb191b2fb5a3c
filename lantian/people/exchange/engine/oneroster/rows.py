"""Rows as the CSV binding writes them (RFC 4180): lists in one cell, quoting, lines ended by CR LF."""

import csv
import io
from collections.abc import Iterable, Sequence


def split_list(cell: str) -> list[str]:
    """The values of a list cell. Commas part them; a value with a comma stands in double quotes (doubled inside)."""
    if not cell.strip():
        return []
    if '"' not in cell:
        return [part for piece in cell.split(",") if (part := piece.strip())]
    parsed = next(csv.reader([cell], skipinitialspace=True), [])
    return [part for piece in parsed if (part := piece.strip())]


def join_list(values: Iterable[str]) -> str:
    """One cell holding several values; the reverse of `split_list`."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(list(values))
    return out.getvalue()


class _Echo:
    def write(self, value: str) -> str:
        return value


def csv_bytes(rows: Iterable[Sequence[str]]) -> Iterable[bytes]:
    """Rows of text as UTF-8 lines, without a byte order mark.

    Nothing is escaped against spreadsheets: machines read these files, and a leading apostrophe would be data. People's exports
    go through `kernel.web.sheets`.
    """
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow(row).encode()
