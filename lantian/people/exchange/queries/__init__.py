"""Reads of the exchange."""

from lantian.people.exchange.queries.runs import (
    file_faults,
    findings_of,
    runs_visible_to,
    sources_of,
    staged_rows,
)
from lantian.people.exchange.queries.words import fault_words, finding_words

__all__ = ["fault_words", "file_faults", "finding_words", "findings_of", "runs_visible_to", "sources_of", "staged_rows"]
