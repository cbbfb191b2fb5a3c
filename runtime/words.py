"""Words on the terminal, in Chinese or English.

The supervisor speaks before any catalogue is compiled and without Django, so its few sentences stand side by side in
the code. LANTIAN_LANG (zh or en) decides, else the locale of the terminal.
"""

import os
import unicodedata


def speaks_chinese() -> bool:
    for name in ("LANTIAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return value.lower().startswith("zh")
    return False


def say(chinese: str, english: str) -> str:
    """The sentence in the reader's language."""
    return chinese if speaks_chinese() else english


def width(text: str) -> int:
    """Columns that a text takes on a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def table(rows: list[tuple[str, ...]], *, indent: str = "  ") -> str:
    """Rows of cells as aligned lines; the last column is not padded."""
    if not rows:
        return ""
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [pad(cell, widths[index]) for index, cell in enumerate(row[:-1])]
        lines.append(indent + "  ".join([*cells, row[-1]]))
    return "\n".join(lines)


class Problem(Exception):
    """Something the operator can mend; shown as one plain sentence without a traceback."""
