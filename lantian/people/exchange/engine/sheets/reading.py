"""Any file that somebody calls a spreadsheet, by its content and not by its name."""

from lantian.people.exchange.engine.sheets.grids import MAX_FILE, Grid, SheetRefused
from lantian.people.exchange.engine.sheets.text import read_text
from lantian.people.exchange.engine.sheets.xlsx import read_xlsx

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = (b"<html", b"<table", b"<!doctype", b"<?xml", b"<meta", b"<style")
_OTHERS = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")


def read_file(data: bytes) -> list[Grid]:
    """The sheets that have anything in them. Raises SheetRefused, whatever the bytes are."""
    if len(data) > MAX_FILE:
        raise SheetRefused("sheet_large", most=MAX_FILE // 2**20)
    if not data.strip():
        raise SheetRefused("sheet_empty")
    if data.startswith(_OLE):
        raise SheetRefused("sheet_locked" if _ENCRYPTED in data else "sheet_xls")
    if data.startswith(b"PK"):
        grids = read_xlsx(data)
    elif data.startswith(_OTHERS):
        raise SheetRefused("sheet_unknown")
    elif data.lstrip(b"\xef\xbb\xbf \r\n\t")[:9].lower().startswith(_MARKUP):
        raise SheetRefused("sheet_markup")
    else:
        grids = [read_text(data)]
    grids = [grid for grid in grids if grid.rows]
    if not grids:
        raise SheetRefused("sheet_empty")
    return grids
