"""Reads of the exchange."""

from lantian.people.exchange.queries.runs import (
    exports_visible_to,
    file_faults,
    findings_of,
    run_known,
    runs_visible_to,
    sources_of,
    staged_rows,
)
from lantian.people.exchange.queries.sealing import open_row
from lantian.people.exchange.queries.sheets import (
    asked_of,
    class_names_of,
    corrections_of,
    errors_by_file,
    errors_by_school,
    findings_to_correct,
    lists_visible_to,
    samples_of,
    sent_of,
    sent_to,
    sheet_rows,
    sheets_of,
)
from lantian.people.exchange.queries.weeks import week_classes, week_faults, week_imports_visible_to
from lantian.people.exchange.queries.words import fault_words, finding_words

__all__ = [
    "asked_of",
    "class_names_of",
    "corrections_of",
    "errors_by_file",
    "errors_by_school",
    "exports_visible_to",
    "fault_words",
    "file_faults",
    "finding_words",
    "findings_of",
    "findings_to_correct",
    "lists_visible_to",
    "open_row",
    "run_known",
    "runs_visible_to",
    "samples_of",
    "sent_of",
    "sent_to",
    "sheet_rows",
    "sheets_of",
    "sources_of",
    "staged_rows",
    "week_classes",
    "week_faults",
    "week_imports_visible_to",
]
