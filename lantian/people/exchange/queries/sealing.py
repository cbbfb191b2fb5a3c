"""Cells at rest: a row as sealed JSON."""

import json

from lantian.kernel import crypto

ROW = "exchange.sheet_row"
CELL = "exchange.sheet_cell"


def seal_row(cells: list[str]) -> bytes:
    return crypto.encrypt(json.dumps(cells, ensure_ascii=False, separators=(",", ":")), context=ROW)


def open_row(sealed: bytes | memoryview) -> list[str]:
    """Raises crypto.KeyLost."""
    return [str(cell) for cell in json.loads(crypto.decrypt(bytes(sealed), context=ROW))]


def seal_cell(text: str) -> bytes:
    return crypto.encrypt(text, context=CELL)


def open_cell(sealed: bytes) -> str:
    """Raises crypto.KeyLost."""
    return crypto.decrypt(sealed, context=CELL).decode()
