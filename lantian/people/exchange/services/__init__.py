"""Verbs of the exchange."""

from lantian.people.exchange.services.runs import (
    cancel_import,
    check_again,
    confirm_import,
    forget_old,
    proceed,
    resume,
    start_import,
)
from lantian.people.exchange.services.sheets.correcting import (
    correct_cell,
    correct_spelling,
    leave_out,
    leave_out_file,
)
from lantian.people.exchange.services.sheets.mapping import SheetAnswer, settle_sheets
from lantian.people.exchange.services.sheets.returning import errors_book, send_errors, take_back
from lantian.people.exchange.services.sheets.uploads import start_sheets

__all__ = [
    "SheetAnswer",
    "cancel_import",
    "check_again",
    "confirm_import",
    "correct_cell",
    "correct_spelling",
    "errors_book",
    "forget_old",
    "leave_out",
    "leave_out_file",
    "proceed",
    "resume",
    "send_errors",
    "settle_sheets",
    "start_import",
    "start_sheets",
    "take_back",
]
