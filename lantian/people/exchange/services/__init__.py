"""Verbs of the exchange."""

from lantian.people.exchange.services.exporting import (
    cancel_export,
    expire_exports,
    fetch_export,
    run_export,
    start_export,
)
from lantian.people.exchange.services.pulls import forget_pulls, record_fetched, take_page
from lantian.people.exchange.services.runs import (
    cancel_import,
    check_again,
    confirm_import,
    forget_old,
    proceed,
    remove_strays,
    resume,
    start_import,
)
from lantian.people.exchange.services.sheets.correcting import (
    correct_cell,
    correct_spelling,
    leave_out,
    leave_out_file,
    reveal_cell,
)
from lantian.people.exchange.services.sheets.mapping import SheetAnswer, settle_sheets
from lantian.people.exchange.services.sheets.returning import errors_book, send_errors, take_back
from lantian.people.exchange.services.sheets.uploads import start_sheets
from lantian.people.exchange.services.weeks import draft_week, forget_weeks, read_week

__all__ = [
    "SheetAnswer",
    "cancel_export",
    "cancel_import",
    "check_again",
    "confirm_import",
    "correct_cell",
    "correct_spelling",
    "draft_week",
    "errors_book",
    "expire_exports",
    "fetch_export",
    "forget_old",
    "forget_pulls",
    "forget_weeks",
    "leave_out",
    "leave_out_file",
    "proceed",
    "read_week",
    "record_fetched",
    "remove_strays",
    "resume",
    "reveal_cell",
    "run_export",
    "send_errors",
    "settle_sheets",
    "start_export",
    "start_import",
    "start_sheets",
    "take_back",
    "take_page",
]
